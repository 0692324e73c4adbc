"""Reads the log forwards: every event once, in order, with what stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventstore.mapper import TypedMapper
from eventstore.recorder import LoggedEvent, Recorder


@dataclass(frozen=True)
class Recorded:
    """One event of the log; `event` is an instance of its class."""

    position: int
    event_id: UUID
    recorded_at: datetime
    metadata: Mapping[str, str]
    event: Any

    def owner(self, name: str) -> UUID:
        """An id of `metadata` such as `lead_id`; raises `KeyError` where the event belongs to none."""
        return UUID(self.metadata[name])


class Log:
    """The log of one application as a reader sees it."""

    def __init__(self, recorder: Recorder, mapper: TypedMapper) -> None:
        self._recorder = recorder
        self._mapper = mapper

    def head(self) -> int:
        """The position of the last event, 0 in an empty log."""
        return self._recorder.max_notification_id() or 0

    def position_of(self, event_id: UUID) -> int | None:
        """Where an event stands, `None` if it is not in the log."""
        return self._recorder.position_of(event_id)

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The next events behind position `after`, at most `limit`."""
        found = self._recorder.select_notifications(after + 1, limit)
        self._mapper.load_keys(found)
        return [self.decoded(each) for each in found if isinstance(each, LoggedEvent)]

    def decoded(self, logged: LoggedEvent) -> Recorded:
        """The event that a row of the log holds; raises `MapperDeserialisationError` if it cannot be read."""
        event = self._mapper.to_domain_event(logged)
        return Recorded(logged.id, logged.event_id, logged.recorded_at, logged.metadata, event)
