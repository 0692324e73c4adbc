"""Waits for what becomes of a message: of ours, whether it left; of theirs, how it is understood and answered."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from api.http.routing import SHOWN_WITHIN
from api.presenters.items import Row
from domain.commands.conversations import ReceivedMessage
from domain.creator import Creator
from domain.follower.follower import Follower
from domain.follower.values import Purpose
from domain.vocabulary import Intent, Mode
from processes.process import decided_up_to

if TYPE_CHECKING:
    from api.bootstrap import Runtime

SENT_WITHIN: Final = 8.0
ANSWERED_WITHIN: Final = 10.0
LOOK_AGAIN: Final = 0.2


@dataclass(frozen=True)
class Story:
    """What has become of one inbound message so far."""

    understood: Follower.BurstUnderstood | None = None
    drafted: Follower.ReplyDrafted | None = None
    delivery: str | None = None
    is_over: bool = False


async def outcome_of_send(runtime: "Runtime", send_id: UUID) -> Row | None:
    """The message of a send, once it is known what became of it, or after 8 s as it is then."""
    loop = asyncio.get_running_loop()
    until = loop.time() + SENT_WITHIN
    while True:
        shown = runtime.progress.position
        message = await runtime.conversations.message(send_id)
        left = until - loop.time()
        if left <= 0 or (message is not None and message["delivery"] != "queued"):
            return message
        await runtime.progress.wait_for_change(shown, min(left, 1.0))


async def outcome_of_message(runtime: "Runtime", received: ReceivedMessage, after: int) -> Story:
    """How a message was understood and answered, once that is settled, or after 10 s as far as it is known.

    `after` is the position of the message, or one before it.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + ANSWERED_WITHIN
    while True:
        shown = runtime.progress.position
        story = await _story(runtime, received, after)
        if story.is_over:
            await runtime.progress.wait_until(await asyncio.to_thread(runtime.log.head), SHOWN_WITHIN)
        if story.is_over or (left := until - loop.time()) <= 0:
            return story
        await runtime.progress.wait_for_change(shown, min(left, LOOK_AGAIN))


async def _story(runtime: "Runtime", received: ReceivedMessage, after: int) -> Story:
    decided = await decided_up_to(runtime.pool)
    understood, understood_at, drafted, send_id, sent_at = None, 0, None, None, 0
    for recorded in await runtime.history.of_follower(received.follower_id, after):
        match recorded.event:
            case Follower.BurstUnderstood() as event if received.message_id in event.message_ids:
                understood, understood_at = event, recorded.position
            case Follower.ReplyDrafted() as event if understood and event.burst_id == understood.burst_id:
                drafted = event
            case Follower.SendRequested(purpose=Purpose.REPLY) as event if (
                drafted and event.draft_id == drafted.draft_id
            ):
                send_id, sent_at = event.send_id, recorded.position
    if understood is None:
        return Story()
    if send_id is None:
        is_over = decided >= understood_at and runtime.progress.position >= understood_at
        return Story(understood, drafted, is_over=is_over)
    was_shown = runtime.progress.position >= sent_at
    message = await runtime.conversations.message(send_id)
    if message is None and was_shown:  # deleted since
        return Story(understood, drafted, is_over=True)
    delivery = "queued" if message is None else str(message["delivery"])
    return Story(understood, drafted, delivery, is_over=delivery != "queued" and decided >= understood_at)


async def position_of(runtime: "Runtime", received: ReceivedMessage) -> int | None:
    """Where in the log a message of this follower was stored."""
    for recorded in await runtime.history.of_follower(received.follower_id, 0):
        event = recorded.event
        if isinstance(event, Follower.MessageReceived) and event.message_id == received.message_id:
            return recorded.position
    return None


def action_of(story: Story, creator: Creator, follower: Follower, *, may_reply: bool) -> str:
    """One word for what was done about a message."""
    if story.understood is None:
        return "queued"
    intent = story.understood.intents[0][0]
    if story.delivery is not None and story.delivery != "sent":
        return story.delivery
    if intent is Intent.OPT_OUT:
        return "opted_out"
    if intent is Intent.ESCALATION:
        return "escalate"
    if story.drafted is not None:
        links = [product.payment_link for product in creator.active_products if product.payment_link]
        return "direct_purchase_link" if any(link in story.drafted.text for link in links) else "reply"
    if story.understood.reason == "spam":
        return "spam"
    if creator.mode is Mode.OFF or follower.is_paused:
        return "bot_paused"
    if follower.escalation is not None:
        return "escalate"
    if not may_reply:
        return "rate_limited"
    return "none" if story.is_over else "queued"
