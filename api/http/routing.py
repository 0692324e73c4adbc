"""What routes ask for: who calls, the running parts, the way to give a command, the way to read what is shown."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from email.message import Message
from itertools import islice
from typing import Annotated, Any, ClassVar, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from api.access import callers
from api.access.roles import EVERYBODY, Roles
from api.http.client_address import network_of
from api.http.commands import Commands as Commands
from api.http.commands import Do as Do
from api.http.commands import DoOnVersion as DoOnVersion
from api.http.commands import commanded_lead as commanded_lead
from api.http.idempotency import HEADER as IDEMPOTENCY_KEY
from api.http.middleware import refuse_too_large
from api.http.problems import Forbidden, Problem, Unauthenticated, UnsupportedMediaType, WithoutCsrfToken
from api.http.reads import NO_LEAD as NO_LEAD
from api.http.reads import SHOWN_WITHIN as SHOWN_WITHIN
from api.http.reads import NotModified as NotModified
from api.http.reads import Shown as Shown
from api.http.reads import Tag as Tag
from api.http.reads import country_of as country_of
from api.http.reads import shown_lead as shown_lead
from api.state import Running as Running
from api.state import Runtime
from api.state import State as State
from domain import context
from domain.errors import FieldError, Invalid
from eventstore.pools import asking_for

Handle = Callable[[Request], Coroutine[Any, Any, Response]]

MOST: Final = 1000
"""Rows of a page, whatever the settings say."""

JSON: Final = "application/json"

VALUES: Final = 5000
"""Values and names of fields in a JSON body: each may break a rule, which takes its time."""
PARAMETERS: Final = 100
"""Parameters of a query."""

_CHARSETS: Final = ("utf-8", "utf8", "us-ascii", "utf-16", "utf-16le", "utf-16be", "windows-1252")
"""What may be said of a file; which of them it is in, the file shows."""

NOT_HERE: Final[tuple[Match, Scope]] = (Match.NONE, {})

TOO_SMALL: Final = "The role `{}` does not allow this."

_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Route(APIRoute):
    """A route that is looked at only where a path begins as its own: matching all of them took half of a request."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        self._begins = path.partition("{")[0]

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


class GuardedRoute(Route):
    """A route for known callers. Judges in the fixed order: size, credential, creator, role, then the input.

    Of strangers nothing is read: the size is what they declare.
    """

    reads: ClassVar[Roles] = EVERYBODY
    writes: ClassVar[Roles] = EVERYBODY
    media_type: ClassVar[str] = JSON
    takes_keys: ClassVar[bool] = True

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            runtime: Runtime = request.state.runtime
            refuse_too_large(request.scope, runtime.settings)
            caller = await identified(request, runtime)
            roles = self.reads if request.method in _SAFE else self.writes
            if "creator_id" in request.path_params:
                caller = await acting_for(runtime, caller, request.path_params["creator_id"])
                check_role(caller, roles)
            elif not caller.roles & roles:
                raise Forbidden(TOO_SMALL.format(caller.role))
            if request.method not in _SAFE and not callers.proves_origin(caller, request.headers):
                raise WithoutCsrfToken(f"A write with the session's cookie needs the header {callers.CSRF_HEADER}.")
            if not self.takes_keys:
                refuse_idempotency_key(request)
            body = await request.body()
            check_body(request, body, self.media_type)
            check_query(request.scope["query_string"])
            check_page(request, runtime.settings.page_limit)
            request.state.caller = caller
            request_id = request.state.request_id
            with (
                context.acting(caller.actor, correlation_id=request_id, request_id=request_id),
                asking_for(caller.creator_id),
            ):
                return await once(request, caller.creator_id, caller.actor, body, handle)

        return guarded


async def once(request: Request, creator_id: str, caller: str, body: bytes, handle: Handle) -> Response:
    """The route's answer; a POST with an idempotency key is carried out once."""
    if request.method != "POST" or IDEMPOTENCY_KEY not in request.headers:
        return await handle(request)
    runtime: Runtime = request.state.runtime
    return await runtime.idempotency.answer(request, creator_id, caller, body, handle)


def refuse_idempotency_key(request: Request) -> None:
    """Refuse a key on a write whose answer must not be kept: it would let in whoever repeats it."""
    if request.method not in _SAFE and IDEMPOTENCY_KEY in request.headers:
        detail = "This request takes no idempotency key: its answer is not kept."
        raise Invalid(FieldError(f"header:{IDEMPOTENCY_KEY}", "unwanted", detail))


async def identified(request: Request, runtime: Runtime) -> callers.Caller:
    """Who is asking; raises `Unauthenticated`, or `RateLimited` for those who ask too often, known or not."""
    try:
        caller = await runtime.callers.identify(request.headers, request.cookies)
    except Unauthenticated:
        runtime.requests.take(f"address {address_of(request)}")
        raise
    runtime.requests.take(caller.counted_as)
    return caller


def check_role(caller: callers.Caller, roles: Roles) -> None:
    """Raise `Forbidden` unless the caller has one of the roles with the creator for whom they act."""
    if caller.role not in roles:
        raise Forbidden(TOO_SMALL.format(caller.role))


def address_of(request: Request) -> str:
    """Where a request comes from, as far as the proxies that are trusted say; of IPv6 a client's whole network."""
    return network_of(request.client.host if request.client is not None else "")


async def acting_for(runtime: Runtime, caller: callers.Caller, creator_id: str) -> callers.Caller:
    """The caller as whoever acts for a creator; raises `NotFound` for those who may not, as if there were none."""
    acting = caller.acting_for(creator_id)
    if acting.is_admin:
        await asyncio.to_thread(runtime.app.creator, creator_id)
    return acting


def public_router(tag: str, route_class: type[Route] = PublicRoute) -> APIRouter:
    """A router whose routes need no credential."""
    return APIRouter(
        route_class=route_class,
        tags=[tag],
        responses=PROBLEMS,
        generate_unique_id_function=lambda route: route.name,
    )


def guarded_router(
    tag: str, *, reads: Roles, writes: Roles, media_type: str = JSON, takes_keys: bool = True
) -> APIRouter:
    """A router whose routes need a credential of the creator that they name, with a role that may read or write.

    Its POSTs take idempotency keys, unless their answers must not be kept.
    """
    ways = {"reads": reads, "writes": writes, "media_type": media_type, "takes_keys": takes_keys}
    return public_router(tag, type("GuardedRoute", (GuardedRoute,), ways))


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


def check_page(request: Request, limit: int) -> None:
    """Refuse a page that is longer than this installation allows; what no installation does, the route refuses."""
    given = request.query_params.get("limit", "") if b"limit=" in request.scope["query_string"] else ""
    if given.isdecimal() and limit < int(given) <= MOST:
        raise Invalid(FieldError("query:limit", "range", f"`limit`: a page has at most {limit} rows here."))


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


async def _caller(request: Request) -> callers.Caller:
    caller: callers.Caller = request.state.caller
    return caller


async def acting(request: Request) -> callers.Caller:
    """The caller, who was found to act for the creator of the path."""
    caller: callers.Caller = request.state.caller
    return caller


Caller = Annotated[callers.Caller, Depends(_caller)]
Acting = Annotated[callers.Caller, Depends(acting)]
"""The caller, who may act for the creator that the path names."""
