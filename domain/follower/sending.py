"""Decisions before a call: at most one attempt is open for a follower, and each is recorded first."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.errors import Conflict, NotDue
from domain.follower.follower import Follower
from domain.follower.values import GIVE_UP_AFTER, Judged, Purpose, SendOrder


def request_send(
    follower: Follower,
    send_id: UUID,
    purpose: Purpose,
    text: str,
    *,
    account_id: str | None,
    requested_by: str,
    follow_up_id: UUID | None = None,
    draft_id: UUID | None = None,
    repeats: UUID | None = None,
) -> None:
    follower.trigger_event(
        Follower.SendRequested,
        send_id=send_id,
        purpose=purpose,
        channel=follower.platform,
        account_id=account_id,
        content=text,
        follow_up_id=follow_up_id,
        draft_id=draft_id,
        requested_by=requested_by,
        thread=follower.thread,
        repeats=repeats,
    )


def repeat_send(follower: Follower, send_id: UUID, *, account_id: str | None, requested_by: str) -> UUID:
    """Request once more, under a new id, what may have arrived: a person decides so, and once for each send.

    Raises `Conflict` when it is known what became of it, or it was repeated, or the person asked to be left alone
    since a machine wrote it.
    """
    send = follower.sends.get(send_id)
    if send is None or not send.unresolved:
        raise Conflict("Nothing is in doubt about this message, or it is too long ago.")
    if send.repeated:
        raise Conflict("This message was sent again already.")
    if send.automatic and follower.wants_no_more:
        raise Conflict("This person asked to be left alone.")
    request_send(
        follower,
        send.again,
        Purpose.MANUAL,
        send.text,
        account_id=account_id,
        requested_by=requested_by,
        repeats=send_id,
    )
    return send.again


def attempt(
    follower: Follower, send_id: UUID, *, now: datetime, worker: str, judged: Judged, account_id: str
) -> SendOrder:
    """Record that the call is about to be made; raises `NotDue` when the send was settled or is under way."""
    send = follower.sends.get(send_id)
    if send is None or not send.is_waiting or follower.has_open_attempt:
        raise NotDue("This send is settled or under way.")
    follower.trigger_event(
        Follower.SendAttempted,
        send_id=send_id,
        attempt=send.attempt + 1,
        body_hash=sha256(send.text.encode()).hexdigest(),
        decided_at=now,
        judged=judged,
        give_up_at=now + GIVE_UP_AFTER,
        worker=worker,
    )
    return SendOrder(
        follower.id,
        send_id,
        send.attempt,
        send.purpose,
        follower.platform,
        account_id,
        follower.platform_user_id,
        send.text,
        send.thread,
    )


def cancel_send(follower: Follower, send_id: UUID, reason: str) -> None:
    """Give up a send that was requested and not attempted."""
    if send_id in follower.sends:
        follower.trigger_event(Follower.SendCancelled, send_id=send_id, reason=reason)


def cancel_waiting_sends(follower: Follower, reason: str, only: Purpose | None = None) -> None:
    for send in list(follower.sends.values()):
        if send.is_waiting and (only is None or send.purpose is only):
            follower.trigger_event(Follower.SendCancelled, send_id=send.send_id, reason=reason)


def record_said_elsewhere(follower: Follower, send_id: UUID) -> None:
    """A lead without a channel was told so by the creator in some other way."""
    follower.trigger_event(
        Follower.SendAccepted, send_id=send_id, attempt=0, platform_message_ids=(), via="person", late=False
    )
