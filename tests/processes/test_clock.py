"""There is one time, and in a demo it can be moved forwards."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import DictRow

from api.bootstrap import run
from api.settings import Settings
from processes.clock import Clock
from tests.harness.runtime import Start
from tests.harness.waiting import PATIENCE

Connection = psycopg.Connection[DictRow]


def test_a_clock_shows_the_time_of_the_machine_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= Clock()() <= datetime.now(UTC)
    assert Clock()().tzinfo is UTC


def test_who_waits_for_the_clock_hears_of_a_move_once() -> None:
    clock = Clock()
    moves: list[timedelta] = []
    clock.when_moved(lambda: moves.append(clock.ahead))
    clock.heard("3600.5")
    clock.heard("3600.5")
    clock.heard(None)
    assert moves == [timedelta(hours=1, milliseconds=500)]


async def test_the_clock_never_goes_back(demo: Start) -> None:
    async with demo(work=False) as runtime:
        ahead = runtime.clock.ahead
        await runtime.clock.advance_to(runtime.clock() - timedelta(days=1), runtime.pool)
        assert runtime.clock.ahead == ahead


async def test_a_move_reaches_the_other_programs_and_outlives_them(demo: Start) -> None:
    async with demo(work=False) as here, demo(work=False) as there:
        moved = asyncio.Event()
        loop = asyncio.get_running_loop()

        def heard() -> None:
            loop.call_soon_threadsafe(moved.set)

        there.clock.when_moved(heard)
        await here.clock.advance_to(here.clock() + timedelta(days=2), here.pool)
        await asyncio.wait_for(moved.wait(), PATIENCE)
        assert abs(here.clock.ahead - there.clock.ahead) < timedelta(milliseconds=1)
    async with demo(work=False) as later:
        assert abs(here.clock.ahead - later.clock.ahead) < timedelta(milliseconds=1)


@pytest.mark.usefixtures("app")
async def test_the_clock_of_a_real_installation_cannot_be_moved(
    database_url: str, data_dir: Path, conn: Connection
) -> None:
    async with run(Settings(data_dir=data_dir), database_url, work=False) as runtime:
        await runtime.clock.advance_to(runtime.clock() + timedelta(days=2), runtime.pool)
        assert runtime.clock.ahead == timedelta(0)
    assert conn.execute("SELECT ahead FROM app.clock").fetchone() == {"ahead": timedelta(0)}
