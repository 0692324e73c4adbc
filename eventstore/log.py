"""Reads the log forwards: every event once, in order, with what stands beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError
from psycopg.rows import TupleRow, tuple_row
from pydantic_core import from_json

from eventstore.mapper import TypedMapper
from eventstore.recorder import LoggedEvent, Recorder

_ROWS = """SELECT notification_id, event_id, recorded_at, metadata::text,
                  topic, originator_id, originator_version, state
             FROM log.events"""

_PAGE = """SELECT head.position, event.notification_id, event.event_id, event.recorded_at, event.metadata::text,
                  event.topic, event.originator_id, event.originator_version, event.state
             FROM log.head AS head
             LEFT JOIN log.events AS event
               ON event.notification_id > %s AND event.notification_id <= %s AND event.topic = ANY(%s)
            WHERE head.single"""
"""The head, and beside it the events as of the same moment, in any order; without any it stands alone."""


class Recorded(NamedTuple):
    """One event of the log; `event` is an instance of its class."""

    position: int
    event_id: UUID
    recorded_at: datetime
    metadata: Mapping[str, str]
    event: Any

    def owner(self, name: str) -> UUID:
        """An id of `metadata` such as `lead_id`; raises `KeyError` where the event belongs to none."""
        return UUID(self.metadata[name])


class Unreadable(NamedTuple):
    """An event of the log that its class cannot be made of; `error` says nothing of what is in it."""

    position: int
    stream: UUID
    topic: str
    error: str


@dataclass
class LogPage:
    """What was asked for of the log up to position `reached`."""

    reached: int
    events: list[Recorded] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def without(self, positions: Collection[int]) -> "LogPage":
        """The same without the events at these positions."""
        if not positions:
            return self
        return LogPage(
            self.reached,
            [each for each in self.events if each.position not in positions],
            [each for each in self.unreadable if each.position not in positions],
        )


class Log:
    """The log of one application as a reader sees it."""

    def __init__(self, recorder: Recorder, mapper: TypedMapper) -> None:
        self._recorder = recorder
        self._mapper = mapper

    def head(self) -> int:
        """The position of the last event, 0 in an empty log."""
        return self._recorder.max_notification_id() or 0

    def page(self, after: int, limit: int, topics: Collection[str]) -> LogPage:
        """The events of these topics at the next positions behind `after`, at most `limit` positions.

        What cannot be read is no error here, but that the database is away, or a key cannot be opened, is. A page that
        reached less than `after` says that the log has begun anew.
        """
        with (
            self._recorder.datastore.get_connection() as conn,
            conn.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            rows = cursor.execute(_PAGE, (after, after + limit, list(topics)), prepare=True).fetchall()
        rows.sort(key=itemgetter(1))
        page = LogPage(min(after + limit, rows[0][0]))
        self._decode([row[1:] for row in rows if row[1] is not None], page)
        return page

    def stream(self, stream: UUID, first: int, last: int, topics: Collection[str]) -> LogPage:
        """The events of these topics in one stream, from position `first` to `last`."""
        page = LogPage(last)
        with (
            self._recorder.datastore.get_connection() as conn,
            conn.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            rows = cursor.execute(
                f"""{_ROWS} WHERE originator_id = %s AND notification_id >= %s AND notification_id <= %s
                      AND topic = ANY(%s) ORDER BY notification_id""".encode(),
                (stream, first, last, list(topics)),
            ).fetchall()
        self._decode(rows, page)
        return page

    def last(self, topic: str) -> int:
        """The position of the last event of a topic, 0 if there is none."""
        with self._recorder.datastore.get_connection() as conn:
            row = conn.execute(
                "SELECT coalesce(max(notification_id), 0) AS last FROM log.events WHERE topic = %s",
                (topic,),
                prepare=True,
            ).fetchone()
        assert row is not None
        return int(row["last"])

    def forget_keys(self) -> None:
        """Open what is read from now on with keys as they are in the database now."""
        self._mapper.forget_keys()

    def _decode(self, rows: Sequence[TupleRow], page: LogPage) -> None:
        keys = self._mapper.keys_for([row[7] for row in rows])
        for position, event_id, recorded_at, metadata, topic, stream, version, state in rows:
            try:
                event = self._mapper.event_of(topic, stream, version, state, keys)
            except MapperDeserialisationError as error:
                page.unreadable.append(Unreadable(position, stream, topic, type(error.__cause__).__name__))
            else:
                page.events.append(Recorded(position, event_id, recorded_at, from_json(metadata), event))

    def position_of(self, event_id: UUID) -> int | None:
        """Where an event stands, `None` if it is not in the log."""
        return self._recorder.position_of(event_id)

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The next events behind position `after`, at most `limit`."""
        found = self._recorder.select_notifications(after + 1, limit)
        self._mapper.load_keys(found)
        return [self.decoded(each) for each in found if isinstance(each, LoggedEvent)]

    def decoded(self, logged: LoggedEvent) -> Recorded:
        """The event that a row of the log holds; raises `MapperDeserialisationError` if it cannot be read."""
        event = self._mapper.to_domain_event(logged)
        return Recorded(logged.id, logged.event_id, logged.recorded_at, logged.metadata, event)
