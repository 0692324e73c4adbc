"""How far each projection is behind the log, and whether it is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from projections.projection import Pool, Projection

State = Literal["live", "catching_up", "failed"]

MANY_EVENTS = 1_000
MANY_SECONDS = 10.0


@dataclass(frozen=True)
class Lag:
    """What is not shown yet: `events` behind `position`, the oldest of which is `seconds` old.

    `parked` streams wait for a person and are not counted as lag. `failure` says what keeps it from going on.
    """

    name: str
    version: int
    state: State
    position: int
    head: int
    events: int
    seconds: float
    parked: int
    failure: str | None


async def lags(pool: Pool, projections: Sequence[type[Projection] | Projection]) -> list[Lag]:
    """The lag of each projection, in the order given."""
    async with pool.connection() as conn:
        cursor = await conn.execute(
            QUERY, ([each.name for each in projections], [each.version for each in projections])
        )
        rows = await cursor.fetchall()
    return [Lag(**row, state=_state(row["events"], row["seconds"], row["failure"])) for row in rows]


def _state(events: int, seconds: float, failure: str | None) -> State:
    if failure is not None:
        return "failed"
    return "catching_up" if events > MANY_EVENTS or seconds > MANY_SECONDS else "live"


QUERY = """
    SELECT wanted.name, wanted.version, coalesce(p.position, 0) AS position, head.position AS head,
           head.position - coalesce(p.position, 0) AS events,
           coalesce(greatest(extract(epoch FROM clock_timestamp() - next.recorded_at), 0), 0)::float8 AS seconds,
           coalesce(p.parked, 0) AS parked,
           coalesce(p.failure, CASE WHEN clock_timestamp() - next.recorded_at > interval '10 seconds' AND NOT EXISTS (
               SELECT FROM pg_locks AS l
                WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                  AND l.classid::bigint << 32 | l.objid::bigint
                      = hashtextextended(format('projection/%%s/%%s', wanted.name, wanted.version), 0)
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
               THEN 'nobody leads it' END) AS failure
      FROM unnest(%s::text[], %s::int[]) WITH ORDINALITY AS wanted (name, version, nth)
     CROSS JOIN log.head AS head
      LEFT JOIN read.projections AS p ON p.name = wanted.name AND p.version = wanted.version
      LEFT JOIN log.events AS next ON next.notification_id = coalesce(p.position, 0) + 1
     ORDER BY wanted.nth"""
