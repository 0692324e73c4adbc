"""The board's cards of leads that a command has just changed, for many commands at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from projections.board import Board
from projections.engine.batch_loader import BatchLoader

Row = Mapping[str, Any]
Key = tuple[str, UUID]


class Cards:
    """Commands that wait for the same batch of the projector go on at the same moment, and all want their cards."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._together: BatchLoader[Key, Row] = BatchLoader(self._ask)

    async def card(self, creator_id: str, lead_id: UUID) -> Row | None:
        """One lead as the board shows it."""
        return await self._together((creator_id, lead_id))

    async def _ask(self, keys: Sequence[Key]) -> Mapping[Key, Row]:
        by_creator: dict[str, list[UUID]] = defaultdict(list)
        for creator_id, lead_id in keys:
            by_creator[creator_id].append(lead_id)
        return {
            (creator_id, lead_id): row
            for creator_id, lead_ids in by_creator.items()
            for lead_id, row in (await self._board.cards(creator_id, lead_ids)).items()
        }
