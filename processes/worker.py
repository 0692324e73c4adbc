"""The worker: runs process managers along the log, and due work along the clock, until told to stop."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from eventstore.answer_timeouts import Session
from eventstore.leases import Lease
from eventstore.listener import POLL_SECONDS
from eventstore.writer import checked
from processes.clock import Clock
from processes.deliveries import Deliveries
from processes.due_work import DueWork
from processes.leader_election import beating, leaders_session, take
from processes.reactions import Reactions
from processes.transient_errors import TRANSIENT_ERRORS
from projections.agenda import Agenda
from projections.engine.projection import Pool

TICK_SECONDS = 5
STOP_SECONDS = 1.0
LEASE = "processes"
"""The lease of the worker that reacts to what happens."""
WORKER_LOCKS = 0x636C6F6E
"""The class of the advisory locks that say which workers are alive."""

LOOK_AGAIN_AFTER = 0.02
"""Seconds between two looks at the agenda: what moves it meanwhile is seen together."""

DUE = "due"

_logger = logging.getLogger(__name__)


class Worker:
    """One of any number of workers on the same database.

    One of them leads and follows the log; all take their share of what falls due. Each holds a lock under its
    own number for as long as it lives, so that the others see when an attempt was left open by a dead one.
    """

    def __init__(
        self,
        url: str,
        pool: Pool,
        reactions: Reactions,
        due_work: DueWork,
        agenda: Agenda,
        deliveries: Deliveries,
        clock: Clock,
    ) -> None:
        self._url = url
        self._pool = pool
        self._reactions = reactions
        self._due_work = due_work
        self._agenda = agenda
        self._deliveries = deliveries
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._agenda_moved = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._at_tick: list[Callable[[], Awaitable[None]]] = []

    # Called from any thread.

    def log_moved(self, payload: str | None = None) -> None:
        """Somebody appended to the log."""
        self._reactions.log_moved(payload)

    def agenda_moved(self, _payload: str | None = None) -> None:
        """The agenda, or the clock, may have something due earlier than was known."""
        if self._loop is not None and not self._agenda_moved.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._agenda_moved.set)

    def at_each_tick(self, sweep: Callable[[], Awaitable[None]]) -> None:
        """Have something swept every few seconds, from the next tick on."""
        self._at_tick.append(sweep)

    # Running.

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reactions.attach(self._loop)
        self._scheduler.start()
        self._scheduler.add_job(self._tick, "interval", seconds=TICK_SECONDS, id="tick", max_instances=1, coalesce=True)
        self._tasks = [asyncio.create_task(self._live()), asyncio.create_task(self._watch_agenda())]

    async def stop(self) -> None:
        """Begin nothing new, finish what is under way."""
        self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
        self._due_work.worker = ""
        await self._due_work.finish()

    async def restart(self) -> None:
        """Take the positions from the database again, because the log begins anew."""
        async with self._pool.connection() as conn:
            await self._reactions.restart(conn)

    @property
    def position(self) -> int:
        """Up to where what happened was reacted to; -1 as long as that is unknown."""
        return self._reactions.position

    @property
    def is_busy(self) -> bool:
        return self._due_work.is_busy or self._agenda_moved.is_set()

    async def _live(self) -> None:
        """Hold the lock that says this worker lives, and lead if nobody else does."""
        while True:
            try:
                async with leaders_session(self._url) as conn:
                    number = random.SystemRandom().randrange(1, 2**31)
                    await conn.execute("SELECT pg_advisory_lock(%s, %s)", (WORKER_LOCKS, number))
                    self._due_work.worker = str(number)
                    await self._tick()
                    self._agenda_moved.set()
                    await self._reactions.prepare()
                    lease = await self._stand_by(conn)
                    with checked(lease.check):
                        async with beating(conn, lease):
                            await self._reactions.follow(conn)
            except TRANSIENT_ERRORS as error:
                _logger.warning("worker_waits", extra={"error": type(error).__name__})
            except Exception:
                _logger.exception("worker_failed")
            self._due_work.worker = ""
            await asyncio.sleep(1)

    async def _stand_by(self, conn: Session) -> Lease:
        """Look again and again, whatever is appended meanwhile, until nobody else leads."""
        while (lease := await take(conn, LEASE)) is None:
            await self._reactions.restart(conn)
            await asyncio.sleep(POLL_SECONDS)
        return lease

    # What falls due.

    async def _watch_agenda(self) -> None:
        while True:
            await self._agenda_moved.wait()
            self._agenda_moved.clear()
            try:
                self._plan(await self._due_work.work_off())
            except TRANSIENT_ERRORS as error:
                _logger.warning("agenda_waits", extra={"error": type(error).__name__})
            except Exception:
                _logger.exception("agenda_failed")
            else:
                await asyncio.sleep(LOOK_AGAIN_AFTER)
                continue
            await asyncio.sleep(1)
            self._agenda_moved.set()

    def _plan(self, due_at: datetime | None) -> None:
        """Have the scheduler wake us when the next row falls due, on the machine's clock."""
        if due_at is None:
            if self._scheduler.get_job(DUE):
                self._scheduler.remove_job(DUE)
            return
        wake_at = max(due_at - self._clock.ahead, datetime.now(UTC))
        self._scheduler.add_job(
            self.agenda_moved,
            "date",
            run_date=wake_at,
            id=DUE,
            replace_existing=True,
            max_instances=3,
            misfire_grace_time=None,
        )

    async def _tick(self) -> None:
        """In case a wake-up was lost: sweep deliveries, look for what dead workers left, look at the agenda."""
        try:
            await self._deliveries.sweep()
            await self._inherit()
            for sweep in self._at_tick:
                await sweep()
        except TRANSIENT_ERRORS as error:
            _logger.warning("tick_waits", extra={"error": type(error).__name__})
        self._agenda_moved.set()

    async def _inherit(self) -> None:
        """Give up the attempts of dead workers, and have what they had leased be free.

        Who lives is asked last: whoever took something by then lives, or has died since.
        """
        open_attempts = await self._agenda.open_attempts()
        holders = await self._agenda.holders(self._clock())
        if not open_attempts and not holders:
            return
        alive = await self._living()
        for due in open_attempts:
            if due.worker not in alive:
                self._due_work.abandon(due)
        if dead := holders - alive:
            await self._agenda.end_leases(dead, self._clock())

    async def _living(self) -> set[str]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT objid::bigint AS number FROM pg_locks
                    WHERE locktype = 'advisory' AND classid = %s AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
                (WORKER_LOCKS,),
            )
            return {str(row["number"]) async for row in cursor}
