"""What happens, as it happens: server-sent events with ids only, once the reads show it."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.dependencies import Acting, Running, guarded_router
from api.live import follow
from api.problems import Unauthenticated
from api.roles import STAFF
from domain.errors import FieldError, Invalid

router = guarded_router("stream", reads=STAFF, writes=STAFF)


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
    in_header = request.headers.get("last-event-id")
    given = last_event_id if in_header is None else in_header
    if given is not None and not re.fullmatch(r"\d{1,18}", given, re.ASCII):
        field = "query:last_event_id" if in_header is None else "header:Last-Event-ID"
        raise Invalid(FieldError(field, "type", "An event id is a whole number."))
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
