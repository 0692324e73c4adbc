"""Generations of a projection's tables: the one that is shown, those made beside it, those that nobody needs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.errors import LockNotAvailable
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composed, Identifier

from eventstore.round_trip import Statement
from projections.engine.folding import Parked
from projections.engine.projection import Projection

CHANNEL = "read_progress"
"""PostgreSQL notifies this channel once per batch: `name:version:generation:position` of each that moved.

An empty payload says that nothing of what was told before holds any more.
"""

DROPPED_AFTER = timedelta(minutes=10)
"""No query that was begun before a switch is still on its way to the old tables then."""

UNUSED_AFTER = timedelta(hours=1)
"""How long a version must not have moved, though events came, before its tables are given up."""


@dataclass(frozen=True)
class Shown:
    """How far a projection is, in which set of tables, and the streams that wait, each from a position on."""

    position: int
    generation: int
    waiting: dict[UUID, int]


def shown(conn: Connection[DictRow], projection: Projection, *, hold: bool = False) -> Shown | None:
    """What is shown of a projection, `None` before it was set up; `hold` it where it is until the transaction ends."""
    row = conn.execute(
        f"""SELECT position, generation FROM read.projections
             WHERE name = %s AND version = %s {"FOR UPDATE" if hold else ""}""".encode(),
        (projection.name, projection.version),
    ).fetchone()
    if row is None:
        return None
    return Shown(row["position"], row["generation"], waiting_in(conn, projection, row["generation"]))


def waiting_in(conn: Connection[DictRow], projection: Projection, generation: int) -> dict[UUID, int]:
    """The streams that are parked in a set of tables, each from a position on."""
    rows = conn.execute(
        "SELECT stream, position FROM read.parked WHERE name = %s AND version = %s AND generation = %s",
        (projection.name, projection.version, generation),
    )
    return {row["stream"]: row["position"] for row in rows}


def set_up(conn: Connection[DictRow], projection: Projection) -> None:
    """Make the tables of a projection, unless they are there; from now on it shows those that are live."""
    found = shown(conn, projection)
    if found is not None:
        projection.show(found.generation)
        conn.execute(
            "UPDATE read.projections SET tables = %s WHERE name = %s AND version = %s AND tables = '{}'",
            (list(projection.table_names.values()), projection.name, projection.version),
        )
        return
    projection.show(1)
    with conn.transaction():
        make_tables(conn, projection)
        conn.execute(
            "INSERT INTO read.projections (name, version, tables) VALUES (%s, %s, %s)",
            (projection.name, projection.version, list(projection.table_names.values())),
        )


def make_tables(conn: Connection[DictRow], projection: Projection) -> None:
    """Make the tables of the generation that a projection shows; what has been left under their names goes."""
    tables = list(projection.table_names.values())
    conn.execute("DELETE FROM read.retired WHERE tables && %s", (tables,))
    drop_tables(conn, tables)
    conn.execute(projection.ddl().encode())


def identifiers(tables: Iterable[str]) -> Composed:
    """Tables, each with its schema, as a statement names them."""
    return SQL(", ").join(Identifier(*table.split(".")) for table in tables)


def drop_tables(conn: Connection[DictRow], tables: Collection[str]) -> None:
    """Drop tables, those that are there, with what their triggers do."""
    if not tables:
        return
    functions = conn.execute(
        """SELECT DISTINCT tgfoid::regprocedure::text AS name FROM pg_trigger
            WHERE tgrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name) AND NOT tgisinternal""",
        (list(tables),),
    ).fetchall()
    conn.execute(SQL("DROP TABLE IF EXISTS {}").format(identifiers(tables)))
    for function in functions:
        conn.execute(f"DROP FUNCTION {function['name']}".encode())


def storing_parked(projection: Projection, parked: Sequence[Parked]) -> Iterator[Statement]:
    """What notes which streams wait in the set of tables that a projection shows."""
    tables = (projection.name, projection.version, projection.generation)
    if parked:
        yield (
            """UPDATE read.projections SET parked = parked + %s
                WHERE name = %s AND version = %s AND generation = %s""",
            (len(parked), *tables),
        )
    for each in parked:
        yield (
            """INSERT INTO read.parked (name, version, generation, stream, position, topic, error)
               VALUES (%s, %s, %s, %s, %s, %s, %s)""",
            (*tables, each.stream, each.position, each.topic, each.error),
        )


def count_rows(conn: Connection[DictRow], projection: Projection) -> int:
    """How many rows the tables hold that are shown; 0 before they were made."""
    row = conn.execute(
        "SELECT tables FROM read.projections WHERE name = %s AND version = %s", (projection.name, projection.version)
    ).fetchone()
    counted = [
        conn.execute(SQL("SELECT count(*) AS rows FROM {}").format(identifiers([table]))).fetchone()
        for table in (row["tables"] if row else ())
    ]
    return sum(int(each["rows"]) for each in counted if each)


def leader_key(name: str, version: int) -> str:
    """Who holds the advisory lock of this name keeps the projection at the head of the log."""
    return f"projection/{name}/{version}"


def clear_away(conn: Connection[DictRow], projections: Collection[Projection]) -> list[str]:
    """Drop what nobody is shown any more: sets of tables that were replaced, versions that no program uses."""
    for projection in projections:
        conn.execute(
            """WITH unused AS (
                   DELETE FROM read.projections AS p
                    WHERE name = %(name)s AND version < %(version)s
                      AND EXISTS (SELECT FROM log.events
                                   WHERE notification_id = p.position + 1 AND recorded_at < now() - %(unused)s)
                      AND pg_try_advisory_xact_lock(hashtextextended(format('projection/%%s/%%s', name, version), 0))
                   RETURNING name, version, tables),
               forgotten AS (
                   DELETE FROM read.parked AS p USING unused AS u WHERE p.name = u.name AND p.version = u.version)
               INSERT INTO read.retired (tables) SELECT tables FROM unused""",
            {"name": projection.name, "version": projection.version, "unused": UNUSED_AFTER},
        )
    try:
        with conn.transaction():
            conn.execute("SET LOCAL lock_timeout = '200ms'")
            rows = conn.execute(
                "DELETE FROM read.retired WHERE retired_at < now() - %s RETURNING tables", (DROPPED_AFTER,)
            ).fetchall()
            dropped = [table for row in rows for table in row["tables"]]
            drop_tables(conn, dropped)
    except LockNotAvailable:
        return []  # somebody still reads them: another time
    return dropped


async def begin_anew(conn: AsyncConnection[DictRow]) -> None:
    """Empty every table, because the log begins anew; within the transaction that empties the log."""
    await conn.execute("LOCK TABLE read.projections, read.rebuilds IN SHARE ROW EXCLUSIVE MODE")
    cursor = await conn.execute("SELECT tables FROM read.projections")
    shown = [table async for row in cursor for table in row["tables"]]
    cursor = await conn.execute("DELETE FROM read.rebuilds RETURNING tables")
    begun = [table async for row in cursor for table in row["tables"]]
    await conn.execute(SQL("TRUNCATE {}").format(identifiers(["read.parked", "read.discarded", *shown])))
    if begun:
        await conn.execute(SQL("DROP TABLE {}").format(identifiers(begun)))
    await conn.execute("UPDATE read.projections SET position = 0, parked = 0, failure = NULL")
    await conn.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
