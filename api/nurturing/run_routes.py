"""Route of a nurturing run: one round of what falls due, tried out or carried out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS, STAFF
from api.http.commands import Do
from api.http.fields import Ok, ResponseModel, SequenceWord, Time
from api.http.pagination import Limit
from api.http.problems import Forbidden
from api.http.reads import Reads
from api.http.routing import Application, IsDemo, Progress
from api.nurturing.follow_up_routes import Statistics, get_statistics
from api.nurturing.step_items import preview
from api.presenters.items import Row, follower_id_of
from domain import context
from domain.application import Clonnect
from domain.errors import NotDue
from domain.nurturing.send_rules import Convert, Defer, GoAhead, Hold, Skip, Verdict
from domain.nurturing.steps import Rendered
from domain.vocabulary import Platform

router = guarded_router("nurturing", reads=STAFF, writes=STAFF)

DONE_WITHIN = 10.0
HASTENED_AT_ONCE = 100
LONG_FROM_NOW = timedelta(days=36500)

Decision = Literal["send", "defer", "hold", "convert", "skip", "wait"]


class RunItem(ResponseModel):
    """What would become of a follow-up; `wait` means that it is not due."""

    followup_id: UUID
    follower_id: str
    sequence_type: SequenceWord
    step: int
    scheduled_at: Time
    message_preview: str
    channel_guess: Platform
    decision: Decision
    reason: str | None


class DryRun(Ok):
    """What a round would do; nothing was changed."""

    creator_id: str
    dry_run: Literal[True] = True
    would_process: int
    items: list[RunItem]


class Tally(ResponseModel):
    """What became of follow-ups; `processed` counts those that were judged, whatever came out."""

    processed: int = 0
    sent: int = 0
    simulated: int = 0
    held: int = 0
    skipped: int = 0
    uncertain: int = 0


class RunError(ResponseModel):
    """A follow-up of the round that has no outcome yet; it is not lost, a worker will see to it."""

    followup_id: UUID
    detail: str


class RealRun(Ok, Tally):
    """What a round did. `simulated` counts what of the sent went to a simulator, in a demo only."""

    creator_id: str
    dry_run: Literal[False] = False
    errors: list[RunError]
    by_sequence: dict[SequenceWord, Tally]
    stats_after: Statistics


@router.post("/nurturing/{creator_id}/run")
async def run_follow_ups(
    creator: Acting,
    reads: Reads,
    app: Application,
    progress: Progress,
    is_demo: IsDemo,
    do: Do,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = True,
    due_only: Annotated[bool, Query(description="Leave out what is not due yet.")] = True,
    limit: Annotated[Limit, Query()] = 50,
    force_due: Annotated[bool, Query(description="Judge now what is not due yet; every other rule holds.")] = False,
) -> DryRun | RealRun:
    """Judge what falls due, the longest due first, by every rule.

    A dry run says what would become of each. A real one has the workers carry it out, and waits up to ten seconds.
    """
    if not dry_run and creator.role not in OWNERS:
        raise Forbidden(f"The role `{creator.role}` may only try a run out.")
    now = reads.now()
    rows, _ = await reads.nurturing.follow_ups(
        creator.creator_id,
        statuses=["pending"],
        sequence_types=[],
        lead_id=None,
        due_before=now + (timedelta(microseconds=1) if due_only and not force_due else LONG_FROM_NOW),
        after=None,
        limit=limit,
    )
    if dry_run:
        return await _dry(reads, app, creator, rows, now, force_due=force_due)
    if force_due:
        waiting = [(row["follower_id"], row["follow_up_id"]) for row in rows if row["scheduled_at"] > now]
        for begun in range(0, len(waiting), HASTENED_AT_ONCE):
            await do(Clonnect.hasten_follow_ups, waiting[begun : begun + HASTENED_AT_ONCE])
    else:
        rows = [row for row in rows if row["scheduled_at"] <= now]
    outcomes = await _outcomes(reads, progress, [row["follow_up_id"] for row in rows])
    return await _carried_out(reads, creator, rows, outcomes, is_demo=is_demo)


async def _dry(
    reads: Reads, app: Application, creator: Acting, rows: Sequence[Row], now: datetime, *, force_due: bool
) -> DryRun:
    cards = await reads.board.cards(creator.creator_id, [row["lead_id"] for row in rows])
    account = await reads.account(creator.creator_id)
    verdicts = await asyncio.to_thread(_verdicts, app, rows, now)
    items = []
    for row in rows:
        card, verdict = cards.get(row["lead_id"]), verdicts.get(row["follow_up_id"])
        if card is None or verdict is None:
            continue
        decision, reason = ("wait", None) if row["scheduled_at"] > now and not force_due else _words(verdict[0])
        items.append(
            RunItem(
                followup_id=row["follow_up_id"],
                follower_id=follower_id_of(card),
                sequence_type=row["sequence_type"],
                step=row["step"],
                scheduled_at=row["scheduled_at"],
                message_preview=preview(row["message_template"], account, card["name"], row["product_id"]),
                channel_guess=card["platform"],
                decision=decision,
                reason=reason,
            )
        )
    would_process = sum(item.decision != "wait" for item in items)
    return DryRun(creator_id=creator.creator_id, would_process=would_process, items=items)


def _verdicts(app: Application, rows: Sequence[Row], now: datetime) -> dict[UUID, tuple[Verdict, Rendered]]:
    verdicts = {}
    with context.at(now):
        for row in rows:
            try:
                verdicts[row["follow_up_id"]] = app.verdict_on(row["follower_id"], row["follow_up_id"])
            except NotDue:  # it has got its outcome since the list was read
                continue
    return verdicts


def _words(verdict: Verdict) -> tuple[Decision, str | None]:
    match verdict:
        case GoAhead():
            return "send", None
        case Defer(reason=reason):
            return "defer", reason
        case Hold(reason=reason):
            return "hold", reason
        case Convert(to=to):
            return "convert", to
        case Skip(reason=reason):
            return "skip", reason


async def _carried_out(
    reads: Reads, creator: Acting, rows: Sequence[Row], outcomes: Mapping[UUID, str], *, is_demo: bool
) -> RealRun:
    by_sequence: dict[SequenceWord, Tally] = {}
    errors = []
    for row in rows:
        status = outcomes.get(row["follow_up_id"])
        if status is None:
            detail = "It has no outcome yet; a worker will see to it."
            errors.append(RunError(followup_id=row["follow_up_id"], detail=detail))
            continue
        tally = by_sequence.setdefault(row["sequence_type"], Tally())
        tally.processed += 1
        tally.sent += status == "sent"
        tally.simulated += status == "sent" and is_demo
        tally.held += status == "held"
        tally.skipped += status == "skipped"
        tally.uncertain += status == "uncertain"
    return RealRun(
        creator_id=creator.creator_id,
        errors=errors,
        by_sequence=by_sequence,
        stats_after=await get_statistics(creator, reads),
        **{name: sum(getattr(each, name) for each in by_sequence.values()) for name in Tally.model_fields},
    )


async def _outcomes(reads: Reads, progress: Progress, follow_up_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """What has become of each that was judged, after ten seconds at the latest."""
    return await progress.wait_for(
        lambda: reads.nurturing.outcomes(follow_up_ids, reads.now()),
        lambda outcomes: len(outcomes) == len(follow_up_ids),
        DONE_WITHIN,
    )
