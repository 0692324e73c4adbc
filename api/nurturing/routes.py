"""Nurturing: the eight sequences, who is enrolled, what was promised and what became of it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, Field

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS, STAFF
from api.http.commands import Do, DoOnVersion
from api.http.fields import FollowUpStatus, Listed, Ok, RequestModel, ResponseModel, SequenceWord, Time
from api.http.pagination import Cursor, Limit
from api.http.problems import NotCaughtUp
from api.http.reads import AsShown, Reads
from api.http.routing import Log, Progress
from api.presenters.items import Row, follower_id_of
from domain.application import Clonnect
from domain.commands.nurturing import values_for
from domain.creator import Creator
from domain.errors import NotFound
from domain.nurturing.default_steps import NAMES
from domain.nurturing.sequence import Sequence as NurturingSequence
from domain.nurturing.steps import MAX_DELAY_HOURS, MAX_STEPS, MAX_TEXT, MAX_WEIGHT, VARIABLES, Step, Variant, render
from domain.vocabulary import Language, SequenceType
from projections.nurturing import Nurturing

router = guarded_router("nurturing", reads=STAFF, writes=OWNERS)
cancelling = guarded_router("nurturing", reads=STAFF, writes=STAFF)

MOVED_AT_ONCE = 100
MOVED_WITHIN = 30.0

LanguageWord = Literal["en", "es", "pt"]

PLACEHOLDERS = r"([^{}]*\{(" + "|".join(VARIABLES) + r")(\|[^{}]*)?\})*[^{}]*"
# The domain judges them all at once; this only describes what it will accept.
Text = Annotated[
    str,
    Field(
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_TEXT,
            "allOf": [{"pattern": f"^{PLACEHOLDERS}$"}, {"pattern": r"\S"}],
        }
    ),
]
TemplateName = Annotated[str, Field(json_schema_extra={"pattern": r"\S"})]
Delay = Annotated[int, Field(json_schema_extra={"minimum": 0, "maximum": MAX_DELAY_HOURS})]
Weight = Annotated[int, Field(json_schema_extra={"minimum": 1, "maximum": MAX_WEIGHT})]


class VariantItem(ResponseModel):
    """One of several wordings, chosen as often as its share of all weights."""

    text: str
    weight: int


class StepItem(ResponseModel):
    """One step; `delay_hours` counts from the message that enrolled the person."""

    delay_hours: int
    message: str
    messages: dict[LanguageWord, str] | None
    template: dict[LanguageWord, str] | None
    human_task: bool
    compressible: bool
    late: Literal["skip", "always"]
    variants: list[VariantItem]

    @classmethod
    def of(cls, step: Step) -> "StepItem":
        """From a step of the domain."""
        return cls(
            delay_hours=step.delay_hours,
            message=step.message,
            messages=_words(step.messages),
            template=_words(step.template),
            human_task=step.human_task,
            compressible=step.compressible,
            late=step.late,
            variants=[VariantItem(text=variant.text, weight=variant.weight) for variant in step.variants],
        )


def _words(texts: Mapping[Language, str] | None) -> dict[LanguageWord, str] | None:
    return None if texts is None else {language.value: text for language, text in texts.items()}


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


class VariantIn(RequestModel):
    """A wording with its weight."""

    text: Text
    weight: Weight


class StepIn(RequestModel):
    """A step as a person writes it; what is left out stays as it was with the same message."""

    delay_hours: Delay
    message: Text
    messages: dict[LanguageWord, Text] | None = None
    template: dict[LanguageWord, TemplateName] | None = None
    human_task: bool = False
    compressible: bool = True
    late: Literal["skip", "always"] = "skip"
    variants: Annotated[list[VariantIn], Field(default_factory=list)]

    def step(self, present: Sequence[Step]) -> Step:
        """The step of the domain: unnamed fields come from the present step with this message, if there is one."""
        same = next((step for step in present if step.message == self.message), Step(0, self.message))
        named = self.model_fields_set
        return Step(
            self.delay_hours,
            self.message,
            _by_language(self.messages) if "messages" in named else same.messages,
            _by_language(self.template) if "template" in named else same.template,
            self.human_task if "human_task" in named else same.human_task,
            self.compressible if "compressible" in named else same.compressible,
            self.late if "late" in named else same.late,
            tuple(Variant(each.text, each.weight) for each in self.variants) if "variants" in named else same.variants,
        )


def _by_language(texts: Mapping[LanguageWord, str] | None) -> dict[Language, str] | None:
    return None if texts is None else {Language(language): text for language, text in texts.items()}


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


def _kind(word: str) -> SequenceType:
    try:
        return SequenceType(word)
    except ValueError as error:
        raise NotFound("There is no such sequence.") from error


def preview(template: str, creator: Creator, name: str | None, product_id: UUID | None) -> str:
    """A step's text as the person would read it today."""
    return render(template, values_for(creator, name, product_id)).text


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
