"""What has happened: reads the log for one creator, or for one follower, without holding up the event loop."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from eventstore.log import Recorded
from eventstore.recorder import logged_event

if TYPE_CHECKING:
    from api.bootstrap import Runtime

BATCH: Final = 500

_SELECT: Final = """SELECT originator_id, originator_version, topic, state, notification_id, event_id, metadata,
                           recorded_at FROM log.events"""


async def of_creator(runtime: "Runtime", creator_id: str, after: int, until: int) -> Sequence[Recorded]:
    """A creator's next events behind position `after`, not beyond `until`; at most `BATCH`."""
    return await _read(
        runtime,
        f"""{_SELECT} WHERE metadata->>'creator_id' = %s AND notification_id > %s AND notification_id <= %s
             ORDER BY notification_id LIMIT %s""",
        creator_id,
        after,
        until,
        BATCH,
    )


async def of_follower(runtime: "Runtime", follower_id: UUID, after: int) -> Sequence[Recorded]:
    """Everything about one follower behind position `after`."""
    return await _read(
        runtime,
        f"{_SELECT} WHERE originator_id = %s AND notification_id > %s ORDER BY notification_id",
        follower_id,
        after,
    )


async def _read(runtime: "Runtime", query: LiteralString, *values: object) -> Sequence[Recorded]:
    async with runtime.pool.connection() as conn:
        cursor = await conn.execute(query, values)
        rows = await cursor.fetchall()
    return await asyncio.to_thread(lambda: [runtime.log.decoded(logged_event(row)) for row in rows])


async def decided_up_to(runtime: "Runtime") -> int:
    """Up to which position every process has done what it does about it."""
    async with runtime.pool.connection() as conn:
        cursor = await conn.execute("SELECT coalesce(min(position), 0) AS position FROM app.processes")
        row = await cursor.fetchone()
    return int(row["position"]) if row else 0
