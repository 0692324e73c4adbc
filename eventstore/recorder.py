"""Appends to the log in one stored function and reads it back with everything that stands beside an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    InterfaceError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg import Connection, Cursor
from psycopg.rows import DictRow
from psycopg.types.numeric import Int8
from pydantic_core import to_json

CHANNEL = "log_events"
"""PostgreSQL notifies this channel once per append, with the new head as payload."""

_COLUMNS = """originator_id, originator_version, topic, state,
              notification_id, event_id, metadata, recorded_at"""


@dataclass(frozen=True)
class LoggedEvent(Notification):
    """A stored event as the log answers it, with what stands beside it; `id` is its position."""

    event_id: UUID
    metadata: Mapping[str, str]
    recorded_at: datetime


class Recorder(PostgresApplicationRecorder):
    """The application's log in `log.events`; the tables come from the migrations."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.channel_name = CHANNEL  # the library's own subscriptions listen to it

    def create_table(self) -> None:
        """Nothing: the migrations make the tables, so that one place owns them."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        event_ids: Sequence[UUID] = (),
        metadata: Sequence[Mapping[str, str]] = (),
        beside: Sequence[tuple[str, tuple[Any, ...]]] = (),
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Append the events and what stands beside them in one transaction, and answer the events' positions.

        `metadata` holds ids only, nothing personal; `beside` are statements with their parameters.

        Raises `IntegrityError` when another writer has taken a version, or a row beside stands already. Never
        tried again from here: after a lost connection only the caller can ask whether it was stored.
        """
        if not (stored_events or beside):
            return None
        event_ids = event_ids or [uuid4() for _ in stored_events]
        metadata = metadata or [{} for _ in stored_events]
        with self.datastore.get_connection() as conn:
            if not beside:  # one statement is a transaction of its own
                appended = self._append(conn, stored_events, event_ids, metadata)
            else:
                appended = None
                with conn.pipeline(), conn.transaction(), conn.cursor() as cursor:  # one round trip
                    for query, statements in groupby(beside, key=itemgetter(0)):
                        cursor.executemany(query.encode(), [params for _, params in statements])
                    if stored_events:
                        appended = self._append(conn, stored_events, event_ids, metadata)
            row = appended.fetchone() if appended else None
        if row is None:
            return None
        return list(range(row["last"] - len(stored_events) + 1, row["last"] + 1))

    @staticmethod
    def _append(
        conn: Connection[DictRow],
        events: Sequence[StoredEvent],
        event_ids: Sequence[UUID],
        metadata: Sequence[Mapping[str, str]],
    ) -> Cursor[DictRow]:
        # The id stands in the metadata too, which the chain covers.
        beside = [{**each, "event_id": str(event_id)} for each, event_id in zip(metadata, event_ids, strict=True)]
        # In binary: as text psycopg escapes each quote of each JSON document on its own.
        return conn.execute(
            "SELECT log.append_events(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[], %b::text[])"
            " AS last",
            (
                [event.originator_id for event in events],
                [Int8(event.originator_version) for event in events],
                [event.topic for event in events],
                [event.state for event in events],
                list(event_ids),
                [to_json(each).decode() for each in beside],
            ),
            prepare=True,
        )

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Up to `limit` events in log order, from position `start` to `stop`, as `LoggedEvent`s."""
        first = 0 if start is None else start if inclusive_of_start else start + 1
        with self.datastore.get_connection() as conn:
            rows = conn.execute(
                f"""SELECT {_COLUMNS} FROM log.events
                     WHERE notification_id >= %s
                       AND (%s::bigint IS NULL OR notification_id <= %s)
                       AND (cardinality(%s::text[]) = 0 OR topic = ANY(%s))
                     ORDER BY notification_id LIMIT %s""".encode(),
                (first, stop, stop, list(topics), list(topics), limit),
                prepare=True,
            ).fetchall()
        return [logged_event(row) for row in rows]

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def max_notification_id(self) -> int | None:
        """The position of the last event, `None` when the log is empty."""
        with self.datastore.get_connection() as conn:
            row = conn.execute("SELECT position FROM log.head", prepare=True).fetchone()
        assert row is not None
        return row["position"] or None

    def changed_streams(self, after: int, upto: int) -> list[UUID]:
        """The streams that were appended to behind position `after`, up to `upto`."""
        with self.datastore.get_connection() as conn:
            rows = conn.execute(
                "SELECT DISTINCT originator_id FROM log.events WHERE notification_id > %s AND notification_id <= %s",
                (after, upto),
                prepare=True,
            ).fetchall()
        return [row["originator_id"] for row in rows]

    def begun(self, streams: Sequence[UUID]) -> set[UUID]:
        """Those of these streams that have events."""
        with self.datastore.get_connection() as conn:
            rows = conn.execute(
                "SELECT originator_id FROM log.events WHERE originator_id = ANY(%s) AND originator_version = 1",
                (list(streams),),
                prepare=True,
            ).fetchall()
        return {row["originator_id"] for row in rows}

    def owners(self, stream: UUID) -> Mapping[str, str]:
        """The ids beside the first event of a stream, which say whose it is; none where it has not begun."""
        with self.datastore.get_connection() as conn:
            row = conn.execute(
                "SELECT metadata FROM log.events WHERE originator_id = %s AND originator_version = 1", (stream,)
            ).fetchone()
        return {} if row is None else row["metadata"]

    def position_of(self, event_id: UUID) -> int | None:
        """Where an event is in the log, `None` if it is not there."""
        with self.datastore.get_connection() as conn:
            row = conn.execute(
                "SELECT notification_id FROM log.events WHERE event_id = %s", (event_id,), prepare=True
            ).fetchone()
        return None if row is None else int(row["notification_id"])

    def stands(self, query: str, params: Sequence[Any]) -> bool:
        """Whether a query finds a row."""
        with self.datastore.get_connection() as conn:
            return conn.execute(query.encode(), params, prepare=True).fetchone() is not None

    def installation(self) -> UUID:
        """The random namespace in which this installation makes its deterministic ids."""
        with self.datastore.get_connection() as conn:
            row = conn.execute("SELECT namespace FROM vault.installation").fetchone()
        assert row is not None
        return UUID(str(row["namespace"]))


def logged_event(row: DictRow) -> LoggedEvent:
    """One row of `log.events` as the rest of the program sees it."""
    return LoggedEvent(
        originator_id=row["originator_id"],
        originator_version=row["originator_version"],
        topic=row["topic"],
        state=bytes(row["state"]),
        id=row["notification_id"],
        event_id=row["event_id"],
        metadata=row["metadata"],
        recorded_at=row["recorded_at"],
    )
