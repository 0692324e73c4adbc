"""What routes ask for: who calls, the running parts, the way to give a command, the way to read what is shown."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from email.message import Message
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Concatenate, Final, ParamSpec, TypedDict, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.routing import APIRoute

from api import auth
from api.envelope import uuid_of
from api.problems import (
    BadRequest,
    Forbidden,
    NotCaughtUp,
    Problem,
    Unauthenticated,
    UnsupportedMediaType,
    WithoutCsrfToken,
)
from api.roles import EVERYBODY, Roles
from domain import context
from domain.aggregate import Aggregate
from domain.application import Clonnect
from domain.errors import Conflict, FieldError, Invalid, NotFound, VersionMismatch
from domain.identity import told

if TYPE_CHECKING:
    from api.bootstrap import Runtime
else:
    Runtime = object  # api.bootstrap imports the application, and with it this module

P = ParamSpec("P")
T = TypeVar("T")
Handle = Callable[[Request], Coroutine[Any, Any, Response]]

SHOWN_WITHIN: Final = 2.0
"""How long, in seconds, a command waits for the projections, and a read for the position asked for."""

_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_IF_MATCH: Final = re.compile(r'\s*(\*|"\d{1,18}"(\s*,\s*"\d{1,18}")*)\s*', re.ASCII)


class State(TypedDict):
    """What the lifespan gives to every request."""

    runtime: Runtime


class PublicRoute(APIRoute):
    """A route that anybody may call; its body is judged before anything else looks at it."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def judged(request: Request) -> Response:
            check_body(request, await request.body())
            return await handle(request)

        return judged


class GuardedRoute(APIRoute):
    """A route for known callers. Judges in the fixed order: size, credential, creator, role, then the input."""

    reads: ClassVar[Roles] = EVERYBODY
    writes: ClassVar[Roles] = EVERYBODY

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            body = await request.body()
            runtime: Runtime = request.state.runtime
            caller = await identified(request, runtime)
            if "creator_id" in request.path_params:
                caller = await acting_for(runtime, caller, request.path_params["creator_id"])
            if caller.role not in (self.reads if request.method in _SAFE else self.writes):
                raise Forbidden(f"The role `{caller.role}` does not allow this.")
            if request.method not in _SAFE and not auth.proves_origin(caller, request.headers):
                raise WithoutCsrfToken(f"A write with the session's cookie needs the header {auth.CSRF_HEADER}.")
            check_body(request, body)
            if "%00" in request.url.query:
                raise Invalid(FieldError("query:", "text", "The query holds a character that no text may have."))
            request.state.caller = caller
            request_id = request.state.request_id
            with context.acting(caller.actor, correlation_id=request_id, request_id=request_id):
                return await handle(request)

        return guarded


async def identified(request: Request, runtime: Runtime) -> auth.Caller:
    """Who is asking; raises `Unauthenticated`, or `RateLimited` for those who ask too often, known or not."""
    try:
        caller = await runtime.callers.identify(request.headers, request.cookies)
    except Unauthenticated:
        runtime.requests.take(f"address {address_of(request)}")
        raise
    runtime.requests.take(caller.actor)
    return caller


def address_of(request: Request) -> str:
    """Where a request comes from, as far as the proxies that are trusted say."""
    return request.client.host if request.client is not None else ""


async def acting_for(runtime: Runtime, caller: auth.Caller, creator_id: str) -> auth.Caller:
    """The caller as whoever acts for a creator; raises `NotFound` for those who may not, as if there were none."""
    if caller.creator_id == creator_id:
        return caller
    if not caller.is_admin:
        raise NotFound(NO_CREATOR)
    await asyncio.to_thread(runtime.app.creator, creator_id)
    return replace(caller, creator_id=creator_id)


NO_CREATOR: Final = "There is no such creator."
NO_LEAD: Final = "There is no such lead."


def public_router(tag: str) -> APIRouter:
    """A router whose routes need no credential."""
    return APIRouter(route_class=PublicRoute, tags=[tag])


def guarded_router(tag: str, *, reads: Roles, writes: Roles) -> APIRouter:
    """A router whose routes need a credential of the creator that they name, with a role that may read or write."""
    route_class = type("GuardedRoute", (GuardedRoute,), {"reads": reads, "writes": writes})
    return APIRouter(route_class=route_class, tags=[tag])


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": Problem, "description": "Refused; nothing was changed."}
}


def check_body(request: Request, body: bytes) -> None:
    """Refuse what is not a JSON text that can be stored: no NUL, no lone surrogates."""
    if not body:
        return
    media_type = Message()
    media_type["content-type"] = request.headers.get("content-type", "")
    if media_type.get_content_type() != "application/json":
        raise UnsupportedMediaType("Send the body as `application/json`.")
    try:
        value = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Invalid(FieldError("", "json", "The body is not valid JSON in UTF-8.")) from error
    if not _storable(value):
        raise Invalid(FieldError("", "text", "The body holds a character that no text may have."))


def _storable(value: object) -> bool:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
                return False
            case list() as items:
                waiting += items
            case dict() as fields:
                waiting += [*fields, *fields.values()]
    return True


