"""Rate limits: a token bucket for each caller or address, in the memory of this program."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from api.http.problems import RateLimited

REMEMBERED: Final = 20_000
MINUTE: Final = 60.0

FROM_ALL: Final = 3
"""So many times as many log-ins may fail for one account from wherever, and from one address for whomever."""
FROM_KNOWN: Final = 6
"""So many times as many may fail from an address from which somebody has logged in to the account before."""


class Throttle:
    """So many times a minute, whoever it is; what was not used in a minute may be used at once.

    Each program counts for itself: with several behind one address the limit is that many times as high. Of more than
    `REMEMBERED` who come, those who have not come for longest are forgotten.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> None:
        """Count one more time; raises `RateLimited`, saying when there is room again."""
        left, now = self._left(who)
        if left < 1:
            raise RateLimited(math.ceil((1 - left) * MINUTE / self._per_minute) if self._per_minute else 60)
        self._keep(who, left - 1, now)

    def give_back(self, who: str) -> None:
        """What was taken last is not counted after all."""
        left, now = self._left(who)
        self._keep(who, min(self._per_minute, left + 1), now)

    def _left(self, who: str) -> tuple[float, float]:
        now = self._clock()
        left, at = self._buckets.get(who, (float(self._per_minute), now))
        return min(self._per_minute, left + (now - at) * self._per_minute / MINUTE), now

    def _keep(self, who: str, left: float, now: float) -> None:
        self._buckets.pop(who, None)  # whoever comes goes to the end
        if len(self._buckets) >= REMEMBERED:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[who] = (left, now)


class Tries:
    """How often log-ins may fail: of one account from one address, of one account in all, from one address in all.

    Who has logged in to an account from an address before has a bucket of their own there: whoever else tries the
    account, or tries others from the same address, does not keep them out.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pairs = Throttle(per_minute, clock)
        self._accounts = Throttle(FROM_ALL * per_minute, clock)
        self._addresses = Throttle(FROM_ALL * per_minute, clock)
        self._known = Throttle(FROM_KNOWN * per_minute, clock)

    @contextmanager
    def one(self, address: str, account: str | None = None, *, is_known: bool = False) -> Iterator[None]:
        """Try once; only what fails is counted. Raises `RateLimited`."""
        taken: list[tuple[Throttle, str]] = []
        try:
            for throttle, who in self._counted(address, account, is_known=is_known):
                throttle.take(who)
                taken.append((throttle, who))
            yield
        except RateLimited:  # it was not tried at all
            _give_back(taken)
            raise
        _give_back(taken)

    def _counted(self, address: str, account: str | None, *, is_known: bool) -> Iterator[tuple[Throttle, str]]:
        who = "" if account is None else account.casefold()
        if is_known:
            yield self._known, f"{address} {who}"
            return
        if account is not None:
            yield self._pairs, f"{address} {who}"
        yield self._addresses, address
        if account is not None:
            yield self._accounts, who


def _give_back(taken: list[tuple[Throttle, str]]) -> None:
    for throttle, who in taken:
        throttle.give_back(who)


class ConcurrencyLimit:
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
