"""Decisions about a follower's lives: one ends with a deletion, a later message begins another."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.follower import enrolment, outcomes, sending
from domain.follower.follower import Follower
from domain.follower.values import EndReason


def end_life(follower: Follower, now: datetime, reason: EndReason = "cancelled") -> None:
    """End what is under way; nobody will look any more for what became of an attempt that is still open."""
    enrolment.end_run(follower, reason)
    sending.cancel_waiting_sends(follower, "lead_deleted")
    for send in list(follower.sends.values()):
        if not send.uncertain:
            outcomes.record_uncertain(
                follower, send.send_id, send.attempt, "lead_deleted", now=now, reconcile_for=timedelta(0)
            )
        elif not send.unresolved:
            outcomes.record_unresolved(follower, send.send_id, send.attempt)
    follower.trigger_event(Follower.LifeEnded, life=follower.life)


def come_back(follower: Follower, lead_id: UUID, platform_user_id: str) -> None:
    """Begin another life; the id is told again, because the last life may be erased."""
    follower.trigger_event(
        Follower.Returned, life=follower.life + 1, lead_id=lead_id, platform_user_id=platform_user_id
    )


def be_forgotten(follower: Follower) -> None:
    """Keep nothing by which the person, or what they said, is known."""
    follower.trigger_event(Follower.Forgotten)
