"""Many callers, one question."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from projections.engine.batch_loader import BatchLoader


class Oracle:
    """Answers when it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.was_asked = asyncio.Event()
        self.speak = asyncio.Event()

    async def __call__(self, keys: Sequence[int]) -> Mapping[int, str]:
        self.asked.append(list(keys))
        self.was_asked.set()
        await self.speak.wait()
        if 13 in keys:
            raise LookupError("13")
        return {key: str(key) for key in keys if key > 0}


async def test_who_asks_at_the_same_moment_shares_a_question_and_gets_their_own_answer() -> None:
    oracle = Oracle()
    ask = BatchLoader(oracle)
    oracle.speak.set()
    assert [*await asyncio.gather(ask(1), ask(2), ask(2), ask(-1))] == ["1", "2", "2", None]
    assert oracle.asked == [[1, 2, 2, -1]]


async def test_who_comes_while_an_answer_is_awaited_is_part_of_the_next_question() -> None:
    oracle = Oracle()
    ask = BatchLoader(oracle)
    first = asyncio.create_task(ask(1))
    await oracle.was_asked.wait()
    later = asyncio.gather(ask(2), ask(3))
    await asyncio.sleep(0)
    assert oracle.asked == [[1]]
    oracle.speak.set()
    assert [await first, *await later] == ["1", "2", "3"]
    assert oracle.asked == [[1], [2, 3]]


async def test_a_question_that_fails_fails_for_those_who_asked_it_and_nobody_else() -> None:
    oracle = Oracle()
    ask = BatchLoader(oracle)
    oracle.speak.set()
    answers = await asyncio.gather(ask(13), ask(1), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError, LookupError]
    assert await ask(1) == "1"


async def test_a_caller_who_leaves_takes_nobody_with_them() -> None:
    oracle = Oracle()
    ask = BatchLoader(oracle)
    leaving, staying = asyncio.create_task(ask(1)), asyncio.create_task(ask(2))
    await oracle.was_asked.wait()
    leaving.cancel()
    oracle.speak.set()
    assert await staying == "2"
    with pytest.raises(asyncio.CancelledError):
        await leaving
