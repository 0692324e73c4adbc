"""The order in which the rules are asked before a follow-up goes out: the first that says no decides."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

import pytest

from domain.creator import Creator, CreatorSettings
from domain.follower import contact, messages, sending
from domain.follower.follower import Follower
from domain.follower.values import FollowUp, Purpose
from domain.lead import Lead
from domain.nurturing.send_rules import Convert, Defer, GoAhead, Hold, Skip, Verdict, judge, judged
from domain.nurturing.steps import Rendered
from domain.vocabulary import Mode, Platform, SequenceType, Status
from tests.domain.builders import ANA, NAMESPACE, NOW, a_follower, a_lead, a_message, an_id, at

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Case:
    """A follow-up that is due now, and everything that it is judged by."""

    follow_up: FollowUp
    follower: Follower
    lead: Lead
    creator: Creator
    rendered: Rendered = field(default_factory=lambda: Rendered("¿Seguimos?", ()))
    sequence_type: SequenceType = SequenceType.OBJECTION_PRICE
    sequence_is_on: bool = True

    def verdict(self) -> Verdict:
        return judge(
            self.follow_up,
            self.rendered,
            sequence_type=self.sequence_type,
            sequence_is_on=self.sequence_is_on,
            follower=self.follower,
            lead=self.lead,
            creator=self.creator,
            now=NOW,
        )


def a_case(platform: Platform = Platform.TELEGRAM, wrote: timedelta = 5 * HOUR) -> Case:
    """Nothing stands against it."""
    with at(NOW):
        creator = Creator.sign_up(NAMESPACE, ANA, None, CreatorSettings("Europe/Madrid"))
        creator.connect_channel(platform, "ana-account")
        creator.change_mode(Mode.AUTO)
        follower = a_follower(platform)
        messages.receive(follower, a_message("hola", 1, NOW - wrote, platform), hard_stop=None, opts_in=False, now=NOW)
    follow_up = FollowUp(an_id(1), 1, NOW, NOW, "¿Seguimos?")
    return Case(follow_up, follower, a_lead(), creator)


def lead_gone(case: Case) -> None:
    case.lead.delete()


def blocked(case: Case) -> None:
    contact.suppress(case.follower, None)


def opted_out(case: Case) -> None:
    contact.opt_out(case.follower, "person")


def customer(case: Case) -> None:
    case.lead.change_status(Status.CUSTOMER, by_hand=True, reason="moved", now=NOW)


def sequence_off(case: Case) -> None:
    case.sequence_is_on = False


def stale(case: Case) -> None:
    case.follow_up.due_at = NOW - timedelta(hours=48, seconds=1)


def bot_off(case: Case) -> None:
    case.creator.change_mode(Mode.OFF)


def escalated(case: Case) -> None:
    contact.escalate(case.follower, an_id(2), "asked", "m1")


def handled_by_a_person(case: Case) -> None:
    contact.take_over(case.follower, None)


def nothing_to_say_for_a_variable(case: Case) -> None:
    case.rendered = replace(case.rendered, unresolved=("link",))


def too_long_a_text(case: Case) -> None:
    case.rendered = replace(case.rendered, text="ñ" * 4097)


def another_attempt_is_open(case: Case) -> None:
    send_id = an_id(3)
    sending.request_send(
        case.follower, send_id, Purpose.MANUAL, "hola", account_id="ana-account", requested_by="person:ana"
    )
    on = judged(case.follower, case.creator)
    sending.attempt(case.follower, send_id, now=NOW, worker="worker", judged=on, account_id="ana-account")


def in_the_night(case: Case) -> None:
    case.creator.change_settings(replace(case.creator.settings, quiet_from=time(0), quiet_to=time(13)))


IN_ORDER: list[tuple[Callable[[Case], None], Verdict]] = [
    (lead_gone, Skip("lead_gone", end="cancelled")),
    (blocked, Skip("unreachable", end="suppressed")),
    (opted_out, Skip("opted_out", end="opted_out")),
    (customer, Skip("goal", end="goal")),
    (sequence_off, Skip("sequence_off")),
    (stale, Skip("stale")),
    (bot_off, Hold("sending_off")),
    (escalated, Hold("escalation")),
    (handled_by_a_person, Hold("human_handling")),
    (nothing_to_say_for_a_variable, Hold("content:link")),
    (too_long_a_text, Hold("content:length")),
    (another_attempt_is_open, Defer(NOW + MINUTE, "open_attempt")),
    (in_the_night, Defer(NOW + HOUR, "quiet_hours")),
]


@pytest.mark.parametrize("first", range(len(IN_ORDER)), ids=[rule.__name__ for rule, _ in IN_ORDER])
def test_the_first_rule_that_says_no_decides(first: int) -> None:
    case = a_case()
    with at(NOW):
        for rule, _ in reversed(IN_ORDER[first:]):
            rule(case)
    assert case.verdict() == IN_ORDER[first][1]


def test_what_no_rule_stands_against_goes_out() -> None:
    assert a_case().verdict() == GoAhead()


def test_a_person_without_a_connected_channel_cannot_be_written_to() -> None:
    case = a_case()
    case.creator.channels = {}
    assert case.verdict() == Skip("unreachable", end="suppressed")


def test_a_person_who_never_wrote_is_not_written_to() -> None:
    case = a_case()
    case.follower = a_follower()
    assert case.verdict() == Skip("unreachable", end="suppressed")


def test_a_customer_is_left_in_peace_but_for_what_follows_a_purchase() -> None:
    case = a_case()
    with at(NOW):
        customer(case)
    case.sequence_type = SequenceType.POST_PURCHASE
    assert case.verdict() == GoAhead()


def test_after_an_outage_what_is_not_stale_yet_still_goes_out() -> None:
    case = a_case()
    case.follow_up.due_at = NOW - timedelta(hours=48)
    assert case.verdict() == GoAhead()


def test_a_step_that_may_be_late_is_never_stale() -> None:
    case = a_case()
    case.follow_up.due_at, case.follow_up.late = NOW - timedelta(days=30), "always"
    assert case.verdict() == GoAhead()


def test_an_empty_text_waits_for_a_person() -> None:
    case = a_case()
    case.rendered = Rendered("  \n", ())
    assert case.verdict() == Hold("content:length")


@pytest.mark.parametrize(
    ("elapsed", "verdict"),
    [
        (timedelta(hours=3, minutes=59), Defer(NOW + MINUTE, "gap")),
        (timedelta(hours=4), GoAhead()),
    ],
)
def test_between_two_follow_ups_lie_four_hours(elapsed: timedelta, verdict: Verdict) -> None:
    case = a_case()
    case.follower.automated_sends = (NOW - elapsed,)
    assert case.verdict() == verdict


def test_after_any_message_of_ours_lies_an_hour() -> None:
    case = a_case()
    case.follower.last_outbound_at = NOW - timedelta(minutes=59)
    assert case.verdict() == Defer(NOW + MINUTE, "gap")


@pytest.mark.parametrize(
    ("hours_ago", "verdict"),
    [
        ((5, 23), Defer(NOW + HOUR, "caps")),
        ((5, 24), GoAhead()),
        ((30, 40, 100, 167), Defer(NOW + HOUR, "caps")),
        ((30, 40, 100, 168), GoAhead()),
    ],
)
def test_a_person_gets_two_follow_ups_a_day_and_four_a_week(hours_ago: tuple[int, ...], verdict: Verdict) -> None:
    case = a_case()
    case.follower.automated_sends = tuple(NOW - hours * HOUR for hours in reversed(hours_ago))
    assert case.verdict() == verdict


@pytest.mark.parametrize(
    ("wrote", "verdict"),
    [
        (timedelta(hours=23, minutes=45) - timedelta(seconds=1), GoAhead()),
        (timedelta(hours=23, minutes=45), Skip("window_closed")),
    ],
)
def test_a_quarter_of_an_hour_before_the_window_closes_machines_fall_silent(wrote: timedelta, verdict: Verdict) -> None:
    assert a_case(Platform.INSTAGRAM, wrote).verdict() == verdict


def test_where_no_machine_may_write_a_person_is_asked_to() -> None:
    case = a_case(Platform.INSTAGRAM, wrote=30 * HOUR)
    case.follow_up.human_task = True
    assert case.verdict() == Convert("human_task", NOW - 30 * HOUR + timedelta(days=7) - HOUR)


def test_after_seven_days_not_even_a_person_may_write() -> None:
    case = a_case(Platform.INSTAGRAM, wrote=timedelta(days=7))
    case.follow_up.human_task = True
    assert case.verdict() == Skip("window_closed")
