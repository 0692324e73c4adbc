"""A lost database is noticed at once and found again at once, and nobody has all connections."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg_pool import PoolTimeout

from eventstore import pools
from eventstore.factory import Datastore
from eventstore.pools import LogPool, ReadPool, asking_for
from eventstore.recorder import Recorder
from tests.chaos.proxy import Proxy, Rates
from tests.harness.waiting import PATIENCE

CONNECTIONS = 6


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    with Proxy(database_url, Rates()) as proxy:
        yield proxy


@pytest.fixture
async def reads(database_url: str) -> AsyncIterator[ReadPool]:
    async with ReadPool(database_url, CONNECTIONS) as pool:
        yield pool


async def read(pool: ReadPool, creator_id: str, query: str = "SELECT 1") -> None:
    with asking_for(creator_id):
        async with pool.connection() as conn:
            await conn.execute(query.encode())


async def test_one_creators_slow_reads_leave_connections_for_others(
    reads: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "WAIT_SECONDS", 30.0)
    slow = [asyncio.create_task(read(reads, "ana", "SELECT pg_sleep(60)")) for _ in range(CONNECTIONS)]
    await asyncio.sleep(0)
    await asyncio.gather(*(read(reads, "eva") for _ in range(20)))
    assert not any(each.done() for each in slow)
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_a_creator_who_reads_too_much_at_once_is_told_so(reads: ReadPool) -> None:
    async with AsyncExitStack() as stack:
        with asking_for("ana"):
            for _ in range(pools.SHARE):
                await stack.enter_async_context(reads.connection())
        with pytest.raises(PoolTimeout, match="one creator"):
            await read(reads, "ana")
    await read(reads, "ana")


async def test_requests_about_one_creator_wait_for_each_other_as_long_as_they_are_answered(
    reads: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "WAIT_SECONDS", 2.0)
    await asyncio.gather(*(read(reads, "ana", "SELECT pg_sleep(0.4)") for _ in range(6 * pools.SHARE)))


async def test_what_no_request_asks_for_has_no_share(reads: ReadPool) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            await stack.enter_async_context(reads.connection())


async def test_a_request_waits_for_no_server_that_gives_no_sign(
    reads: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "HELD_SECONDS", 1.0)
    with pytest.raises(psycopg.OperationalError):
        await read(reads, "ana", "SELECT pg_sleep(60)")
    await read(reads, "ana")


def test_a_thread_waits_for_no_server_that_gives_no_sign(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "HELD_SECONDS", 1.0)
    monkeypatch.setattr(pools, "LOOK_SECONDS", 0.1)
    with LogPool(database_url, 1) as pool:
        with pytest.raises(psycopg.OperationalError), pool.connection() as conn:
            conn.execute("SELECT pg_sleep(60)")
        with pool.connection() as conn:
            conn.execute("SELECT 1")


def test_connections_that_were_lost_while_nobody_used_them_are_given_to_nobody(proxy: Proxy, database_url: str) -> None:
    with Datastore(proxy.url) as datastore:
        recorder = Recorder(datastore)
        with datastore.get_connection(), datastore.get_connection(), datastore.get_connection():
            pass
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute(
                """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
            )
        assert recorder.max_notification_id() is None


async def test_reads_go_on_when_the_database_has_been_away(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    async with ReadPool(proxy.url, 2) as pool:
        await read(pool, "")
        proxy.close()
        for _ in range(2):
            with pytest.raises(psycopg.OperationalError):
                await read(pool, "")
        monkeypatch.setattr(pools, "WAIT_SECONDS", 10 * PATIENCE)
        async with asyncio.timeout(PATIENCE):  # it does not wait as for a database that is there
            with pytest.raises(PoolTimeout):
                await read(pool, "")
        monkeypatch.undo()
        proxy.open()
        await read(pool, "")


def test_appends_go_on_when_the_database_has_been_away(proxy: Proxy) -> None:
    with Datastore(proxy.url) as datastore:
        recorder = Recorder(datastore)
        recorder.append_nothing()
        proxy.close()
        for _ in range(3):
            with pytest.raises(OperationalError):
                recorder.append_nothing()
        proxy.open()
        recorder.append_nothing()
