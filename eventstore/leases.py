"""Leader election: a lock that dies with its session, a heartbeat beside it, and a generation as fencing token.

The lock alone says who leads. A leader that hangs keeps it; so whoever finds that the leader has not been heard for
too long ends the session that holds the lock, and with it everything that could still be written there. What a leader
writes through any other session carries its generation, which is over as soon as somebody else leads.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection, OperationalError

BEAT_SECONDS: Final = 0.5
SILENT_SECONDS: Final = 3.0
"""A leader that was not heard for so long, by the database's clock, is taken for hung."""

VACANT_SECONDS: Final = 5.0
"""Within so long another one leads; where nobody does, nobody can."""

TAKE: Final = """
    WITH wanted AS MATERIALIZED (
             SELECT name, pg_try_advisory_lock(hashtextextended(name, 0)) AS leads
               FROM unnest(%(names)s::text[]) AS name
         ), taken AS (
             INSERT INTO app.leases AS lease (name) SELECT name FROM wanted WHERE leads
             ON CONFLICT (name) DO UPDATE SET generation = lease.generation + 1, beat_at = clock_timestamp()
             RETURNING name, generation
         )
    SELECT wanted.name, taken.generation,
           NOT leads AND coalesce(clock_timestamp() - before.beat_at > make_interval(secs => %(silent)s), true)
               AS is_silent
      FROM wanted LEFT JOIN taken USING (name) LEFT JOIN app.leases AS before USING (name)"""

BEAT: Final = """
    UPDATE app.leases AS lease SET beat_at = clock_timestamp()
      FROM unnest(%(names)s::text[], %(generations)s::bigint[]) AS held (name, generation)
     WHERE lease.name = held.name AND lease.generation = held.generation
    RETURNING lease.name, set_config('synchronous_commit', 'off', true)"""
"""No disk waits for it: a crash of the database ends every session, and with them every leader."""

END_SILENT: Final = """
    SELECT pg_terminate_backend(held.pid, 500)
      FROM unnest(%(names)s::text[]) AS wanted (name) LEFT JOIN app.leases AS lease USING (name)
      JOIN pg_locks AS held ON held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
       AND held.classid::bigint << 32 | held.objid::bigint = hashtextextended(name, 0)
       AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      JOIN pg_stat_activity AS session ON session.pid = held.pid AND session.wait_event_type = 'Client'
     WHERE coalesce(clock_timestamp() - lease.beat_at > make_interval(secs => %(silent)s), true)"""
"""Only where the server waits for the leader: one that waits for the server is busy, and so would be its heir.

A leader without a row is of a release that did not beat.
"""


class Deposed(OperationalError):
    """Somebody else leads by now."""


@dataclass(frozen=True)
class Lease:
    """That this program leads something; `generation` counts everybody who has led it."""

    name: str
    generation: int

    @property
    def check(self) -> tuple[str, tuple[Any, ...]]:
        """A statement that fails with an `IntegrityError` when the generation is over, and with it its transaction.

        Until that transaction ends nobody else takes the lease.
        """
        return "SELECT app.check_generation(%s, %s)", (self.name, self.generation)


def wanted(names: Iterable[str]) -> dict[str, object]:
    """The parameters of `TAKE` and `END_SILENT`."""
    return {"names": list(names), "silent": SILENT_SECONDS}


def held(leases: Iterable[Lease]) -> dict[str, object]:
    """The parameters of `BEAT`."""
    leases = list(leases)
    return {"names": [each.name for each in leases], "generations": [each.generation for each in leases]}


def take(conn: Connection[Any], names: Iterable[str]) -> dict[str, Lease]:
    """Lead what nobody else does, for as long as the session lasts; a leader that hangs loses its session first.

    Ask only for what this session does not lead.
    """
    found = conn.execute(TAKE, wanted(names)).fetchall()
    if silent := [row["name"] for row in found if row["is_silent"]]:
        conn.execute(END_SILENT, wanted(silent))
        found += conn.execute(TAKE, wanted(silent)).fetchall()
    return {row["name"]: Lease(row["name"], row["generation"]) for row in found if row["generation"]}


def beat(conn: Connection[Any], leases: Iterable[Lease]) -> None:
    """Say that we are alive. Raises `Deposed`."""
    leases = list(leases)
    if conn.execute(BEAT, held(leases)).rowcount != len(leases):
        raise Deposed("Somebody else leads.")
