"""Middleware of every request: its id, the limit of its body, security headers of the answer, a line in the log."""

import random
import re
import time
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.client_address import network_of
from api.http.ids import uuid_of
from api.http.metrics import Answered
from api.http.problems import RateLimited, TooLarge, refusal
from api.http.state import HttpState
from api.settings import MEBIBYTE, Settings
from eventstore.pools import asking_for

_IMPORT: Final = re.compile(r"/dm/leads/[^/]+/import")

_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_UNLESS_SAID: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_OVER_TLS: Final = (b"strict-transport-security", b"max-age=31536000")
"""For a year browsers ask by https only (RFC 6797); of subdomains, which may be somebody else's, nothing is said."""

_RANDOM: Final = random.Random()  # noqa: S311  # an id is no secret, and must not cost a system call for each request


class RequestMiddleware:
    """Gives a request its id (the client's, if that is a UUID) and its place, and counts its bytes while they come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        http: HttpState = scope["state"]["http"]
        settings: Settings = scope["state"]["runtime"].settings
        given = dict(scope["headers"])
        request_id = uuid_of(given.get(b"x-request-id", b"").decode("latin-1")) or _new_id()
        scope["state"]["request_id"] = request_id
        if "\0" in scope["path"]:
            scope["path"] = scope["path"].replace("\0", "\N{REPLACEMENT CHARACTER}")
        limit = scope["state"]["body_limit"] = limit_of(scope["path"], settings)
        address = network_of(scope["client"][0] if scope.get("client") else "")
        held = 0
        status = 500

        async def counted() -> Message:
            nonlocal held
            if not held:
                refuse_too_large(scope)
            message = await receive()
            size = len(message.get("body", b""))
            if held + size > limit:
                raise too_large(limit)
            http.bodies.take(address, size)
            held += size
            return message

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", str(request_id).encode()), *_ALWAYS]
                said = {name for name, _ in headers}
                headers += [each for each in _UNLESS_SAID if each[0] not in said]
                if scope["scheme"] == "https" or (settings.public_url or "").startswith("https:"):
                    headers.append(_OVER_TLS)
                message["headers"] = headers
            await send(message)

        try:
            with http.open_requests.one(address), asking_for(""):
                await self._app(scope, counted, with_headers)
        except RateLimited as error:  # for want of a place here: what a route refuses has been answered
            await refusal(Request(scope), error)(scope, receive, with_headers)
        finally:
            http.bodies.give_back(address, held)
            http.telemetry.answered(Answered(scope, status, time.perf_counter() - began))


def _new_id() -> UUID:
    return UUID(int=_RANDOM.getrandbits(128), version=4)


def limit_of(path: str, settings: Settings) -> int:
    """How many bytes a body may have: only the way in for platforms and the import of files take large ones."""
    if path.startswith("/webhook/"):
        return settings.webhook_limit
    return settings.import_limit if _IMPORT.fullmatch(path) else settings.body_limit


def refuse_too_large(scope: Scope) -> None:
    """Raise `TooLarge` when a request declares a body over its limit: nothing of it need be read."""
    limit = scope["state"]["body_limit"]
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if declared.isdigit() and int(declared) > limit:
        raise too_large(limit)


def too_large(limit: int) -> TooLarge:
    """The refusal of a body over this limit."""
    return TooLarge(f"The body is over {limit / MEBIBYTE:g} MiB.")
