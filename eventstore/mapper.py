"""Events to bytes and back: plain JSON by the types that the event's class declares, under its explicit topic."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent, Transcoder
from eventsourcing.utils import get_topic, resolve_topic
from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from eventstore.personal import ERASED, Personal
from eventstore.sealing import Sealer
from eventstore.vault import Vault

_IDENTITY = {"originator_id", "originator_version"}
_SUBJECT = b'{"sealed_for":"'
"""How the state of an event with sealed fields begins; the subject's id follows, so that it is found unparsed."""


@cache
def _adapter(event_class: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(event_class)


class TypedMapper(Mapper[UUID]):
    """Writes a field as its type says and reads it back through the same type; old versions are upcast first."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        event_class = type(domain_event)
        topic = get_topic(event_class)
        state = _adapter(event_class).dump_python(domain_event, mode="json", exclude=_IDENTITY)
        if (version := getattr(event_class, "class_version", 1)) > 1:
            state["class_version"] = version
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=topic,
            state=to_json(self._sealed(domain_event, topic, state)),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """The event as its class declares it; raises `MapperDeserialisationError` naming topic and place."""
        try:
            event_class = resolve_topic(stored_event.topic)
            state = from_json(stored_event.state)
            subject = UUID(state.pop("sealed_for")) if "sealed_for" in state else None
        except Exception as error:
            raise _unreadable(stored_event, error) from error
        # Not inside a `try`: that the database is away is no fault of the event.
        key = None if subject is None else self._key_of(subject)
        try:
            if subject is not None:
                state |= _opened(state.pop("sealed"), key, stored_event)
            for version in range(state.pop("class_version", 1), getattr(event_class, "class_version", 1)):
                getattr(event_class, f"upcast_v{version}_v{version + 1}")(state)
            erased = frozenset(name for name, value in state.items() if value is ERASED) if subject else frozenset()
            for name in erased:
                state[name] = personal_fields(event_class)[name]
            state["originator_id"] = stored_event.originator_id
            state["originator_version"] = stored_event.originator_version
            event: DomainEventProtocol[UUID] = _adapter(event_class).validate_python(state)
        except Exception as error:
            raise _unreadable(stored_event, error) from error
        if erased:
            object.__setattr__(event, "erased", erased)  # events are frozen
        return event

    def load_keys(self, stored_events: Iterable[StoredEvent]) -> None:
        """Fetch in one question whatever keys reading these events takes; without it each is asked for by itself."""

    def expect_keys(self, events: Iterable[DomainEventProtocol[UUID]]) -> None:
        """The same for events that are about to be written."""

    def _sealed(self, event: DomainEventProtocol[UUID], topic: str, state: dict[str, Any]) -> dict[str, Any]:
        return state

    def _key_of(self, subject: UUID) -> Sealer | None:
        raise LookupError("sealed events are read with a vault")


class SealingMapper(TypedMapper):
    """Seals each personal field with the key of the event's subject, bound to the place where it stands."""

    def __init__(self, transcoder: Transcoder, vault: Vault) -> None:
        super().__init__(transcoder)
        self._vault = vault

    def load_keys(self, stored_events: Iterable[StoredEvent]) -> None:
        self._vault.load({subject for each in stored_events if (subject := subject_in(each.state))})

    def expect_keys(self, events: Iterable[DomainEventProtocol[UUID]]) -> None:
        subjects = (getattr(event, "subject", None) for event in events)
        self._vault.expect({subject for subject in subjects if subject is not None})

    def _key_of(self, subject: UUID) -> Sealer | None:
        return self._vault.key_of(subject)

    def _sealed(self, event: DomainEventProtocol[UUID], topic: str, state: dict[str, Any]) -> dict[str, Any]:
        # `None` tells nothing about anybody.
        values = {name: state.pop(name) for name in personal_fields(type(event)) if state[name] is not None}
        if not values:
            return state
        subject: UUID | None = getattr(event, "subject", None)
        if subject is None:
            raise TypeError(f"{topic} has personal fields and no subject")
        key = self._vault.key_for(subject)
        about = _about(topic, event.originator_id, event.originator_version)
        sealed = {
            # Nothing can be written any more about somebody who was erased.
            name: None if key is None else b64encode(key.seal(to_json(value), name + about)).decode()
            for name, value in values.items()
        }
        return {"sealed_for": str(subject), "sealed": sealed, **state}


@cache
def personal_fields(event_class: type[Any]) -> dict[str, Any]:
    """The personal fields of an event's class, each with the value that it reads as once it is erased.

    Raises `TypeError` for a type without an empty value.
    """
    hints = get_type_hints(event_class, include_extras=True)
    return {
        name: _empty(get_args(hint)[0])
        for name, hint in hints.items()
        if get_origin(hint) is Annotated and Personal in get_args(hint)
    }


def _empty(kind: Any) -> object:
    if type(None) in get_args(kind):
        return None
    empty = get_origin(kind) or kind
    if empty in (str, tuple) or is_dataclass(empty):
        return empty()
    raise TypeError(f"a personal field of type {kind} has no empty value")


def _opened(sealed: dict[str, str | None], key: Sealer | None, stored: StoredEvent) -> dict[str, Any]:
    """The personal fields in the clear; `ERASED` without a key."""
    about = _about(stored.topic, stored.originator_id, stored.originator_version)
    return {
        name: ERASED if key is None or text is None else from_json(key.open(b64decode(text), name + about))
        for name, text in sealed.items()
    }


def _about(topic: str, originator_id: object, originator_version: int) -> str:
    """What, behind a field's name, binds a ciphertext to the place that it was made for."""
    return f" of {originator_id}/{originator_version}, {topic}"


def subject_in(state: bytes) -> UUID | None:
    """Whose key the state of an event needs, without parsing it."""
    if not state.startswith(_SUBJECT):
        return None
    try:
        return UUID(state[len(_SUBJECT) : len(_SUBJECT) + 36].decode())
    except ValueError:
        return None  # whoever reads the event will say what is wrong with it


def _unreadable(stored: StoredEvent, error: Exception) -> MapperDeserialisationError:
    return MapperDeserialisationError(
        f"{stored.topic} of stream {stored.originator_id}, version"
        f" {stored.originator_version}, cannot be read: {type(error).__name__}"
    )
