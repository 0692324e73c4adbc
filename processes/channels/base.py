"""The shape of a channel: what comes in from a platform, what goes out, what can become of a send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias, TypedDict
from uuid import UUID


class ChannelName(StrEnum):
    """The platforms that a channel can speak with."""

    INSTAGRAM = "instagram"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    SIMULATOR = "simulator"


class AttachmentKind(StrEnum):
    """What a follower can send besides text; the bytes are never read, only the kind is."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    SHARE = "share"
    REEL = "reel"
    STORY_MENTION = "story_mention"
    STORY_REPLY = "story_reply"
    ORDER = "order"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class IncomingAttachment:
    """A reference to something that is not text: `ref` is the platform's own handle, `size` in bytes."""

    kind: AttachmentKind
    ref: str
    mime: str | None = None
    caption: str | None = None
    filename: str | None = None
    size: int | None = None


class Common(TypedDict):
    """The fields of `Received`, for `Message(**common, text=…)`."""

    channel: ChannelName
    account_id: str
    platform_user_id: str
    dedupe_key: str
    occurred_at: datetime
    received_at: datetime
    note: str | None


@dataclass(frozen=True, kw_only=True)
class IncomingItem:
    """What every item carries.

    `account_id` is the creator's account, `platform_user_id` the follower in the platform's raw spelling
    (empty where the item is about nobody), `dedupe_key` the same whenever the same thing is delivered again.
    `occurred_at` is the platform's time, never later than `received_at`; `note` says what was odd about it.
    `opens_window`: from `occurred_at` on the creator may write freely for as long as the platform allows.
    """

    channel: ChannelName
    account_id: str
    platform_user_id: str
    dedupe_key: str
    occurred_at: datetime
    received_at: datetime
    opens_window: bool = False
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Message(IncomingItem):
    """Something that the follower wrote or sent.

    `started`: the platform's start button was pressed; `text` is its command, no words of theirs: a greeting.
    `business_connection_id` is set when they wrote to the creator's own Telegram account, and the answer has to take
    the same way. `forwarded`: the words are somebody else's. `thread` is the part of the chat that it was written in,
    and the answer belongs there; `album` what several messages that were sent as one have in common. An empty
    `username` is none, `None` says nothing.
    """

    message_id: str
    text: str
    attachments: tuple[IncomingAttachment, ...] = ()
    reply_to: str | None = None
    name: str | None = None
    username: str | None = None
    started: bool = False
    business_connection_id: str | None = None
    forwarded: bool = False
    thread: str | None = None
    album: str | None = None


