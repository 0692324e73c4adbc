"""Read model of the board: which leads has a creator, and at which stage?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.follower.follower import Follower
from domain.follower.values import Purpose
from domain.lead import Lead
from domain.vocabulary import Status
from eventstore.log import Recorded
from projections.engine.batch_loader import BatchLoader
from projections.engine.projection import Pool, Tables, handles
from projections.people.filters import Filters, List, Order, Page, Place, Shelf
from projections.people.follow_ups import follow_ups_table, next_follow_up
from projections.people.projection import PeopleProjection
from projections.people.queries import ids_of, page_of
from projections.people.table import COLUMNS, PeopleTables

CARD = f"lead.*, {next_follow_up('lead_follow_ups')} AS next_follow_up"

LEADS = PeopleTables("leads", "lead_words", "lead_counts")


class Board(PeopleProjection):
    """The cards of the board and the numbers above its columns; what was put aside is on none of them."""

    name, version = "board", 4
    people, follow_ups = LEADS, "lead_follow_ups"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {**LEADS.keys(), "lead_follow_ups": ("follow_up_id",)}
    schema = f"""
        CREATE TABLE {{leads}} ({COLUMNS},
            status_since timestamptz NOT NULL, source text NOT NULL,
            last_contact_at timestamptz, last_message text, last_message_author text, last_message_at timestamptz);
        ALTER TABLE {{leads}} ALTER last_message SET STATISTICS 0;
        {LEADS.schema()}
        {follow_ups_table("lead_follow_ups")}"""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._moved: BatchLoader[tuple[str, UUID], DictRow] = BatchLoader(self._moved_cards)

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded, **more: object) -> None:
        known = {"status_since": event.timestamp, "source": event.source, "last_contact_at": None}
        super().captured(event, tables, recorded, **known)

    @handles(Lead.StatusChanged)
    def status_changed(self, event: Lead.StatusChanged, tables: Tables, recorded: Recorded, **more: object) -> None:
        super().status_changed(event, tables, recorded, status_since=event.timestamp)

    @handles(Follower.MessageReceived)
    def message_received(self, event: Follower.MessageReceived, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(
            event.lead_id,
            last_message=event.text or "".join(f"[{attachment.kind}]" for attachment in event.attachments),
            last_message_author="follower",
            last_message_at=event.occurred_at,
            contact_at=event.occurred_at,
            last_contact_at=event.occurred_at,
        )

    @handles(Follower.SendRequested)
    def send_requested(self, event: Follower.SendRequested, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(
            event.lead_id,
            last_message=event.content,
            last_message_author="person" if event.purpose is Purpose.MANUAL else "bot",
            last_message_at=event.timestamp,
            contact_at=event.timestamp,
            last_contact_at=event.timestamp,
        )

    async def page(
        self,
        creator_id: str,
        filters: Filters,
        order: Order,
        place: Place | None,
        limit: int,
        card: str = CARD,
        **values: object,
    ) -> Page:
        """One page of cards with the number of all that match; `card` is what to select of `lead`."""
        wanted = List(creator_id, filters, order)
        page, _ = await page_of(self, LEADS, wanted, place, limit, card, **values)
        return page

    async def card(self, creator_id: str, lead_id: UUID) -> DictRow | None:
        """One lead as the board shows it."""
        return await self.select_one(
            f"""SELECT {CARD} FROM {{leads}} AS lead
                 WHERE lead_id = %(lead_id)s AND creator_id = %(creator_id)s""",
            creator_id=creator_id,
            lead_id=lead_id,
        )

    async def cards(self, creator_id: str, lead_ids: Sequence[UUID]) -> dict[UUID, DictRow]:
        """Several leads as the board shows them, by id."""
        rows = await self.select(
            f"""SELECT {CARD} FROM {{leads}} AS lead
                 WHERE lead_id = ANY(%(lead_ids)s) AND creator_id = %(creator_id)s""",
            creator_id=creator_id,
            lead_ids=list(lead_ids),
        )
        return {row["lead_id"]: row for row in rows}

    async def moved_card(self, creator_id: str, lead_id: UUID) -> DictRow | None:
        """One lead as the board shows it after a command, asked for together with those of other commands.

        Commands that wait for the same batch of the projector go on at the same moment, and all want their cards.
        """
        return await self._moved((creator_id, lead_id))

    async def _moved_cards(self, keys: Sequence[tuple[str, UUID]]) -> Mapping[tuple[str, UUID], DictRow]:
        by_creator: dict[str, list[UUID]] = defaultdict(list)
        for creator_id, lead_id in keys:
            by_creator[creator_id].append(lead_id)
        return {
            (creator_id, lead_id): row
            for creator_id, lead_ids in by_creator.items()
            for lead_id, row in (await self.cards(creator_id, lead_ids)).items()
        }

    async def ids(self, creator_id: str, filters: Filters, order: Order) -> bytes:
        """Every lead that matches, in order: 16 bytes each, so that a list of any length takes little room."""
        everybody = ids_of(LEADS, List(creator_id, filters, order))
        row = await self.select_one(everybody.sql, **everybody.values)
        return bytes(row["ids"] or b"") if row else b""

    async def find(self, creator_id: str, platform_user_id: str) -> list[DictRow]:
        """The leads of a creator with this id on any platform, put aside or not."""
        return await self.select(
            """SELECT lead_id, platform FROM {lead_words}
                WHERE creator_id = %(creator_id)s AND platform_user_id = %(platform_user_id)s""",
            creator_id=creator_id,
            platform_user_id=platform_user_id,
        )

    async def counts(self, creator_id: str) -> dict[Status, int]:
        """How many leads stand in each column."""
        rows = await self.select(
            "SELECT status, people FROM {lead_counts} WHERE creator_id = %(creator_id)s AND shelf = %(shelf)s",
            creator_id=creator_id,
            shelf=Shelf.OPEN,
        )
        return dict.fromkeys(Status, 0) | {Status(row["status"]): row["people"] for row in rows}
