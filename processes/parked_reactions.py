"""Reactions that were parked for a person, and their retry when somebody asks for it."""

import asyncio
import logging
from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from domain.errors import NotFound
from eventstore.log import Log
from processes.process import Process
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.folding import error_location
from projections.engine.projection import Pool

AT_ONCE = 20

_logger = logging.getLogger(__name__)


async def park(conn: AsyncConnection[DictRow], process: str, position: int, error: str) -> None:
    """Set a reaction aside, on the session by which we lead; `error` tells its kind and quotes nothing."""
    await conn.execute(
        """INSERT INTO app.parked (process, position, error, creator_id, stream)
           SELECT %s, notification_id, %s, metadata->>'creator_id', originator_id
             FROM log.events WHERE notification_id = %s
           ON CONFLICT DO NOTHING""",
        (process, error, position),
    )


async def ask_again(pool: Pool, process: str, position: int) -> None:
    """Have a worker try a reaction again, after what was set aside before it of the same stream.

    Raises `NotFound`.
    """
    async with pool.connection() as conn:
        cursor = await conn.execute(
            """UPDATE app.parked AS earlier SET asked_at = now() FROM app.parked AS asked
                WHERE asked.process = %s AND asked.position = %s AND earlier.process = asked.process
                  AND (earlier.position = asked.position
                       OR earlier.stream = asked.stream AND earlier.position < asked.position)""",
            (process, position),
        )
    if not cursor.rowcount:
        raise NotFound("This reaction is not set aside.")


class ParkedReactions:
    """Tries what somebody asked for. Two workers may do so at once: a process may see an event twice."""

    def __init__(self, pool: Pool, log: Log, processes: Sequence[Process]) -> None:
        self._pool = pool
        self._log = log
        self._processes = {process.name: process for process in processes}

    async def try_asked(self) -> None:
        """Show the processes their events once more, in order; at what fails again the rest of its stream waits."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT process, position, stream FROM app.parked
                    WHERE asked_at IS NOT NULL AND process = ANY(%s) ORDER BY position LIMIT %s""",
                (list(self._processes), AT_ONCE),
            )
            asked = await cursor.fetchall()
        waiting = set()
        for row in asked:
            if (row["process"], row["stream"]) in waiting:
                continue
            error = await self._try(row)
            if error is None:
                await self._release(row)
            else:
                waiting.add((row["process"], row["stream"]))
                await self._leave(row, error)

    async def _try(self, row: DictRow) -> str | None:
        """Show one event to its process; answers the kind of what went wrong."""
        process = self._processes[row["process"]]
        page = await asyncio.to_thread(self._log.page, row["position"] - 1, 1, process.topics)
        for unreadable in page.unreadable:
            return unreadable.error
        try:
            for recorded in page.events:
                if process.reacts(recorded):
                    await process.handle(recorded)
        except TRANSIENT_ERRORS:
            raise
        except Exception as error:
            where = error_location(error)
            _logger.warning(
                "reaction_failed_again",
                extra={"process_manager": process.name, "position": row["position"], "error": where},
            )
            return where
        return None

    async def _release(self, row: DictRow) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                "DELETE FROM app.parked WHERE process = %s AND position = %s", (row["process"], row["position"])
            )

    async def _leave(self, row: DictRow, error: str) -> None:
        async with self._pool.connection() as conn:
            await conn.execute(
                """UPDATE app.parked SET asked_at = NULL, error = CASE position WHEN %(position)s THEN %(error)s
                                                                  ELSE error END
                    WHERE process = %(process)s
                      AND (position = %(position)s OR stream = %(stream)s AND position > %(position)s)""",
                {**row, "error": error},
            )
