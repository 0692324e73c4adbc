"""Whether a follower may be written to, and by whom: opt-out, reachability, hand-over."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.follower.enrolment import Runs
from domain.follower.events import FollowerEvents
from domain.follower.values import Purpose
from domain.vocabulary import Mark, SequenceType

MANUAL_PAUSE = timedelta(hours=12)
FOR_A_PERSON = ("human_handling", "escalation")
MAYBE_STOP = "soft_stop"
"""Why the bot is silent with somebody who may have asked to be left alone, until a person or they themselves decide."""


class Contact(Runs):
    """Decisions that silence the bot here, or let it speak again."""

    def opt_out(self, source: str) -> None:
        if not self.opted_out:
            self.trigger_event(FollowerEvents.OptedOut, scope="nurturing", source=source, message_id=None, matched=None)
            self.end_run("opted_out")
            self._decide_stop()

    def suppress(self, code: str | None) -> None:
        """The platform says that this person cannot be reached."""
        if not self.suppressed:
            self.trigger_event(FollowerEvents.Suppressed, channel=self.platform, code=code)
            self.end_run("suppressed")

    def unsuppress(self, cause: str) -> None:
        if self.suppressed:
            self.trigger_event(FollowerEvents.Unsuppressed, cause=cause)

    def escalate(self, escalation_id: UUID, reason: str, message_id: str) -> None:
        if self.escalation is None:
            self.trigger_event(
                FollowerEvents.Escalated, escalation_id=escalation_id, reason=reason, message_id=message_id
            )

    def resolve_escalation(self) -> None:
        """A person has answered whoever asked for one."""
        if self.escalation is not None:
            self.trigger_event(FollowerEvents.EscalationResolved, escalation_id=self.escalation)

    def reach_goal(self) -> None:
        """The person bought: everything that was to bring them there ends."""
        if self.run is not None and self.run.sequence_type is not SequenceType.POST_PURCHASE:
            self.end_run("goal")

    def read(self) -> None:
        """A person has seen everything that was written."""
        if self.has_unread:
            self.trigger_event(FollowerEvents.Read)

    def put_aside(self, mark: Mark) -> None:
        """The lead is archived or spam: what was promised ends, and nothing of the bot's leaves any more."""
        self.end_run("archived" if mark is Mark.ARCHIVED else "spam")
        self._cancel_waiting_sends(mark, only=Purpose.REPLY)

    def pause_bot(self, until: datetime, reason: str) -> None:
        """Keep the bot silent here until then, unless it is silent for longer already."""
        if not self.is_paused or (self.paused_until is not None and self.paused_until < until):
            self.trigger_event(FollowerEvents.BotPaused, until=until, reason=reason)

    def ask_whether_to_stop(self) -> None:
        """Hold everything automatic until somebody decides what a person who may want to be left alone meant."""
        if not self.opted_out and not self.may_want_a_stop:
            self.trigger_event(FollowerEvents.BotPaused, until=None, reason=MAYBE_STOP)

    def _decide_stop(self) -> None:
        """They have said it to the letter: what they ask themselves may be answered again."""
        if self.pause_reason == MAYBE_STOP:
            self.trigger_event(FollowerEvents.BotResumed, reason="opted_out")

    def take_over(self, until: datetime | None) -> None:
        """A person has the conversation until then; `None` is until they give it back."""
        if not self.is_paused or self.paused_until != until:
            self.trigger_event(FollowerEvents.BotPaused, until=until, reason="takeover")

    def hand_back(self, now: datetime) -> None:
        """The bot may speak here again, whatever it was silent for."""
        self.resolve_escalation()
        self.resume_bot("person", now)
        self._release_what_waited_for_a_person(now)

    def resume_bot(self, reason: str, now: datetime) -> None:
        """End the pause; a timer's resume counts only when the pause has really run out, and decides about no stop."""
        if not self.is_paused or (reason == "timer" and (self.paused_until is None or now < self.paused_until)):
            return
        if reason == "timer" and self.may_want_a_stop:
            self.trigger_event(FollowerEvents.BotPaused, until=None, reason=MAYBE_STOP)
            return
        self.trigger_event(FollowerEvents.BotResumed, reason=reason)
        self._release_what_waited_for_a_person(now)

    def _release_what_waited_for_a_person(self, now: datetime) -> None:
        for follow_up in list(self.run.follow_ups.values()) if self.run else ():
            if follow_up.state == "held" and follow_up.hold_reason in FOR_A_PERSON and self.escalation is None:
                self.release(follow_up.follow_up_id, cause="bot_resumed", due_at=now)
