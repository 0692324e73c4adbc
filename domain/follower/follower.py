"""The follower aggregate: its domain events, and the state that each of them leaves behind."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, AggregateCreated
from domain.follower.state import KNOWN_KEYS, FollowerState
from domain.follower.values import MAYBE_STOP, Attachment, EndReason, FollowUp, Judged, Purpose, Run, Send
from domain.vocabulary import Intent, Language, Platform, SequenceType
from eventstore.personal import Personal

KNOWN_IDS = 200
EVIDENCE_KEPT = 10
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

    class Forgotten(Event):
        TOPIC = "follower.forgotten"

        def apply(self, follower: "Follower") -> None:
            follower.was_forgotten = True
            follower.platform_user_id = ""
            follower.known_keys = {}
            follower.thread = follower.album = None
            follower.sends = {}

    class MessageReceived(Event):
        TOPIC = "follower.message_received"
        class_version = 2
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

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state |= {"forwarded": False, "thread": None, "album": None, "opens_burst": True}

        def apply(self, follower: "Follower") -> None:
            _remember(follower.known_keys, self.dedupe_key, KNOWN_KEYS)
            follower.thread, follower.album = self.thread, self.album
            if self.opens_burst:
                follower.last_inbound = follower.burst_id(follower.id, self.message_id)
            follower.has_unread = True
            if self.opens_window:
                last = follower.last_open
                follower.last_open = self.occurred_at if last is None else max(last, self.occurred_at)

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
            follower.last_burst = self.burst_id
            follower.bursts += 1
            follower.language = self.language
            follower.evidence = (*follower.evidence, self.evidence)[-EVIDENCE_KEPT:]
            if self.product_id is not None:
                follower.product_id = self.product_id

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

        def apply(self, follower: "Follower") -> None:
            follower.last_answered = self.burst_id
            a_day_ago = self.timestamp - timedelta(days=1)
            follower.replies = (*(at for at in follower.replies if at > a_day_ago), self.timestamp)

    class Escalated(Event):
        TOPIC = "follower.escalated"
        escalation_id: UUID
        reason: str
        message_id: Annotated[str, Personal]

        def apply(self, follower: "Follower") -> None:
            follower.escalation = self.escalation_id

    class EscalationResolved(Event):
        TOPIC = "follower.escalation_resolved"
        escalation_id: UUID

        def apply(self, follower: "Follower") -> None:
            follower.escalation = None

    class BotPaused(Event):
        TOPIC = "follower.bot_paused"
        until: datetime | None
        reason: str

        def apply(self, follower: "Follower") -> None:
            follower.is_paused = True
            follower.paused_until = self.until
            follower.pause_reason = self.reason
            follower.may_want_a_stop = follower.may_want_a_stop or self.reason == MAYBE_STOP

    class BotResumed(Event):
        TOPIC = "follower.bot_resumed"
        reason: str

        def apply(self, follower: "Follower") -> None:
            follower.is_paused = False
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
            )
            follower.sends[self.send_id] = send
            if (repeated := follower.sends.get(self.repeats) if self.repeats else None) is not None:
                repeated.repeated, send.automatic = True, repeated.automatic
            if self.purpose is Purpose.MANUAL and self.repeats is None:
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
