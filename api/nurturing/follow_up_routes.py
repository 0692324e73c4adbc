"""Routes of follow-ups: numbers, the list of what was promised and what became of it, cancelling."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS, STAFF
from api.http.commands import Do
from api.http.fields import FollowUpStatus, Listed, Ok, ResponseModel, SequenceWord, Time
from api.http.pagination import Cursor, Limit
from api.http.reads import Reads
from api.nurturing.step_items import preview
from api.presenters.items import Row, follower_id_of
from domain.application import Clonnect
from domain.creator import Creator
from domain.errors import NotFound
from domain.vocabulary import SequenceType

router = guarded_router("nurturing", reads=STAFF, writes=OWNERS)
cancelling = guarded_router("nurturing", reads=STAFF, writes=STAFF)


class Numbers(ResponseModel):
    """Follow-ups by what became of them, and of how many people."""

    pending: int = 0
    sent: int = 0
    cancelled: int = 0
    held: int = 0
    skipped: int = 0
    converted: int = 0
    uncertain: int = 0
    failed: int = 0
    people: int = 0


class Statistics(Ok, Numbers):
    """The numbers of all sequences, and of each."""

    creator_id: str
    total: int
    active_sequences: int
    by_sequence: dict[SequenceWord, Numbers]


class FollowUpItem(ResponseModel):
    """One promised message and what became of it."""

    id: UUID
    creator_id: str
    follower_id: str
    sequence_type: SequenceWord
    step: int
    scheduled_at: Time
    wished_at: Time
    plan: str
    message_template: str
    message_preview: str
    status: FollowUpStatus
    reason: str | None
    created_at: Time
    sent_at: Time | None
    metadata: dict[str, str]


class FollowUps(Listed):
    """One page of follow-ups in the order of their times."""

    creator_id: str
    followups: list[FollowUpItem]


class Cancelled(Ok):
    """How many follow-ups were cancelled; 0 also where there was nothing to cancel."""

    follower_id: str
    cancelled: int


@router.get("/nurturing/{creator_id}/stats")
async def get_statistics(creator: Acting, reads: Reads) -> Statistics:
    """How many follow-ups are in which state, in all and by sequence."""
    numbers = await reads.nurturing.numbers(creator.creator_id)
    everything = Numbers(**numbers.get(None, {}))
    sequences = await reads.nurturing.sequences(creator.creator_id)
    return Statistics(
        creator_id=creator.creator_id,
        total=sum(count for name, count in everything if name != "people"),
        active_sequences=sum(row["is_active"] for row in sequences),
        by_sequence={kind.value: Numbers(**numbers.get(kind, {})) for kind in SequenceType},
        **dict(everything),
    )


@router.get("/nurturing/{creator_id}/followups")
async def list_follow_ups(
    creator: Acting,
    reads: Reads,
    status: Annotated[list[FollowUpStatus] | None, Query()] = None,
    sequence_type: Annotated[list[SequenceWord] | None, Query()] = None,
    follower_id: Annotated[str | None, Query(max_length=300)] = None,
    due_before: AwareDatetime | None = None,
    limit: Annotated[Limit, Query()] = 50,
    cursor: Cursor = None,
) -> FollowUps:
    """Everything that was promised, in the order of its time. Nobody by that `follower_id`: an empty list."""
    lead_id = None
    if follower_id is not None:
        try:
            lead_id = await reads.lead(creator.creator_id, follower_id)
        except NotFound:
            return FollowUps(creator_id=creator.creator_id, followups=[], count=0, total=0, next_cursor=None)
    page = await reads.cursors.of("followups", creator.creator_id, status, sequence_type, lead_id, due_before).page(
        cursor,
        limit,
        ("scheduled_at", "follow_up_id"),
        UUID,
        lambda after, rows: reads.nurturing.follow_ups(
            creator.creator_id,
            statuses=[*(status or ())],
            sequence_types=[*(sequence_type or ())],
            lead_id=lead_id,
            due_before=due_before,
            after=after,
            limit=rows,
        ),
    )
    cards = await reads.board.cards(creator.creator_id, [row["lead_id"] for row in page.rows])
    account = await reads.account(creator.creator_id)
    items = [_follow_up(row, cards[row["lead_id"]], account) for row in page.rows if row["lead_id"] in cards]
    return FollowUps(creator_id=creator.creator_id, followups=items, **page.listed(items))


@cancelling.delete("/nurturing/{creator_id}/cancel/{lead_id}")
async def cancel_follow_ups(
    creator: Acting, lead_id: str, do: Do, sequence_type: SequenceWord | None = None
) -> Cancelled:
    """Cancel what is pending for a person. Nobody by that id, or nothing pending: 200 and `cancelled: 0`."""
    kind = SequenceType(sequence_type) if sequence_type else None

    def cancel(app: Clonnect) -> int:
        try:
            lead = app.lead_known_as(creator.creator_id, lead_id)
        except NotFound:
            return 0
        return app.cancel_follow_ups(creator.creator_id, lead.id, kind)[0]

    return Cancelled(follower_id=lead_id, cancelled=await do(cancel))


cancelling.delete("/nurturing/{creator_id}/followers/{lead_id}/nurturing", name="cancel_nurturing")(cancel_follow_ups)


def _follow_up(row: Row, card: Row, creator: Creator) -> FollowUpItem:
    return FollowUpItem(
        id=row["follow_up_id"],
        creator_id=row["creator_id"],
        follower_id=follower_id_of(card),
        sequence_type=row["sequence_type"],
        step=row["step"],
        scheduled_at=row["scheduled_at"],
        wished_at=row["wished_at"],
        plan=row["plan"],
        message_template=row["message_template"],
        message_preview=preview(row["message_template"], creator, card["name"], row["product_id"]),
        status=row["status"],
        reason=row["reason"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        metadata={"enrolment_id": str(row["enrolment_id"])},
    )
