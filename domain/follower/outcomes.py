"""Decisions after a call: what became of an attempt. What is uncertain is never sent again by a machine."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import NotDue
from domain.follower import contact, enrolment, sending
from domain.follower.follower import Follower
from domain.follower.values import MAX_ATTEMPTS, NOT_SENT_DELAYS, FollowUp, RefusalClass, Send


def _open(follower: Follower, send_id: UUID, attempt: int) -> Send:
    send = follower.sends.get(send_id)
    if send is None or send.attempt != attempt or not (send.attempted_at or send.uncertain):
        raise NotDue("This attempt has its outcome.")
    return send


def record_accepted(
    follower: Follower, send_id: UUID, attempt: int, platform_message_ids: tuple[str, ...], *, via: str, now: datetime
) -> None:
    send = _open(follower, send_id, attempt)
    late = send.uncertain
    follower.trigger_event(
        Follower.SendAccepted,
        send_id=send_id,
        attempt=attempt,
        platform_message_ids=platform_message_ids,
        via=via,
        late=late,
    )
    if late and (again := follower.sends.get(send.again)) is not None and again.is_waiting:
        sending.cancel_send(follower, again.send_id, "arrived")
    if send.follow_up_id is not None:
        follower.trigger_event(
            Follower.FollowUpSent,
            follow_up_id=send.follow_up_id,
            enrolment_id=send.enrolment_id,
            claim=send.claim,
            send_id=send_id,
            via="text",
            at=now,
            reconciled=late,
        )
        enrolment.complete_run(follower)


def record_uncertain(
    follower: Follower, send_id: UUID, attempt: int, cause: str, *, now: datetime, reconcile_for: timedelta
) -> None:
    """Nobody knows whether it arrived: no machine sends it again."""
    if _open(follower, send_id, attempt).uncertain:
        raise NotDue("This attempt is known to be uncertain.")
    follower.trigger_event(
        Follower.SendUncertain,
        send_id=send_id,
        attempt=attempt,
        cause=cause,
        reconcile_until=now + reconcile_for,
    )
    if not reconcile_for:
        record_unresolved(follower, send_id, attempt)


def record_unresolved(follower: Follower, send_id: UUID, attempt: int) -> None:
    """No evidence came in time; a follow-up counts as done and is shown as unknown."""
    send = _open(follower, send_id, attempt)
    if not send.uncertain or send.unresolved:
        raise NotDue("This attempt is still open, or known to be unresolved.")
    follower.trigger_event(Follower.SendUnresolved, send_id=send_id, attempt=attempt)
    if send.follow_up_id is not None:
        follower.trigger_event(
            Follower.FollowUpUncertain,
            follow_up_id=send.follow_up_id,
            claim=send.claim,
            send_id=send_id,
        )
        enrolment.complete_run(follower)


def record_rejected(
    follower: Follower,
    send_id: UUID,
    attempt: int,
    refusal: RefusalClass,
    *,
    now: datetime,
    code: str | None = None,
    subcode: str | None = None,
    http_status: int | None = None,
    retry_after: timedelta | None = None,
) -> None:
    """The platform definitely did not take it; what follows depends on the class of the refusal alone."""
    send = _open(follower, send_id, attempt)
    run_goes_on = follower.run is not None and send.follow_up_id in follower.run.follow_ups
    may_retry = not send.uncertain and (send.follow_up_id is None or run_goes_on)
    retry_at = _retry_at(refusal, attempt, now, retry_after) if may_retry else None
    judged_at = send.attempted_at or now
    follower.trigger_event(
        Follower.SendRejected,
        send_id=send_id,
        attempt=attempt,
        error_class=refusal,
        code=code,
        subcode=subcode,
        http_status=http_status,
        final=retry_at is None,
        retry_at=retry_at,
    )
    if refusal is RefusalClass.WINDOW_CLOSED:
        follower.trigger_event(Follower.WindowCorrected, channel=follower.platform, closed_at=judged_at, code=code)
    if send.follow_up_id is not None and retry_at is None and not send.unresolved:
        if run_goes_on:
            _settle_refused(follower, follower.follow_up(send.follow_up_id), send, refusal, code, now)
        else:
            _fail_follow_up(follower, send, refusal, code)
    if refusal is RefusalClass.SUPPRESS:
        contact.suppress(follower, code)
    elif refusal is RefusalClass.OPT_OUT:
        contact.opt_out(follower, "platform")


def _retry_at(refusal: RefusalClass, attempt: int, now: datetime, retry_after: timedelta | None) -> datetime | None:
    if attempt >= MAX_ATTEMPTS:
        return None
    if refusal is RefusalClass.DEFER:
        return now + (retry_after or timedelta(seconds=6 * 2 ** (attempt - 1)))
    if refusal is RefusalClass.NOT_SENT:
        return now + NOT_SENT_DELAYS[attempt - 1]
    return None


def _settle_refused(
    follower: Follower, follow_up: FollowUp, send: Send, refusal: RefusalClass, code: str | None, now: datetime
) -> None:
    match refusal:
        case RefusalClass.WINDOW_CLOSED:
            enrolment.defer(follower, follow_up, now + timedelta(minutes=1), "window_closed")
        case RefusalClass.DEFER_24H:
            enrolment.defer(follower, follow_up, now + timedelta(hours=24), "rate")
        case RefusalClass.PAUSE_ACCOUNT | RefusalClass.CHANNEL_DOWN:
            enrolment.hold(follower, follow_up, "channel_down", now)
        case RefusalClass.HOLD | RefusalClass.CONTENT | RefusalClass.CONFIG:
            enrolment.hold(follower, follow_up, f"content:{refusal.lower()}", now)
        case RefusalClass.SKIP:
            enrolment.skip(follower, follow_up, "refused")
        case RefusalClass.SUPPRESS:
            enrolment.skip(follower, follow_up, "unreachable", end="suppressed")
        case RefusalClass.OPT_OUT:
            enrolment.skip(follower, follow_up, "opted_out", end="opted_out")
        case _:
            _fail_follow_up(follower, send, refusal, code)


def _fail_follow_up(follower: Follower, send: Send, refusal: RefusalClass, code: str | None) -> None:
    follower.trigger_event(
        Follower.FollowUpFailed,
        follow_up_id=send.follow_up_id,
        claim=send.claim,
        send_id=send.send_id,
        error_class=refusal,
        code=code,
    )
    enrolment.complete_run(follower)
