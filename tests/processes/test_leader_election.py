"""Whoever leads does so for as long as the lease is theirs."""

import asyncio

import psycopg
import pytest
from psycopg.rows import DictRow

from eventstore.leases import Deposed
from processes.leader_election import beating, leaders_session, take


async def test_whose_lease_is_somebody_elses_is_interrupted_and_hears_why(
    database_url: str, conn: psycopg.Connection[DictRow]
) -> None:
    async with leaders_session(database_url) as session:
        lease = await take(session, "post")
        assert lease is not None
        conn.execute("UPDATE app.leases SET generation = generation + 1")
        with pytest.raises(Deposed):
            async with beating(session, lease):
                await asyncio.Event().wait()
