"""Routes of escalations: people who asked for a person, until somebody has dealt with it."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.conversations.waiting_items import EscalationList, escalation_items
from api.http.commands import Do
from api.http.fields import Ok, RequestModel
from api.http.pagination import Cursor, Limit
from api.http.reads import AsShown, Reads
from domain.application import Clonnect
from domain.errors import NotFound

router = guarded_router("conversations", reads=STAFF, writes=STAFF)


class Resolve(RequestModel):
    """What was done about it."""

    note: Annotated[str, Field(max_length=2000)] | None = None


class EscalationResolved(Ok):
    """The bot may speak there again, and the lead's version."""

    id: UUID
    lead_id: UUID
    resolved: Literal[True] = True
    version: int


@router.get("/dm/escalations/{creator_id}")
async def list_escalations(
    creator: Acting, reads: Reads, limit: Annotated[Limit, Query()] = 50, cursor: Cursor = None
) -> EscalationList:
    """The people who wait for a person, those who wait longest first."""
    cursors = reads.cursors.of("escalations", creator.creator_id)
    ask = partial(reads.awaiting_person.escalations, creator.creator_id)
    page = await cursors.page(cursor, limit, ("created_at", "escalation_id"), UUID, ask)
    items = await escalation_items(reads.conversations, page.rows)
    return EscalationList(creator_id=creator.creator_id, escalations=items, **page.listed(items))


@router.post("/dm/escalations/{creator_id}/{escalation_id}/resolve")
async def resolve_escalation(
    creator: Acting, escalation_id: UUID, reads: AsShown, do: Do, body: Resolve | None = None
) -> EscalationResolved:
    """Say that somebody has dealt with it."""
    row = await reads.awaiting_person.escalation(creator.creator_id, escalation_id)
    if row is None or (row["is_resolved"] and not do.was_done):
        raise NotFound("Nobody waits for a person by this id.")
    note = body.note if body else None
    lead = await do(Clonnect.resolve_escalation, creator.creator_id, row["lead_id"], escalation_id, note or None)
    return EscalationResolved(id=escalation_id, lead_id=lead.id, version=lead.version)
