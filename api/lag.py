"""How far each projection is behind the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from projections.projection import Pool, Projection


@dataclass(frozen=True)
class Lag:
    """What is not shown yet: `events` behind `position`, the oldest of which is `seconds` old."""

    name: str
    version: int
    position: int
    head: int
    events: int
    seconds: float


async def lags(pool: Pool, projections: Sequence[Projection]) -> list[Lag]:
    """The lag of each projection, in the order given."""
    async with pool.connection() as conn:
        cursor = await conn.execute(
            _QUERY, ([each.name for each in projections], [each.version for each in projections])
        )
        return [Lag(**row) async for row in cursor]


_QUERY: Final = """
    SELECT wanted.name, wanted.version, coalesce(p.position, 0) AS position, head.position AS head,
           greatest(head.position - coalesce(p.position, 0), 0) AS events,
           coalesce(greatest(extract(epoch FROM clock_timestamp() - next.recorded_at), 0), 0)::float8 AS seconds
      FROM unnest(%s::text[], %s::int[]) WITH ORDINALITY AS wanted (name, version, nth)
     CROSS JOIN log.head AS head
      LEFT JOIN read.projections AS p ON p.name = wanted.name AND p.version = wanted.version
      LEFT JOIN log.events AS next ON next.notification_id = coalesce(p.position, 0) + 1
     ORDER BY wanted.nth"""
