"""Items of answers: leads, conversations and messages, from rows of the projections or from an aggregate."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from api.http.fields import ResponseModel, SequenceWord, Time
from api.http.read_models import ReadModels
from domain.creator import Creator
from domain.lead import Lead
from domain.person.identity import format_id
from domain.scoring.decay import ScoreDecay
from domain.vocabulary import Platform, Status
from projections.people.filters import Shelf
from projections.people.intent_sql import course_columns

Row = Mapping[str, Any]
Author = Literal["follower", "bot", "person", "native", "platform"]
Delivery = Literal["queued", "sent", "held", "uncertain", "failed", "manual"]


def pipeline_score(status: Status) -> int:
    """How far a stage is on the way, 25 to 100."""
    return (status.rank + 1) * 25


def intent_of(row: Row, now: datetime) -> float:
    """The purchase intent as it is now; what is stored has decayed since."""
    return ScoreDecay(row["since"], row["interest"], row["lapses"], row["engagements"]).shown(now)


def follower_id_of(row: Row) -> str:
    """The person's id on their platform, with its prefix."""
    return format_id(Platform(row["platform"]), row["platform_user_id"])


def person_fields(row: Row, now: datetime) -> dict[str, Any]:
    """What every item about a person has, from a row of a list of people; the stage stands under several names."""
    status, intent = Status(row["status"]), intent_of(row, now)
    return {
        "id": row["lead_id"],
        "follower_id": follower_id_of(row),
        "platform": row["platform"],
        "username": row["username"],
        "name": row["name"],
        "pipeline_score": pipeline_score(status),
        "purchase_intent": intent,
        "purchase_intent_score": round(100 * intent),
        "version": row["version"],
    }


def conversation_fields(row: Row, now: datetime) -> dict[str, Any]:
    """The same with what every item about a conversation has."""
    return {
        **person_fields(row, now),
        "lead_status": Status(row["status"]),
        "total_messages": row["messages_in"],
        "last_contact": row["last_contact"],
    }


def care_fields(row: Row) -> dict[str, Any]:
    """What is noted about a person, and who looks after their conversation."""
    return {
        "email": row["email"] or "",
        "phone": row["phone"] or "",
        "notes": row["notes"] or "",
        "tags": row["tags"],
        "unread": row["unread"],
        "needs_person": row["needs_person"],
        "assigned_to": row["assigned_to"],
        "bot_paused": row["bot_paused"],
        "paused_until": row["paused_until"],
    }


class LastMessage(ResponseModel):
    """The last thing that was said, by whoever."""

    text: str
    author: Author
    at: Time


class NextFollowUp(ResponseModel):
    """The follow-up that is due next."""

    sequence_type: SequenceWord
    step: int
    scheduled_at: Time


class LeadItem(ResponseModel):
    """A card of the board."""

    id: UUID
    follower_id: str
    platform_user_id: str
    platform: Platform
    username: str | None
    full_name: str | None
    name: str | None
    status: Status
    pipeline_score: int
    score: int
    purchase_intent: float
    purchase_intent_score: int
    email: str | None
    phone: str | None
    notes: str | None
    tags: list[str]
    source: str
    created_at: Time
    last_contact_at: Time | None
    archived: bool
    spam: bool
    assigned_to: UUID | None
    version: int
    last_message: LastMessage | None
    next_follow_up: NextFollowUp | None

    @classmethod
    def of(cls, row: Row, now: datetime) -> "LeadItem":
        """From a row of the board."""
        return cls(**_lead_fields(row, now))


class LeadContext(ResponseModel):
    """What a creator has noted about a person."""

    email: str | None
    phone: str | None
    notes: str | None


class LeadDetail(LeadItem):
    """One lead by itself."""

    context: LeadContext

    @classmethod
    def of(cls, row: Row, now: datetime) -> "LeadDetail":
        """From a row of the board."""
        noted = LeadContext(email=row["email"], phone=row["phone"], notes=row["notes"])
        return cls(**_lead_fields(row, now), context=noted)


