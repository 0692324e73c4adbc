"""Server-sent events: a creator's events as text without an end, with ids only, once the reads show them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from domain.lead import Lead
from eventstore.log import Log, Recorded
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.progress import Progress
from projections.event_history import BATCH, EventHistory

FURTHEST_BACK: Final = 10_000
SILENCE: Final = 15.0
"""Seconds after which something is said although nothing has happened."""
LOOK_AGAIN: Final = 10.0
"""Seconds after which a reader's credential is looked at again, should no notification tell of a change."""

CHANGED: Final = {
    Lead.StatusChanged.TOPIC: ["status"],
    Lead.Scored.TOPIC: ["purchase_intent"],
    Lead.Assigned.TOPIC: ["assigned_to"],
    Lead.Archived.TOPIC: ["archived"],
    Lead.MarkedAsSpam.TOPIC: ["spam"],
    Lead.Restored.TOPIC: ["archived", "spam"],
}

MayRead = Callable[[], Awaitable[float]]
"""For how many seconds a reader may go on at most; 0 when that is over."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Feed:
    """From where a stream is read; `changes` counts the changes of anybody's access."""

    progress: Progress
    history: EventHistory
    log: Log
    changes: Callable[[], int]


async def follow(
    feed: Feed, creator_id: str, after: int, patterns: Sequence[str], may_read: MayRead
) -> AsyncIterator[str]:
    """What happened behind position `after`, each event once and in order, then live, for as long as somebody reads.

    It ends when the reader may read no more, and when the database is away: a client comes back by itself, and says
    where it was. `may_read` is asked whenever access was changed, when what it answered is over, and every
    `LOOK_AGAIN` seconds: a program may hear of no change.
    """
    try:
        async for text in _follow(feed, creator_id, after, patterns, may_read):
            yield text
    except TRANSIENT_ERRORS as error:
        _logger.warning("stream_ended", extra={"error": type(error).__name__})


async def _follow(
    feed: Feed, creator_id: str, after: int, patterns: Sequence[str], may_read: MayRead
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    changes, ask_at = feed.changes(), clock()
    shown = feed.progress.position
    text = ": live\n\n"
    if shown - after > FURTHEST_BACK or await _is_ahead(feed, after):
        after, text = shown, _message(shown, "reset", {"position": shown})
    said_at = clock()
    while True:
        if text:
            yield text
            said_at = clock()
        shown = await feed.progress.wait_for_change(after, max(0.0, min(said_at + SILENCE, ask_at) - clock()))
        if changes != feed.changes() or clock() >= ask_at:
            changes = feed.changes()
            if (may_go_on_for := await may_read()) <= 0:
                return
            ask_at = clock() + min(may_go_on_for, LOOK_AGAIN)
        if shown < after and await _is_ahead(feed, after):
            after, text = shown, _message(shown, "reset", {"position": shown})
            continue
        happened = await feed.history.of_creator(creator_id, after, shown) if shown > after else ()
        after = happened[-1].position if len(happened) == BATCH else max(after, shown)
        wanted = [each for each in happened if not patterns or _matches(each, patterns)]
        text = "".join(_message(each.position, each.event.TOPIC, _data(each)) for each in wanted)
        if not text and clock() - said_at >= SILENCE:
            text = _message(after, "position", {"position": after}) if patterns else ": still here\n\n"


async def _is_ahead(feed: Feed, position: int) -> bool:
    """Whether nothing has that position: the client knows another log, such as the one before a reset."""
    return position > await asyncio.to_thread(feed.log.head)


def _matches(recorded: Recorded, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(recorded.event.TOPIC, pattern) for pattern in patterns)


def _message(position: int, event: str, data: dict[str, object]) -> str:
    return f"id: {position}\nevent: {event}\ndata: {json.dumps(data)}\n\n"


def _data(recorded: Recorded) -> dict[str, object]:
    event, about = recorded.event, recorded.metadata
    return {
        "position": recorded.position,
        "type": event.TOPIC,
        "recorded_at": recorded.recorded_at.isoformat(timespec="microseconds"),
        "actor": about.get("actor"),
        "lead_id": about.get("lead_id"),
        "follower_id": about.get("follower_id"),
        "correlation_id": about.get("correlation_id"),
        "changed": list(event.changed) if isinstance(event, Lead.DetailsChanged) else CHANGED.get(event.TOPIC, []),
    }
