"""Events to bytes and back: plain JSON by the types that the event's class declares, under its explicit topic."""

from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Iterable, Mapping
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

_SUBJECT_AT = slice(len(_SUBJECT), len(_SUBJECT) + 36)


Keys = Mapping[str, Sealer | None]
"""Keys at hand, by the subject as it stands in an event's state."""

_NO_KEYS: Keys = {}


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
        return self.event_of(
            stored_event.topic, stored_event.originator_id, stored_event.originator_version, stored_event.state
        )

    def event_of(
        self, topic: str, originator_id: UUID | str, originator_version: int, state: bytes, keys: Keys = _NO_KEYS
    ) -> DomainEventProtocol[UUID]:
        """The same for the parts of a stored event; a key that is not at hand is asked for by itself."""
        try:
            event_class = resolve_topic(topic)
            values = from_json(state)
            subject = values.pop("sealed_for", None)
            asked = None if subject is None or subject in keys else UUID(subject)
        except Exception as error:
            raise _unreadable(topic, originator_id, originator_version, error) from error
        # Not inside a `try`: that the database is away is no fault of the event.
        key = None if subject is None else keys[subject] if asked is None else self._key_of(asked)
        try:
            erased = frozenset[str]()
            sealed = None if subject is None else values.pop("sealed")
            if sealed is not None:
                values |= _opened(sealed, key, _about(topic, originator_id, originator_version))
            for version in range(values.pop("class_version", 1), getattr(event_class, "class_version", 1)):
                getattr(event_class, f"upcast_v{version}_v{version + 1}")(values)
            if sealed is not None and (key is None or None in sealed.values()):
                erased = frozenset(name for name, value in values.items() if value is ERASED)
                for name in erased:
                    values[name] = personal_fields(event_class)[name]
            values["originator_id"] = originator_id
            values["originator_version"] = originator_version
            event: DomainEventProtocol[UUID] = _adapter(event_class).validator.validate_python(values)
        except Exception as error:
            raise _unreadable(topic, originator_id, originator_version, error) from error
        if erased:
            object.__setattr__(event, "erased", erased)  # events are frozen
        return event

    def load_keys(self, stored_events: Iterable[StoredEvent]) -> None:
        """Fetch in one question whatever keys reading these events takes; without it each is asked for by itself."""

    def expect_keys(self, events: Iterable[DomainEventProtocol[UUID]]) -> None:
        """The same for events that are about to be written."""

    def keys_for(self, states: Iterable[bytes]) -> Keys:
        """What reading events with these states takes, asked for in one question."""
        return _NO_KEYS

    def forget_keys(self) -> None:
        """Read whatever keys are needed from now on as they are in the database now."""

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

    def keys_for(self, states: Iterable[bytes]) -> Keys:
        asked = {state[_SUBJECT_AT] for state in states if state.startswith(_SUBJECT)}
        return {str(subject): key for subject, key in self._vault.keys_of(filter(None, map(_uuid, asked))).items()}

    def forget_keys(self) -> None:
        self._vault.forget()

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


def _opened(sealed: dict[str, str | None], key: Sealer | None, about: str) -> dict[str, Any]:
    """The personal fields in the clear; `ERASED` without a key."""
    return {
        name: ERASED if key is None or text is None else from_json(key.open(a2b_base64(text), name + about))
        for name, text in sealed.items()
    }


def _about(topic: str, originator_id: object, originator_version: int) -> str:
    """What, behind a field's name, binds a ciphertext to the place that it was made for."""
    return f" of {originator_id}/{originator_version}, {topic}"


def subject_in(state: bytes) -> UUID | None:
    """Whose key the state of an event needs, without parsing it."""
    return _uuid(state[_SUBJECT_AT]) if state.startswith(_SUBJECT) else None


def _uuid(found: bytes) -> UUID | None:
    try:
        return UUID(found.decode())
    except ValueError:
        return None  # whoever reads the event will say what is wrong with it


def _unreadable(topic: str, originator_id: object, version: int, error: Exception) -> MapperDeserialisationError:
    return MapperDeserialisationError(
        f"{topic} of stream {originator_id}, version {version}, cannot be read: {type(error).__name__}"
    )
