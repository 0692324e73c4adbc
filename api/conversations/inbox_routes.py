"""Routes of whole conversations: archive, spam, restore, read, take over, release, assign."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Concatenate, Literal, ParamSpec
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api.access import callers
from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.http.commands import Commands, DoOnVersion
from api.http.fields import GivenTime, Listed, Ok, RequestModel, ResponseModel, Time
from api.http.pagination import Limit, People
from api.http.read_models import NO_LEAD
from api.http.reads import AsShown, Reads
from api.http.routing import Pool, WhoTypes
from api.presenters.items import Row, conversation_fields
from domain.application import Clonnect
from domain.errors import NotFound
from domain.lead import Lead
from domain.vocabulary import Mark, Mode, Platform, Status
from projections.people.filters import Shelf

P = ParamSpec("P")

router = guarded_router("conversations", reads=STAFF, writes=STAFF)


class EmptyBody(RequestModel):
    """There is nothing to say beside the path."""


class TakeOver(RequestModel):
    """Until when a person has the conversation; left out: until they give it back."""

    until: GivenTime | None = None


class Assign(RequestModel):
    """Who holds the conversation; null is nobody."""

    user_id: Annotated[UUID, Field(strict=False)] | None


class SetMode(RequestModel):
    """What the bot may do in this conversation; null: what it may do for the creator."""

    mode: Annotated[Mode, Field(strict=False)] | None


class Changed(Ok):
    """The conversation that was meant, and its lead's version."""

    id: UUID
    version: int


class Archived(Changed):
    """Out of the inbox until the person writes again."""

    archived: Literal[True] = True


class MarkedAsSpam(Changed):
    """Out of the inbox, whatever is written; nothing is answered."""

    spam: Literal[True] = True


class Restored(Changed):
    """Back in the inbox, at the stage where it was."""

    restored: Literal[True] = True
    lead_status: Status


class ReadOut(Changed):
    """Nothing is unread."""

    unread: Literal[0] = 0


class HandedOver(Changed):
    """Whether the bot is silent here, and until when; without an end until a person says so."""

    bot_paused: bool
    paused_until: Time | None


class ModeOfConversation(Changed):
    """What the bot may do here; null: what it may do for the creator."""

    mode: Mode | None


class HeldWhileTyping(Changed):
    """Until when nothing automatic is sent here."""

    holds_until: Time


class Assigned(Changed):
    """Who holds the conversation."""

    assigned_to: UUID | None


class PutAsideItem(ResponseModel):
    """A conversation that is archived or spam."""

    id: UUID
    follower_id: str
    username: str | None
    name: str | None
    platform: Platform
    status: Mark
    lead_status: Status
    pipeline_score: int
    total_messages: int
    purchase_intent: float
    purchase_intent_score: int
    last_contact: Time | None
    version: int

    @classmethod
    def of(cls, row: Row, now: datetime) -> "PutAsideItem":
        """From a row of the inbox."""
        return cls(**conversation_fields(row, now), status=row["shelf"])


class PutAside(Listed):
    """One page of what is archived or spam."""

    conversations: list[PutAsideItem]


async def _on_lead(
    do: Commands,
    creator_id: str,
    given: str,
    command: Callable[Concatenate[Clonnect, str, UUID, P], Lead],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Lead:
    """Run a command on the lead that a client means, and say which version it has then."""
    lead = await do.on_lead(creator_id, given, command, *args, **kwargs)
    do.version(lead.version)
    return lead


@router.get("/dm/conversations/{creator_id}/archived")
async def list_put_aside(
    creator: Acting, reads: Reads, people: People, limit: Annotated[Limit, Query()] = 50
) -> PutAside:
    """What is archived or spam, newest contact first."""
    people = replace(people, filters=replace(people.filters, shelves=(Shelf.ARCHIVED, Shelf.SPAM)))
    cursors = people.cursors(reads.cursors, "conversations", creator.creator_id)
    place = cursors.person(people.cursor)
    page, _ = await reads.conversations.page(creator.creator_id, people.filters, people.order, place, limit)
    now = reads.now()
    items = [PutAsideItem.of(row, now) for row in page.rows]
    return PutAside(conversations=items, count=len(items), total=page.total, next_cursor=cursors.end(page))


@router.post("/dm/conversations/{creator_id}/{lead_id}/archive")
async def archive_conversation(creator: Acting, lead_id: str, do: DoOnVersion, _: EmptyBody | None = None) -> Archived:
    """Put a conversation away until the person writes again; what is pending is cancelled."""
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.archive_lead)
    return Archived(id=lead.id, version=lead.version)