def _running(request: Request) -> Runtime:
    runtime: Runtime = request.state.runtime
    return runtime


def _caller(request: Request) -> auth.Caller:
    caller: auth.Caller = request.state.caller
    return caller


def _acting(request: Request, creator_id: Annotated[str, Path(description="The creator's name.")]) -> auth.Caller:
    return _caller(request)


Running = Annotated[Runtime, Depends(_running)]
Caller = Annotated[auth.Caller, Depends(_caller)]
Acting = Annotated[auth.Caller, Depends(_acting)]
"""The caller, who may act for the creator that the path names."""


class Commands:
    """How a route gives a command: the answer waits until the screens can show what it did."""

    def __init__(
        self,
        request: Request,
        response: Response,
        if_match: Annotated[str | None, Header(description="The version that the command was decided on.")] = None,
        prefer: Annotated[str | None, Header(description="`respond-async`: do not wait for the reads.")] = None,
    ) -> None:
        self._runtime = _running(request)
        self._response = response
        self._expected = _versions(if_match)
        self._waits = "respond-async" not in (prefer or "").lower().replace(" ", "").split(",")

    async def __call__(self, command: Callable[Concatenate[Clonnect, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command; its position becomes `X-Position`, and 202 says that the reads do not show it yet."""
        done = await self._runtime.writer.do(command, *args, **kwargs)
        position = await asyncio.to_thread(self._runtime.log.head) if done.position is None else done.position
        self._response.headers["X-Position"] = str(position)
        if not self._waits:
            self._response.headers["Preference-Applied"] = "respond-async"
            self._response.status_code = 202
        elif not await self._runtime.progress.passed(position, SHOWN_WITHIN):
            self._response.status_code = 202
        return done.result

    async def at_version(
        self,
        present: Callable[[Clonnect], Aggregate],
        command: Callable[Concatenate[Clonnect, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a command on what `present` finds, if that has the version of `If-Match`; raises `VersionMismatch`."""

        def checked(app: Clonnect) -> T:
            if self._expected is not None:
                version = present(app).version
                if self._expected and version not in self._expected:
                    raise VersionMismatch(version)
            return command(app, *args, **kwargs)

        return await self(checked)

    @property
    def waits(self) -> bool:
        """Whether the client wants to hear the outcome."""
        return self._waits

    def version(self, version: int) -> None:
        """Say as `ETag` which version the resource has now."""
        self._response.headers["ETag"] = f'"{version}"'


def _versions(if_match: str | None) -> set[int] | None:
    """The versions that will do: none at all for `*`, which only asks that the thing exists."""
    if if_match is None:
        return None
    if not _IF_MATCH.fullmatch(if_match):
        raise BadRequest('If-Match must look like "7".')
    return {int(version) for version in re.findall(r"\d+", if_match)}


Do = Annotated[Commands, Depends()]


async def _shown(
    request: Request,
    response: Response,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="Wait until the answer reflects this.")] = None,
) -> Runtime:
    runtime = _running(request)
    if after is not None and not await runtime.progress.passed(after, SHOWN_WITHIN):
        raise NotCaughtUp(f"The reads have not reached position {after} yet.")
    response.headers["X-Position"] = str(runtime.progress.position)
    return runtime


Shown = Annotated[Runtime, Depends(_shown)]
"""The running parts, once the projections show the position that the client asked for."""


class NotModified(Exception):
    """The client has this version already."""


@dataclass(frozen=True)
class Versioned:
    """Says which version a resource has, and spares the answer to who has it already."""

    request: Request
    response: Response

    def __call__(self, version: int) -> None:
        """Set the `ETag`; raises `NotModified` if `If-None-Match` names it."""
        tag = f'"{version}"'
        self.response.headers["ETag"] = tag
        known = [each.strip().removeprefix("W/") for each in self.request.headers.get("if-none-match", "").split(",")]
        if tag in known or "*" in known:
            raise NotModified(tag)


def _versioned(request: Request, response: Response) -> Versioned:
    return Versioned(request, response)


Tag = Annotated[Versioned, Depends(_versioned)]


async def commanded_lead(runtime: Runtime, creator_id: str, given: str) -> UUID:
    """The lead that a client means, as the log knows it; raises `NotFound`."""
    lead = await asyncio.to_thread(runtime.app.lead_known_as, creator_id, given)
    return lead.id


async def shown_lead(runtime: Runtime, creator_id: str, given: str) -> UUID:
    """The lead that a client means, as the reads know it; raises `NotFound`, or `Conflict` for two of that name."""
    lead_id = uuid_of(given)
    if lead_id is not None and await runtime.board.card(creator_id, lead_id) is not None:
        return lead_id
    platform, raw = told(given)
    found = [row for row in await runtime.board.find(creator_id, raw) if platform in (None, row["platform"])]
    if len(found) > 1:
        raise Conflict("More than one lead has this id: say which with its prefix, such as `ig_`.")
    if not found:
        raise NotFound(NO_LEAD)
    shown: UUID = found[0]["lead_id"]
    return shown
