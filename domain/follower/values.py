"""Value objects of a follower: messages as they come in, runs and their follow-ups, sends and their outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

from domain.vocabulary import Intent, Language, Platform, SequenceType

HOLD = timedelta(hours=48)
HOLD_FOR_A_PERSON = timedelta(hours=72)
STALE_AFTER = timedelta(hours=48)
SILENCE = timedelta(days=14)
"""Without a message of the person, before they are written to again."""
GIVE_UP_AFTER = timedelta(seconds=60)
OPEN_ATTEMPT_DELAY = timedelta(seconds=60)
MAX_ATTEMPTS = 4
NOT_SENT_DELAYS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120))

MAYBE_STOP = "soft_stop"
"""Why the bot is silent with somebody who may have asked to be left alone, until a person or they themselves decide."""

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


@dataclass(frozen=True)
class Attachment:
    """An opaque thing that came with a message; `ref` is the platform's own reference."""

    kind: str
    ref: str | None = None
    caption: str | None = None


@dataclass(frozen=True)
class Inbound:
    """One message of a person as a channel delivered it.

    `forwarded`: the words are somebody else's. `thread` is the part of the chat that it was written in, `album` what
    several messages that were sent as one have in common; both are the platform's own ids. An empty `username` is
    none, `None` says nothing about it.
    """

    platform: Platform
    platform_user_id: str
    message_id: str
    dedupe_key: str
    text: str
    occurred_at: datetime
    origin: str
    account_id: str = ""
    opens_window: bool = True
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    name: str | None = None
    username: str | None = None
    forwarded: bool = False
    thread: str | None = None
    album: str | None = None


@dataclass(frozen=True)
class ServiceNote:
    """Something that a platform notes in a chat and nobody has said; `kind` is its own word for it."""

    kind: str
    dedupe_key: str
    occurred_at: datetime
    origin: str


@dataclass(frozen=True)
class Proposal:
    """What the classifier makes of a burst; the aggregate decides what follows from it.

    `best` are the likeliest intents with their probabilities, believed or not. `hard_stop`: the person asks to be left
    alone; `soft_stop`: perhaps they do. `own_words`: they are the person's, and tell what they want.
    """

    burst_id: UUID
    message_ids: tuple[str, ...]
    language: Language
    evidence: Mapping[Language, float]
    intents: tuple[tuple[Intent, float], ...]
    best: tuple[tuple[Intent, float], ...]
    product_id: UUID | None
    refusal: bool
    direct_purchase: bool
    hard_stop: bool
    soft_stop: bool
    needs_reply: bool
    reason: str
    classifier_version: int
    own_words: bool = True


@dataclass(frozen=True)
class AnswerLimits:
    """How many answers of the bot one person gets at most."""

    per_hour: int = 20
    per_day: int = 100


class Purpose(StrEnum):
    """Why something is sent."""

    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    MANUAL = "manual"


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


BURST_LASTS = timedelta(seconds=30)
"""How long messages are collected at most, from the first on."""
BURST_HOLDS = 20
"""After how many messages nobody waits for another."""
BURST_TEXT = 8000
"""How many characters of them are understood."""


@dataclass
class OpenBurst:
    """Messages of a person that are not understood yet; they will be as one. The texts are the person's own words."""

    burst_id: UUID
    opened_at: datetime
    closes_at: datetime
    message_ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    forwarded: int = 0

    @property
    def text(self) -> str:
        """What the person said in their own words, a line for each message."""
        return "\n".join(self.texts)


class Urgency(StrEnum):
    """Whose answer is written first."""

    LIVE = "live"
    REGENERATION = "regeneration"
    BACKLOG = "backlog"


@dataclass
class PendingAnswer:
    """An answer that was asked of a language model; `read_version` is what the follower was when it began."""

    burst_id: UUID
    urgency: Urgency
    why_draft: tuple[str, ...]
    attempt: int = 0
    read_version: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether it is written though the bot falls silent: it was begun before, or a person asked for it."""
        return self.attempt > 0 or self.urgency is Urgency.REGENERATION


@dataclass(frozen=True)
class UnderstoodBurst:
    """What the last burst means, as far as its answer needs it; `text` is what the person said in their own words."""

    burst_id: UUID
    message_ids: tuple[str, ...]
    text: str
    language: Language
    intents: tuple[tuple[Intent, float], ...]
    best: tuple[tuple[Intent, float], ...]
    product_id: UUID | None
    refusal: bool


ModelParams = Mapping[str, str | int | float | bool]


@dataclass(frozen=True)
class ModelCall:
    """One request to a language model; `output` is what it wrote, as it came, empty where it wrote nothing.

    Tokens are those of the provider's bill, 0 where the answer names none. `latency_ms` is from the request to the end
    of its answer: what it waited before is not in it. `outcome` is a word for what came of it.
    """

    call_id: UUID
    purpose: str
    model: str
    prompt_version: int
    prompt_sha256: str
    params: ModelParams
    output: str
    prompt_tokens: int
    completion_tokens: int
    latency_ms: int
    outcome: str


@dataclass(frozen=True)
class ProposedAnswer:
    """The text that may answer a burst, and what it rests on; `why_draft`: why no machine may send it.

    `facts_used` are ids of the creator's facts that it states, `call_id` the language model's call that wrote it.
    """

    burst_id: UUID
    text: str
    language: Language
    intent: Intent
    confidence: float
    source: str
    product_id: UUID | None
    why_draft: tuple[str, ...] = ()
    facts_used: tuple[str, ...] = ()
    call_id: UUID | None = None


@dataclass(frozen=True)
class Draft:
    """A proposed answer that waits for a person, at most one for a conversation."""

    draft_id: UUID
    burst_id: UUID
    text: str


@dataclass
class Send:
    """A message of ours that may still get an outcome. `attempted_at` is set while an attempt is open.

    With a follow-up, `enrolment_id` and `claim` are those of its attempt: the run may have ended since.
    `thread` is the part of the chat that the person last wrote in when it was requested; `automatic` is set
    where a machine wrote the text, also when a person has it sent again; `repeated` once they have. `approved`: a
    person said that it is to be sent.
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
    approved: bool = False

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


@dataclass(frozen=True)
class Judged:
    """On what an attempt was decided, so that the log can prove it."""

    last_open: datetime | None
    window_end: datetime | None
    zone: str
    quiet_from: str
    quiet_to: str
    cap_per_day: int
    cap_per_week: int


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
