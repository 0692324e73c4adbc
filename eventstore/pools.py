"""Pools of connections that wait briefly for a lost database, find it as soon as it is back, and are shared fairly."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final
from weakref import WeakValueDictionary

from psycopg import AsyncConnection, BaseConnection, Connection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from eventstore.session_limits import COMMANDS, READS, SessionLimits, session

WAIT_SECONDS: Final = 1.0
"""How long somebody waits for a connection."""

TURN_SECONDS: Final = 10.0
"""How long a request waits for others about the same creator, while these are answered."""

AWAY_SECONDS: Final = 0.3
"""The same while none can be made: long enough to see whether one can by now."""

RETRY_SECONDS: Final = 0.2
"""For how long a connection is tried again before it is given up until somebody asks for one.

The pool's own pauses grow to minutes, and whoever asks meanwhile waits for their end.
"""

TRANSACTION_TIMEOUT: Final = 170_000
"""The first version of PostgreSQL that has the setting `transaction_timeout`."""

LOOK_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 5.0

SHARE: Final = 4
"""Connections that all requests about one creator may use at the same time."""

HELD_SECONDS: Final = 6.0
"""How long a connection may be kept: a server that works has cancelled any statement by then."""

_WAITS: Final[dict[str, Any]] = {"open": False, "timeout": WAIT_SECONDS, "reconnect_timeout": RETRY_SECONDS}
"""What both pools are told about waiting."""

_asking: ContextVar[str | None] = ContextVar("asking", default=None)


@contextmanager
def asking_for(creator_id: str) -> Iterator[None]:
    """Have what is read meanwhile count as a request's, about this creator or, if empty, about none."""
    token = _asking.set(creator_id)
    try:
        yield
    finally:
        _asking.reset(token)


class LogPool(ConnectionPool[Connection[DictRow]]):
    """Connections for appending to the log and reading its streams; any thread may ask for one."""

    def __init__(self, url: str, max_size: int, limits: SessionLimits = COMMANDS) -> None:
        super().__init__(
            url,
            connection_class=Connection[DictRow],
            kwargs=_connecting(url, limits),
            min_size=1,
            max_size=max_size,
            check=self._see_that_it_lives,
            configure=self._made,
            reconnect_failed=self._given_up,
            name="log",
            **_WAITS,
        )
        self._limits = limits
        self._is_away = False
        self._kept = Kept()

    def open(self, wait: bool = False, timeout: float = WAIT_SECONDS) -> None:
        super().open(wait, timeout)
        self._kept.start()

    def close(self, timeout: float = CLOSE_SECONDS) -> None:
        self._kept.stop()
        super().close(timeout)

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[Connection[DictRow]]:
        """A connection that lives; raises `PoolTimeout`, soon where it is known that none can be made."""
        with super().connection(timeout or (AWAY_SECONDS if self._is_away else WAIT_SECONDS)) as conn:
            if not self._limits.statement:
                yield conn
                return
            with self._kept.limited(conn):
                yield conn

    def _see_that_it_lives(self, conn: Connection[DictRow]) -> None:
        try:
            _hear(conn)
        except OperationalError:  # and so may all the others have gone
            self.drain()
            raise

    def _made(self, conn: Connection[DictRow]) -> None:
        self._is_away = False
        if self._limits.statement and conn.info.server_version >= TRANSACTION_TIMEOUT:
            # Of a client that is stopped between a statement and the end of its transaction no other limit knows.
            conn.execute(f"SET transaction_timeout = '{self._limits.statement:g}s'".encode())

    def _given_up(self, _: object) -> None:
        self._is_away = True


