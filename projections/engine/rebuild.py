"""Rebuild of a projection: its tables are made beside those that are shown, and put in their place with one switch."""

import gc
import hashlib
import inspect
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL

from domain.errors import Conflict, NotFound
from domain.lead import Lead
from eventstore.log import Log, LogPage
from eventstore.round_trip import carry_out_in_turn
from eventstore.session_limits import MAINTENANCE, session
from projections.engine.folding import apply_page, with_parked
from projections.engine.generations import drop_tables, identifiers, make_tables, shown, storing_parked, waiting_in
from projections.engine.parking import BEFORE_ERASING, discarded, go_on
from projections.engine.projection import Projection
from projections.engine.projector import CHANNEL, SESSION, notification, report

BATCH = 5000
TAIL = 500
"""How many positions the live tables may be ahead while they are held for the switch."""

REPORTS_EVERY = 1.0
SELDOM = 500_000
"""Objects more than were freed, after which the garbage collector looks."""


class RebuildCancelled(Conflict):
    """Somebody gave the rebuild up while it was running."""


@dataclass(frozen=True)
class RebuildStep:
    """How far a rebuild is; `rate` in events per second, `left` in seconds."""

    position: int
    head: int
    rate: float
    left: float


class Rebuild:
    """One rebuild of one projection. Killed anywhere, a next one with the same handlers goes on where it was."""

    def __init__(self, url: str, log: Log, projection: Projection, report: Callable[[RebuildStep], None]) -> None:
        self._url = url
        self._log = log
        self._projection = projection
        self._report = report
        self._position = 0
        self._waiting: dict[UUID, int] = {}

    def run(self) -> int:
        """Rebuild and switch; answers the position at which the new tables are shown.

        Raises `Conflict` while another program rebuilds it, and `Cancelled`.
        """
        with (
            psycopg.connect(
                self._url, autocommit=True, row_factory=dict_row, **session(MAINTENANCE, self._url)
            ) as conn,
            ReadAhead(self._log, self._projection) as pages,
            collecting_seldom(),
        ):
            conn.execute(SESSION)
            self._claim(conn)
            self._begin(conn)
            self._catch_up(conn, pages)
            conn.execute(SQL("ANALYZE {}").format(identifiers(self._projection.table_names.values())))
            self._catch_up(conn, pages)
            while not self._switch(conn):
                self._catch_up(conn, pages)
        return self._position

    def _claim(self, conn: Connection[DictRow]) -> None:
        """Be the only one who rebuilds it, for as long as the connection lasts."""
        key = f"rebuild/{self._projection.name}/{self._projection.version}"
        row = conn.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS got", (key,)).fetchone()
        if row is None or not row["got"]:
            raise Conflict(f"{self._projection.name} is being rebuilt already, by another program.")

    def _begin(self, conn: Connection[DictRow]) -> None:
        """Find what an earlier rebuild has left, or make new tables."""
        projection, code = self._projection, code_of(self._projection)
        with conn.transaction():
            found = conn.execute(
                """SELECT generation, position, code FROM read.rebuilds
                    WHERE name = %s AND version = %s FOR UPDATE""",
                (projection.name, projection.version),
            ).fetchone()
            if found is not None and found["code"] == code:
                projection.show(found["generation"])
                self._position = found["position"]
                self._waiting = waiting_in(conn, projection, projection.generation)
                return
            if found is not None:  # of handlers that have been changed since
                _give_up(conn, projection)
            live = shown(conn, projection)
            projection.show(1 + (live.generation if live else 1))
            make_tables(conn, projection)
            conn.execute(
                "INSERT INTO read.rebuilds (name, version, generation, tables, code) VALUES (%s, %s, %s, %s, %s)",
                (
                    projection.name,
                    projection.version,
                    projection.generation,
                    list(projection.table_names.values()),
                    code,
                ),
            )

    def _catch_up(self, conn: Connection[DictRow], pages: "ReadAhead") -> None:
        """Go on until the log is nearly at its end."""
        begun = reported = time.monotonic()
        first = self._position
        while True:
            before = self._position
            erased, page = pages.page(before)
            if page.reached > before:
                self._show(conn, page, erased)
            if page.reached - before < TAIL:
                return
            now = time.monotonic()
            if now - reported >= REPORTS_EVERY:
                reported = now
                head, rate = self._log.head(), (self._position - first) / (now - begun)
                self._report(RebuildStep(self._position, head, rate, (head - self._position) / rate))

    def _show(self, conn: Connection[DictRow], page: LogPage, erased: int) -> None:
        with conn.transaction():
            conn.execute(BEFORE_ERASING)
            self._take(conn, self._as_of_now(page, erased))

    def _take(self, conn: Connection[DictRow], page: LogPage) -> None:
        """Write a page within a transaction, and move the rebuild's position."""
        projection = self._projection
        moved = conn.execute(
            """UPDATE read.rebuilds SET position = %s
                WHERE name = %s AND version = %s AND generation = %s AND position = %s""",
            (page.reached, projection.name, projection.version, projection.generation, self._position),
        )
        if moved.rowcount != 1:
            raise RebuildCancelled(f"The rebuild of {projection.name} was cancelled.")
        parked = apply_page(conn, projection, page.without(discarded(conn, projection)), self._waiting)
        carry_out_in_turn(conn, storing_parked(projection, parked))
        self._position, self._waiting = page.reached, dict(with_parked(self._waiting, parked))

    def _as_of_now(self, page: LogPage, erased: int) -> LogPage:
        """The page, read again if somebody was erased since: their words must not come back."""
        if self._log.last(Lead.Erased.TOPIC) == erased:
            return page
        self._log.forget_keys()
        return self._log.page(self._position, page.reached - self._position, self._projection.topics)

    def _switch(self, conn: Connection[DictRow]) -> bool:
        """Put the new tables in the place of the old ones; `False` if these are too far ahead.

        The projector waits meanwhile, for as long as it takes to write the last events; readers do not.
        """
        projection = self._projection
        with conn.transaction():
            conn.execute("SET LOCAL synchronous_commit = on")
            conn.execute(BEFORE_ERASING)
            live = shown(conn, projection, hold=True)
            ahead = live.position - self._position if live else 0
            if ahead > TAIL:
                return False
            if ahead > 0:
                self._log.forget_keys()
                self._take(conn, self._log.page(self._position, ahead, projection.topics))
            given_up = discarded(conn, projection)
            for stream, position in self._waiting.items():
                if position in given_up:
                    go_on(conn, self._log, projection, stream, self._waiting, self._position)
            self._replace(conn)
        return True

    def _replace(self, conn: Connection[DictRow]) -> None:
        projection = self._projection
        key = (projection.name, projection.version)
        gone = conn.execute("DELETE FROM read.rebuilds WHERE name = %s AND version = %s", key)
        if gone.rowcount != 1:
            raise RebuildCancelled(f"The rebuild of {projection.name} was cancelled.")
        conn.execute(
            "INSERT INTO read.retired (tables) SELECT tables FROM read.projections WHERE name = %s AND version = %s",
            key,
        )
        conn.execute(
            """INSERT INTO read.projections (name, version, generation, position, tables, parked)
               SELECT %(name)s, %(version)s, %(generation)s, %(position)s, %(tables)s, count(*) FROM read.parked
                WHERE name = %(name)s AND version = %(version)s AND generation = %(generation)s
               ON CONFLICT (name, version) DO UPDATE
                  SET generation = EXCLUDED.generation, position = EXCLUDED.position, tables = EXCLUDED.tables,
                      parked = EXCLUDED.parked, failure = NULL""",
            {
                "name": projection.name,
                "version": projection.version,
                "generation": projection.generation,
                "position": self._position,
                "tables": list(projection.table_names.values()),
            },
        )
        conn.execute(
            "DELETE FROM read.parked WHERE name = %s AND version = %s AND generation <> %s",
            (*key, projection.generation),
        )
        told = {CHANNEL: report(projection, self._position)}
        announced = {} if projection.announced_on is None else {projection.announced_on: ""}
        carry_out_in_turn(conn, [notification(told | announced)])


