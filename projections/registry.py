"""The registry of projections: whoever adds one adds it here."""

from collections.abc import Iterator
from typing import Final, TypeVar, cast

from projections.agenda import Agenda
from projections.awaiting_person import AwaitingPerson
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.engine.projection import Pool, Projection
from projections.model_usage import ModelUsage
from projections.nurturing import Nurturing
from projections.stats import Stats
from projections.unsettled import Unsettled

PROJECTIONS: Final[tuple[type[Projection], ...]] = (
    Board,
    Conversations,
    Nurturing,
    Agenda,
    Creators,
    Stats,
    Unsettled,
    AwaitingPerson,
    ModelUsage,
)

Kind = TypeVar("Kind", bound=Projection)


class Projections:
    """One of each, by its class."""

    def __init__(self, pool: Pool) -> None:
        self._by_class = {each: each(pool) for each in PROJECTIONS}

    def __getitem__(self, kind: type[Kind]) -> Kind:
        return cast(Kind, self._by_class[kind])

    def __iter__(self) -> Iterator[Projection]:
        return iter(self._by_class.values())
