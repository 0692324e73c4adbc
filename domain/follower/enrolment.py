"""What a follower is promised: a run begins, each follow-up is decided, the run ends."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.errors import NotDue
from domain.follower.events import FollowerEvents
from domain.follower.sending import Sends
from domain.follower.values import HOLD, HOLD_FOR_A_PERSON, EndReason, FollowUp, Purpose, Run
from domain.vocabulary import Language, SequenceType


class Runs(Sends):
    """Decisions about sequences: at most one run at a time, one outcome for each follow-up."""

    def enrol(
        self,
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
        enrolment_id = Run.create_id(self.id, sequence_type, trigger_event_id)
        if enrolment_id in self.known_enrolments:
            return False
        if self.run is not None:
            self.end_run("restarted" if self.run.sequence_type is sequence_type else "superseded")
        self.trigger_event(
            FollowerEvents.Enrolled,
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
            self.trigger_event(
                FollowerEvents.FollowUpScheduled,
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
        self, sequence_type: SequenceType, *, trigger: str, trigger_event_id: UUID, reason: str
    ) -> None:
        """Record that nothing came of an occasion, and never will; raises `NotDue` when that was decided before."""
        if Run.create_id(self.id, sequence_type, trigger_event_id) in self.known_enrolments:
            raise NotDue("What comes of this occasion was decided before.")
        self.trigger_event(
            FollowerEvents.EnrolmentDeclined,
            sequence_type=sequence_type,
            trigger=trigger,
            trigger_event_id=trigger_event_id,
            reason=reason,
        )

    def end_run(self, reason: EndReason) -> int:
        """End what is under way, and whatever of it waits for another attempt; answers how many follow-ups end."""
        if self.run is None:
            return 0
        cancelled = tuple(self.run.cancellable)
        self.trigger_event(
            FollowerEvents.EnrolmentEnded, enrolment_id=self.run.enrolment_id, reason=reason, cancelled=cancelled
        )
        self._cancel_waiting_sends(reason, only=Purpose.FOLLOW_UP)
        return len(cancelled)

    def follow_up(self, follow_up_id: UUID) -> FollowUp:
        """The follow-up that still waits for its outcome; raises `NotDue` when it has one."""
        if self.run is None or follow_up_id not in self.run.follow_ups:
            raise NotDue("This follow-up is not pending any more.")
        return self.run.follow_ups[follow_up_id]

    def claimable(self, follow_up_id: UUID, now: datetime) -> FollowUp:
        """The follow-up if it is due for a decision; raises `NotDue` when it is not."""
        follow_up = self.follow_up(follow_up_id)
        if follow_up.state != "pending" or follow_up.due_at > now:
            raise NotDue("This follow-up is not due.")
        return follow_up

    def defer(self, follow_up: FollowUp, until: datetime, reason: str) -> None:
        self.trigger_event(
            FollowerEvents.FollowUpDeferred,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            was_due=follow_up.due_at,
            until=until,
            reason=reason,
        )

    def hold(self, follow_up: FollowUp, reason: str, now: datetime) -> None:
        ttl = HOLD if reason in ("sending_off", "channel_down", "account_paused") else HOLD_FOR_A_PERSON
        self.trigger_event(
            FollowerEvents.FollowUpHeld,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            reason=reason,
            expires_at=now + ttl,
        )

    def release(self, follow_up_id: UUID, *, cause: str, due_at: datetime) -> None:
        if self.follow_up(follow_up_id).state == "held":
            self.trigger_event(FollowerEvents.FollowUpReleased, follow_up_id=follow_up_id, cause=cause, due_at=due_at)

    def hasten(self, follow_up_id: UUID, now: datetime) -> bool:
        """Have a step judged now instead of later; `False` when it waits for something else than its time."""
        follow_up = self.follow_up(follow_up_id)
        if follow_up.state != "pending" or follow_up.due_at <= now:
            return False
        self.trigger_event(FollowerEvents.FollowUpReleased, follow_up_id=follow_up_id, cause="hastened", due_at=now)
        return True

    def convert(self, follow_up: FollowUp, to: str, deadline: datetime) -> None:
        self.trigger_event(
            FollowerEvents.FollowUpConverted,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            to=to,
            deadline=deadline,
        )

    def expire(self, follow_up_id: UUID, now: datetime) -> None:
        """A hold or a person's task that nobody settled in time ends here."""
        follow_up = self.follow_up(follow_up_id)
        if follow_up.state not in ("held", "converted") or now < follow_up.due_at:
            raise NotDue("This follow-up waits for nobody.")
        self.skip(follow_up, "hold_expired" if follow_up.state == "held" else "task_expired")

    def skip(self, follow_up: FollowUp, reason: str, *, end: EndReason | None = None) -> None:
        """Let one step go; with `end` the whole run."""
        self.trigger_event(
            FollowerEvents.FollowUpSkipped,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            reason=reason,
        )
        if end is not None:
            self.end_run(end)
        self._complete_run()

    def _complete_run(self) -> None:
        if self.run is not None and not self.run.follow_ups:
            self.end_run("completed")
