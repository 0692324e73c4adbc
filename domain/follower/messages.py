"""Decisions about messages: each is stored once and understood once."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.follower import contact, enrolment
from domain.follower.follower import Follower
from domain.follower.values import BURST_HOLDS, BURST_LASTS, Inbound, Proposal, ServiceNote


def receive(
    follower: Follower,
    message: Inbound,
    *,
    hard_stop: str | None,
    opts_in: bool,
    now: datetime,
    debounce: timedelta = timedelta(0),
) -> bool:
    """Store the message; whatever waits for an answer ends in the same breath. `False`: it was known.

    `debounce`: how long the person has to be silent until their messages are understood, as one.
    """
    if follower.knows(message.dedupe_key):
        return False
    burst_id, closes_at = _burst_of(follower, message, now, debounce)
    follower.trigger_event(
        Follower.MessageReceived,
        message_id=message.message_id,
        dedupe_key=message.dedupe_key,
        text=message.text,
        attachments=message.attachments,
        reply_to=message.reply_to,
        occurred_at=message.occurred_at,
        origin=message.origin,
        opens_window=message.opens_window,
        forwarded=message.forwarded,
        thread=message.thread,
        album=message.album,
        opens_burst=burst_id is not None and (follower.burst is None or follower.burst.burst_id != burst_id),
        burst_id=burst_id,
        burst_closes_at=closes_at,
    )
    if follower.suppressed:
        follower.trigger_event(Follower.Unsuppressed, cause="message")
    if hard_stop is not None and not follower.opted_out:
        follower.trigger_event(
            Follower.OptedOut,
            scope="nurturing",
            source="message",
            message_id=message.message_id,
            matched=hard_stop,
        )
    elif opts_in and follower.opted_out:
        follower.trigger_event(Follower.OptedIn, scope="nurturing", source="message", message_id=message.message_id)
    if hard_stop is not None:
        enrolment.end_run(follower, "opted_out")
        contact.resume_after_stop(follower)
    elif message.opens_window:
        enrolment.end_run(follower, "replied")
    return True


def _burst_of(
    follower: Follower, message: Inbound, now: datetime, debounce: timedelta
) -> tuple[UUID | None, datetime | None]:
    """The burst that a message belongs to, and when that closes."""
    burst = follower.burst
    if burst is not None:
        latest = burst.opened_at + max(BURST_LASTS, debounce)
        is_full = len(burst.message_ids) + 1 >= BURST_HOLDS
        return burst.burst_id, now if is_full else max(now, min(latest, now + debounce))
    if _continues_album(follower, message):
        return None, None
    return Follower.burst_id(follower.id, message.message_id), now + debounce


def _continues_album(follower: Follower, message: Inbound) -> bool:
    """Whether it is one more part, without words, of the album whose first part has just come."""
    return message.album is not None and message.album == follower.album and not message.text.strip()


def note(follower: Follower, note: ServiceNote) -> None:
    """Keep what the platform notes; it opens nothing and ends nothing, for nobody has said anything."""
    if not follower.knows(note.dedupe_key):
        follower.trigger_event(
            Follower.ServiceNoted,
            kind=note.kind,
            dedupe_key=note.dedupe_key,
            occurred_at=note.occurred_at,
            origin=note.origin,
        )


def understand(follower: Follower, proposal: Proposal) -> bool:
    """Record what a burst means; `False` when that was done before."""
    if proposal.burst_id in follower.known_bursts:
        return False
    follower.trigger_event(
        Follower.BurstUnderstood,
        burst_id=proposal.burst_id,
        message_ids=proposal.message_ids,
        language=proposal.language,
        evidence=dict(proposal.evidence),
        intents=proposal.intents,
        product_id=proposal.product_id,
        refusal=proposal.refusal,
        direct_purchase=proposal.direct_purchase,
        soft_stop=proposal.soft_stop,
        needs_reply=proposal.needs_reply,
        reason=proposal.reason,
        classifier_version=proposal.classifier_version,
        best=proposal.best,
    )
    if proposal.hard_stop:
        _leave_alone(follower, proposal.message_ids[-1])
    elif proposal.soft_stop:
        contact.ask_whether_to_stop(follower)
    return True


def _leave_alone(follower: Follower, message_id: str) -> None:
    """They asked to be left alone in words of their own, which only their meaning tells."""
    if follower.opted_out:
        return
    follower.trigger_event(
        Follower.OptedOut, scope="nurturing", source="understood", message_id=message_id, matched=None
    )
    enrolment.end_run(follower, "opted_out")
    contact.resume_after_stop(follower)