class ReadAhead:
    """Pages of the log, the next of which is read and decoded while the database writes the one before."""

    def __init__(self, log: Log, projection: Projection) -> None:
        self._log = log
        self._topics = projection.topics
        self._thread = ThreadPoolExecutor(1, "read-ahead")
        self._next: tuple[int, Future[tuple[int, LogPage]]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def page(self, after: int) -> tuple[int, LogPage]:
        """The page behind a position, and the last erasure before it was read."""
        if self._next is not None and self._next[0] == after:
            erased, page = self._next[1].result()
        else:
            erased, page = self._read(after)
        self._next = None
        if page.reached == after + BATCH:
            self._next = (page.reached, self._thread.submit(self._read, page.reached))
        return erased, page

    def _read(self, after: int) -> tuple[int, LogPage]:
        return self._log.last(Lead.Erased.TOPIC), self._log.page(after, BATCH, self._topics)


def cancel(conn: Connection[DictRow], projection: Projection) -> None:
    """Give a rebuild up, whether it runs or was cut short. Raises `NotFound` if there is none."""
    with conn.transaction():
        if not _give_up(conn, projection):
            raise NotFound(f"{projection.name} is not being rebuilt.")


def _give_up(conn: Connection[DictRow], projection: Projection) -> bool:
    key = (projection.name, projection.version)
    row = conn.execute(
        "DELETE FROM read.rebuilds WHERE name = %s AND version = %s RETURNING generation, tables", key
    ).fetchone()
    if row is None:
        return False
    conn.execute(
        "DELETE FROM read.parked WHERE name = %s AND version = %s AND generation = %s", (*key, row["generation"])
    )
    drop_tables(conn, row["tables"])
    return True


def code_of(projection: Projection) -> str:
    """By what handlers and tables are told apart from those of another release."""
    module = inspect.getmodule(type(projection))
    assert module is not None
    return hashlib.sha256(inspect.getsource(module).encode()).hexdigest()


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Look for cycles of garbage only now and then: the events of a page make none, and looking cost half the time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
