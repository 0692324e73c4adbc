"""Keeps the states of long streams beside the log, so that a program that has just started need not read them whole."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final, Protocol, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from eventsourcing.application import AggregateNotFoundError, ProjectorFunction, Repository, project_aggregate
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    AggregateRecorder,
    EventStore,
    Mapper,
    MapperDeserialisationError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.utils import TopicError, get_topic, resolve_topic
from psycopg.rows import DictRow

from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from eventstore.state_codec import read, written
from eventstore.state_fingerprint import fingerprint
from eventstore.vault import Vault

GROWN: Final = 50
"""Events of a stream, or since its last snapshot, that make a snapshot worth while."""

FAR: Final = 2 * GROWN
"""Events behind a snapshot that make a stream too long to be read together with others."""

KEEP: Final = """
    INSERT INTO log.snapshots (originator_id, originator_version, topic, subject, fingerprint, chain, state)
    SELECT event.originator_id, event.originator_version, %s, key.subject, %s, event.chain, %s
      FROM log.events AS event, vault.data_keys AS key
     WHERE event.originator_id = %s AND event.originator_version = %s
       AND key.subject = %s AND key.wrapped IS NOT NULL
       FOR SHARE OF key
    ON CONFLICT (originator_id) DO UPDATE SET
        originator_version = excluded.originator_version, topic = excluded.topic, subject = excluded.subject,
        fingerprint = excluded.fingerprint, chain = excluded.chain, state = excluded.state
"""
"""Waits for an erasure that is destroying the key and then keeps nothing; an erasure waits for it, and deletes it."""

_FIND: Final = """
    SELECT originator_id, snapshot.topic, snapshot.originator_version, snapshot.subject, snapshot.fingerprint,
           snapshot.state
      FROM log.snapshots AS snapshot JOIN log.events AS event USING (originator_id, originator_version)
     WHERE originator_id = ANY(%s) AND snapshot.chain = event.chain
       AND (%s::bigint IS NULL OR originator_version <= %s)
"""
"""Only what was made of the same events."""

_fingerprint = cache(fingerprint)

_logger = logging.getLogger(__name__)


class Stateful(Protocol):
    """An aggregate whose state can be kept."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def pending_events(self) -> Sequence[object]: ...
    @property
    def subject(self) -> UUID | None:
        """The person whose key the state is sealed with; without one it is not kept."""


class Snapshots:
    """The latest state of each long stream, sealed with the key of its person; a cache, which may always be emptied.

    What other sources have made of the events is not used.
    """

    def __init__(self, datastore: PostgresDatastore, vault: Vault) -> None:
        self._datastore = datastore
        self._vault = vault

    def latest(self, stream: UUID, upto: int | None = None) -> Any:
        """An aggregate as it was kept, at version `upto` at the latest; `None` if that is nowhere."""
        return next(iter(self._find([stream], upto)), None)

    def latest_of(self, streams: Sequence[UUID]) -> dict[UUID, Any]:
        """The same for many, by one question."""
        return {aggregate.id: aggregate for aggregate in self._find(streams, None)}

    def _find(self, streams: Sequence[UUID], upto: int | None) -> Iterator[Any]:
        with self._datastore.get_connection() as conn:
            rows = conn.execute(_FIND, (list(streams), upto, upto), prepare=True).fetchall()
        if rows:
            self._vault.load({row["subject"] for row in rows})
        for row in rows:
            if (aggregate := self._opened(row)) is not None:
                yield aggregate

    def _opened(self, row: DictRow) -> Any:
        stream, topic, version = row["originator_id"], row["topic"], row["originator_version"]
        key = self._vault.key_of(row["subject"])
        if key is None:
            return None
        try:
            state = key.open(bytes(row["state"]), _about(topic, stream, version))
        except InvalidTag:
            _logger.warning("snapshot_unreadable", extra={"stream": stream})
            return None
        try:
            kind = resolve_topic(topic)
        except TopicError:  # another version kept it, in which the class has another name
            return None
        return read(kind, stream, version, state) if row["fingerprint"] == _fingerprint(kind.__module__) else None

    def keep(self, aggregates: Iterable[Stateful]) -> None:
        """Keep the states of aggregates that are as the log has them; not those of people who were erased."""
        rows = [row for each in sorted(aggregates, key=attrgetter("id")) if (row := self._row(each)) is not None]
        if not rows:
            return
        with self._datastore.get_connection() as conn, conn.transaction(), conn.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")  # a cache need not survive a crash
            cursor.executemany(KEEP.encode(), rows)

    def _row(self, aggregate: Stateful) -> tuple[Any, ...] | None:
        key = None if aggregate.subject is None else self._vault.key_of(aggregate.subject)
        if key is None:
            return None
        topic, state = get_topic(type(aggregate)), written(aggregate)
        if vars(read(type(aggregate), aggregate.id, aggregate.version, state)) != vars(aggregate):
            raise TypeError(f"the state of a {topic} is not read as it was written")
        sealed = key.seal(state, _about(topic, aggregate.id, aggregate.version))
        return (
            topic,
            _fingerprint(type(aggregate).__module__),
            sealed,
            aggregate.id,
            aggregate.version,
            aggregate.subject,
        )


