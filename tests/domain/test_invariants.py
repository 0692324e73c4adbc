"""The checker of logs finds what it is there to find: each case spoils a sound log in one place."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.application import Clonnect
from domain.follower.values import RefusalClass
from domain.vocabulary import Intent, SequenceType
from tests.domain.builders import ANA, Business, an_id
from tests.domain.invariants import broken, unfinished

Log = list[dict[str, Any]]


def a_sound_log() -> Log:
    """Two runs: the first is restarted, of the second one step is sent at the second try and one is answered."""
    business = Business()
    business.says("me parece caro")
    business.enrolled()
    business.enrolled()
    order = business.goes_out(1)
    business.rejected(order, RefusalClass.NOT_SENT)
    business.passes(minutes=1)
    again = business.attempted(order.send_id)
    assert again is not None
    business.silent(again)
    business.accepted(again)
    business.says("vale")
    return business.log()


def at(log: Log, topic: str, number: int = 0) -> int:
    return [index for index, event in enumerate(log) if event["topic"] == f"follower.{topic}"][number]


def twice(topic: str, number: int = 0) -> Callable[[Log], Log]:
    """An event stands there again at the end of the log."""
    return lambda log: [*log, log[at(log, topic, number)]]


def without(topic: str, number: int = 0) -> Callable[[Log], Log]:
    return lambda log: [event for index, event in enumerate(log) if index != at(log, topic, number)]


def changed(topic: str, number: int = 0, **fields: Any) -> Callable[[Log], Log]:
    def change(log: Log) -> Log:
        index = at(log, topic, number)
        return [*log[:index], log[index] | fields, *log[index + 1 :]]

    return change


def sooner(topic: str, number: int, than: str) -> Callable[[Log], Log]:
    """An event stands before another one that happened first."""

    def move(log: Log) -> Log:
        event = log[at(log, topic, number)]
        rest = [each for each in log if each is not event]
        before = at(rest, than)
        return [*rest[:before], event, *rest[before:]]

    return move


def with_event(topic: str, before: str, **fields: Any) -> Callable[[Log], Log]:
    """Something else happened before an event."""

    def add(log: Log) -> Log:
        index = at(log, before)
        event = {"topic": topic, "stream": log[index]["stream"], "position": 0, "timestamp": "", **fields}
        return [*log[:index], event, *log[index:]]

    return add


def in_doubt_before_it_was_refused(log: Log) -> Log:
    return sooner("send_uncertain", 0, "send_rejected")(changed("send_uncertain", attempt=1)(log))


def test_a_sound_log_breaks_no_rule() -> None:
    log = a_sound_log()
    assert broken(log) == []
    assert unfinished(log) == []


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("a message is received twice", twice("message_received")),
        ("an outcome belongs to no attempt, or not to the last", changed("send_accepted", attempt=1)),
        ("an attempt is made that nobody requested", without("send_requested")),
        ("a send is requested twice", twice("send_requested")),
        ("an attempt has the same outcome twice", twice("send_accepted")),
        ("a message of ours is accepted twice", twice("send_accepted")),
        ("follow_up_sent comes after follow_up_sent", twice("follow_up_sent")),
        ("attempts do not count from one to four", changed("send_attempted", 1, attempt=5)),
        ("an attempt follows an end, a doubt or an open attempt", changed("send_rejected", final=True)),
        ("an attempt follows an end, a doubt or an open attempt", without("send_rejected")),
        ("two attempts are open", without("send_rejected")),
        ("what may have arrived is to be sent again", in_doubt_before_it_was_refused),
        ("claims do not count up by one", changed("follow_up_sent", claim=2)),
        ("something becomes of a follow-up that was never scheduled", without("follow_up_scheduled", 2)),
        ("a follow-up belongs to no run", without("enrolled")),
        ("a step is promised twice in a run", changed("follow_up_scheduled", 1, step=1)),
        ("a follow-up is scheduled twice", twice("follow_up_scheduled")),
        ("a follow-up is due before its run began", changed("follow_up_scheduled", due_at="2026-03-03T10:59:59Z")),
        ("a run begins while another is under way", without("enrolment_ended")),
        ("a run begins twice", twice("enrolled")),
        ("a run ends that is not under way", twice("enrolment_ended")),
        ("a follow-up is attempted after a reply", sooner("message_received", 1, "send_attempted")),
        ("a follow-up is attempted after an opt-out", with_event("follower.opted_out", "send_attempted")),
        ("a follow-up is attempted after a block", with_event("follower.suppressed", "send_attempted")),
        ("an attempt is made for a follow-up that has its outcome", sooner("follow_up_sent", 0, "send_attempted")),
    ],
)
def test_a_broken_rule_is_found(rule: str, spoil: Callable[[Log], Log]) -> None:
    assert rule in {found.partition(": ")[2] for found in broken(spoil(a_sound_log()))}


@pytest.mark.parametrize(
    ("what", "spoil"),
    [
        ("follow-up", without("follow_up_sent")),
        ("attempt", lambda log: log[: at(log, "send_uncertain")]),
        ("doubt", without("send_accepted")),
        ("send", lambda log: log[: at(log, "send_rejected") + 1]),
    ],
)
def test_what_is_left_undone_is_found(what: str, spoil: Callable[[Log], Log]) -> None:
    assert what in {found.split(" ")[0] for found in unfinished(spoil(a_sound_log()))}


def test_a_follow_up_after_a_purchase_is_found_unless_it_is_for_customers() -> None:
    def after_a_purchase(sequence_type: SequenceType) -> Log:
        log = a_sound_log()
        bought = next(event for event in log if event["topic"] == "lead.captured") | {
            "topic": "lead.status_changed",
            "after": "customer",
        }
        log = [
            event | {"sequence_type": sequence_type} if event["topic"] == "follower.enrolled" else event
            for event in log
        ]
        index = at(log, "send_attempted")
        return [*log[:index], bought, *log[index:]]

    assert any("after a purchase" in rule for rule in broken(after_a_purchase(SequenceType.OBJECTION_PRICE)))
    assert broken(after_a_purchase(SequenceType.POST_PURCHASE)) == []


@pytest.mark.parametrize("topic", ["lead.archived", "lead.marked_as_spam"])
def test_an_answer_to_who_was_put_aside_is_found_until_they_are_brought_back(topic: str) -> None:
    business = Business()
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    order = business.attempted(send_id)
    assert order is not None
    business.accepted(order)
    log = business.log()
    index = at(log, "send_attempted")
    captured = next(event for event in log if event["topic"] == "lead.captured")
    put_aside, back = captured | {"topic": topic}, captured | {"topic": "lead.restored"}
    spoiled = broken([*log[:index], put_aside, *log[index:]])
    assert any("somebody is answered who was put aside" in rule for rule in spoiled)
    assert broken([*log[:index], put_aside, back, *log[index:]]) == []


def test_an_answer_before_anybody_decided_about_a_stop_is_found() -> None:
    business = Business()
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    assert business.attempted(send_id) is not None
    log = business.log()
    index = at(log, "send_attempted")
    asked = log[index] | {"topic": "follower.bot_paused", "reason": "soft_stop"}
    decided = log[index] | {"topic": "follower.bot_resumed"}
    spoiled = broken([*log[:index], asked, *log[index:]])
    assert any("before anybody decided about a stop" in rule for rule in spoiled)
    assert broken([*log[:index], asked, decided, *log[index:]]) == []


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("what nobody doubts is sent again", without("send_unresolved")),
        ("what may have arrived is sent again twice", twice("send_requested", 1)),
        ("a machine sends again what may have arrived", changed("send_requested", 1, purpose="reply")),
        ("a machine sends again what may have arrived", changed("send_requested", 1, requested_by="bot")),
    ],
)
def test_a_careless_repeat_of_what_may_have_arrived_is_found(rule: str, spoil: Callable[[Log], Log]) -> None:
    business = Business()
    business.says("hola")
    first = business.attempted(business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1)).send_id)
    assert first is not None
    business.silent(first, timedelta(0))
    again = business.attempted(business.do(Clonnect.repeat_send, ANA, business.lead.id, first.send_id))
    assert again is not None
    business.accepted(again)
    assert broken(business.log()) == []
    assert rule in {found.partition(": ")[2] for found in broken(spoil(business.log()))}
