"""The follower aggregate: its domain events, and the state that each of them leaves behind."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, AggregateCreated
from domain.answering.echoes import is_echo
from domain.follower.state import KNOWN_KEYS, FollowerState
from domain.follower.values import (
    BURST_TEXT,
    MAYBE_STOP,
    Attachment,
    Draft,
    EndReason,
    FollowUp,
    Judged,
    OpenBurst,
    PendingAnswer,
    Purpose,
    Run,
    Send,
    UnderstoodBurst,
    Urgency,
)
from domain.vocabulary import Intent, Language, Mode, NotificationKind, Platform, SequenceType
from eventstore.personal import Personal

BOT = "bot"
"""Who requests what no person has seen."""
DELIVERED = "delivered"
"""The outcome of a notification that somebody has taken."""
KNOWN_IDS = 200
EVIDENCE_KEPT = 10
SAID_KEPT = 5
ROUNDS_KEPT = 3
UNRESOLVED_KEPT = 20

Key = TypeVar("Key")


class Follower(FollowerState):
    """One person on one channel, and the conversation with them.

    Decisions are functions that are given the follower, by what they are about: `lives`, `messages`, `contact`,
    `enrolment`, `sending`, `outcomes`.
    """

    TOPIC = "follower"

    class Event(Aggregate.Event):
        """Names the life that it belongs to, whose person is the one it is about."""

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
        class_version = 2
        life: int
        platform_user_id: Annotated[str, Personal]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["platform_user_id"] = ""

        def apply(self, follower: "Follower") -> None:
            follower.life = self.life
            follower.platform_user_id = self.platform_user_id or follower.platform_user_id  # version 1 did not tell it
            follower.begin_life(self.lead_id)

    class LifeEnded(Event):
        TOPIC = "follower.life_ended"
        life: int

        def apply(self, follower: "Follower") -> None:
            follower.is_alive = False
            follower.intervened = self.originator_version

    class Forgotten(Event):
        TOPIC = "follower.forgotten"

        def apply(self, follower: "Follower") -> None:
            follower.was_forgotten = True
            follower.platform_user_id = ""
            follower.known_keys = {}
            follower.thread = follower.album = None
            follower.said_lately = ()
            follower.burst = follower.draft = follower.understood = None
            follower.sends = {}

    class MessageReceived(Event):
        TOPIC = "follower.message_received"
        class_version = 3
        message_id: Annotated[str, Personal]
        dedupe_key: Annotated[str, Personal]
        text: Annotated[str, Personal]
        attachments: Annotated[tuple[Attachment, ...], Personal]
        reply_to: Annotated[str | None, Personal]
        occurred_at: datetime
        origin: str
        opens_window: bool
        forwarded: bool
        thread: Annotated[str | None, Personal]
        album: Annotated[str | None, Personal]
        opens_burst: bool
        burst_id: UUID | None
        burst_closes_at: datetime | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state |= {"forwarded": False, "thread": None, "album": None, "opens_burst": True}

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state |= {"burst_id": None, "burst_closes_at": None}

        def apply(self, follower: "Follower") -> None:
            _remember(follower.known_keys, self.dedupe_key, KNOWN_KEYS)
            follower.thread, follower.album = self.thread, self.album
            if self.burst_id is not None and self.burst_closes_at is not None:
                follower.last_inbound = self.burst_id
                self._collect(follower, self.burst_id, self.burst_closes_at)
            elif self.opens_burst:  # each message was a burst up to version 2
                follower.last_inbound = follower.burst_id(follower.id, self.message_id)
            follower.intervened = self.originator_version
            if follower.replied_at is not None and self.origin != "api":  # a program's pace is not the person's
                follower.rounds = (*follower.rounds, (follower.replied_at, self.timestamp))[-ROUNDS_KEPT:]
                follower.replied_at = None
            follower.has_unread = True
            if self.opens_window:
                last = follower.last_open
                follower.last_open = self.occurred_at if last is None else max(last, self.occurred_at)

        def _collect(self, follower: "Follower", burst_id: UUID, closes_at: datetime) -> None:
            burst = follower.burst
            if burst is None or burst.burst_id != burst_id:
                burst = follower.burst = OpenBurst(burst_id, self.timestamp, closes_at)
            burst.closes_at = closes_at
            burst.message_ids.append(self.message_id)
            if not self.forwarded and len(burst.text) + len(self.text) <= BURST_TEXT:
                burst.texts.append(self.text)
            burst.forwarded += self.forwarded

    class ServiceNoted(Event):
        TOPIC = "follower.service_noted"
        kind: str
        dedupe_key: Annotated[str, Personal]
        occurred_at: datetime
        origin: str

        def apply(self, follower: "Follower") -> None:
            _remember(follower.known_keys, self.dedupe_key, KNOWN_KEYS)

    class Read(Event):
        TOPIC = "follower.read"

        def apply(self, follower: "Follower") -> None:
            follower.has_unread = False
            follower.rounds = ()

    class BurstUnderstood(Event):
        TOPIC = "follower.burst_understood"
        class_version = 2
        burst_id: UUID
        message_ids: Annotated[tuple[str, ...], Personal]
        language: Language
        evidence: dict[Language, float]
        intents: tuple[tuple[Intent, float], ...]
        product_id: UUID | None
        refusal: bool
        direct_purchase: bool
        soft_stop: bool
        needs_reply: bool
        reason: str
        classifier_version: int
        best: tuple[tuple[Intent, float], ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["best"] = state["intents"]

        def apply(self, follower: "Follower") -> None:
            _remember(follower.known_bursts, self.burst_id, KNOWN_IDS)
            text, before = "", follower.understood
            if follower.burst is not None and follower.burst.burst_id == self.burst_id:
                text, follower.burst = follower.burst.text, None
            means_nothing = self.intents[0][0] is Intent.OTHER and not self.refusal
            follower.not_understood = follower.not_understood + 1 if means_nothing else 0
            was_answered = before is not None and follower.last_answered == before.burst_id
            follower.asked_again = before is not None and was_answered and is_echo(text, [before.text])
            follower.understood = UnderstoodBurst(
                self.burst_id,
                self.message_ids,
                text,
                self.language,
                self.intents,
                self.best,
                self.product_id,
                self.refusal,
            )
            follower.last_burst = self.burst_id
            follower.bursts += 1
            follower.language = self.language
            follower.evidence = (*follower.evidence, self.evidence)[-EVIDENCE_KEPT:]
            if self.product_id is not None:
                follower.product_id = self.product_id

    class AnswerRequested(Event):
        TOPIC = "follower.answer_requested"
        burst_id: UUID
        urgency: Urgency
        why_draft: tuple[str, ...]

        def apply(self, follower: "Follower") -> None:
            follower.generation = PendingAnswer(self.burst_id, self.urgency, self.why_draft)

    class GenerationStarted(Event):
        TOPIC = "follower.generation_started"
        burst_id: UUID
        attempt: int

        def apply(self, follower: "Follower") -> None:
            if follower.generation is not None and follower.generation.burst_id == self.burst_id:
                follower.generation.attempt = self.attempt
                follower.generation.read_version = self.originator_version

    class ModelCalled(Event):
        TOPIC = "follower.model_called"
        call_id: UUID
        burst_id: UUID
        purpose: str
        model: str
        prompt_version: int
        prompt_sha256: str
        params: dict[str, str | int | float | bool]
        output: Annotated[str, Personal]
        prompt_tokens: int
        completion_tokens: int
        latency_ms: int
        outcome: str

    class AnswerDropped(Event):
        TOPIC = "follower.answer_dropped"
        burst_id: UUID
        reason: str

        def apply(self, follower: "Follower") -> None:
            _end_generation(follower, self.burst_id)

    class ReplyDrafted(Event):
        TOPIC = "follower.reply_drafted"
        class_version = 2
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
        facts_used: tuple[str, ...]
        call_id: UUID | None
        expires_at: datetime | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state |= {"facts_used": [], "call_id": None, "expires_at": None}

        def apply(self, follower: "Follower") -> None:
            follower.said_lately = (*follower.said_lately, self.text)[-SAID_KEPT:]
            follower.answers_to_it = follower.answers_to_it + 1 if self.burst_id == follower.last_answered else 1
            follower.last_answered = self.burst_id
            follower.draft = Draft(self.draft_id, self.burst_id, self.text) if self.why_draft else None
            _end_generation(follower, self.burst_id)
            a_day_ago = self.timestamp - timedelta(days=1)
            follower.replies = (*(at for at in follower.replies if at > a_day_ago), self.timestamp)

    class DraftApproved(Event):
        TOPIC = "follower.draft_approved"
        draft_id: UUID

        def apply(self, follower: "Follower") -> None:
            follower.draft = None

    class DraftEdited(Event):
        TOPIC = "follower.draft_edited"
        draft_id: UUID
        text: Annotated[str, Personal]

        def apply(self, follower: "Follower") -> None:
            follower.draft = None

    class DraftRejected(Event):
        TOPIC = "follower.draft_rejected"
        draft_id: UUID
        reason: Annotated[str | None, Personal]

        def apply(self, follower: "Follower") -> None:
            follower.draft = None

    class DraftSuperseded(Event):
        TOPIC = "follower.draft_superseded"
        draft_id: UUID
        by: str

        def apply(self, follower: "Follower") -> None:
            follower.draft = None

    class DraftExpired(Event):
        TOPIC = "follower.draft_expired"
        draft_id: UUID

        def apply(self, follower: "Follower") -> None:
            follower.draft = None

    class ModeSet(Event):
        TOPIC = "follower.mode_set"
        mode: Mode | None

        def apply(self, follower: "Follower") -> None:
            follower.mode = self.mode
            follower.intervened = self.originator_version

    class Escalated(Event):
        TOPIC = "follower.escalated"
        escalation_id: UUID
        reason: str
        message_id: Annotated[str, Personal]

        def apply(self, follower: "Follower") -> None:
            follower.escalation = self.escalation_id
            follower.notified = ()

    class EscalationResolved(Event):
        TOPIC = "follower.escalation_resolved"
        class_version = 2
        escalation_id: UUID
        note: Annotated[str | None, Personal]

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["note"] = None

        def apply(self, follower: "Follower") -> None:
            follower.escalation = None

    class PersonNotified(Event):
        TOPIC = "follower.person_notified"
        notification_id: UUID
        escalation_id: UUID
        kind: NotificationKind
        outcomes: tuple[tuple[str, str], ...]
        retried: bool
        again_at: datetime | None

        def apply(self, follower: "Follower") -> None:
            if self.escalation_id == follower.escalation and not self.retried:
                follower.notified = (*follower.notified, self.kind)
            if DELIVERED in dict(self.outcomes).values():
                follower.notified_at = self.timestamp

    class BotPaused(Event):
        TOPIC = "follower.bot_paused"
        until: datetime | None
        reason: str

        def apply(self, follower: "Follower") -> None:
            follower.is_paused = True
            follower.intervened = self.originator_version
            follower.paused_until = self.until
            follower.pause_reason = self.reason
            follower.may_want_a_stop = follower.may_want_a_stop or self.reason == MAYBE_STOP

    class BotResumed(Event):
        TOPIC = "follower.bot_resumed"
        reason: str

        def apply(self, follower: "Follower") -> None:
            follower.is_paused = False
            follower.intervened = self.originator_version
            follower.paused_until = None
            follower.pause_reason = None
            follower.may_want_a_stop = False

    class OptedOut(Event):
        TOPIC = "follower.opted_out"
        scope: str
        source: str
        message_id: Annotated[str | None, Personal]
        matched: str | None

        def apply(self, follower: "Follower") -> None:
            follower.opted_out = True
            follower.intervened = self.originator_version
            follower.may_want_a_stop = False

    class OptedIn(Event):
        TOPIC = "follower.opted_in"
        scope: str
        source: str
        message_id: Annotated[str | None, Personal]

        def apply(self, follower: "Follower") -> None:
            follower.opted_out = False

    class Suppressed(Event):
        TOPIC = "follower.suppressed"
        channel: Platform
        code: str | None

        def apply(self, follower: "Follower") -> None:
            follower.suppressed = True
            follower.intervened = self.originator_version

    class Unsuppressed(Event):
        TOPIC = "follower.unsuppressed"
        cause: str

        def apply(self, follower: "Follower") -> None:
            follower.suppressed = False

    class WindowCorrected(Event):
        TOPIC = "follower.window_corrected"
        channel: Platform
        closed_at: datetime
        code: str | None

        def apply(self, follower: "Follower") -> None:
            follower.window_closed_at = self.closed_at

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

        def apply(self, follower: "Follower") -> None:
            _remember(follower.known_enrolments, self.enrolment_id, KNOWN_IDS)
            follower.run = Run(
                self.enrolment_id,
                self.sequence_type,
                self.language,
                self.product_id,
                self.anchor_at,
                self.sequence_version,
            )

    class EnrolmentDeclined(Event):
        TOPIC = "follower.enrolment_declined"
        sequence_type: SequenceType
        trigger: str
        trigger_event_id: UUID
        reason: str

        def apply(self, follower: "Follower") -> None:
            enrolment_id = Run.create_id(follower.id, self.sequence_type, self.trigger_event_id)
            _remember(follower.known_enrolments, enrolment_id, KNOWN_IDS)

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

        def apply(self, follower: "Follower") -> None:
            follower.present_run.follow_ups[self.follow_up_id] = FollowUp(
                self.follow_up_id,
                self.step,
                self.wished_at,
                self.due_at,
                self.message_template,
                self.late,
                self.human_task,
                self.compressible,
            )

    class FollowUpDeferred(Event):
        TOPIC = "follower.follow_up_deferred"
        follow_up_id: UUID
        claim: int
        was_due: datetime
        until: datetime
        reason: str

        def apply(self, follower: "Follower") -> None:
            follow_up = follower.follow_up(self.follow_up_id)
            follow_up.claim = self.claim
            follow_up.due_at = self.until
            follow_up.state = "pending"

    class FollowUpHeld(Event):
        TOPIC = "follower.follow_up_held"
        follow_up_id: UUID
        claim: int
        reason: str
        expires_at: datetime

        def apply(self, follower: "Follower") -> None:
            follow_up = follower.follow_up(self.follow_up_id)
            follow_up.claim = self.claim
            follow_up.due_at = self.expires_at
            follow_up.state = "held"
            follow_up.hold_reason = self.reason

    class FollowUpReleased(Event):
        TOPIC = "follower.follow_up_released"
        follow_up_id: UUID
        cause: str
        due_at: datetime

        def apply(self, follower: "Follower") -> None:
            follow_up = follower.follow_up(self.follow_up_id)
            follow_up.due_at = self.due_at
            follow_up.state = "pending"
            follow_up.hold_reason = None

    class FollowUpConverted(Event):
        TOPIC = "follower.follow_up_converted"
        follow_up_id: UUID
        claim: int
        to: str
        deadline: datetime

        def apply(self, follower: "Follower") -> None:
            follow_up = follower.follow_up(self.follow_up_id)
            follow_up.claim = self.claim
            follow_up.due_at = self.deadline
            follow_up.state = "converted"

    class FollowUpSent(Event):
        TOPIC = "follower.follow_up_sent"
        follow_up_id: UUID
        enrolment_id: UUID
        claim: int
        send_id: UUID
        via: str
        at: datetime
        reconciled: bool

        def apply(self, follower: "Follower") -> None:
            _settle(follower, self.follow_up_id, sent=1)

    class FollowUpUncertain(Event):
        TOPIC = "follower.follow_up_uncertain"
        follow_up_id: UUID
        claim: int
        send_id: UUID

        def apply(self, follower: "Follower") -> None:
            _settle(follower, self.follow_up_id, sent=1)

    class FollowUpSkipped(Event):
        TOPIC = "follower.follow_up_skipped"
        follow_up_id: UUID
        claim: int
        reason: str

        def apply(self, follower: "Follower") -> None:
            _settle(follower, self.follow_up_id)

    class FollowUpFailed(Event):
        TOPIC = "follower.follow_up_failed"
        follow_up_id: UUID
        claim: int
        send_id: UUID
        error_class: str
        code: str | None

        def apply(self, follower: "Follower") -> None:
            _settle(follower, self.follow_up_id)

    class EnrolmentEnded(Event):
        TOPIC = "follower.enrolment_ended"
        enrolment_id: UUID
        reason: EndReason
        cancelled: tuple[UUID, ...]

        def apply(self, follower: "Follower") -> None:
            run = follower.present_run
            run.ended_at, run.ended_reason = self.timestamp, self.reason
            for follow_up_id in self.cancelled:
                del run.follow_ups[follow_up_id]
            follower.last_run, follower.run = run, None

    class SendRequested(Event):
        TOPIC = "follower.send_requested"
        class_version = 3
        send_id: UUID
        purpose: Purpose
        channel: Platform
        account_id: str | None
        content: Annotated[str, Personal]
        follow_up_id: UUID | None
        draft_id: UUID | None
        requested_by: str
        thread: Annotated[str | None, Personal]
        repeats: UUID | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["thread"] = None

        @staticmethod
        def upcast_v2_v3(state: dict[str, Any]) -> None:
            state["repeats"] = None

        def apply(self, follower: "Follower") -> None:
            send = Send(
                self.send_id,
                self.purpose,
                self.content,
                self.follow_up_id,
                thread=self.thread,
                automatic=self.purpose is not Purpose.MANUAL,
                approved=self.requested_by != BOT,
            )
            follower.sends[self.send_id] = send
            if (repeated := follower.sends.get(self.repeats) if self.repeats else None) is not None:
                repeated.repeated, send.automatic = True, repeated.automatic
            if send.approved:
                follower.rounds, follower.not_understood = (), 0
                follower.intervened = self.originator_version
                if self.repeats is None:
                    follower.has_unread = False

    class SendAttempted(Event):
        TOPIC = "follower.send_attempted"
        send_id: UUID
        attempt: int
        body_hash: Annotated[str, Personal]
        decided_at: datetime
        judged: Judged
        give_up_at: datetime
        worker: str

        def apply(self, follower: "Follower") -> None:
            send = follower.sends[self.send_id]
            send.attempt = self.attempt
            send.attempted_at = self.decided_at
            run = follower.run_of(send.follow_up_id)
            if run is not None and send.follow_up_id is not None:
                follow_up = run.follow_ups[send.follow_up_id]
                if follow_up.state == "pending":
                    follow_up.claim += 1
                follow_up.state = "attempting"
                send.enrolment_id, send.claim = run.enrolment_id, follow_up.claim

    class SendAccepted(Event):
        TOPIC = "follower.send_accepted"
        send_id: UUID
        attempt: int
        platform_message_ids: Annotated[tuple[str, ...], Personal]
        via: str
        late: bool

        def apply(self, follower: "Follower") -> None:
            send = follower.sends.pop(self.send_id)
            if send.purpose is Purpose.REPLY and not send.approved:
                follower.replied_at = send.attempted_at or self.timestamp
            if not send.uncertain:
                _count_outbound(follower, send, send.attempted_at or self.timestamp)

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

        def apply(self, follower: "Follower") -> None:
            send = follower.sends[self.send_id]
            send.attempted_at = None
            if self.final:
                del follower.sends[self.send_id]
            elif (follow_up := follower.follow_up_of(send)) is not None:
                follow_up.state = "retrying"

    class SendUncertain(Event):
        TOPIC = "follower.send_uncertain"
        send_id: UUID
        attempt: int
        cause: str
        reconcile_until: datetime

        def apply(self, follower: "Follower") -> None:
            send = follower.sends[self.send_id]
            _count_outbound(follower, send, send.attempted_at or self.timestamp)
            send.attempted_at = None
            send.uncertain = True

    class SendUnresolved(Event):
        TOPIC = "follower.send_unresolved"
        send_id: UUID
        attempt: int

        def apply(self, follower: "Follower") -> None:
            follower.sends[self.send_id].unresolved = True
            unresolved = [send.send_id for send in follower.sends.values() if send.unresolved]
            for old in unresolved[:-UNRESOLVED_KEPT]:
                del follower.sends[old]

    class SendCancelled(Event):
        TOPIC = "follower.send_cancelled"
        send_id: UUID
        reason: str

        def apply(self, follower: "Follower") -> None:
            del follower.sends[self.send_id]

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


def _end_generation(follower: Follower, burst_id: UUID) -> None:
    if follower.generation is not None and follower.generation.burst_id == burst_id:
        follower.generation = None


def _settle(follower: Follower, follow_up_id: UUID, *, sent: int = 0) -> None:
    run = follower.run_of(follow_up_id)
    if run is not None:
        run.sent += sent
        del run.follow_ups[follow_up_id]


def _count_outbound(follower: Follower, send: Send, at: datetime) -> None:
    follower.last_outbound_at = at
    if send.purpose is Purpose.FOLLOW_UP:
        week = at - timedelta(days=7)
        follower.automated_sends = (*(sent for sent in follower.automated_sends if sent > week), at)


def _remember(known: dict[Key, None], key: Key, limit: int) -> None:
    known[key] = None
    if len(known) > limit:
        del known[next(iter(known))]
