"""Read model of creators and products: which creators are there, and what do they sell?"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import ClassVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.creator import Creator, Product
from eventstore.log import Recorded
from projections.engine.projection import Projection, Tables, handles


class Creators(Projection):
    """The creators of the installation, and the products of each; nothing personal."""

    name = "creators"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "creators": ("creator_id",),
        "products": ("creator_id", "product_id"),
    }
    schema = """
        CREATE TABLE {creators} (
            creator_id text PRIMARY KEY, stream_id uuid NOT NULL, mode text NOT NULL,
            version bigint NOT NULL, created_at timestamptz NOT NULL);
        CREATE INDEX ON {creators} (created_at, stream_id);
        CREATE TABLE {products} (
            creator_id text, product_id uuid, name text NOT NULL, description text NOT NULL, price numeric,
            currency text NOT NULL, payment_link text, is_active boolean NOT NULL, keywords text[] NOT NULL,
            added_at timestamptz NOT NULL, PRIMARY KEY (creator_id, product_id));
        CREATE INDEX ON {products} (creator_id, added_at, product_id);
    """

    @handles(Creator.SignedUp)
    def signed_up(self, event: Creator.SignedUp, tables: Tables, recorded: Recorded) -> None:
        tables["creators"].put(
            event.creator_id,
            stream_id=event.originator_id,
            mode=event.mode,
            version=event.originator_version,
            created_at=event.timestamp,
        )

    @handles(
        Creator.SettingsChanged,
        Creator.Configured,
        Creator.ChannelConnected,
        Creator.ChannelDisconnected,
    )
    def changed(self, event: Creator.SettingsChanged, tables: Tables, recorded: Recorded) -> None:
        self._note_version(event, tables, recorded)

    @handles(Creator.ModeChanged)
    def mode_changed(self, event: Creator.ModeChanged, tables: Tables, recorded: Recorded) -> None:
        tables["creators"].set(recorded.metadata["creator_id"], mode=event.mode)
        self._note_version(event, tables, recorded)

    @handles(Creator.ProductAdded)
    def product_added(self, event: Creator.ProductAdded, tables: Tables, recorded: Recorded) -> None:
        columns = _columns(event.product)
        tables["products"].put(
            recorded.metadata["creator_id"], event.product.product_id, added_at=event.timestamp, **columns
        )
        self._note_version(event, tables, recorded)

    @handles(Creator.ProductChanged)
    def product_changed(self, event: Creator.ProductChanged, tables: Tables, recorded: Recorded) -> None:
        columns = _columns(event.product)
        tables["products"].set(recorded.metadata["creator_id"], event.product.product_id, **columns)
        self._note_version(event, tables, recorded)

    @handles(Creator.ProductRemoved)
    def product_removed(self, event: Creator.ProductRemoved, tables: Tables, recorded: Recorded) -> None:
        tables["products"].delete(recorded.metadata["creator_id"], event.product_id)
        self._note_version(event, tables, recorded)

    @staticmethod
    def _note_version(event: Creator.Event, tables: Tables, recorded: Recorded) -> None:
        tables["creators"].set(recorded.metadata["creator_id"], version=event.originator_version)

    async def page(self, after: tuple[str, UUID] | None, limit: int) -> tuple[list[DictRow], int]:
        """Creators in the order in which they signed up, behind a place in it; and how many there are."""
        rows = await self.select(
            """SELECT * FROM {creators}
                WHERE %(id)s::uuid IS NULL OR (created_at, stream_id) > (%(at)s::timestamptz, %(id)s::uuid)
                ORDER BY created_at, stream_id LIMIT %(limit)s""",
            at=after[0] if after else None,
            id=after[1] if after else None,
            limit=limit,
        )
        counted = await self.select_one("SELECT count(*) AS n FROM {creators}")
        return rows, int(counted["n"]) if counted else 0

    async def products(
        self, creator_id: str, *, active_only: bool, after: tuple[str, UUID] | None, limit: int
    ) -> tuple[list[DictRow], int]:
        """Products in the order in which they were added, each with the creator's version; and how many match."""
        where = "creator_id = %(creator_id)s AND (is_active OR NOT %(active_only)s)"
        rows = await self.select(
            f"""SELECT p.*, c.version FROM {{products}} AS p JOIN {{creators}} AS c USING (creator_id)
                 WHERE {where}
                   AND (%(id)s::uuid IS NULL OR (added_at, product_id) > (%(at)s::timestamptz, %(id)s::uuid))
                 ORDER BY added_at, product_id LIMIT %(limit)s""",
            creator_id=creator_id,
            active_only=active_only,
            at=after[0] if after else None,
            id=after[1] if after else None,
            limit=limit,
        )
        counted = await self.select_one(
            f"SELECT count(*) AS n FROM {{products}} WHERE {where}", creator_id=creator_id, active_only=active_only
        )
        return rows, int(counted["n"]) if counted else 0


def _columns(product: Product) -> dict[str, object]:
    return {name: value for name, value in asdict(product).items() if name != "product_id"}
