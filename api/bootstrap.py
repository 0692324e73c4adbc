"""The only place where all parts meet: builds them, starts them in order, and stops them in the other order."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from api.access.callers import Callers
from api.access.credentials import CHANNEL as ACCESS_CHANNEL
from api.access.logins import LogIns
from api.cards import Cards
from api.database.installation import installation_key, open_application, vault_of
from api.health.readiness import ReadinessProbe
from api.http.concurrency_limits import Budget
from api.http.cursors import Cursors
from api.http.idempotency import Idempotency
from api.http.metrics import Telemetry
from api.http.rate_limits import ConcurrencyLimit, Throttle, Tries
from api.settings import Settings, answer_limits
from domain import context
from domain.application import Clonnect
from domain.errors import AlreadyTaken, NotFound
from eventstore.key_watch import CHANGED as KEY_CHANNEL
from eventstore.key_watch import KeyWatch
from eventstore.listener import Listener
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.pools import ReadPool
from eventstore.recorder import CHANNEL as LOG_CHANNEL
from eventstore.recorder import Recorder
from eventstore.sealing import Sealer
from eventstore.vault import CHANNEL as VAULT_CHANNEL
from eventstore.vault import Vault
from eventstore.writer import Writer
from processes.channel_accounts import Connections
from processes.channels.base import Channel, ChannelName, http_client
from processes.channels.simulator import Simulator
from processes.channels.telegram import Telegram
from processes.clock import CHANNEL as CLOCK_CHANNEL
from processes.clock import Clock
from processes.deliveries import Deliveries
from processes.due_work import DueWork
from processes.erasure import Erasure
from processes.held_follow_ups import Releases
from processes.language import Identifier
from processes.nurturing import SequenceEnrolment as NurturingProcess
from processes.parked_reactions import ParkedReactions
from processes.polling import Polling, stopped
from processes.polling_failures import ASKED as POLLING_CHANNEL
from processes.polling_failures import forget_troubles
from processes.replies import Replies
from processes.sending import Sending
from processes.simulator_outbox import SimulatorOutbox
from processes.telegram_setup import Bots
from processes.worker import Worker
from projections.agenda import Agenda
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.engine.progress import Progress
from projections.engine.projection import Pool, Projection
from projections.engine.projector import CHANNEL as PROGRESS_CHANNEL
from projections.engine.projector import Projector
from projections.event_history import EventHistory
from projections.nurturing import Nurturing
from projections.registry import Projections
from projections.stats import Stats
from projections.unsettled import Unsettled

POOL_SIZE = 10
SETTLE_SECONDS = 30.0


@dataclass(frozen=True)
class Runtime:
    """Everything that runs in one process, for those who serve requests with it."""

    settings: Settings
    url: str
    pool: Pool
    app: Clonnect
    writer: Writer[Clonnect]
    vaults: Sequence[Vault]
    key: KeyWatch
    log: Log
    history: EventHistory
    clock: Clock
    progress: Progress
    projector: Projector
    projections: Sequence[Projection]
    board: Board
    conversations: Conversations
    nurturing: Nurturing
    agenda: Agenda
    creators: Creators
    stats: Stats
    unsettled: Unsettled
    cards: Cards
    deliveries: Deliveries
    erasure: Erasure
    idempotency: Idempotency
    telemetry: Telemetry
    channels: Mapping[ChannelName, Channel]
    connections: Connections
    bots: Bots
    worker: Worker | None
    callers: Callers
    requests: Throttle
    log_ins: LogIns
    streams: ConcurrencyLimit
    readiness: ReadinessProbe
    open_requests: ConcurrencyLimit
    bodies: Budget
    cursors: Cursors
    is_demo: bool
    reset: Callable[["Runtime"], Awaitable[None]] | None
    leaving: threading.Event
    """Set when the program has been told to stop, and still answers."""

    async def reset_demo(self) -> None:
        """Begin the demo anew; raises `NotFound` elsewhere."""
        if self.reset is None:
            raise NotFound("Only a demo can be reset.")
        await self.reset(self)

    def forget_keys(self) -> None:
        """Have the key of every person read from the database again."""
        for vault in self.vaults:
            vault.forget()

    async def settle(self, until: datetime) -> bool:
        """Wait until everything that happened, or was due by `until`, has its outcome; `False` after 30 s.

        Of another program's worker only what falls due is seen, not what it has not reacted to yet.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                while not await self._is_settled(until):
                    await self.progress.wait_for_change(self.progress.position, 0.02)
                return True
        return False

    async def _is_settled(self, until: datetime) -> bool:
        head, worker = await asyncio.to_thread(self.log.head), self.worker
        return (
            self.progress.position >= head
            and (worker is None or (min(worker.positions.values(), default=0) >= head and not worker.is_busy))
            # What is caused by what happened falls due after `until`.
            and not await self.agenda.unfinished(max(until, self.clock()))
            and await asyncio.to_thread(self.log.head) == head
        )

    async def move_clock(self, to: datetime) -> bool:
        """Set the demo's clock ahead, stopping at each due instant on the way; `False` if it takes too long."""
        while (now := self.clock()) < to:
            due_at = await self.agenda.next_due_at()
            stop = to if due_at is None else min(max(due_at, now), to)
            await self.clock.advance_to(stop, self.pool)
            if not await self.settle(stop):
                return False
        return await self.settle(to)


def channels_of(
    settings: Settings, is_demo: bool, simulator: Simulator, telegram: Telegram
) -> dict[ChannelName, Channel]:
    """Who speaks for which platform: in a demo the simulator for all, so that its clock meets no real one."""
    if is_demo:
        return dict.fromkeys(ChannelName, cast(Channel, simulator))
    return {ChannelName.TELEGRAM: telegram}


