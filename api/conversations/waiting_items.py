"""What waits for a person, as it is shown: drafts and escalations, each with the person and what they wrote."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from api.http.fields import Listed, ResponseModel, Time
from api.presenters.items import Row
from domain.person.identity import format_id
from domain.vocabulary import Intent, Language, Platform, Status
from projections.conversations import Conversations

LOOKED_AT = 20
"""The last messages of a conversation among which are those that a draft answers."""


class WaitingItem(ResponseModel):
    """Somebody who waits for a person."""

    id: UUID
    lead_id: UUID
    follower_id: str
    username: str | None
    name: str | None
    platform: Platform
    created_at: Time


class DraftItem(WaitingItem):
    """A proposed answer; `asked` is what it answers, `why` in words why nobody sent it."""

    burst_id: UUID
    asked: str
    text: str
    language: Language
    intent: Intent
    confidence: float
    source: Literal["template", "model"]
    product_id: UUID | None
    why: list[str]
    expires_at: Time | None
    outdated: bool
    version: int


class EscalationItem(WaitingItem):
    """Somebody who asked for a person, or is better answered by one."""

    reason: Literal["asked", "model", "support", "repeat"]
    message: str
    lead_status: Status


class DraftList(Listed):
    """One page of drafts, those that wait longest first."""

    creator_id: str
    drafts: list[DraftItem]


class EscalationList(Listed):
    """One page of escalations, those that wait longest first."""

    creator_id: str
    escalations: list[EscalationItem]


async def draft_items(conversations: Conversations, rows: Sequence[Row]) -> list[DraftItem]:
    """Drafts with their people; who is gone since has none."""
    people = await _people(conversations, rows)
    said = await conversations.latest(list(people), LOOKED_AT)
    return [
        DraftItem(
            **_person(people[row["lead_id"]]),
            id=row["draft_id"],
            created_at=row["created_at"],
            burst_id=row["burst_id"],
            asked=_asked(said[row["lead_id"]], row),
            text=row["text"],
            language=row["language"],
            intent=row["intent"],
            confidence=row["confidence"],
            source=row["source"],
            product_id=row["product_id"],
            why=row["why"],
            expires_at=row["expires_at"],
            outdated=any(_is_later(message, row) for message in said[row["lead_id"]]),
            version=people[row["lead_id"]]["version"],
        )
        for row in rows
        if row["lead_id"] in people
    ]


async def escalation_items(conversations: Conversations, rows: Sequence[Row]) -> list[EscalationItem]:
    """Escalations with their people; who is gone since has none."""
    people = await _people(conversations, rows)
    texts = await conversations.texts([(row["lead_id"], row["message_id"]) for row in rows])
    return [
        EscalationItem(
            **_person(people[row["lead_id"]]),
            id=row["escalation_id"],
            created_at=row["created_at"],
            reason=row["reason"],
            message=texts.get((row["lead_id"], row["message_id"]), ""),
            lead_status=people[row["lead_id"]]["status"],
        )
        for row in rows
        if row["lead_id"] in people
    ]


async def _people(conversations: Conversations, rows: Sequence[Row]) -> Mapping[UUID, Row]:
    return await conversations.by_lead([row["lead_id"] for row in rows])


def _person(row: Row) -> dict[str, Any]:
    platform = Platform(row["platform"])
    return {
        "lead_id": row["lead_id"],
        "follower_id": format_id(platform, row["platform_user_id"]),
        "username": row["username"] or None,
        "name": row["name"] or None,
        "platform": platform,
    }


def _is_later(message: Row, draft: Row) -> bool:
    return message["author"] == "follower" and bool(message["occurred_at"] > draft["created_at"])


def _asked(messages: Sequence[Row], draft: Row) -> str:
    """What the person wrote between our last message and the draft."""
    asked: list[str] = []
    for message in messages:
        if message["author"] != "follower":
            asked.clear()
        elif not _is_later(message, draft):
            asked.append(message["content"])
    return "\n".join(filter(None, asked))
