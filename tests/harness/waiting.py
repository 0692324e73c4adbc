"""Waiting for what happens elsewhere: as long as a busy machine may need, and no longer than nothing is wrong."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg

PATIENCE = 120.0
"""Seconds. A test that waits in vain fails late; one that fails because a machine is busy tells nothing."""
LOOK_SECONDS = 0.02
"""How often something is looked for that tells nobody when it happens."""


def wait_until(holds: Callable[[], object], said: Callable[[], object] = str, seconds: float = PATIENCE) -> None:
    """Wait until something holds; `said` is told when it does not."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, said()
        pause.wait(LOOK_SECONDS)


async def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """The same while others go on in this loop."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(LOOK_SECONDS)


def wait_for_rows(conn: psycopg.Connection[Any], query: str, number: int = 1, said: Callable[[], object] = str) -> None:
    """Wait until a query finds that many rows, woken by the projections' own notifications."""
    conn.execute("LISTEN read_progress")
    deadline = time.monotonic() + PATIENCE
    while len(conn.execute(query.encode()).fetchall()) < number:
        assert time.monotonic() < deadline, said()
        list(conn.notifies(timeout=LOOK_SECONDS, stop_after=1))
