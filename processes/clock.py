"""The one clock of the program; in a demo installation it can be set ahead, never back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from projections.engine.projection import Pool

CHANNEL = "app_clock"


class Clock:
    """Answers the time, aware UTC: the machine's, plus what the demo has been set ahead by."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self._when_moved: list[Callable[[], None]] = []

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def when_moved(self, callback: Callable[[], None]) -> None:
        """Call back, in whichever thread hears of it, after every move."""
        self._when_moved.append(callback)

    def heard(self, payload: str | None) -> None:
        """Another program set the clock: `payload` is how far ahead it is, in seconds."""
        if payload is not None:
            self._set(timedelta(seconds=float(payload)))

    def _set(self, ahead: timedelta) -> None:
        if ahead != self.ahead:
            self.ahead = ahead
            for callback in self._when_moved:
                callback()

    async def read(self, pool: Pool) -> bool:
        """Take over what the database says; answers whether this is a demo installation."""
        async with pool.connection() as conn:
            cursor = await conn.execute("SELECT ahead, is_demo FROM app.clock")
            row = await cursor.fetchone()
        if row is None:
            raise LookupError("the clock has no row")
        self._set(row["ahead"])
        return bool(row["is_demo"])

    async def advance_to(self, moment: datetime, pool: Pool) -> None:
        """Set the clock of a demo installation ahead to `moment`, for all of its programs; no other one moves."""
        ahead = max(self.ahead, moment - datetime.now(UTC))
        async with pool.connection() as conn:
            cursor = await conn.execute("UPDATE app.clock SET ahead = %s WHERE is_demo", (ahead,))
            if not cursor.rowcount:
                return
            await conn.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(ahead.total_seconds())))
        self._set(ahead)
