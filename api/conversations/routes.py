"""Routes of the inbox: conversations and their messages, one follower; writing and deleting by hand."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.conversations.outcomes import Outcomes
from api.http.commands import DoOnVersion
from api.http.fields import Listed, MessageText, Ok, RequestModel, ResponseModel, Time
from api.http.pagination import Cursor, Limit, People
from api.http.read_models import NO_LEAD
from api.http.reads import Reads, Tag
from api.presenters import json_pages
from api.presenters.items import (
    ConversationItem,
    Delivery,
    MessageItem,
    Row,
    care_fields,
    conversation_fields,
    product_names,
)
from domain.application import Clonnect
from domain.errors import NotFound
from domain.person.identity import format_id
from domain.platforms import WINDOW
from domain.vocabulary import Mode, Platform, Status
from projections.people.filters import Shelf

router = guarded_router("conversations", reads=STAFF, writes=STAFF)

LAST_MESSAGES = 50


class ByStatus(ResponseModel):
    """How many conversations each stage has, under the same filters."""

    new: int
    active: int
    hot: int
    customer: int


class ConversationList(Listed):
    """One page of the inbox."""

    conversations: list[ConversationItem]
    by_status: ByStatus


class Messages(Listed):
    """One page of a conversation, newest first."""

    messages: list[MessageItem]


class Window(ResponseModel):
    """Whether the platform lets us write now, and until when; no end where it always does."""

    open: bool
    until: Time | None


class FollowerOut(Ok):
    """One person with everything the inbox shows of them."""

    follower_id: str
    id: UUID
    username: str | None
    name: str | None
    platform: Platform
    total_messages: int
    purchase_intent: float
    purchase_intent_score: int
    is_lead: bool
    is_customer: bool
    lead_status: Status
    pipeline_score: int
    last_messages: list[MessageItem]
    last_contact: Time | None
    first_contact: Time | None
    email: str
    phone: str
    notes: str
    tags: list[str]
    products_discussed: list[str]
    unread: int
    needs_person: bool
    archived: bool
    spam: bool
    assigned_to: UUID | None
    bot_paused: bool
    paused_until: Time | None
    window: Window
    mode: Mode
    version: int


class SendMessage(RequestModel):
    """Something to be said as the creator."""

    follower_id: Annotated[str, Field(min_length=1, max_length=300)]
    message: MessageText


class MessageSent(Ok):
    """What became of a message of ours; `sent` only when the platform took it."""

    sent: bool
    platform: Platform
    follower_id: str
    message_id: UUID
    delivery: Delivery
    reason: str | None
    message: str


class ConversationDeleted(Ok):
    """A conversation that is gone for good, with its lead."""

    deleted: str


@router.get("/dm/conversations/{creator_id}", response_model=ConversationList)
async def list_conversations(
    creator: Acting,
    reads: Reads,
    people: People,
    response: Response,
    limit: Annotated[Limit, Query()] = 50,
    unread: bool = False,
    needs_person: bool = False,
) -> Response:
    """The inbox, newest contact first; what is archived or spam has a list of its own."""
    people = replace(people, filters=replace(people.filters, unread=unread, needs_person=needs_person))
    cursors = people.cursors(reads.cursors, "conversations", creator.creator_id)
    page, by_status = await reads.conversations.page(
        creator.creator_id,
        people.filters,
        people.order,
        cursors.person(people.cursor),
        limit,
        json_pages.CONVERSATION,
        now=reads.now(),
    )
    return json_pages.json_page_response(page, cursors, "conversations", response, by_status=by_status)


@router.get("/dm/conversations/{creator_id}/{lead_id}/messages")
async def list_messages(
    creator: Acting, reads: Reads, lead_id: str, limit: Annotated[Limit, Query()] = 50, cursor: Cursor = None
) -> Messages:
    """The whole conversation, newest first."""
    known = await reads.lead(creator.creator_id, lead_id)
    page = await reads.cursors.of("messages", known).page(
        cursor, limit, ("occurred_at", "position"), int, partial(reads.conversations.messages, known)
    )
    messages = [MessageItem.of(row) for row in page.rows]
    return Messages(messages=messages, **page.listed(messages))


@router.get("/dm/follower/{creator_id}/{lead_id}")
async def get_follower(creator: Acting, reads: Reads, lead_id: str, tag: Tag) -> FollowerOut:
    """One person, with the last 50 messages, oldest first."""
    known = await reads.lead(creator.creator_id, lead_id)
    row = await reads.conversations.one(creator.creator_id, known)
    if row is None:
        raise NotFound(NO_LEAD)
    tag(row["version"])
    latest = await reads.conversations.latest([known], LAST_MESSAGES)
    now = reads.now()
    status = Status(row["status"])
    account = await reads.account(creator.creator_id)
    return FollowerOut(
        **conversation_fields(row, now),
        **care_fields(row),
        is_lead=True,
        is_customer=status is Status.CUSTOMER,
        last_messages=[MessageItem.of(message) for message in latest[known]],
        first_contact=row["first_contact"] or row["created_at"],
        products_discussed=product_names(account, row["products"]),
        archived=row["shelf"] == Shelf.ARCHIVED,
        spam=row["shelf"] == Shelf.SPAM,
        window=_window(row, now),
        mode=account.mode,
    )


@router.post("/dm/send/{creator_id}")
async def send_message(creator: Acting, outcomes: Outcomes, body: SendMessage, do: DoOnVersion) -> MessageSent:
    """Say something as the creator. It is stored once in any case; `delivery` says whether it left."""
    requested = await do.on_lead(
        creator.creator_id, body.follower_id, Clonnect.send_by_hand, body.message, do.made_up("send")
    )
    delivery: Delivery = "queued"
    reason = None
    if requested.is_record:
        delivery = "manual"
    elif requested.held is not None:
        delivery, reason = "held", requested.held
    elif do.waits and (message := await outcomes.of_send(requested.send_id)) is not None:
        delivery, reason = message["delivery"], message["reason"]
    return MessageSent(
        sent=delivery == "sent",
        platform=requested.platform,
        follower_id=body.follower_id,
        message_id=requested.send_id,
        delivery=delivery,
        reason=reason,
        message=_sentence(delivery, reason),
    )


@router.delete("/dm/conversations/{creator_id}/{lead_id}")
async def delete_conversation(creator: Acting, lead_id: str, do: DoOnVersion) -> ConversationDeleted:
    """Delete a conversation with its lead."""
    lead = await do.on_lead(creator.creator_id, lead_id, Clonnect.delete_lead)
    return ConversationDeleted(deleted=format_id(lead.platform, lead.platform_user_id))


def _window(row: Row, now: datetime) -> Window:
    if row["last_inbound"] is None:
        return Window(open=False, until=None)
    if Platform(row["platform"]) not in (Platform.INSTAGRAM, Platform.WHATSAPP):
        return Window(open=True, until=None)
    until = row["last_inbound"] + WINDOW
    return Window(open=now < until, until=until)


def _sentence(delivery: str, reason: str | None) -> str:
    return {
        "sent": "Sent.",
        "queued": "On its way.",
        "manual": "Recorded; this lead has no channel, so say it in your own way.",
        "uncertain": "It may have arrived; nobody can tell, so it is not sent again.",
        "failed": "The platform did not take it.",
        "held": {
            "channel_not_connected": "Kept, not sent: the channel is not connected.",
            "window_closed": "Kept, not sent: the platform's messaging window is closed.",
            "no_conversation": "Kept, not sent: this person has never written.",
            "unreachable": "Kept, not sent: the platform says that this person cannot be reached.",
        }.get(reason or "", "Kept, not sent."),
    }[delivery]
