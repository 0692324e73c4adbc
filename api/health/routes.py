"""Routes of health: liveness, readiness, the state of every part, and metrics for Prometheus."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.access.guard import Caller, guarded_router
from api.access.roles import ADMINS, EVERYBODY
from api.attention.queries import AsideKind, Attention
from api.health.components import connected, idle, late, unasked, workers
from api.health.readiness import ReadinessProbe
from api.http.fields import Ok, ResponseModel, Time
from api.http.routing import Running, kept, public_router
from api.http.state import http_state
from domain.vocabulary import PollingTrouble
from projections.engine.lag import State, lags

router = public_router("health")
guarded = guarded_router("health", reads=EVERYBODY, writes=EVERYBODY)
metrics = guarded_router("metrics", reads=ADMINS, writes=ADMINS)


Probe = Annotated[ReadinessProbe, kept("readiness")]

ASKED_WITHIN: Final = 2.0

EXPOSITION: Final = {
    "description": "In the text format of Prometheus.",
    "content": {
        "text/plain": {
            "schema": {"type": "string"},
            "example": "# TYPE clonnect_log_position gauge\nclonnect_log_position 1042.0\n",
        }
    },
}


class Readiness(ResponseModel):
    """Whether requests may come, and if not, what is missing."""

    status: Literal["ok", "unavailable"]
    ready: bool
    timestamp: Time
    missing: list[str]


class DatabaseHealth(ResponseModel):
    """The database, and how long the log is."""

    reachable: bool
    position: int


class ProjectionHealth(ResponseModel):
    """What a projection does not show yet; `parked` streams wait for a person, `failure` keeps it from going on."""

    name: str
    version: int
    state: State
    position: int
    lag_events: int
    lag_seconds: float
    parked: int
    failure: str | None
    leader_heard_seconds: float | None
    """How long ago whoever keeps it at the head of the log gave a sign of life; nothing if nobody ever did."""


class ProcessHealth(ResponseModel):
    """How far a process that reacts to events is behind the log."""

    name: str
    position: int
    lag_events: int
    lag_seconds: float


class WorkerHealth(ResponseModel):
    """How many workers live, in all programs; when the one that reacts was heard, and how far its reactions are."""

    alive: int
    leader_heard_seconds: float | None
    processes: list[ProcessHealth]


class ChannelHealth(ResponseModel):
    """A channel that this program speaks, and whether the creator has connected it.

    Where the platform is asked for messages, `polled_seconds` says how long ago whoever asks gave a sign of life, and
    `trouble` why nothing comes in.
    """

    channel: str
    connected: bool
    polled_seconds: float | None
    trouble: PollingTrouble | None


class ModelHealth(ResponseModel):
    """What writes the answers."""

    name: str | None
    answers_from: Literal["templates", "model"]


class Health(ResponseModel):
    """How everything is that this installation consists of; `attention` counts what the caller's creator has waiting.

    `unavailable` for want of what is `missing`, or `degraded`; `why` says by what, as `kind` or `kind:which`.
    """

    status: Literal["ok", "degraded", "unavailable"]
    missing: list[str]
    why: list[str]
    timestamp: Time
    attention: dict[AsideKind, int]
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
async def get_readiness(response: Response, probe: Probe) -> Readiness:
    """Database, migrations and projections are as they should be."""
    lacking = probe.missing
    if lacking:
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return Readiness(
        status="unavailable" if lacking else "ok", ready=not lacking, timestamp=datetime.now(UTC), missing=lacking
    )


@guarded.get("/health")
async def get_health(creator: Caller, runtime: Running, probe: Probe) -> Health:
    """Database, projections, worker, channels of the caller's creator, and what writes the answers."""
    lacking = probe.missing
    async with runtime.pool.connection(timeout=ASKED_WITHIN) as conn:
        behind = await lags(conn, runtime.projections)
        working = await workers(conn)
        theirs = {each.channel: each for each in await connected(conn, creator.creator_id)}
    polled = runtime.bots.way_in == "polling" and not runtime.is_demo
    waiting = Attention(runtime)
    everything = await waiting.counts(None)
    why = [
        *late(behind),
        *idle(working),
        *(unasked(theirs.values()) if polled else ()),
        *(["overdue"] if everything[AsideKind.OVERDUE] else ()),
    ]
    asked = runtime.answers.model if runtime.answers else ""
    return Health(
        status="unavailable" if lacking else "degraded" if why else "ok",
        missing=lacking,
        why=why,
        timestamp=datetime.now(UTC),
        attention=dict(await waiting.counts(creator.creator_id) if creator.creator_id else everything),
        database=DatabaseHealth(
            reachable="database" not in lacking, position=max((each.head for each in behind), default=0)
        ),
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
                leader_heard_seconds=_rounded(each.heard),
            )
            for each in behind
        ],
        worker=WorkerHealth(
            alive=working.alive,
            leader_heard_seconds=_rounded(working.heard),
            processes=[
                ProcessHealth(
                    name=each.name,
                    position=each.position,
                    lag_events=each.events,
                    lag_seconds=round(each.seconds, 3),
                )
                for each in working.reached
            ],
        ),
        channels=[
            ChannelHealth(
                channel=channel,
                connected=channel in theirs,
                polled_seconds=_rounded(theirs[channel].heard) if polled and channel in theirs else None,
                trouble=theirs[channel].trouble if polled and channel in theirs else None,
            )
            for channel in sorted(map(str, runtime.channels))
        ],
        model=ModelHealth(name=asked or None, answers_from="model" if asked else "templates"),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


@metrics.get("/metrics", response_class=Response, responses={200: EXPOSITION})
async def get_metrics(request: Request, runtime: Running) -> Response:
    """Everything that is counted, for Prometheus."""
    set_aside = (await Attention(runtime).counts(None)).items()
    exposition = await http_state(request).telemetry.scrape(runtime, set_aside)
    return Response(exposition, headers={"Content-Type": CONTENT_TYPE_LATEST})
