"""Fan-out: one reader of the log for all streams of a program, which makes the text of each event once."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, takewhile
from typing import Final

from api.stream.messages import StreamMessage, message_of
from eventstore.pools import asking_for
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.progress import Progress
from projections.event_history import BATCH, EventHistory

REMEMBERED: Final = 1000
"""Messages of a creator that are held for readers who are a little behind: half a megabyte at most."""
LOOK_SECONDS: Final = 0.25
"""How long the reader of the log waits at most before it looks whether anybody's access, or the log, is another."""
AT_ONCE: Final = 25
"""Streams that are woken together: whatever else there is to do comes between them and the next."""
PAUSE_EACH: Final = 0.0001
PAUSE_AT_MOST: Final = 0.05
"""Seconds in which the log is not read again, for each stream that was woken and in all: what comes meanwhile is
written together, or writing to many would leave no time for anything else."""

_logger = logging.getLogger(__name__)


class Feed:
    """A creator's latest messages: all of them behind position `begins`, up to position `reached`."""

    def __init__(self, begins: int) -> None:
        self.begins = self.reached = begins
        self.streams = 0
        self.times_begun = 0
        """Goes up when the log begins anew: whoever has seen a position has seen one of another log."""
        self.error: str | None = None
        """Why nothing comes any more."""
        self._messages: deque[StreamMessage] = deque()
        self._waiting: set[asyncio.Future[None]] = set()

    def behind(self, position: int) -> Sequence[StreamMessage]:
        """The next messages behind a position from `begins` on, at most `BATCH`."""
        found = list(takewhile(lambda each: each.position > position, reversed(self._messages)))
        return found[: -BATCH - 1 : -1]

    async def wait(self, position: int, until: float) -> None:
        """Wait until there is more than at a position, or a reader has to look; no longer than `until`.

        That is a time of the event loop's clock.
        """
        if self.reached > position or self.error is not None:
            return
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        at_last = loop.call_at(until, _wake, woken)
        self._waiting.add(woken)
        try:
            await woken
        finally:
            at_last.cancel()
            self._waiting.discard(woken)

    def extend(self, messages: Sequence[StreamMessage], reached: int) -> None:
        """Take up what was read behind `reached`; the oldest are forgotten for it."""
        self._messages.extend(messages)
        while len(self._messages) > REMEMBERED:
            self.begins = self._messages.popleft().position
        self.reached = reached

    def begin_anew(self, position: int) -> None:
        """Forget another log; positions are of this one from now on."""
        self._messages.clear()
        self.begins = self.reached = position
        self.times_begun += 1

    def wake(self) -> Iterator[None]:
        """Wake whoever waits, a few with each step."""
        waiting = iter(tuple(self._waiting))
        while some := tuple(islice(waiting, AT_ONCE)):
            for each in some:
                _wake(each)
            yield


class FanOut:
    """Follows what the reads show, for the creators to whose streams somebody listens, and nothing while nobody does.

    `changes` counts the changes of anybody's access: readers look again when there is one.
    """

    def __init__(self, progress: Progress, history: EventHistory, changes: Callable[[], int]) -> None:
        self.progress = progress
        self.history = history
        self.changes = changes
        self._feeds: dict[str, Feed] = {}
        self._reached = 0
        """Up to where the log was read, or is being read for whoever listened when that began."""
        self._restarts = 0
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow from now on; in the event loop of the streams."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Read no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @contextmanager
    def listening(self, creator_id: str) -> Iterator[Feed]:
        """The creator's feed, as long as somebody listens."""
        if not self._feeds:
            self._reached, self._restarts = self.progress.position, self.progress.restarts
            self._wanted.set()
        feed = self._feeds.get(creator_id)
        if feed is None:
            feed = self._feeds[creator_id] = Feed(self._reached)
        feed.streams += 1
        try:
            yield feed
        finally:
            feed.streams -= 1
            if not feed.streams and self._feeds.get(creator_id) is feed:
                del self._feeds[creator_id]

    async def _run(self) -> None:
        with asking_for(""):
            while True:
                try:
                    await self._follow()
                except TRANSIENT_ERRORS as error:
                    await self._end(type(error).__name__)
                except Exception as error:
                    _logger.exception("fan_out_failed")
                    await self._end(type(error).__name__)

    async def _follow(self) -> None:
        changes = self.changes()
        while True:
            if not self._feeds:
                self._wanted.clear()
                await self._wanted.wait()
            shown = await self.progress.wait_for_change(self._reached, LOOK_SECONDS)
            if changes != self.changes():
                changes = self.changes()
                await self._wake(self._feeds.values())
            if self._restarts != self.progress.restarts:
                self._reached, self._restarts = self.progress.position, self.progress.restarts
                for feed in self._feeds.values():
                    feed.begin_anew(self._reached)
                await self._wake(self._feeds.values())
            elif shown > self._reached and self._feeds:
                woken = await self._read(shown)
                await asyncio.sleep(min(PAUSE_AT_MOST, PAUSE_EACH * woken))

    async def _read(self, shown: int) -> int:
        """Read on up to what is shown; answers how many streams that woke."""
        after, self._reached = self._reached, shown
        feeds, restarts, woken = dict(self._feeds), self._restarts, 0
        while after < shown:
            happened = await self.history.of_creators(list(feeds), after, shown)
            if restarts != self.progress.restarts:  # what was read may be of either log
                break
            after = happened[-1].position if len(happened) == BATCH else shown
            messages = defaultdict[str, list[StreamMessage]](list)
            for each in happened:
                messages[each.metadata["creator_id"]].append(message_of(each))
            for creator_id, feed in feeds.items():
                feed.extend(messages.get(creator_id, ()), after)
            woken += await self._wake(feeds[creator_id] for creator_id in messages)
        return woken

    async def _wake(self, feeds: Iterable[Feed]) -> int:
        woken = 0
        for feed in tuple(feeds):
            woken += feed.streams
            for _ in feed.wake():
                await asyncio.sleep(0)
        return woken

    async def _end(self, error: str) -> None:
        """Tell whoever listens that nothing comes any more; who comes back begins with another feed."""
        feeds, self._feeds = self._feeds, {}
        for feed in feeds.values():
            feed.error = error
        await self._wake(feeds.values())


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
