"""Memory of a conversation: what whoever answers next has to know, as a fold over the follower's own events."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeVar
from uuid import UUID

from domain.follower.follower import Follower
from domain.follower.values import Purpose
from domain.understanding.contact_details import found_contact_details
from domain.understanding.products import OBJECTIONS
from domain.understanding.self_description import Trait, self_description
from domain.vocabulary import Intent, Language, SequenceType

MAX_MESSAGES: Final = 20
MAX_FACTS: Final = 20
MAX_PRODUCTS: Final = 20
MAX_PROMISES: Final = 20

Author = Literal["follower", "bot", "person"]
FactKind = Literal["name", "email", "phone"] | Trait

_HAS_ONE: Final = frozenset({"name", "email", "phone", "level"})
"""What somebody has one of: a later one replaces it."""

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class RememberedMessage:
    """What was said, and when; a follower's `forwarded` words are somebody else's."""

    author: Author
    at: datetime
    text: str
    forwarded: bool = False


@dataclass(frozen=True)
class SaidFact:
    """Something that the follower said of themselves, and in which message."""

    kind: FactKind
    value: str
    message_id: str
    at: datetime


@dataclass(frozen=True)
class MetObjection:
    """An objection that the follower made, and when they last did."""

    intent: Intent
    at: datetime


@dataclass(frozen=True)
class UnkeptPromise:
    """A follow-up that was scheduled and then skipped; `message_template` is what it would have said."""

    follow_up_id: UUID
    sequence_type: SequenceType
    step: int
    product_id: UUID | None
    due_at: datetime
    message_template: str
    reason: str


@dataclass(frozen=True)
class Memory:
    """What the present life of a follower has told so far, each part from the oldest to the latest.

    Only what was really said stands in it: no draft, nothing that was cancelled or refused, no erased text.
    """

    messages: tuple[RememberedMessage, ...] = ()
    facts: tuple[SaidFact, ...] = ()
    products: tuple[UUID, ...] = ()
    objections: tuple[MetObjection, ...] = ()
    unkept_promises: tuple[UnkeptPromise, ...] = ()
    language: Language | None = None

    def fact(self, kind: FactKind) -> str | None:
        """The latest that they said about it."""
        return next((fact.value for fact in reversed(self.facts) if fact.kind == kind), None)


def remember(events: Iterable[Follower.Event], *, country: str | None = None) -> Memory:
    """The memory of a follower's events in their order, of which the last life counts.

    `country` (ISO 3166) is that of telephone numbers without a plus.
    """
    recollection = _Recollection(country)
    for event in events:
        if isinstance(event, Follower.Returned):
            recollection = _Recollection(country)
        recollection.add(event)
    return recollection.memory()


class _Recollection:
    """A memory in the making. Whatever is said anew becomes the latest of its kind."""

    def __init__(self, country: str | None) -> None:
        self._country = country
        self._messages: dict[UUID | str, RememberedMessage] = {}
        self._facts: dict[tuple[str, str], SaidFact] = {}
        self._products: dict[UUID, UUID] = {}
        self._objections: dict[Intent, MetObjection] = {}
        self._promised: dict[UUID, Follower.FollowUpScheduled] = {}
        self._unkept: dict[UUID, UnkeptPromise] = {}
        self._language: Language | None = None

    def add(self, event: Follower.Event) -> None:
        match event:
            case Follower.MessageReceived():
                self._hear(event)
            case Follower.SendRequested():
                self._say(event)
            case Follower.SendCancelled() | Follower.SendRejected(final=True):
                self._messages.pop(event.send_id, None)
            case Follower.BurstUnderstood():
                self._understand(event)
            case Follower.FollowUpScheduled():
                self._promised[event.follow_up_id] = event
            case Follower.FollowUpSkipped():
                self._break_promise(event)
            case _:
                pass

    def memory(self) -> Memory:
        return Memory(
            # A message that was sent again is one.
            messages=tuple(dict.fromkeys(self._messages.values()))[-MAX_MESSAGES:],
            facts=_latest(self._facts, MAX_FACTS),
            products=_latest(self._products, MAX_PRODUCTS),
            objections=_latest(self._objections, len(OBJECTIONS)),
            unkept_promises=_latest(self._unkept, MAX_PROMISES),
            language=self._language,
        )

    def _hear(self, event: Follower.MessageReceived) -> None:
        if not event.text.strip():
            return
        said = RememberedMessage("follower", event.occurred_at, event.text, event.forwarded)
        self._messages[event.message_id] = said
        if not event.forwarded:
            for kind, value in _facts_in(event.text, self._country):
                key = (kind, "" if kind in _HAS_ONE else value.casefold())
                _put_last(self._facts, key, SaidFact(kind, value, event.message_id, event.occurred_at))

    def _say(self, event: Follower.SendRequested) -> None:
        if not event.content.strip():
            return
        said = self._messages.get(event.repeats) if event.repeats is not None else None
        author: Author = "person" if event.purpose is Purpose.MANUAL else "bot"
        self._messages[event.send_id] = said or RememberedMessage(author, event.timestamp, event.content)

    def _understand(self, event: Follower.BurstUnderstood) -> None:
        self._language = event.language
        if event.product_id is not None:
            _put_last(self._products, event.product_id, event.product_id)
        for intent, _ in event.intents:
            if intent in OBJECTIONS:
                _put_last(self._objections, intent, MetObjection(intent, event.timestamp))

    def _break_promise(self, event: Follower.FollowUpSkipped) -> None:
        promised = self._promised.pop(event.follow_up_id, None)
        if promised is not None:
            self._unkept[event.follow_up_id] = UnkeptPromise(
                event.follow_up_id,
                promised.sequence_type,
                promised.step,
                promised.product_id,
                promised.due_at,
                promised.message_template,
                event.reason,
            )


def _facts_in(text: str, country: str | None) -> Iterator[tuple[FactKind, str]]:
    found = found_contact_details(text, country=country)
    details: tuple[tuple[FactKind, str | None], ...] = (
        ("name", found.name),
        ("email", found.email),
        ("phone", found.phone),
    )
    yield from ((kind, value) for kind, value in details if value is not None)
    yield from self_description(text)


def _put_last(kept: dict[Key, Value], key: Key, value: Value) -> None:
    kept.pop(key, None)
    kept[key] = value


def _latest(kept: Mapping[Key, Value], most: int) -> tuple[Value, ...]:
    return tuple(kept.values())[-most:]