@dataclass(frozen=True, kw_only=True)
class Edited(IncomingItem):
    """The follower changed a message."""

    refers_to: str
    text: str
    attachments: tuple[IncomingAttachment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unsent(IncomingItem):
    """A message was taken back."""

    refers_to: str


@dataclass(frozen=True, kw_only=True)
class Reaction(IncomingItem):
    """The follower's reactions to a message as they are now; none left = removed."""

    refers_to: str
    emojis: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Postback(IncomingItem):
    """The follower pressed a button."""

    payload: str
    title: str | None = None
    refers_to: str | None = None
    thread: str | None = None


@dataclass(frozen=True, kw_only=True)
class Service(IncomingItem):
    """The platform notes something in the chat that nobody has said; `notes` is its own word for it."""

    notes: str


@dataclass(frozen=True, kw_only=True)
class Read(IncomingItem):
    """The follower has read everything up to this message."""

    watermark: str


@dataclass(frozen=True, kw_only=True)
class Delivery(IncomingItem):
    """The platform tells how far one of our messages has come: sent, delivered, read, played or failed."""

    message_id: str
    status: str
    send_id: str | None = None
    code: int | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Echo(IncomingItem):
    """The account wrote to the follower; `own`: was it our program? None when the platform does not tell."""

    message_id: str
    text: str
    attachments: tuple[IncomingAttachment, ...] = ()
    own: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Reachability(IncomingItem):
    """The follower blocked the account, or came back."""

    reachable: bool


@dataclass(frozen=True, kw_only=True)
class AccountNotice(IncomingItem):
    """The platform tells something about the account itself."""

    notice: str
    facts: Mapping[str, str | bool]


@dataclass(frozen=True, kw_only=True)
class Unknown(IncomingItem):
    """What no reader understood: `path` is where, `why` a sentence.

    `ignored`: it was understood well enough to know that it is none of our business (a group, another bot);
    it needs no person. Everything else belongs into the quarantine.
    """

    path: str
    why: str
    ignored: bool = False


Item: TypeAlias = (
    Message
    | Edited
    | Unsent
    | Reaction
    | Postback
    | Service
    | Read
    | Delivery
    | Echo
    | Reachability
    | AccountNotice
    | Unknown
)


class ErrorClass(StrEnum):
    """What a failed send means for us; the platform's own numbers are only the way to it."""

    WINDOW_CLOSED = "WINDOW_CLOSED"
    SUPPRESS = "SUPPRESS"
    OPT_OUT = "OPT_OUT"
    DEFER = "DEFER"
    DEFER_24H = "DEFER_24H"
    PAUSE_ACCOUNT = "PAUSE_ACCOUNT"
    SKIP = "SKIP"
    HOLD = "HOLD"
    TREAT_AS_DONE = "TREAT_AS_DONE"
    READDRESS = "READDRESS"
    CONTENT = "CONTENT"
    CONFIG = "CONFIG"
    CHANNEL_DOWN = "CHANNEL_DOWN"
    UNCERTAIN = "UNCERTAIN"
    NOT_SENT = "NOT_SENT"
    REJECTED = "REJECTED"


@dataclass(frozen=True)
class Accepted:
    """The platform took the message, under these ids (unique within the account)."""

    platform_message_ids: tuple[str, ...]


@dataclass(frozen=True)
class Rejected:
    """The message was certainly not delivered."""

    error_class: ErrorClass
    code: int | None = None
    subcode: int | None = None
    http_status: int | None = None
    retry_after: timedelta | None = None
    detail: str = ""


@dataclass(frozen=True)
class Uncertain:
    """No answer to trust: the message may have been delivered, and no machine may send it again."""

    cause: str


Outcome: TypeAlias = Accepted | Rejected | Uncertain


@dataclass(frozen=True)
class ErrorAnswer:
    """A refusal as the platform worded it; `parameters` is whatever it said for machines."""

    http_status: int | None
    code: int | None = None
    subcode: int | None = None
    detail: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)


class ChannelError(Exception):
    """A call other than a send failed, such as connecting an account; never says with which token."""

    def __init__(self, error_class: ErrorClass, detail: str, retry_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.error_class = error_class
        self.retry_after = retry_after


@dataclass(frozen=True)
class Account:
    """A creator's account on a platform, with the secret that lets us speak for it."""

    channel: ChannelName
    account_id: str
    token: str = field(repr=False)
    business_connection_id: str | None = None


@dataclass(frozen=True)
class Content:
    """What is sent, and in which part of the chat."""

    text: str
    thread: str | None = None


@dataclass(frozen=True)
class VerifiedDelivery:
    """The delivery is the platform's; `account_hint` is empty where only the body names the account."""

    account_hint: str = ""


@dataclass(frozen=True)
class RefusedDelivery:
    """The delivery is nobody's whom we trust."""

    reason: str


class Channel(Protocol):
    """A platform that we take messages from and send messages to."""

    @property
    def name(self) -> ChannelName: ...

    @property
    def evidence_for(self) -> timedelta:
        """How long evidence of an uncertain send may still come."""

    def claim(self, headers: Mapping[str, str]) -> str | None:
        """The key of `secrets` that a delivery names; `None` without any."""

    def verify(
        self, headers: Mapping[str, str], raw: bytes, secrets: Mapping[str, str]
    ) -> VerifiedDelivery | RefusedDelivery:
        """Is this body, as received, from the platform? Which secrets are asked for, the channel says."""

    def parse(self, raw: bytes, account_id: str, received_at: datetime) -> list[Item]:
        """Every item of a delivery; never raises, what cannot be read becomes `Unknown`."""

    def classify(self, answer: ErrorAnswer) -> ErrorClass:
        """What a refusal of this platform means."""

    async def send(self, account: Account, to: str, content: Content, send_id: UUID) -> Outcome:
        """Deliver once: one request, no retry inside. `to` is the follower's raw platform id."""


class Evidence(Protocol):
    """A channel that can be asked afterwards what became of an uncertain send."""

    @property
    def evidence_for(self) -> timedelta:
        """As in `Channel`."""

    async def lookup(self, send_id: UUID) -> Accepted | None:
        """What became of it; None: it never arrived."""
