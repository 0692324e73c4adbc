"""What stands around every request and answer: an id, a limit for the body, careful headers, a line in the log."""

import random
import re
import time
from typing import Final
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TooLarge
from api.settings import MEBIBYTE, Settings
from api.telemetry import Answered
from eventstore.pools import asking_for

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_IMPORT: Final = re.compile(r"/dm/leads/[^/]+/import")

_ALWAYS: Final = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_UNLESS_SAID: Final = (b"cache-control", b"no-store")

_RANDOM: Final = random.Random()  # noqa: S311  # an id is no secret, and must not cost a system call for each request


def uuid_of(text: str) -> UUID | None:
    """The UUID that a text is, in its usual spelling with hyphens."""
    return UUID(text) if _UUID.fullmatch(text) else None


class Envelope:
    """Gives a request its id (the client's, if that is a UUID) and counts its bytes while they are read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        runtime = scope["state"]["runtime"]
        given = dict(scope["headers"])
        request_id = uuid_of(given.get(b"x-request-id", b"").decode("latin-1")) or _new_id()
        scope["state"]["request_id"] = request_id
        if "\0" in scope["path"]:
            scope["path"] = scope["path"].replace("\0", "\N{REPLACEMENT CHARACTER}")
        limit = limit_of(scope["path"], runtime.settings)
        declared = given.get(b"content-length", b"0")
        read = int(declared) if declared.isdigit() and int(declared) > limit else 0
        status = 500

        async def counted() -> Message:
            nonlocal read
            if read <= limit:
                message = await receive()
                read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge(f"The body is over {limit / MEBIBYTE:g} MiB.")
            return message

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", str(request_id).encode()), *_ALWAYS]
                if all(name != b"cache-control" for name, _ in headers):
                    headers.append(_UNLESS_SAID)
                message["headers"] = headers
            await send(message)

        try:
            with asking_for(""):
                await self._app(scope, counted, with_headers)
        finally:
            runtime.telemetry.answered(Answered(scope, status, time.perf_counter() - began))


def _new_id() -> UUID:
    return UUID(int=_RANDOM.getrandbits(128), version=4)


def limit_of(path: str, settings: Settings) -> int:
    """How many bytes a body may have: only the way in for platforms and the import of files take large ones."""
    if path.startswith("/webhook/"):
        return settings.webhook_limit
    return settings.import_limit if _IMPORT.fullmatch(path) else settings.body_limit
