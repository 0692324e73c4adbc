"""Readiness: what keeps this program from serving, looked at twice a second by a task of its own."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import Error
from psycopg.errors import UndefinedTable

from api.database.migrate import APPLIED, unapplied
from api.errors import StartupError
from eventstore.answer_timeouts import Session, own_session
from eventstore.circuit_breaker import Trouble
from eventstore.leases import VACANT_SECONDS
from eventstore.session_limits import READS
from projections.engine.lag import Lag, lags
from projections.engine.projection import Projection

LOOK_SECONDS: Final = 0.5
ANSWER_SECONDS: Final = 2.0
STALE_SECONDS: Final = 3.0
"""When nothing has been seen for so long, the database does not answer."""

FAR_BEHIND: Final = 10_000
"""Events that a projection may lag behind before the reads are too old to be served."""

TOO_OLD_SECONDS: Final = 30.0
"""The same by age. Another leader has taken over long before, and nothing holds a projection up for so long."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """What was seen last: `lags` is empty where the database lacks its schema."""

    at: float
    lags: Sequence[Lag]
    is_migrated: bool = True


class ReadinessProbe:
    """Whether requests may come, and if not, what is missing."""

    def __init__(
        self,
        url: str,
        projections: Sequence[Projection],
        trouble: Callable[[], Trouble | None],
        key_is_over: Callable[[], bool],
        leaving: threading.Event,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._projections = projections
        self._trouble = trouble
        self._key_is_over = key_is_over
        self._leaving = leaving
        self._now = now
        self._began = now()
        self._seen = Seen(now() - STALE_SECONDS, ())
        self._told: list[str] = []
        self._tried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def missing(self) -> list[str]:
        """In words: `key`, `draining`, `database`, `migrations`, `projections`, `lag`, `leader`, `head` and `disk`."""
        if self._key_is_over():
            return ["key"]
        if self._leaving.is_set():
            return ["draining"]
        if self._now() - self._seen.at >= STALE_SECONDS:
            return ["database"]
        if not self._seen.is_migrated:
            return ["migrations"]
        trouble = self._trouble()
        return [*unfit(self._seen.lags, self._now() - self._began), *([trouble.why] if trouble else [])]

    async def start(self) -> None:
        """Begin to look; returns when it was tried once."""
        self._task = asyncio.create_task(self._run())
        await self._tried.wait()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            is_reached = False
            try:
                async with own_session(self._url, READS, answer_seconds=ANSWER_SECONDS) as conn:
                    is_reached = True
                    lacking = await self._unmigrated(conn)
                    while not lacking:
                        self._seen = Seen(self._now(), await lags(conn, self._projections))
                        await self._rest()
                    self._seen = Seen(self._now(), (), is_migrated=False)
            except Error as error:
                _logger.debug("database_not_seen", extra={"error": type(error).__name__})
                if not is_reached:
                    self._seen = Seen(self._now() - STALE_SECONDS, ())
            except Exception:
                _logger.exception("readiness_check_failed")
            await self._rest()

    async def _rest(self) -> None:
        self._tried.set()
        if (missing := self.missing) != self._told:
            self._told = missing
            if missing:
                _logger.warning("not_ready", extra={"missing": ",".join(missing)})
            else:
                _logger.info("ready_again")
        await asyncio.sleep(LOOK_SECONDS)

    @staticmethod
    async def _unmigrated(conn: Session) -> bool:
        try:
            rows = await (await conn.execute(APPLIED)).fetchall()
            return bool(unapplied((row["number"], row["name"], row["sha256"]) for row in rows))
        except (StartupError, UndefinedTable):
            return True


def unfit(lags: Sequence[Lag], watched: float) -> list[str]:
    """Why the reads are not to be served; `watched` for how many seconds a leader could have been heard."""
    reasons = {
        "projections": any(lag.events > FAR_BEHIND for lag in lags),
        "lag": any(lag.seconds > TOO_OLD_SECONDS for lag in lags),
        "leader": watched > VACANT_SECONDS and any(lag.heard is None or lag.heard > VACANT_SECONDS for lag in lags),
    }
    return [reason for reason, holds in reasons.items() if holds]
