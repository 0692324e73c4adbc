"""When a follower is left in peace, by the second and over every change of the clocks."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.nurturing.quiet_hours import QuietHours, next_not_quiet, quiet

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MADRID = ZoneInfo("Europe/Madrid")
LISBON = ZoneInfo("Europe/Lisbon")
NEW_YORK = ZoneInfo("America/New_York")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
USUAL = QuietHours(MADRID)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_quiet_hours_begin_and_end_to_the_second() -> None:
    start, end = at("2025-06-02 19:00"), at("2025-06-03 07:00")
    assert not quiet(start - SECOND, USUAL)
    assert quiet(start, USUAL)
    assert quiet(end - SECOND, USUAL)
    assert not quiet(end, USUAL)


@pytest.mark.parametrize(
    ("zone", "quiet_from", "until", "asleep", "wakes"),
    [
        # The end of quiet hours lies in the hour that is skipped.
        (MADRID, time(21), time(2, 30), "2025-03-30 00:59", "2025-03-30 01:00"),
        (LISBON, time(21), time(1, 30), "2025-03-30 00:59", "2025-03-30 01:00"),
        (NEW_YORK, time(21), time(2, 30), "2025-03-09 06:59", "2025-03-09 07:00"),
        (SAO_PAULO, time(21), time(0, 30), "2018-11-04 02:59", "2018-11-04 03:00"),
        # The end of quiet hours is shortly after the skipped hour: an hour less to wait.
        (MADRID, time(21), time(9), "2025-03-29 20:00", "2025-03-30 07:00"),
        (NEW_YORK, time(21), time(9), "2025-03-09 02:00", "2025-03-09 13:00"),
        # The hour is repeated: an hour more to wait.
        (MADRID, time(21), time(9), "2025-10-25 19:00", "2025-10-26 08:00"),
        (SAO_PAULO, time(21), time(9), "2019-02-16 23:00", "2019-02-17 12:00"),
        # The end of quiet hours lies in the repeated hour: awake from its first pass on.
        (MADRID, time(21), time(2, 30), "2025-10-26 00:29", "2025-10-26 00:30"),
        (LISBON, time(21), time(1, 30), "2025-10-26 00:29", "2025-10-26 00:30"),
        (NEW_YORK, time(21), time(1, 30), "2025-11-02 05:29", "2025-11-02 05:30"),
        # … and asleep again at the beginning of its second pass.
        (MADRID, time(21), time(2, 30), "2025-10-26 01:00", "2025-10-26 01:30"),
        (LISBON, time(21), time(1, 30), "2025-10-26 01:00", "2025-10-26 01:30"),
        (NEW_YORK, time(21), time(1, 30), "2025-11-02 06:00", "2025-11-02 06:30"),
        # The day itself ends twice.
        (SAO_PAULO, time(23, 30), time(0, 30), "2019-02-17 01:30", "2019-02-17 02:00"),
    ],
)
def test_quiet_hours_follow_the_wall_clock_when_it_is_changed(
    zone: ZoneInfo, quiet_from: time, until: time, asleep: str, wakes: str
) -> None:
    hours = QuietHours(zone, quiet_from, until)
    assert quiet(at(wakes) - SECOND, hours)
    assert next_not_quiet(at(asleep), hours) == at(wakes)


def test_without_any_allowed_day_the_quiet_never_ends() -> None:
    assert next_not_quiet(at("2025-06-02 10:00"), replace(USUAL, days=0)) is None


def test_whoever_may_be_disturbed_need_not_wait() -> None:
    instant = at("2025-06-02 10:00") + SECOND
    assert next_not_quiet(instant, USUAL) == instant


def test_quiet_hours_within_one_day_need_no_midnight() -> None:
    siesta = replace(USUAL, start=time(14), end=time(16, 30))
    assert not quiet(at("2025-06-02 11:59"), siesta)
    assert quiet(at("2025-06-02 12:00"), siesta)
    assert not quiet(at("2025-06-02 14:30"), siesta)
    assert not quiet(at("2025-06-02 22:00"), siesta)


def test_equal_ends_mean_that_no_hour_is_quiet() -> None:
    open_all_day = replace(USUAL, start=time(9), end=time(9))
    assert not any(quiet(at("2025-06-02 10:00") + hour * HOUR, open_all_day) for hour in range(24))


def test_a_day_without_messages_is_quiet_by_the_local_date() -> None:
    weekdays = QuietHours(NEW_YORK, time(0), time(0), 0b0011111)
    friday_night = at("2025-06-07 03:59")
    assert not quiet(friday_night, weekdays)
    assert quiet(friday_night + MINUTE, weekdays)
    assert next_not_quiet(friday_night + MINUTE, weekdays) == at("2025-06-09 04:00")


def test_a_day_without_messages_is_left_again_when_the_clock_goes_back_over_midnight() -> None:
    no_saturday = QuietHours(SAO_PAULO, time(0), time(0), 0b1011111)
    assert next_not_quiet(at("2019-02-16 12:00"), no_saturday) == at("2019-02-17 03:00")
