"""Outbox of the simulator: what it has put on the phones."""

from datetime import datetime
from uuid import UUID

from processes.channels.simulator import Entry
from projections.engine.projection import Pool


class SimulatorOutbox:
    """The simulator's memory in the database: by it an uncertain send can always be settled."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(self, send_id: UUID, account_id: str, to: str, text: str, at: datetime) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                """INSERT INTO app.simulator_book (send_id, account_id, recipient, text, at)
                   VALUES (%s, %s, %s, %s, %s)""",
                (send_id, account_id, to, text, at),
            )

    async def find(self, send_id: UUID) -> Entry | None:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT * FROM app.simulator_book WHERE send_id = %s", (send_id,))
            row = await cursor.fetchone()
        if row is None:
            return None
        return Entry(row["send_id"], row["account_id"], row["recipient"], row["text"], row["at"])
