"""A server of Clonnect with two more routes, which do nothing: `python -m tests.bench.http_server URL FOLDER`."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.bootstrap import run
from api.http.fields import Ok
from api.leads.routes import ChangeStatus
from api.runtime import Runtime
from api.server import Server, listen, uvicorn_config
from api.settings import Settings

CAUGHT_UP_WITHIN = 900.0


def yardstick(app: FastAPI) -> None:
    """What FastAPI costs by itself in this server: a body of the same model, and no body."""

    @app.post("/yardstick")
    async def post(body: ChangeStatus) -> Ok:
        return Ok()

    @app.get("/yardstick")
    async def get() -> Ok:
        return Ok()

    app.router.routes[:0] = [app.router.routes.pop(), app.router.routes.pop()]  # found first, as nothing else is


def main(url: str, folder: str) -> None:
    settings = Settings(
        data_dir=Path(folder), port=0, telegram_polling=False, log_level="warning", requests_per_minute=10**6
    )

    @contextlib.asynccontextmanager
    async def caught_up() -> AsyncIterator[Runtime]:
        async with run(settings, url, work=False) as runtime:
            await runtime.progress.wait_until(await asyncio.to_thread(runtime.log.head), CAUGHT_UP_WITHIN)
            yield runtime

    app = create_app(caught_up)
    yardstick(app)
    with listen(settings.host, settings.port) as listening:
        Server(uvicorn_config(app, settings), lambda: print(listening.getsockname()[1], flush=True)).run(
            sockets=[listening]
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
