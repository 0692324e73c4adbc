"""A circuit breaker around appending: while it does not work, nobody is made to wait for it."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eventstore.recorder import Held

PATIENCE_SECONDS: Final = 1.5
"""How long somebody waits for a lost database, or for one that gives no sign."""

PROBE_SECONDS: Final = 0.5
"""The pause before it is seen again whether appending works."""


_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """Why nothing can be appended, and since when (`time.monotonic`).

    `head`: another program holds it; `disk`: it is full; `database`: it is away, or gives no sign.
    """

    why: str
    since: float


class Circuit:
    """A circuit breaker around the appends of one writer; read by any thread, told by the writer's alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trouble: Trouble | None = None
        self._probe_at = 0.0
        self._is_at_work = False
        self._moved_at = clock()

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong, if something is."""
        if self._trouble is None and self._is_at_work and self.is_stuck:
            return Trouble("database", self._moved_at)
        return self._trouble

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has moved for longer than anybody is to wait."""
        return self._clock() - self._moved_at > PATIENCE_SECONDS

    def work(self) -> None:
        """Something is being done."""
        self._is_at_work = True
        self.moved()

    def rest(self) -> None:
        """Nothing is being done."""
        self._is_at_work = False

    def moved(self) -> None:
        """Some of the work is done; no work is done while the database is away."""
        if self._trouble is None or self._trouble.why != "database":
            self._moved_at = self._clock()

    def worked(self, *, has_appended: bool) -> None:
        """The database has answered."""
        if self._trouble is not None and (has_appended or self._trouble.why == "database"):
            self._trouble = None
        self.moved()

    def failed(self, error: Exception) -> None:
        """The database was asked in vain."""
        why = error.why if isinstance(error, Held) else "database"
        if why == "row":  # a matter of those who want the same row
            return
        now = self._clock()
        is_new = self._trouble is None or self._trouble.why != why
        if is_new:
            _logger.error("appending_failed", extra={"why": why})
        self._trouble = Trouble(why, now if is_new or self._trouble is None else self._trouble.since)
        self._probe_at = now + PROBE_SECONDS

    @property
    def needs_room(self) -> bool:
        """Whether it takes more than an append of nothing to see that the trouble is over."""
        return self._trouble is not None and self._trouble.why == "disk"

    def check(self) -> None:
        """Raise `Held` where it is known that nothing can be appended; a database that is away says so by itself."""
        match self._trouble:
            case Trouble("head" | "disk" as why):
                raise Held(why)

    def gives_up(self, begun: float) -> bool:
        """Whether who has tried since `begun` tries no more."""
        since = begun if self._trouble is None else min(begun, self._trouble.since)
        return self._clock() - since > PATIENCE_SECONDS

    @property
    def probe_in(self) -> float | None:
        """The seconds until it is to be seen whether appending works again; `None` while it does."""
        return None if self._trouble is None else max(0.0, self._probe_at - self._clock())
