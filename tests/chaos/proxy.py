"""A way to the database on which connections are lost: at any time, and exactly where an append commits."""

import asyncio
import contextlib
import random
import threading
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

CANCEL_REQUEST = 80877102
LATE_SECONDS = 0.03
PATIENCE_SECONDS = 60


class Cut(StrEnum):
    """Where a connection is lost."""

    ANYWHERE = "anywhere"
    BEFORE = "before the commit reaches the server"
    LATE = "after it was sent, before it reaches the server, which carries it out later"
    AFTER = "after the commit, before its acknowledgement reaches the client"
    SILENT = "behind the segment that brings an append: both sides stay connected, and hear nothing any more"


AT_COMMIT = (Cut.BEFORE, Cut.LATE, Cut.AFTER)


@dataclass(frozen=True)
class Rates:
    """How often: the share of commits, in sum over the three ways, and connections per second anywhere."""

    at_commit: float = 0.0
    per_second: float = 0.0


class Proxy:
    """Listens on TCP for clients of the server at `url`; its own address is in `url`."""

    def __init__(self, url: str, rates: Rates, seed: int = 0, *, one_way_seconds: float = 0.0) -> None:
        self._one_way_seconds = one_way_seconds
        self._way = asyncio.Event()
        self._way.set()
        self._target = urlsplit(url)
        self._rates = rates
        self._random = random.Random(seed)
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy")
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._port = 0
        self._server: asyncio.Server | None = None
        self._accept: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
        self._planned: deque[tuple[Cut, float]] = deque()
        self._has_fallen_silent = threading.Event()
        self.cuts: Counter[Cut] = Counter()

    @property
    def url(self) -> str:
        user = quote(self._target.username or "")
        return (
            f"postgresql://{user}@127.0.0.1:{self._port}{self._target.path}"
            "?sslmode=disable&gssencmode=disable&connect_timeout=5"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def calm(self) -> None:
        """From now on nothing is cut."""
        self._rates = Rates()

    def lose_all(self) -> None:
        """Every connection is lost."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def _cut_all(self) -> None:
        for link in list(self._links):
            link.cut()

    def close(self) -> None:
        """The database is away: connections are lost, and new ones are refused."""
        asyncio.run_coroutine_threadsafe(self._close_port(), self._loop).result(PATIENCE_SECONDS)

    def open(self) -> None:
        """The database is back."""
        asyncio.run_coroutine_threadsafe(self._open_port(), self._loop).result(PATIENCE_SECONDS)

    async def _close_port(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = None
        self._cut_all()

    async def _open_port(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def fall_silent(self) -> None:
        """From now on nothing passes, either way, and nobody is told: connections stay open, and new ones are taken."""
        self._loop.call_soon_threadsafe(self._way.clear)

    async def passage(self) -> None:
        """Wait as long as the way takes."""
        if self._one_way_seconds:
            await asyncio.sleep(self._one_way_seconds)
        await self._way.wait()

    def plan(self, cut: Cut, seconds: float = 0.0) -> None:
        """Lose the connection of the next commit in this way; what is sent late waits for so long."""
        self._planned.append((cut, seconds))

    @property
    def is_to_fall_silent(self) -> bool:
        """Whether nothing passes behind the next append."""
        return bool(self._planned) and self._planned[0][0] is Cut.SILENT

    def fell_silent(self) -> None:
        """It has happened."""
        self.cuts[self._planned.popleft()[0]] += 1
        self._has_fallen_silent.set()

    def wait_until_silent(self) -> None:
        """Return when nothing passes any more."""
        assert self._has_fallen_silent.wait(PATIENCE_SECONDS)

    def at_commit(self) -> tuple[Cut, float] | None:
        """What happens to this commit."""
        if self.is_to_fall_silent:
            return None
        if self._planned:
            return self._planned.popleft()
        if self._random.random() >= self._rates.at_commit:
            return None
        return self._random.choice(AT_COMMIT), self._random.uniform(0, LATE_SECONDS)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as tasks:

            async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._connected(reader, writer, tasks)

            self._accept = connected
            await self._open_port()
            self._ready.set()
            cutting = tasks.create_task(self._cut_now_and_then())
            await self._end.wait()
            cutting.cancel()
            self._way.set()
            await self._close_port()

    async def _cut_now_and_then(self) -> None:
        while True:
            rate = self._rates.per_second
            await asyncio.sleep(self._random.expovariate(rate) if rate else 0.1)
            if rate and self._links:
                self._random.choice(list(self._links)).cut()
                self.cuts[Cut.ANYWHERE] += 1

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tasks: asyncio.TaskGroup
    ) -> None:
        try:
            to_server = await self._open()
        except BaseException:
            writer.transport.abort()
            raise
        link = _Link(self, (reader, writer), to_server)
        self._links.add(link)
        try:
            if await link.begin():
                down = tasks.create_task(link.from_server())
                await link.from_client()
                await down
        except (OSError, EOFError):
            pass  # one of the two has gone, which is what happens here
        finally:
            link.cut()
            self._links.discard(link)

    async def _open(self) -> "Streams":
        asked = parse_qs(self._target.query)
        if "host" in asked:
            return await asyncio.open_unix_connection(f"{asked['host'][0]}/.s.PGSQL.{asked.get('port', ['5432'])[0]}")
        return await asyncio.open_connection(self._target.hostname, self._target.port or 5432)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection: reads just enough of the protocol to know where an append commits."""

    def __init__(self, proxy: Proxy, client: Streams, server: Streams) -> None:
        self._proxy = proxy
        self._client, self._to_client = client
        self._server, self._to_server = server
        self._status = b"I"
        self._appending: set[bytes] = set()
        self._committing: set[bytes] = set()
        self._has_appended = False
        self._cut_when_committed = False
        self._is_deaf = False
        self._brings_append = False
        self._is_cut = asyncio.Event()

    def cut(self) -> None:
        """Both sides lose the connection without a word."""
        self._is_cut.set()
        for writer in (self._to_client, self._to_server):
            writer.transport.abort()

    async def begin(self) -> bool:
        """Pass the first message on; `False` if it was only a wish to cancel."""
        length = await self._client.readexactly(4)
        body = await self._client.readexactly(int.from_bytes(length) - 4)
        await self._proxy.passage()
        self._to_server.write(length + body)
        await self._to_server.drain()
        return int.from_bytes(body[:4]) != CANCEL_REQUEST

    async def from_client(self) -> None:
        batch: list[tuple[bytes, bytes]] = []
        buffered = b""
        while segment := await self._client.read(1 << 16):
            buffered += segment
            while len(buffered) >= 5 and len(buffered) > (length := int.from_bytes(buffered[1:5])):
                batch.append((buffered[:5], buffered[5 : length + 1]))
                buffered = buffered[length + 1 :]
                if batch[-1][0][:1] not in b"PBDEC":  # more follows, at the latest a Sync
                    await self._pass_on(batch)
                    batch = []
            if self._proxy.is_to_fall_silent and (self._brings_append or self._looks_at(batch)[0]):
                await self._fall_silent(batch)
            self._brings_append = False

    async def _fall_silent(self, begun: list[tuple[bytes, bytes]]) -> None:
        """Pass on what the segment has brought of a batch, and nothing more."""
        self._proxy.fell_silent()
        self._is_deaf = True
        self._to_server.write(b"".join(head + body for head, body in begun))
        await self._is_cut.wait()
        raise EOFError

    async def _pass_on(self, batch: list[tuple[bytes, bytes]]) -> None:
        message = b"".join(head + body for head, body in batch)
        planned = self._proxy.at_commit() if self._commits(batch) else None
        cut, seconds = planned or (None, 0.0)
        if cut is not None:
            self._proxy.cuts[cut] += 1
        if cut is Cut.BEFORE:
            raise EOFError
        if cut is Cut.LATE:
            self._is_deaf = True
            self._to_client.transport.abort()
            await asyncio.sleep(seconds)
        self._cut_when_committed = cut in (Cut.AFTER, Cut.LATE)
        await self._proxy.passage()
        self._to_server.write(message)
        await self._to_server.drain()

    def _commits(self, batch: list[tuple[bytes, bytes]]) -> bool:
        """Whether these messages make an append durable."""
        appends, commits = self._looks_at(batch)
        self._has_appended |= appends
        return (appends and self._status == b"I") or (commits and self._has_appended)

    def _looks_at(self, batch: list[tuple[bytes, bytes]]) -> tuple[bool, bool]:
        """Whether there is an append in it, and whether there is a COMMIT."""
        appends = commits = False
        for head, body in batch:
            kind = head[:1]
            if kind == b"P":
                name, query, _ = body.split(b"\0", 2)
                (self._appending.add if b"append_events" in query else self._appending.discard)(name)
                (self._committing.add if query == b"COMMIT" else self._committing.discard)(name)
            elif kind == b"B":
                statement = body.split(b"\0", 2)[1]
                appends |= statement in self._appending
                commits |= statement in self._committing
        self._brings_append |= appends
        return appends, commits

    async def from_server(self) -> None:
        with contextlib.suppress(OSError):  # the client has gone, which is what happens here
            await self._pass_answers_on()
        self.cut()

    async def _pass_answers_on(self) -> None:
        buffered = b""
        while chunk := await self._server.read(1 << 16):
            await self._proxy.passage()
            buffered += chunk
            passed = 0
            while len(buffered) - passed >= 5:
                end = passed + 1 + int.from_bytes(buffered[passed + 1 : passed + 5])
                if end > len(buffered):
                    break
                if buffered[passed : passed + 1] == b"Z":
                    self._status = buffered[end - 1 : end]
                    if self._status == b"I":
                        self._has_appended = False
                        if self._cut_when_committed:
                            return
                passed = end
            if not self._is_deaf:
                self._to_client.write(buffered[:passed])
                await self._to_client.drain()
            buffered = buffered[passed:]
