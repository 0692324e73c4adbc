"""Is the program alive, may it be sent requests, and how is everything that it consists of?"""

from datetime import UTC, datetime
from typing import Final, Literal

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.attention import Attention, Kind
from api.dependencies import Caller, Running, guarded_router, public_router
from api.readiness import connected, living_workers, missing, reactions
from api.roles import ADMINS, EVERYBODY
from api.schemas import Answer, Ok, Time
from projections.lag import State, lags

router = public_router("health")
guarded = guarded_router("health", reads=EVERYBODY, writes=EVERYBODY)
metrics = guarded_router("metrics", reads=ADMINS, writes=ADMINS)


EXPOSITION: Final = {
    "description": "In the text format of Prometheus.",
    "content": {
        "text/plain": {
            "schema": {"type": "string"},
            "example": "# TYPE clonnect_log_position gauge\nclonnect_log_position 1042.0\n",
        }
    },
}


class Readiness(Answer):
    """Whether requests may come, and if not, what is missing."""

    status: Literal["ok", "unavailable"]
    ready: bool
    timestamp: Time
    missing: list[str]


class DatabaseHealth(Answer):
    """The database, and how long the log is."""

    reachable: bool
    position: int


class ProjectionHealth(Answer):
    """What a projection does not show yet; `parked` streams wait for a person, `failure` keeps it from going on."""

    name: str
    version: int
    state: State
    position: int
    lag_events: int
    lag_seconds: float
    parked: int
    failure: str | None


class ProcessHealth(Answer):
    """How far a process that reacts to events is behind the log."""

    name: str
    position: int
    lag_events: int


class WorkerHealth(Answer):
    """How many workers live, in whichever program, and how far their reactions are."""

    alive: int
    processes: list[ProcessHealth]


class ChannelHealth(Answer):
    """A channel that this program speaks, and whether the creator has connected it."""

    channel: str
    connected: bool


class ModelHealth(Answer):
    """What writes the answers."""

    name: str | None
    answers_from: Literal["templates", "model"]


class Health(Answer):
    """How everything is that this installation consists of; `attention` counts what the caller's creator has waiting.

    It is degraded when something that fell due is left undone, whoever's it is.
    """

    status: Literal["ok", "degraded", "unavailable"]
    missing: list[str]
    timestamp: Time
    attention: dict[Kind, int]
    database: DatabaseHealth
    projections: list[ProjectionHealth]
    worker: WorkerHealth
    channels: list[ChannelHealth]
    model: ModelHealth


@router.get("/health/live")
async def get_liveness() -> Ok:
    """The process runs."""
    return Ok()


@router.get("/health/ready", responses={503: {"model": Readiness, "description": "Not now."}})
async def get_readiness(response: Response, runtime: Running) -> Readiness:
    """Database, migrations and projections are as they should be."""
    lacking = await missing(runtime)
    if lacking:
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return Readiness(
        status="unavailable" if lacking else "ok", ready=not lacking, timestamp=datetime.now(UTC), missing=lacking
    )


@guarded.get("/health")
async def get_health(creator: Caller, runtime: Running) -> Health:
    """Database, projections, worker, channels of the caller's creator, and what writes the answers."""
    lacking = await missing(runtime)
    lag = await lags(runtime.pool, runtime.projections)
    head = max((each.head for each in lag), default=0)
    theirs = await connected(runtime, creator.creator_id)
    everything = await Attention(runtime).counts(None)
    return Health(
        status="unavailable" if lacking else "degraded" if everything[Kind.OVERDUE] else "ok",
        missing=lacking,
        timestamp=datetime.now(UTC),
        attention=dict(await Attention(runtime).counts(creator.creator_id) if creator.creator_id else everything),
        database=DatabaseHealth(reachable="database" not in lacking, position=head),
        projections=[
            ProjectionHealth(
                name=each.name,
                version=each.version,
                state=each.state,
                position=each.position,
                lag_events=each.events,
                lag_seconds=round(each.seconds, 3),
                parked=each.parked,
                failure=each.failure,
            )
            for each in lag
        ],
        worker=WorkerHealth(
            alive=await living_workers(runtime),
            processes=[
                ProcessHealth(name=each.name, position=each.position, lag_events=max(head - each.position, 0))
                for each in await reactions(runtime)
            ],
        ),
        channels=[
            ChannelHealth(channel=channel, connected=channel in theirs)
            for channel in sorted(map(str, runtime.channels))
        ],
        model=ModelHealth(name=None, answers_from="templates"),
    )


@metrics.get("/metrics", response_class=Response, responses={200: EXPOSITION})
async def get_metrics(runtime: Running) -> Response:
    """Everything that is counted, for Prometheus."""
    return Response(await runtime.telemetry.scrape(runtime), headers={"Content-Type": CONTENT_TYPE_LATEST})
