"""Authentication and authorization of routes: who is calling, for which creator, with which role."""

import asyncio
from typing import Annotated, ClassVar, Final

from fastapi import APIRouter, Request, Response

from api.access import callers
from api.access.roles import EVERYBODY, Roles
from api.http.client_address import address_of
from api.http.direct import Handle
from api.http.middleware import refuse_too_large
from api.http.parts import Part
from api.http.problems import Forbidden, Unauthenticated, WithoutCsrfToken
from api.http.routing import (
    JSON,
    SAFE,
    Route,
    check_body,
    check_query,
    kept,
    public_router,
    refuse_idempotency_key,
)
from api.http.state import http_state, runtime_of
from domain import context
from domain.errors import FieldError, Invalid
from eventstore.pools import asking_for

MOST: Final = 1000
"""Rows of a page, whatever the settings say."""

TOO_SMALL: Final = "The role `{}` does not allow this."


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
            settings = runtime_of(request).settings
            refuse_too_large(request.scope)
            caller = await identified(request)
            roles = self.reads if request.method in SAFE else self.writes
            if "creator_id" in request.path_params:
                caller = await acting_for(request, caller, request.path_params["creator_id"])
                check_role(caller, roles)
            elif not caller.roles & roles:
                raise Forbidden(TOO_SMALL.format(caller.role))
            if request.method not in SAFE and not callers.proves_origin(caller, request.headers):
                raise WithoutCsrfToken(f"A write with the session's cookie needs the header {callers.CSRF_HEADER}.")
            if not self.takes_keys:
                refuse_idempotency_key(request)
            body = await request.body()
            check_body(request, body, self.media_type)
            check_query(request.scope["query_string"])
            check_page(request, settings.page_limit)
            request.state.caller = caller
            request_id = request.state.request_id
            with (
                context.acting(caller.actor, correlation_id=request_id, request_id=request_id),
                asking_for(caller.creator_id),
            ):
                return await http_state(request).idempotency.once(
                    request, caller.creator_id, caller.actor, body, handle
                )

        return guarded


async def identified(request: Request) -> callers.Caller:
    """Who is asking; raises `Unauthenticated`, or `RateLimited` for those who ask too often, known or not."""
    known: callers.Callers = request.state.callers
    requests = http_state(request).requests
    try:
        caller = await known.identify(request.headers, request.cookies)
    except Unauthenticated:
        requests.take(f"address {address_of(request)}")
        raise
    requests.take(caller.counted_as)
    return caller


def check_role(caller: callers.Caller, roles: Roles) -> None:
    """Raise `Forbidden` unless the caller has one of the roles with the creator for whom they act."""
    if caller.role not in roles:
        raise Forbidden(TOO_SMALL.format(caller.role))


async def acting_for(request: Request, caller: callers.Caller, creator_id: str) -> callers.Caller:
    """The caller as whoever acts for a creator; raises `NotFound` for those who may not, as if there were none."""
    acting = caller.acting_for(creator_id)
    if acting.is_admin:
        await asyncio.to_thread(runtime_of(request).app.creator, creator_id)
    return acting


def guarded_router(
    tag: str, *, reads: Roles, writes: Roles, media_type: str = JSON, takes_keys: bool = True
) -> APIRouter:
    """A router whose routes need a credential of the creator that they name, with a role that may read or write.

    Its POSTs take idempotency keys, unless their answers must not be kept.
    """
    ways = {"reads": reads, "writes": writes, "media_type": media_type, "takes_keys": takes_keys}
    return public_router(tag, type("GuardedRoute", (GuardedRoute,), ways))


def check_page(request: Request, limit: int) -> None:
    """Refuse a page that is longer than this installation allows; what no installation does, the route refuses."""
    given = request.query_params.get("limit", "") if b"limit=" in request.scope["query_string"] else ""
    if given.isdecimal() and limit < int(given) <= MOST:
        raise Invalid(FieldError("query:limit", "range", f"`limit`: a page has at most {limit} rows here."))


def acting(request: Request, _response: Response) -> callers.Caller:
    """The caller, who was found to act for the creator of the path."""
    caller: callers.Caller = request.state.caller
    return caller


Caller = Annotated[callers.Caller, kept("caller")]
Acting = Annotated[callers.Caller, Part(acting)]
"""The caller, who may act for the creator that the path names."""
KnownCallers = Annotated[callers.Callers, kept("callers")]
