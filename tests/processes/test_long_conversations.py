"""However long a conversation gets: a message that comes again is known, and what is remembered of it all is little."""

import asyncio
from collections.abc import Iterable
from uuid import uuid4

import pytest

from api.runtime import Runtime
from domain import context
from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.follower.follower import Follower
from domain.follower.state import KNOWN_KEYS
from domain.follower.values import Inbound
from domain.vocabulary import Platform
from tests.harness.runtime import Start, deliver, events
from tests.world import CREATOR

PHONE = "tg_1"
MANY = KNOWN_KEYS + 5


def on_the_wire(number: int) -> dict[str, str]:
    return {"follower_id": PHONE, "text": "Hola", "message_id": f"m{number}"}


async def receive(runtime: Runtime, messages: Iterable[Inbound]) -> list[ReceivedMessage]:
    """Messages that come at once, past the deliveries."""
    with context.acting("follower:1"):
        done = await asyncio.gather(
            *(runtime.writer.do(Clonnect.receive_message, CREATOR, message) for message in messages)
        )
    return [each.result for each in done]


def like(first: Follower.MessageReceived, number: int) -> Inbound:
    """Another message of the person whose first one came by a delivery."""
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_user_id=PHONE.removeprefix("tg_"),
        message_id=f"m{number}",
        dedupe_key=first.dedupe_key.replace("m0", f"m{number}"),
        text="Hola",
        occurred_at=first.occurred_at,
        origin="simulator",
        account_id=f"{CREATOR}-telegram",
    )


async def talk(runtime: Runtime) -> Follower.MessageReceived:
    """So many messages that the first are forgotten; answers the very first."""
    await deliver(runtime, on_the_wire(0))
    (first,) = events(runtime, Follower.MessageReceived)
    for begun in range(1, MANY, 500):
        await receive(runtime, [like(first, number) for number in range(begun, min(begun + 500, MANY))])
    return first


@pytest.fixture
async def long_talk(reader: Runtime) -> tuple[Runtime, Follower.MessageReceived]:
    first = await talk(reader)
    assert len(events(reader, Follower.MessageReceived)) == MANY
    return reader, first


async def assert_known(runtime: Runtime, first: Follower.MessageReceived) -> None:
    """The first message comes again, as a command and in a delivery of another body; nothing happens."""
    before = runtime.log.head()
    follower = runtime.app.follower(first.originator_id)
    known = ReceivedMessage(follower.id, follower.lead_id, "m0", duplicate=True)
    assert await receive(runtime, [like(first, 0)]) == [known]
    handled = await deliver(runtime, on_the_wire(0) | {"name": f"Marta, {uuid4()}"})
    assert (handled.received, handled.quarantined) == ([known], None)
    assert runtime.log.head() == before


async def test_a_message_that_is_older_than_what_is_remembered_is_known_when_it_comes_again(
    long_talk: tuple[Runtime, Follower.MessageReceived], demo: Start
) -> None:
    runtime, first = long_talk
    assert not runtime.app.follower(first.originator_id).knows(first.dedupe_key)
    await assert_known(runtime, first)
    with context.acting("person:ana"):
        await runtime.writer.do(Clonnect.delete_lead, CREATOR, first.lead_id)
    await assert_known(runtime, first)
    async with demo(work=False) as again:
        await assert_known(again, first)


async def test_what_is_remembered_of_a_long_conversation_has_bounds(
    long_talk: tuple[Runtime, Follower.MessageReceived],
) -> None:
    runtime, first = long_talk
    follower = runtime.app.follower(first.originator_id)
    assert len(follower.known_keys) == KNOWN_KEYS
    assert follower.knows(like(first, MANY - 1).dedupe_key)
    assert await receive(runtime, [like(first, MANY)] * 2) == [
        ReceivedMessage(follower.id, follower.lead_id, f"m{MANY}", duplicate) for duplicate in (False, True)
    ]
    assert len(runtime.app.follower(first.originator_id).known_keys) == KNOWN_KEYS
