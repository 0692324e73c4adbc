"""Answer timeouts for sessions whose server, or a proxy before it, keeps the connection open and says nothing.

TCP notices a peer that is gone, but not one that is stopped: its kernel goes on acknowledging what is sent.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg
from psycopg import AsyncConnection, Connection, waiting
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.rows import DictRow, Row, dict_row

from eventstore.session_limits import SessionLimits, session

RV = TypeVar("RV")

ANSWER_SECONDS = 10.0
LOOK_SECONDS = 0.1
"""How often a wait looks whether it was interrupted."""


class AnsweringConnection(Connection[Row]):
    """Raises `OperationalError`, and is closed, when no answer came for `answer_seconds`."""

    answer_seconds: float = ANSWER_SECONDS

    def wait(self, gen: PQGen[RV], interval: float = LOOK_SECONDS, timeout: float | None = None) -> RV:
        patience = self.answer_seconds if timeout is None else timeout
        try:
            return waiting.wait(gen, self.pgconn.socket, interval=interval, timeout=patience)
        except BaseException as error:
            _give_up(self.pgconn, error)
            raise


class AsyncAnsweringConnection(AsyncConnection[Row]):
    """The same for an event loop. A task that is cancelled closes it, too, instead of waiting for a last answer."""

    answer_seconds: float = ANSWER_SECONDS

    async def wait(
        self,
        gen: PQGen[RV],
        interval: float = LOOK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109  # as the class that it stands for has it
    ) -> RV:
        patience = self.answer_seconds if timeout is None else timeout
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=patience)
        except BaseException as error:
            _give_up(self.pgconn, error)
            raise


Session = AsyncAnsweringConnection[DictRow]


@asynccontextmanager
async def own_session(url: str, limits: SessionLimits, *, answer_seconds: float) -> AsyncIterator[Session]:
    """A session for one purpose, in autocommit; every wait on it ends."""
    conn = await AsyncAnsweringConnection.connect(url, autocommit=True, row_factory=dict_row, **session(limits, url))
    conn.answer_seconds = answer_seconds
    try:
        yield conn
    finally:
        await conn.close()


def _give_up(session: PGconn, error: BaseException) -> None:
    """Close a session that still waits for an answer: whose question the next one was would be unknown.

    An error that the server has answered is none of that, though in a pipeline more answers are to come.
    """
    is_answer = isinstance(error, psycopg.Error) and error.sqlstate is not None
    if session.transaction_status == TransactionStatus.ACTIVE and not is_answer:
        session.finish()
