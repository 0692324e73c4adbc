"""What must hold in every log, checked from the names and fields of its events alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Event = Mapping[str, Any]

OUTCOMES = {"send_accepted", "send_rejected", "send_uncertain", "send_unresolved"}
CLAIMS = {"follow_up_deferred", "follow_up_held", "follow_up_converted", "follow_up_skipped"}
TERMINALS = {"follow_up_sent", "follow_up_uncertain", "follow_up_skipped", "follow_up_failed"}
MAX_ATTEMPTS = 4
NEVER_SCHEDULED = "something becomes of a follow-up that was never scheduled"


@dataclass
class _Send:
    follow_up: "_FollowUp | None"
    is_reply: bool = False
    attempts: list[int] = field(default_factory=list)
    outcomes: list[tuple[str, int]] = field(default_factory=list)
    is_open: bool = False
    may_be_attempted: bool = True
    is_known: bool = False
    """Whether nobody has to look any more for what became of it."""

    is_repeated: bool = False


@dataclass
class _FollowUp:
    enrolment_id: str
    claim: int = 0
    terminals: list[str] = field(default_factory=list)


@dataclass
class _Run:
    sequence_type: str
    steps: set[int] = field(default_factory=set)
    pulled: int = 0
    enrolled_at: str = ""
    ended: int = 0
    must_stop: str | None = None


@dataclass
class _Follower:
    sends: dict[str, _Send] = field(default_factory=dict)
    follow_ups: dict[str, _FollowUp] = field(default_factory=dict)
    runs: dict[str, _Run] = field(default_factory=dict)
    message_ids: set[str] = field(default_factory=set)
    sent_ids: set[str] = field(default_factory=set)
    is_put_aside: bool = False
    may_want_a_stop: bool = False


def broken(log: Sequence[Event]) -> list[str]:
    """Every rule that the log breaks, in words and with the position; empty when all hold."""
    return [f"position {event['position']}: {rule}" for event, rule in _Checker().check(log)]


def unfinished(log: Sequence[Event]) -> list[str]:
    """Every follow-up, send, attempt or doubt that still waits for its end; empty when everything is at rest."""
    checker = _Checker()
    for _ in checker.check(log):
        pass
    found = []
    for follower in checker.followers.values():
        found += [f"follow-up {each}" for each, follow_up in follower.follow_ups.items() if not follow_up.terminals]
        found += [f"attempt of {each}" for each, send in follower.sends.items() if send.is_open]
        found += [f"send {each}" for each, send in follower.sends.items() if send.may_be_attempted]
        found += [f"doubt about {each}" for each, send in follower.sends.items() if send.attempts and not send.is_known]
    return found


class _Checker:
    def __init__(self) -> None:
        self.followers: dict[str, _Follower] = defaultdict(_Follower)
        self.follower_of: dict[str, str] = {}

    def check(self, log: Sequence[Event]) -> Iterator[tuple[Event, str]]:
        for event in log:
            aggregate, _, name = event["topic"].partition(".")
            if aggregate == "follower":
                for rule in self._rules(self.followers[event["stream"]], name, event):
                    yield event, rule
            elif event["topic"] == "lead.captured":
                self.follower_of[event["stream"]] = event["follower_id"]
                self.followers[event["follower_id"]].is_put_aside = False
            elif event["topic"] == "lead.status_changed" and event["after"] == "customer":
                self._stop(self.followers[self.follower_of[event["stream"]]], "a purchase", but="post_purchase")
            elif event["topic"] in ("lead.archived", "lead.marked_as_spam"):
                follower = self.followers[self.follower_of[event["stream"]]]
                self._stop(follower, "it was put aside")
                follower.is_put_aside = True
            elif event["topic"] == "lead.restored":
                self.followers[self.follower_of[event["stream"]]].is_put_aside = False

    def _rules(self, follower: _Follower, name: str, event: Event) -> Iterator[str]:
        if name in CLAIMS or name in TERMINALS or name == "follow_up_released":
            yield from self._follow_up(follower, name, event)
        if name in OUTCOMES:
            yield from self._outcome(follower, name, event)
        match name:
            case "message_received":
                if event["message_id"] in follower.message_ids:
                    yield "a message is received twice"
                follower.message_ids.add(event["message_id"])
                if event["opens_window"]:
                    self._stop(follower, "a reply")
            case "opted_out":
                self._stop(follower, "an opt-out")
                follower.may_want_a_stop = False
            case "bot_paused":
                follower.may_want_a_stop = follower.may_want_a_stop or event["reason"] == "soft_stop"
            case "bot_resumed" | "returned":
                follower.may_want_a_stop = False
            case "suppressed":
                self._stop(follower, "a block")
            case "enrolled":
                if any(not run.ended for run in follower.runs.values()):
                    yield "a run begins while another is under way"
                if event["enrolment_id"] in follower.runs:
                    yield "a run begins twice"
                follower.runs[event["enrolment_id"]] = _Run(event["sequence_type"], enrolled_at=event["timestamp"])
            case "enrolment_ended":
                yield from self._end(follower, event)
            case "follow_up_scheduled":
                yield from self._schedule(follower, event)
            case "send_requested":
                if event["send_id"] in follower.sends:
                    yield "a send is requested twice"
                follow_up = follower.follow_ups.get(event["follow_up_id"])
                if follow_up is None and event["follow_up_id"] is not None:
                    yield NEVER_SCHEDULED
                if follow_up is not None and follow_up.terminals:
                    yield "a send is requested for a follow-up that has its outcome"
                if (repeats := event.get("repeats")) is not None:
                    yield from self._repeat(follower.sends.get(repeats), event)
                follower.sends[event["send_id"]] = _Send(follow_up, is_reply=event["purpose"] == "reply")
            case "send_attempted":
                yield from self._attempt(follower, event)
            case "send_cancelled":
                send = follower.sends[event["send_id"]]
                if send.is_open or not send.may_be_attempted:
                    yield "a send is cancelled that was not waiting"
                send.may_be_attempted = False
                send.is_known = True

    def _repeat(self, doubted: _Send | None, event: Event) -> Iterator[str]:
        if doubted is None or ("send_unresolved", len(doubted.attempts)) not in doubted.outcomes:
            yield "what nobody doubts is sent again"
        elif doubted.is_repeated:
            yield "what may have arrived is sent again twice"
        else:
            doubted.is_repeated = True
        if event["purpose"] != "manual" or event["requested_by"] == "bot":
            yield "a machine sends again what may have arrived"

    def _stop(self, follower: _Follower, why: str, *, but: str | None = None) -> None:
        for run in follower.runs.values():
            if run.sequence_type != but:
                run.must_stop = run.must_stop or why

    def _schedule(self, follower: _Follower, event: Event) -> Iterator[str]:
        run = follower.runs.get(event["enrolment_id"])
        if run is None:
            yield "a follow-up belongs to no run"
            return
        if event["step"] in run.steps:
            yield "a step is promised twice in a run"
        run.steps.add(event["step"])
        run.pulled += event["plan"] == "pulled"
        if run.pulled > 1:
            yield "two steps of a run are pulled forward"
        if event["due_at"] < run.enrolled_at:
            yield "a follow-up is due before its run began"
        if event["follow_up_id"] in follower.follow_ups:
            yield "a follow-up is scheduled twice"
        follower.follow_ups[event["follow_up_id"]] = _FollowUp(event["enrolment_id"])

    def _end(self, follower: _Follower, event: Event) -> Iterator[str]:
        run = follower.runs.get(event["enrolment_id"])
        if run is None or run.ended:
            yield "a run ends that is not under way"
            return
        run.ended += 1
        for follow_up_id in event["cancelled"]:
            follow_up = follower.follow_ups.get(follow_up_id)
            if follow_up is None:
                yield NEVER_SCHEDULED
                continue
            if follow_up.terminals:
                yield "a follow-up is cancelled that has its outcome"
            follow_up.terminals.append("cancelled")

    def _attempt(self, follower: _Follower, event: Event) -> Iterator[str]:
        send = follower.sends.get(event["send_id"])
        if send is None:
            yield "an attempt is made that nobody requested"
            return
        if any(other.is_open for other in follower.sends.values()):
            yield "two attempts are open"
        if not send.may_be_attempted:
            yield "an attempt follows an end, a doubt or an open attempt"
        if event["attempt"] != len(send.attempts) + 1 or event["attempt"] > MAX_ATTEMPTS:
            yield "attempts do not count from one to four"
        if send.is_reply and follower.is_put_aside:
            yield "somebody is answered who was put aside"
        if follower.may_want_a_stop and (send.is_reply or send.follow_up is not None):
            yield "something automatic leaves before anybody decided about a stop"
        send.attempts.append(event["attempt"])
        send.is_open, send.may_be_attempted = True, False
        if (follow_up := send.follow_up) is not None:
            follow_up.claim += event["attempt"] == 1
            if follow_up.terminals:
                yield "an attempt is made for a follow-up that has its outcome"
            if (why := follower.runs[follow_up.enrolment_id].must_stop) is not None:
                yield f"a follow-up is attempted after {why}"

    def _outcome(self, follower: _Follower, name: str, event: Event) -> Iterator[str]:
        send = follower.sends.get(event["send_id"])
        if send is not None and event.get("via") == "person":
            send.may_be_attempted = False
            return
        if send is None or not send.attempts or send.attempts[-1] != event["attempt"]:
            yield "an outcome belongs to no attempt, or not to the last"
            return
        outcome = (name, event["attempt"])
        if outcome in send.outcomes:
            yield "an attempt has the same outcome twice"
        send.outcomes.append(outcome)
        in_doubt = ("send_uncertain", event["attempt"]) in send.outcomes
        if name == "send_unresolved":
            if not in_doubt:
                yield "an attempt is given up that nobody doubted"
        elif not send.is_open and not in_doubt:
            yield "an attempt has two outcomes"
        send.is_open = False
        send.is_known = name != "send_uncertain"
        if name == "send_accepted":
            if set(event["platform_message_ids"]) & follower.sent_ids:
                yield "a message of ours is accepted twice"
            follower.sent_ids.update(event["platform_message_ids"])
        elif name == "send_rejected" and not event["final"]:
            if in_doubt:
                yield "what may have arrived is to be sent again"
            send.may_be_attempted = True

    def _follow_up(self, follower: _Follower, name: str, event: Event) -> Iterator[str]:
        follow_up = follower.follow_ups.get(event["follow_up_id"])
        if follow_up is None:
            yield NEVER_SCHEDULED
            return
        is_reconciled = name == "follow_up_sent" and event["reconciled"]
        if follow_up.terminals and not (is_reconciled and follow_up.terminals == ["follow_up_uncertain"]):
            yield f"{name} comes after {follow_up.terminals[-1]}"
        if name in CLAIMS:
            follow_up.claim += 1
        if "claim" in event and event["claim"] != follow_up.claim:
            yield "claims do not count up by one"
        for until in ("until", "expires_at"):
            if until in event and event[until] <= event["timestamp"]:
                yield f"{name} waits for an instant that has passed"
        if name in TERMINALS:
            follow_up.terminals.append(name)
