"""The queue of erasures that are not done yet, with when each is tried again."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from processes.beside_log import TO_ERASE
from projections.engine.projection import Pool

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=5)
"""Between two tries of one erasure; the pause doubles each time until it is as long as this."""

DONE: Final = "DELETE FROM app.erasures WHERE lead_id = %s"

_CLAIM: Final = """
    UPDATE app.erasures AS e
       SET tries = tries + 1, begun_at = coalesce(begun_at, now()),
           next_try_at = now() + least(%(first)s * 2 ^ least(tries, 20), %(longest)s)
      FROM (SELECT lead_id FROM app.erasures
             WHERE next_try_at <= now() AND (%(lead_id)s::uuid IS NULL OR lead_id = %(lead_id)s)
             ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED) AS next
     WHERE e.lead_id = next.lead_id
    RETURNING e.lead_id"""


class ErasureQueue:
    """What waits to be erased, in the database: several workers share it, and a restart forgets nothing."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, lead_id: UUID, creator_id: str) -> None:
        """Have a lead erased that is not: a program of the version before asks for it without the queue."""
        async with self._pool.connection() as conn:
            erased = "SELECT FROM log.events WHERE originator_id = %s AND topic = 'lead.erased'"
            if await (await conn.execute(erased, (lead_id,))).fetchone() is None:
                await conn.execute(TO_ERASE, (lead_id, creator_id))

    async def claim(self, lead_id: UUID | None = None) -> UUID | None:
        """Take the next one that is due, or this one if it is; it is due again after a pause, unless it is done."""
        values = {"lead_id": lead_id, "first": FIRST_PAUSE, "longest": LONGEST_PAUSE}
        async with self._pool.connection() as conn:
            row = await (await conn.execute(_CLAIM, values)).fetchone()
        return None if row is None else UUID(str(row["lead_id"]))

    async def done(self, lead_id: UUID) -> None:
        """Let go of one that is done, by whomever."""
        async with self._pool.connection() as conn:
            await conn.execute(DONE, (lead_id,))

    async def failed(self, lead_id: UUID, reason: str) -> None:
        """Say why a try came to nothing."""
        async with self._pool.connection() as conn:
            await conn.execute("UPDATE app.erasures SET reason = %s WHERE lead_id = %s", (reason, lead_id))
