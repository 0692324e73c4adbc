"""People who write to a bot as fast as they are taken in: `python -m tests.bench.peers.writing_in`, a line of JSON.

Beside them one other person writes now and then, over a connection of their own, until the input ends. A first line
says that the many have written, a second one when everything was taken in.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import count

import uvloop

from tests.bench.http_load import LoadConnection

AT_LEAST = 3
UPDATE = (
    '{"update_id": %(n)d, "message": {"message_id": %(n)d, "date": %(date)d,'
    ' "chat": {"id": %(chat)d, "type": "private"},'
    ' "from": {"id": %(chat)d, "is_bot": false, "first_name": "Luz"}, "text": "hola %(n)d, ¿cuánto cuesta el curso?"}}'
)


@dataclass(frozen=True)
class WritingLoad:
    """`people` chats from 1 on write `messages` in turns; chat `people + 1` is the other person."""

    port: int
    secret: str
    messages: int
    people: int
    connections: int
    pause: float
    """Seconds between two messages of the other person, who writes `AT_LEAST` at any rate."""


@dataclass(frozen=True)
class WrittenIn:
    """When each message was sent and acknowledged, by its number; in seconds of the monotonic clock.

    The messages of the other person have the numbers behind those of all others.
    """

    chats: dict[int, int]
    sent_at: dict[int, float]
    taken_in_at: dict[int, float]


async def write_in(load: WritingLoad) -> WrittenIn:
    """Raises when a message was answered with anything but 200."""
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(LoadConnection, "127.0.0.1", load.port))[1] for _ in range(load.connections + 1)
    ]
    written = WrittenIn({}, {}, {})
    numbers = iter(range(1, load.messages + 1))

    async def write(connection: LoadConnection, number: int, chat: int) -> None:
        written.chats[number] = chat
        written.sent_at[number] = time.monotonic()
        status = await connection.ask(_delivery(load, number, chat))
        if status != "200":
            raise RuntimeError(f"a message was answered with {status}")
        written.taken_in_at[number] = time.monotonic()

    async def write_for_many(connection: LoadConnection) -> None:
        """A person's next message waits for the acknowledgement of the one before, as a platform's deliveries do."""
        for number in numbers:
            async with turns[number % load.people]:
                await write(connection, number, 1 + number % load.people)

    async def write_now_and_then(connection: LoadConnection) -> None:
        for number in count(load.messages + 1):
            await write(connection, number, load.people + 1)
            if over.done() and number >= load.messages + AT_LEAST:
                return
            await asyncio.wait([over], timeout=load.pause)

    over = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    turns = [asyncio.Lock() for _ in range(load.people)]
    *many, own = connections
    other = asyncio.create_task(write_now_and_then(own))
    await asyncio.gather(*(write_for_many(connection) for connection in many))
    print("written", flush=True)
    await other
    return written


def _delivery(load: WritingLoad, number: int, chat: int) -> bytes:
    values: Mapping[str, int] = {"n": number, "chat": chat, "date": int(time.time())}
    body = (UPDATE % values).encode()
    head = (
        f"POST /webhook/telegram HTTP/1.1\r\nHost: bench\r\nX-Telegram-Bot-Api-Secret-Token: {load.secret}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(write_in(WritingLoad(**json.loads(sys.stdin.readline())))))))
