"""Who waits for a position is woken when every projection has passed it, and not before."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from projections.engine.progress import Progress


def progress() -> Progress:
    progress = Progress(["board", "agenda"])
    progress.attach(asyncio.get_running_loop())
    return progress


async def test_what_is_shown_is_what_the_slowest_shows() -> None:
    both = progress()
    both.advance("board", 7)
    assert both.position == 0
    both.advance("agenda", 5)
    assert both.position == 5


async def test_who_waits_is_woken_by_the_last_that_passes() -> None:
    both = progress()
    waiting = asyncio.create_task(both.wait_until(5, 10))
    both.advance("board", 9)
    await asyncio.sleep(0)
    assert not waiting.done()
    both.advance("agenda", 5)
    assert await waiting


async def test_who_waits_too_long_is_told_so() -> None:
    both = progress()
    both.advance("board", 9)
    assert not await both.wait_until(1, 0.01)
    assert await both.wait_for_change(0, 0.01) == 0


async def test_what_has_passed_needs_no_wait() -> None:
    both = progress()
    both.advance("board", 3)
    both.advance("agenda", 3)
    assert await both.wait_until(3, 0)
    assert await both.wait_for_change(2, 0) == 3


async def test_a_position_never_goes_back_until_the_log_begins_anew() -> None:
    both = progress()
    both.advance("board", 3)
    both.advance("agenda", 3)
    both.advance("board", 2)
    assert both.position == 3
    both.restart()
    assert both.position == 0


async def test_who_has_given_up_is_forgotten_though_nothing_happens() -> None:
    both = progress()
    for _ in range(3):
        await both.wait_for_change(0, 0)
    assert both.waiting == 0
    waiting = asyncio.create_task(both.wait_until(1, 10))
    await asyncio.sleep(0)
    assert both.waiting == 1
    both.advance("board", 1)
    both.advance("agenda", 1)
    assert await waiting


def reported(both: Progress, name: str) -> None:
    for position in range(1, 101):
        both.advance(name, position)


async def test_many_wait_at_once_and_any_thread_may_report() -> None:
    both = progress()
    waiting = [asyncio.create_task(both.wait_until(position, 10)) for position in range(100, 0, -1)]
    await asyncio.sleep(0)
    with ThreadPoolExecutor(2) as threads:
        for name in ("board", "agenda"):
            threads.submit(reported, both, name)
        assert all(await asyncio.gather(*waiting))


async def test_a_projection_that_nobody_asked_about_delays_nobody() -> None:
    both = progress()
    both.advance("history", 1)
    both.advance("board", 3)
    both.advance("agenda", 3)
    assert both.position == 3
