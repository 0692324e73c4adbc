"""The only place where all parts meet: builds them, starts them in order, and stops them in the other order."""

import asyncio
import base64
import contextlib
import functools
import gc
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import cast

import uvicorn
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp

from api.app import create_app
from api.auth import Callers
from api.cards import Cards
from api.credentials import CHANNEL as ACCESS_CHANNEL
from api.database import Database, open_database
from api.errors import StartupError
from api.idempotency import Idempotency
from api.logs import configure, logging_config
from api.migrate import migrate, pending
from api.protocol import Protocol
from api.settings import KEY_BYTES, Settings, answer_limits
from api.telemetry import Telemetry
from api.throttle import AtOnce, Throttle
from domain import context
from domain.application import Clonnect
from domain.errors import LostRace, NotFound
from eventstore.factory import AGGREGATES, GATHERING, KEY, URL, Factory
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import CHANNEL as LOG_CHANNEL
from eventstore.recorder import Recorder
from eventstore.sealing import Sealer
from eventstore.subscription import Listener
from eventstore.vault import CHANNEL as VAULT_CHANNEL
from eventstore.vault import Vault, WrongKey, key_in_use
from eventstore.writer import Writer
from processes.book import SimulatorBook
from processes.bots import Bots
from processes.channels.base import Channel, ChannelName, http_client
from processes.channels.simulator import Simulator
from processes.channels.telegram import Telegram
from processes.clock import CHANNEL as CLOCK_CHANNEL
from processes.clock import Clock
from processes.connections import Connections
from processes.deliveries import Deliveries
from processes.due_work import DueWork
from processes.erasure import Erasure
from processes.language import Identifier
from processes.nurturing import Nurturing as NurturingProcess
from processes.polling import Polling, stopped
from processes.releases import Releases
from processes.replies import Replies
from processes.sending import Sending
from processes.worker import Worker
from projections.agenda import Agenda
from projections.all import Projections
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.nurturing import Nurturing
from projections.progress import Progress
from projections.projection import Pool, Projection
from projections.projector import CHANNEL as PROGRESS_CHANNEL
from projections.projector import Projector
from projections.stats import Stats

POOL_SIZE = 10
STOP_SECONDS = 3
KEPT_OPEN_SECONDS = 75
"""For a connection on which nothing is asked, longer than proxies keep theirs: who asks just when it is closed gets no
answer."""
GARBAGE = (20_000, 20, 50)
WRONG_KEY = (
    "The installation's key is not the one that this database was sealed with:"
    " give it by CLONNECT_KEY or CLONNECT_KEY_FILE, or put it back into the data directory."
)
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
    log: Log
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
    log_ins: Throttle
    streams: AtOnce
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
        """Wait until everything that happened, or was due by `until`, has its outcome; `False` after 30 s."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                while not await self._is_settled(until):
                    await self.progress.beyond(self.progress.position, 0.02)
                return True
        return False

    async def _is_settled(self, until: datetime) -> bool:
        if self.worker is None:
            return True
        head = await asyncio.to_thread(self.log.head)
        return (
            self.progress.position >= head
            and min(self.worker.positions.values(), default=0) >= head
            and not self.worker.is_busy
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


def installation_key(settings: Settings) -> bytes:
    """The key that everything sealed depends on: the setting, else the key file, made on first use."""
    if settings.key is not None:
        return base64.b64decode(settings.key.get_secret_value())
    return key_in(key_path(settings))


def key_path(settings: Settings) -> Path:
    """Where the installation's key is kept when it is not set."""
    return settings.key_file or settings.data_dir / "key"


