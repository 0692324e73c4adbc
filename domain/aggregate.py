"""Base classes of aggregates and domain events: times come from the context, topics are explicit."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from eventsourcing.domain import BaseAggregate, CanInitAggregate, CanMutateAggregate, DomainEvent

from domain import context


class Aggregate(BaseAggregate[UUID]):
    """A stream of events under one id, and the state that its decisions need."""

    class Event(CanMutateAggregate[UUID], DomainEvent):
        """One decision, recorded at the time of the running command."""

        erased: ClassVar[frozenset[str]] = frozenset()
        """The personal fields whose key was destroyed before the event was read; they are empty."""

        @staticmethod
        def create_timestamp() -> datetime:
            return context.now()

        @property
        def subject(self) -> UUID | None:
            """The person whose personal fields the event holds, if any."""
            return None

    @property
    def subject(self) -> UUID | None:
        """The person whom the state is about, if any."""
        return None

    def owners(self) -> dict[str, str]:
        """Whose events these are: the ids that stand in the metadata of each."""
        raise NotImplementedError


class AggregateCreated(CanInitAggregate[UUID], Aggregate.Event):
    """The first event of a stream; stands beside the aggregate's own `Event` in the bases."""

    originator_topic: str
