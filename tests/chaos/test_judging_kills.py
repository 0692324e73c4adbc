"""What is searched for after workers were killed would be found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from tests.bench.peers.bots import BotCall
from tests.chaos.killed_reactions import judge_reactions
from tests.chaos.killed_sends import SendEvidence, judge_sends
from tests.chaos.killing import WorkerKill

LUZ = {"luz": 42}
KILL = WorkerKill("7", 100.0, 1, 0)


def log_of(stream: str, *events: tuple[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"topic": f"follower.{name}", "stream": stream, "position": position, "timestamp": "2026-11-30", **said}
        for position, (name, said) in enumerate(events, start=1)
    ]


def attempted(attempt: int = 1, send: str = "send") -> tuple[str, dict[str, Any]]:
    return "send_attempted", {"send_id": send, "attempt": attempt, "worker": "7"}


PROMISED = (
    ("enrolled", {"enrolment_id": "run", "sequence_type": "abandoned"}),
    (
        "follow_up_scheduled",
        {"enrolment_id": "run", "follow_up_id": "step", "step": 0, "plan": "kept", "due_at": "2026-12-01"},
    ),
)
REQUESTED = ("send_requested", {"send_id": "send", "follow_up_id": "step", "purpose": "follow_up"})
ACCEPTED = ("send_accepted", {"send_id": "send", "attempt": 1, "platform_message_ids": ["42:1"]})
SENT = ("follow_up_sent", {"follow_up_id": "step", "claim": 1, "reconciled": False})
UNCERTAIN = ("send_uncertain", {"send_id": "send", "attempt": 1, "cause": "crash"})
UNRESOLVED = ("send_unresolved", {"send_id": "send", "attempt": 1})
GIVEN_UP = ("follow_up_uncertain", {"follow_up_id": "step", "claim": 1})

ARRIVED = BotCall(99.0, 42, 1, "¿Tuviste algún problema?")
KNOWN = SendEvidence(log_of("luz", *PROMISED, REQUESTED, attempted(), ACCEPTED, SENT), {4: 98.0}, [ARRIVED], [KILL])
DOUBTED = replace(KNOWN, log=log_of("luz", *PROMISED, REQUESTED, attempted(), UNCERTAIN, UNRESOLVED, GIVEN_UP))


@pytest.mark.parametrize("evidence", [KNOWN, DOUBTED, replace(DOUBTED, calls=[])])
def test_a_follow_up_that_was_sent_once_or_is_uncertain_is_as_it_must_be(evidence: SendEvidence) -> None:
    assert judge_sends(evidence, LUZ).faults == {}


@pytest.mark.parametrize(
    ("at", "arrived", "unanswered"), [(99.0, 1, 0), (99.998, 1, 1)], ids=["answered", "being answered"]
)
def test_what_a_kill_left_is_told_apart(at: float, arrived: int, unanswered: int) -> None:
    (left,) = judge_sends(replace(DOUBTED, calls=[ARRIVED._replace(at=at)]), LUZ).kills
    assert (left.uncertain, left.arrived, left.unanswered) == (1, arrived, unanswered)


@pytest.mark.parametrize(
    ("evidence", "fault"),
    [
        (replace(KNOWN, calls=[ARRIVED, ARRIVED]), "sent twice"),
        (replace(KNOWN, calls=[]), "said to be sent, never arrived"),
        (replace(KNOWN, calls=[ARRIVED, ARRIVED._replace(chat=43)]), "sent to strangers"),
        (replace(KNOWN, recorded_at={4: 99.5}), "arrived before an attempt was stored"),
        (replace(KNOWN, log=[]), "never promised"),
        (replace(KNOWN, log=KNOWN.log[:2], calls=[]), "without one outcome"),
        (replace(KNOWN, log=KNOWN.log[:4]), "arrived, and nobody knows of it"),
        (replace(DOUBTED, kills=[]), "uncertain, but its worker was not killed"),
        (
            replace(DOUBTED, log=[{**event, "cause": "timeout"} for event in DOUBTED.log]),
            "uncertain, but of no crash",
        ),
        (replace(KNOWN, log=[*KNOWN.log, KNOWN.log[-1]]), "position 6: follow_up_sent comes after follow_up_sent"),
        (replace(DOUBTED, log=[*DOUBTED.log[:5], *DOUBTED.log[6:]]), "doubt about send"),
    ],
)
def test_what_must_not_become_of_a_follow_up_is_found(evidence: SendEvidence, fault: str) -> None:
    assert judge_sends(evidence, LUZ).faults[fault] == 1


def test_more_uncertain_than_a_worker_has_hands_is_found() -> None:
    people = {f"luz{number}": number for number in range(65)}
    log = [{**event, "stream": stream} for stream in people for event in DOUBTED.log]
    faults = judge_sends(replace(DOUBTED, log=log, calls=[]), people).faults
    assert faults == {"kills that left more than 64 uncertain": 1}


def message(number: int) -> list[tuple[str, dict[str, Any]]]:
    """Somebody writes, is understood and answered."""
    burst, draft, send = f"burst{number}", f"draft{number}", f"send{number}"
    return [
        ("message_received", {"message_id": f"42:{number}", "opens_window": True}),
        ("burst_understood", {"burst_id": burst, "message_ids": [f"42:{number}"]}),
        ("reply_drafted", {"burst_id": burst, "draft_id": draft}),
        ("send_requested", {"send_id": send, "draft_id": draft, "follow_up_id": None, "purpose": "reply"}),
        attempted(send=send),
        ("send_accepted", {"send_id": send, "attempt": 1, "platform_message_ids": [f"42:{100 + number}"]}),
    ]


ONE, TWO = message(1), message(2)
WRITTEN = {1: 42, 2: 42}
ANSWERED = [BotCall(1.0, 42, 101, ""), BotCall(2.0, 42, 102, "")]
IN_ORDER = [*ONE, *TWO]


class ReactionCase(NamedTuple):
    """A log of two messages of one person, the numbers that were taken in, and the calls of the platform."""

    fault: str
    events: Sequence[tuple[str, Mapping[str, Any]]] = IN_ORDER
    written: Mapping[int, int] = WRITTEN
    calls: Sequence[BotCall] = ANSWERED


def test_messages_that_are_understood_once_and_answered_in_order_are_as_they_must_be() -> None:
    found = judge_reactions(log_of("luz", *IN_ORDER), WRITTEN, ANSWERED)
    assert found.faults == {}
    assert (found.written, found.understood, found.answered) == (2, 2, 2)


@pytest.mark.parametrize(
    "case",
    [
        ReactionCase("not taken in", written=WRITTEN | {3: 42}),
        ReactionCase("taken in twice", [*IN_ORDER, TWO[0]]),
        ReactionCase("never understood", [*ONE, TWO[0]]),
        ReactionCase("understood twice", [*IN_ORDER, TWO[1]]),
        ReactionCase("answered twice", [*IN_ORDER, TWO[2]]),
        ReactionCase("understood in another order", [ONE[0], TWO[0], *TWO[1:], *ONE[1:]]),
        ReactionCase("attempted in another order", [*ONE[:4], *TWO[:4], *TWO[4:], *ONE[4:]]),
        ReactionCase("answers arrived in another order", calls=ANSWERED[::-1]),
        ReactionCase("more arrived than was sent", calls=[*ANSWERED, BotCall(3.0, 42, 103, "")]),
        ReactionCase("sent to strangers", calls=[*ANSWERED, BotCall(3.0, 43, 103, "")]),
        ReactionCase("said to be sent, never arrived", calls=ANSWERED[:1]),
        ReactionCase("nobody tried to answer the last message", [*ONE, *TWO[:2]]),
        ReactionCase("left open", [*ONE, *TWO[:5]]),
    ],
    ids=lambda case: case.fault,
)
def test_what_must_not_become_of_a_message_is_found(case: ReactionCase) -> None:
    found = judge_reactions(log_of("luz", *case.events), case.written, case.calls)
    assert case.fault in found.faults
