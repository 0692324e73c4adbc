"""Whether a long conversation is answered like a short one, and a command in a long log like one in a short one."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID, uuid4

from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.follower.values import Inbound
from domain.vocabulary import Platform, Status
from eventstore.writer import Writer
from tests.bench.results import Measured
from tests.chaos.writing import message, writing

SHORT = 10


async def measure_growth(url: str, long: int, samples: int) -> list[Measured]:
    """Medians of receiving one more message, by a writer that knows the follower and by one that has just started."""
    with context.acting("follower:1"):
        async with writing(url) as writer:
            await writer.do(Clonnect.sign_up_creator, "eva", None, CreatorSettings())
            await talk(writer, "short", SHORT)
            await talk(writer, "long", long)
            warm = await medians(lambda person: milliseconds(writer, person), samples)
        cold = await medians(lambda person: first_milliseconds(url, person), max(samples // 10, 3))
    against = f"a follower with {SHORT} messages"
    return [
        Measured(f"one more message of a follower with {long:,}", warm[1], "ms", warm[0], against),
        Measured(f"the same by a program that has just started, {long:,}", cold[1], "ms", cold[0], against),
    ]


async def command_milliseconds(url: str, leads: Sequence[UUID], samples: int) -> float:
    """The median of moving a card, by a writer that has moved each once."""
    taken = []
    with context.acting("person:ana"):
        async with writing(url) as writer:
            for number in range(-len(leads), max(samples, len(leads))):
                lead_id, status = leads[number % len(leads)], (Status.NEW, Status.HOT)[number // len(leads) % 2]
                begun = time.perf_counter()
                await writer.do(Clonnect.change_status, "ana", lead_id, status)
                if number >= 0:
                    taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


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


async def medians(measure: Callable[[str], Awaitable[float]], samples: int) -> list[float]:
    """Of the short and of the long conversation, which take turns: what else the machine does slows down both."""
    taken: dict[str, list[float]] = {"short": [], "long": []}
    for _ in range(samples):
        for person, those in taken.items():
            those.append(await measure(person))
    return [statistics.median(those) for those in taken.values()]


async def milliseconds(writer: Writer[Clonnect], person: str) -> float:
    begun = time.perf_counter()
    await writer.do(Clonnect.receive_message, "eva", said_by(person))
    return (time.perf_counter() - begun) * 1000


async def first_milliseconds(url: str, person: str) -> float:
    """By a writer that meets the person for the first time."""
    async with writing(url) as writer:
        await milliseconds(writer, "somebody else")
        return await milliseconds(writer, person)