@asynccontextmanager
async def run(
    settings: Settings,
    url: str,
    *,
    work: bool,
    reset: Callable[[Runtime], Awaitable[None]] | None = None,
    leaving: threading.Event | None = None,
    key_over: Callable[[], None] = lambda: None,
) -> AsyncIterator[Runtime]:
    """All parts of a process, started; projections are kept in every process, only `work` acts.

    `key_over` is called, from any thread, when the installation's key was changed: the program should end then.
    """
    key = installation_key(settings)
    sealer = Sealer(key)
    watch = KeyWatch(url, sealer, key_over)
    async with contextlib.AsyncExitStack() as stack:
        pool: Pool = await stack.enter_async_context(ReadPool(url, POOL_SIZE))
        clock = Clock()
        is_demo = await clock.read(pool)
        app = stack.enter_context(open_application(url, key))
        commanded = stack.enter_context(open_application(url, key, writer=True))
        writer = Writer(commanded, conflict=AlreadyTaken, timed=lambda: context.at(clock()))
        log = Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))
        projections = Projections(pool)
        board, conversations = projections[Board], projections[Conversations]
        nurturing, agenda = projections[Nurturing], projections[Agenda]
        creators, stats = projections[Creators], projections[Stats]
        progress = Progress(projection.name for projection in projections)
        progress.attach(asyncio.get_running_loop())
        projector = Projector(url, log, list(projections), progress)
        client = await stack.enter_async_context(http_client())
        telegram = Telegram(settings.telegram_base_url, client)
        simulator = Simulator(SimulatorOutbox(pool), clock)
        channels = channels_of(settings, is_demo, simulator, telegram)
        connections = Connections(pool, sealer)
        bots = Bots(url, telegram, connections, sealer, public_url=settings.public_url, polls=settings.telegram_polling)
        deliveries = Deliveries(pool, writer, channels, sealer, clock, app.namespace, app.trace_of)
        erasure = Erasure(app, writer, pool, progress, channels, sealer)
        idempotency = Idempotency(pool, sealer)
        worker = None
        if work:
            sending = Sending(writer, channels, connections)
            due_work = DueWork(agenda, writer, sending, simulator if is_demo else None, clock)
            processes = (
                Replies(app, writer, Identifier(), answer_limits(settings)),
                NurturingProcess(writer),
                Releases(writer, nurturing, progress),
                erasure,
            )
            worker = Worker(url, pool, log, processes, due_work, agenda, deliveries, clock)
            clock.when_moved(worker.agenda_moved)
            worker.at_each_tick(idempotency.sweep)
            worker.at_each_tick(ParkedReactions(pool, log, processes).try_asked)
            worker.at_each_tick(erasure.sweep)

        callers = Callers(pool)

        listener = Listener(url)
        listener.on(LOG_CHANNEL, projector.log_moved)
        listener.on(PROGRESS_CHANNEL, projector.heard)
        listener.on(CLOCK_CHANNEL, clock.heard)
        listener.on(ACCESS_CHANNEL, callers.heard)
        listener.on(KEY_CHANNEL, watch.heard)
        vaults = (vault_of(app), vault_of(commanded))
        for vault in vaults:
            listener.on(VAULT_CHANNEL, vault.heard)
        if worker is not None:
            listener.on(LOG_CHANNEL, worker.log_moved)
            listener.on(PROGRESS_CHANNEL, worker.agenda_moved)
        polling = None
        if worker is not None and not is_demo and settings.telegram_polling and settings.public_url is None:
            polling = Polling(url, pool, telegram, connections, deliveries)
            listener.on(POLLING_CHANNEL, polling.asked)

        writer.start()
        stack.push_async_callback(asyncio.to_thread, writer.stop)
        await asyncio.to_thread(projector.prepare)
        projector.start()
        stack.push_async_callback(asyncio.to_thread, projector.stop)
        await asyncio.to_thread(listener.start)
        stack.push_async_callback(asyncio.to_thread, listener.stop)
        if worker is not None:
            await worker.start()
            stack.push_async_callback(worker.stop)
            if polling is not None:
                stack.push_async_callback(stopped, asyncio.create_task(polling.run()))
            else:
                await forget_troubles(pool)
        leaving = leaving or threading.Event()
        readiness = ReadinessProbe(url, list(projections), lambda: writer.trouble, lambda: watch.is_over, leaving)
        await readiness.start()
        stack.push_async_callback(readiness.stop)
        yield Runtime(
            settings=settings,
            url=url,
            pool=pool,
            app=app,
            writer=writer,
            vaults=vaults,
            key=watch,
            log=log,
            history=EventHistory(pool, log),
            clock=clock,
            progress=progress,
            projector=projector,
            projections=list(projections),
            board=board,
            conversations=conversations,
            nurturing=nurturing,
            agenda=agenda,
            creators=creators,
            stats=stats,
            unsettled=projections[Unsettled],
            cards=Cards(board),
            deliveries=deliveries,
            erasure=erasure,
            idempotency=idempotency,
            telemetry=Telemetry(await asyncio.to_thread(log.head)),
            channels=channels,
            connections=connections,
            bots=bots,
            worker=worker,
            callers=callers,
            requests=Throttle(settings.requests_per_minute),
            log_ins=LogIns(pool, writer, callers, Tries(settings.log_ins_per_minute), key),
            streams=ConcurrencyLimit(settings.streams_at_once),
            readiness=readiness,
            open_requests=ConcurrencyLimit(settings.connections_limit_per_address),
            bodies=Budget(settings.bodies_limit, settings.bodies_limit_per_address),
            cursors=Cursors(key),
            is_demo=is_demo,
            reset=reset if is_demo else None,
            leaving=leaving,
        )
