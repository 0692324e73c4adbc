"""The sequence aggregate: the steps that one creator has promised for one occasion, and whether it is on."""

from typing import Any
from uuid import UUID, uuid5

from eventsourcing.domain import CanMutateAggregate

from domain.aggregate import Aggregate, AggregateCreated
from domain.nurturing.steps import Step, validated
from domain.vocabulary import SequenceType


class Sequence(Aggregate):
    """The steps of one type; `steps_version` counts their editions, whoever is enrolled keeps theirs."""

    TOPIC = "sequence"

    class Event(Aggregate.Event):
        sequence_type: SequenceType

    class Defined(Event, AggregateCreated):
        TOPIC = "sequence.defined"
        creator_id: str
        steps: tuple[Step, ...]

    class StepsChanged(Event):
        TOPIC = "sequence.steps_changed"
        version: int
        steps: tuple[Step, ...]

        def apply(self, sequence: "Sequence") -> None:
            sequence.steps_version = self.version
            sequence.steps = self.steps

    class Switched(Event):
        TOPIC = "sequence.switched"
        is_active: bool

        def apply(self, sequence: "Sequence") -> None:
            sequence.is_active = self.is_active

    @staticmethod
    def create_id(creator_stream: UUID, sequence_type: SequenceType) -> UUID:
        return uuid5(creator_stream, f"sequence/{sequence_type}")

    @classmethod
    def define(
        cls, creator_stream: UUID, creator_id: str, sequence_type: SequenceType, steps: tuple[Step, ...]
    ) -> "Sequence":
        steps = validated(steps)
        return cls._create(
            cls.Defined,
            id=cls.create_id(creator_stream, sequence_type),
            creator_id=creator_id,
            sequence_type=sequence_type,
            steps=steps,
        )

    def __init__(self, creator_id: str, sequence_type: SequenceType, steps: tuple[Step, ...]) -> None:
        self.creator_id = creator_id
        self.sequence_type = sequence_type
        self.steps = steps
        self.steps_version = 1
        self.is_active = False

    def trigger_event(self, event_class: type[CanMutateAggregate[UUID]], **kwargs: Any) -> None:
        super().trigger_event(event_class, **({"sequence_type": self.sequence_type} | kwargs))

    def owners(self) -> dict[str, str]:
        return {"creator_id": self.creator_id}

    def change_steps(self, steps: tuple[Step, ...]) -> None:
        steps = validated(steps)
        if steps != self.steps:
            self.trigger_event(self.StepsChanged, version=self.steps_version + 1, steps=steps)

    def switch(self, is_active: bool) -> None:
        if is_active is not self.is_active:
            self.trigger_event(self.Switched, is_active=is_active)