@router.post("/dm/conversations/{creator_id}/{lead_id}/spam")
async def mark_conversation_as_spam(
    creator: Acting, lead_id: str, do: DoOnVersion, _: EmptyBody | None = None
) -> MarkedAsSpam:
    """Put a conversation away for good: what the person writes is kept, and not answered."""
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.mark_as_spam)
    return MarkedAsSpam(id=lead.id, version=lead.version)


@router.post("/dm/conversations/{creator_id}/{lead_id}/restore")
async def restore_conversation(creator: Acting, lead_id: str, do: DoOnVersion, _: EmptyBody | None = None) -> Restored:
    """Bring a conversation back to the inbox, and its lead to the stage where it was."""
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.restore_lead)
    return Restored(id=lead.id, version=lead.version, lead_status=lead.status)


@router.post("/dm/conversations/{creator_id}/{lead_id}/read")
async def read_conversation(creator: Acting, lead_id: str, do: DoOnVersion, _: EmptyBody | None = None) -> ReadOut:
    """Say that everything was seen."""
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.read_conversation)
    return ReadOut(id=lead.id, version=lead.version)


@router.post("/dm/conversations/{creator_id}/{lead_id}/takeover")
async def take_over_conversation(
    creator: Acting, lead_id: str, do: DoOnVersion, body: TakeOver | None = None
) -> HandedOver:
    """Silence the bot in this conversation, until a time or until it is released."""
    until = body.until if body else None
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.take_over, until)
    return HandedOver(id=lead.id, version=lead.version, bot_paused=True, paused_until=until)


@router.post("/dm/conversations/{creator_id}/{lead_id}/release")
async def release_conversation(
    creator: Acting, lead_id: str, do: DoOnVersion, _: EmptyBody | None = None
) -> HandedOver:
    """Let the bot speak in this conversation again, whatever it was silent for."""
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.hand_back)
    return HandedOver(id=lead.id, version=lead.version, bot_paused=False, paused_until=None)


@router.post("/dm/conversations/{creator_id}/{lead_id}/mode")
async def set_conversation_mode(creator: Acting, lead_id: str, body: SetMode, do: DoOnVersion) -> ModeOfConversation:
    """Say what the bot may do in this conversation, as long as it is not off for the creator."""
    lead = await _on_lead(do, creator.creator_id, lead_id, Clonnect.set_mode, body.mode)
    return ModeOfConversation(id=lead.id, version=lead.version, mode=body.mode)


@router.post("/dm/conversations/{creator_id}/{lead_id}/typing")
async def hold_while_typing(
    creator: Acting, presence: WhoTypes, lead_id: str, reads: AsShown, _: EmptyBody | None = None
) -> HeldWhileTyping:
    """Say that a person is writing here: nothing automatic is sent to this person for two minutes."""
    known = await reads.lead(creator.creator_id, lead_id)
    row = await reads.conversations.one(creator.creator_id, known)
    if row is None:
        raise NotFound(NO_LEAD)
    held_until = await presence.hold(row["follower_id"], creator.actor)
    return HeldWhileTyping(id=known, version=row["version"], holds_until=held_until)


@router.post("/dm/conversations/{creator_id}/{lead_id}/assign")
async def assign_conversation(creator: Acting, pool: Pool, lead_id: str, body: Assign, do: DoOnVersion) -> Assigned:
    """Say which person of the creator's holds a conversation."""
    known = await do.lead_known_as(creator.creator_id, lead_id)
    if body.user_id is not None and not await callers.is_user(pool, creator.creator_id, body.user_id):
        raise NotFound("There is no such user.")
    lead = await _on_lead(do, creator.creator_id, str(known), Clonnect.assign_lead, body.user_id)
    return Assigned(id=lead.id, version=lead.version, assigned_to=body.user_id)
