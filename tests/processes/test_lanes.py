"""What concerns one person is done in order, what concerns different people at once, by a bounded number of hands."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.lanes import Lanes


class Workbench:
    """Lanes whose works say when they begin, and end when they are told to."""

    def __init__(self, hands: int) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.lanes: Lanes[str] = Lanes(hands, lambda hand: self.tasks.add(asyncio.create_task(hand)))
        self.begun: list[str] = []
        self.open: dict[str, asyncio.Event] = {}

    def put(self, key: str, name: str) -> None:
        self.open[name] = asyncio.Event()
        self.lanes.put(key, partial(self._work, name))

    async def _work(self, name: str) -> None:
        self.begun.append(name)
        await self.open[name].wait()

    async def end(self, *names: str) -> None:
        for name in names:
            self.open[name].set()
        await self.rest()

    async def rest(self) -> None:
        """Until all that could go on has."""
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def bench() -> AsyncIterator[Workbench]:
    bench = Workbench(2)
    yield bench
    for task in bench.tasks:
        task.cancel()


async def test_what_is_about_one_person_is_done_one_behind_the_other(bench: Workbench) -> None:
    for name in ("first", "second"):
        bench.put("ana", name)
    await bench.rest()
    assert bench.begun == ["first"]
    await bench.end("first")
    assert bench.begun == ["first", "second"]


async def test_who_takes_long_keeps_nobody_else_waiting(bench: Workbench) -> None:
    bench.put("ana", "endless")
    for person in ("bea", "eva", "luz"):
        bench.put(person, person)
        await bench.end(person)
    assert bench.begun == ["endless", "bea", "eva", "luz"]
    assert bench.lanes.unfinished == 1


async def test_no_more_is_done_at_once_than_there_are_hands(bench: Workbench) -> None:
    for person in ("ana", "bea", "eva"):
        bench.put(person, person)
    await bench.rest()
    assert bench.begun == ["ana", "bea"]
    await bench.end("bea")
    assert bench.begun == ["ana", "bea", "eva"]


async def test_who_has_much_waiting_takes_turns_with_who_has_little(bench: Workbench) -> None:
    bench.put("luz", "endless")
    for number in range(100):
        bench.put("ana", f"ana {number}")
    bench.put("bea", "bea")
    await bench.rest()
    await bench.end("ana 0")
    assert bench.begun == ["endless", "ana 0", "bea"]


async def test_who_fills_the_lanes_can_wait_for_room(bench: Workbench) -> None:
    for person in ("ana", "bea", "eva"):
        bench.put(person, person)
    waiting = asyncio.create_task(bench.lanes.wait_until_below(2))
    await bench.end("ana")
    assert not waiting.done()
    await bench.end("bea")
    assert waiting.done()


async def test_what_was_not_begun_can_be_forgotten_and_what_comes_then_waits_for_what_was(bench: Workbench) -> None:
    for name in ("first", "second"):
        bench.put("ana", name)
    for person in ("bea", "eva"):
        bench.put(person, person)
    await bench.rest()
    bench.lanes.clear()
    assert bench.lanes.unfinished == 2
    bench.put("ana", "third")
    await bench.end("bea")
    assert bench.begun == ["first", "bea"]
    await bench.end("first")
    assert bench.begun == ["first", "bea", "third"]


async def test_what_fails_ends_its_hand_and_the_next_one_takes_up_the_rest() -> None:
    bench = Workbench(1)

    async def fail() -> None:
        raise ZeroDivisionError

    bench.lanes.put("ana", fail)
    bench.put("ana", "second")
    bench.put("bea", "bea")
    with pytest.raises(ZeroDivisionError):
        await next(iter(bench.tasks))
    bench.put("eva", "eva")
    await bench.end("second", "bea", "eva")
    assert sorted(bench.begun) == ["bea", "eva", "second"]
    assert bench.lanes.unfinished == 0


@given(keys=st.lists(st.integers(0, 4), max_size=40), hands=st.integers(1, 5), seed=st.integers())
def test_whatever_ends_first_each_lane_keeps_its_order(keys: list[int], hands: int, seed: int) -> None:
    random, done = Random(seed), []
    now, most = set[int](), 0

    def work(key: int, number: int) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            nonlocal most
            assert key not in now
            now.add(key)
            most = max(most, len(now))
            for _ in range(random.randrange(4)):
                await asyncio.sleep(0)
            now.remove(key)
            done.append((key, number))

        return run

    async def all_of_it() -> None:
        async with asyncio.TaskGroup() as tasks:
            lanes: Lanes[int] = Lanes(hands, tasks.create_task)
            for number, key in enumerate(keys):
                lanes.put(key, work(key, number))
                if random.random() < 0.3:
                    await asyncio.sleep(0)

    asyncio.run(all_of_it())
    assert len(done) == len(keys)
    assert most <= hands
    assert all(sorted(mine) == mine for key in set(keys) for mine in [[number for k, number in done if k == key]])
