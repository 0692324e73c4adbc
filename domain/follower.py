"""A follower: one person on one channel, what was said, what was promised, and what was sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from eventsourcing.domain import CanMutateAggregate, event

from domain.aggregate import Aggregate, AggregateCreated
from domain.errors import NotDue
from domain.follower_parts import Attachment, Inbound, Judged, Proposal
from domain.runs import (
    GIVE_UP_AFTER,
    HOLD,
    HOLD_FOR_A_PERSON,
    MAX_ATTEMPTS,
    NOT_SENT_DELAYS,
    EndReason,
    FollowUp,
    Purpose,
    Refusal,
    Run,
    Send,
    SendOrder,
)
from domain.vocabulary import Intent, Language, Platform, SequenceType
from eventstore.personal import Personal

KNOWN_KEYS = 1000
EVIDENCE_KEPT = 10
MANUAL_PAUSE = timedelta(hours=12)
WINDOW = timedelta(hours=24)


class Follower(Aggregate):
    """The conversation with one person; every event carries the `lead_id` of the life it belongs to."""

    TOPIC = "follower"

    class Event(Aggregate.Event):
        lead_id: UUID

        @property
        def subject(self) -> UUID | None:
            return self.lead_id

    class Met(Event, AggregateCreated):
        TOPIC = "follower.met"
        creator_id: str
        platform: Platform
        platform_user_id: Annotated[str, Personal]

    class Returned(Event):
        TOPIC = "follower.returned"
        life: int

    class LifeEnded(Event):
        TOPIC = "follower.life_ended"
        life: int

    class MessageReceived(Event):
        TOPIC = "follower.message_received"
        message_id: Annotated[str, Personal]
        dedupe_key: Annotated[str, Personal]
        text: Annotated[str, Personal]
        attachments: Annotated[tuple[Attachment, ...], Personal]
        reply_to: Annotated[str | None, Personal]
        occurred_at: datetime
        origin: str
        opens_window: bool

    class BurstUnderstood(Event):
        TOPIC = "follower.burst_understood"
        burst_id: UUID
        message_ids: Annotated[tuple[str, ...], Personal]
        language: Language
        evidence: dict[Language, float]
        intents: tuple[tuple[Intent, float], ...]
        product_id: UUID | None
        refusal: bool
        needs_reply: bool
        reason: str
        classifier_version: int

    class ReplyDrafted(Event):
        TOPIC = "follower.reply_drafted"
        draft_id: UUID
        burst_id: UUID
        text: Annotated[str, Personal]
        language: Language
        intent: Intent
        confidence: float
        source: str
        product_id: UUID | None
        read_version: int
        why_draft: tuple[str, ...]

    class Escalated(Event):
        TOPIC = "follower.escalated"
        escalation_id: UUID
        reason: str
        message_id: Annotated[str, Personal]

    class EscalationResolved(Event):
        TOPIC = "follower.escalation_resolved"
        escalation_id: UUID

    class BotPaused(Event):
        TOPIC = "follower.bot_paused"
        until: datetime | None
        reason: str

    class BotResumed(Event):
        TOPIC = "follower.bot_resumed"
        reason: str

    class OptedOut(Event):
        TOPIC = "follower.opted_out"
        scope: str
        source: str
        message_id: Annotated[str | None, Personal]
        matched: str | None

    class OptedIn(Event):
        TOPIC = "follower.opted_in"
        scope: str
        source: str
        message_id: Annotated[str | None, Personal]

    class Suppressed(Event):
        TOPIC = "follower.suppressed"
        channel: Platform
        code: str | None

    class Unsuppressed(Event):
        TOPIC = "follower.unsuppressed"
        cause: str

    class WindowCorrected(Event):
        TOPIC = "follower.window_corrected"
        channel: Platform
        closed_at: datetime
        code: str | None

    class Enrolled(Event):
        TOPIC = "follower.enrolled"
        enrolment_id: UUID
        sequence_type: SequenceType
        sequence_version: int
        trigger: str
        trigger_event_id: UUID
        anchor_at: datetime
        product_id: UUID | None
        language: Language
        resumed_from: UUID | None

    class FollowUpScheduled(Event):
        TOPIC = "follower.follow_up_scheduled"
        follow_up_id: UUID
        enrolment_id: UUID
        sequence_type: SequenceType
        step: int
        wished_at: datetime
        due_at: datetime
        plan: str
        plan_reason: str | None
        language: Language
        product_id: UUID | None
        message_template: str
        late: Literal["skip", "always"]
        human_task: bool
        compressible: bool

    class FollowUpDeferred(Event):
        TOPIC = "follower.follow_up_deferred"
        follow_up_id: UUID
        claim: int
        was_due: datetime
        until: datetime
        reason: str

    class FollowUpHeld(Event):
        TOPIC = "follower.follow_up_held"
        follow_up_id: UUID
        claim: int
        reason: str
        expires_at: datetime

    class FollowUpReleased(Event):
        TOPIC = "follower.follow_up_released"
        follow_up_id: UUID
        cause: str
        due_at: datetime

    class FollowUpConverted(Event):
        TOPIC = "follower.follow_up_converted"
        follow_up_id: UUID
        claim: int
        to: str
        deadline: datetime

    class FollowUpSent(Event):
        TOPIC = "follower.follow_up_sent"
        follow_up_id: UUID
        enrolment_id: UUID
        claim: int
        send_id: UUID
        via: str
        at: datetime
        reconciled: bool

    class FollowUpUncertain(Event):
        TOPIC = "follower.follow_up_uncertain"
        follow_up_id: UUID
        claim: int
        send_id: UUID

    class FollowUpSkipped(Event):
        TOPIC = "follower.follow_up_skipped"
        follow_up_id: UUID
        claim: int
        reason: str

    class FollowUpFailed(Event):
        TOPIC = "follower.follow_up_failed"
        follow_up_id: UUID
        claim: int
        send_id: UUID
        error_class: str
        code: str | None

    class EnrolmentEnded(Event):
        TOPIC = "follower.enrolment_ended"
        enrolment_id: UUID
        reason: EndReason
        cancelled: tuple[UUID, ...]

    class SendRequested(Event):
        TOPIC = "follower.send_requested"
        send_id: UUID
        purpose: Purpose
        channel: Platform
        account_id: str | None
        content: Annotated[str, Personal]
        follow_up_id: UUID | None
        draft_id: UUID | None
        requested_by: str

    class SendAttempted(Event):
        TOPIC = "follower.send_attempted"
        send_id: UUID
        attempt: int
        body_hash: str
        decided_at: datetime
        judged: Judged
        give_up_at: datetime
        worker: str

    class SendAccepted(Event):
        TOPIC = "follower.send_accepted"
        send_id: UUID
        attempt: int
        platform_message_ids: Annotated[tuple[str, ...], Personal]
        via: str
        late: bool

    class SendRejected(Event):
        TOPIC = "follower.send_rejected"
        send_id: UUID
        attempt: int
        error_class: str
        code: str | None
        subcode: str | None
        http_status: int | None
        final: bool
        retry_at: datetime | None

    class SendUncertain(Event):
        TOPIC = "follower.send_uncertain"
        send_id: UUID
        attempt: int
        cause: str
        reconcile_until: datetime

    class SendUnresolved(Event):
        TOPIC = "follower.send_unresolved"
        send_id: UUID
        attempt: int

    class SendCancelled(Event):
        TOPIC = "follower.send_cancelled"
        send_id: UUID
        reason: str

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

    def __init__(self, creator_id: str, platform: Platform, platform_user_id: str, lead_id: UUID) -> None:
        self.creator_id = creator_id
        self.platform = platform
        self.platform_user_id = platform_user_id
        self.life = 1
        self.known_keys: dict[str, None] = {}
        self._begin_life(lead_id)

    def _begin_life(self, lead_id: UUID) -> None:
        self.lead_id = lead_id
        self.is_alive = True
        self.last_open: datetime | None = None
        self.window_closed_at: datetime | None = None
        self.last_inbound: UUID | None = None
        self.last_outbound_at: datetime | None = None
        self.automated_sends: tuple[datetime, ...] = ()
        self.replies: tuple[datetime, ...] = ()
        self.language: Language | None = None
        self.evidence: tuple[dict[Language, float], ...] = ()
        self.bursts = 0
        self.last_burst: UUID | None = None
        self.product_id: UUID | None = None
        self.opted_out = False
        self.suppressed = False
        self.escalation: UUID | None = None
        self.paused_until: datetime | None = None
        self.is_paused = False
        self.run: Run | None = None
        self.last_run: Run | None = None
        self.sends: dict[UUID, Send] = {}

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: Any) -> None:
        super().trigger_event(event_class, **({"lead_id": self.lead_id} | kwargs))

    def owners(self) -> dict[str, str]:
        return {
            "creator_id": self.creator_id,
            "lead_id": str(self.lead_id),
            "follower_id": str(self.id),
        }

    # A life ends with a deletion; the next message begins another.

    def end_life(self) -> None:
        self.end_run("cancelled")
        self._cancel_waiting_sends("lead_deleted")
        self.trigger_event(self.LifeEnded, life=self.life)

    @event(LifeEnded)
    def _end_life(self) -> None:
        self.is_alive = False

    def come_back(self, lead_id: UUID) -> None:
        self.trigger_event(self.Returned, life=self.life + 1, lead_id=lead_id)

    @event(Returned)
    def _come_back(self, life: int, lead_id: UUID) -> None:
        self.life = life
        self._begin_life(lead_id)

    # What the person says.

    @staticmethod
    def burst_id(follower_id: UUID, first_message_id: str) -> UUID:
        return uuid5(follower_id, f"burst/{first_message_id}")

    def knows(self, dedupe_key: str) -> bool:
        return dedupe_key in self.known_keys

    def receive(self, message: Inbound, *, hard_stop: str | None, opts_in: bool) -> bool:
        """Store the message; whatever waits for an answer ends in the same breath. `False`: it was known."""
        if self.knows(message.dedupe_key):
            return False
        self.trigger_event(
            self.MessageReceived,
            message_id=message.message_id,
            dedupe_key=message.dedupe_key,
            text=message.text,
            attachments=message.attachments,
            reply_to=message.reply_to,
            occurred_at=message.occurred_at,
            origin=message.origin,
            opens_window=message.opens_window,
        )
        if self.suppressed:
            self.trigger_event(self.Unsuppressed, cause="message")
        if hard_stop is not None and not self.opted_out:
            self.trigger_event(
                self.OptedOut,
                scope="nurturing",
                source="message",
                message_id=message.message_id,
                matched=hard_stop,
            )
        elif opts_in and self.opted_out:
            self.trigger_event(self.OptedIn, scope="nurturing", source="message", message_id=message.message_id)
        if message.opens_window:
            self.end_run("opted_out" if hard_stop is not None else "replied")
            self._cancel_waiting_sends("replied", only=Purpose.FOLLOW_UP)
        return True

    @event(MessageReceived)
    def _receive(self, message_id: str, dedupe_key: str, occurred_at: datetime, opens_window: bool) -> None:
        self.known_keys[dedupe_key] = None
        if len(self.known_keys) > KNOWN_KEYS:
            del self.known_keys[next(iter(self.known_keys))]
        self.last_inbound = self.burst_id(self.id, message_id)
        if opens_window:
            self.last_open = occurred_at if self.last_open is None else max(self.last_open, occurred_at)

    def understand(self, proposal: Proposal) -> bool:
        """Record what a burst means; `False` when that was done before."""
        if self.last_burst == proposal.burst_id:
            return False
        self.trigger_event(
            self.BurstUnderstood,
            burst_id=proposal.burst_id,
            message_ids=proposal.message_ids,
            language=proposal.language,
            evidence=dict(proposal.evidence),
            intents=proposal.intents,
            product_id=proposal.product_id,
            refusal=proposal.refusal,
            needs_reply=proposal.needs_reply,
            reason=proposal.reason,
            classifier_version=proposal.classifier_version,
        )
        return True

    @event(BurstUnderstood)
    def _understand(
        self, burst_id: UUID, language: Language, evidence: dict[Language, float], product_id: UUID | None
    ) -> None:
        self.last_burst = burst_id
        self.bursts += 1
        self.language = language
        self.evidence = (*self.evidence, evidence)[-EVIDENCE_KEPT:]
        if product_id is not None:
            self.product_id = product_id

    def escalate(self, escalation_id: UUID, reason: str, message_id: str) -> None:
        if self.escalation is None:
            self.trigger_event(self.Escalated, escalation_id=escalation_id, reason=reason, message_id=message_id)

    @event(Escalated)
    def _escalate(self, escalation_id: UUID) -> None:
        self.escalation = escalation_id

    @event(EscalationResolved)
    def _resolve_escalation(self) -> None:
        self.escalation = None

    def opt_out(self, source: str) -> None:
        if not self.opted_out:
            self.trigger_event(self.OptedOut, scope="nurturing", source=source, message_id=None, matched=None)
            self.end_run("opted_out")

    @event(OptedOut)
    def _opt_out(self) -> None:
        self.opted_out = True

    @event(OptedIn)
    def _opt_in(self) -> None:
        self.opted_out = False

    def suppress(self, code: str | None) -> None:
        """The platform says that this person cannot be reached."""
        if not self.suppressed:
            self.trigger_event(self.Suppressed, channel=self.platform, code=code)
            self.end_run("suppressed")

    @event(Suppressed)
    def _suppress(self) -> None:
        self.suppressed = True

    def unsuppress(self, cause: str) -> None:
        if self.suppressed:
            self.trigger_event(self.Unsuppressed, cause=cause)

    @event(Unsuppressed)
    def _unsuppress(self) -> None:
        self.suppressed = False

    @event(WindowCorrected)
    def _correct_window(self, closed_at: datetime) -> None:
        self.window_closed_at = closed_at

    def resolve_escalation(self) -> None:
        """A person has answered whoever asked for one."""
        if self.escalation is not None:
            self.trigger_event(self.EscalationResolved, escalation_id=self.escalation)

    def reach_goal(self) -> None:
        """The person bought: everything that was to bring them there ends."""
        if self.run is not None and self.run.sequence_type is not SequenceType.POST_PURCHASE:
            self.end_run("goal")

    # A person takes over.

    def pause_bot(self, until: datetime | None, reason: str) -> None:
        """Keep the bot silent here; another word of the person only moves the end of the pause."""
        self.trigger_event(self.BotPaused, until=until, reason=reason)

    @event(BotPaused)
    def _pause_bot(self, until: datetime | None) -> None:
        self.is_paused = True
        self.paused_until = until

    def resume_bot(self, reason: str, now: datetime) -> None:
        """End the pause; a timer's resume counts only when the pause has really run out."""
        if not self.is_paused or (reason == "timer" and (self.paused_until is None or now < self.paused_until)):
            return
        self.trigger_event(self.BotResumed, reason=reason)
        for follow_up in list(self.run.follow_ups.values()) if self.run else ():
            if follow_up.state == "held" and follow_up.hold_reason == "human_handling":
                self.release(follow_up.follow_up_id, cause="bot_resumed", due_at=now)

    @event(BotResumed)
    def _resume_bot(self) -> None:
        self.is_paused = False
        self.paused_until = None

    # Sequences.

    def enrol(
        self,
        *,
        sequence_type: SequenceType,
        sequence_version: int,
        trigger: str,
        trigger_event_id: UUID,
        anchor_at: datetime,
        product_id: UUID | None,
        language: Language,
        planned: Sequence[FollowUp],
        plans: Sequence[tuple[str, str | None]],
        resumed_from: UUID | None = None,
    ) -> bool:
        """Begin a run with all of its follow-ups; one that is under way ends. `False`: this one was begun before."""
        enrolment_id = Run.create_id(self.id, sequence_type, trigger_event_id)
        if any(run is not None and run.enrolment_id == enrolment_id for run in (self.run, self.last_run)):
            return False
        if self.run is not None:
            self.end_run("restarted" if self.run.sequence_type is sequence_type else "superseded")
        self.trigger_event(
            self.Enrolled,
            enrolment_id=enrolment_id,
            sequence_type=sequence_type,
            sequence_version=sequence_version,
            trigger=trigger,
            trigger_event_id=trigger_event_id,
            anchor_at=anchor_at,
            product_id=product_id,
            language=language,
            resumed_from=resumed_from,
        )
        for follow_up, (plan, plan_reason) in zip(planned, plans, strict=True):
            self.trigger_event(
                self.FollowUpScheduled,
                follow_up_id=Run.follow_up_id(enrolment_id, follow_up.step),
                enrolment_id=enrolment_id,
                sequence_type=sequence_type,
                step=follow_up.step,
                wished_at=follow_up.wished_at,
                due_at=follow_up.due_at,
                plan=plan,
                plan_reason=plan_reason,
                language=language,
                product_id=product_id,
                message_template=follow_up.message_template,
                late=follow_up.late,
                human_task=follow_up.human_task,
                compressible=follow_up.compressible,
            )
        return True

    @event(Enrolled)
    def _enrol(
        self,
        enrolment_id: UUID,
        sequence_type: SequenceType,
        anchor_at: datetime,
        product_id: UUID | None,
        language: Language,
    ) -> None:
        self.run = Run(enrolment_id, sequence_type, language, product_id, anchor_at)

    @event(FollowUpScheduled)
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
        assert self.run is not None
        self.run.follow_ups[follow_up_id] = FollowUp(
            follow_up_id, step, wished_at, due_at, message_template, late, human_task, compressible
        )

    def end_run(self, reason: EndReason) -> int:
        """End what is under way; answers how many follow-ups that cancels."""
        if self.run is None:
            return 0
        cancelled = tuple(self.run.cancellable)
        self.trigger_event(self.EnrolmentEnded, enrolment_id=self.run.enrolment_id, reason=reason, cancelled=cancelled)
        return len(cancelled)

    @event(EnrolmentEnded)
    def _end_run(self, reason: EndReason, cancelled: tuple[UUID, ...], timestamp: datetime) -> None:
        assert self.run is not None
        self.last_run, self.run = self.run, None
        self.last_run.ended_at, self.last_run.ended_reason = timestamp, reason
        for follow_up_id in cancelled:
            del self.last_run.follow_ups[follow_up_id]

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

    def defer(self, follow_up: FollowUp, until: datetime, reason: str) -> None:
        self.trigger_event(
            self.FollowUpDeferred,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            was_due=follow_up.due_at,
            until=until,
            reason=reason,
        )

    @event(FollowUpDeferred)
    def _defer(self, follow_up_id: UUID, claim: int, until: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.claim = claim
        follow_up.due_at = until
        follow_up.state = "pending"

    def hold(self, follow_up: FollowUp, reason: str, now: datetime) -> None:
        ttl = HOLD if reason in ("sending_off", "channel_down", "account_paused") else HOLD_FOR_A_PERSON
        self.trigger_event(
            self.FollowUpHeld,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            reason=reason,
            expires_at=now + ttl,
        )

    @event(FollowUpHeld)
    def _hold(self, follow_up_id: UUID, claim: int, reason: str, expires_at: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.claim = claim
        follow_up.due_at = expires_at
        follow_up.state = "held"
        follow_up.hold_reason = reason

    def release(self, follow_up_id: UUID, *, cause: str, due_at: datetime) -> None:
        if self.follow_up(follow_up_id).state == "held":
            self.trigger_event(self.FollowUpReleased, follow_up_id=follow_up_id, cause=cause, due_at=due_at)

    @event(FollowUpReleased)
    def _release(self, follow_up_id: UUID, due_at: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.due_at = due_at
        follow_up.state = "pending"
        follow_up.hold_reason = None

    def convert(self, follow_up: FollowUp, to: str, deadline: datetime) -> None:
        self.trigger_event(
            self.FollowUpConverted,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            to=to,
            deadline=deadline,
        )

    @event(FollowUpConverted)
    def _convert(self, follow_up_id: UUID, claim: int, deadline: datetime) -> None:
        follow_up = self.follow_up(follow_up_id)
        follow_up.claim = claim
        follow_up.due_at = deadline
        follow_up.state = "converted"

    def expire(self, follow_up_id: UUID, now: datetime) -> None:
        """A hold or a person's task that nobody settled in time ends here."""
        follow_up = self.follow_up(follow_up_id)
        if follow_up.state not in ("held", "converted") or now < follow_up.due_at:
            raise NotDue("This follow-up waits for nobody.")
        self.skip(follow_up, "hold_expired" if follow_up.state == "held" else "task_expired")

    def skip(self, follow_up: FollowUp, reason: str, *, end: EndReason | None = None) -> None:
        """Let one step go; with `end` the whole run."""
        self.trigger_event(
            self.FollowUpSkipped,
            follow_up_id=follow_up.follow_up_id,
            claim=follow_up.claim + 1,
            reason=reason,
        )
        if end is not None:
            self.end_run(end)
        self._complete_run()

    @event(FollowUpSkipped)
    def _skip(self, follow_up_id: UUID) -> None:
        self._settle(follow_up_id)

    def _settle(self, follow_up_id: UUID) -> None:
        run = self._run_of(follow_up_id)
        if run is not None:
            del run.follow_ups[follow_up_id]

    def _complete_run(self) -> None:
        if self.run is not None and not self.run.follow_ups:
            self.end_run("completed")

    # Sends: requested, attempted, and what became of it.

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

    @property
    def has_open_attempt(self) -> bool:
        return any(send.attempted_at is not None for send in self.sends.values())

    def request_send(
        self,
        send_id: UUID,
        purpose: Purpose,
        text: str,
        *,
        account_id: str | None,
        requested_by: str,
        follow_up_id: UUID | None = None,
        draft_id: UUID | None = None,
    ) -> None:
        self.trigger_event(
            self.SendRequested,
            send_id=send_id,
            purpose=purpose,
            channel=self.platform,
            account_id=account_id,
            content=text,
            follow_up_id=follow_up_id,
            draft_id=draft_id,
            requested_by=requested_by,
        )

    @event(SendRequested)
    def _request_send(self, send_id: UUID, purpose: Purpose, content: str, follow_up_id: UUID | None) -> None:
        self.sends[send_id] = Send(send_id, purpose, content, follow_up_id)

    def draft_reply(
        self,
        *,
        burst_id: UUID,
        text: str,
        language: Language,
        intent: Intent,
        confidence: float,
        source: str,
        product_id: UUID | None,
    ) -> UUID | None:
        """Record the reply to a burst; answers its draft id, or `None` when the person has written again since."""
        if self.last_inbound != burst_id or self.last_burst != burst_id:
            return None
        draft_id = uuid5(burst_id, "draft/1")
        self.trigger_event(
            self.ReplyDrafted,
            draft_id=draft_id,
            burst_id=burst_id,
            text=text,
            language=language,
            intent=intent,
            confidence=confidence,
            source=source,
            product_id=product_id,
            read_version=self.version,
            why_draft=(),
        )
        return draft_id

    @event(ReplyDrafted)
    def _draft_reply(self, timestamp: datetime) -> None:
        self.replies = (*(at for at in self.replies if at > timestamp - timedelta(days=1)), timestamp)

    def may_reply(self, now: datetime) -> bool:
        """At most 20 answers in an hour and 100 in a day to one person."""
        in_the_last_hour = sum(at > now - timedelta(hours=1) for at in self.replies)
        in_the_last_day = sum(at > now - timedelta(days=1) for at in self.replies)
        return in_the_last_hour < 20 and in_the_last_day < 100

    def attempt(self, send_id: UUID, *, now: datetime, worker: str, judged: Judged, account_id: str) -> SendOrder:
        """Record that the call is about to be made; raises `NotDue` when the send was settled or is under way."""
        send = self.sends.get(send_id)
        if send is None or send.attempted_at is not None or send.uncertain or self.has_open_attempt:
            raise NotDue("This send is settled or under way.")
        self.trigger_event(
            self.SendAttempted,
            send_id=send_id,
            attempt=send.attempt + 1,
            body_hash=sha256(send.text.encode()).hexdigest(),
            decided_at=now,
            judged=judged,
            give_up_at=now + GIVE_UP_AFTER,
            worker=worker,
        )
        return SendOrder(
            self.id,
            send_id,
            send.attempt,
            send.purpose,
            self.platform,
            account_id,
            self.platform_user_id,
            send.text,
        )

    @event(SendAttempted)
    def _attempt(self, send_id: UUID, attempt: int, decided_at: datetime) -> None:
        send = self.sends[send_id]
        send.attempt = attempt
        send.attempted_at = decided_at
        follow_up = self._follow_up_of(send)
        if follow_up is not None:
            if follow_up.state == "pending":
                follow_up.claim += 1
            follow_up.state = "attempting"

    def _run_of(self, follow_up_id: UUID | None) -> Run | None:
        """The run that waits for the outcome of a follow-up: the present one, or the last with a send in flight."""
        for run in (self.run, self.last_run):
            if run is not None and follow_up_id in run.follow_ups:
                return run
        return None

    def _follow_up_of(self, send: Send) -> FollowUp | None:
        run = self._run_of(send.follow_up_id)
        return None if run is None or send.follow_up_id is None else run.follow_ups[send.follow_up_id]

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
            self.SendAccepted,
            send_id=send_id,
            attempt=attempt,
            platform_message_ids=platform_message_ids,
            via=via,
            late=late,
        )
        run = self._run_of(send.follow_up_id)
        if follow_up is not None and run is not None:
            self.trigger_event(
                self.FollowUpSent,
                follow_up_id=follow_up.follow_up_id,
                enrolment_id=run.enrolment_id,
                claim=follow_up.claim,
                send_id=send_id,
                via="text",
                at=now,
                reconciled=late,
            )
            self._complete_run()

    @event(SendAccepted)
    def _accept(self, send_id: UUID, timestamp: datetime) -> None:
        send = self.sends.pop(send_id)
        self._count_outbound(send, send.attempted_at or timestamp)

    def _count_outbound(self, send: Send, at: datetime) -> None:
        self.last_outbound_at = at
        if send.purpose is Purpose.FOLLOW_UP:
            week = at - timedelta(days=7)
            self.automated_sends = (*(sent for sent in self.automated_sends if sent > week), at)

    @event(FollowUpSent)
    def _send_follow_up(self, follow_up_id: UUID) -> None:
        run = self._run_of(follow_up_id)
        if run is not None:
            run.sent += 1
        self._settle(follow_up_id)

    def record_uncertain(
        self, send_id: UUID, attempt: int, cause: str, *, now: datetime, reconcile_for: timedelta
    ) -> None:
        """Nobody knows whether it arrived: no machine sends it again."""
        if self._open(send_id, attempt).uncertain:
            raise NotDue("This attempt is known to be uncertain.")
        self.trigger_event(
            self.SendUncertain,
            send_id=send_id,
            attempt=attempt,
            cause=cause,
            reconcile_until=now + reconcile_for,
        )
        if not reconcile_for:
            self.record_unresolved(send_id, attempt)

    @event(SendUncertain)
    def _be_uncertain(self, send_id: UUID, timestamp: datetime) -> None:
        send = self.sends[send_id]
        self._count_outbound(send, send.attempted_at or timestamp)
        send.attempted_at = None
        send.uncertain = True

    def record_unresolved(self, send_id: UUID, attempt: int) -> None:
        """No evidence came in time; a follow-up counts as done and is shown as unknown."""
        send = self._open(send_id, attempt)
        if not send.uncertain:
            raise NotDue("This attempt is still open.")
        follow_up = self._follow_up_of(send)
        self.trigger_event(self.SendUnresolved, send_id=send_id, attempt=attempt)
        if follow_up is not None:
            self.trigger_event(
                self.FollowUpUncertain,
                follow_up_id=follow_up.follow_up_id,
                claim=follow_up.claim,
                send_id=send_id,
            )
            self._complete_run()

    @event(SendUnresolved)
    def _leave_unresolved(self, send_id: UUID) -> None:
        del self.sends[send_id]

    @event(FollowUpUncertain)
    def _leave_follow_up_uncertain(self, follow_up_id: UUID) -> None:
        self._settle(follow_up_id)

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
            self.SendRejected,
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
            self.trigger_event(self.WindowCorrected, channel=self.platform, closed_at=now, code=code)
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

    @event(SendRejected)
    def _reject(self, send_id: UUID, final: bool) -> None:
        send = self.sends[send_id]
        send.attempted_at = None
        if final:
            del self.sends[send_id]
        elif (follow_up := self._follow_up_of(send)) is not None:
            follow_up.state = "retrying"

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
                    self.FollowUpSkipped,
                    follow_up_id=follow_up.follow_up_id,
                    claim=follow_up.claim + 1,
                    reason={Refusal.SUPPRESS: "unreachable", Refusal.OPT_OUT: "opted_out"}.get(refusal, "refused"),
                )
                self._complete_run()
            case _:
                self.trigger_event(
                    self.FollowUpFailed,
                    follow_up_id=follow_up.follow_up_id,
                    claim=follow_up.claim,
                    send_id=send_id,
                    error_class=refusal,
                    code=code,
                )
                self._complete_run()

    @event(FollowUpFailed)
    def _fail(self, follow_up_id: UUID) -> None:
        self._settle(follow_up_id)

    def record_said_elsewhere(self, send_id: UUID) -> None:
        """A lead without a channel was told so by the creator in some other way."""
        self.trigger_event(
            self.SendAccepted, send_id=send_id, attempt=0, platform_message_ids=(), via="person", late=False
        )

    def cancel_send(self, send_id: UUID, reason: str) -> None:
        """Give up a send that was requested and not attempted."""
        if send_id in self.sends:
            self.trigger_event(self.SendCancelled, send_id=send_id, reason=reason)

    def _cancel_waiting_sends(self, reason: str, only: Purpose | None = None) -> None:
        for send in list(self.sends.values()):
            waits = send.attempted_at is None and not send.uncertain
            if waits and (only is None or send.purpose is only):
                self.trigger_event(self.SendCancelled, send_id=send.send_id, reason=reason)

    @event(SendCancelled)
    def _cancel_send(self, send_id: UUID) -> None:
        del self.sends[send_id]
