"""Quiet hours: the times at which a follower is not to be disturbed, by their own wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EVERY_DAY: Final = 0b1111111

_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
# A weekly allowed hour can fall into the hour that a change to summer time skips, but not five weeks running.
_QUIET_AT_MOST: Final = timedelta(weeks=5)


@dataclass(frozen=True)
class QuietHours:
    """Wall time in `zone`, `start` to `end`, over midnight if `start` is later; none if both are equal.

    Bit 0 of `days` allows Monday, bit 6 Sunday, by the local date; a day not allowed is quiet as a whole.
    """

    zone: ZoneInfo
    start: time = time(21)
    end: time = time(9)
    days: int = EVERY_DAY


def quiet(x: datetime, hours: QuietHours) -> bool:
    """Is `x` within the quiet hours, or on a day without messages, by the follower's wall clock?"""
    local = x.astimezone(hours.zone)
    if not hours.days >> local.weekday() & 1:
        return True
    start, end, wall = hours.start, hours.end, local.time()
    if start <= end:
        return start <= wall < end
    return wall >= start or wall < end


def next_not_quiet(x: datetime, hours: QuietHours) -> datetime | None:
    """The least instant from `x` on that is not quiet; None if every hour of every week is."""
    if not quiet(x, hours):
        return x
    return next((edge for edge in _edges(x, x + _QUIET_AT_MOST, hours) if not quiet(edge, hours)), None)


def next_quiet(x: datetime, until: datetime, hours: QuietHours) -> datetime | None:
    """The first instant in `(x, until]` that begins a quiet time."""
    return next((edge for edge in _edges(x, until, hours) if quiet(edge, hours)), None)


def first_slot(x: datetime, hours: QuietHours, slack: timedelta) -> datetime | None:
    """The first whole minute from `x` on that is not quiet, nor becomes so within `slack`."""
    slot = whole_minute(x)
    limit = slot + _QUIET_AT_MOST
    while slot < limit:
        begin = next_not_quiet(slot, hours)
        if begin is None:
            return None
        slot = whole_minute(begin)
        if quiet(slot, hours):
            continue
        end = next_quiet(slot, slot + slack, hours)
        if end is None:
            return slot
        slot = end
    return None


def last_slot(x: datetime, before: datetime, hours: QuietHours, slack: timedelta) -> datetime | None:
    """The last whole minute in `[x, before)` that is not quiet, nor becomes so within `slack`."""
    if x >= before:
        return None
    last = None
    slot = first_slot(x, hours, slack)
    while slot is not None and slot < before:
        end = next_quiet(slot, before + slack, hours)
        if end is None:
            return whole_minute(before) - _MINUTE
        last = whole_minute(min(before, end - slack)) - _MINUTE
        slot = first_slot(end, hours, slack)
    return last


def whole_minute(x: datetime) -> datetime:
    """The least whole minute from `x` on."""
    floor = x.replace(second=0, microsecond=0)
    return floor if floor == x else floor + _MINUTE


def _edges(after: datetime, until: datetime, hours: QuietHours) -> Iterator[datetime]:
    """In order, every instant in `(after, until]` at which quiet may begin or end."""
    while after < until:
        end = min(after + _DAY, until)
        local_after, local_end = after.astimezone(hours.zone), end.astimezone(hours.zone)
        edges: set[datetime] = set()
        # A clock set back across midnight visits the day before or after once more.
        day, last_day = local_after.date() - _DAY, local_end.date() + _DAY
        while day <= last_day:
            edges.update(_wall_edges(day, hours))
            day += _DAY
        if local_after.utcoffset() != local_end.utcoffset():
            edges.add(_offset_change(after, end, hours.zone))
        yield from sorted(edge for edge in edges if after < edge <= end)
        after = end


def _wall_edges(day: date, hours: QuietHours) -> Iterator[datetime]:
    for wall in {time(0), hours.start, hours.end}:
        for fold in (0, 1):
            yield datetime.combine(day, wall, hours.zone).replace(fold=fold).astimezone(UTC)


def _offset_change(after: datetime, until: datetime, zone: ZoneInfo) -> datetime:
    """The whole minute in `(after, until]` at which the zone's clocks change."""
    before, low, high = after.astimezone(zone).utcoffset(), after, until
    while high - low > _MINUTE:
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)
