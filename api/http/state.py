"""State of the application beside the runtime: limits of requests, telemetry, idempotency, and the read models."""

import asyncio
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from api.http.concurrency_limits import Budget
from api.http.cursors import Cursors
from api.http.idempotency import Idempotency
from api.http.metrics import Telemetry
from api.http.rate_limits import ConcurrencyLimit, Throttle
from api.http.read_models import ReadModels
from api.runtime import Runtime
from eventstore.sealing import Sealer


@dataclass(frozen=True)
class HttpState:
    """Made once, when the application starts."""

    requests: Throttle
    open_requests: ConcurrencyLimit
    bodies: Budget
    idempotency: Idempotency
    telemetry: Telemetry
    reads: ReadModels

    @classmethod
    async def of(cls, runtime: Runtime, installation_key: bytes) -> "HttpState":
        """For a program that has started."""
        settings = runtime.settings
        return cls(
            requests=Throttle(settings.requests_per_minute),
            open_requests=ConcurrencyLimit(settings.connections_limit_per_address),
            bodies=Budget(settings.bodies_limit, settings.bodies_limit_per_address),
            idempotency=Idempotency(
                runtime.pool, Sealer(installation_key), runtime.writer, runtime.app, runtime.log, runtime.progress
            ),
            telemetry=Telemetry(await asyncio.to_thread(runtime.log.head)),
            reads=ReadModels(
                board=runtime.board,
                conversations=runtime.conversations,
                nurturing=runtime.nurturing,
                creators=runtime.creators,
                stats=runtime.stats,
                awaiting_person=runtime.awaiting_person,
                cursors=Cursors(installation_key),
                app=runtime.app,
                clock=runtime.clock,
            ),
        )


def runtime_of(connection: HTTPConnection) -> Runtime:
    """The running parts of the program that serves this request."""
    runtime: Runtime = connection.scope["state"]["runtime"]
    return runtime


def http_state(connection: HTTPConnection) -> HttpState:
    """What the application keeps beside them."""
    state: HttpState = connection.scope["state"]["http"]
    return state
