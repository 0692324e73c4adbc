"""The HTTP application: its routes, what stands around them, and its description."""

import asyncio
import importlib.metadata
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api import docs_page, frontend, problems
from api.cors import Cors
from api.dependencies import NotModified, State, guarded_router
from api.envelope import Envelope
from api.key_gate import KeyGate
from api.openapi import describe
from api.roles import EVERYBODY
from api.routers import (
    access,
    attention,
    channels,
    conversations,
    creators,
    credentials,
    dashboard,
    health,
    inbox,
    lead_bulk,
    lead_transfer,
    leads,
    nurturing,
    nurturing_run,
    products,
    settings,
    simulator,
    stream,
    webhooks,
)

if TYPE_CHECKING:
    from api.bootstrap import Runtime

NAME = "Clonnect"
DESCRIPTION = "Answers a creator's direct messages, keeps the board of leads, and follows up once at the right moment."
ROUTERS = (  # what is asked for most is found soonest
    webhooks.router,
    conversations.router,
    lead_transfer.router,  # before `leads`, to which `export` would be a lead's id
    lead_transfer.sheets,
    lead_bulk.router,
    inbox.router,
    leads.router,
    nurturing.router,
    nurturing.cancelling,
    nurturing_run.router,
    dashboard.router,
    creators.installation,
    creators.router,
    products.router,
    settings.router,
    channels.router,
    access.public,
    access.router,
    credentials.router,
    attention.router,
    stream.router,
    health.router,
    health.guarded,
    health.metrics,
    simulator.router,
)


def version() -> str:
    """The version that is installed."""
    return importlib.metadata.version("clonnect")


def create_app(runtime_factory: "Callable[[], AbstractAsyncContextManager[Runtime]]") -> FastAPI:
    """The application; the runtime lives from its start to its end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with runtime_factory() as runtime:
            yield State(runtime=runtime)

    app = FastAPI(
        title=NAME,
        version=version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(KeyGate)
    app.add_middleware(Cors)
    app.add_middleware(Envelope)
    problems.install(app)
    app.add_exception_handler(NotModified, _not_modified)
    for router in (*ROUTERS, _described(app)):
        app.router.routes += router.routes  # `include_router` would look at every route of every router, twice
    app.get("/", include_in_schema=False)(_root)
    frontend.mount(app)
    return app


def openapi() -> dict[str, Any]:
    """The description of the API, made without a database."""

    def nothing() -> "AbstractAsyncContextManager[Runtime]":
        raise RuntimeError("This application is described, not run.")

    return describe(create_app(nothing))


def _described(app: FastAPI) -> Any:
    router = guarded_router("description", reads=EVERYBODY, writes=EVERYBODY)

    @cache  # made when somebody asks for it: a start does not wait for it
    def description() -> dict[str, Any]:
        return describe(app)

    @router.get("/openapi.json", include_in_schema=False)
    async def get_description() -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(description))

    @router.get("/docs", include_in_schema=False)
    async def get_docs() -> HTMLResponse:
        return HTMLResponse(
            docs_page.page(await asyncio.to_thread(description)),
            headers={"Content-Security-Policy": docs_page.POLICY},
        )

    return router


async def _root(request: Request) -> Response:
    """What this is; a browser is sent to the frontend."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/app/", 307)
    links = {"app": "/app", "docs": "/docs", "openapi": "/openapi.json", "health": "/health/ready"}
    return JSONResponse({"status": "ok", "name": NAME, "version": version(), "links": links})


async def _not_modified(_: Request, error: Exception) -> Response:
    assert isinstance(error, NotModified)
    return Response(status_code=304, headers=error.headers)