def _lead_fields(row: Row, now: datetime) -> dict[str, Any]:
    said = row["last_message_at"] is not None
    person = person_fields(row, now)
    return {
        **person,
        "platform_user_id": person["follower_id"],
        "full_name": row["name"],
        "status": Status(row["status"]),
        "score": person["purchase_intent_score"],
        "email": row["email"],
        "phone": row["phone"],
        "notes": row["notes"],
        "tags": row["tags"],
        "source": row["source"],
        "created_at": row["created_at"],
        "last_contact_at": row["last_contact_at"],
        "archived": row["shelf"] == Shelf.ARCHIVED,
        "spam": row["shelf"] == Shelf.SPAM,
        "assigned_to": row["assigned_to"],
        "last_message": LastMessage(
            text=row["last_message"], author=row["last_message_author"], at=row["last_message_at"]
        )
        if said
        else None,
        "next_follow_up": row["next_follow_up"],
    }


async def lead_after(reads: ReadModels, lead: Lead, *, is_new: bool = False) -> LeadItem:
    """A lead as a command has left it, whether or not the board has caught up; of a new one it can add nothing."""
    row: Row = (None if is_new else await reads.board.moved_card(lead.creator_id, lead.id)) or {
        "lead_id": lead.id,
        "platform": lead.platform,
        "platform_user_id": lead.platform_user_id,
        "source": lead.source,
        "created_at": lead.created_on,
        "last_contact_at": None,
        "last_message_at": None,
        "next_follow_up": None,
    }
    details = lead.details
    now_so = {
        "name": details.name,
        "username": details.username,
        "email": details.email,
        "phone": details.phone,
        "notes": details.notes,
        "tags": list(details.tags),
        "status": lead.status,
        "shelf": Shelf.of(lead.mark),
        "assigned_to": lead.assigned_to,
        **course_columns(lead.score),
        "version": lead.version,
    }
    return LeadItem.of({**row, **now_so}, reads.now())


class MessageItem(ResponseModel):
    """One message; `delivery` is what became of one of ours, `reason` why it did not leave.

    `forwarded`: the words are somebody else's. With a `note` it is no message, but what the platform notes in the chat,
    in the platform's own word.
    """

    id: UUID
    role: Literal["user", "assistant"]
    content: str
    timestamp: Time
    author: Author
    delivery: Delivery | None
    reason: str | None
    attachments: list[str]
    forwarded: bool
    note: str | None

    @classmethod
    def of(cls, row: Row) -> "MessageItem":
        """From a row of the conversation."""
        theirs = row["author"] in ("follower", "platform")
        return cls(
            id=row["message_row"],
            role="user" if theirs else "assistant",
            content=row["content"],
            timestamp=row["occurred_at"],
            author=row["author"],
            delivery=None if theirs else row["delivery"],
            reason=row["reason"],
            attachments=[attachment["kind"] for attachment in row["attachments"]],
            forwarded=row["forwarded"],
            note=row["note"],
        )


class ConversationItem(ResponseModel):
    """A row of the inbox: a person and the last five messages, oldest first."""

    follower_id: str
    id: UUID
    username: str | None
    name: str | None
    platform: Platform
    total_messages: int
    message_count: int
    purchase_intent: float
    purchase_intent_score: int
    lead_status: Status
    pipeline_score: int
    last_messages: list[MessageItem]
    last_contact: Time | None
    email: str
    phone: str
    notes: str
    tags: list[str]
    unread: int
    needs_person: bool
    next_follow_up: NextFollowUp | None
    assigned_to: UUID | None
    bot_paused: bool
    paused_until: Time | None
    version: int

    @classmethod
    def of(cls, row: Row, messages: Sequence[Row], now: datetime) -> "ConversationItem":
        """From a row of the inbox and its messages."""
        return cls(
            **conversation_fields(row, now),
            **care_fields(row),
            message_count=row["messages_all"],
            last_messages=[MessageItem.of(message) for message in messages],
            next_follow_up=row["next_follow_up"],
        )


def product_names(creator: Creator, product_ids: Sequence[UUID]) -> list[str]:
    """What the creator calls these products; one that is gone is left out."""
    return [creator.products[product_id].name for product_id in product_ids if product_id in creator.products]