class StreamStore(EventStore[UUID]):
    """The streams of the log, and beside it their states."""

    def __init__(self, mapper: Mapper[UUID], recorder: AggregateRecorder, snapshots: Snapshots) -> None:
        super().__init__(mapper, recorder)
        self.snapshots = snapshots

    def unsaved(self, stream: UUID) -> Iterable[DomainEventProtocol[UUID]]:
        """What is to be appended to a stream, and not stored yet."""
        return ()

    def readable(self, stream: UUID) -> Iterator[DomainEventProtocol[UUID]]:
        """Those events of a stream that can be read."""
        for stored in self.recorder.select_events(stream):
            with suppress(MapperDeserialisationError):
                yield self.mapper.to_domain_event(stored)
        yield from self.unsaved(stream)


class StreamReader(Repository[UUID]):
    """Reads an aggregate from its last snapshot, if there is one, and the events behind it."""

    event_store: StreamStore

    def __init__(self, event_store: StreamStore) -> None:
        super().__init__(event_store)

    def get(
        self,
        aggregate_id: UUID,
        *,
        version: int | None = None,
        projector_func: ProjectorFunction[Any, Any] = project_aggregate,
        fastforward_skipping: bool = False,
        deepcopy_from_cache: bool = True,
    ) -> Any:
        """The aggregate now, or at an earlier version; raises `AggregateNotFoundError`."""
        return self.restored(aggregate_id, version)[0]

    def restored(self, aggregate_id: UUID, version: int | None = None) -> tuple[Any, int]:
        """The aggregate, and the version of the snapshot that it was read from, 0 without one."""
        store = self.event_store
        aggregate, kept = None, 0
        stored = store.recorder.select_events(aggregate_id, lte=version, limit=GROWN)
        if len(stored) == GROWN:  # of most streams this is all, and one question is enough
            aggregate = store.snapshots.latest(aggregate_id, version)
            kept = 0 if aggregate is None else aggregate.version
            stored = store.recorder.select_events(aggregate_id, gt=kept, lte=version)
        aggregate = self._applied(aggregate, stored, aggregate_id)
        if aggregate is None:
            raise AggregateNotFoundError(f"there is no stream {aggregate_id}")
        return aggregate, kept

    def restored_all(self, aggregate_ids: Sequence[UUID]) -> dict[UUID, tuple[Any, int]]:
        """The same for many aggregates by three questions, as far as there are such streams and they can be read.

        One with `FAR` events behind its snapshot, or more, is left out: it would keep all others waiting.
        """
        store = self.event_store
        aggregates = store.snapshots.latest_of(aggregate_ids)
        kept = {each: aggregates[each].version if each in aggregates else 0 for each in aggregate_ids}
        stored = cast(Recorder, store.recorder).select_streams(kept, FAR)
        cast(TypedMapper, store.mapper).load_keys(stored)
        behind = defaultdict[UUID, list[StoredEvent]](list)
        for event in stored:
            behind[cast(UUID, event.originator_id)].append(event)
        restored = {}
        for stream in aggregate_ids:
            if len(behind[stream]) >= FAR:
                continue
            with suppress(MapperDeserialisationError):
                aggregate = self._applied(aggregates.get(stream), behind[stream], stream)
                if aggregate is not None:
                    restored[stream] = (aggregate, kept[stream])
        return restored

    def _applied(self, aggregate: Any, stored: Iterable[StoredEvent], stream: UUID) -> Any:
        """The aggregate after these events, and after those that are not stored yet; `None` where there are none."""
        store = self.event_store
        events: Iterator[Any] = chain(map(store.mapper.to_domain_event, stored), store.unsaved(stream))
        for event in events:
            aggregate = event.mutate(aggregate)  # the library asks of each whether it can; that costs a third
        return aggregate

    def salvaged(self, aggregate_id: UUID, begun: Callable[[Mapping[str, str]], Any]) -> Any:
        """The aggregate by those of its events that can be read and applied, at the version of the last of them all.

        If the first cannot be read, `begun` makes an aggregate of the ids that stand beside it. Raises
        `AggregateNotFoundError`.
        """
        store = self.event_store
        stored = store.recorder.select_events(aggregate_id)
        if not stored:
            return self.get(aggregate_id)
        events: list[Any] = list(store.readable(aggregate_id))
        if events and events[0].originator_version == 1:
            aggregate = events.pop(0).mutate(None)
        else:
            aggregate = begun(cast(Recorder, store.recorder).owners(aggregate_id))
        for event in events:
            aggregate.version = event.originator_version - 1
            try:
                aggregate = event.mutate(aggregate)
            except Exception as error:  # it rests on one that could not be read
                _logger.warning("event_skipped", extra={"stream": aggregate_id, "error": type(error).__name__})
                aggregate.version = event.originator_version
        aggregate.version = max(aggregate.version, stored[-1].originator_version)
        return aggregate


def _about(topic: str, stream: UUID, version: int) -> str:
    return f"state of {stream}/{version}, {topic}"
