"""Creators and people of a measured Clonnect, written straight through its writer before anything is measured."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from typing import TypeVar
from uuid import UUID, uuid4

from api.database.installation import installation_key, open_application
from domain import context
from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.creator import CreatorSettings
from domain.errors import AlreadyTaken
from domain.follower.values import Inbound
from domain.nurturing.steps import Step
from domain.vocabulary import Mode, Platform, Role, SequenceType
from eventstore.writer import Writer
from tests.bench.appends import new_lead
from tests.bench.peers.bot_platform import TOKEN
from tests.bench.peers.ground import Ground
from tests.chaos.writing import timed
from tests.world import COURSE, connect, issue_key, switch_all_on

CREATOR_ID = "ana"
BOT_ID = TOKEN.partition(":")[0]
WEBHOOK_SECRET = "the-secret-of-the-measured-webhook"
AT_ANY_HOUR = CreatorSettings("Europe/Madrid", quiet_from=hour(0), quiet_to=hour(0), debounce_seconds=0)
LEADS_MOVED = 500
WRITTEN_AT_ONCE = 500
LATER = timedelta(hours=6)
FOLLOW_UP_TEXT = "¿Tuviste algún problema?"

T = TypeVar("T")


def sign_up_measured(ground: Ground, url: str) -> str:
    """A creator with a connected bot that answers, at any hour, and a product; answers a key."""
    key = installation_key(ground.settings())
    with open_application(url, key) as app, context.acting("system", at=datetime.now(UTC)):
        app.sign_up_creator(CREATOR_ID, None, AT_ANY_HOUR)
        connect(app, key, CREATOR_ID, Platform.TELEGRAM, BOT_ID, token=TOKEN, secret=WEBHOOK_SECRET)
        app.add_product(CREATOR_ID, COURSE)
        app.change_mode(CREATOR_ID, Mode.AUTO)
        app.change_steps(CREATOR_ID, SequenceType.ABANDONED, (Step(0, FOLLOW_UP_TEXT),))
        switch_all_on(app, CREATOR_ID)
        return issue_key(app, CREATOR_ID, Role.OWNER)


@asynccontextmanager
async def writer_of(ground: Ground, url: str) -> AsyncIterator[Writer[Clonnect]]:
    with (
        open_application(url, installation_key(ground.settings()), writer=True) as app,
        context.acting("system"),
    ):
        writer = Writer(app, conflict=AlreadyTaken, timed=timed)
        writer.start()
        try:
            yield writer
        finally:
            await asyncio.to_thread(writer.stop)


async def write_all(writer: Writer[Clonnect], commands: Iterable[Callable[[Clonnect], T]]) -> list[T]:
    """Give many commands, some hundred at a time; answers what they say."""
    waiting, said = list(commands), list[T]()
    for begin in range(0, len(waiting), WRITTEN_AT_ONCE):
        some = waiting[begin : begin + WRITTEN_AT_ONCE]
        said += [done.result for done in await asyncio.gather(*(writer.do(each) for each in some))]
    return said


def capture(ground: Ground, url: str, number: int) -> None:
    """Leads 1 to `number`, who have never written."""

    async def write() -> None:
        async with writer_of(ground, url) as writer:
            await write_all(writer, [_capturing(each) for each in range(1, number + 1)])

    asyncio.run(write())


def _capturing(number: int) -> Callable[[Clonnect], object]:
    return lambda app: app.capture_lead(CREATOR_ID, new_lead(number))


async def promise(writer: Writer[Clonnect], chats: Sequence[int]) -> list[tuple[UUID, UUID]]:
    """People who have written, with a follow-up in some hours each; answers followers and follow-ups."""
    written_at = datetime.now(UTC)
    received = await write_all(writer, [_receiving(chat, written_at) for chat in chats])
    followers = [each.follower_id for each in received]
    return await write_all(writer, [_enrolling(follower, written_at + LATER) for follower in followers])


def _receiving(chat: int, at: datetime) -> Callable[[Clonnect], ReceivedMessage]:
    message = Inbound(
        platform=Platform.TELEGRAM,
        platform_user_id=f"{chat}",
        message_id=f"{chat}:0",
        dedupe_key=f"{chat}:0",
        text="gracias",
        occurred_at=at,
        origin="telegram",
        account_id=BOT_ID,
    )
    return lambda app: app.receive_message(CREATOR_ID, message)


def _enrolling(follower_id: UUID, due_at: datetime) -> Callable[[Clonnect], tuple[UUID, UUID]]:
    def enrol(app: Clonnect) -> tuple[UUID, UUID]:
        app.enrol(follower_id, SequenceType.ABANDONED, trigger="intent", trigger_event_id=uuid4(), anchor_at=due_at)
        run = app.follower(follower_id).run
        assert run is not None
        (follow_up_id,) = run.follow_ups
        return follower_id, follow_up_id

    return enrol


async def fall_due(writer: Writer[Clonnect], promised: Sequence[tuple[UUID, UUID]], at: datetime) -> None:
    """Have all that was promised fall due at the same instant."""

    def hasten(some: Sequence[tuple[UUID, UUID]]) -> Callable[[Clonnect], int]:
        def command(app: Clonnect) -> int:
            with context.at(at):
                return app.hasten_follow_ups(some)

        return command

    parts = range(0, len(promised), WRITTEN_AT_ONCE)
    await write_all(writer, [hasten(promised[begin : begin + WRITTEN_AT_ONCE]) for begin in parts])
