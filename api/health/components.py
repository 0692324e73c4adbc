"""Health of workers, reactions, projections and channels, whichever program they run in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from api.health.readiness import TOO_OLD_SECONDS
from domain.vocabulary import PollingTrouble
from eventstore.leases import VACANT_SECONDS
from processes.channels.base import ChannelName
from processes.worker import LEASE, WORKER_LOCKS
from projections.engine.lag import Lag


@dataclass(frozen=True)
class Reached:
    """How far a process that reacts to events is; `seconds` is the age of the oldest event that it was not shown."""

    name: str
    position: int
    events: int
    seconds: float


@dataclass(frozen=True)
class Workers:
    """How many workers live, how many seconds ago the one that reacts was heard, and how far its reactions are."""

    alive: int
    heard: float | None
    reached: list[Reached]


@dataclass(frozen=True)
class ChannelCondition:
    """A channel of a creator; `heard` is how many seconds ago whoever polls it was, `None` if nobody ever did.

    `trouble` is what keeps its messages from coming in, of `PollingTrouble`.
    """

    channel: str
    heard: float | None
    trouble: PollingTrouble | None = None


async def workers(conn: AsyncConnection[DictRow]) -> Workers:
    """How the workers are, of all programs."""
    cursor = await conn.execute(
        """SELECT (SELECT count(*) FROM pg_locks
                    WHERE locktype = 'advisory' AND classid = %s AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS alive,
                  (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM app.leases
                    WHERE name = %s) AS heard""",
        (WORKER_LOCKS, LEASE),
    )
    row = await cursor.fetchone()
    assert row is not None
    return Workers(row["alive"], row["heard"], await _reactions(conn))


async def _reactions(conn: AsyncConnection[DictRow]) -> list[Reached]:
    cursor = await conn.execute(
        """SELECT process.name, process.position, greatest(head.position - process.position, 0) AS events,
                  coalesce(extract(epoch FROM clock_timestamp() - next.recorded_at), 0)::float8 AS seconds
             FROM app.processes AS process CROSS JOIN log.head AS head
             LEFT JOIN log.events AS next ON next.notification_id = process.position + 1
            ORDER BY process.name"""
    )
    return [Reached(**row) async for row in cursor]


async def connected(conn: AsyncConnection[DictRow], creator_id: str) -> list[ChannelCondition]:
    """The channels that a creator has connected."""
    cursor = await conn.execute(
        """SELECT account.channel, extract(epoch FROM clock_timestamp() - lease.beat_at)::float8 AS heard,
                  trouble.reason AS trouble
             FROM app.channels AS account LEFT JOIN app.leases AS lease ON lease.name = 'polling/' || account.account_id
             LEFT JOIN app.polling_troubles AS trouble USING (channel, account_id)
            WHERE account.creator_id = %s""",
        (creator_id,),
    )
    return [
        ChannelCondition(row["channel"], row["heard"], PollingTrouble(row["trouble"]) if row["trouble"] else None)
        async for row in cursor
    ]


def late(behind: Iterable[Lag]) -> Iterator[str]:
    """What ails the projections, as `kind:which`."""
    for each in behind:
        if each.failure is not None:
            yield f"projection_failed:{each.name}"
        elif each.state != "live":
            yield f"projection_late:{each.name}"
        if _is_silent(each.heard):
            yield f"leader_silent:{each.name}"
        if each.parked:
            yield f"projection_parked:{each.name}"


def idle(working: Workers) -> Iterator[str]:
    """What ails the workers, as `kind` or `kind:which`."""
    if not working.alive:
        yield "worker_missing"
    elif _is_silent(working.heard):
        yield "worker_silent"
    for each in working.reached:
        if each.seconds > TOO_OLD_SECONDS:
            yield f"reactions_late:{each.name}"


def unasked(theirs: Iterable[ChannelCondition]) -> Iterator[str]:
    """Which accounts nobody asks for messages, or in vain, where they have to be asked, as `kind:which`."""
    for each in theirs:
        if each.channel == ChannelName.TELEGRAM and _is_silent(each.heard):
            yield f"polling_silent:{each.channel}"
        if each.trouble is not None:
            yield f"polling_stopped:{each.channel}"


def _is_silent(heard: float | None) -> bool:
    return heard is None or heard > VACANT_SECONDS
