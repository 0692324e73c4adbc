"""Routing: the classes of routes, checks of bodies and queries, and the parts of the program as dependencies."""

import asyncio
import json
from collections.abc import Callable, Iterator
from email.message import Message
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from api import settings
from api.http.direct import Handle, direct_app, direct_handler, is_direct
from api.http.idempotency import HEADER as IDEMPOTENCY_KEY
from api.http.parts import Part, with_parts
from api.http.problems import Problem, UnsupportedMediaType
from api.http.state import runtime_of
from api.runtime import Runtime
from domain.application import Clonnect
from domain.creator import Creator
from domain.errors import FieldError, Invalid
from eventstore import log
from processes import channel_accounts, clock, deliveries, presence, telegram_setup
from processes.notifying import senders
from projections.engine import progress, projection

JSON: Final = "application/json"

VALUES: Final = 5000
"""Values and names of fields in a JSON body: each may break a rule, which takes its time."""
PARAMETERS: Final = 100
"""Parameters of a query."""

_CHARSETS: Final = ("utf-8", "utf8", "us-ascii", "utf-16", "utf-16le", "utf-16be", "windows-1252")
"""What may be said of a file; which of them it is in, the file shows."""

NOT_HERE: Final[tuple[Match, Scope]] = (Match.NONE, {})

SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Route(APIRoute):
    """A route that is looked at only where a path begins as its own: matching all of them took half of a request."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, with_parts(endpoint), **more)
        if is_direct(self):
            self.app = direct_app(self.get_route_handler())
        self._begins = path.partition("{")[0]

    def get_route_handler(self) -> Handle:
        framework = super().get_route_handler()
        return direct_handler(self, framework) if is_direct(self) else framework

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if scope["path"].startswith(self._begins) else NOT_HERE


class PublicRoute(Route):
    """A route that anybody may call; its body is judged before anything else looks at it."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def judged(request: Request) -> Response:
            body = await request.body()
            refuse_idempotency_key(request)
            check_body(request, body)
            return await handle(request)

        return judged


def refuse_idempotency_key(request: Request) -> None:
    """Refuse a key on a write whose answer must not be kept: it would let in whoever repeats it."""
    if request.method not in SAFE and IDEMPOTENCY_KEY in request.headers:
        detail = "This request takes no idempotency key: its answer is not kept."
        raise Invalid(FieldError(f"header:{IDEMPOTENCY_KEY}", "unwanted", detail))


def public_router(tag: str, route_class: type[Route] = PublicRoute) -> APIRouter:
    """A router whose routes need no credential."""
    return APIRouter(
        route_class=route_class,
        tags=[tag],
        responses=PROBLEMS,
        generate_unique_id_function=lambda route: route.name,
    )


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {"default": {"model": Problem}}
"""Keeps the framework from describing refusals of its own; `api.openapi.document` says which a route has."""


def check_body(request: Request, body: bytes, media_type: str = JSON) -> None:
    """Refuse a body of another type, and what is not a JSON text that can be stored: no NUL, no lone surrogates."""
    if not body:
        return
    given = request.headers.get("content-type", "")
    if given != media_type:  # else it is what nearly everybody sends, and need not be taken apart
        _check_type(given, media_type)
    if media_type != JSON:
        return
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Invalid(FieldError("", "json", "The body is not valid JSON in UTF-8.")) from error
    # No text has more: behind each comma and opening bracket stands at most a name with its value.
    most = 1 + 2 * (body.count(b",") + body.count(b"[") + body.count(b"{"))
    if most > VALUES and sum(1 for _ in islice(_values(value), VALUES + 1)) > VALUES:
        raise Invalid(FieldError("", "count", f"The body holds more than {VALUES:,} values."))
    # JSON in UTF-8 can hold neither a NUL nor a lone surrogate, unless it is escaped.
    if b"\\u" in body and not all(_storable(each) for each in _values(value)):
        raise Invalid(FieldError("", "text", "The body holds a character that no text may have."))


def _check_type(given: str, media_type: str) -> None:
    said = Message()
    said["content-type"] = given
    if said.get_content_type() != media_type:
        raise UnsupportedMediaType(f"Send the body as `{media_type}`.")
    if media_type != JSON and said.get_content_charset("utf-8") not in _CHARSETS:
        raise UnsupportedMediaType("Send the body in UTF-8, UTF-16 or Windows-1252.")


def check_query(query: bytes) -> None:
    """Refuse a query with a NUL, or of more parameters than any route knows what to do with."""
    if b"%00" in query:
        raise Invalid(FieldError("query:", "text", "The query holds a character that no text may have."))
    if query.count(b"&") >= PARAMETERS:
        raise Invalid(FieldError("query:", "count", f"The query has more than {PARAMETERS} parameters."))


def _values(value: object) -> Iterator[object]:
    """Everything that a value of JSON holds, itself and the names of fields included."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        yield each
        match each:
            case list() as items:
                waiting += items
            case dict() as fields:
                waiting += [*fields, *fields.values()]


def _storable(value: object) -> bool:
    return not isinstance(value, str) or not any(
        character == "\0" or "\ud800" <= character <= "\udfff" for character in value
    )


def part(of: Callable[[Runtime], object]) -> Part:
    """For `Annotated`: a part of the running program, which a route asks for by its type."""
    return Part(lambda request, _response: of(runtime_of(request)))


def kept(name: str) -> Part:
    """For `Annotated`: what the application keeps under this name beside the running program."""
    return Part(lambda request, _response: getattr(request.state, name))


async def _account(request: Request) -> Creator:
    return await asyncio.to_thread(runtime_of(request).app.creator, request.path_params["creator_id"])


Application = Annotated[Clonnect, part(lambda runtime: runtime.app)]
Pool = Annotated[projection.Pool, part(lambda runtime: runtime.pool)]
Log = Annotated[log.Log, part(lambda runtime: runtime.log)]
Progress = Annotated[progress.Progress, part(lambda runtime: runtime.progress)]
Clock = Annotated[clock.Clock, part(lambda runtime: runtime.clock)]
Settings = Annotated[settings.Settings, part(lambda runtime: runtime.settings)]
Deliveries = Annotated[deliveries.Deliveries, part(lambda runtime: runtime.deliveries)]
Bots = Annotated[telegram_setup.Bots, part(lambda runtime: runtime.bots)]
Senders = Annotated[senders.Senders, part(lambda runtime: runtime.senders)]
Connections = Annotated[channel_accounts.Connections, part(lambda runtime: runtime.connections)]
WhoTypes = Annotated[presence.Presence, part(lambda runtime: presence.Presence(runtime.pool))]
IsDemo = Annotated[bool, part(lambda runtime: runtime.is_demo)]

Account = Annotated[Creator, Depends(_account)]
"""The creator of the path, as the log knows them."""
Running = Annotated[Runtime, part(lambda runtime: runtime)]
"""The whole program: for who moves its time, begins it anew, or reports on all of it."""
