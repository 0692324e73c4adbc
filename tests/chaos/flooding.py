"""Those who would drown a server, from addresses of their own: `python -m tests.chaos.flooding < JSON`."""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from itertools import count, repeat

MEBIBYTE = 1024 * 1024
ADDRESSES = 8
"""From so many addresses of the loopback network, none of which is the one that others ask from."""
LARGE = 16 * MEBIBYTE
FILLER = b"x" * 1000


@dataclass(frozen=True)
class Flood:
    """`kind` is a key of `KINDS`; so many connections are kept at it, each anew when it is closed."""

    kind: str
    port: int
    connections: int
    seconds: float
    path: str = "/"
    key: str = ""
    a_second: float = 0
    """How many requests all connections send together, where that is the flood."""


@dataclass
class Sent:
    """What was sent, and what came back."""

    connections: int
    mebibytes: float
    answers: dict[str, int]


def slow_heads(flood: Flood) -> Iterator[tuple[bytes, float]]:
    """A header a second, for ever."""
    yield b"GET / HTTP/1.1\r\nHost: test\r\n", 1
    for number in count():
        yield b"X-%d: x\r\n" % number, 1


def slow_bodies(flood: Flood) -> Iterator[tuple[bytes, float]]:
    """Nearly all of a large file at once, and then a byte a second."""
    yield _head("POST", flood, f"Content-Type: text/csv\r\nContent-Length: {LARGE}\r\n"), 0
    yield b"name\r\n", 0
    for _ in range(LARGE // len(FILLER) - 100):
        yield FILLER, 0
    yield from repeat((b"x", 1.0))


def trailers(flood: Flood) -> Iterator[tuple[bytes, float]]:
    """A body of one byte, and trailers without an end."""
    yield _head("POST", flood, "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"), 0
    yield b"1\r\n{\r\n0\r\n", 0
    for number in count():
        yield b"X-%d: %b\r\n" % (number, FILLER), 0


def requests(flood: Flood) -> Iterator[tuple[bytes, float]]:
    """One request after another, at a pace."""
    yield from repeat((_head("GET", flood, ""), flood.connections / flood.a_second))


KINDS = {"slow heads": slow_heads, "slow bodies": slow_bodies, "trailers": trailers, "requests": requests}


def _head(method: str, flood: Flood, more: str) -> bytes:
    key = f"X-API-Key: {flood.key}\r\n" if flood.key else ""
    return f"{method} {flood.path} HTTP/1.1\r\nHost: test\r\n{key}{more}\r\n".encode()


async def drown(flood: Flood) -> Sent:
    """Keep the connections at it for the time."""
    sent, answers = Sent(0, 0, {}), Counter[str]()

    async def one(number: int) -> None:
        while True:
            with contextlib.suppress(OSError):
                async with _connection(flood.port, number) as (reader, writer):
                    sent.connections += 1
                    listening = asyncio.create_task(_listen(reader, answers))
                    try:
                        for piece, pause in KINDS[flood.kind](flood):
                            writer.write(piece)
                            sent.mebibytes += len(piece) / MEBIBYTE
                            await writer.drain()
                            if listening.done():
                                break
                            await asyncio.wait([listening], timeout=pause)
                    finally:
                        listening.cancel()
            await asyncio.sleep(0.1)  # as somebody does who is refused and tries again

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(flood.seconds), asyncio.TaskGroup() as together:
            for number in range(flood.connections):
                together.create_task(one(number))
    sent.answers = dict(answers)
    return sent


@contextlib.asynccontextmanager
async def _connection(port: int, number: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    own = (f"127.0.0.{2 + number % ADDRESSES}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=own)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _listen(reader: asyncio.StreamReader, answers: Counter[str]) -> None:
    """Count the answers until the connection is closed."""
    with contextlib.suppress(OSError):
        while line := await reader.readline():  # a body has no end of line: the next answer stands behind it
            if (begin := line.find(b"HTTP/1.1 ")) >= 0:
                answers[line[begin + 9 : begin + 12].decode()] += 1


def main() -> None:
    sent = asyncio.run(drown(Flood(**json.load(sys.stdin))))
    json.dump(asdict(sent), sys.stdout)


if __name__ == "__main__":
    main()
