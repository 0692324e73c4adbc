"""A follower: one person on one channel, and what each event leaves behind; the decisions stand beside it."""

from datetime import datetime, timedelta
from typing import Literal, TypeVar
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.follower.contact import MAYBE_STOP
from domain.follower.events import FollowerEvents
from domain.follower.messages import Conversation
from domain.follower.values import EndReason, FollowUp, Purpose, Run, Send
from domain.vocabulary import Language, Platform, SequenceType

KNOWN_KEYS = 1000
KNOWN_IDS = 200
EVIDENCE_KEPT = 10
UNRESOLVED_KEPT = 20

Key = TypeVar("Key")


class Follower(Conversation, FollowerEvents):
    """The conversation with one person; every event carries the `lead_id` of the life it belongs to."""

    TOPIC = "follower"

    class Event(FollowerEvents.Event):
        pass

    @staticmethod
    def create_id(namespace: UUID, creator_id: str, platform: Platform, platform_user_id: str) -> UUID:
        return uuid5(namespace, f"{creator_id}/{platform}/{platform_user_id}")

    @classmethod
    def meet(
        cls, *, follower_id: UUID, lead_id: UUID, creator_id: str, platform: Platform, platform_user_id: str
    ) -> "Follower":
        return cls._create(
            cls.Met,
            id=follower_id,
            lead_id=lead_id,
            creator_id=creator_id,
            platform=platform,
            platform_user_id=platform_user_id,
        )

    def owners(self) -> dict[str, str]:
        return {
            "creator_id": self.creator_id,
            "lead_id": str(self.lead_id),
            "follower_id": str(self.id),
        }

    @property
    def has_forgotten_keys(self) -> bool:
        """Whether a message that is not known may be an older one all the same."""
        return self.was_forgotten or len(self.known_keys) >= KNOWN_KEYS

    def end_life(self, now: datetime, reason: EndReason = "cancelled") -> None:
        """End what is under way; nobody will look any more for what became of an attempt that is still open."""
        self.end_run(reason)
        self._cancel_waiting_sends("lead_deleted")
        for send in list(self.sends.values()):
            if not send.uncertain:
                self.record_uncertain(send.send_id, send.attempt, "lead_deleted", now=now, reconcile_for=timedelta(0))
            elif not send.unresolved:
                self.record_unresolved(send.send_id, send.attempt)
        self.trigger_event(FollowerEvents.LifeEnded, life=self.life)

    def come_back(self, lead_id: UUID, platform_user_id: str) -> None:
        """Begin another life; the id is told again, because the last life may be erased."""
        self.trigger_event(
            FollowerEvents.Returned, life=self.life + 1, lead_id=lead_id, platform_user_id=platform_user_id
        )

    def be_forgotten(self) -> None:
        """Keep nothing by which the person, or what they said, is known."""
        self.trigger_event(FollowerEvents.Forgotten)

    @event(FollowerEvents.Forgotten)
    def _be_forgotten(self) -> None:
        self.was_forgotten = True
        self.platform_user_id = ""
        self.known_keys = {}
        self.thread = self.album = None
        self.sends = {}

    @event(FollowerEvents.LifeEnded)
    def _end_life(self) -> None:
        self.is_alive = False

    @event(FollowerEvents.Returned)
    def _come_back(self, life: int, lead_id: UUID, platform_user_id: str) -> None:
        self.life = life
        self.platform_user_id = platform_user_id or self.platform_user_id  # version 1 did not tell it again
        self._begin_life(lead_id)

    @event(FollowerEvents.MessageReceived)
    def _receive(
        self,
        message_id: str,
        dedupe_key: str,
        occurred_at: datetime,
        opens_window: bool,
        thread: str | None,
        album: str | None,
        opens_burst: bool,
    ) -> None:
        _remember(self.known_keys, dedupe_key, KNOWN_KEYS)
        self.thread, self.album = thread, album
        if opens_burst:
            self.last_inbound = self.burst_id(self.id, message_id)
        self.has_unread = True
        if opens_window:
            self.last_open = occurred_at if self.last_open is None else max(self.last_open, occurred_at)

    @event(FollowerEvents.ServiceNoted)
    def _note(self, dedupe_key: str) -> None:
        _remember(self.known_keys, dedupe_key, KNOWN_KEYS)

    @event(FollowerEvents.Read)
    def _read(self) -> None:
        self.has_unread = False

    @event(FollowerEvents.BurstUnderstood)
    def _understand(
        self,
        burst_id: UUID,
        language: Language,
        evidence: dict[Language, float],
        product_id: UUID | None,
    ) -> None:
        _remember(self.known_bursts, burst_id, KNOWN_IDS)
        self.last_burst = burst_id
        self.bursts += 1
        self.language = language
        self.evidence = (*self.evidence, evidence)[-EVIDENCE_KEPT:]
        if product_id is not None:
            self.product_id = product_id

    @event(FollowerEvents.Escalated)
    def _escalate(self, escalation_id: UUID) -> None:
        self.escalation = escalation_id

    @event(FollowerEvents.EscalationResolved)
    def _resolve_escalation(self) -> None:
        self.escalation = None

    @event(FollowerEvents.OptedOut)
    def _opt_out(self) -> None:
        self.opted_out = True
        self.may_want_a_stop = False

    @event(FollowerEvents.OptedIn)
    def _opt_in(self) -> None:
        self.opted_out = False

    @event(FollowerEvents.Suppressed)
    def _suppress(self) -> None:
        self.suppressed = True

    @event(FollowerEvents.Unsuppressed)
    def _unsuppress(self) -> None:
        self.suppressed = False

    @event(FollowerEvents.WindowCorrected)
    def _correct_window(self, closed_at: datetime) -> None:
        self.window_closed_at = closed_at

    @event(FollowerEvents.BotPaused)
    def _pause_bot(self, until: datetime | None, reason: str) -> None:
        self.is_paused = True
        self.paused_until = until
        self.pause_reason = reason
        self.may_want_a_stop = self.may_want_a_stop or reason == MAYBE_STOP

    @event(FollowerEvents.BotResumed)
    def _resume_bot(self) -> None:
        self.is_paused = False
        self.paused_until = None
        self.pause_reason = None
        self.may_want_a_stop = False

    @event(FollowerEvents.Enrolled)
    def _enrol(
        self,
        enrolment_id: UUID,
        sequence_type: SequenceType,
        sequence_version: int,
        anchor_at: datetime,
        product_id: UUID | None,
        language: Language,
    ) -> None:
        _remember(self.known_enrolments, enrolment_id, KNOWN_IDS)
        self.run = Run(enrolment_id, sequence_type, language, product_id, anchor_at, sequence_version)

    @event(FollowerEvents.EnrolmentDeclined)
    def _decline_enrolment(self, sequence_type: SequenceType, trigger_event_id: UUID) -> None:
        _remember(self.known_enrolments, Run.create_id(self.id, sequence_type, trigger_event_id), KNOWN_IDS)

    @event(FollowerEvents.FollowUpScheduled)
    def _schedule(
        self,
        follow_up_id: UUID,
        step: int,
        wished_at: datetime,
        due_at: datetime,
        message_template: str,
        late: Literal["skip", "always"],
        human_task: bool,
        compressible: bool,
    ) -> None:
        self._present_run().follow_ups[follow_up_id] = FollowUp(
            follow_up_id, step, wished_at, due_at, message_template, late, human_task, compressible
        )

    @event(FollowerEvents.EnrolmentEnded)
    def _end_run(self, reason: EndReason, cancelled: tuple[UUID, ...], timestamp: datetime) -> None:
        run = self._present_run()
        run.ended_at, run.ended_reason = timestamp, reason
        for follow_up_id in cancelled:
            del run.follow_ups[follow_up_id]
        self.last_run, self.run = run, None

    @event(FollowerEvents.FollowUpDeferred)
    def _defer(self, follow_up_id: UUID, claim: int, until: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.claim = claim
        follow_up.due_at = until
        follow_up.state = "pending"

    @event(FollowerEvents.FollowUpHeld)
    def _hold(self, follow_up_id: UUID, claim: int, reason: str, expires_at: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.claim = claim
        follow_up.due_at = expires_at
        follow_up.state = "held"
        follow_up.hold_reason = reason

    @event(FollowerEvents.FollowUpReleased)
    def _release(self, follow_up_id: UUID, due_at: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.due_at = due_at
        follow_up.state = "pending"
        follow_up.hold_reason = None

    @event(FollowerEvents.FollowUpConverted)
    def _convert(self, follow_up_id: UUID, claim: int, deadline: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.claim = claim
        follow_up.due_at = deadline
        follow_up.state = "converted"

    @event(FollowerEvents.FollowUpSkipped)
    def _skip(self, follow_up_id: UUID) -> None:
        self._settle(follow_up_id)

    @event(FollowerEvents.SendRequested)
    def _request_send(
        self,
        send_id: UUID,
        purpose: Purpose,
        content: str,
        follow_up_id: UUID | None,
        thread: str | None,
        repeats: UUID | None,
    ) -> None:
        send = Send(send_id, purpose, content, follow_up_id, thread=thread, automatic=purpose is not Purpose.MANUAL)
        self.sends[send_id] = send
        if (repeated := self.sends.get(repeats) if repeats else None) is not None:
            repeated.repeated, send.automatic = True, repeated.automatic
        if purpose is Purpose.MANUAL and repeats is None:
            self.has_unread = False

    @event(FollowerEvents.ReplyDrafted)
    def _draft_reply(self, burst_id: UUID, timestamp: datetime) -> None:
        self.last_answered = burst_id
        self.replies = (*(at for at in self.replies if at > timestamp - timedelta(days=1)), timestamp)

    @event(FollowerEvents.SendAttempted)
    def _attempt(self, send_id: UUID, attempt: int, decided_at: datetime) -> None:
        send = self.sends[send_id]
        send.attempt = attempt
        send.attempted_at = decided_at
        run = self._run_of(send.follow_up_id)
        if run is not None and send.follow_up_id is not None:
            follow_up = run.follow_ups[send.follow_up_id]
            if follow_up.state == "pending":
                follow_up.claim += 1
            follow_up.state = "attempting"
            send.enrolment_id, send.claim = run.enrolment_id, follow_up.claim

    @event(FollowerEvents.SendAccepted)
    def _accept(self, send_id: UUID, timestamp: datetime) -> None:
        send = self.sends.pop(send_id)
        if not send.uncertain:
            self._count_outbound(send, send.attempted_at or timestamp)

    @event(FollowerEvents.FollowUpSent)
    def _send_follow_up(self, follow_up_id: UUID) -> None:
        self._settle_as_sent(follow_up_id)

    @event(FollowerEvents.SendUncertain)
    def _be_uncertain(self, send_id: UUID, timestamp: datetime) -> None:
        send = self.sends[send_id]
        self._count_outbound(send, send.attempted_at or timestamp)
        send.attempted_at = None
        send.uncertain = True

    @event(FollowerEvents.SendUnresolved)
    def _leave_unresolved(self, send_id: UUID) -> None:
        self.sends[send_id].unresolved = True
        unresolved = [send.send_id for send in self.sends.values() if send.unresolved]
        for old in unresolved[:-UNRESOLVED_KEPT]:
            del self.sends[old]

    @event(FollowerEvents.FollowUpUncertain)
    def _leave_follow_up_uncertain(self, follow_up_id: UUID) -> None:
        self._settle_as_sent(follow_up_id)

    @event(FollowerEvents.SendRejected)
    def _reject(self, send_id: UUID, final: bool) -> None:
        send = self.sends[send_id]
        send.attempted_at = None
        if final:
            del self.sends[send_id]
        elif (follow_up := self._follow_up_of(send)) is not None:
            follow_up.state = "retrying"

    @event(FollowerEvents.FollowUpFailed)
    def _fail(self, follow_up_id: UUID) -> None:
        self._settle(follow_up_id)

    @event(FollowerEvents.SendCancelled)
    def _cancel_send(self, send_id: UUID) -> None:
        del self.sends[send_id]

    def _settle_as_sent(self, follow_up_id: UUID) -> None:
        run = self._run_of(follow_up_id)
        if run is not None:
            run.sent += 1
        self._settle(follow_up_id)

    def _settle(self, follow_up_id: UUID) -> None:
        run = self._run_of(follow_up_id)
        if run is not None:
            del run.follow_ups[follow_up_id]

    def _count_outbound(self, send: Send, at: datetime) -> None:
        self.last_outbound_at = at
        if send.purpose is Purpose.FOLLOW_UP:
            week = at - timedelta(days=7)
            self.automated_sends = (*(sent for sent in self.automated_sends if sent > week), at)


def _remember(known: dict[Key, None], key: Key, limit: int) -> None:
    known[key] = None
    if len(known) > limit:
        del known[next(iter(known))]
