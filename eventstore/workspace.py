"""Where a writer's commands find their aggregates and leave their events, until all are appended together."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, ProjectorFunction, Repository, project_aggregate
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import AggregateRecorder, EventStore, Mapper, Recording

from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder

CACHE_SIZE = 2000
"""Aggregates that are kept between batches; the least recently used goes first."""

FAR_BEHIND = 10_000
"""Events of others after which looking each of their streams up costs more than an empty cache."""


@dataclass(frozen=True)
class Saved:
    """What one `save` of a command is to append: events, their ids and metadata, and statements beside them."""

    events: Sequence[DomainEventProtocol[UUID]]
    event_ids: Sequence[UUID]
    metadata: Sequence[Mapping[str, str]]
    beside: Sequence[tuple[str, tuple[Any, ...]]]


class GatheringEventStore(EventStore[UUID]):
    """An event store that keeps what is put into it, shows it to whoever reads, and appends all of it at once."""

    recorder: Recorder

    def __init__(self, mapper: Mapper[UUID], recorder: AggregateRecorder) -> None:
        super().__init__(mapper, recorder)
        self.gathered: list[Saved] = []

    def put(
        self,
        domain_events: Sequence[DomainEventProtocol[UUID]],
        *,
        event_ids: Sequence[UUID] = (),
        metadata: Sequence[Mapping[str, str]] = (),
        beside: Sequence[tuple[str, tuple[Any, ...]]] = (),
        **_: Any,
    ) -> list[Recording[UUID]]:
        """Keep the events; their positions are known when they are appended."""
        if domain_events:
            self.gathered.append(Saved(tuple(domain_events), event_ids, metadata, beside))
        return []

    def get(
        self,
        originator_id: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Iterator[DomainEventProtocol[UUID]]:
        """A stream as it is stored, followed by what this batch adds to it."""
        stored = super().get(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        added = (event for saved in self.gathered for event in saved.events if event.originator_id == originator_id)
        return chain(stored, added)

    def append(self) -> list[int]:
        """Append everything in one transaction; answers the position of the last event of each `save`.

        Raises `IntegrityError` when another process was faster; what was gathered stays until `forget`.
        """
        events = [event for saved in self.gathered for event in saved.events]
        cast(TypedMapper, self.mapper).expect_keys(events)
        positions = self.recorder.insert_events(
            [self.mapper.to_stored_event(event) for event in events],
            event_ids=[event_id for saved in self.gathered for event_id in saved.event_ids],
            metadata=[each for saved in self.gathered for each in saved.metadata],
            beside=[statement for saved in self.gathered for statement in saved.beside],
        )
        if positions is None:
            return []
        return self.last_positions(positions[0])

    def last_positions(self, first: int) -> list[int]:
        """The position of the last event of each `save`, if the first event of all stands at `first`."""
        answers, position = [], first - 1
        for saved in self.gathered:
            position += len(saved.events)
            answers.append(position)
        return answers

    def forget(self) -> None:
        self.gathered.clear()


def _project(aggregate: Any, events: Iterable[Any]) -> Any:
    """Apply events one by one; the library's own way asks of each whether it can be applied, which costs a third."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


class Workspace(Repository[UUID]):
    """The aggregates of one writer's commands: shared within a batch, kept between batches while they are current.

    An aggregate is handed out itself, not as a copy. What a refused command has changed is thrown away and read
    anew. What another process appends is noticed before each batch by the position of the log, so that no command
    decides on a state that was stale when it began; what is appended afterwards shows as a conflict.
    """

    event_store: GatheringEventStore

    def __init__(self, event_store: GatheringEventStore) -> None:
        super().__init__(event_store)
        self._aggregates: OrderedDict[UUID, Any] = OrderedDict()
        self._lent: dict[UUID, int] = {}
        self._absent: set[UUID] = set()
        self._known_head = 0
        self._begin = 0

    def get(
        self,
        aggregate_id: UUID,
        *,
        version: int | None = None,
        projector_func: ProjectorFunction[Any, Any] = project_aggregate,
        fastforward_skipping: bool = False,
        deepcopy_from_cache: bool = True,
    ) -> Any:
        """The present state of an aggregate; raises `AggregateNotFoundError`."""
        if aggregate_id in self._absent:
            raise AggregateNotFoundError(aggregate_id)
        aggregate = self._aggregates.get(aggregate_id)
        if aggregate is None:
            aggregate = super().get(aggregate_id, projector_func=_project)
            self._aggregates[aggregate_id] = aggregate
        self._aggregates.move_to_end(aggregate_id)
        self._lent[aggregate_id] = aggregate.version
        return aggregate

    def expect(self, aggregate_ids: Iterable[UUID]) -> None:
        """Ask in one question which of these there are: the running command finds no other, until it ends."""
        unknown = [each for each in aggregate_ids if each not in self._aggregates]
        gathered = {event.originator_id for saved in self.event_store.gathered for event in saved.events}
        self._absent = set(unknown) - gathered - self.event_store.recorder.begun(unknown)

    def refresh(self) -> None:
        """Throw away what other processes have changed since the last batch."""
        head = self.event_store.recorder.max_notification_id() or 0
        if head == self._known_head:
            return
        if head < self._known_head or head - self._known_head > FAR_BEHIND:
            self._aggregates.clear()
        else:
            for changed in self.event_store.recorder.changed_streams(self._known_head, head):
                self._aggregates.pop(changed, None)
        self._known_head = head

    def begin(self) -> None:
        """A command begins."""
        self._lent.clear()
        self._absent.clear()
        self._begin = len(self.event_store.gathered)

    def keep(self) -> Sequence[Saved]:
        """The command was carried out; answers what it saved."""
        self._absent.clear()
        return self.event_store.gathered[self._begin :]

    def undo(self) -> None:
        """The command was refused: nothing of what it did is left."""
        self._evict(self.event_store.gathered[self._begin :])
        del self.event_store.gathered[self._begin :]
        for aggregate_id, version in self._lent.items():
            aggregate = self._aggregates.get(aggregate_id)
            if aggregate is not None and aggregate.version != version:
                del self._aggregates[aggregate_id]

    def appended(self, positions: Sequence[int]) -> None:
        """What was gathered is in the log now."""
        events = sum(len(saved.events) for saved in self.event_store.gathered)
        if positions and positions[-1] == self._known_head + events:
            self._known_head = positions[-1]
        self.event_store.forget()
        while len(self._aggregates) > CACHE_SIZE:
            self._aggregates.popitem(last=False)

    def abandon(self) -> None:
        """What was gathered will not be appended as it is: read its streams anew."""
        self._evict(self.event_store.gathered)
        self.event_store.forget()

    def _evict(self, unsaved: Sequence[Saved]) -> None:
        for saved in unsaved:
            for event in saved.events:
                self._aggregates.pop(event.originator_id, None)
