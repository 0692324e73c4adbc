"""Routes of drafts: answers that wait for a person, who approves, edits or rejects them, or has another written."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from api.access.guard import Acting, guarded_router
from api.access.roles import STAFF
from api.conversations.inbox_routes import EmptyBody
from api.conversations.outcomes import MessageOutcomes, Outcomes
from api.conversations.waiting_items import DraftList, draft_items
from api.http.commands import Commands, Do
from api.http.fields import MessageText, Ok, Reason, RequestModel
from api.http.pagination import Cursor, Limit
from api.http.problems import also
from api.http.reads import AsShown, Reads
from api.presenters.items import Delivery, Row
from domain.application import Clonnect
from domain.errors import NotFound, SettledDraft
from projections.awaiting_person import WAITING

router = guarded_router("conversations", reads=STAFF, writes=STAFF)

OUTDATED = also("outdated-draft")


class ApproveDraft(RequestModel):
    """Send it, `confirm_outdated` although the person has written since."""

    confirm_outdated: bool = False


class EditDraft(ApproveDraft):
    """Send this text instead."""

    text: MessageText


class RejectDraft(RequestModel):
    """Why it is not to be sent."""

    reason: Reason | None = None


class DraftSettled(Ok):
    """What became of a draft, and its lead's version."""

    id: UUID
    lead_id: UUID
    settled: Literal["rejected", "superseded"]
    version: int


class DraftSent(Ok):
    """The message that a draft became, and whether it has left."""

    id: UUID
    lead_id: UUID
    settled: Literal["approved", "edited"]
    message_id: UUID
    delivery: Delivery
    reason: str | None


@router.get("/dm/drafts/{creator_id}")
async def list_drafts(
    creator: Acting,
    reads: Reads,
    lead_id: str | None = None,
    limit: Annotated[Limit, Query()] = 50,
    cursor: Cursor = None,
) -> DraftList:
    """The answers that wait for a person, those that wait longest first."""
    known = None if lead_id is None else await reads.lead(creator.creator_id, lead_id)
    cursors = reads.cursors.of("drafts", creator.creator_id, known)
    ask = partial(reads.awaiting_person.drafts, creator.creator_id, known)
    page = await cursors.page(cursor, limit, ("created_at", "draft_id"), UUID, ask)
    items = await draft_items(reads.conversations, page.rows)
    return DraftList(creator_id=creator.creator_id, drafts=items, **page.listed(items))


@router.post("/dm/drafts/{creator_id}/{draft_id}/approve", openapi_extra=OUTDATED)
async def approve_draft(
    creator: Acting, draft_id: UUID, reads: AsShown, outcomes: Outcomes, do: Do, body: ApproveDraft | None = None
) -> DraftSent:
    """Send a draft as it is."""
    row = await _waiting(reads, do, creator.creator_id, draft_id)
    return await _sent(row, None, outcomes, do, body or ApproveDraft())


@router.post("/dm/drafts/{creator_id}/{draft_id}/edit", openapi_extra=OUTDATED)
async def edit_draft(
    creator: Acting, draft_id: UUID, reads: AsShown, outcomes: Outcomes, body: EditDraft, do: Do
) -> DraftSent:
    """Send another text in the place of a draft."""
    row = await _waiting(reads, do, creator.creator_id, draft_id)
    return await _sent(row, body.text, outcomes, do, body)


@router.post("/dm/drafts/{creator_id}/{draft_id}/reject")
async def reject_draft(
    creator: Acting, draft_id: UUID, reads: AsShown, do: Do, body: RejectDraft | None = None
) -> DraftSettled:
    """Have a draft not be sent."""
    row = await _waiting(reads, do, creator.creator_id, draft_id)
    reason = body.reason if body else None
    lead = await do(Clonnect.reject_draft, creator.creator_id, row["lead_id"], draft_id, reason or None)
    return DraftSettled(id=draft_id, lead_id=lead.id, settled="rejected", version=lead.version)


@router.post("/dm/drafts/{creator_id}/{draft_id}/regenerate", openapi_extra=OUTDATED)
async def regenerate_draft(
    creator: Acting, draft_id: UUID, reads: AsShown, do: Do, _: EmptyBody | None = None
) -> DraftSettled:
    """Have another answer be written, which takes its place in the list once it is there."""
    row = await _waiting(reads, do, creator.creator_id, draft_id)
    lead = await do(Clonnect.regenerate_draft, creator.creator_id, row["lead_id"], draft_id)
    return DraftSettled(id=draft_id, lead_id=lead.id, settled="superseded", version=lead.version)


async def _waiting(reads: AsShown, do: Commands, creator_id: str, draft_id: UUID) -> Row:
    """A draft that nobody has settled, unless by this very request; raises `NotFound` and `SettledDraft`."""
    row = await reads.awaiting_person.draft(creator_id, draft_id)
    if row is None:
        raise NotFound("There is no such draft.")
    if row["state"] != WAITING and not do.was_done:
        raise SettledDraft(f"This draft is settled already: {row['state']}.")
    return row


async def _sent(row: Row, text: str | None, outcomes: MessageOutcomes, do: Commands, body: ApproveDraft) -> DraftSent:
    send_id = await do(
        Clonnect.approve_draft,
        row["creator_id"],
        row["lead_id"],
        row["draft_id"],
        text,
        although_outdated=body.confirm_outdated,
    )
    message = await outcomes.of_send(send_id) if do.waits else None
    return DraftSent(
        id=row["draft_id"],
        lead_id=row["lead_id"],
        settled="approved" if text is None else "edited",
        message_id=send_id,
        delivery="queued" if message is None else message["delivery"],
        reason=None if message is None else message["reason"],
    )
