"""State of a follower, as far as decisions need it, and the questions that can be asked of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.domain import CanMutateAggregate

from domain.aggregate import Aggregate
from domain.errors import NotDue
from domain.follower.values import AnswerLimits, Draft, FollowUp, OpenBurst, PendingAnswer, Run, Send, UnderstoodBurst
from domain.platforms import WINDOW, has_window
from domain.vocabulary import Language, Mode, NotificationKind, Platform

KNOWN_KEYS = 1000


class FollowerState(Aggregate):
    """A follower without its events, which stand in `Follower` and assign here."""

    def __init__(self, creator_id: str, platform: Platform, platform_user_id: str, lead_id: UUID) -> None:
        self.creator_id = creator_id
        self.platform = platform
        self.platform_user_id = platform_user_id
        self.life = 1
        self.was_forgotten = False
        self.known_keys: dict[str, None] = {}
        self.known_bursts: dict[UUID, None] = {}
        self.known_enrolments: dict[UUID, None] = {}
        self.begin_life(lead_id)

    def begin_life(self, lead_id: UUID) -> None:
        """Everything as it is before anybody has said anything."""
        self.lead_id = lead_id
        self.is_alive = True
        self.last_open: datetime | None = None
        self.window_closed_at: datetime | None = None
        self.last_inbound: UUID | None = None
        self.burst: OpenBurst | None = None
        self.understood: UnderstoodBurst | None = None
        self.generation: PendingAnswer | None = None
        self.intervened = 0
        self.replied_at: datetime | None = None
        self.rounds: tuple[tuple[datetime, datetime], ...] = ()
        self.not_understood = 0
        self.asked_again = False
        self.has_unread = False
        self.thread: str | None = None
        self.album: str | None = None
        self.last_outbound_at: datetime | None = None
        self.automated_sends: tuple[datetime, ...] = ()
        self.replies: tuple[datetime, ...] = ()
        self.language: Language | None = None
        self.evidence: tuple[dict[Language, float], ...] = ()
        self.bursts = 0
        self.last_burst: UUID | None = None
        self.last_answered: UUID | None = None
        self.answers_to_it = 0
        self.said_lately: tuple[str, ...] = ()
        self.draft: Draft | None = None
        self.mode: Mode | None = None
        self.product_id: UUID | None = None
        self.opted_out = False
        self.may_want_a_stop = False
        self.suppressed = False
        self.escalation: UUID | None = None
        self.notified: tuple[NotificationKind, ...] = ()
        self.notified_at: datetime | None = None
        self.paused_until: datetime | None = None
        self.is_paused = False
        self.pause_reason: str | None = None
        self.run: Run | None = None
        self.last_run: Run | None = None
        self.sends: dict[UUID, Send] = {}

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: Any) -> None:
        """Record an event of the present life, and let it assign; one that begins another names its own lead."""
        super().trigger_event(event_class, **({"lead_id": self.lead_id} | kwargs))

    @property
    def subject(self) -> UUID | None:
        return self.lead_id

    def owners(self) -> dict[str, str]:
        return {
            "creator_id": self.creator_id,
            "lead_id": str(self.lead_id),
            "follower_id": str(self.id),
        }

    # What they said.

    @staticmethod
    def burst_id(follower_id: UUID, first_message_id: str) -> UUID:
        return uuid5(follower_id, f"burst/{first_message_id}")

    def knows(self, dedupe_key: str) -> bool:
        return dedupe_key in self.known_keys

    @property
    def has_forgotten_keys(self) -> bool:
        """Whether a message that is not known may be an older one all the same."""
        return self.was_forgotten or len(self.known_keys) >= KNOWN_KEYS

    # Whether they may be written to.

    def window_end(self) -> datetime | None:
        """Until when the platform lets us write; `None` where it always does, once the person wrote."""
        return self.last_open + WINDOW if self.last_open is not None and has_window(self.platform) else None

    def is_reachable(self, now: datetime) -> str | None:
        """Why nothing can be sent now: `no_conversation`, `unreachable`, `window_closed`; `None` when it can."""
        if self.last_open is None:
            return "no_conversation"
        if self.suppressed:
            return "unreachable"
        end = self.window_end()
        corrected = self.window_closed_at is not None and self.window_closed_at >= self.last_open
        return "window_closed" if end is not None and (corrected or now >= end) else None

    def is_reachable_from(self, account_id: str | None, now: datetime) -> str | None:
        """The same from an account of the creator's: without one it is `channel_not_connected`."""
        return "channel_not_connected" if account_id is None else self.is_reachable(now)

    def may_reply(self, now: datetime, limits: AnswerLimits) -> bool:
        """Whether one more answer stays within the limits."""
        in_the_last_hour = sum(at > now - timedelta(hours=1) for at in self.replies)
        in_the_last_day = sum(at > now - timedelta(days=1) for at in self.replies)
        return in_the_last_hour < limits.per_hour and in_the_last_day < limits.per_day

    @property
    def wants_no_more(self) -> bool:
        """Whether they asked to be left alone, or may have, and nobody has decided so far."""
        return self.opted_out or self.may_want_a_stop

    # What they wait for.

    @property
    def has_open_attempt(self) -> bool:
        return any(send.attempted_at is not None for send in self.sends.values())

    @property
    def present_run(self) -> Run:
        """The run that is under way; raises `LookupError` without one."""
        if self.run is None:
            raise LookupError("no run is under way")
        return self.run

    def follow_up(self, follow_up_id: UUID) -> FollowUp:
        """The follow-up that still waits for its outcome; raises `NotDue` when it has one."""
        if self.run is None or follow_up_id not in self.run.follow_ups:
            raise NotDue("This follow-up is not pending any more.")
        return self.run.follow_ups[follow_up_id]

    def claimable(self, follow_up_id: UUID, now: datetime) -> FollowUp:
        """The follow-up if it is due for a decision; raises `NotDue` when it is not."""
        follow_up = self.follow_up(follow_up_id)
        if follow_up.state != "pending" or follow_up.due_at > now:
            raise NotDue("This follow-up is not due.")
        return follow_up

    def run_of(self, follow_up_id: UUID | None) -> Run | None:
        """The run that waits for the outcome of a follow-up: the present one, or the last with a send in flight."""
        for run in (self.run, self.last_run):
            if run is not None and follow_up_id in run.follow_ups:
                return run
        return None

    def follow_up_of(self, send: Send) -> FollowUp | None:
        """The follow-up that a send is to deliver, if its outcome is still waited for."""
        run = self.run_of(send.follow_up_id)
        return None if run is None or send.follow_up_id is None else run.follow_ups[send.follow_up_id]
