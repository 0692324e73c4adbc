"""Commands at a pace, and live streams that tell of them: `python -m tests.bench.peers.listening_in < JSON`."""

import asyncio
import json
import re
import sys
import time
from bisect import bisect_left
from dataclasses import asdict, dataclass
from typing import cast

import uvloop

from tests.bench.http_load import Load, LoadConnection, requests

TOLD = re.compile(rb"id: (\d+)\nevent: lead\.status_changed\n")
POSITION = re.compile(rb"x-position: (\d+)")
TOLD_WITHIN = 120.0
"""Seconds after the last command until every stream has told of it."""


@dataclass(frozen=True)
class ListeningLoad:
    """`streams` of one creator stay open while `commands` are given at their pace."""

    commands: Load
    path: str
    streams: int


@dataclass(frozen=True)
class Listened:
    """Seconds from when a command was due until it was answered, and until each of the streams told of it."""

    answered: list[float]
    told: list[float]


class StreamConnection(asyncio.Protocol):
    """A stream that is read; `told_at` is when it told of each position."""

    def __init__(self) -> None:
        self._rest = b""
        self.is_open = asyncio.get_running_loop().create_future()
        self.told_at: list[tuple[int, float]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self._rest += data
        if not self.is_open.done():
            self._begin()
            return
        end = 0
        for found in TOLD.finditer(self._rest):
            self.told_at.append((int(found[1]), at))
            end = found.end()
        self._rest = self._rest[max(end, len(self._rest) - 200) :]  # of a line whose end has not come yet

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(RuntimeError(f"a stream was closed after {self._rest!r}"))

    def _begin(self) -> None:
        """Nothing is told before the first comment, and what comes with it is before the first command."""
        if b"\r\n\r\n" in self._rest and not self._rest.startswith(b"HTTP/1.1 200"):
            self.is_open.set_exception(RuntimeError(f"a stream was answered with {self._rest!r}"))
        elif b": live\n\n" in self._rest:
            self.is_open.set_result(None)


async def listen_in(load: ListeningLoad) -> Listened:
    """Raises unless every command was answered well, and every stream told of every command once."""
    loop, commands = asyncio.get_running_loop(), load.commands
    assert commands.per_second is not None
    streams = [await _opened(load) for _ in range(load.streams)]
    callers = [
        (await loop.create_connection(LoadConnection, "127.0.0.1", commands.port))[1]
        for _ in range(commands.connections)
    ]
    due_at: dict[int, float] = {}
    """By the position of the last event of each command."""
    answered: list[float] = []
    waiting = requests(commands)
    begun, total = time.monotonic(), int(commands.seconds * commands.per_second)

    async def command(caller: LoadConnection, first: int) -> None:
        for number in range(first, total, commands.connections):
            due = begun + number / cast(float, commands.per_second)
            await asyncio.sleep(due - time.monotonic())
            status = await caller.ask(next(waiting))
            answered.append(time.monotonic() - due)
            position = POSITION.search(caller.head)
            if status != "200" or position is None:
                raise RuntimeError(f"a command was answered with {status}: {caller.head!r}")
            due_at[int(position[1])] = due

    await asyncio.gather(*(command(caller, first) for first, caller in enumerate(callers)))
    async with asyncio.timeout(TOLD_WITHIN):
        while any(len(stream.told_at) < total for stream in streams):  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.01)
    ends = sorted(due_at)
    told = []
    for stream in streams:
        commanded = [ends[bisect_left(ends, position)] for position, _ in stream.told_at]
        if commanded != ends:
            raise RuntimeError("a stream did not tell of every command once and in order")
        told += [at - due_at[end] for end, (_, at) in zip(ends, stream.told_at, strict=True)]
    return Listened(answered, told)


async def _opened(load: ListeningLoad) -> StreamConnection:
    loop = asyncio.get_running_loop()
    _, stream = await loop.create_connection(StreamConnection, "127.0.0.1", load.commands.port)
    lines = [f"GET {load.path} HTTP/1.1", "Host: bench"]
    lines += [f"{name}: {value}" for name, value in load.commands.headers.items()]
    stream.transport.write("\r\n".join([*lines, "", ""]).encode())
    await stream.is_open
    return stream


def main() -> None:
    asked = json.load(sys.stdin)
    load = ListeningLoad(Load(**asked.pop("commands")), **asked)
    print(json.dumps(asdict(uvloop.run(listen_in(load)))))


if __name__ == "__main__":
    main()
