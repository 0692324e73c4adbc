"""Server-sent events: a creator's events as text without an end, with ids only, once the reads show them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from fnmatch import fnmatchcase
from typing import Final

from api.stream.fan_out import FanOut, Feed
from api.stream.messages import StreamMessage, message_of, told
from eventstore.log import Log
from processes.transient_errors import TRANSIENT_ERRORS
from projections.event_history import BATCH

FURTHEST_BACK: Final = 10_000
SILENCE: Final = 15.0
"""Seconds after which something is said although nothing has happened."""
LOOK_AGAIN: Final = 10.0
"""Seconds after which a reader's credential is looked at again, should no notification tell of a change."""

MayRead = Callable[[], Awaitable[float]]
"""For how many seconds a reader may go on at most; 0 when that is over."""

_logger = logging.getLogger(__name__)


async def follow(
    fan_out: FanOut, log: Log, creator_id: str, after: int, patterns: Sequence[str], may_read: MayRead
) -> AsyncIterator[str]:
    """What happened behind position `after`, each event once and in order, then live, for as long as somebody reads.

    It ends when the reader may read no more, and when the database is away: a client comes back by itself, and says
    where it was. `may_read` is asked whenever access was changed, when what it answered is over, and every
    `LOOK_AGAIN` seconds: a program may hear of no change.
    """
    try:
        with fan_out.listening(creator_id) as feed:
            async for text in _follow(fan_out, feed, log, creator_id, after, patterns, may_read):
                yield text
        if feed.error is not None:
            _logger.warning("stream_ended", extra={"error": feed.error})
    except TRANSIENT_ERRORS as error:
        _logger.warning("stream_ended", extra={"error": type(error).__name__})


async def _follow(
    fan_out: FanOut, feed: Feed, log: Log, creator_id: str, after: int, patterns: Sequence[str], may_read: MayRead
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    changes, ask_at, times_begun = fan_out.changes(), clock(), feed.times_begun
    shown = fan_out.progress.position
    text = ": live\n\n"
    if shown - after > FURTHEST_BACK or await _is_ahead(log, after):
        after, text = shown, told(shown, "reset", {"position": shown})
    said_at = clock()
    while True:
        if text:
            yield text
            said_at = clock()
        await feed.wait(after, min(said_at + SILENCE, ask_at))
        if changes != fan_out.changes() or clock() >= ask_at:
            changes = fan_out.changes()
            if (may_go_on_for := await may_read()) <= 0:
                return
            ask_at = clock() + min(may_go_on_for, LOOK_AGAIN)
        if feed.error is not None:
            return
        if times_begun != feed.times_begun:
            times_begun, after = feed.times_begun, feed.reached
            text = told(after, "reset", {"position": after})
            continue
        messages, after = await _next(fan_out, feed, creator_id, after)
        text = "".join(each.text for each in messages if not patterns or _matches(each, patterns))
        if not text and clock() - said_at >= SILENCE:
            text = told(after, "position", {"position": after}) if patterns else ": still here\n\n"


async def _next(fan_out: FanOut, feed: Feed, creator_id: str, after: int) -> tuple[Sequence[StreamMessage], int]:
    """The next messages behind position `after`, and how far one is with them.

    Who is further back than what is in memory reads the log for itself, until it is not.
    """
    messages: Sequence[StreamMessage]
    if after >= feed.begins:
        messages, reached = feed.behind(after), max(after, feed.reached)
    else:
        reached = fan_out.progress.position
        messages = [message_of(each) for each in await fan_out.history.of_creators([creator_id], after, reached)]
    return messages, messages[-1].position if len(messages) == BATCH else reached


async def _is_ahead(log: Log, position: int) -> bool:
    """Whether nothing has that position: the client knows another log, such as the one before a reset."""
    return position > await asyncio.to_thread(log.head)


def _matches(message: StreamMessage, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(message.topic, pattern) for pattern in patterns)
