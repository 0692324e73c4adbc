"""Time travel of the demo: wait until everything due has its outcome, and move the clock through what falls due."""

import asyncio
import contextlib
from datetime import datetime

from api.runtime import Runtime

SETTLE_SECONDS = 30.0


async def settle(runtime: Runtime, until: datetime | None = None) -> bool:
    """Wait until everything that happened, or was due by `until` (now, if not given), has its outcome.

    `False` after 30 s. Of another program's worker only what falls due is seen, not what it has not reacted to yet.
    """
    until = runtime.clock() if until is None else until
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await _is_settled(runtime, until):
                await runtime.progress.wait_for_change(runtime.progress.position, 0.02)
            return True
    return False


async def move_clock(runtime: Runtime, to: datetime) -> bool:
    """Set the demo's clock ahead, stopping at each due instant on the way; `False` if it takes too long."""
    while (now := runtime.clock()) < to:
        due_at = await runtime.agenda.next_due_at()
        stop = to if due_at is None else min(max(due_at, now), to)
        await runtime.clock.advance_to(stop, runtime.pool)
        if not await settle(runtime, stop):
            return False
    return await settle(runtime, to)


async def _is_settled(runtime: Runtime, until: datetime) -> bool:
    head, worker = await asyncio.to_thread(runtime.log.head), runtime.worker
    return (
        runtime.progress.position >= head
        and (worker is None or (worker.position >= head and not worker.is_busy))
        # What is caused by what happened falls due after `until`.
        and not await runtime.agenda.unfinished(max(until, runtime.clock()))
        and await asyncio.to_thread(runtime.log.head) == head
    )
