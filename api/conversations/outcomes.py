"""Outcomes of messages: whether one of ours was sent, how one of theirs was understood and answered."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from api.http.reads import SHOWN_WITHIN
from api.http.routing import part
from api.presenters.items import Row
from api.runtime import Runtime
from api.settings import answer_limits
from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.creator import Creator
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits, Purpose
from domain.vocabulary import Intent, Mark, Mode
from eventstore.log import Log
from processes.clock import Clock
from processes.process import decided_up_to
from projections.conversations import Conversations
from projections.engine.progress import Progress
from projections.engine.projection import Pool
from projections.event_history import EventHistory

SENT_WITHIN: Final = 8.0
ANSWERED_WITHIN: Final = 10.0
LOOK_AGAIN: Final = 0.2


@dataclass(frozen=True)
class Story:
    """What has become of one inbound message so far; `is_written`: its answer is being written."""

    understood: Follower.BurstUnderstood | None = None
    is_written: bool = False
    drafted: Follower.ReplyDrafted | None = None
    delivery: str | None = None
    is_over: bool = False


@dataclass(frozen=True)
class MessageOutcomes:
    """Looks for what becomes of messages, in the projections and in the log, whenever they have moved on."""

    app: Clonnect
    pool: Pool
    log: Log
    history: EventHistory
    conversations: Conversations
    progress: Progress
    clock: Clock
    limits: AnswerLimits

    @classmethod
    def of(cls, runtime: Runtime) -> "MessageOutcomes":
        """From the parts of a program."""
        return cls(
            runtime.app,
            runtime.pool,
            runtime.log,
            runtime.history,
            runtime.conversations,
            runtime.progress,
            runtime.clock,
            answer_limits(runtime.settings),
        )

    async def of_send(self, send_id: UUID) -> Row | None:
        """The message of a send, once it is known what became of it, or after 8 s as it is then."""
        return await self.progress.wait_for(
            lambda: self.conversations.message(send_id),
            lambda message: message is not None and message["delivery"] != "queued",
            SENT_WITHIN,
        )

    async def of_message(self, received: ReceivedMessage, after: int) -> Story:
        """How a message was understood and answered, once that is settled, or after 10 s as far as it is known.

        `after` is the position of the message, or one before it.
        """
        story = await self.progress.wait_for(
            lambda: self._story(received, after), lambda story: story.is_over, ANSWERED_WITHIN, LOOK_AGAIN
        )
        if story.is_over:
            await self.progress.wait_until(await asyncio.to_thread(self.log.head), SHOWN_WITHIN)
        return story

    async def _story(self, received: ReceivedMessage, after: int) -> Story:
        decided = await decided_up_to(self.pool)
        understood, understood_at, drafted, send_id, sent_at = None, 0, None, None, 0
        is_written = False
        for recorded in await self.history.of_follower(received.follower_id, after):
            match recorded.event:
                case Follower.BurstUnderstood() as event if received.message_id in event.message_ids:
                    understood, understood_at = event, recorded.position
                case Follower.AnswerRequested() as event if understood and event.burst_id == understood.burst_id:
                    is_written = drafted is None
                case Follower.AnswerDropped() as event if understood and event.burst_id == understood.burst_id:
                    is_written = False
                case Follower.ReplyDrafted() as event if (
                    understood and event.burst_id == understood.burst_id and drafted is None
                ):
                    drafted, is_written = event, False
                case Follower.SendRequested(purpose=Purpose.REPLY) as event if (
                    drafted and event.draft_id == drafted.draft_id
                ):
                    send_id, sent_at = event.send_id, recorded.position
        if understood is None:
            return Story()
        if send_id is None:
            is_over = not is_written and decided >= understood_at and self.progress.position >= understood_at
            return Story(understood, is_written, drafted, is_over=is_over)
        was_shown = self.progress.position >= sent_at
        message = await self.conversations.message(send_id)
        if message is None and was_shown:  # deleted since
            return Story(understood, False, drafted, is_over=True)
        delivery = "queued" if message is None else str(message["delivery"])
        return Story(understood, False, drafted, delivery, is_over=delivery != "queued" and decided >= understood_at)

    async def position_of(self, received: ReceivedMessage) -> int | None:
        """Where in the log a message of this follower was stored."""
        for recorded in await self.history.of_follower(received.follower_id, 0):
            event = recorded.event
            if isinstance(event, Follower.MessageReceived) and event.message_id == received.message_id:
                return recorded.position
        return None

    async def verdict(self, creator_id: str, received: ReceivedMessage, story: Story) -> tuple[Creator, Follower, str]:
        """Creator and follower as they are now, and one word for what was done about a message."""
        creator = await asyncio.to_thread(self.app.creator, creator_id)
        follower = await asyncio.to_thread(self.app.follower, received.follower_id)
        lead = await asyncio.to_thread(self.app.lead_of, follower)
        may_reply = follower.may_reply(self.clock(), self.limits)
        is_spam = lead.mark is Mark.SPAM
        return creator, follower, "spam" if is_spam else action_of(story, creator, follower, may_reply=may_reply)


Outcomes = Annotated[MessageOutcomes, part(MessageOutcomes.of)]


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
    if story.is_written:
        return "queued"
    if story.drafted is not None and story.drafted.why_draft:
        return "draft"
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