class ReadPool(AsyncConnectionPool[AsyncConnection[DictRow]]):
    """Connections for everything that is asked on the event loop. No creator can have them all."""

    def __init__(self, url: str, max_size: int) -> None:
        super().__init__(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs=_connecting(url, READS),
            min_size=min(2, max_size),
            max_size=max_size,
            check=self._see_that_it_lives,
            configure=self._made,
            reconnect_failed=self._given_up,
            name="reads",
            **_WAITS,
        )
        self._is_away = False
        self._shares: WeakValueDictionary[str, Share] = WeakValueDictionary()

    @asynccontextmanager
    async def connection(
        self,
        timeout: float | None = None,  # noqa: ASYNC109  # the pool's own
    ) -> AsyncIterator[AsyncConnection[DictRow]]:
        """A connection that lives, in a request only as long as an answer is awaited.

        Raises `PoolTimeout`, soon where it is known that none can be made.
        """
        creator_id = _asking.get()
        async with self._share(creator_id):
            seconds = timeout or (AWAY_SECONDS if self._is_away else WAIT_SECONDS)
            async with super().connection(seconds) as conn:
                if creator_id is None:
                    yield conn
                    return
                limit = asyncio.get_running_loop().call_later(HELD_SECONDS, _hang_up, conn)
                try:
                    yield conn
                finally:
                    limit.cancel()

    @asynccontextmanager
    async def _share(self, creator_id: str | None) -> AsyncIterator[None]:
        """Wait until the creator has less than all of their connections in use."""
        if not creator_id:
            yield
            return
        share = self._shares.get(creator_id)
        if share is None:
            share = self._shares[creator_id] = Share()
        async with share.one():
            yield

    async def _see_that_it_lives(self, conn: AsyncConnection[DictRow]) -> None:
        try:
            _hear(conn)
        except OperationalError:  # and so may all the others have gone
            await self.drain()
            raise

    async def _made(self, _: object) -> None:
        self._is_away = False

    async def _given_up(self, _: object) -> None:
        self._is_away = True


class Share:
    """The connections of one creator: whoever comes when all are in use waits for the others, as long as they move."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(SHARE)
        self._moved_at = 0.0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Have one; raises `PoolTimeout` when none of them comes back, or others have been served for too long."""
        loop = asyncio.get_running_loop()
        if self._free.locked():
            await self._wait(loop)
        else:
            await self._free.acquire()
        try:
            yield
        finally:
            self._moved_at = loop.time()
            self._free.release()

    async def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        until, waiting = loop.time() + TURN_SECONDS, loop.create_task(self._free.acquire())
        try:
            while not waiting.done():
                await asyncio.wait((waiting,), timeout=WAIT_SECONDS)
                now = loop.time()
                if not waiting.done() and (now > until or now - self._moved_at > WAIT_SECONDS):
                    raise PoolTimeout("too much is read for one creator at the same time")
        except BaseException:
            if not waiting.cancel():
                self._free.release()
            raise


class Kept:
    """Looks each second whether a thread waits on a connection that gives no sign, and ends that connection."""

    def __init__(self) -> None:
        self._until: dict[Connection[DictRow], float] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kept connections", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._closed.set()

    @contextmanager
    def limited(self, conn: Connection[DictRow]) -> Iterator[None]:
        """Whoever waits for an answer on it meanwhile waits for `HELD_SECONDS` at most."""
        self._until[conn] = time.monotonic() + HELD_SECONDS
        try:
            yield
        finally:
            del self._until[conn]

    def _run(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            now = time.monotonic()
            for conn, until in list(self._until.items()):
                if until < now:
                    _hang_up(conn)


def _connecting(url: str, limits: SessionLimits) -> dict[str, Any]:
    return session(limits, url) | {"row_factory": dict_row, "autocommit": True}


def _hear(conn: BaseConnection[Any]) -> None:
    """Raise `OperationalError` if the server has hung up; asks it nothing."""
    for _ in range(2):  # what it said in parting, then that it is gone
        conn.pgconn.consume_input()


def _hang_up(conn: BaseConnection[Any]) -> None:
    """End a connection under whoever waits for an answer on it."""
    with suppress(OperationalError, OSError), socket.socket(fileno=os.dup(conn.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
