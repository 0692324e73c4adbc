"""A session on which nothing comes back any more is given up, and nobody waits for it for ever."""

import asyncio

import psycopg
import pytest
from psycopg.rows import TupleRow

from eventstore.answer_timeouts import AnsweringConnection, own_session
from eventstore.session_limits import FOLLOWING
from tests.chaos.proxy import Proxy, Rates
from tests.harness.waiting import PATIENCE


def test_a_session_that_has_fallen_silent_is_closed_with_an_error(database_url: str) -> None:
    with Proxy(database_url, Rates()) as proxy:
        conn = AnsweringConnection.connect(proxy.url, autocommit=True)
        conn.answer_seconds = 0.2
        conn.execute("SELECT 1")
        proxy.fall_silent()
        with pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT 1")
        assert conn.closed


async def test_a_task_that_waits_in_vain_is_told_and_one_that_is_cancelled_ends_at_once(database_url: str) -> None:
    with Proxy(database_url, Rates()) as proxy:
        async with (
            own_session(proxy.url, FOLLOWING, answer_seconds=1.0) as hasty,
            own_session(proxy.url, FOLLOWING, answer_seconds=10 * PATIENCE) as patient,
        ):
            await hasty.execute("SELECT 1")
            proxy.fall_silent()
            waiting = asyncio.create_task(patient.execute("SELECT 1"))
            with pytest.raises(psycopg.OperationalError):
                await hasty.execute("SELECT 1")
            assert hasty.closed
            waiting.cancel()
            async with asyncio.timeout(PATIENCE):
                with pytest.raises(asyncio.CancelledError):
                    await waiting


async def test_a_session_whose_statement_is_refused_stays_open(database_url: str) -> None:
    async with own_session(database_url, FOLLOWING, answer_seconds=5) as conn:
        with pytest.raises(psycopg.errors.UndefinedTable):
            await conn.execute("SELECT FROM nowhere")
        await conn.execute("SELECT 1")


def test_a_session_stays_open_when_one_statement_of_a_pipeline_is_refused(database_url: str) -> None:
    def refused_while_another_is_carried_out(conn: AnsweringConnection[TupleRow]) -> None:
        with conn.pipeline():
            cursor = conn.execute("SELECT 1 / 0")
            conn.execute("SELECT pg_sleep(0.1)")
            cursor.fetchone()

    with AnsweringConnection.connect(database_url, autocommit=True) as conn:
        with pytest.raises(psycopg.errors.DivisionByZero):
            refused_while_another_is_carried_out(conn)
        assert conn.execute("SELECT 1").fetchone() == (1,)
