"""Presence: whoever types an answer by hand holds what a machine would send to the same person meanwhile."""

from datetime import datetime, timedelta
from uuid import UUID

from projections.engine.projection import Pool

HOLDS = timedelta(minutes=2)
"""From the last sign of typing on."""


class Presence:
    """Who is writing to whom by hand, by the database's clock."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def hold(self, follower_id: UUID, actor: str) -> datetime:
        """Hold automatic sends to a person; answers until when, and forgets holds that are over."""
        async with self._pool.connection() as conn:
            await conn.execute("DELETE FROM app.presence WHERE held_until < clock_timestamp()")
            cursor = await conn.execute(
                """INSERT INTO app.presence (follower_id, user_id, held_until)
                   VALUES (%(follower_id)s, %(actor)s, clock_timestamp() + %(holds)s)
                   ON CONFLICT (follower_id) DO UPDATE
                      SET user_id = excluded.user_id, held_until = excluded.held_until
                   RETURNING held_until""",
                {"follower_id": follower_id, "actor": actor, "holds": HOLDS},
            )
            (row,) = await cursor.fetchall()
        held_until: datetime = row["held_until"]
        return held_until
