"""Folding events into rows; an event that cannot be shown parks its stream, and all others go on."""

import logging
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import Connection
from psycopg.errors import ProgramLimitExceeded
from psycopg.rows import DictRow

from eventstore.log import LogPage, Recorded
from eventstore.round_trip import Statement, carry_out_in_turn
from projections.engine.projection import Projection
from projections.engine.row_changes import RowChanges

Waiting = Mapping[UUID, int]
"""The streams that wait, and from which position on."""

NEVER = sys.maxsize

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parked:
    """The first event of a stream that could not be shown; `error` says why, and nothing of what is in the event."""

    stream: UUID
    position: int
    topic: str
    error: str


@dataclass(frozen=True)
class Folded:
    """What a page of events changes in the tables of a projection, and the streams that it parks."""

    tables: Mapping[str, RowChanges]
    parked: list[Parked]

    @property
    def changes(self) -> bool:
        """Whether anything is different afterwards."""
        return any(self.tables.values())

    def statements(self) -> Iterator[Statement]:
        """What writes it."""
        for rows in self.tables.values():
            yield from rows.statements()


def fold(projection: Projection, page: LogPage, waiting: Waiting) -> Folded:
    """Let the handlers say what changes. The stream of an event over which one stumbles is parked there."""
    found = [
        Parked(each.stream, each.position, each.topic, f"unreadable ({each.error})")
        for each in page.unreadable
        if each.topic in projection.topics and each.stream not in waiting
    ]
    while True:
        parked = _first_of_each(found)
        tables = projection.collector()
        stumbled = _apply(projection, page.events, with_parked(waiting, parked.values()), tables)
        if stumbled is None:
            return Folded(tables, list(parked.values()))
        # Nothing of this event may be left in the tables: the others are collected once more.
        found.append(stumbled)


def apply_page(conn: Connection[DictRow], projection: Projection, page: LogPage, waiting: Waiting) -> list[Parked]:
    """Write a page inside of a transaction and answer what it parks.

    What the database refuses is tried again in halves, until the event is found that it refuses.
    """
    folded = fold(projection, page, waiting)
    try:
        with conn.transaction():
            carry_out_in_turn(conn, folded.statements())
    except Exception as error:
        if not is_of_an_event(error):
            raise
        if len(page.events) == 1:
            return [*folded.parked, _parked(projection, page.events[0], error)]
        first, second = _halves(page)
        parked = apply_page(conn, projection, first, waiting)
        return parked + apply_page(conn, projection, second, with_parked(waiting, parked))
    return folded.parked


def with_parked(waiting: Waiting, parked: Iterable[Parked]) -> Waiting:
    """The streams that wait, with those that have just been parked."""
    return {**waiting, **{each.stream: each.position for each in parked}}


def is_of_an_event(error: Exception) -> bool:
    """Whether it fails because of what is in an event, and not of what happens to everybody just now."""
    if isinstance(error, psycopg.Error):
        refused: tuple[type[Exception], ...] = (psycopg.DataError, psycopg.IntegrityError, ProgramLimitExceeded)
        # Without a state of the database it is the driver that cannot write a value.
        return isinstance(error, refused if error.sqlstate else (*refused, psycopg.ProgrammingError))
    return not isinstance(error, PersistenceError | OSError | MemoryError)


def _apply(
    projection: Projection, events: Iterable[Recorded], waiting: Waiting, tables: Mapping[str, RowChanges]
) -> Parked | None:
    for recorded in events:
        if waiting and recorded.position >= waiting.get(recorded.event.originator_id, NEVER):
            continue
        try:
            projection.apply(recorded, tables)
        except Exception as error:
            if not is_of_an_event(error):
                raise
            return _parked(projection, recorded, error)
    return None


def _parked(projection: Projection, recorded: Recorded, error: Exception) -> Parked:
    # The text of an exception may repeat what is in the event: only where it was raised is noted.
    where = error_location(error)
    about = {
        "projection": projection.name,
        "position": recorded.position,
        "error": where,
        "frames": " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in _frames(error)),
    }
    _logger.warning("stream_parked", extra=about)
    return Parked(recorded.event.originator_id, recorded.position, recorded.event.TOPIC, where)


def _frames(error: Exception) -> Iterable[traceback.FrameSummary]:
    return reversed(traceback.extract_tb(error.__traceback__))


def error_location(error: Exception) -> str:
    """What an error is and where it happened, without what it says."""
    if isinstance(error, psycopg.Error):
        places = (error.diag.table_name, error.diag.constraint_name or error.diag.column_name)
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        places = (Path(frame.filename).name, str(frame.lineno))
    place = ":".join(filter(None, places))
    return f"{type(error).__name__} ({place})" if place else type(error).__name__


def _first_of_each(found: Iterable[Parked]) -> dict[UUID, Parked]:
    """The first of each stream."""
    first: dict[UUID, Parked] = {}
    for each in sorted(found, key=lambda parked: parked.position):
        first.setdefault(each.stream, each)
    return first


def _halves(page: LogPage) -> tuple[LogPage, LogPage]:
    middle = len(page.events) // 2
    first = page.events[middle].position
    return (
        LogPage(first - 1, page.events[:middle], [each for each in page.unreadable if each.position < first]),
        LogPage(page.reached, page.events[middle:], [each for each in page.unreadable if each.position >= first]),
    )
