"""What keeps this process from serving: asked anew at every question."""

import asyncio
from typing import TYPE_CHECKING, Final

from psycopg import Error
from psycopg_pool import PoolClosed, PoolTimeout

from api.errors import StartupError
from api.migrate import pending

if TYPE_CHECKING:
    from api.bootstrap import Runtime

ASKED_WITHIN: Final = 2.0
FAR_BEHIND: Final = 10_000
"""Events that the projections may lag behind before the reads are too old to be served."""


async def missing(runtime: "Runtime") -> list[str]:
    """What is missing: `database`, `migrations`, `projections`; nothing when requests may come."""
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
