"""The HTTP application: its routes, what stands around them, and its description."""

import asyncio
import importlib.metadata
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api.access import key_and_user_routes, session_routes
from api.access.roles import EVERYBODY
from api.attention import routes as attention
from api.conversations import inbox_routes
from api.conversations import routes as conversations
from api.creators import channel_routes, dashboard_routes, product_routes, settings_routes
from api.creators import routes as creators
from api.health import routes as health
from api.http import problems, single_page
from api.http.cors import Cors
from api.http.key_gate import KeyGate
from api.http.middleware import RequestMiddleware
from api.http.routing import NotModified, State, guarded_router
from api.leads import bulk_routes, transfer_routes
from api.leads import routes as leads
from api.nurturing import routes as nurturing
from api.nurturing import run_routes
from api.openapi import docs_page
from api.openapi.document import describe
from api.simulator import routes as simulator
from api.stream import routes as stream
from api.webhooks import routes as webhooks

if TYPE_CHECKING:
    from api.bootstrap import Runtime

NAME = "Clonnect"
DESCRIPTION = "Answers a creator's direct messages, keeps the board of leads, and follows up once at the right moment."
ROUTERS = (  # what is asked for most is found soonest
    webhooks.router,
    conversations.router,
    transfer_routes.router,  # before `leads`, to which `export` would be a lead's id
    transfer_routes.sheets,
    bulk_routes.router,
    inbox_routes.router,
    leads.router,
    nurturing.router,
    nurturing.cancelling,
    run_routes.router,
    dashboard_routes.router,
    creators.installation,
    creators.router,
    product_routes.router,
    settings_routes.router,
    channel_routes.router,
    session_routes.public,
    session_routes.router,
    key_and_user_routes.router,
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
    app.add_middleware(RequestMiddleware)
    problems.install(app)
    app.add_exception_handler(NotModified, _not_modified)
    for router in (*ROUTERS, _described(app)):
        app.router.routes += router.routes  # `include_router` would look at every route of every router, twice
    app.get("/", include_in_schema=False)(_root)
    single_page.mount(app)
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
