"""The base of the application: loads and saves aggregates; the one place where an event gets its id and metadata."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application, Repository
from eventsourcing.persistence import IntegrityError
from eventsourcing.utils import resolve_topic

from domain import context
from domain.aggregate import Aggregate
from domain.beside_log import BesideLog, SideStatement
from domain.creator import Creator
from domain.errors import LostRace, NotFound
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.nurturing.sequence import Sequence as NurturingSequence
from domain.random_ids import random_id
from domain.vocabulary import SequenceType

Stream = TypeVar("Stream", bound=Aggregate)


@runtime_checkable
class Expecting(Protocol):
    """A repository that finds out in one question which of many streams there are."""

    def expect(self, aggregate_ids: Iterable[UUID]) -> None:
        """Say what the running command is going to ask for, and is not going to begin twice."""


@runtime_checkable
class Prefetching(Protocol):
    """A repository that reads many streams by few questions."""

    def prefetch(self, aggregate_ids: Iterable[UUID]) -> Sequence[Any]:
        """Have aggregates at hand; answers those that there are and that can be read."""


class Streams(Application[UUID]):
    """What every command needs: aggregates by their ids, and one way to save them."""

    NAMESPACE = "NAMESPACE"
    """The setting that holds the random namespace of this installation."""
    REPOSITORY_TOPIC = "REPOSITORY_TOPIC"
    """The setting that names the class of the repository, where it is not the library's."""
    BESIDE_LOG_TOPIC = "BESIDE_LOG_TOPIC"
    """The setting that names the class of what stands beside the log, where there is anything."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        super().__init__(dict(env) if env else None)
        self.namespace = UUID(self.env[self.NAMESPACE])
        topic = self.env.get(self.BESIDE_LOG_TOPIC)
        self.beside_log: BesideLog = (resolve_topic(topic) if topic else BesideLog)(self.recorder)

    def construct_repository(self) -> Repository[UUID]:
        """The library's repository, or the one that the settings name."""
        topic = self.env.get(self.REPOSITORY_TOPIC)
        if not topic:
            return super().construct_repository()
        repository: Repository[UUID] = resolve_topic(topic)(self.events)
        return repository

    def save_streams(self, *aggregates: Aggregate, in_transaction: Sequence[SideStatement] = ()) -> None:
        """Append the pending events of all aggregates together, or none.

        Raises `LostRace` when another writer was faster.
        """
        cause = context.current().metadata()
        metadata = [cause | aggregate.owners() for aggregate in aggregates for _ in aggregate.pending_events]
        event_ids = [random_id() for _ in metadata]
        events = [event for aggregate in aggregates for event in aggregate.collect_events()]
        try:
            # Not by the library's `save`, which asks of each object what it is: a sixth of the writer's time.
            self.events.put(events, event_ids=event_ids, metadata=metadata, in_transaction=in_transaction)
        except IntegrityError as error:
            raise LostRace("Somebody else was faster.") from error

    def trace_of(self, *parts: str) -> bytes:
        """What may be kept of texts after an erasure: they are known again by it, and it tells nothing of them."""
        recorder: Any = self.recorder  # the event store's, of which the domain knows no class
        return bytes(recorder.trace_of(parts))

    def expect(self, stream_ids: Iterable[UUID]) -> None:
        """Say which streams will be asked for, where that saves questions."""
        if isinstance(self.repository, Expecting):
            self.repository.expect(stream_ids)

    def prefetch_people(self, follower_ids: Iterable[UUID]) -> None:
        """Have followers and their leads at hand, where that saves questions."""
        if isinstance(self.repository, Prefetching):
            found = self.repository.prefetch(follower_ids)
            self.repository.prefetch([each.lead_id for each in found if isinstance(each, Follower)])

    def _load(self, stream_id: UUID, kind: type[Stream]) -> Stream | None:
        try:
            aggregate: Aggregate = self.repository.get(stream_id)
        except AggregateNotFoundError:
            return None
        return aggregate if isinstance(aggregate, kind) else None

    def creator(self, creator_id: str) -> Creator:
        """A creator by name; raises `NotFound`."""
        creator = self._load(Creator.create_id(self.namespace, creator_id), Creator)
        if creator is None:
            raise NotFound("There is no such creator.")
        return creator

    def lead(self, creator_id: str, lead_id: UUID) -> Lead:
        """A lead of this creator that was not deleted; raises `NotFound`, for another creator's too."""
        lead = self._load(lead_id, Lead)
        if lead is None or lead.creator_id != creator_id or lead.is_deleted:
            raise NotFound("There is no such lead.")
        return lead

    def follower(self, follower_id: UUID) -> Follower:
        """A follower by id; raises `NotFound`."""
        follower = self.known_follower(follower_id)
        if follower is None:
            raise NotFound("There is no such follower.")
        return follower

    def known_follower(self, follower_id: UUID) -> Follower | None:
        """A follower by id, if anybody has met them."""
        return self._load(follower_id, Follower)

    def lead_of(self, follower: Follower) -> Lead:
        """The lead of the follower's present life, deleted or not."""
        lead = self._load(follower.lead_id, Lead)
        if lead is None:
            raise NotFound("There is no such lead.")
        return lead

    def sequence(self, creator_id: str, sequence_type: SequenceType) -> NurturingSequence:
        """One of the eight sequences of a creator; raises `NotFound`."""
        stream_id = NurturingSequence.create_id(Creator.create_id(self.namespace, creator_id), sequence_type)
        sequence = self._load(stream_id, NurturingSequence)
        if sequence is None:
            raise NotFound("There is no such sequence.")
        return sequence
