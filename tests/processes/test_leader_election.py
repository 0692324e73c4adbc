"""Whoever leads and is told to stop does so, also when its lease ends at the same moment."""

import asyncio

import psycopg
import pytest
from psycopg.rows import DictRow

from eventstore.leases import Deposed
from processes.leader_election import beating, leaders_session, take

POST = "post"


class _Leading:
    """Leads until it is deposed, and then clears up for as long as it is let."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.leads, self.clears_up, self.is_cleared = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        async with leaders_session(self._url) as conn:
            lease = await take(conn, POST)
            assert lease is not None
            async with beating(conn, lease):
                self.leads.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    self.clears_up.set()
                    await self.is_cleared.wait()


@pytest.mark.parametrize("is_told", [False, True])
async def test_who_is_told_to_stop_while_the_lease_ends_is_stopped_and_not_only_deposed(
    database_url: str, conn: psycopg.Connection[DictRow], is_told: bool
) -> None:
    leading = _Leading(database_url)
    task = asyncio.create_task(leading.run())
    await leading.leads.wait()
    conn.execute("UPDATE app.leases SET generation = generation + 1")
    await leading.clears_up.wait()
    if is_told:
        task.cancel()
    else:
        leading.is_cleared.set()
    with pytest.raises(asyncio.CancelledError if is_told else Deposed):
        await task
