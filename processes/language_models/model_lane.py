"""The lane in front of the language model: who may call it next, and when the provider's limits let them."""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from domain.follower.values import Urgency
from processes.language_models.rate_limits import Allowance, RateLimits

PLACES: Final = 32
"""Calls that are in the air at most, of one program."""


class NoPlace(Exception):
    """The lane will not, or did not, open in time."""


@dataclass(eq=False)
class LanePlace:
    """The right to make one call of about so many tokens, once `turn` says True."""

    tokens: int
    until: float
    turn: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class _Queue:
    """Who waits within one urgency: a line for each creator, from which one is taken in turn."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[LanePlace]] = OrderedDict()

    def put(self, creator_id: str, place: LanePlace, *, ahead: bool) -> None:
        line = self._lines.setdefault(creator_id, deque())
        if ahead:
            line.appendleft(place)
        else:
            line.append(place)

    def first(self) -> LanePlace | None:
        return next((line[0] for line in self._lines.values()), None)

    def take_first(self) -> None:
        """Take the first out; of its creator nobody is taken before the others had theirs."""
        creator_id, line = self._lines.popitem(last=False)
        line.popleft()
        if line:
            self._lines[creator_id] = line

    def remove(self, creator_id: str, place: LanePlace) -> None:
        if place in (line := self._lines.get(creator_id, deque())):
            line.remove(place)
            if not line:
                del self._lines[creator_id]


class ModelLane:
    """Live bursts before regenerations before backlog, creators in turn, within the limits that answers tell.

    `seconds` is a clock that never goes back, and `sleep` waits by it.
    """

    def __init__(
        self, seconds: Callable[[], float], sleep: Callable[[float], Awaitable[None]], places: int = PLACES
    ) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._places = places
        self._queues = {urgency: _Queue() for urgency in Urgency}
        self._in_air: dict[LanePlace, None] = {}  # in the order in which they were let in
        self._requests, self._tokens = Allowance(), Allowance()
        self._closed_until = 0.0
        self._look_again: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._look_again is not None:
            self._look_again.cancel()
            await asyncio.wait([self._look_again])

    @contextlib.asynccontextmanager
    async def place(
        self, creator_id: str, urgency: Urgency, *, tokens: int, until: float, ahead: bool = False
    ) -> AsyncIterator[LanePlace]:
        """Wait for a place until a time of the clock, and hold it; `ahead`: before what waits for the same creator.

        Raises `NoPlace`, at once where the limits say that it cannot be in time.
        """
        place = LanePlace(tokens, until)
        queue = self._queues[urgency]
        queue.put(creator_id, place, ahead=ahead)
        try:
            self._admit()
            if not await self._turn(place):
                raise NoPlace
            yield place
        finally:
            queue.remove(creator_id, place)
            self._in_air.pop(place, None)
            self._admit()

    def learn(self, place: LanePlace, limits: RateLimits) -> None:
        """Take over what the answer to a call says; what was begun after that call is not counted in it yet."""
        if place not in self._in_air:
            return
        now = self._seconds()
        after = list(self._in_air)[list(self._in_air).index(place) + 1 :]
        if limits.requests is not None:
            self._requests.learn(limits.requests, len(after), now)
        if limits.tokens is not None:
            self._tokens.learn(limits.tokens, sum(later.tokens for later in after), now)

    def close_for(self, seconds: float) -> None:
        """Let nobody in for so long: the provider refuses calls until then."""
        self._closed_until = max(self._closed_until, self._seconds() + seconds)

    def forget_limits(self) -> None:
        """Begin anew: each model has limits of its own."""
        self._requests, self._tokens = Allowance(), Allowance()
        self._closed_until = 0.0

    async def _turn(self, place: LanePlace) -> bool:
        if place.turn.done():
            return place.turn.result()
        try:
            async with asyncio.timeout(max(0.0, place.until - self._seconds())):
                return await place.turn
        except TimeoutError:
            return False

    def _admit(self) -> None:
        """Let in whoever may; turn away whoever is first and would wait in vain."""
        while len(self._in_air) < self._places and (queue := self._next_queue()) is not None:
            place = queue.first()
            assert place is not None, "a queue that is next has a first"
            now = self._seconds()
            opens_in = self._opens_in(place, now)
            if opens_in > 0 and now + opens_in <= place.until:
                self._wake_in(opens_in)
                return
            queue.take_first()
            if place.turn.done():
                continue  # its caller has just been cancelled
            place.turn.set_result(opens_in <= 0)
            if opens_in <= 0:
                self._in_air[place] = None
                self._requests.use(1, now)
                self._tokens.use(place.tokens, now)

    def _next_queue(self) -> _Queue | None:
        return next((queue for queue in self._queues.values() if queue.first() is not None), None)

    def _opens_in(self, place: LanePlace, now: float) -> float:
        return max(
            self._closed_until - now, self._requests.opens_in(1, now), self._tokens.opens_in(place.tokens, now), 0.0
        )

    def _wake_in(self, seconds: float) -> None:
        if self._look_again is not None:
            self._look_again.cancel()
        self._look_again = asyncio.create_task(self._wake(seconds), name="model lane")

    async def _wake(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._look_again = None
        self._admit()
