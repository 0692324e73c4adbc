"""Commands of the send gate: an attempt is recorded before the call, its outcome after it."""

from datetime import timedelta
from uuid import UUID

from domain import context
from domain.answering.modes import mode_for
from domain.commands.judging import carry_out, judge_now
from domain.creator import Creator
from domain.errors import Conflict, NotDue
from domain.follower import outcomes, sending
from domain.follower.follower import Follower
from domain.follower.values import FollowUp, Purpose, RefusalClass, SendOrder
from domain.nurturing.send_rules import GoAhead, judged
from domain.streams import Streams
from domain.vocabulary import Mode


class SendCommands(Streams):
    """Every message of ours goes through here, whatever its purpose."""

    def attempt_send(self, follower_id: UUID, send_id: UUID, worker: str) -> SendOrder | None:
        """Record that a requested send is about to be made; `None` when a rule has cancelled it.

        Raises `NotDue` when it is settled or under way.
        """
        follower = self.follower(follower_id)
        creator = self.creator(follower.creator_id)
        account_id = creator.channels.get(follower.platform)
        refusal = self._ruled_out(follower, send_id, creator, account_id)
        order = None
        if refusal is None and account_id is not None:
            order = sending.attempt(
                follower,
                send_id,
                now=context.now(),
                worker=worker,
                judged=judged(follower, creator),
                account_id=account_id,
            )
        elif refusal is not None:
            sending.cancel_send(follower, send_id, refusal)
        self.save_streams(follower)
        return order

    def _ruled_out(self, follower: Follower, send_id: UUID, creator: Creator, account_id: str | None) -> str | None:
        send = follower.sends.get(send_id)
        if send is None or not send.is_waiting:
            raise NotDue("This send is settled or under way.")
        if not follower.is_alive:
            return "lead_deleted"
        if account_id is None:
            return "channel_not_connected"
        if send.purpose is Purpose.REPLY and (mark := self.lead_of(follower).mark) is not None:
            return mark
        if send.purpose is Purpose.REPLY and not send.approved:
            if mode_for(follower, creator) is not Mode.AUTO:
                return "bot_off"
            if follower.is_paused:
                return "human_handling"
        if send.follow_up_id is not None:
            follow_up = follower.follow_up(send.follow_up_id)
            return None if self._may_retry(follower, send_id, follow_up, creator) else "ruled_out"
        if send.automatic and send.purpose is Purpose.MANUAL and follower.wants_no_more:
            return "opted_out"
        return follower.is_reachable(context.now())

    def _may_retry(self, follower: Follower, send_id: UUID, follow_up: FollowUp, creator: Creator) -> bool:
        """Judge a follow-up again before another attempt; a no cancels the send and decides the step."""
        now = context.now()
        verdict, _ = judge_now(self, follower, follow_up, creator, now)
        if isinstance(verdict, GoAhead):
            return True
        sending.cancel_send(follower, send_id, "ruled_out")
        carry_out(follower, follow_up, verdict, now)
        return False

    def repeat_send(self, creator_id: str, lead_id: UUID, send_id: UUID) -> UUID:
        """Have what may have arrived sent once more, as a message by hand; answers the new send.

        Nobody has read or answered anything by that: the bot goes on, and what waits for a person waits.
        Raises `Conflict` when the person cannot be written to now, or as `Follower.repeat_send` does.
        """
        follower = self.follower(self.lead(creator_id, lead_id).follower_id)
        account_id = self.creator(creator_id).channels.get(follower.platform)
        if (refusal := follower.is_reachable_from(account_id, context.now())) is not None:
            raise Conflict(f"This person cannot be written to now ({refusal}).")
        again = sending.repeat_send(follower, send_id, account_id=account_id, requested_by=context.current().actor)
        self.save_streams(follower)
        return again

    def record_send_accepted(
        self, follower_id: UUID, send_id: UUID, attempt: int, platform_message_ids: tuple[str, ...], via: str
    ) -> None:
        follower = self.follower(follower_id)
        outcomes.record_accepted(follower, send_id, attempt, platform_message_ids, via=via, now=context.now())
        self.save_streams(follower)

    def record_send_rejected(
        self,
        follower_id: UUID,
        send_id: UUID,
        attempt: int,
        refusal: RefusalClass,
        *,
        code: str | None = None,
        subcode: str | None = None,
        http_status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        follower = self.follower(follower_id)
        outcomes.record_rejected(
            follower,
            send_id,
            attempt,
            refusal,
            now=context.now(),
            code=code,
            subcode=subcode,
            http_status=http_status,
            retry_after=retry_after,
        )
        self.save_streams(follower)

    def record_send_uncertain(
        self, follower_id: UUID, send_id: UUID, attempt: int, cause: str, reconcile_for: timedelta
    ) -> None:
        """Nobody knows what became of it; without a time to look for evidence that is final."""
        follower = self.follower(follower_id)
        outcomes.record_uncertain(follower, send_id, attempt, cause, now=context.now(), reconcile_for=reconcile_for)
        self.save_streams(follower)

    def record_send_unresolved(self, follower_id: UUID, send_id: UUID, attempt: int) -> None:
        follower = self.follower(follower_id)
        outcomes.record_unresolved(follower, send_id, attempt)
        self.save_streams(follower)
