"""What can happen to a follower: the events of the stream, each under its topic."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from domain.aggregate import Aggregate, AggregateCreated
from domain.follower.content import Attachment, Judged
from domain.follower.values import EndReason, Purpose
from domain.vocabulary import Intent, Language, Platform, SequenceType
from eventstore.personal import Personal


class FollowerEvents:
    """Each event under its topic, which is what the log keeps."""

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

    class LifeEnded(Event):
        TOPIC = "follower.life_ended"
        life: int

    class Forgotten(Event):
        TOPIC = "follower.forgotten"

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

    class ServiceNoted(Event):
        TOPIC = "follower.service_noted"
        kind: str
        dedupe_key: Annotated[str, Personal]
        occurred_at: datetime
        origin: str

    class Read(Event):
        TOPIC = "follower.read"

    class BurstUnderstood(Event):
        TOPIC = "follower.burst_understood"
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

    class EnrolmentDeclined(Event):
        TOPIC = "follower.enrolment_declined"
        sequence_type: SequenceType
        trigger: str
        trigger_event_id: UUID
        reason: str

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

    class SendAttempted(Event):
        TOPIC = "follower.send_attempted"
        send_id: UUID
        attempt: int
        body_hash: Annotated[str, Personal]
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
