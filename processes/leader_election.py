"""Leading a role on a session of its own, for as long as the database hears from us."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from eventstore.answer_timeouts import Session, own_session
from eventstore.leases import BEAT, BEAT_SECONDS, END_SILENT, TAKE, Deposed, Lease, held, wanted
from eventstore.session_limits import FOLLOWING
from processes.task_group import task_group

ANSWER_SECONDS = 5.0


def leaders_session(url: str) -> AbstractAsyncContextManager[Session]:
    """A session that can hold a lease."""
    return own_session(url, FOLLOWING, answer_seconds=ANSWER_SECONDS)


async def take(conn: Session, name: str) -> Lease | None:
    """Lead if nobody else does; a leader that hangs loses its session first."""
    row = await (await conn.execute(TAKE, wanted([name]))).fetchone()
    if row is not None and row["is_silent"]:
        await conn.execute(END_SILENT, wanted([name]))
        row = await (await conn.execute(TAKE, wanted([name]))).fetchone()
    return Lease(name, row["generation"]) if row is not None and row["generation"] else None


@asynccontextmanager
async def beating(conn: Session, lease: Lease) -> AsyncIterator[None]:
    """Be heard while what is inside goes on; when that ends, because the session or the lease has, it is cancelled.

    Raises `Deposed`, or how the session ended, unless whoever leads is cancelled.
    """
    async with task_group() as tasks:
        heart = tasks.create_task(_beat(conn, lease))
        yield
        heart.cancel()


async def _beat(conn: Session, lease: Lease) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        cursor = await conn.execute(BEAT, held([lease]))
        if not cursor.rowcount:
            raise Deposed(f"Somebody else leads {lease.name}.")
