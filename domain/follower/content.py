"""The values that a follower's commands take and its events hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.vocabulary import Intent, Language, Platform


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

    `own_words`: they are the person's, and tell what they want.
    """

    burst_id: UUID
    message_ids: tuple[str, ...]
    language: Language
    evidence: Mapping[Language, float]
    intents: tuple[tuple[Intent, float], ...]
    product_id: UUID | None
    refusal: bool
    direct_purchase: bool
    soft_stop: bool
    needs_reply: bool
    reason: str
    classifier_version: int
    own_words: bool = True


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
