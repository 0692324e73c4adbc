"""The unit of work of a writer's commands: aggregates by identity, and their events until all are appended together."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, ProjectorFunction, project_aggregate
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import AggregateRecorder, Mapper, Recording

from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from eventstore.snapshots import GROWN, Snapshots, StreamReader, StreamStore

SideStatement = tuple[str, tuple[Any, ...]]
"""A statement with its parameters that runs in the transaction of the events."""

CACHE_SIZE = 2000
"""Aggregates that are kept between batches; the least recently used goes first."""

FAR_BEHIND = 10_000
"""Events of others after which looking each of their streams up costs more than an empty cache."""

OVERGROWN = 500
"""Events since the last snapshot of a stream after which one is taken although commands wait."""

KEPT_AT_ONCE = 8
"""Snapshots that are taken before the writer looks again whether a command waits."""


@dataclass(frozen=True)
class Saved:
    """What one `save` of a command is to append: events, their ids and metadata, and statements beside them."""

    events: Sequence[DomainEventProtocol[UUID]]
    event_ids: Sequence[UUID]
    metadata: Sequence[Mapping[str, str]]
    in_transaction: Sequence[SideStatement]


class BufferedEventStore(StreamStore):
    """An event store that keeps what is put into it, shows it to whoever reads, and appends all of it at once."""

    recorder: Recorder

    def __init__(self, mapper: Mapper[UUID], recorder: AggregateRecorder, snapshots: Snapshots) -> None:
        super().__init__(mapper, recorder, snapshots)
        self.gathered: list[Saved] = []

    def put(
        self,
        domain_events: Sequence[DomainEventProtocol[UUID]],
        *,
        event_ids: Sequence[UUID] = (),
        metadata: Sequence[Mapping[str, str]] = (),
        in_transaction: Sequence[SideStatement] = (),
        **_: Any,
    ) -> list[Recording[UUID]]:
        """Keep the events; their positions are known when they are appended."""
        if domain_events:
            self.gathered.append(Saved(tuple(domain_events), event_ids, metadata, in_transaction))
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
        return chain(stored, self.unsaved(originator_id))

    def unsaved(self, stream: UUID) -> Iterable[DomainEventProtocol[UUID]]:
        """What this batch adds to a stream."""
        return (event for saved in self.gathered for event in saved.events if event.originator_id == stream)

    def append(self) -> list[int]:
        """Append everything in one transaction; answers the position of the last event of each `save`, or before it.

        Raises `IntegrityError` when another process was faster; what was gathered stays until `forget`.
        """
        events = [event for saved in self.gathered for event in saved.events]
        cast(TypedMapper, self.mapper).expect_keys(events)
        positions = self.recorder.insert_events(
            [self.mapper.to_stored_event(event) for event in events],
            event_ids=[event_id for saved in self.gathered for event_id in saved.event_ids],
            metadata=[each for saved in self.gathered for each in saved.metadata],
            # What accompanies commands comes last, so that what is alike stands together and goes as one.
            in_transaction=[
                statement for saved in sorted(self.gathered, key=_accompanies) for statement in saved.in_transaction
            ],
        )
        return self.last_positions(positions[0]) if positions else [0] * len(self.gathered)

    def last_positions(self, first: int) -> list[int]:
        """The position of the last event of each `save`, if the first event of all stands at `first`."""
        answers, position = [], first - 1
        for saved in self.gathered:
            position += len(saved.events)
            answers.append(position)
        return answers

    def forget(self) -> None:
        self.gathered.clear()


def _accompanies(saved: Saved) -> bool:
    return not saved.events


@dataclass
class _HeldAggregate:
    """An aggregate of the unit of work, and the version at which its state was last kept."""

    aggregate: Any
    kept: int


class UnitOfWork(StreamReader):
    """The aggregates of one writer's commands: shared within a batch, kept between batches while they are current.

    An aggregate is handed out itself, not as a copy. What a refused command has changed is thrown away and read
    anew. What another process appends is noticed before each batch by the position of the log, so that no command
    decides on a state that was stale when it began; what is appended afterwards shows as a conflict.
    """

    event_store: BufferedEventStore

    def __init__(self, event_store: BufferedEventStore) -> None:
        super().__init__(event_store)
        self._held: OrderedDict[UUID, _HeldAggregate] = OrderedDict()
        self._lent: dict[UUID, int] = {}
        self._absent: set[UUID] = set()
        self._known_head = 0
        self._begin = 0
        self._grown: set[UUID] = set()
        self._overgrown: set[UUID] = set()

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
        held = self._held.get(aggregate_id)
        if held is None:
            held = self._held[aggregate_id] = _HeldAggregate(*self.restored(aggregate_id))
            self._note_growth(aggregate_id, held, held.aggregate.version)
        self._held.move_to_end(aggregate_id)
        self._lent[aggregate_id] = held.aggregate.version
        return held.aggregate

    def prefetch(self, aggregate_ids: Iterable[UUID]) -> Sequence[Any]:
        """Read those aggregates that are not held by few questions; answers all that there are and can be read."""
        asked = dict.fromkeys(aggregate_ids)
        read = self.restored_all([each for each in asked if each not in self._held])
        for aggregate_id, (aggregate, kept) in read.items():
            self._held[aggregate_id] = _HeldAggregate(aggregate, kept)
            self._note_growth(aggregate_id, self._held[aggregate_id], aggregate.version)
        return [self._held[each].aggregate for each in asked if each in self._held]

    def expect(self, aggregate_ids: Iterable[UUID]) -> None:
        """Ask in one question which of these there are: the running command finds no other, until it ends."""
        unknown = [each for each in aggregate_ids if each not in self._held]
        gathered = {event.originator_id for saved in self.event_store.gathered for event in saved.events}
        self._absent = set(unknown) - gathered - self.event_store.recorder.begun(unknown)

    def refresh(self) -> None:
        """Throw away what other processes have changed since the last batch."""
        head = self.event_store.recorder.max_notification_id() or 0
        if head == self._known_head:
            return
        if head < self._known_head or head - self._known_head > FAR_BEHIND:
            self._held.clear()
        else:
            for changed in self.event_store.recorder.changed_streams(self._known_head, head):
                self._held.pop(changed, None)
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

    def stand_beside(self, statements: Sequence[SideStatement]) -> None:
        """Have statements run in the transaction of the command, whether or not it saved anything."""
        self.event_store.gathered.append(Saved((), (), (), statements))

    @property
    def head(self) -> int:
        """The position of the log as of the last batch."""
        return self._known_head

    def undo(self) -> None:
        """The command was refused: nothing of what it did is left."""
        self._evict(self.event_store.gathered[self._begin :])
        del self.event_store.gathered[self._begin :]
        for aggregate_id, version in self._lent.items():
            held = self._held.get(aggregate_id)
            if held is not None and held.aggregate.version != version:
                del self._held[aggregate_id]

    def appended(self, positions: Sequence[int]) -> None:
        """What was gathered is in the log now."""
        events = [event for saved in self.event_store.gathered for event in saved.events]
        if positions and positions[-1] == self._known_head + len(events):
            self._known_head = positions[-1]
        self.event_store.forget()
        for event in events:
            if (held := self._held.get(event.originator_id)) is not None:
                self._note_growth(event.originator_id, held, event.originator_version)
        while len(self._held) > CACHE_SIZE:
            self._held.popitem(last=False)

    def abandon(self) -> None:
        """What was gathered will not be appended as it is: read its streams anew."""
        self._evict(self.event_store.gathered)
        self.event_store.forget()

    @property
    def has_grown(self) -> bool:
        """Whether the states of some streams should be kept when there is time."""
        return bool(self._grown)

    def keep_some_states(self) -> None:
        """Keep the states of a few streams that have grown; only while nothing is gathered."""
        self._keep_states([self._grown.pop() for _ in range(min(len(self._grown), KEPT_AT_ONCE))])

    def keep_overdue_states(self) -> None:
        """Keep the states of those that have grown so much that it cannot wait."""
        if self._overgrown:
            overdue, self._overgrown = self._overgrown, set()
            self._keep_states(overdue)

    def _keep_states(self, streams: Iterable[UUID]) -> None:
        held = [each for stream in streams if (each := self._held.get(stream)) is not None]
        # What a command has triggered and not saved is not in the log.
        grown = [
            each.aggregate
            for each in held
            if each.aggregate.version - each.kept >= GROWN and not each.aggregate.pending_events
        ]
        for each in held:
            each.kept = each.aggregate.version  # also if it fails: it is tried again when they have grown again
        self.event_store.snapshots.keep(grown)

    def _note_growth(self, stream: UUID, held: _HeldAggregate, version: int) -> None:
        if version - held.kept >= GROWN:
            self._grown.add(stream)
            if version - held.kept >= OVERGROWN:
                self._overgrown.add(stream)

    def _evict(self, unsaved: Sequence[Saved]) -> None:
        for saved in unsaved:
            for event in saved.events:
                self._held.pop(event.originator_id, None)
