"""Routes of sequences: their steps, the switch of each, and who is enrolled."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS, STAFF
from api.http.commands import Do, DoOnVersion
from api.http.fields import Listed, Ok, RequestModel, ResponseModel, SequenceWord, Time
from api.http.pagination import Cursor, Limit
from api.http.problems import NotCaughtUp
from api.http.reads import AsShown, Reads
from api.http.routing import Log, Progress
from api.nurturing.step_items import StepIn, StepItem, preview
from api.presenters.items import Row, follower_id_of
from domain.application import Clonnect
from domain.creator import Creator
from domain.errors import NotFound
from domain.nurturing.default_steps import NAMES
from domain.nurturing.sequence import Sequence as NurturingSequence
from domain.nurturing.steps import MAX_STEPS
from domain.vocabulary import SequenceType
from projections.nurturing import Nurturing

router = guarded_router("nurturing", reads=STAFF, writes=OWNERS)

MOVED_AT_ONCE = 100
MOVED_WITHIN = 30.0


class SequenceItem(ResponseModel):
    """One sequence with its numbers: people enrolled, steps pending."""

    id: str
    type: SequenceWord
    name: str
    is_active: bool
    steps: list[StepItem]
    enrolled_count: int
    pending_count: int
    sent_count: int
    replied_count: int
    version: int
    updated_at: Time


class Sequences(Ok):
    """The eight sequences, always in the same order."""

    creator_id: str
    sequences: list[SequenceItem]


class Toggle(RequestModel):
    """`true` or `false` sets, nothing flips."""

    enabled: bool | None = None


class Toggled(Ok):
    """A sequence that was switched."""

    sequence_type: SequenceWord
    is_active: bool
    version: int


class ChangeSteps(RequestModel):
    """New steps for whoever is enrolled from now on; `move` gives them to those who are enrolled as well."""

    steps: Annotated[list[StepIn], Field(json_schema_extra={"minItems": 1, "maxItems": MAX_STEPS})]
    enrolled: Literal["keep", "move"] = "keep"


class StepsChanged(Ok):
    """The steps as they are now."""

    sequence_type: SequenceWord
    steps: list[StepItem]
    version: int
    enrolled_moved: int


class PendingStep(ResponseModel):
    """A step that is still to come."""

    step: int
    scheduled_at: Time
    message_preview: str


class EnrolledItem(ResponseModel):
    """A person in a sequence."""

    follower_id: str
    id: UUID
    name: str | None
    next_scheduled: Time | None
    pending_steps: list[PendingStep]
    version: int
    held_reason: str | None


class Enrolled(Listed):
    """One page of the people in a sequence, the latest first."""

    sequence_type: SequenceWord
    enrolled: list[EnrolledItem]


@router.get("/nurturing/{creator_id}/sequences")
async def list_sequences(creator: Acting, reads: Reads) -> Sequences:
    """The eight sequences with their steps and numbers."""
    rows = {row["sequence_type"]: row for row in await reads.nurturing.sequences(creator.creator_id)}
    items = [
        SequenceItem(
            id=f"seq_{kind}",
            type=kind.value,
            name=NAMES[kind],
            is_active=row["is_active"],
            steps=[StepItem(**step) for step in row["steps"]],
            enrolled_count=row["enrolled_count"],
            pending_count=row["pending_count"],
            sent_count=row["sent_count"],
            replied_count=row["replied_count"],
            version=row["version"],
            updated_at=row["updated_at"],
        )
        for kind in SequenceType
        if (row := rows.get(kind)) is not None
    ]
    return Sequences(creator_id=creator.creator_id, sequences=items)


@router.post("/nurturing/{creator_id}/sequences/{sequence_type}/toggle")
async def toggle_sequence(creator: Acting, sequence_type: str, do: DoOnVersion, body: Toggle | None = None) -> Toggled:
    """Switch a sequence on or off; what falls due while it is off is skipped."""
    kind = _kind(sequence_type)
    sequence = await do.at_version(
        lambda app: app.sequence(creator.creator_id, kind),
        Clonnect.switch_sequence,
        creator.creator_id,
        kind,
        body.enabled if body else None,
    )
    do.version(sequence.version)
    return Toggled(sequence_type=kind.value, is_active=sequence.is_active, version=sequence.version)


@router.put("/nurturing/{creator_id}/sequences/{sequence_type}")
async def change_steps(
    creator: Acting,
    reads: AsShown,
    log: Log,
    progress: Progress,
    sequence_type: str,
    body: ChangeSteps,
    do: DoOnVersion,
) -> StepsChanged:
    """Publish new steps; they hold for everyone who is enrolled from then on, and with `move` for the others too.

    Whoever is moved hears what would have come next, at its new time counted from the same message.
    """
    kind = _kind(sequence_type)

    def change(app: Clonnect) -> NurturingSequence:
        present = app.sequence(creator.creator_id, kind).steps
        return app.change_steps(creator.creator_id, kind, tuple(step.step(present) for step in body.steps))

    sequence = await do.at_version(lambda app: app.sequence(creator.creator_id, kind), change)
    moved = 0
    if body.enrolled == "move":
        # Whoever was enrolled before the steps were changed is moved: the reads must show them first.
        if not await progress.wait_until(await asyncio.to_thread(log.head), MOVED_WITHIN):
            raise NotCaughtUp("The steps are changed, but who is enrolled cannot be listed yet: send the same again.")
        moved = await _move_all(reads.nurturing, creator.creator_id, kind, do)
    do.version(sequence.version)
    return StepsChanged(
        sequence_type=kind.value,
        steps=[StepItem.of(step) for step in sequence.steps],
        version=sequence.version,
        enrolled_moved=moved,
    )


async def _move_all(nurturing: Nurturing, creator_id: str, kind: SequenceType, do: Do) -> int:
    """Move everybody who is shown to be enrolled."""
    moved, last = 0, None
    while True:
        runs, _ = await nurturing.enrolled(creator_id, kind, last, MOVED_AT_ONCE)
        if not runs:
            return moved
        last = runs[-1]["started_at"].isoformat(), runs[-1]["enrolment_id"]
        moved += await do(Clonnect.move_runs, creator_id, kind, [run["follower_id"] for run in runs])


@router.get("/nurturing/{creator_id}/sequences/{sequence_type}/enrolled")
async def list_enrolled(
    creator: Acting, reads: Reads, sequence_type: str, limit: Annotated[Limit, Query()] = 1000, cursor: Cursor = None
) -> Enrolled:
    """Who is in a sequence, and what each is still to hear."""
    kind = _kind(sequence_type)
    page = await reads.cursors.of("enrolled", creator.creator_id, kind).page(
        cursor,
        limit,
        ("started_at", "enrolment_id"),
        UUID,
        partial(reads.nurturing.enrolled, creator.creator_id, kind),
    )
    cards = await reads.board.cards(creator.creator_id, [row["lead_id"] for row in page.rows])
    account = await reads.account(creator.creator_id)
    items = [_enrolled(row, cards[row["lead_id"]], account) for row in page.rows if row["lead_id"] in cards]
    return Enrolled(sequence_type=kind.value, enrolled=items, **page.listed(items))


def _kind(word: str) -> SequenceType:
    try:
        return SequenceType(word)
    except ValueError as error:
        raise NotFound("There is no such sequence.") from error


def _enrolled(row: Row, card: Row, creator: Creator) -> EnrolledItem:
    steps: list[dict[str, Any]] = row["steps"] or []
    waiting = [datetime.fromisoformat(step["scheduled_at"]) for step in steps if step["status"] == "pending"]
    return EnrolledItem(
        follower_id=follower_id_of(card),
        id=row["lead_id"],
        name=card["name"],
        next_scheduled=min(waiting, default=None),
        pending_steps=[
            PendingStep(
                step=step["step"],
                scheduled_at=step["scheduled_at"],
                message_preview=preview(step["message_template"], creator, card["name"], row["product_id"]),
            )
            for step in steps
        ],
        version=card["version"],
        held_reason=next((step["reason"] for step in steps if step["status"] == "held"), None),
    )
