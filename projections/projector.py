"""Follows the log for all projections: in batches, rows and position in one transaction, one leader each."""

import logging
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from eventstore.log import Log
from eventstore.subscription import POLL_SECONDS
from projections.progress import Progress
from projections.projection import Projection

CHANNEL = "read_progress"
BATCH = 500

_logger = logging.getLogger(__name__)


class Projector:
    """Keeps every projection for which it is the leader at the head of the log."""

    def __init__(self, url: str, log: Log, projections: Sequence[Projection], progress: Progress) -> None:
        self._url = url
        self._log = log
        self._projections = projections
        self._progress = progress
        self._led: set[str] = set()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)

    def log_moved(self, _payload: str | None) -> None:
        """Somebody appended."""
        self._wake.set()

    def heard(self, payload: str | None) -> None:
        """Another process reports `name:position`."""
        if payload:
            name, _, position = payload.partition(":")
            self._progress.advance(name, int(position))

    def prepare(self) -> None:
        """Make the tables that are missing, so that whoever starts now can ask them."""
        with self._connect() as conn:
            conn.execute("SELECT pg_advisory_lock(hashtextextended('projections', 0))")
            for projection in self._projections:
                self._set_up(conn, projection)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        delay = 0.1
        while not self._stopping.is_set():
            try:
                with self._connect() as conn:
                    delay = 0.1
                    self._led.clear()
                    while not self._stopping.is_set():
                        self._wake.clear()
                        self._lead(conn)
                        while self._advance(conn) and not self._stopping.is_set():
                            pass
                        self._wake.wait(POLL_SECONDS)
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                _logger.warning("the projector lost its connection (%s)", type(error).__name__)
                self._stopping.wait(delay)
                delay = min(delay * 2, 5)
            except Exception:
                _logger.exception("the projector stumbled and begins again")
                self._stopping.wait(delay)
                delay = min(delay * 2, 5)

    def _connect(self) -> Connection[DictRow]:
        return psycopg.connect(self._url, autocommit=True, row_factory=dict_row)

    def catch_up(self) -> int:
        """Bring everything to the head of the log, in the calling thread; answers the position reached."""
        self.prepare()
        with self._connect() as conn:
            self._led.clear()
            self._lead(conn)
            while self._advance(conn):
                pass
        return self._progress.position

    def _lead(self, conn: Connection[DictRow]) -> None:
        for projection in self._projections:
            if projection.name in self._led:
                continue
            row = conn.execute(
                "SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS got",
                (f"projection/{projection.name}/{projection.version}",),
            ).fetchone()
            if row is not None and row["got"]:
                self._led.add(projection.name)
            self._progress.advance(projection.name, self._position(conn, projection) or 0)

    @staticmethod
    def _position(conn: Connection[DictRow], projection: Projection) -> int | None:
        row = conn.execute(
            "SELECT position FROM read.projections WHERE name = %s AND version = %s",
            (projection.name, projection.version),
        ).fetchone()
        return None if row is None else int(row["position"])

    def _set_up(self, conn: Connection[DictRow], projection: Projection) -> None:
        if self._position(conn, projection) is None:
            with conn.transaction():
                conn.execute(projection.ddl().encode())
                conn.execute(
                    "INSERT INTO read.projections (name, version) VALUES (%s, %s)",
                    (projection.name, projection.version),
                )

    def _advance(self, conn: Connection[DictRow]) -> bool:
        """Take each projection one batch further; `False` when nobody moved."""
        moved = False
        read: dict[int, Sequence[Any]] = {}
        for projection in self._projections:
            if projection.name not in self._led:
                continue
            position = self._position(conn, projection) or 0
            if position not in read:
                read[position] = self._log.read(position, BATCH)
            batch = read[position]
            if batch:
                self._project(conn, projection, batch)
                moved = True
        return moved

    def _project(self, conn: Connection[DictRow], projection: Projection, batch: Sequence[Any]) -> None:
        tables = projection.collector()
        for recorded in batch:
            projection.apply(recorded, tables)
        last = batch[-1].position
        with conn.transaction():
            for rows in tables.values():
                rows.write(conn)
            conn.execute(
                "UPDATE read.projections SET position = %s WHERE name = %s AND version = %s",
                (last, projection.name, projection.version),
            )
            conn.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f"{projection.name}:{last}"))
        self._progress.advance(projection.name, last)
