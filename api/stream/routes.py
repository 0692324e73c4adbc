"""Route of live updates (server-sent events): ids only, once the reads show what happened."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Annotated, Any, Final

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import JsonValue
from starlette.types import Receive, Scope, Send

from api.access.guard import Acting, KnownCallers, guarded_router
from api.access.roles import STAFF
from api.http.rate_limits import ConcurrencyLimit
from api.http.routing import Log, Progress, kept
from api.stream import fan_out
from api.stream.server_sent_events import follow
from domain.errors import FieldError, Invalid

router = guarded_router("stream", reads=STAFF, writes=STAFF)

Streams = Annotated[ConcurrencyLimit, kept("streams")]
FanOut = Annotated[fan_out.FanOut, kept("fan_out")]

POSITION: Final[dict[str, JsonValue]] = {"pattern": "^[0-9]{1,18}$"}

PATTERNS: Final = 50
LONGEST_PATTERN: Final = 100
"""No event's type has more characters."""

DATA: Final = {
    "position": 1042,
    "type": "lead.status_changed",
    "recorded_at": "2026-03-03T12:00:00.000000+00:00",
    "actor": "key:0123456789ab",
    "lead_id": "0b8c1f6e-2d54-5c5b-9d0e-6a3b5d7f9e21",
    "follower_id": "3d5a1c9e-7b42-4f0d-8a6c-1e2f3a4b5c6d",
    "correlation_id": "6f1c1d2e-3a4b-4c5d-8e6f-708192a3b4c5",
    "changed": ["status"],
}
MESSAGES: Final = {
    "description": "One message for each event, for as long as somebody reads them; `reset` says to read all anew.",
    "content": {
        "text/event-stream": {
            "schema": {
                "type": "object",
                "description": "One message.",
                "properties": {
                    "id": {"type": "string", "description": "The position."} | POSITION,
                    "event": {"type": "string", "description": "The type of the event, `reset` or `position`."},
                    "data": {"type": "string", "contentMediaType": "application/json"},
                },
                "required": ["id", "event", "data"],
            },
            "example": {"id": "1042", "event": "lead.status_changed", "data": json.dumps(DATA)},
        }
    },
}


@router.get(
    "/stream/{creator_id}",
    response_class=StreamingResponse,
    responses={200: MESSAGES},
)
async def stream_events(
    request: Request,
    creator: Acting,
    progress: Progress,
    log: Log,
    known: KnownCallers,
    streams: Streams,
    live: FanOut,
    last_event_id: Annotated[
        str | None, Query(description="As the header `Last-Event-ID`.", json_schema_extra=POSITION)
    ] = None,
    last_event_id_header: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description="The last position that the client has seen.",
            json_schema_extra=POSITION,
        ),
    ] = None,
    types: Annotated[list[str] | None, Query(description="Types with wildcards, such as `lead.*`.")] = None,
) -> StreamingResponse:
    """A creator's events after `Last-Event-ID`, each once and in order, then live; absent: live from now."""
    for field, text in (("header:Last-Event-ID", last_event_id_header), ("query:last_event_id", last_event_id)):
        if text is not None and not re.fullmatch(r"\d{1,18}", text, re.ASCII):
            raise Invalid(FieldError(field, "type", "An event id is a whole number."))
    given = last_event_id if last_event_id_header is None else last_event_id_header
    patterns = [pattern for each in types or () for pattern in each.split(",")]
    if len(patterns) > PATTERNS or any(len(pattern) > LONGEST_PATTERN for pattern in patterns):
        detail = f"At most {PATTERNS} types, each of at most {LONGEST_PATTERN} characters."
        raise Invalid(FieldError("query:types", "count", detail))
    after = progress.position if given is None else int(given)
    return OneOfFew(
        streams.one(creator.counted_as),
        follow(live, log, creator.creator_id, after, patterns, lambda: _may_read(request, known, creator)),
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


async def _may_read(request: Request, known: KnownCallers, creator: Acting) -> float:
    """For how long the credential that opened the stream would keep it open, as things are now."""
    caller = await known.still(request.headers, request.cookies, creator.creator_id)
    return caller.good_until - known.clock() if caller is not None and caller.role in STAFF else 0
