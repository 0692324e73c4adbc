"""Follows the log for all process managers: in order about one follower, about different ones at once."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from domain.application import Clonnect
from eventstore.answer_timeouts import Session
from eventstore.leases import Deposed
from eventstore.listener import POLL_SECONDS
from eventstore.log import Log, LogPage, Recorded
from eventstore.writer import Writer
from processes.lanes import Lanes
from processes.parked_reactions import park
from processes.prefetch import prefetch
from processes.process import Process
from processes.task_group import task_group
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.folding import error_location

PAGE: Final = 200
"""Positions that are read at once."""
AT_ONCE: Final = 128
"""Followers that are reacted to at the same time."""
UNFINISHED: Final = 1000
"""Events that are in memory at most, read and not finished."""
TRIES: Final = 3
REACTION_SECONDS = 60.0
"""A reaction that takes longer is broken off and begun anew."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
STORED_AFTER: Final = 0.1
"""Seconds that the position waits to be stored until everything is reacted to; a crash repeats what was done since."""
NOBODY_CONCERNED: Final = 0.01
"""Seconds until the log is read again behind events that called for nothing."""

_logger = logging.getLogger(__name__)


class Reactions:
    """Shows each process what concerns it, from the stored position on; what is not finished is shown again.

    The position that is stored is the one before the first event that is not finished. What fails for a moment is
    tried again and delays nobody but its follower; what fails for good is parked.
    """

    def __init__(self, log: Log, writer: Writer[Clonnect], processes: Sequence[Process]) -> None:
        self._log = log
        self._writer = writer
        self._processes = processes
        self._topics = frozenset(topic for process in processes for topic in process.topics)
        self._log_moved = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._start: dict[str, int] = {}
        self._read = 0
        self._unfinished: OrderedDict[int, Recorded] = OrderedDict()
        self._moved, self._settled = asyncio.Event(), asyncio.Event()
        self.position = -1
        """Up to where every process has done what it does about it; -1 as long as that is unknown."""

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say in which event loop it follows the log."""
        self._loop = loop

    def log_moved(self, _payload: str | None = None) -> None:
        """Somebody appended to the log; may be called from any thread."""
        if self._loop is not None and not self._log_moved.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._log_moved.set)

    async def prepare(self) -> None:
        """Have every process ready to react; whoever is not does not lead."""
        for process in self._processes:
            await asyncio.to_thread(process.prepare)

    async def restart(self, conn: AsyncConnection[DictRow]) -> None:
        """Take the positions from the database, at the beginning and when the log begins anew."""
        cursor = await conn.execute("SELECT name, position FROM app.processes")
        stored = {row["name"]: row["position"] async for row in cursor}
        self._start = {process.name: stored[process.name] for process in self._processes}
        self._read = self.position = min(self._start.values())
        self._unfinished.clear()

    async def _woken(self) -> None:
        """Wait until the log has moved, or may have without our hearing of it."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._log_moved.wait()
        except TimeoutError:
            pass
        self._log_moved.clear()

    async def follow(self, conn: Session) -> None:
        """React for as long as the session by which we lead lasts; raises how that ended."""
        await self.restart(conn)
        await conn.execute("SET synchronous_commit = off")  # what a crash takes of the position is shown again
        try:
            async with task_group() as tasks:
                tasks.create_task(self._keep_position(conn))
                await self._take_pages(conn, Lanes(AT_ONCE, tasks.create_task))
        finally:
            with contextlib.suppress(psycopg.Error):
                await self._store_position(conn)

    async def _take_pages(self, conn: Session, lanes: Lanes[UUID]) -> None:
        while True:
            await lanes.wait_until_below(UNFINISHED)
            after = self._read
            page = await asyncio.to_thread(self._log.page, after, PAGE, self._topics)
            if after != self._read:  # the log has begun anew
                continue
            if page.reached > after:
                await self._begin(conn, lanes, page)
            elif page.reached < after:
                await self.restart(conn)
            else:
                await self._woken()

    async def _begin(self, conn: Session, lanes: Lanes[UUID], page: LogPage) -> None:
        for unreadable in page.unreadable:
            for process in self._processes:
                if unreadable.topic in process.topics and unreadable.position > self._start[process.name]:
                    about = {"process_manager": process.name, "position": unreadable.position}
                    _logger.error("event_unreadable", extra=about)
                    await park(conn, process.name, unreadable.position, unreadable.error)
        concerning = [(recorded, processes) for recorded in page.events if (processes := self._concerned(recorded))]
        keys = [_lane(recorded) for recorded, _ in concerning]
        if len(keys) > 1:
            await prefetch(self._writer, set(keys))
        for key, (recorded, processes) in zip(keys, concerning, strict=True):
            self._unfinished[recorded.position] = recorded
            lanes.put(key, partial(self._react, conn, processes, recorded))
        self._read = page.reached
        self._move()
        if not concerning:
            await asyncio.sleep(NOBODY_CONCERNED)

    def _concerned(self, recorded: Recorded) -> list[Process]:
        return [
            process
            for process in self._processes
            if process.reacts(recorded) and recorded.position > self._start[process.name]
        ]

    async def _react(self, conn: Session, processes: Sequence[Process], recorded: Recorded) -> None:
        if self._unfinished.get(recorded.position) is not recorded:
            return  # the log has begun anew
        for process in processes:
            await self._show(conn, process, recorded)
        self._unfinished.pop(recorded.position, None)
        self._move()
        if not self._unfinished:
            self._settled.set()

    async def _show(self, conn: Session, process: Process, recorded: Recorded) -> None:
        tries, pause = 0, FIRST_PAUSE
        while True:
            try:
                async with asyncio.timeout(REACTION_SECONDS):
                    await process.handle(recorded)
            except Deposed:
                raise
            except (*TRANSIENT_ERRORS, TimeoutError) as error:
                waits = {"process_manager": process.name, "position": recorded.position, "error": type(error).__name__}
                _logger.warning("reaction_waits", extra=waits)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            except Exception as error:
                about = {"process_manager": process.name, "position": recorded.position}
                _logger.exception("reaction_failed", extra=about)
                tries += 1
                if tries == TRIES:
                    await park(conn, process.name, recorded.position, error_location(error))
                    return
                await asyncio.sleep(FIRST_PAUSE * tries)
            else:
                return

    def _move(self) -> None:
        self.position = next(iter(self._unfinished), self._read + 1) - 1
        self._moved.set()

    async def _keep_position(self, conn: Session) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STORED_AFTER):
                    await self._settled.wait()
            self._settled.clear()
            await self._store_position(conn)

    async def _store_position(self, conn: Session) -> None:
        await conn.execute(
            "UPDATE app.processes SET position = %(now)s WHERE position < %(now)s", {"now": self.position}
        )


def _lane(recorded: Recorded) -> UUID:
    """Whom an event is about: what is about nobody has its stream for itself."""
    follower_id = recorded.metadata.get("follower_id")
    return recorded.event.originator_id if follower_id is None else UUID(follower_id)
