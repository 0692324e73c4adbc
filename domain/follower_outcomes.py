"""What became of an attempt: accepted, refused, or nobody knows."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import NotDue
from domain.follower_events import FollowerEvents
from domain.follower_sends import Sends
from domain.runs import MAX_ATTEMPTS, NOT_SENT_DELAYS, FollowUp, Refusal, Send


class Outcomes(Sends):
    """Decisions after the call; what is uncertain is never sent again by a machine."""

    def _open(self, send_id: UUID, attempt: int) -> Send:
        send = self.sends.get(send_id)
        if send is None or send.attempt != attempt or not (send.attempted_at or send.uncertain):
            raise NotDue("This attempt has its outcome.")
        return send

    def record_accepted(
        self, send_id: UUID, attempt: int, platform_message_ids: tuple[str, ...], *, via: str, now: datetime
    ) -> None:
        send = self._open(send_id, attempt)
        late = send.uncertain
        follow_up = self._follow_up_of(send)
        self.trigger_event(
            FollowerEvents.SendAccepted,
            send_id=send_id,
            attempt=attempt,
            platform_message_ids=platform_message_ids,
            via=via,
            late=late,
        )
        run = self._run_of(send.follow_up_id)
        if follow_up is not None and run is not None:
            self.trigger_event(
                FollowerEvents.FollowUpSent,
                follow_up_id=follow_up.follow_up_id,
                enrolment_id=run.enrolment_id,
                claim=follow_up.claim,
                send_id=send_id,
                via="text",
                at=now,
                reconciled=late,
            )
            self._complete_run()

    def record_uncertain(
        self, send_id: UUID, attempt: int, cause: str, *, now: datetime, reconcile_for: timedelta
    ) -> None:
        """Nobody knows whether it arrived: no machine sends it again."""
        if self._open(send_id, attempt).uncertain:
            raise NotDue("This attempt is known to be uncertain.")
        self.trigger_event(
            FollowerEvents.SendUncertain,
            send_id=send_id,
            attempt=attempt,
            cause=cause,
            reconcile_until=now + reconcile_for,
        )
        if not reconcile_for:
            self.record_unresolved(send_id, attempt)

    def record_unresolved(self, send_id: UUID, attempt: int) -> None:
        """No evidence came in time; a follow-up counts as done and is shown as unknown."""
        send = self._open(send_id, attempt)
        if not send.uncertain:
            raise NotDue("This attempt is still open.")
        follow_up = self._follow_up_of(send)
        self.trigger_event(FollowerEvents.SendUnresolved, send_id=send_id, attempt=attempt)
        if follow_up is not None:
            self.trigger_event(
                FollowerEvents.FollowUpUncertain,
                follow_up_id=follow_up.follow_up_id,
                claim=follow_up.claim,
                send_id=send_id,
            )
            self._complete_run()

    def record_rejected(
        self,
        send_id: UUID,
        attempt: int,
        refusal: Refusal,
        *,
        now: datetime,
        code: str | None = None,
        subcode: str | None = None,
        http_status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        """The platform definitely did not take it; what follows depends on the class of the refusal alone."""
        send = self._open(send_id, attempt)
        retry_at = self._retry_at(refusal, attempt, now, retry_after)
        follow_up = self._follow_up_of(send)
        self.trigger_event(
            FollowerEvents.SendRejected,
            send_id=send_id,
            attempt=attempt,
            error_class=refusal,
            code=code,
            subcode=subcode,
            http_status=http_status,
            final=retry_at is None,
            retry_at=retry_at,
        )
        if refusal is Refusal.WINDOW_CLOSED:
            self.trigger_event(FollowerEvents.WindowCorrected, channel=self.platform, closed_at=now, code=code)
        if follow_up is not None and retry_at is None:
            self._settle_refused(follow_up, send_id, refusal, code, now)
        if refusal is Refusal.SUPPRESS:
            self.suppress(code)
        elif refusal is Refusal.OPT_OUT:
            self.opt_out("platform")

    @staticmethod
    def _retry_at(refusal: Refusal, attempt: int, now: datetime, retry_after: timedelta | None) -> datetime | None:
        if attempt >= MAX_ATTEMPTS:
            return None
        if refusal is Refusal.DEFER:
            return now + (retry_after or timedelta(seconds=6 * 2 ** (attempt - 1)))
        if refusal is Refusal.NOT_SENT:
            return now + NOT_SENT_DELAYS[attempt - 1]
        return None

    def _settle_refused(
        self, follow_up: FollowUp, send_id: UUID, refusal: Refusal, code: str | None, now: datetime
    ) -> None:
        run_goes_on = self.run is not None and follow_up.follow_up_id in self.run.follow_ups
        match refusal if run_goes_on else Refusal.REJECTED:
            case Refusal.WINDOW_CLOSED:
                self.defer(follow_up, now + timedelta(minutes=1), "window_closed")
            case Refusal.DEFER_24H:
                self.defer(follow_up, now + timedelta(hours=24), "rate")
            case Refusal.PAUSE_ACCOUNT | Refusal.CHANNEL_DOWN:
                self.hold(follow_up, "channel_down", now)
            case Refusal.HOLD | Refusal.CONTENT | Refusal.CONFIG:
                self.hold(follow_up, f"content:{refusal.lower()}", now)
            case Refusal.SKIP | Refusal.SUPPRESS | Refusal.OPT_OUT:
                self.trigger_event(
                    FollowerEvents.FollowUpSkipped,
                    follow_up_id=follow_up.follow_up_id,
                    claim=follow_up.claim + 1,
                    reason={Refusal.SUPPRESS: "unreachable", Refusal.OPT_OUT: "opted_out"}.get(refusal, "refused"),
                )
                self._complete_run()
            case _:
                self.trigger_event(
                    FollowerEvents.FollowUpFailed,
                    follow_up_id=follow_up.follow_up_id,
                    claim=follow_up.claim,
                    send_id=send_id,
                    error_class=refusal,
                    code=code,
                )
                self._complete_run()
