"""Appends to the log in one stored function and reads it back with everything that stands beside an event."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from eventsourcing.persistence import Notification, OperationalError, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.errors import DiskFull, LockNotAvailable
from psycopg.pq.abc import PGresult
from psycopg.rows import DictRow, tuple_row
from psycopg.types.numeric import Int8
from pydantic_core import to_json

from eventstore.round_trip import Statement, carry_out

CHANNEL = "log_events"
"""PostgreSQL notifies this channel once per append, with the new head as payload."""

LAST_VERSION: Final = 2**63 - 1
"""The highest version that a stream can have."""

AT_ONCE: Final = "100ms"

HOLD_SECONDS: Final = 1
"""How long a writer that holds the head may give no sign of itself."""

_COLUMNS = """originator_id, originator_version, topic, state,
              notification_id, event_id, metadata, recorded_at"""


@dataclass(frozen=True)
class LoggedEvent(Notification):
    """A stored event as the log answers it, with what stands beside it; `id` is its position."""

    event_id: UUID
    metadata: Mapping[str, str]
    recorded_at: datetime


class Held(OperationalError):
    """Nothing was appended, and nothing can be: `why` names what is not to be had, `head`, `row` or `disk`."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the {why} is not to be had")
        self.why = why


class Recorder(PostgresApplicationRecorder):
    """The application's log in `log.events`; the tables come from the migrations."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        self.channel_name = CHANNEL  # the library's own subscriptions listen to it
        self._holding: Connection[DictRow] | None = None

    def create_table(self) -> None:
        """Nothing: the migrations make the tables, so that one place owns them."""

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        event_ids: Sequence[UUID] = (),
        metadata: Sequence[Mapping[str, str]] = (),
        in_transaction: Sequence[tuple[str, tuple[Any, ...]]] = (),
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Append the events and what stands beside them in one transaction, and answer the events' positions.

        `metadata` holds ids only, nothing personal; `in_transaction` are statements with their parameters.

        Raises `IntegrityError` when another writer has taken a version, or a row beside stands already, and `Held`
        when nothing can be appended at the moment. Never tried again from here: after a lost connection only the
        caller can ask whether it was stored.
        """
        if not (stored_events or in_transaction):
            return None
        event_ids = event_ids or [uuid4() for _ in stored_events]
        metadata = metadata or [{} for _ in stored_events]
        statements: list[Statement] = [*in_transaction]
        if stored_events:
            # The last, because it takes the lock that everybody waits for.
            statements.append(_append(stored_events, event_ids, metadata))
        results = self._carry_out(statements)
        if not stored_events:
            return None
        last = int(results[len(in_transaction)].get_value(0, 0) or 0)
        return list(range(last - len(stored_events) + 1, last + 1))

    def append_nothing(self) -> None:
        """See whether something could be appended, without waiting for it; raises what `insert_events` does."""
        self._carry_out([("SELECT set_config('lock_timeout', %s, true)", (AT_ONCE,)), _append((), (), ())])

    def take_room(self) -> None:
        """See whether the disk has room for one more page; raises `Held` where it has none.

        A role that may make no temporary tables sees it by its next append.
        """
        with suppress(ProgrammingError):
            self._carry_out([("CREATE TEMPORARY TABLE room ON COMMIT DROP AS SELECT 1 AS page", ())])

    @contextmanager
    def holding_head(self) -> Iterator[None]:
        """Let nobody else append until this has: what is read inside cannot be overtaken any more.

        Every other writer waits meanwhile, for as long as a command takes to read its streams and to append; should we
        fall silent, for `HOLD_SECONDS` at most.
        """
        with self.datastore.get_connection() as conn:
            try:
                with _saying_what_is_held(), conn.pipeline():
                    conn.execute("BEGIN")
                    conn.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{HOLD_SECONDS}s'".encode())
                    conn.execute("SELECT log.hold_head()")
                self._holding = conn
                yield
            finally:
                self._holding = None
                if not conn.closed:
                    conn.rollback()

    def _carry_out(self, statements: Sequence[Statement]) -> Sequence[PGresult]:
        """On any connection, or on the one that holds the head, which lets go of it in the same flush."""
        if self._holding is not None:
            with _saying_what_is_held():
                return carry_out(self._holding, [*statements, ("COMMIT", ())])
        with self.datastore.get_connection() as conn, _saying_what_is_held():
            return carry_out(conn, statements)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of a stream; asked once, where the library's own asks ten times while somebody waits."""
        with self.datastore.get_connection() as conn:
            rows = conn.execute(
                f"""SELECT originator_id, originator_version, topic, state FROM log.events
                     WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s
                     ORDER BY originator_version {"DESC" if desc else "ASC"} LIMIT %s""".encode(),
                (originator_id, Int8(-1 if gt is None else gt), Int8(LAST_VERSION if lte is None else lte), limit),
                prepare=True,
            ).fetchall()
        return [
            StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
            for row in rows
        ]

    def select_streams(self, behind: Mapping[UUID, int], limit: int) -> Sequence[StoredEvent]:
        """The events of several streams, each behind a version and `limit` at most, one stream after the other."""
        with self.datastore.get_connection() as conn, conn.cursor(binary=True, row_factory=tuple_row) as cursor:
            rows = cursor.execute(
                """SELECT event.originator_id, event.originator_version, event.topic, event.state
                     FROM unnest(%s::uuid[], %s::bigint[]) AS asked (stream, behind)
                     JOIN log.events AS event
                       ON event.originator_id = asked.stream AND event.originator_version > asked.behind
                      AND event.originator_version <= asked.behind + %s
                    ORDER BY event.originator_id, event.originator_version""",
                (list(behind), [Int8(version) for version in behind.values()], limit),
                prepare=True,
            ).fetchall()
        return [StoredEvent(*row) for row in rows]

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


@contextmanager
def _saying_what_is_held() -> Iterator[None]:
    try:
        yield
    except LockNotAvailable as error:
        # The context names the function in every language.
        context = error.diag.context or ""
        raise Held("head" if "append_events" in context or "hold_head" in context else "row") from error
    except DiskFull as error:
        raise Held("disk") from error


def _append(
    events: Sequence[StoredEvent], event_ids: Sequence[UUID], metadata: Sequence[Mapping[str, str]]
) -> Statement:
    # The id stands in the metadata too, which the chain covers.
    kept_metadata = [{**each, "event_id": str(event_id)} for each, event_id in zip(metadata, event_ids, strict=True)]
    # In binary: as text psycopg escapes each quote of each JSON document on its own.
    return (
        "SELECT log.append_events(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[], %b::text[])",
        (
            [event.originator_id for event in events],
            [Int8(event.originator_version) for event in events],
            [event.topic for event in events],
            [event.state for event in events],
            list(event_ids),
            [to_json(each).decode() for each in kept_metadata],
        ),
    )
