"""How often somebody may do something: a bucket each, in the memory of this program."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from api.problems import RateLimited

REMEMBERED: Final = 20_000
MINUTE: Final = 60.0


class Throttle:
    """So many times a minute, whoever it is; what was not used in a minute may be used at once.

    Each program counts for itself: with several behind one address the limit is that many times as high.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> None:
        """Count one more time; raises `RateLimited`, saying when there is room again."""
        now = self._clock()
        left, at = self._buckets.get(who, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - at) * self._per_minute / MINUTE)
        if left < 1:
            raise RateLimited(math.ceil((1 - left) * MINUTE / self._per_minute) if self._per_minute else 60)
        if len(self._buckets) >= REMEMBERED:
            self._forget_the_idle(now)
        self._buckets[who] = (left - 1, now)

    def _forget_the_idle(self, now: float) -> None:
        """Whoever has done nothing for a minute has a full bucket, as if they had never been here."""
        self._buckets = {who: (left, at) for who, (left, at) in self._buckets.items() if now - at < MINUTE}


class AtOnce:
    """So many at the same time, whoever it is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: dict[str, int] = {}

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """Have one more as long as it lasts; raises `RateLimited`."""
        if self._open.get(who, 0) >= self._most:
            raise RateLimited(1)
        self._open[who] = self._open.get(who, 0) + 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]
