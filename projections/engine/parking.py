"""Parked streams of projections: a person sees, replays or discards what could not be shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from domain.errors import NotFound
from eventstore.log import Log
from eventstore.round_trip import carry_out_in_turn
from projections.engine.folding import Parked, apply_page
from projections.engine.generations import Shown, shown, storing_parked
from projections.engine.projection import Projection

BEFORE_ERASING = "SELECT pg_advisory_xact_lock_shared(hashtextextended('read/forget', 0))"
"""Until the transaction ends nobody is erased: rows that an event of theirs was opened for are not left behind."""


@dataclass(frozen=True)
class Waits:
    """A stream that waits for a person, and how many events of it do."""

    name: str
    stream: UUID
    position: int
    topic: str
    error: str
    parked_at: datetime
    events: int


@dataclass(frozen=True)
class Outcome:
    """How many events of a stream are shown now, and where it is parked again, if it is."""

    events: int
    parked: Parked | None


def parked_streams(conn: Connection[DictRow], projections: Collection[Projection]) -> list[Waits]:
    """What waits in the tables that are shown, by projection and position."""
    rows = conn.execute(
        """SELECT name, stream, parked.position, topic, error, parked_at,
                  (SELECT count(*) FROM log.events AS e
                    WHERE e.originator_id = parked.stream
                      AND e.notification_id BETWEEN parked.position AND p.position) AS events
             FROM read.parked AS parked
             JOIN read.projections AS p USING (name, version, generation)
             JOIN unnest(%s::text[], %s::int[]) AS known (name, version) USING (name, version)
            ORDER BY name, parked.position""",
        ([each.name for each in projections], [each.version for each in projections]),
    )
    return [Waits(**row) for row in rows]


def replay(conn: Connection[DictRow], log: Log, projection: Projection, stream: UUID) -> Outcome:
    """Show what waits of a stream, in order; at the first event that fails it is parked again.

    Raises `NotFound` when the stream is not parked.
    """
    with conn.transaction():
        held = _hold(conn, projection)
        return go_on(conn, log, projection, stream, held.waiting, held.position)


def discard(conn: Connection[DictRow], log: Log, projection: Projection, stream: UUID) -> Outcome:
    """Never show the event at which a stream is parked, and show what waits behind it.

    Raises `NotFound` when the stream is not parked.
    """
    with conn.transaction():
        held = _hold(conn, projection)
        conn.execute(
            """INSERT INTO read.discarded (name, version, position, stream, topic, error)
               SELECT name, version, position, stream, topic, error FROM read.parked
                WHERE name = %s AND version = %s AND generation = %s AND stream = %s""",
            (projection.name, projection.version, projection.generation, stream),
        )
        return go_on(conn, log, projection, stream, held.waiting, held.position)


def go_on(
    conn: Connection[DictRow], log: Log, projection: Projection, stream: UUID, waiting: dict[UUID, int], last: int
) -> Outcome:
    """Show what waits of a stream up to a position, within the transaction that holds the projection there."""
    if stream not in waiting:
        raise NotFound(f"Nothing of the stream {stream} waits in {projection.name}.")
    log.forget_keys()
    page = log.stream(stream, waiting[stream], last, projection.topics)
    page = page.without(discarded(conn, projection))
    conn.execute(
        "DELETE FROM read.parked WHERE name = %s AND version = %s AND generation = %s AND stream = %s",
        (projection.name, projection.version, projection.generation, stream),
    )
    conn.execute(
        "UPDATE read.projections SET parked = parked - 1 WHERE name = %s AND version = %s AND generation = %s",
        (projection.name, projection.version, projection.generation),
    )
    again = apply_page(conn, projection, page, {})
    carry_out_in_turn(conn, storing_parked(projection, again))
    if not again:
        return Outcome(len(page.events), None)
    return Outcome(sum(each.position < again[0].position for each in page.events), again[0])


def discarded(conn: Connection[DictRow], projection: Projection) -> set[int]:
    """The positions of what is never to be shown."""
    rows = conn.execute(
        "SELECT position FROM read.discarded WHERE name = %s AND version = %s", (projection.name, projection.version)
    )
    return {row["position"] for row in rows}


def _hold(conn: Connection[DictRow], projection: Projection) -> Shown:
    """Keep a projection where it is until the transaction ends."""
    conn.execute(BEFORE_ERASING)
    held = shown(conn, projection, hold=True)
    if held is None:
        raise NotFound(f"The projection {projection.name} has no tables yet.")
    projection.show(held.generation)
    return held
