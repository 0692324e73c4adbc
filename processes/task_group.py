"""A group of tasks that ends with the error that ended it, and hears when it is told to stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """Tasks that are cancelled, as is what is inside, when one of them or what is inside fails.

    Raises the first error itself, unless it is cancelled from outside.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except BaseExceptionGroup as several:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # From outside, at the same moment: before Python 3.13 a task group forgets that over what went wrong in it.
            raise asyncio.CancelledError from None
        raise several.exceptions[0] from None
