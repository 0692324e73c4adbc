"""A program that gives commands until it has given its share: `python -m tests.chaos.writing TARGET URL …`."""

import asyncio
import random
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from typing import TextIO
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import OperationalError, StoredEvent

from api.database.installation import open_application
from domain import context
from domain.application import Clonnect
from domain.errors import AlreadyTaken
from domain.follower.values import Inbound
from domain.vocabulary import Platform
from eventstore.writer import Busy, Writer
from tests.chaos.library import library_recorder

KEY = bytes(32)
"""The key of an installation that has no secrets."""

CREATORS = 24
PHONES = 40
TRIES = 20
"""Of opening the log, beside the last, whose failure is one."""
EVENTS_AT_ONCE = 30
"""What the library is given per call: the longer it takes, the more often another one overtakes it."""


@contextmanager
def timed() -> Iterator[None]:
    with context.at(datetime.now(UTC)):
        yield


def opened(stack: ExitStack, url: str) -> Clonnect:
    """The application; whoever cannot open it, because a connection was cut or is late, tries a few times more."""
    for _ in range(TRIES):
        with suppress(OperationalError, psycopg.OperationalError):
            return stack.enter_context(open_application(url, KEY, writer=True))
    return stack.enter_context(open_application(url, KEY, writer=True))


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[Writer[Clonnect]]:
    """A writer as a process of Clonnect has one."""
    with ExitStack() as stack:
        app = opened(stack, url)
        writer = Writer(app, conflict=AlreadyTaken, timed=timed)
        writer.start()
        try:
            yield writer
        finally:
            await asyncio.to_thread(writer.stop)


async def give(url: str, writers: int, commands: int, journal: TextIO) -> None:
    """Concurrent callers of one writer; each notes what was answered before it goes on."""
    async with writing(url) as writer:

        async def give_some(count: int) -> None:
            for _ in range(count):
                await give_one(writer, journal)

        await asyncio.gather(*(give_some(commands // writers) for _ in range(writers)))


async def give_one(writer: Writer[Clonnect], journal: TextIO) -> None:
    """A command that shows if it is carried out twice."""
    command_id = uuid4()
    creator_id = f"creator{random.randrange(CREATORS)}"
    with context.acting("person:1", correlation_id=command_id):
        try:
            if random.random() < 0.6:
                done = await writer.do(Clonnect.switch_bot, creator_id, None)
                position = done.position
            else:
                said = await writer.do(Clonnect.receive_message, creator_id, message(command_id))
                position = said.position
        except (Busy, AlreadyTaken, OperationalError) as refusal:
            print("refused", command_id, type(refusal).__name__, file=journal, flush=True)
        else:
            print("done", command_id, position, file=journal, flush=True)


def message(command_id: UUID) -> Inbound:
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_user_id=f"{random.randrange(PHONES)}",
        message_id=str(command_id),
        dedupe_key=str(command_id),
        text="¿Cuánto cuesta?",
        occurred_at=datetime.now(UTC),
        origin="dm",
        account_id="bot",
    )


def append_through_library(url: str, writers: int, commands: int, journal: TextIO) -> None:
    """The library's function that takes no lock, called by as many threads."""
    lock = threading.Lock()
    with library_recorder(url, writers) as recorder:

        def append(count: int) -> None:
            for _ in range(count):
                command_id = uuid4()
                events = [
                    StoredEvent(command_id, version, "thing.done", b"{}") for version in range(1, EVENTS_AT_ONCE + 1)
                ]
                positions = recorder.insert_events(events)
                assert positions is not None
                with lock:
                    print("done", command_id, positions[-1], file=journal, flush=True)

        with ThreadPoolExecutor(writers) as threads:
            list(threads.map(append, [commands // writers] * writers))


TARGETS: dict[str, Callable[[str, int, int, TextIO], None]] = {
    "clonnect": lambda *asked: asyncio.run(give(*asked)),
    "library": append_through_library,
}

if __name__ == "__main__":
    target, url, writers, commands, seed, journal_path = sys.argv[1:]
    random.seed(seed)
    with open(journal_path, "a") as journal:
        TARGETS[target](url, int(writers), int(commands), journal)
