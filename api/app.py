"""The HTTP application: routes, middleware, the state that they share, and the description (OpenAPI)."""

import asyncio
import importlib.metadata
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache, partial
from typing import Any, TypedDict

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api.access import key_and_user_routes, session_routes
from api.access.callers import Callers
from api.access.credentials import CHANNEL as ACCESS_CHANNEL
from api.access.guard import guarded_router
from api.access.logins import LogIns
from api.access.roles import EVERYBODY
from api.attention import routes as attention
from api.conversations import draft_routes, escalation_routes, inbox_routes, process_routes
from api.conversations import routes as conversations
from api.creators import channel_routes, dashboard_routes, notification_routes, product_routes, settings_routes
from api.creators import routes as creators
from api.database.installation import installation_key
from api.health import routes as health
from api.health.readiness import ReadinessProbe
from api.http import error_handlers, single_page
from api.http.cors import Cors
from api.http.idempotency import sweep
from api.http.key_gate import KeyGate
from api.http.middleware import RequestMiddleware
from api.http.rate_limits import ConcurrencyLimit, Tries
from api.http.state import HttpState
from api.leads import bulk_routes, transfer_routes
from api.leads import routes as leads
from api.nurturing import follow_up_routes, run_routes, sequence_routes
from api.openapi import docs_page
from api.openapi.document import describe
from api.runtime import Runtime
from api.simulator import routes as simulator
from api.stream import routes as stream
from api.stream.fan_out import FanOut
from api.webhooks import routes as webhooks

NAME = "Clonnect"
DESCRIPTION = "Answers a creator's direct messages, keeps the board of leads, and follows up once at the right moment."
ROUTERS = (  # what is asked for most is found soonest
    webhooks.router,
    conversations.router,
    leads.moving,
    process_routes.router,
    draft_routes.router,
    escalation_routes.router,
    transfer_routes.router,  # before `leads`, to which `export` would be a lead's id
    transfer_routes.sheets,
    bulk_routes.router,
    inbox_routes.router,
    leads.router,
    sequence_routes.router,
    follow_up_routes.router,
    follow_up_routes.cancelling,
    run_routes.router,
    dashboard_routes.router,
    creators.installation,
    creators.router,
    product_routes.router,
    settings_routes.router,
    channel_routes.router,
    notification_routes.router,
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


RuntimeFactory = Callable[[], AbstractAsyncContextManager[Runtime]]


class State(TypedDict):
    """What the lifespan keeps with every request."""

    runtime: Runtime
    http: HttpState
    callers: Callers
    log_ins: LogIns
    streams: ConcurrencyLimit
    fan_out: FanOut
    readiness: ReadinessProbe


def version() -> str:
    """The version that is installed."""
    return importlib.metadata.version("clonnect")


def create_app(runtime_factory: RuntimeFactory, leaving: threading.Event | None = None) -> FastAPI:
    """The application; the runtime lives from its start to its end.

    `leaving` is set when the program has been told to stop, and still answers.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with runtime_factory() as runtime, _state(runtime, leaving or threading.Event()) as state:
            yield state

    app = FastAPI(
        title=NAME,
        version=version(),
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours is `api.http.metrics`
    )
    app.add_middleware(KeyGate)
    app.add_middleware(Cors)
    app.add_middleware(RequestMiddleware)
    error_handlers.install(app)
    for router in (*ROUTERS, _described(app)):
        app.router.routes += router.routes  # `include_router` would look at every route of every router, twice
    app.get("/", include_in_schema=False)(_root)
    single_page.mount(app)
    return app


@asynccontextmanager
async def _state(runtime: Runtime, leaving: threading.Event) -> AsyncIterator[State]:
    """What serving by HTTP needs beside the running program, which knows nothing of it."""
    settings, key = runtime.settings, installation_key(runtime.settings)
    http = await HttpState.of(runtime, key)
    callers = Callers(runtime.pool)
    runtime.listener.on(ACCESS_CHANNEL, callers.heard)
    if runtime.worker is not None:
        runtime.worker.at_each_tick(partial(sweep, runtime.pool))
    readiness = ReadinessProbe(
        runtime.url,
        runtime.projections,
        lambda: runtime.writer.trouble,
        lambda: runtime.key.is_over,
        leaving,
    )
    fan_out = FanOut(runtime.progress, runtime.history, lambda: callers.changes)
    fan_out.start()
    await readiness.start()
    try:
        yield State(
            runtime=runtime,
            http=http,
            callers=callers,
            log_ins=LogIns(runtime.pool, runtime.writer, callers, Tries(settings.log_ins_per_minute), key),
            streams=ConcurrencyLimit(settings.streams_at_once),
            fan_out=fan_out,
            readiness=readiness,
        )
    finally:
        await readiness.stop()
        await fan_out.stop()


def openapi() -> dict[str, Any]:
    """The description of the API, made without a database."""

    def nothing() -> AbstractAsyncContextManager[Runtime]:
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
