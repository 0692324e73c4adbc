"""Server: runs the HTTP API, the worker, or both in one process, until it is told to stop."""

import asyncio
import functools
import gc
import resource
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Container
from contextlib import AbstractAsyncContextManager
from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.loops.auto import auto_loop_factory
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.app import create_app
from api.bootstrap import run
from api.database.connect import open_database
from api.database.installation import bring_up_to_date, check_key
from api.errors import StartupError
from api.http.concurrency_limits import OpenConnections
from api.http.connection import LimitedConnection
from api.http.idempotency import sweep
from api.logging_config import configure, logging_config
from api.runtime import Runtime
from api.settings import Settings
from eventstore.key_watch import SENTENCE
from eventstore.vault import WrongKey

STOP_SECONDS = 3
KEPT_OPEN_SECONDS = 75
"""For a connection on which nothing is asked, longer than proxies keep theirs: who asks just when it is closed gets no
answer."""
OTHER_DESCRIPTORS = 256
"""File descriptors that are not of clients' connections."""
GARBAGE = (20_000, 20, 50)


def serve(settings: Settings, *, api: bool, work: bool) -> None:
    """Run until SIGTERM or SIGINT: the HTTP API, the worker, or both in one process."""
    with open_database(settings) as database:
        bring_up_to_date(database)
        check_key(settings, database.url)
        if api:
            serve_http(settings, database.url, work=work)
        else:
            with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
                runner.run(_work(settings, database.url))


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

    def leave(self) -> None:
        """Go by itself, from any thread, as after a first signal."""
        self._leaving.set()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.call_later, self._drain_seconds, self._go)

    def _go(self) -> None:
        self.should_exit = True

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
    """Serve until told to stop; `started` is given the address.

    Raises `StartupError` when the port is taken, and `WrongKey` when the installation's key was changed meanwhile.
    """

    listening = listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listening.getsockname()[1]})  # with 0 any port that is free
    leaving, over = threading.Event(), threading.Event()

    def key_over() -> None:
        over.set()
        server.leave()

    def runtime() -> AbstractAsyncContextManager[Runtime]:
        return run(settings, url, work=work, reset=reset, key_over=key_over)

    address = f"http://{settings.host}:{settings.port}"
    config = uvicorn_config(create_app(runtime, leaving), settings)
    announce = functools.partial(started or _say_where, address)
    server = Server(config, announce, leaving, settings.drain_seconds)
    with listening:
        server.run(sockets=[listening])
    if not server.started:
        raise StartupError("The program could not start; the lines above say why.")
    if over.is_set():
        raise WrongKey(SENTENCE)


def settle_memory() -> None:
    """Have the garbage collector leave alone what stays for good, and look less often: it took 13 % of a command."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def uvicorn_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the application is served, whoever serves it."""
    limits = {"head_limit": settings.head_limit, "open_connections": _open_connections(app, settings)}
    return uvicorn.Config(
        app,
        http=type("LimitedConnection", (LimitedConnection,), limits),
        log_config=logging_config(settings.log_level, settings.log_format),
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=KEPT_OPEN_SECONDS,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
    )


def _open_connections(app: ASGIApp, settings: Settings) -> OpenConnections:
    proxies = ProxyHeadersMiddleware(cast(Any, app), settings.trusted_proxies or "").trusted_hosts
    in_all = min(settings.connections_limit, descriptors_for(settings.connections_limit))
    return OpenConnections(in_all, settings.connections_limit_per_address, cast(Container[str], proxies))


def descriptors_for(connections: int) -> int:
    """For how many connections there are file descriptors, beside those for the database and files.

    Raises the soft limit of the process as far as the hard one lets it: nothing here uses `select`, for which the soft
    one is kept low.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    return max(1, soft - OTHER_DESCRIPTORS)


def _say_where(address: str) -> None:
    _say(f"Clonnect listens on {address}")


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
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
    configure(settings.log_level, settings.log_format)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def key_over() -> None:
        loop.call_soon_threadsafe(stop.set)

    async with run(settings, url, work=True, key_over=key_over) as runtime:
        if runtime.worker is not None:
            runtime.worker.at_each_tick(functools.partial(sweep, runtime.pool))
        settle_memory()
        _say("Clonnect works: it reacts to what happens, and sends what falls due")
        await stop.wait()
    if runtime.key.is_over:
        raise WrongKey(SENTENCE)
