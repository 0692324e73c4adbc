"""Middleware that lets nothing in any more once the installation's key was changed under the program."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import key_over


class KeyGate:
    """Answers 503 to everything but the questions after health: what is read could not be opened, nor what is
    written be stored."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["state"]["runtime"].key.is_over and not _asks_after_health(scope):
            await key_over(Request(scope))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _asks_after_health(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/health/")
