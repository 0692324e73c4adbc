"""Reads the log for one creator, or for one follower, without holding up the event loop."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from eventstore.log import Log, Recorded
from eventstore.recorder import logged_event
from projections.engine.projection import Pool

BATCH: Final = 500

_SELECT: Final = """SELECT originator_id, originator_version, topic, state, notification_id, event_id, metadata,
                           recorded_at FROM log.events"""


@dataclass(frozen=True)
class EventHistory:
    """Queries of the log by whom its events are about; a read model of its own, of which no table is kept."""

    pool: Pool
    log: Log

    async def of_creator(self, creator_id: str, after: int, until: int) -> Sequence[Recorded]:
        """A creator's next events behind position `after`, not beyond `until`; at most `BATCH`."""
        return await self._read(
            f"""{_SELECT} WHERE metadata->>'creator_id' = %s AND notification_id > %s AND notification_id <= %s
                 ORDER BY notification_id LIMIT %s""",
            creator_id,
            after,
            until,
            BATCH,
        )

    async def of_follower(self, follower_id: UUID, after: int) -> Sequence[Recorded]:
        """Everything about one follower behind position `after`."""
        return await self._read(
            f"{_SELECT} WHERE originator_id = %s AND notification_id > %s ORDER BY notification_id",
            follower_id,
            after,
        )

    async def _read(self, query: LiteralString, *values: object) -> Sequence[Recorded]:
        async with self.pool.connection() as conn:
            cursor = await conn.execute(query, values)
            rows = await cursor.fetchall()
        return await asyncio.to_thread(lambda: [self.log.decoded(logged_event(row)) for row in rows])
