"""What is remembered of a follower, as far as a decision needs it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import CanMutateAggregate

from domain.aggregate import Aggregate
from domain.follower.values import FollowUp, Run, Send
from domain.nurturing.placement import WINDOW
from domain.vocabulary import Language, Platform


class FollowerState(Aggregate):
    """The state under all decisions about one follower, and what can be asked of it."""

    def __init__(self, creator_id: str, platform: Platform, platform_user_id: str, lead_id: UUID) -> None:
        self.creator_id = creator_id
        self.platform = platform
        self.platform_user_id = platform_user_id
        self.life = 1
        self.was_forgotten = False
        self.known_keys: dict[str, None] = {}
        self.known_bursts: dict[UUID, None] = {}
        self.known_enrolments: dict[UUID, None] = {}
        self._begin_life(lead_id)

    def _begin_life(self, lead_id: UUID) -> None:
        self.lead_id = lead_id
        self.is_alive = True
        self.last_open: datetime | None = None
        self.window_closed_at: datetime | None = None
        self.last_inbound: UUID | None = None
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
        self.product_id: UUID | None = None
        self.opted_out = False
        self.may_want_a_stop = False
        self.suppressed = False
        self.escalation: UUID | None = None
        self.paused_until: datetime | None = None
        self.is_paused = False
        self.pause_reason: str | None = None
        self.run: Run | None = None
        self.last_run: Run | None = None
        self.sends: dict[UUID, Send] = {}

    @property
    def subject(self) -> UUID | None:
        return self.lead_id

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: Any) -> None:
        # The library puts a class of its own in the place of every event that has a mutator.
        own_class = getattr(self, event_class.__name__)
        super().trigger_event(own_class, **({"lead_id": self.lead_id} | kwargs))

    def _present_run(self) -> Run:
        if self.run is None:
            raise LookupError("no run is under way")
        return self.run

    def _run_of(self, follow_up_id: UUID | None) -> Run | None:
        """The run that waits for the outcome of a follow-up: the present one, or the last with a send in flight."""
        for run in (self.run, self.last_run):
            if run is not None and follow_up_id in run.follow_ups:
                return run
        return None

    def _follow_up_of(self, send: Send) -> FollowUp | None:
        run = self._run_of(send.follow_up_id)
        return None if run is None or send.follow_up_id is None else run.follow_ups[send.follow_up_id]

    def window_end(self) -> datetime | None:
        """Until when the platform lets us write; `None` where it always does, once the person wrote."""
        if self.platform not in (Platform.INSTAGRAM, Platform.WHATSAPP):
            return None
        return None if self.last_open is None else self.last_open + WINDOW

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

    @property
    def wants_no_more(self) -> bool:
        """Whether they asked to be left alone, or may have, and nobody has decided so far."""
        return self.opted_out or self.may_want_a_stop

    @property
    def has_open_attempt(self) -> bool:
        return any(send.attempted_at is not None for send in self.sends.values())

    def knows(self, dedupe_key: str) -> bool:
        return dedupe_key in self.known_keys
