"""When a follow-up may go out, and what happens instead: every boundary."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.nurturing.default_steps import SHIPPED
from domain.nurturing.placement import (
    ALWAYS,
    NEVER,
    ContactHistory,
    DeliveryOptions,
    HumanTask,
    Obstacle,
    Placement,
    Policy,
    SendTemplate,
    SendText,
    Unplaceable,
    UnplaceableReason,
    legal,
    obstacle,
    place,
    plan,
    window_end,
)
from domain.nurturing.quiet_hours import QuietHours
from domain.vocabulary import SequenceType

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_SLACK = timedelta(0)
SLACK = timedelta(minutes=15)
MADRID = ZoneInfo("Europe/Madrid")
AUCKLAND = ZoneInfo("Pacific/Auckland")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MONDAY = at("2025-06-02 10:00")  # noon in Madrid
NEVER_QUIET = Policy(QuietHours(ZoneInfo("UTC"), time(0), time(0)))
USUAL = Policy(QuietHours(MADRID))
INSTAGRAM = ContactHistory(has_window=True, has_human_agent=True, last_open=MONDAY)
WHATSAPP = ContactHistory(has_window=True, has_templates=True, marketing_opt_in=True, last_open=MONDAY)
TELEGRAM = ContactHistory(has_window=False, last_open=MONDAY)


def placed_at(placement: Placement) -> datetime:
    assert not isinstance(placement, Unplaceable)
    return placement.at


def test_the_window_closes_a_quarter_of_an_hour_early() -> None:
    closes = MONDAY + 24 * HOUR - 15 * MINUTE
    assert window_end(INSTAGRAM) == closes
    assert legal(closes - SECOND, INSTAGRAM, NEVER_QUIET)
    assert not legal(closes, INSTAGRAM, NEVER_QUIET)
    assert not legal(closes + SECOND, INSTAGRAM, NEVER_QUIET)


def test_a_step_is_planned_so_that_a_late_worker_still_finds_the_window_open() -> None:
    closes = window_end(INSTAGRAM)
    assert legal(closes - 16 * MINUTE, INSTAGRAM, NEVER_QUIET, SLACK)
    assert not legal(closes - 15 * MINUTE, INSTAGRAM, NEVER_QUIET, SLACK)
    late_wish = closes - 15 * MINUTE
    assert place(late_wish, MONDAY, INSTAGRAM, NEVER_QUIET, SLACK) == SendText(
        closes - 16 * MINUTE, moved=False, pulled=True
    )
    assert place(late_wish, MONDAY, INSTAGRAM, NEVER_QUIET, NO_SLACK) == SendText(late_wish, moved=False, pulled=False)


def test_a_channel_without_window_stays_open_after_the_first_message() -> None:
    assert window_end(TELEGRAM) == ALWAYS
    wished = MONDAY + timedelta(hours=8760)
    assert place(wished, MONDAY, TELEGRAM, NEVER_QUIET, SLACK) == SendText(wished, moved=False, pulled=False)


@pytest.mark.parametrize("history", [INSTAGRAM, WHATSAPP, TELEGRAM])
def test_who_never_wrote_is_not_written_to(history: ContactHistory) -> None:
    stranger = replace(history, last_open=None)
    assert window_end(stranger) == NEVER
    placement = place(MONDAY, MONDAY, stranger, USUAL, SLACK, options=DeliveryOptions(human_task=True))
    assert placement == Unplaceable(UnplaceableReason.NO_CONVERSATION)


def test_a_window_that_the_platform_calls_closed_is_closed_until_the_next_message() -> None:
    corrected = replace(INSTAGRAM, has_human_agent=False, window_corrected_at=MONDAY + HOUR)
    now = MONDAY + 2 * HOUR
    assert place(now, now, corrected, USUAL, SLACK) == Unplaceable(UnplaceableReason.WINDOW_CLOSED)
    assert place(now, now, replace(corrected, last_open=now), USUAL, SLACK) == SendText(now, moved=False, pulled=False)


@pytest.mark.parametrize("skew", [-5 * MINUTE, 5 * MINUTE])
def test_a_platform_whose_clock_is_minutes_off_changes_the_window_by_as_much(skew: timedelta) -> None:
    skewed = replace(INSTAGRAM, last_open=MONDAY + skew)
    assert window_end(skewed) == window_end(INSTAGRAM) + skew
    assert place(MONDAY, MONDAY, skewed, USUAL, SLACK) == SendText(MONDAY, moved=False, pulled=False)


def test_a_step_wished_for_at_night_waits_for_the_morning() -> None:
    wished = at("2025-06-02 23:30")
    assert place(wished, MONDAY, INSTAGRAM, USUAL, SLACK) == SendText(at("2025-06-03 07:00"), moved=True, pulled=False)


def test_a_step_that_the_morning_would_come_too_late_for_is_pulled_into_the_evening() -> None:
    evening = at("2025-06-02 06:00")
    history = replace(INSTAGRAM, last_open=evening)
    wished = evening + 20 * HOUR
    assert place(wished, evening, history, USUAL, SLACK) == SendText(at("2025-06-02 18:44"), moved=False, pulled=True)
    assert place(wished, evening, history, USUAL, NO_SLACK) == SendText(
        at("2025-06-02 18:59"), moved=False, pulled=True
    )


def test_a_step_that_may_not_be_compressed_is_never_early() -> None:
    evening = at("2025-06-02 06:00")
    history = replace(INSTAGRAM, last_open=evening, has_human_agent=False)
    placement = place(evening + 20 * HOUR, evening, history, USUAL, SLACK, options=DeliveryOptions(compressible=False))
    assert placement == Unplaceable(UnplaceableReason.WINDOW_CLOSED)


def test_quiet_hours_that_swallow_the_window_leave_nothing() -> None:
    sunday_only = Policy(QuietHours(MADRID, days=0b1000000))
    history = replace(INSTAGRAM, has_human_agent=False)
    assert place(MONDAY + HOUR, MONDAY, history, sunday_only, SLACK) == Unplaceable(UnplaceableReason.WINDOW_CLOSED)


@pytest.mark.parametrize("history", [INSTAGRAM, WHATSAPP, TELEGRAM])
def test_without_any_allowed_day_nothing_goes_out_and_the_reason_is_said(history: ContactHistory) -> None:
    no_day = Policy(QuietHours(MADRID, days=0))
    options = DeliveryOptions(human_task=True, template=True)
    assert place(MONDAY, MONDAY, history, no_day, SLACK, options=options) == Unplaceable(UnplaceableReason.QUIET_HOURS)


def test_an_opening_that_is_shorter_than_the_slack_is_not_planned_into() -> None:
    ten_minutes_a_day = Policy(QuietHours(MADRID, time(12, 10), time(12)))
    assert place(MONDAY, MONDAY, TELEGRAM, ten_minutes_a_day, SLACK) == Unplaceable(UnplaceableReason.QUIET_HOURS)
    assert place(MONDAY, MONDAY, TELEGRAM, ten_minutes_a_day, NO_SLACK) == SendText(MONDAY, moved=False, pulled=False)


def test_a_delay_is_elapsed_time_also_over_a_changed_clock() -> None:
    evening = at("2025-10-25 15:00")
    wished = evening + 20 * HOUR
    history = replace(TELEGRAM, last_open=evening)
    assert placed_at(place(wished, evening, history, USUAL, SLACK)) == wished


def test_a_follower_who_changes_the_zone_is_woken_in_neither() -> None:
    wished = at("2025-06-02 18:00")
    in_madrid = place(wished, MONDAY, TELEGRAM, USUAL, SLACK)
    in_sao_paulo = place(wished, MONDAY, TELEGRAM, Policy(QuietHours(SAO_PAULO)), SLACK)
    in_auckland = place(wished, MONDAY, TELEGRAM, Policy(QuietHours(AUCKLAND)), SLACK)
    assert [placed_at(each) for each in (in_madrid, in_sao_paulo, in_auckland)] == [
        wished,
        wished,
        at("2025-06-02 21:00"),
    ]


def test_two_follow_ups_are_four_hours_apart() -> None:
    history = replace(TELEGRAM, automated_sends=(MONDAY,))
    assert not legal(MONDAY + 3 * HOUR + 59 * MINUTE, history, NEVER_QUIET)
    assert legal(MONDAY + 4 * HOUR, history, NEVER_QUIET)


def test_a_follow_up_keeps_an_hour_from_any_message_of_ours() -> None:
    history = replace(TELEGRAM, last_outbound_at=MONDAY)
    assert not legal(MONDAY + 59 * MINUTE, history, NEVER_QUIET)
    assert legal(MONDAY + 60 * MINUTE, history, NEVER_QUIET)


def test_a_third_follow_up_waits_until_the_first_is_a_day_old() -> None:
    history = replace(TELEGRAM, automated_sends=(MONDAY + 5 * HOUR, MONDAY))
    assert not legal(MONDAY + DAY - SECOND, history, NEVER_QUIET)
    assert legal(MONDAY + DAY, history, NEVER_QUIET)


def test_a_fifth_follow_up_waits_until_the_first_is_a_week_old() -> None:
    history = replace(TELEGRAM, automated_sends=tuple(MONDAY + day * DAY for day in range(4)))
    assert not legal(MONDAY + 7 * DAY - SECOND, history, NEVER_QUIET)
    assert legal(MONDAY + 7 * DAY, history, NEVER_QUIET)


@pytest.mark.parametrize("policy", [replace(USUAL, per_day=0), replace(USUAL, per_week=0)])
def test_a_creator_who_allows_no_follow_ups_sends_none(policy: Policy) -> None:
    assert place(MONDAY, MONDAY, TELEGRAM, policy, SLACK) == Unplaceable(UnplaceableReason.CAPS)


def test_a_step_that_waits_says_for_what() -> None:
    history = replace(TELEGRAM, automated_sends=(MONDAY, MONDAY - 5 * HOUR), last_outbound_at=MONDAY)
    assert obstacle(MONDAY + 3 * HOUR, history, USUAL) is Obstacle.GAP
    assert obstacle(MONDAY + 5 * HOUR, history, USUAL) is Obstacle.CAPS
    assert obstacle(MONDAY + 10 * HOUR, history, USUAL) is Obstacle.QUIET_HOURS
    assert obstacle(MONDAY + DAY, history, USUAL) is None
    assert obstacle(MONDAY + HOUR, TELEGRAM, USUAL, earlier=[MONDAY]) is Obstacle.GAP


def test_caps_that_outlast_the_window_are_the_reason_given() -> None:
    history = replace(INSTAGRAM, automated_sends=(MONDAY - HOUR, MONDAY), has_human_agent=False)
    policy = replace(NEVER_QUIET, per_week=2)
    assert place(MONDAY + 5 * HOUR, MONDAY, history, policy, SLACK) == Unplaceable(UnplaceableReason.CAPS)


def test_caps_that_never_end_are_the_reason_given_also_after_the_window() -> None:
    no_follow_ups = replace(USUAL, per_day=0)
    now = MONDAY + 2 * DAY
    placement = place(now, now, WHATSAPP, no_follow_ups, SLACK, options=DeliveryOptions(template=True))
    assert placement == Unplaceable(UnplaceableReason.CAPS)


def test_a_send_that_our_clock_calls_future_keeps_its_gap_as_well() -> None:
    history = replace(TELEGRAM, automated_sends=(MONDAY + 5 * MINUTE,))
    assert placed_at(place(MONDAY, MONDAY, history, NEVER_QUIET, SLACK)) == MONDAY + 4 * HOUR + 5 * MINUTE


def test_after_the_window_an_instagram_step_becomes_a_task_for_a_person() -> None:
    wished = MONDAY + 72 * HOUR
    deadline = MONDAY + 7 * DAY - HOUR
    task = DeliveryOptions(human_task=True, compressible=False)
    assert place(wished, MONDAY, INSTAGRAM, USUAL, SLACK, options=task) == HumanTask(wished, deadline)
    night = at("2025-06-05 23:00")
    assert place(night, MONDAY, INSTAGRAM, USUAL, SLACK, options=task) == HumanTask(at("2025-06-06 07:00"), deadline)


@pytest.mark.parametrize(
    ("history", "options"),
    [
        (replace(INSTAGRAM, has_human_agent=False), DeliveryOptions(human_task=True)),
        (INSTAGRAM, DeliveryOptions(human_task=False)),
    ],
)
def test_a_task_needs_the_channel_and_the_step_to_allow_it(history: ContactHistory, options: DeliveryOptions) -> None:
    now = MONDAY + 2 * DAY
    assert place(now, now, history, USUAL, SLACK, options=options) == Unplaceable(UnplaceableReason.WINDOW_CLOSED)


def test_a_task_that_cannot_begin_before_its_deadline_is_not_set() -> None:
    deadline = MONDAY + 7 * DAY - HOUR
    task = DeliveryOptions(human_task=True)
    last = deadline - MINUTE
    assert place(last, last, INSTAGRAM, USUAL, SLACK, options=task) == HumanTask(last, deadline)
    assert place(deadline, deadline, INSTAGRAM, USUAL, SLACK, options=task) == Unplaceable(
        UnplaceableReason.WINDOW_CLOSED
    )
    woken_too_late = Policy(QuietHours(MADRID, end=time(11, 30)))
    early = at("2025-06-09 08:00")
    assert place(early, early, INSTAGRAM, woken_too_late, SLACK, options=task) == Unplaceable(
        UnplaceableReason.WINDOW_CLOSED
    )


def test_after_the_window_a_whatsapp_step_goes_out_as_a_template() -> None:
    wished = MONDAY + 48 * HOUR
    sends = (wished - 2 * HOUR,)
    history = replace(WHATSAPP, automated_sends=sends)
    assert place(wished, MONDAY + DAY, history, USUAL, SLACK, options=DeliveryOptions(template=True)) == SendTemplate(
        wished + 2 * HOUR
    )


def test_a_template_declined_by_the_platform_is_not_tried_again_for_a_day() -> None:
    now = MONDAY + 48 * HOUR
    template = DeliveryOptions(template=True)
    declined = replace(WHATSAPP, template_refused_at=now - DAY + MINUTE)
    assert place(now, now, declined, USUAL, SLACK, options=template) == Unplaceable(UnplaceableReason.NO_TEMPLATE)
    declined = replace(WHATSAPP, template_refused_at=now - DAY)
    assert place(now, now, declined, USUAL, SLACK, options=template) == SendTemplate(now)


@pytest.mark.parametrize(
    ("history", "policy", "options"),
    [
        (WHATSAPP, USUAL, DeliveryOptions(template=False)),
        (replace(WHATSAPP, marketing_opt_in=False), USUAL, DeliveryOptions(template=True)),
        (WHATSAPP, replace(USUAL, template_budget_left=False), DeliveryOptions(template=True)),
    ],
)
def test_a_template_needs_approval_an_opt_in_and_a_budget(
    history: ContactHistory, policy: Policy, options: DeliveryOptions
) -> None:
    now = MONDAY + 2 * DAY
    assert place(now, now, history, policy, SLACK, options=options) == Unplaceable(UnplaceableReason.NO_TEMPLATE)


def run_of(delays: Sequence[int], options: DeliveryOptions | None = None) -> list[tuple[datetime, DeliveryOptions]]:
    return [(MONDAY + hours * HOUR, options or DeliveryOptions()) for hours in delays]


def test_a_step_without_delay_goes_out_at_once() -> None:
    assert plan(run_of([0]), MONDAY, TELEGRAM, USUAL, SLACK) == [SendText(MONDAY, moved=False, pulled=False)]


def test_a_step_goes_out_at_the_whole_minute_after_its_wish_and_does_not_count_as_moved() -> None:
    wished = MONDAY + HOUR + SECOND
    assert place(wished, MONDAY, TELEGRAM, USUAL, SLACK) == SendText(MONDAY + HOUR + MINUTE, moved=False, pulled=False)


def test_two_steps_for_the_same_minute_are_sent_a_gap_apart() -> None:
    assert plan(run_of([1, 1]), MONDAY, TELEGRAM, USUAL, SLACK) == [
        SendText(MONDAY + HOUR, moved=False, pulled=False),
        SendText(MONDAY + 5 * HOUR, moved=True, pulled=False),
    ]


def test_twenty_steps_at_once_are_spread_over_five_weeks_by_the_caps() -> None:
    instants = [placed_at(each) for each in plan(run_of([0] * 20), MONDAY, TELEGRAM, USUAL, SLACK)]
    for each in instants:
        assert sum(each - DAY < other <= each for other in instants) <= 2
        assert sum(each - 7 * DAY < other <= each for other in instants) <= 4
    assert 4 * 7 * DAY < instants[-1] - instants[0] < 5 * 7 * DAY


def test_only_one_step_of_a_run_is_pulled_into_a_window() -> None:
    early = at("2025-06-02 06:00")
    history = replace(INSTAGRAM, last_open=early, has_human_agent=False)
    wishes = [(early + hours * HOUR, DeliveryOptions()) for hours in (17, 18)]
    without_gap = replace(USUAL, gap=timedelta(0))
    assert plan(wishes, early, history, without_gap, SLACK) == [
        SendText(at("2025-06-02 18:44"), moved=False, pulled=True),
        Unplaceable(UnplaceableReason.WINDOW_CLOSED),
    ]


def test_a_pulled_step_keeps_its_gap_to_the_step_before_it() -> None:
    early = at("2025-06-02 06:00")
    history = replace(INSTAGRAM, last_open=early, has_human_agent=False)
    near, far = early + 9 * HOUR, early + 8 * HOUR
    wishes = [(near, DeliveryOptions()), (early + 20 * HOUR, DeliveryOptions())]
    assert plan(wishes, early, history, USUAL, SLACK)[1] == Unplaceable(UnplaceableReason.WINDOW_CLOSED)
    wishes = [(far, DeliveryOptions()), (early + 20 * HOUR, DeliveryOptions())]
    assert plan(wishes, early, history, USUAL, SLACK)[1] == SendText(at("2025-06-02 18:44"), moved=False, pulled=True)


@pytest.mark.parametrize("kind", [kind for kind in SequenceType if kind is not SequenceType.RE_ENGAGEMENT])
def test_every_shipped_step_of_the_first_day_arrives_whenever_the_follower_wrote(kind: SequenceType) -> None:
    for minutes in range(0, 24 * 60, 5):
        wrote_at = MONDAY + minutes * MINUTE
        wishes = [
            (wrote_at + step.delay_hours * HOUR, DeliveryOptions()) for step in SHIPPED[kind] if step.delay_hours < 24
        ]
        placements = plan(wishes, wrote_at, replace(INSTAGRAM, last_open=wrote_at), USUAL, SLACK)
        assert all(isinstance(each, SendText) for each in placements)
