"""Lanes: work about one key is done in order, work about different keys at once, by a bounded number of hands."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Work = Callable[[], Awaitable[None]]
Spawn = Callable[[Coroutine[Any, Any, None]], object]
"""Starts a task; whoever gives it hears of what the work raises."""


class Lanes(Generic[Key]):
    """A lane for each key with work; the hands take one piece of each lane in turn, so that none keeps others waiting.

    What a piece of work raises ends the hand that did it, and the rest of its lane waits for another.
    """

    def __init__(self, hands: int, spawn: Spawn) -> None:
        self._hands = hands
        self._spawn = spawn
        self._lanes: dict[Key, deque[Work]] = {}
        self._ready: deque[Key] = deque()
        self._at_work = 0
        self._unfinished = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def put(self, key: Key, work: Work) -> None:
        """Have something done behind what waits for the same key."""
        self._unfinished += 1
        lane = self._lanes.get(key)
        if lane is None:
            self._lanes[key] = deque([work])
            self._ready.append(key)
        else:
            lane.append(work)
        if self._ready and self._at_work < self._hands:
            self._at_work += 1
            self._spawn(self._hand())

    def clear(self) -> None:
        """Forget what was not begun."""
        for lane in self._lanes.values():
            self._unfinished -= len(lane)
            lane.clear()
        for key in self._ready:
            del self._lanes[key]  # of the others a piece is being done
        self._ready.clear()
        self._tell()

    @property
    def unfinished(self) -> int:
        """How much waits or is being done."""
        return self._unfinished

    async def wait_until_below(self, unfinished: int) -> None:
        """Wait until less than this is unfinished."""
        if self._unfinished >= unfinished:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append((unfinished, future))
            await future

    async def _hand(self) -> None:
        try:
            while self._ready:
                key = self._ready.popleft()
                work = self._lanes[key].popleft()
                try:
                    await work()
                finally:
                    self._done(key)
        finally:
            self._at_work -= 1

    def _done(self, key: Key) -> None:
        self._unfinished -= 1
        if self._lanes[key]:
            self._ready.append(key)
        else:
            del self._lanes[key]
        self._tell()

    def _tell(self) -> None:
        if not self._waiting:
            return
        still = []
        for unfinished, future in self._waiting:
            if self._unfinished >= unfinished:
                still.append((unfinished, future))
            elif not future.done():
                future.set_result(None)
        self._waiting = still
