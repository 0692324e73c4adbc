"""Decisions about sequences: at most one run for a follower at a time, one outcome for each follow-up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.errors import NotDue
from domain.follower import sending
from domain.follower.follower import Follower
from domain.follower.values import HOLD, HOLD_FOR_A_PERSON, EndReason, FollowUp, Purpose, Run
from domain.vocabulary import Language, SequenceType


def enrol(
    follower: Follower,
    *,
    sequence_type: SequenceType,
    sequence_version: int,
    trigger: str,
    trigger_event_id: UUID,
    anchor_at: datetime,
    product_id: UUID | None,
    language: Language,
    planned: Sequence[FollowUp],
    plans: Sequence[tuple[str, str | None]],
    resumed_from: UUID | None = None,
) -> bool:
    """Begin a run with all of its follow-ups; one that is under way ends. `False`: this one was begun before."""
    enrolment_id = Run.create_id(follower.id, sequence_type, trigger_event_id)
    if enrolment_id in follower.known_enrolments:
        return False
    if follower.run is not None:
        end_run(follower, "restarted" if follower.run.sequence_type is sequence_type else "superseded")
    follower.trigger_event(
        Follower.Enrolled,
        enrolment_id=enrolment_id,
        sequence_type=sequence_type,
        sequence_version=sequence_version,
        trigger=trigger,
        trigger_event_id=trigger_event_id,
        anchor_at=anchor_at,
        product_id=product_id,
        language=language,
        resumed_from=resumed_from,
    )
    for follow_up, (plan, plan_reason) in zip(planned, plans, strict=True):
        follower.trigger_event(
            Follower.FollowUpScheduled,
            follow_up_id=Run.follow_up_id(enrolment_id, follow_up.step),
            enrolment_id=enrolment_id,
            sequence_type=sequence_type,
            step=follow_up.step,
            wished_at=follow_up.wished_at,
            due_at=follow_up.due_at,
            plan=plan,
            plan_reason=plan_reason,
            language=language,
            product_id=product_id,
            message_template=follow_up.message_template,
            late=follow_up.late,
            human_task=follow_up.human_task,
            compressible=follow_up.compressible,
        )
    return True


def decline_enrolment(
    follower: Follower, sequence_type: SequenceType, *, trigger: str, trigger_event_id: UUID, reason: str
) -> None:
    """Record that nothing came of an occasion, and never will; raises `NotDue` when that was decided before."""
    if Run.create_id(follower.id, sequence_type, trigger_event_id) in follower.known_enrolments:
        raise NotDue("What comes of this occasion was decided before.")
    follower.trigger_event(
        Follower.EnrolmentDeclined,
        sequence_type=sequence_type,
        trigger=trigger,
        trigger_event_id=trigger_event_id,
        reason=reason,
    )


def end_run(follower: Follower, reason: EndReason) -> int:
    """End what is under way, and whatever of it waits for another attempt; answers how many follow-ups end."""
    if follower.run is None:
        return 0
    cancelled = tuple(follower.run.cancellable)
    follower.trigger_event(
        Follower.EnrolmentEnded, enrolment_id=follower.run.enrolment_id, reason=reason, cancelled=cancelled
    )
    sending.cancel_waiting_sends(follower, reason, only=Purpose.FOLLOW_UP)
    return len(cancelled)


def defer(follower: Follower, follow_up: FollowUp, until: datetime, reason: str) -> None:
    follower.trigger_event(
        Follower.FollowUpDeferred,
        follow_up_id=follow_up.follow_up_id,
        claim=follow_up.claim + 1,
        was_due=follow_up.due_at,
        until=until,
        reason=reason,
    )


def hold(follower: Follower, follow_up: FollowUp, reason: str, now: datetime) -> None:
    ttl = HOLD if reason in ("sending_off", "channel_down", "account_paused") else HOLD_FOR_A_PERSON
    follower.trigger_event(
        Follower.FollowUpHeld,
        follow_up_id=follow_up.follow_up_id,
        claim=follow_up.claim + 1,
        reason=reason,
        expires_at=now + ttl,
    )


def release(follower: Follower, follow_up_id: UUID, *, cause: str, due_at: datetime) -> None:
    if follower.follow_up(follow_up_id).state == "held":
        follower.trigger_event(Follower.FollowUpReleased, follow_up_id=follow_up_id, cause=cause, due_at=due_at)


def hasten(follower: Follower, follow_up_id: UUID, now: datetime) -> bool:
    """Have a step judged now instead of later; `False` when it waits for something else than its time."""
    follow_up = follower.follow_up(follow_up_id)
    if follow_up.state != "pending" or follow_up.due_at <= now:
        return False
    follower.trigger_event(Follower.FollowUpReleased, follow_up_id=follow_up_id, cause="hastened", due_at=now)
    return True


def convert(follower: Follower, follow_up: FollowUp, to: str, deadline: datetime) -> None:
    follower.trigger_event(
        Follower.FollowUpConverted,
        follow_up_id=follow_up.follow_up_id,
        claim=follow_up.claim + 1,
        to=to,
        deadline=deadline,
    )


def expire(follower: Follower, follow_up_id: UUID, now: datetime) -> None:
    """A hold or a person's task that nobody settled in time ends here."""
    follow_up = follower.follow_up(follow_up_id)
    if follow_up.state not in ("held", "converted") or now < follow_up.due_at:
        raise NotDue("This follow-up waits for nobody.")
    skip(follower, follow_up, "hold_expired" if follow_up.state == "held" else "task_expired")


def skip(follower: Follower, follow_up: FollowUp, reason: str, *, end: EndReason | None = None) -> None:
    """Let one step go; with `end` the whole run."""
    follower.trigger_event(
        Follower.FollowUpSkipped,
        follow_up_id=follow_up.follow_up_id,
        claim=follow_up.claim + 1,
        reason=reason,
    )
    if end is not None:
        end_run(follower, end)
    complete_run(follower)


def complete_run(follower: Follower) -> None:
    if follower.run is not None and not follower.run.follow_ups:
        end_run(follower, "completed")