def key_in(path: Path) -> bytes:
    """The key that a file holds; one is made where there is no file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), open(path, "xb", opener=_private) as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        key = base64.b64decode(path.read_bytes(), validate=True)
    except (OSError, ValueError) as error:
        raise StartupError(f"The key file {path} cannot be used: make it readable, or set CLONNECT_KEY.") from error
    if len(key) != KEY_BYTES:
        raise StartupError(f"The key file {path} does not hold {KEY_BYTES} bytes in base64.")
    return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def open_application(url: str, key: bytes, *, writer: bool = False) -> Iterator[Clonnect]:
    """The application on a database: for commands in the calling thread, or for those of a writer.

    `key` is the installation's, which cannot be changed meanwhile. Raises `StartupError` when it is another one.
    """
    env = {
        URL: url,
        KEY: base64.b64encode(key).decode(),
        AGGREGATES: "domain",
        "PERSISTENCE_MODULE": "eventstore.factory:Factory",
        Clonnect.REPOSITORY_TOPIC: "eventstore.snapshots:StreamReader",
    }
    if writer:
        env |= {GATHERING: "y", Clonnect.REPOSITORY_TOPIC: "eventstore.workspace:Workspace"}
    with key_in_use(url):
        with contextlib.closing(Factory(env)) as factory:
            namespace = factory.application_recorder().installation()
        with Clonnect(env | {Clonnect.NAMESPACE: str(namespace)}) as app:
            try:
                vault_of(app).check()
            except WrongKey as wrong:
                raise StartupError(WRONG_KEY) from wrong
            yield app


def vault_of(app: Clonnect) -> Vault:
    """Where an application keeps the keys of its people."""
    return cast(Factory, app.factory).vault


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
) -> AsyncIterator[Runtime]:
    """All parts of a process, started; projections are kept in every process, only `work` acts."""
    key = installation_key(settings)
    sealer = Sealer(key)
    async with contextlib.AsyncExitStack() as stack:
        pool: Pool = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            kwargs={"row_factory": dict_row, "autocommit": True},
            min_size=2,
            max_size=POOL_SIZE,
            open=False,
            name="reads",
        )
        await stack.enter_async_context(pool)
        clock = Clock()
        is_demo = await clock.read(pool)
        app = stack.enter_context(open_application(url, key))
        commanded = stack.enter_context(open_application(url, key, writer=True))
        writer = Writer(commanded, conflict=LostRace, timed=lambda: context.at(clock()))
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
        simulator = Simulator(SimulatorBook(pool), clock)
        channels = channels_of(settings, is_demo, simulator, telegram)
        connections = Connections(pool, sealer)
        bots = Bots(url, telegram, connections, sealer, public_url=settings.public_url, polls=settings.telegram_polling)
        deliveries = Deliveries(pool, writer, channels, sealer, clock, app.namespace)
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

        callers = Callers(pool)

        listener = Listener(url)
        listener.on(LOG_CHANNEL, projector.log_moved)
        listener.on(PROGRESS_CHANNEL, projector.heard)
        listener.on(CLOCK_CHANNEL, clock.heard)
        listener.on(ACCESS_CHANNEL, callers.heard)
        vaults = (vault_of(app), vault_of(commanded))
        for vault in vaults:
            listener.on(VAULT_CHANNEL, vault.heard)
        if worker is not None:
            listener.on(LOG_CHANNEL, worker.log_moved)
            listener.on(PROGRESS_CHANNEL, worker.agenda_moved)

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
            if not is_demo and settings.telegram_polling and settings.public_url is None:
                polling = Polling(url, pool, telegram, connections, deliveries)
                stack.push_async_callback(stopped, asyncio.create_task(polling.run()))
        yield Runtime(
            settings=settings,
            url=url,
            pool=pool,
            app=app,
            writer=writer,
            vaults=vaults,
            log=log,
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
            log_ins=Throttle(settings.log_ins_per_minute),
            streams=AtOnce(settings.streams_at_once),
            is_demo=is_demo,
            reset=reset if is_demo else None,
            leaving=leaving or threading.Event(),
        )


def serve(settings: Settings, *, api: bool, work: bool) -> None:
    """Run until SIGTERM or SIGINT: the HTTP API, the worker, or both in one process."""
    with open_database(settings) as database:
        bring_up_to_date(database)
        check_key(settings, database.url)
        if api:
            serve_http(settings, database.url, work=work)
        else:
            asyncio.run(_work(settings, database.url))


def bring_up_to_date(database: Database) -> None:
    """Migrate the embedded database; a server of one's own is migrated when its owner says so."""
    if database.embedded:
        migrate(database.url)
    elif missing := pending(database.url):
        raise StartupError(f"The database lacks {', '.join(missing)}: run `clonnect migrate` first.")


def check_key(settings: Settings, url: str) -> None:
    """Raise `StartupError` when the database was sealed with another key, before anything is started."""
    with open_application(url, installation_key(settings)):
        pass


class Server(uvicorn.Server):
    """uvicorn's server, which says when it can be reached, and that it is leaving some time before it goes."""

    def __init__(
        self,
        config: uvicorn.Config,
        announce: Callable[[], None],
        leaving: threading.Event | None = None,
        drain_seconds: float = 0,
    ) -> None:
        super().__init__(config)
        self._announce = announce
        self._leaving = leaving or threading.Event()
        self._drain_seconds = drain_seconds
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            settle_memory()
            self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Go on answering for a while after the first signal; the second ends it at once."""
        if self._loop is None or self._leaving.is_set() or not self._drain_seconds:
            self._leaving.set()
            super().handle_exit(sig, frame)
        else:
            self._leaving.set()
            go = functools.partial(super().handle_exit, sig, None)
            self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_seconds, go)


def serve_http(
    settings: Settings,
    url: str,
    *,
    work: bool,
    reset: Callable[[Runtime], Awaitable[None]] | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve until told to stop; `started` is given the address. Raises `StartupError` when the port is taken."""

    leaving = threading.Event()

    def runtime() -> AbstractAsyncContextManager[Runtime]:
        return run(settings, url, work=work, reset=reset, leaving=leaving)

    listening = listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    address = f"http://{settings.host}:{port}"
    config = uvicorn_config(create_app(runtime), settings)
    announce = functools.partial(started or _say_where, address)
    server = Server(config, announce, leaving, settings.drain_seconds)
    with listening:
        server.run(sockets=[listening])
    if not server.started:
        raise StartupError("The program could not start; the lines above say why.")


def settle_memory() -> None:
    """Have the garbage collector leave alone what stays for good, and look less often: it took 13 % of a command."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def uvicorn_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the application is served, whoever serves it."""
    return uvicorn.Config(
        app,
        http=type("Protocol", (Protocol,), {"head_limit": settings.head_limit}),
        log_config=logging_config(settings.log_level),
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=KEPT_OPEN_SECONDS,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
    )


def _say_where(address: str) -> None:
    sys.stdout.write(f"Clonnect listens on {address}\n")
    sys.stdout.flush()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and every answer on a kept connection waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        reason = error.strerror or type(error).__name__
        raise StartupError(f"Port {port} of {host} cannot be used ({reason}): choose another with --port.") from error
    return listening


async def _work(settings: Settings, url: str) -> None:
    configure(settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with run(settings, url, work=True):
        await stop.wait()
