"""Tasks that end as one: with the error that ended them, or because somebody told them to stop."""

import asyncio

import pytest

from processes.task_group import task_group


class _Failing:
    """A task fails beside what is inside, which then clears up for as long as it is let."""

    def __init__(self) -> None:
        self.clears_up, self.is_cleared = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        async with task_group() as tasks:
            tasks.create_task(self._fail())
            try:
                await asyncio.Event().wait()
            finally:
                self.clears_up.set()
                await self.is_cleared.wait()

    async def _fail(self) -> None:
        raise LookupError


@pytest.mark.parametrize("is_told", [False, True])
async def test_who_is_told_to_stop_while_a_task_fails_is_stopped_and_does_not_go_on(is_told: bool) -> None:
    failing = _Failing()
    task = asyncio.create_task(failing.run())
    await failing.clears_up.wait()
    if is_told:
        task.cancel()
    else:
        failing.is_cleared.set()
    with pytest.raises(asyncio.CancelledError if is_told else LookupError):
        await task


async def test_what_is_inside_ends_with_its_own_error_and_takes_the_tasks_with_it() -> None:
    beside: list[asyncio.Task[bool]] = []

    async def fail() -> None:
        async with task_group() as tasks:
            beside.append(tasks.create_task(asyncio.Event().wait()))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert beside[0].cancelled()
