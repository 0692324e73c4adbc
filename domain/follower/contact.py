"""Decisions about contact: opt-out, reachability, and whether the bot or a person speaks with a follower."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.follower import drafts, enrolment, sending
from domain.follower.follower import Follower
from domain.follower.values import MAYBE_STOP, Purpose
from domain.vocabulary import Mark, Mode, SequenceType

MANUAL_PAUSE = timedelta(hours=12)
FOR_A_PERSON = ("human_handling", "escalation")


def opt_out(follower: Follower, source: str) -> None:
    if not follower.opted_out:
        follower.trigger_event(Follower.OptedOut, scope="nurturing", source=source, message_id=None, matched=None)
        enrolment.end_run(follower, "opted_out")
        resume_after_stop(follower)


def suppress(follower: Follower, code: str | None) -> None:
    """The platform says that this person cannot be reached."""
    if not follower.suppressed:
        follower.trigger_event(Follower.Suppressed, channel=follower.platform, code=code)
        enrolment.end_run(follower, "suppressed")


def unsuppress(follower: Follower, cause: str) -> None:
    if follower.suppressed:
        follower.trigger_event(Follower.Unsuppressed, cause=cause)


def escalate(follower: Follower, escalation_id: UUID, reason: str, message_id: str) -> None:
    if follower.escalation is None:
        follower.trigger_event(Follower.Escalated, escalation_id=escalation_id, reason=reason, message_id=message_id)


def resolve_escalation(follower: Follower, note: str | None = None) -> None:
    """A person has answered whoever asked for one."""
    if follower.escalation is not None:
        follower.trigger_event(Follower.EscalationResolved, escalation_id=follower.escalation, note=note)


def reach_goal(follower: Follower) -> None:
    """The person bought: everything that was to bring them there ends."""
    if follower.run is not None and follower.run.sequence_type is not SequenceType.POST_PURCHASE:
        enrolment.end_run(follower, "goal")


def read(follower: Follower) -> None:
    """A person has seen everything that was written."""
    if follower.has_unread:
        follower.trigger_event(Follower.Read)


def put_aside(follower: Follower, mark: Mark) -> None:
    """The lead is archived or spam: what was promised ends, and nothing of the bot's leaves any more."""
    enrolment.end_run(follower, "archived" if mark is Mark.ARCHIVED else "spam")
    drafts.supersede(follower, mark)
    sending.cancel_waiting_sends(follower, mark, only=Purpose.REPLY)


def pause_bot(follower: Follower, until: datetime, reason: str) -> None:
    """Keep the bot silent here until then, unless it is silent for longer already."""
    if not follower.is_paused or (follower.paused_until is not None and follower.paused_until < until):
        follower.trigger_event(Follower.BotPaused, until=until, reason=reason)


def ask_whether_to_stop(follower: Follower) -> None:
    """Hold everything automatic until somebody decides what a person who may want to be left alone meant."""
    if not follower.opted_out and not follower.may_want_a_stop:
        follower.trigger_event(Follower.BotPaused, until=None, reason=MAYBE_STOP)


def resume_after_stop(follower: Follower) -> None:
    """They have said it to the letter: what they ask themselves may be answered again."""
    if follower.pause_reason == MAYBE_STOP:
        follower.trigger_event(Follower.BotResumed, reason="opted_out")


def take_over(follower: Follower, until: datetime | None) -> None:
    """A person has the conversation until then; `None` is until they give it back."""
    if not follower.is_paused or follower.paused_until != until:
        follower.trigger_event(Follower.BotPaused, until=until, reason="takeover")


def hand_back(follower: Follower, now: datetime) -> None:
    """The bot may speak here again, whatever it was silent for."""
    resolve_escalation(follower)
    resume_bot(follower, "person", now)
    _release_what_waited_for_a_person(follower, now)


def set_mode(follower: Follower, mode: Mode | None) -> None:
    """What the bot may do here; `None`: what it may do for the creator."""
    if follower.mode is not mode:
        follower.trigger_event(Follower.ModeSet, mode=mode)


def resume_bot(follower: Follower, reason: str, now: datetime) -> None:
    """End the pause; a timer's resume counts only when the pause has really run out, and decides about no stop."""
    if not follower.is_paused or (reason == "timer" and (follower.paused_until is None or now < follower.paused_until)):
        return
    if reason == "timer" and follower.may_want_a_stop:
        follower.trigger_event(Follower.BotPaused, until=None, reason=MAYBE_STOP)
        return
    follower.trigger_event(Follower.BotResumed, reason=reason)
    _release_what_waited_for_a_person(follower, now)


def _release_what_waited_for_a_person(follower: Follower, now: datetime) -> None:
    for follow_up in list(follower.run.follow_ups.values()) if follower.run else ():
        if follow_up.state == "held" and follow_up.hold_reason in FOR_A_PERSON and follower.escalation is None:
            enrolment.release(follower, follow_up.follow_up_id, cause="bot_resumed", due_at=now)
