"""Commands about follow-ups: what falls due is decided, hastened, released, given up or cancelled."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID, uuid5

from domain import context
from domain.commands.judging import carry_out, judge_now
from domain.errors import NotDue
from domain.follower import enrolment, sending
from domain.follower.follower import BOT, Follower
from domain.follower.values import Purpose, SendOrder
from domain.lead import Lead
from domain.nurturing.send_rules import GoAhead, Verdict, judged
from domain.nurturing.steps import Rendered
from domain.streams import Streams
from domain.vocabulary import SequenceType


class FollowUpCommands(Streams):
    """What becomes of what was promised."""

    def decide_follow_up(self, follower_id: UUID, follow_up_id: UUID, worker: str) -> SendOrder | None:
        """Judge a follow-up that fell due: record what becomes of it, or that its send is about to be made.

        Raises `NotDue` when it has its outcome, or is not due any more.
        """
        follower = self.follower(follower_id)
        now = context.now()
        follow_up = follower.claimable(follow_up_id, now)
        creator = self.creator(follower.creator_id)
        verdict, rendered = judge_now(self, follower, follow_up, creator, now)
        order = None
        if isinstance(verdict, GoAhead):
            send_id = uuid5(follow_up_id, f"send/{follow_up.claim + 1}")
            account_id = creator.channels[follower.platform]
            sending.request_send(
                follower,
                send_id,
                Purpose.FOLLOW_UP,
                rendered.text,
                account_id=account_id,
                requested_by=BOT,
                follow_up_id=follow_up_id,
            )
            order = sending.attempt(
                follower, send_id, now=now, worker=worker, judged=judged(follower, creator), account_id=account_id
            )
        else:
            carry_out(follower, follow_up, verdict, now)
        self.save_streams(follower)
        return order

    def verdict_on(self, follower_id: UUID, follow_up_id: UUID) -> tuple[Verdict, Rendered]:
        """What would become of a follow-up if it were judged now; raises `NotDue` when it waits for nothing."""
        follower = self.follower(follower_id)
        follow_up = follower.follow_up(follow_up_id)
        if follow_up.state != "pending":
            raise NotDue("This follow-up waits for something else than its time.")
        return judge_now(self, follower, follow_up, self.creator(follower.creator_id), context.now())

    def hasten_follow_ups(self, waiting: Iterable[tuple[UUID, UUID]]) -> int:
        """Have follow-ups judged now, by every rule, whenever they are due; answers how many that concerned.

        `waiting` holds followers with a follow-up each; one that has its outcome by now is passed over.
        """
        followers: dict[UUID, Follower] = {}
        hastened = 0
        for follower_id, follow_up_id in waiting:
            follower = followers.setdefault(follower_id, self.follower(follower_id))
            with suppress(NotDue):
                hastened += enrolment.hasten(follower, follow_up_id, context.now())
        self.save_streams(*followers.values())
        return hastened

    def expire_follow_up(self, follower_id: UUID, follow_up_id: UUID) -> None:
        """Let go of a follow-up that nobody released, or a task that nobody did, in time."""
        follower = self.follower(follower_id)
        enrolment.expire(follower, follow_up_id, context.now())
        self.save_streams(follower)

    def release_follow_up(self, follower_id: UUID, follow_up_id: UUID, cause: str) -> None:
        """What was held is due again, and judged by every rule anew."""
        follower = self.follower(follower_id)
        enrolment.release(follower, follow_up_id, cause=cause, due_at=context.now())
        self.save_streams(follower)

    def dismiss(self, follower_id: UUID, waiting: UUID, reason: str) -> bool:
        """Give up what waits for its time and cannot be done; `False` when nothing waits under this id.

        `waiting` is the id of a send, of a follow-up, or of the message that a silence began with.
        """
        follower = self.follower(follower_id)
        send = follower.sends.get(waiting)
        follow_up = follower.run.follow_ups.get(waiting) if follower.run is not None else None
        if send is not None and send.is_waiting:
            sending.cancel_send(follower, waiting, reason)
            follow_up = follower.run.follow_ups.get(send.follow_up_id) if follower.run and send.follow_up_id else None
        if follow_up is not None and follow_up.state != "attempting":
            enrolment.skip(follower, follow_up, reason)
        gives_up = bool(follower.pending_events)
        self.save_streams(follower)
        return gives_up

    def cancel_follow_ups(self, creator_id: str, lead_id: UUID, sequence_type: SequenceType | None) -> tuple[int, Lead]:
        """End what runs for a lead; answers how many follow-ups that cancelled."""
        lead = self.lead(creator_id, lead_id)
        follower = self.follower(lead.follower_id)
        matches = follower.run is not None and sequence_type in (None, follower.run.sequence_type)
        cancelled = enrolment.end_run(follower, "cancelled") if matches else 0
        self.save_streams(follower)
        return cancelled, lead
