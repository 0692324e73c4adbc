"""Events to bytes and back: plain JSON by the types that the event's class declares, under its explicit topic."""

import json
from functools import cache
from typing import Any
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import get_topic, resolve_topic
from pydantic import TypeAdapter

_IDENTITY = {"originator_id", "originator_version"}


@cache
def _adapter(event_class: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(event_class)


class TypedMapper(Mapper[UUID]):
    """Writes a field as its type says and reads it back through the same type; old versions are upcast first."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        event_class = type(domain_event)
        state = _adapter(event_class).dump_python(domain_event, mode="json", exclude=_IDENTITY)
        if (version := getattr(event_class, "class_version", 1)) > 1:
            state["class_version"] = version
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(event_class),
            state=json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode(),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """The event as its class declares it; raises `MapperDeserialisationError` naming topic and place."""
        try:
            event_class = resolve_topic(stored_event.topic)
            state = json.loads(stored_event.state)
            for version in range(state.pop("class_version", 1), getattr(event_class, "class_version", 1)):
                getattr(event_class, f"upcast_v{version}_v{version + 1}")(state)
            state["originator_id"] = stored_event.originator_id
            state["originator_version"] = stored_event.originator_version
            event: DomainEventProtocol[UUID] = _adapter(event_class).validate_python(state)
        except Exception as error:
            raise MapperDeserialisationError(
                f"{stored_event.topic} of stream {stored_event.originator_id}, version"
                f" {stored_event.originator_version}, cannot be read: {type(error).__name__}"
            ) from error
        return event
