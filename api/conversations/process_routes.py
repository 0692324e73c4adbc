"""Route of messages that programs hand in (`POST /dm/process`): taken in, understood, answered."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request
from pydantic import Field

from api.access.guard import Caller, acting_for, check_role, guarded_router
from api.access.roles import STAFF
from api.conversations.outcomes import Outcomes, Story
from api.http.commands import Do
from api.http.fields import MessageText, Ok, RequestModel
from api.http.problems import also
from api.http.reads import AsShown
from domain import context
from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.follower.values import Inbound
from domain.person.identity import format_id, require_id
from domain.vocabulary import Intent, Language, Platform

router = guarded_router("conversations", reads=STAFF, writes=STAFF)


class ProcessMessage(RequestModel):
    """A message of a follower, handed in by a program."""

    creator_id: Annotated[str, Field(max_length=63)]
    sender_id: Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9_.:@+-]+$")]
    message: MessageText
    message_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    platform: Literal["instagram", "whatsapp", "telegram", "simulator", "manual"] | None = None
    name: Annotated[str, Field(max_length=255)] | None = None
    username: Annotated[str, Field(max_length=255)] | None = None


class MessageProcessed(Ok):
    """How a message was understood, and what was done about it; `response` is empty when nothing was said."""

    response: str
    intent: Intent | None
    language: Language | None
    action: str
    product_mentioned: str | None
    escalate: bool
    confidence: float | None
    message_id: str
    follower_id: str
    lead_id: UUID
    draft_id: UUID | None
    duplicate: bool


@router.post("/dm/process", openapi_extra=also("not-found"))
async def process_message(
    request: Request, creator: Caller, reads: AsShown, outcomes: Outcomes, body: ProcessMessage, do: Do
) -> MessageProcessed:
    """Take in a message; answers when it is understood and, within 10 s, answered."""
    creator = await acting_for(request, creator, body.creator_id)
    check_role(creator, STAFF)
    country = await reads.country(creator.creator_id, body.platform)
    platform, raw = require_id(
        body.sender_id, Platform(body.platform) if body.platform else None, country=country, field="/sender_id"
    )
    message_id = body.message_id or do.made_up("message").hex
    with context.instead(creator.actor):
        received = await do(
            Clonnect.receive_message,
            creator.creator_id,
            Inbound(
                platform=platform,
                platform_user_id=raw,
                message_id=message_id,
                dedupe_key=f"{raw}:{message_id}",
                text=body.message,
                occurred_at=reads.now(),
                origin="api",
                name=body.name or None,
                username=(body.username or "").removeprefix("@") or None,
            ),
        )
    stored_at = await outcomes.position_of(received) if received.duplicate else do.position
    story = await outcomes.of_message(received, stored_at or 0) if do.waits else Story()
    return await _processed(outcomes, creator.creator_id, format_id(platform, raw), received, story)


async def _processed(
    outcomes: Outcomes, creator_id: str, follower_id: str, received: ReceivedMessage, story: Story
) -> MessageProcessed:
    understood = story.understood
    account, follower, action = await outcomes.verdict(creator_id, received, story)
    product = account.products.get(understood.product_id) if understood and understood.product_id else None
    return MessageProcessed(
        response=story.drafted.text if story.drafted else "",
        intent=understood.intents[0][0] if understood else None,
        language=understood.language if understood else None,
        action=action,
        product_mentioned=product.name if product else None,
        escalate=follower.escalation is not None,
        confidence=understood.intents[0][1] if understood else None,
        message_id=received.message_id,
        follower_id=follower_id,
        lead_id=received.lead_id,
        draft_id=story.drafted.draft_id if story.drafted else None,
        duplicate=received.duplicate,
    )
