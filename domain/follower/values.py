"""What a follower is waiting for: the run of a sequence with its follow-ups, and the sends under way."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from domain.vocabulary import Language, SequenceType

HOLD = timedelta(hours=48)
HOLD_FOR_A_PERSON = timedelta(hours=72)
STALE_AFTER = timedelta(hours=48)
SILENCE = timedelta(days=14)
"""Without a message of the person, before they are written to again."""
GIVE_UP_AFTER = timedelta(seconds=60)
OPEN_ATTEMPT_DELAY = timedelta(seconds=60)
MAX_ATTEMPTS = 4
NOT_SENT_DELAYS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120))

EndReason = Literal[
    "completed",
    "replied",
    "goal",
    "opted_out",
    "suppressed",
    "cancelled",
    "restarted",
    "superseded",
    "migrated",
    "archived",
    "spam",
    "erased",
]


class Purpose(StrEnum):
    """Why something is sent."""

    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    MANUAL = "manual"
    SYSTEM = "system"


@dataclass
class FollowUp:
    """One promised step without an outcome; `retrying` waits for another attempt after a definite refusal."""

    follow_up_id: UUID
    step: int
    wished_at: datetime
    due_at: datetime
    message_template: str
    late: Literal["skip", "always"] = "skip"
    human_task: bool = False
    compressible: bool = True
    claim: int = 0
    state: Literal["pending", "held", "converted", "attempting", "retrying"] = "pending"
    hold_reason: str | None = None


@dataclass
class Run:
    """One enrolment: the follow-ups that are still to come, by id, in the order of their steps."""

    enrolment_id: UUID
    sequence_type: SequenceType
    language: Language
    product_id: UUID | None
    anchor_at: datetime
    sequence_version: int
    follow_ups: dict[UUID, FollowUp] = field(default_factory=dict)
    sent: int = 0
    ended_at: datetime | None = None
    ended_reason: EndReason | None = None

    @property
    def cancellable(self) -> list[UUID]:
        """What an end of the run cancels: everything but a send that is already in flight."""
        return [each.follow_up_id for each in self.follow_ups.values() if each.state != "attempting"]

    @property
    def next_step(self) -> int | None:
        """The first step that an end of the run cancels; `None` where there is none."""
        return min((each.step for each in self.follow_ups.values() if each.state != "attempting"), default=None)

    @staticmethod
    def create_id(follower_id: UUID, sequence_type: SequenceType, trigger_event_id: UUID) -> UUID:
        return uuid5(follower_id, f"enrolment/{sequence_type}/{trigger_event_id}")

    @staticmethod
    def follow_up_id(enrolment_id: UUID, step: int) -> UUID:
        return uuid5(enrolment_id, f"step/{step}")


@dataclass
class Send:
    """A message of ours that may still get an outcome. `attempted_at` is set while an attempt is open.

    With a follow-up, `enrolment_id` and `claim` are those of its attempt: the run may have ended since.
    `thread` is the part of the chat that the person last wrote in when it was requested; `automatic` is set
    where a machine wrote the text, also when a person has it sent again; `repeated` once they have.
    """

    send_id: UUID
    purpose: Purpose
    text: str
    follow_up_id: UUID | None = None
    enrolment_id: UUID | None = None
    claim: int = 0
    attempt: int = 0
    attempted_at: datetime | None = None
    uncertain: bool = False
    unresolved: bool = False
    repeated: bool = False
    thread: str | None = None
    automatic: bool = False

    @property
    def again(self) -> UUID:
        """The id under which it is sent again."""
        return uuid5(self.send_id, "again")

    @property
    def is_waiting(self) -> bool:
        """Requested, or definitely refused and to be tried again."""
        return self.attempted_at is None and not self.uncertain


@dataclass(frozen=True)
class SendOrder:
    """What the send gate was allowed to do: one call for one attempt that is already recorded."""

    follower_id: UUID
    send_id: UUID
    attempt: int
    purpose: Purpose
    channel: str
    account_id: str
    to: str
    text: str
    thread: str | None


class RefusalClass(StrEnum):
    """What a definite refusal of a platform means for us; the values are the channels' error classes."""

    WINDOW_CLOSED = "WINDOW_CLOSED"
    SUPPRESS = "SUPPRESS"
    OPT_OUT = "OPT_OUT"
    DEFER = "DEFER"
    DEFER_24H = "DEFER_24H"
    PAUSE_ACCOUNT = "PAUSE_ACCOUNT"
    SKIP = "SKIP"
    HOLD = "HOLD"
    CONTENT = "CONTENT"
    CONFIG = "CONFIG"
    CHANNEL_DOWN = "CHANNEL_DOWN"
    NOT_SENT = "NOT_SENT"
    REJECTED = "REJECTED"
