"""Lag and health of each projection: how far it is behind the log, and what keeps it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from eventstore.leases import VACANT_SECONDS
from projections.engine.projection import Projection

State = Literal["live", "catching_up", "failed"]

MANY_EVENTS = 1_000
LONG = timedelta(seconds=10)


@dataclass(frozen=True)
class Lag:
    """What is not shown yet: `events` behind `position`, the oldest of which is `seconds` old.

    `parked` streams wait for a person and are not counted as lag. `failure` says what keeps it from going on, and
    `heard` how many seconds ago whoever leads it was heard, `None` if nobody ever led.
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
    heard: float | None


async def lags(conn: AsyncConnection[DictRow], projections: Sequence[type[Projection] | Projection]) -> list[Lag]:
    """The lag of each projection, in the order given."""
    names, versions = [each.name for each in projections], [each.version for each in projections]
    wanted = {"names": names, "versions": versions, "long": LONG, "vacant": VACANT_SECONDS}
    rows = await (await conn.execute(QUERY, wanted)).fetchall()
    return [Lag(**row, state=_state(row)) for row in rows]


def _state(row: DictRow) -> State:
    if row["failure"] is not None:
        return "failed"
    return "catching_up" if row["events"] > MANY_EVENTS or row["seconds"] > LONG.total_seconds() else "live"


QUERY = """
    SELECT wanted.name, wanted.version, coalesce(p.position, 0) AS position, head.position AS head,
           head.position - coalesce(p.position, 0) AS events,
           coalesce(extract(epoch FROM clock_timestamp() - next.recorded_at), 0)::float8 AS seconds,
           coalesce(p.parked, 0) AS parked,
           coalesce(p.failure, CASE
               WHEN clock_timestamp() - next.recorded_at > %(long)s
                    AND coalesce(clock_timestamp() - lease.beat_at > make_interval(secs => %(vacant)s), true)
               THEN 'nobody keeps it: no program runs' END) AS failure,
           extract(epoch FROM clock_timestamp() - lease.beat_at)::float8 AS heard
      FROM unnest(%(names)s::text[], %(versions)s::int[]) WITH ORDINALITY AS wanted (name, version, nth)
     CROSS JOIN log.head AS head
      LEFT JOIN read.projections AS p ON p.name = wanted.name AND p.version = wanted.version
      LEFT JOIN app.leases AS lease ON lease.name = format('projection/%%s/%%s', wanted.name, wanted.version)
      LEFT JOIN log.events AS next ON next.notification_id = coalesce(p.position, 0) + 1
     ORDER BY wanted.nth"""
