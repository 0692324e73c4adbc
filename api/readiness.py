"""What keeps this process from serving, and how the parts of the installation are: asked anew at every question."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psycopg import Error
from psycopg_pool import PoolClosed, PoolTimeout

from api.errors import StartupError
from api.migrate import pending
from processes.worker import WORKER_LOCKS

if TYPE_CHECKING:
    from api.bootstrap import Runtime

ASKED_WITHIN: Final = 2.0
FAR_BEHIND: Final = 10_000
"""Events that the projections may lag behind before the reads are too old to be served."""


async def missing(runtime: "Runtime") -> list[str]:
    """What is missing: `key`, `draining`, `database`, `migrations` or `projections`; nothing when requests may come."""
    if runtime.key.is_over:
        return ["key"]
    if runtime.leaving.is_set():
        return ["draining"]
    try:
        async with runtime.pool.connection(timeout=ASKED_WITHIN) as conn:
            cursor = await conn.execute("SELECT position FROM log.head")
            row = await cursor.fetchone()
        if await asyncio.to_thread(pending, runtime.url):
            return ["migrations"]
    except (Error, PoolTimeout, PoolClosed):
        return ["database"]
    except StartupError:
        return ["migrations"]
    head = row["position"] if row else 0
    return ["projections"] if head - runtime.progress.position > FAR_BEHIND else []


@dataclass(frozen=True)
class Reached:
    """How far a process that reacts to events is."""

    name: str
    position: int


async def reactions(runtime: "Runtime") -> list[Reached]:
    """How far each process is that reacts to events, whoever runs it."""
    async with runtime.pool.connection() as conn:
        cursor = await conn.execute("SELECT name, position FROM app.processes ORDER BY name")
        return [Reached(**row) async for row in cursor]


async def living_workers(runtime: "Runtime") -> int:
    """How many workers hold the lock that says they are alive."""
    async with runtime.pool.connection() as conn:
        cursor = await conn.execute(
            """SELECT count(*) AS n FROM pg_locks
                WHERE locktype = 'advisory' AND classid = %s AND granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
            (WORKER_LOCKS,),
        )
        row = await cursor.fetchone()
    return int(row["n"]) if row else 0


async def connected(runtime: "Runtime", creator_id: str) -> set[str]:
    """The channels that a creator has connected."""
    async with runtime.pool.connection() as conn:
        cursor = await conn.execute("SELECT channel FROM app.channels WHERE creator_id = %s", (creator_id,))
        return {row["channel"] async for row in cursor}
