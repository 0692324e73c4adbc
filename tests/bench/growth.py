"""Whether a long conversation is answered like a short one."""

import asyncio
import statistics
import time
from uuid import uuid4

from domain import context
from domain.application import Clonnect
from domain.commands.conversations import Received
from domain.creator import Settings
from domain.follower_parts import Inbound
from domain.vocabulary import Platform
from eventstore.writer import Writer
from tests.bench.results import Measured
from tests.chaos.writing import message, writing

SHORT = 10


async def measure_growth(url: str, long: int, samples: int) -> list[Measured]:
    """Medians of receiving one more message, by a writer that knows the follower and by one that has just started."""
    with context.acting("follower:1"):
        async with writing(url) as writer:
            await writer.do(Clonnect.sign_up_creator, "eva", None, Settings())
            await talk(writer, "short", SHORT)
            await talk(writer, "long", long)
            warm = [await milliseconds(writer, person, samples) for person in ("short", "long")]
        cold = [await first_milliseconds(url, person, samples // 10) for person in ("short", "long")]
    against = f"a follower with {SHORT} messages"
    return [
        Measured(f"one more message of a follower with {long:,}", warm[1], "ms", warm[0], against),
        Measured(f"the same by a program that has just started, {long:,}", cold[1], "ms", cold[0], against),
    ]


def said_by(person: str) -> Inbound:
    said = message(uuid4())
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_user_id=person,
        message_id=said.message_id,
        dedupe_key=said.dedupe_key,
        text=said.text,
        occurred_at=said.occurred_at,
        origin="dm",
    )


async def talk(writer: Writer[Clonnect], person: str, messages: int) -> None:
    for begun in range(0, messages, 500):
        some = range(begun, min(begun + 500, messages))
        await asyncio.gather(*(writer.do(Clonnect.receive_message, "eva", said_by(person)) for _ in some))


async def milliseconds(writer: Writer[Clonnect], person: str, samples: int) -> float:
    """The median over messages that come one after another."""
    taken = []
    for _ in range(samples):
        begun = time.perf_counter()
        done = await writer.do(Clonnect.receive_message, "eva", said_by(person))
        taken.append(time.perf_counter() - begun)
        assert isinstance(done.result, Received)
    return statistics.median(taken) * 1000


async def first_milliseconds(url: str, person: str, samples: int) -> float:
    """The median over writers that meet the follower for the first time."""
    taken = []
    for _ in range(max(samples, 3)):
        async with writing(url) as writer:
            await milliseconds(writer, "somebody else", 3)
            taken.append(await milliseconds(writer, person, 1))
    return statistics.median(taken)
