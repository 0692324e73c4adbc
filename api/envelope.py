"""What stands around every request and answer: an id, a limit for the body, headers that keep browsers careful."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TooLarge

BODY_LIMIT: Final = 1024 * 1024
WEBHOOK_LIMIT: Final = 4 * BODY_LIMIT
IMPORT_LIMIT: Final = 16 * BODY_LIMIT

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)

_IMPORT: Final = re.compile(r"/dm/leads/[^/]+/import")

_ALWAYS: Final = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_UNLESS_SAID: Final = {"Cache-Control": "no-store"}


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text is, in its usual spelling with hyphens."""
    return UUID(text) if _UUID.fullmatch(text) else None


def _limit(path: str) -> int:
    if _IMPORT.fullmatch(path):
        return IMPORT_LIMIT
    return WEBHOOK_LIMIT if path.startswith("/webhook/") else BODY_LIMIT


class Envelope:
    """Gives a request its id (the client's, if that is a UUID) and counts its bytes while they are read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = uuid_of(headers.get("x-request-id", "")) or uuid4()
        scope.setdefault("state", {})["request_id"] = request_id
        if b"\0" in unquote_to_bytes(scope["path"]):
            scope["path"] = scope["path"].replace("\0", "\N{REPLACEMENT CHARACTER}")
        limit = _limit(scope["path"])
        declared = headers.get("content-length", "0")
        read = int(declared) if declared.isdecimal() and int(declared) > limit else 0

        async def counted() -> Message:
            nonlocal read
            if read <= limit:
                message = await receive()
                read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge(f"The body is over {limit // BODY_LIMIT} MiB.")
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                given["X-Request-ID"] = str(request_id)
                for name, value in _ALWAYS.items():
                    given[name] = value
                for name, value in _UNLESS_SAID.items():
                    given.setdefault(name, value)
            await send(message)

        await self._app(scope, counted, with_headers)
