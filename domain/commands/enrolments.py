"""Commands about enrolments: a run of a sequence begins, is declined, is moved to new steps, or is resumed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from domain import context
from domain.creator import Creator
from domain.errors import NotDue
from domain.follower import enrolment
from domain.follower.follower import Follower
from domain.follower.values import SILENCE, STALE_AFTER, Run
from domain.lead import Lead
from domain.nurturing.placement import Unplaceable
from domain.nurturing.planning import plan_words, planned_run
from domain.nurturing.sequence import Sequence
from domain.streams import Streams
from domain.vocabulary import Platform, SequenceType, Status

COOL_DOWN = timedelta(days=7)


class EnrolmentCommands(Streams):
    """What is promised to a person."""

    def enrol(
        self,
        follower_id: UUID,
        sequence_type: SequenceType,
        *,
        trigger: str,
        trigger_event_id: UUID,
        anchor_at: datetime,
        resumed_from: UUID | None = None,
        product_id: UUID | None = None,
    ) -> bool:
        """Begin a run of a sequence if anything may come of it; `False` where the rules say no.

        Without a product it is about the one under discussion, or the only one there is.
        """
        follower = self.follower(follower_id)
        why_not = self._begin_run(
            follower,
            sequence_type,
            trigger=trigger,
            trigger_event_id=trigger_event_id,
            anchor_at=anchor_at,
            resumed_from=resumed_from,
            product_id=product_id,
        )
        self.save_streams(follower)
        return why_not is None

    def break_silence(self, follower_id: UUID, last_message: UUID, due_at: datetime) -> bool:
        """Enrol somebody who has long been silent; `False` where nothing comes of it, for good and with the reason.

        `last_message` is the id of the event that said it, `due_at` when the silence had lasted long enough. Raises
        `NotDue` when the person has written since, or this silence has had its end.
        """
        follower = self.follower(follower_id)
        now = context.now()
        if follower.last_open is not None and now < follower.last_open + SILENCE:
            raise NotDue("They have written since.")
        if now > due_at + STALE_AFTER:
            why_not: str | None = "late"
        else:
            why_not = self._begin_run(
                follower,
                SequenceType.RE_ENGAGEMENT,
                trigger="silence",
                trigger_event_id=last_message,
                anchor_at=due_at,
            )
        if why_not is not None:
            _leave_silent(follower, last_message, why_not)
        self.save_streams(follower)
        return why_not is None

    def _begin_run(
        self,
        follower: Follower,
        sequence_type: SequenceType,
        *,
        trigger: str,
        trigger_event_id: UUID,
        anchor_at: datetime,
        resumed_from: UUID | None = None,
        product_id: UUID | None = None,
    ) -> str | None:
        """Begin a run if anything may come of it; answers why not."""
        lead = self.lead_of(follower)
        creator = self.creator(follower.creator_id)
        sequence = self.sequence(follower.creator_id, sequence_type)
        now = context.now()
        if (why_not := _why_not_enrolled(follower, lead, sequence, now)) is not None:
            return why_not
        language = follower.language or creator.settings.language
        enrolment_id = Run.create_id(follower.id, sequence_type, trigger_event_id)
        planned, placements = planned_run(follower, creator, sequence, language, enrolment_id, anchor_at, now)
        if all(isinstance(placed, Unplaceable) for placed in placements):
            return "nothing_to_say"
        enrolled = enrolment.enrol(
            follower,
            sequence_type=sequence_type,
            sequence_version=sequence.steps_version,
            trigger=trigger,
            trigger_event_id=trigger_event_id,
            anchor_at=anchor_at,
            product_id=product_id or _product_of(follower, creator),
            language=language,
            planned=planned,
            plans=[plan_words(placed) for placed in placements],
            resumed_from=resumed_from,
        )
        return None if enrolled else "begun_before"

    def leave_silent(self, follower_id: UUID, last_message: UUID, reason: str) -> None:
        """Record that nothing comes of a silence; raises `NotDue` when that was decided before."""
        follower = self.follower(follower_id)
        _leave_silent(follower, last_message, reason)
        self.save_streams(follower)

    def move_runs(self, creator_id: str, sequence_type: SequenceType, follower_ids: Iterable[UUID]) -> int:
        """Give people who are enrolled the present steps instead of theirs; answers how many that concerned.

        What was said stays said: the new run begins with the step that would have come next, at its new time
        counted from the same message. Where the new steps leave nothing to say, the run ends.
        """
        creator = self.creator(creator_id)
        sequence = self.sequence(creator_id, sequence_type)
        followers = [self.follower(follower_id) for follower_id in follower_ids]
        moved = [each for each in followers if each.creator_id == creator_id and self._move(each, creator, sequence)]
        self.save_streams(*moved)
        return len(moved)

    @staticmethod
    def _move(follower: Follower, creator: Creator, sequence: Sequence) -> bool:
        run = follower.run
        if (
            run is None
            or run.sequence_type is not sequence.sequence_type
            or run.sequence_version == sequence.steps_version
            or (first := run.next_step) is None
        ):
            return False
        enrolment.end_run(follower, "migrated")
        trigger_event_id = uuid5(run.enrolment_id, f"steps/{sequence.steps_version}")
        enrolment_id = Run.create_id(follower.id, run.sequence_type, trigger_event_id)
        planned, placements = planned_run(
            follower, creator, sequence, run.language, enrolment_id, run.anchor_at, context.now(), first
        )
        if not all(isinstance(placed, Unplaceable) for placed in placements):
            enrolment.enrol(
                follower,
                sequence_type=run.sequence_type,
                sequence_version=sequence.steps_version,
                trigger="moved",
                trigger_event_id=trigger_event_id,
                anchor_at=run.anchor_at,
                product_id=run.product_id,
                language=run.language,
                planned=planned,
                plans=[plan_words(placed) for placed in placements],
                resumed_from=run.enrolment_id,
            )
        return True

    def resume_run(self, follower_id: UUID, trigger_event_id: UUID) -> bool:
        """After a mere thank-you that ended a run before it had said anything, the silence starts anew."""
        follower = self.follower(follower_id)
        last = follower.last_run
        if follower.run is not None or last is None or last.ended_reason != "replied" or last.sent:
            return False
        if last.ended_at is None or follower.last_open is None:
            return False
        return self.enrol(
            follower_id,
            last.sequence_type,
            trigger="courtesy",
            trigger_event_id=trigger_event_id,
            anchor_at=follower.last_open,
            resumed_from=last.enrolment_id,
        )


def _product_of(follower: Follower, creator: Creator) -> UUID | None:
    """What the person has last asked about, if that is still there, else the only thing that there is."""
    return follower.product_id if follower.product_id in creator.products else _only_product(creator)


def _only_product(creator: Creator) -> UUID | None:
    products = creator.active_products
    return products[0].product_id if len(products) == 1 else None


def _leave_silent(follower: Follower, last_message: UUID, reason: str) -> None:
    enrolment.decline_enrolment(
        follower, SequenceType.RE_ENGAGEMENT, trigger="silence", trigger_event_id=last_message, reason=reason
    )


def _why_not_enrolled(follower: Follower, lead: Lead, sequence: Sequence, now: datetime) -> str | None:
    """The first rule that says no."""
    last = follower.last_run
    cools_down = (
        last is not None
        and last.sequence_type is sequence.sequence_type
        and last.ended_reason == "completed"
        and last.ended_at is not None
        and now < last.ended_at + COOL_DOWN
    )
    is_customer = lead.status is Status.CUSTOMER
    rules = {
        "sequence_off": not sequence.is_active,
        "lead_deleted": not follower.is_alive or lead.is_deleted,
        "put_aside": lead.mark is not None,
        "opted_out": follower.opted_out,
        "soft_stop": follower.may_want_a_stop,
        "unreachable": follower.suppressed,
        "needs_person": follower.escalation is not None,
        "no_channel": follower.platform is Platform.MANUAL,
        "goal": is_customer is not (sequence.sequence_type is SequenceType.POST_PURCHASE),
        "cools_down": cools_down,
    }
    return next((reason for reason, says_no in rules.items() if says_no), None)
