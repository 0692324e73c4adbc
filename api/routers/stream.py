"""What happens, as it happens: server-sent events with ids only, once the reads show it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.dependencies import Acting, Running, guarded_router
from api.happenings import BATCH, of_creator
from api.problems import Unauthenticated
from api.roles import STAFF
from domain.errors import FieldError, Invalid
from domain.lead import Lead
from eventstore.log import Recorded

router = guarded_router("stream", reads=STAFF, writes=STAFF)

FURTHEST_BACK: Final = 10_000
SILENCE: Final = 15.0
SLOWEST: Final = 30.0
"""How long, in seconds, a reader may take for one batch before it is let go."""

CHANGED: Final = {Lead.StatusChanged.TOPIC: ["status"], Lead.Scored.TOPIC: ["purchase_intent"]}


@router.get(
    "/stream/{creator_id}",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(
    request: Request,
    creator: Acting,
    runtime: Running,
    last_event_id: Annotated[str | None, Query(description="As the header `Last-Event-ID`.")] = None,
    types: Annotated[list[str] | None, Query(description="Types with wildcards, such as `lead.*`.")] = None,
) -> StreamingResponse:
    """A creator's events after `Last-Event-ID`, each once and in order, then live; absent: live from now."""
    given = request.headers.get("last-event-id", last_event_id)
    if given is not None and not re.fullmatch(r"\d{1,18}", given, re.ASCII):
        raise Invalid(FieldError("query:last_event_id", "type", "An event id is a whole number."))
    patterns = [pattern for each in types or () for pattern in each.split(",")]
    after = runtime.progress.position if given is None else int(given)
    return OneOfFew(
        runtime.streams.one(creator.actor),
        follow(runtime, creator.creator_id, after, patterns, lambda: _may_still(request, runtime, creator)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


class OneOfFew(StreamingResponse):
    """A response of which a caller may have a few open at the same time; one too many is refused before it begins."""

    def __init__(self, place: AbstractContextManager[None], content: AsyncIterator[str], **kwargs: Any) -> None:
        super().__init__(content, **kwargs)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)


async def _may_still(request: Request, runtime: Running, creator: Acting) -> bool:
    """Whether the credential that opened the stream would open it now."""
    try:
        caller = await runtime.callers.identify(request.headers, request.cookies)
    except Unauthenticated:
        return False
    return caller.role in STAFF and (caller.is_admin or caller.creator_id == creator.creator_id)


async def follow(
    runtime: Running,
    creator_id: str,
    after: int,
    patterns: Sequence[str],
    may_still: Callable[[], Awaitable[bool]],
) -> AsyncIterator[str]:
    """The stream's text, for as long as somebody reads it, keeps up, and may."""
    clock = asyncio.get_running_loop().time
    changes = runtime.callers.changes
    shown = runtime.progress.position
    text = ": live\n\n"
    if shown - after > FURTHEST_BACK or await _is_ahead(runtime, after):
        after, text = shown, _message(shown, "reset", {"position": shown})
    said_at = clock()
    while True:
        if text:
            began = clock()
            yield text
            said_at = clock()
            if said_at - began > SLOWEST:
                return
        shown = await runtime.progress.beyond(after, max(0.0, said_at + SILENCE - clock()))
        if changes != runtime.callers.changes:
            changes = runtime.callers.changes
            if not await may_still():
                return
        if shown < after and await _is_ahead(runtime, after):
            after, text = shown, _message(shown, "reset", {"position": shown})
            continue
        happened = await of_creator(runtime, creator_id, after, shown) if shown > after else ()
        after = happened[-1].position if len(happened) == BATCH else max(after, shown)
        wanted = [each for each in happened if not patterns or _matches(each, patterns)]
        text = "".join(_message(each.position, each.event.TOPIC, _data(each)) for each in wanted)
        if not text and clock() - said_at >= SILENCE:
            text = _message(after, "position", {"position": after}) if patterns else ": still here\n\n"


async def _is_ahead(runtime: Running, position: int) -> bool:
    """Whether nothing has that position: the client knows another log, such as the one before a reset."""
    return position > await asyncio.to_thread(runtime.log.head)


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
