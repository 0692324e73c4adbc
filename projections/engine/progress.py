"""Positions of the projections, and the wait until they have reached one (read your writes)."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterable
from threading import Lock
from typing import TypeVar

T = TypeVar("T")

_Waiting = tuple[int, int, asyncio.Future[bool]]
"""Who waits for which position, in the order in which they came."""


class Progress:
    """The positions of all live projections as this process knows them; safe to use from any thread.

    The projector of this process reports directly, those of others by one notification per batch.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._positions = dict.fromkeys(names, 0)
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[_Waiting] = []
        self._tickets = 0
        self.restarts = 0
        """Goes up when the log begins anew: a position of before says nothing about this log."""

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say in which event loop the waits happen."""
        self._loop = loop

    @property
    def position(self) -> int:
        """What every projection shows: the position of the slowest."""
        return min(self._positions.values(), default=0)

    @property
    def waiting(self) -> int:
        """How many wait for a position."""
        return len(self._waiting)

    def advance(self, name: str, position: int) -> None:
        """Take note that a projection shows everything up to `position`."""
        with self._lock:
            if position <= self._positions.get(name, position):
                return
            before = self.position
            self._positions[name] = position
            if self.position == before:
                return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def restart(self) -> None:
        """Forget all positions, because the log begins anew."""
        with self._lock:
            self._positions = dict.fromkeys(self._positions, 0)
            self.restarts += 1

    def _wake(self) -> None:
        position = self.position
        while self._waiting and self._waiting[0][0] <= position:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(True)

    async def wait_until(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109  # the wait is the purpose
        """Wait until everything up to `position` is shown; `False` after `timeout` seconds."""
        if self.position >= position:
            return True
        loop = asyncio.get_running_loop()
        self._tickets += 1
        waiting: _Waiting = (position, self._tickets, loop.create_future())
        heapq.heappush(self._waiting, waiting)
        too_late = loop.call_later(timeout, self._give_up, waiting)
        try:
            return await waiting[2]
        finally:
            too_late.cancel()

    def _give_up(self, waiting: _Waiting) -> None:
        if waiting in self._waiting:  # else nothing would forget it while nothing happens
            self._waiting.remove(waiting)
            heapq.heapify(self._waiting)
        if not waiting[2].done():
            waiting[2].set_result(self.position >= waiting[0])

    async def wait_for_change(self, position: int, timeout: float) -> int:  # noqa: ASYNC109  # the wait is the purpose
        """Wait for anything behind `position`; answers what is shown then, unchanged after `timeout` seconds."""
        await self.wait_until(position + 1, timeout)
        return self.position

    async def wait_for(
        self,
        ask: Callable[[], Awaitable[T]],
        is_enough: Callable[[T], bool],
        timeout: float,  # noqa: ASYNC109  # the wait is the purpose
        look_again: float = 1.0,
    ) -> T:
        """Ask whenever more is shown, and every `look_again` seconds, until the answer is enough.

        After `timeout` seconds the last answer is given, whatever it is.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout
        while True:
            shown = self.position
            answer = await ask()
            left = until - loop.time()
            if is_enough(answer) or left <= 0:
                return answer
            await self.wait_for_change(shown, min(left, look_again))
