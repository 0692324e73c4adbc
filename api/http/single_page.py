"""Static files of the built frontend under `/app`; whatever is no file there is the single page itself."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

BUILT: Final = Path(__file__).resolve().parents[2] / "frontend" / "dist"
"""Beside this package in a checkout, and in the bundle of an installed wheel."""

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class SinglePage(StaticFiles):
    """Files under names that their content gives them never change; everything else is asked for anew."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, else the page, which knows the address itself."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith("assets/"):
                raise
            response = await super().get_response("index.html", scope)
        immutable = path.startswith("assets/")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if immutable else "no-cache"
        response.headers["Content-Security-Policy"] = POLICY
        return response


def mount(app: FastAPI) -> None:
    """Add the frontend, if it has been built."""
    if not (BUILT / "index.html").exists():
        return

    @app.get("/app", include_in_schema=False)
    async def page(request: Request) -> Response:
        return RedirectResponse("/app/", 307)

    app.mount("/app", SinglePage(directory=BUILT, html=True), name="frontend")
