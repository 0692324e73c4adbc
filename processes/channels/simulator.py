"""The simulator: plays every platform for a demo, needs no account, no key and no network."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from processes.channels.base import (
    Accepted,
    Account,
    ChannelName,
    Common,
    Content,
    Echo,
    ErrorAnswer,
    ErrorClass,
    Item,
    Message,
    Outcome,
    Reaction,
    Read,
    RefusedDelivery,
    Rejected,
    Uncertain,
    Unknown,
    Unsent,
    VerifiedDelivery,
)
from processes.channels.reading import identifier, load, moment, text

PHONES: Final[Mapping[str, ChannelName]] = {
    "ig": ChannelName.INSTAGRAM,
    "wa": ChannelName.WHATSAPP,
    "tg": ChannelName.TELEGRAM,
    "sim": ChannelName.SIMULATOR,
}

_PREFIXES: Final = {channel: prefix for prefix, channel in PHONES.items()}
_LONGEST_TEXT: Final = 4096  # characters
_LONGEST_ON_INSTAGRAM: Final = 1000  # bytes of UTF-8
_DEFERRED_FOR: Final = timedelta(minutes=1)


class Fate(StrEnum):
    """What can become of a send besides a refusal of some `ErrorClass`."""

    ACCEPT = "accept"
    LOST = "lost"
    ACCEPTED_BUT_LOST = "accepted_but_lost"


@dataclass(frozen=True)
class Entry:
    """A message that arrived on a phone; `to` is the follower's id with its prefix, such as `wa_34611`."""

    send_id: UUID
    account_id: str
    to: str
    text: str
    at: datetime


class Book(Protocol):
    """Where the simulator remembers what arrived on the phones."""

    async def record(self, send_id: UUID, account_id: str, to: str, text: str, at: datetime) -> None:
        """Keep a message; `to` as in `Entry`."""

    async def find(self, send_id: UUID) -> Entry | None:
        """The message of this send, if it arrived."""


def phone(channel: ChannelName, platform_user_id: str) -> str:
    """The name of a follower's phone: `wa_34611`."""
    return f"{_PREFIXES[channel]}_{platform_user_id}"


class Simulator:
    """The simulator's channel. `clock` is the demo's clock, which can be moved.

    Accounts and items are those of the platform that is played, so that its rules apply. The fates are kept
    in this object: they are set and met in one process.
    """

    name = ChannelName.SIMULATOR
    evidence_for = timedelta(seconds=5)

    def __init__(self, book: Book, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._clock = clock
        self._fates: dict[str, Fate | ErrorClass] = {}

    def claim(self, headers: Mapping[str, str]) -> str | None:
        return None

    def verify(
        self, headers: Mapping[str, str], raw: bytes, secrets: Mapping[str, str]
    ) -> VerifiedDelivery | RefusedDelivery:
        """There is no webhook: the phone belongs to the dashboard, whose session is its proof."""
        return RefusedDelivery("the simulator has no webhook")

    def parse(self, raw: bytes, account_id: str, received_at: datetime) -> list[Item]:
        """The one item of a body `{follower_id, text, kind?, message_id?, name?, occurred_at?, refers_to?}`.

        A body without `message_id` is identified by itself and the moment when it was received.
        """
        body = load(raw)
        digest = hashlib.sha256(raw + received_at.isoformat().encode()).hexdigest()
        message_id = identifier(body, "message_id") or digest[:32]
        prefix, _, person = (identifier(body, "follower_id") or "").partition("_")
        given_at = body.get("occurred_at") if isinstance(body, dict) else None
        occurred_at, note = (received_at, None) if given_at is None else moment(given_at, received_at)
        kind = (text(body, "kind") or "message") if isinstance(body, dict) else ""
        common = Common(
            channel=PHONES.get(prefix, ChannelName.SIMULATOR),
            account_id=account_id,
            platform_user_id=person if prefix in PHONES else "",
            dedupe_key=f"{prefix}_{person}:{message_id}:{kind}",
            occurred_at=occurred_at,
            received_at=received_at,
            note=note,
        )
        if prefix not in PHONES or not person:
            return [Unknown(**common, path="follower_id", why=f"needs one of {', '.join(f'{p}_' for p in PHONES)}")]
        return [_item(kind, body, message_id, common)]

    def classify(self, answer: ErrorAnswer) -> ErrorClass:
        """The simulator words its refusals as the class itself."""
        return ErrorClass(answer.detail) if answer.detail in set(ErrorClass) else ErrorClass.REJECTED

    async def send(self, account: Account, to: str, content: Content, send_id: UUID) -> Outcome:
        """Put the message on the phone, unless another fate was set or the played platform forbids it."""
        address = phone(account.channel, to)
        if not content.text.strip() or _is_too_long(account.channel, content.text):
            return Rejected(ErrorClass.CONTENT, detail="empty, or over the limit of the platform that is played")
        fate = self._fates.pop(address, Fate.ACCEPT)
        match fate:
            case Fate.LOST | ErrorClass.UNCERTAIN:
                return Uncertain("lost")
            case ErrorClass() as error_class:
                retry_after = _DEFERRED_FOR if error_class is ErrorClass.DEFER else None
                return Rejected(error_class, retry_after=retry_after, detail=error_class.value)
        await self._book.record(send_id, account.account_id, address, content.text, self._clock())
        return Uncertain("answer lost") if fate is Fate.ACCEPTED_BUT_LOST else _accepted(send_id)

    def next_fate(self, follower_id: str, fate: Fate | ErrorClass) -> None:
        """Decide what becomes of the next send to this phone (`ig_99`)."""
        self._fates[follower_id] = fate

    async def lookup(self, send_id: UUID) -> Accepted | None:
        """Whether it stands in the book."""
        return None if await self._book.find(send_id) is None else _accepted(send_id)


def _is_too_long(played: ChannelName, text: str) -> bool:
    if played is ChannelName.INSTAGRAM:
        return len(text.encode(errors="replace")) > _LONGEST_ON_INSTAGRAM
    return len(text) > _LONGEST_TEXT


def _accepted(send_id: UUID) -> Accepted:
    return Accepted((f"sim:{send_id}",))


def _item(kind: str, body: object, message_id: str, common: Common) -> Item:
    words, refers_to = text(body, "text") or "", identifier(body, "refers_to")
    match kind:
        case "message" | "echo" if not words.strip() or len(words) > _LONGEST_TEXT:
            return Unknown(**common, path="text", why=f"needs 1 to {_LONGEST_TEXT} characters")
        case "message":
            name = text(body, "name")
            return Message(
                **common, opens_window=True, message_id=message_id, text=words, reply_to=refers_to, name=name
            )
        case "echo":
            return Echo(**common, message_id=message_id, text=words, own=False)
        case "reaction" | "read" | "unsend" if refers_to is None:
            return Unknown(**common, path="refers_to", why="which message?")
        case "reaction":
            return Reaction(**common, refers_to=refers_to or "", emojis=(words,) if words else ())
        case "read":
            return Read(**common, watermark=refers_to or "")
        case "unsend":
            return Unsent(**common, refers_to=refers_to or "")
    return Unknown(**common, path="kind", why="not a kind that a phone can send")
