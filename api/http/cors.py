"""CORS: lets pages of other origins call the API, if the settings name them."""

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS: Final = ("GET", "POST", "PUT", "DELETE")
SENT: Final = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Prefer",
    "X-API-Key",
    "X-Request-ID",
)
SHOWN: Final = ("ETag", "Idempotency-Replayed", "Preference-Applied", "Retry-After", "X-Position", "X-Request-ID")


class Cors:
    """Answers preflights and names the origin, for those of the settings.

    Credentials of a browser are not let in: who calls from elsewhere sends a key, not our cookie.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._allowing: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origins = scope["state"]["runtime"].settings.cors_origins if scope["type"] == "http" else ()
        if origins and self._allowing is None:
            self._allowing = CORSMiddleware(self._app, origins, METHODS, SENT, expose_headers=SHOWN, max_age=600)
        await (self._allowing if origins and self._allowing else self._app)(scope, receive, send)
