"""The base of every projection: its tables, its event handlers, and its queries."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from psycopg import AsyncConnection, AsyncRawCursor
from psycopg.errors import UndefinedTable
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from eventstore.log import Recorded
from projections.engine.row_changes import RowChanges

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]
Tables = Mapping[str, RowChanges]
Handler = TypeVar("Handler", bound=Callable[..., None])


def handles(*event_classes: type[Any]) -> Callable[[Handler], Handler]:
    """Mark a method as the handler of these events."""

    def mark(method: Handler) -> Handler:
        method.__dict__["handled"] = event_classes
        return method

    return mark


def handlers_of(projection: type[Any]) -> Iterator[Any]:
    """The methods of a class, and of those that it rests on, which handle events."""
    for kind in reversed(projection.__mro__):
        yield from (attribute for attribute in vars(kind).values() if hasattr(attribute, "handled"))


class Projection:
    """One question about the log and the tables that answer it.

    A subclass names itself, its `version` (raised when tables or handlers change), its `tables` with their keys,
    and its `schema`, in which `{name}` stands for the real name of a table.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    tables: ClassVar[Mapping[str, tuple[str, ...]]]
    schema: ClassVar[str]
    announced_on: ClassVar[str | None] = None
    """The channel on which PostgreSQL notifies of changes of the tables, where somebody waits for them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._handlers: dict[str, Callable[[Any, Tables, Recorded], None]] = {}
        for attribute in handlers_of(type(self)):
            for event_class in attribute.__dict__["handled"]:
                self._handlers[event_class.TOPIC] = attribute.__get__(self)
        self.show(1)

    def show(self, generation: int) -> None:
        """Ask and write the tables of this generation from now on: a rebuild makes the next one beside it."""
        suffix = f"v{self.version}" if generation == 1 else f"v{self.version}_g{generation}"
        self.generation = generation
        self.table_names = {table: f"read.{table}_{suffix}" for table in self.tables}

    @property
    def topics(self) -> Collection[str]:
        """The kinds of events that have a handler."""
        return self._handlers.keys()

    def ddl(self) -> str:
        """The statements that make the tables."""
        return self.schema.format(**self.table_names)

    def collector(self) -> dict[str, RowChanges]:
        """Empty changes for each table."""
        return {table: RowChanges(self.table_names[table], key) for table, key in self.tables.items()}

    def apply(self, recorded: Recorded, tables: Tables) -> None:
        """Let the handler of the event, if there is one, say what changes."""
        handler = self._handlers.get(recorded.event.TOPIC)
        if handler is not None:
            handler(recorded.event, tables, recorded)

    async def select(self, query: str, **params: Any) -> list[DictRow]:
        """The rows that answer a query in which `{name}` stands for a table."""
        try:
            return await self._select(query, params)
        except UndefinedTable:
            # A rebuild has put other tables in their place, long ago, and this process never heard of it.
            await self._find_generation()
            return await self._select(query, params)

    async def _select(self, query: str, params: Mapping[str, Any]) -> list[DictRow]:
        statement, names = _statement(query, tuple(self.table_names.items()))
        async with self._pool.connection() as conn:
            cursor = AsyncRawCursor(conn)
            await cursor.execute(statement, [params[name] for name in names])
            return await cursor.fetchall()

    async def _find_generation(self) -> None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT generation FROM read.projections WHERE name = %s AND version = %s", (self.name, self.version)
            )
            row = await cursor.fetchone()
        if row is not None:
            self.show(row["generation"])

    async def select_one(self, query: str, **params: Any) -> DictRow | None:
        """The only row that answers a query, if there is one."""
        rows = await self.select(query, **params)
        return rows[0] if rows else None


@lru_cache(500)
def _statement(query: str, tables: tuple[tuple[str, str], ...]) -> tuple[bytes, tuple[str, ...]]:
    """A query as PostgreSQL has it, with the names of its parameters in their order: the driver would parse it anew."""
    names: dict[str, str] = {}

    def placed(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else names.setdefault(name, f"${len(names) + 1}")

    statement = re.sub(r"%%|%\((\w+)\)s", placed, query.format(**dict(tables)))
    return statement.encode(), tuple(names)
