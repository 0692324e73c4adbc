"""Reads the log for one creator, or for one follower, without holding up the event loop."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from domain.lead import Lead
from eventstore.log import Log, Recorded
from eventstore.recorder import logged_event
from projections.engine.projection import Pool

BATCH: Final = 500

_SELECT: Final = """SELECT originator_id, originator_version, topic, state, notification_id, event_id, metadata,
                           recorded_at FROM log.events"""


class Happened(NamedTuple):
    """An event without what is personal in it: what stands beside it, and which fields of a lead it changed."""

    position: int
    topic: str
    recorded_at: datetime
    metadata: Mapping[str, str]
    changed: Sequence[str]


@dataclass(frozen=True)
class EventHistory:
    """Queries of the log by whom its events are about; a read model of its own, of which no table is kept."""

    pool: Pool
    log: Log

    async def of_creators(self, creator_ids: Sequence[str], after: int, until: int) -> Sequence[Happened]:
        """The next events of these creators behind position `after`, not beyond `until`; at most `BATCH`.

        They are not decoded, so that no key is needed, and one that cannot be read is an event like all others.
        """
        async with self.pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT notification_id, topic, recorded_at, metadata, CASE WHEN topic = %s THEN state END AS state
                     FROM log.events
                    WHERE metadata->>'creator_id' = ANY(%s) AND notification_id > %s AND notification_id <= %s
                    ORDER BY notification_id LIMIT %s""",
                (Lead.DetailsChanged.TOPIC, creator_ids, after, until, BATCH),
            )
            rows = await cursor.fetchall()
        return [
            Happened(row["notification_id"], row["topic"], row["recorded_at"], row["metadata"], _changed(row["state"]))
            for row in rows
        ]

    async def of_follower(self, follower_id: UUID, after: int) -> Sequence[Recorded]:
        """Everything about one follower behind position `after`."""
        async with self.pool.connection() as conn:
            cursor = await conn.execute(
                f"{_SELECT} WHERE originator_id = %s AND notification_id > %s ORDER BY notification_id",
                (follower_id, after),
            )
            rows = await cursor.fetchall()
        return await asyncio.to_thread(lambda: [self.log.decoded(logged_event(row)) for row in rows])


def _changed(state: bytes | None) -> Sequence[str]:
    try:
        return () if state is None else [str(name) for name in from_json(state)["changed"]]
    except (ValueError, TypeError, KeyError):  # it cannot be read
        return ()
