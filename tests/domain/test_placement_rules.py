"""The rules of placement against a plain scan of the minutes, around the days on which clocks change."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.nurturing.placement import (
    ContactHistory,
    DeliveryOptions,
    HumanTask,
    Policy,
    SendTemplate,
    SendText,
    legal,
    place,
    plan,
    window_end,
)
from domain.nurturing.quiet_hours import QuietHours, quiet

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_SLACK = timedelta(0)
SLACK = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Madrid",
        "Europe/Lisbon",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
    )
]
CLOCK_CHANGES = [
    at(text)
    for text in (
        "2025-03-30 01:00",
        "2025-10-26 01:00",
        "2025-03-09 07:00",
        "2025-11-02 06:00",
        "2018-11-04 03:00",
        "2019-02-17 02:00",
        "2025-04-05 15:00",
    )
]


def up_to(limit: timedelta) -> st.SearchStrategy[timedelta]:
    return st.integers(0, int(limit.total_seconds())).map(lambda seconds: timedelta(seconds=seconds))


instants = st.builds(lambda change, before: change - before, st.sampled_from(CLOCK_CHANGES), up_to(2 * DAY))
walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30, 59]))
policies = st.builds(
    Policy,
    quiet_hours=st.builds(
        QuietHours,
        zone=st.sampled_from(ZONES),
        start=walls,
        end=walls,
        days=st.sampled_from([0b1111111] * 6 + [0b0011111, 0b1100000, 0b0000001]),
    ),
    gap=st.sampled_from([NO_SLACK, HOUR, 4 * HOUR, 12 * HOUR]),
    per_day=st.integers(1, 2),
    per_week=st.integers(2, 4),
)
slacks = st.sampled_from([NO_SLACK, SLACK])


@st.composite
def situations(draw: st.DrawFn, has_window: bool = True) -> tuple[datetime, datetime, ContactHistory]:
    """A wish, now, and a follower who wrote within the last 30 hours."""
    now = draw(instants)
    history = ContactHistory(
        has_window=has_window,
        has_human_agent=draw(st.booleans()),
        last_open=now - draw(up_to(3 * HOUR) | up_to(30 * HOUR)),
        last_outbound_at=draw(st.none() | up_to(3 * HOUR).map(lambda ago: now - ago)),
        automated_sends=tuple(now - ago for ago in draw(st.just([]) | st.lists(up_to(7 * DAY), max_size=5))),
    )
    return now + draw(st.integers(-1, 26)) * HOUR, now, history


def capped(x: datetime, history: ContactHistory, policy: Policy) -> bool:
    sends = history.automated_sends
    return (
        any(sent + policy.gap > x for sent in sends)
        or (history.last_outbound_at is not None and history.last_outbound_at + policy.after_outbound > x)
        or sum(sent > x - DAY for sent in sends) >= policy.per_day
        or sum(sent > x - 7 * DAY for sent in sends) >= policy.per_week
    )


def scan(begin: datetime, end: datetime, history: ContactHistory, policy: Policy, slack: timedelta) -> list[datetime]:
    """Every legal whole minute in `[begin, end)`, judged one by one."""
    first = begin.replace(second=0, microsecond=0)
    first += MINUTE if first < begin else NO_SLACK
    minutes = [first + number * MINUTE for number in range(int((end - first + slack) / MINUTE) + 2)]
    open_minutes = [not quiet(minute, policy.quiet_hours) for minute in minutes]
    late = int(slack / MINUTE)
    return [
        minute
        for number, minute in enumerate(minutes)
        if minute < end
        and minute + slack < window_end(history)
        and all(open_minutes[number : number + late + 1])
        and not capped(minute, history, policy)
    ]


@given(situation=situations(), policy=policies, slack=slacks)
@settings(deadline=None)
def test_a_step_goes_out_at_the_first_legal_minute_else_is_pulled_to_the_last(
    situation: tuple[datetime, datetime, ContactHistory], policy: Policy, slack: timedelta
) -> None:
    t, now, history = situation
    closes = window_end(history)
    placement = place(t, now, history, policy, slack)
    later = scan(max(t, now), closes, history, policy, slack)
    sooner = scan(now, min(t, closes), history, policy, slack)
    if later:
        whole_t = t if t == t.replace(second=0) else t.replace(second=0) + MINUTE
        assert placement == SendText(later[0], moved=later[0] > whole_t, pulled=False)
    elif sooner:
        assert placement == SendText(sooner[-1], moved=False, pulled=True)
    else:
        assert not isinstance(placement, SendText)


@given(situation=situations(has_window=False), policy=policies, slack=slacks)
@settings(deadline=None, max_examples=30)
def test_without_a_window_a_step_waits_for_the_first_legal_minute_however_late(
    situation: tuple[datetime, datetime, ContactHistory], policy: Policy, slack: timedelta
) -> None:
    t, now, history = situation
    placement = place(t, now, history, policy, slack)
    begin = max(t, now)
    if isinstance(placement, SendText):
        assert scan(begin, placement.at + MINUTE, history, policy, slack) == [placement.at]
    else:
        assert scan(begin, begin + 8 * DAY, history, policy, slack) == []


@given(situation=situations(), policy=policies)
@settings(deadline=None)
def test_a_template_or_a_task_comes_at_the_first_minute_that_is_not_quiet(
    situation: tuple[datetime, datetime, ContactHistory], policy: Policy
) -> None:
    t, now, history = situation
    afterwards = replace(
        history, last_open=now - 2 * DAY, has_human_agent=False, has_templates=True, marketing_opt_in=True
    )
    template = place(t, now, afterwards, policy, NO_SLACK, options=DeliveryOptions(template=True))
    assert isinstance(template, SendTemplate)
    no_window = replace(afterwards, has_window=False)
    assert scan(max(t, now), template.at + MINUTE, no_window, policy, NO_SLACK) == [template.at]

    task = place(
        t, now, replace(afterwards, has_human_agent=True), policy, NO_SLACK, options=DeliveryOptions(human_task=True)
    )
    uncapped = replace(no_window, automated_sends=(), last_outbound_at=None)
    if isinstance(task, HumanTask):
        assert scan(max(t, now), task.at + MINUTE, uncapped, policy, NO_SLACK) == [task.at]
        assert task.at < task.deadline == now + 5 * DAY - HOUR
    else:
        assert scan(max(t, now), now + 5 * DAY - HOUR, uncapped, policy, NO_SLACK) == []


@given(situation=situations(), policy=policies, slack=slacks)
@settings(deadline=None)
def test_a_planned_send_is_legal_not_in_the_past_and_legal_for_a_punctual_worker(
    situation: tuple[datetime, datetime, ContactHistory], policy: Policy, slack: timedelta
) -> None:
    t, now, history = situation
    placement = place(t, now, history, policy, slack)
    assert placement == place(t, now, history, policy, slack)
    if isinstance(placement, SendText):
        assert placement.at >= now
        assert placement.pulled or placement.at >= t
        assert not (placement.pulled and placement.at >= t)
        assert legal(placement.at, history, policy, slack)
        assert legal(placement.at, history, policy)
        assert legal(placement.at + slack, history, policy)


@given(situation=situations(), policy=policies, slack=slacks, after=up_to(30 * HOUR))
@settings(deadline=None)
def test_a_further_message_of_the_follower_never_takes_a_send_away(
    situation: tuple[datetime, datetime, ContactHistory], policy: Policy, slack: timedelta, after: timedelta
) -> None:
    t, now, history = situation
    assert history.last_open is not None
    if isinstance(place(t, now, history, policy, slack), SendText):
        again = replace(history, last_open=min(history.last_open + after, now))
        assert isinstance(place(t, now, again, policy, slack), SendText)


@given(
    situation=situations(),
    policy=policies,
    delays=st.lists(st.integers(0, 80), min_size=1, max_size=6).map(sorted),
    has_window=st.booleans(),
)
@settings(deadline=None)
def test_the_steps_of_a_run_keep_their_order_their_gaps_and_their_caps(
    situation: tuple[datetime, datetime, ContactHistory], policy: Policy, delays: list[int], has_window: bool
) -> None:
    _, now, history = situation
    history = replace(history, has_window=has_window)
    placements = plan([(now + hours * HOUR, DeliveryOptions()) for hours in delays], now, history, policy, SLACK)
    assert len(placements) == len(delays)
    assert sum(isinstance(each, SendText) and each.pulled for each in placements) <= 1
    sent = [each.at for each in placements if isinstance(each, SendText)]
    assert sent == sorted(sent)
    for number, instant in enumerate(sent):
        so_far = replace(history, automated_sends=(*history.automated_sends, *sent[:number]))
        assert not capped(instant, so_far, policy)
