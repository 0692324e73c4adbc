"""The read models together: the projections that screens are made of, a creator's account, the time, and cursors."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.http.cursors import Cursors
from api.http.ids import uuid_of
from domain.application import Clonnect
from domain.creator import Creator
from domain.errors import Conflict, NotFound
from domain.person.identity import parse_id
from domain.vocabulary import Platform
from processes.clock import Clock
from projections.awaiting_person import AwaitingPerson
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.nurturing import Nurturing
from projections.stats import Stats

NO_LEAD = "There is no such lead."


@dataclass(frozen=True)
class ReadModels:
    """What routes read from."""

    board: Board
    conversations: Conversations
    nurturing: Nurturing
    creators: Creators
    stats: Stats
    awaiting_person: AwaitingPerson
    cursors: Cursors
    app: Clonnect
    clock: Clock

    def now(self) -> datetime:
        """The time by the clock of the installation."""
        return self.clock()

    async def account(self, creator_id: str) -> Creator:
        """A creator as the log knows them; raises `NotFound`."""
        return await asyncio.to_thread(self.app.creator, creator_id)

    async def country(self, creator_id: str, platform: str | None) -> str | None:
        """Where a number without a country's code belongs (ISO 3166): asked only where ids are numbers."""
        if platform != Platform.WHATSAPP:
            return None
        return (await self.account(creator_id)).settings.country

    async def lead(self, creator_id: str, given: str) -> UUID:
        """The lead that a client means; raises `NotFound`, or `Conflict` for two of that name."""
        lead_id = uuid_of(given)
        if lead_id is not None and await self.board.card(creator_id, lead_id) is not None:
            return lead_id
        platform, raw = parse_id(given)
        found = [row for row in await self.board.find(creator_id, raw) if platform in (None, row["platform"])]
        if len(found) > 1:
            raise Conflict("More than one lead has this id: say which with its prefix, such as `ig_`.")
        if not found:
            raise NotFound(NO_LEAD)
        shown: UUID = found[0]["lead_id"]
        return shown
