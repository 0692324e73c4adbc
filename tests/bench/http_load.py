"""Sends requests over many connections that stay open, and times each: `python -m tests.bench.http_load < JSON`."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from typing import cast

import uvloop

COLUMNS = ("new", "active", "hot", "customer")


@dataclass(frozen=True)
class Load:
    """What to send. `{n}` in path and body is a number that is never the same; `{m}` runs through `1 … among`,
    `{stage}` changes whenever it begins anew, `{column}` is each column of the board in turn.

    `per_second` is a pace that is kept whatever the server does; without it every connection sends its next request
    when the answer to the last one is there.
    """

    port: int
    method: str
    path: str
    body: str
    headers: dict[str, str]
    connections: int
    seconds: float
    among: int = 1
    begin: int = 0
    per_second: float | None = None


@dataclass(frozen=True)
class Answers:
    """What came back: seconds for each request, and how many answers had which status."""

    seconds: list[float]
    statuses: dict[str, int]
    taken: float

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.taken


class LoadConnection(asyncio.Protocol):
    """One connection, which has at most one request under way."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._needed: int | None = None
        self._status = ""
        self.head = b""
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes) -> str:
        """The status of the answer, once all of it is there; `head` is then all above its body, in small letters."""
        self._received.clear()
        self._needed = None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._needed is None:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self.head = head = bytes(self._received[:end]).lower()
            self._status = head[9:12].decode()
            begin = head.index(b"content-length:") + 15
            stop = head.find(b"\r\n", begin)
            self._needed = end + 4 + int(head[begin:stop] if stop >= 0 else head[begin:])
        if len(self._received) >= self._needed and not self._answer.done():
            self._answer.set_result(self._status)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_result("lost")


def requests(load: Load) -> Iterator[bytes]:
    for number in count(load.begin):
        turn, one = divmod(number, load.among)
        values = {
            "n": number,
            "m": one + 1,
            "stage": ("hot", "cold")[turn % 2],
            "column": COLUMNS[number % len(COLUMNS)],
        }
        path, body = load.path, load.body
        for name, value in values.items():
            path, body = path.replace(f"{{{name}}}", str(value)), body.replace(f"{{{name}}}", str(value))
        raw = body.encode()
        lines = [f"{load.method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(raw)}"]
        lines += [f"{name}: {value}" for name, value in load.headers.items()]
        yield "\r\n".join([*lines, "", ""]).encode() + raw


async def send(load: Load) -> Answers:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(LoadConnection, "127.0.0.1", load.port) for _ in range(load.connections)]
    waiting = requests(load)
    seconds: list[float] = []
    statuses: dict[str, int] = {}

    async def ask(connection: LoadConnection, since: float) -> None:
        status = await connection.ask(next(waiting))
        seconds.append(time.perf_counter() - since)
        statuses[status] = statuses.get(status, 0) + 1

    async def ask_again_and_again(connection: LoadConnection) -> None:
        while (now := time.perf_counter()) < end:
            await ask(connection, now)

    async def ask_at_pace(connection: LoadConnection, first: int) -> None:
        """Timed from when it was due: a server that falls behind does not hide it by being asked less."""
        assert load.per_second is not None
        for number in range(first, int(load.seconds * load.per_second), load.connections):
            due = begun + number / load.per_second
            await asyncio.sleep(due - time.perf_counter())
            await ask(connection, due)

    begun = time.perf_counter()
    end = begun + load.seconds
    if load.per_second is None:
        await asyncio.gather(*(ask_again_and_again(connection) for _, connection in made))
    else:
        await asyncio.gather(*(ask_at_pace(connection, first) for first, (_, connection) in enumerate(made)))
    taken = time.perf_counter() - begun
    for transport, _ in made:
        transport.close()
    return Answers(seconds, statuses, taken)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asdict(uvloop.run(send(Load(**json.loads(line)))))), flush=True)
