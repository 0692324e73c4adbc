"""Routes of the demo: writing from a follower's phone, moving the clock, beginning anew."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import ConfigDict, Field

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS
from api.http.commands import Do
from api.http.fields import GivenTime, MessageText, Ok, RequestModel, Time, given
from api.http.reads import SHOWN_WITHIN
from api.http.routing import Application, Clock, Deliveries, Log, Progress, Running
from api.http.state import runtime_of
from api.simulator import time_travel
from api.simulator.phone import from_phone
from domain.application import Clonnect
from domain.errors import FieldError, Invalid, NotFound

MOVED_WITHIN = 30.0
FURTHEST = timedelta(days=400)


async def _only_in_a_demo(request: Request) -> None:
    if not runtime_of(request).is_demo:
        raise NotFound("There is nothing at this address.")


router = guarded_router("simulator", reads=OWNERS, writes=OWNERS)
router.dependencies.append(Depends(_only_in_a_demo))

_moves: set[asyncio.Task[bool]] = set()


class SimulatedMessage(RequestModel):
    """What was typed on a follower's phone."""

    follower_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=255,
            pattern=r"^[A-Za-z0-9_.:@+-]+$",
            json_schema_extra={"pattern": "^(ig|wa|tg|sim)_[A-Za-z0-9_.:@+-]+$"},
        ),
    ]
    text: MessageText
    name: Annotated[str, Field(max_length=255)] | None = None
    message_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    occurred_at: GivenTime | None = None
    kind: Literal["message", "reaction", "read", "unsend", "echo"] | None = None
    refers_to: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class SimulatedOut(Ok):
    """Where it was stored."""

    follower_id: str
    message_id: str
    lead_id: UUID | None
    position: int


class MoveClock(RequestModel):
    """How far ahead, or until when; one of the two."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [given("advance_seconds"), given("to")]})

    advance_seconds: Annotated[float, Field(ge=0, le=FURTHEST.total_seconds())] | None = None
    to: GivenTime | None = None


class DemoClock(Ok):
    """The demo's time, and how far it is ahead of the machine's."""

    now: Time
    offset_seconds: float


@router.post("/simulator/{creator_id}/messages", responses={202: {}})
async def simulate_message(
    creator: Acting,
    app: Application,
    deliveries: Deliveries,
    log: Log,
    progress: Progress,
    response: Response,
    body: SimulatedMessage,
    do: Do,
) -> SimulatedOut:
    """Write as a follower; it takes the way that every platform's messages take."""
    if body.kind in ("reaction", "read", "unsend") and body.refers_to is None:
        raise Invalid(FieldError("/refers_to", "required", "Say which message is meant."))
    typed = {"message_id": do.made_up("message").hex} | body.model_dump(mode="json", exclude_none=True)
    arrived = await from_phone(app, deliveries, log, creator.creator_id, typed)
    response.headers["X-Position"] = str(arrived.position)
    if not await progress.wait_until(arrived.position, SHOWN_WITHIN):
        response.status_code = 202
    return SimulatedOut(
        follower_id=body.follower_id,
        message_id=arrived.message_id,
        lead_id=arrived.lead_id,
        position=arrived.position,
    )


@router.get("/simulator/{creator_id}/clock")
async def get_clock(creator: Acting, clock: Clock) -> DemoClock:
    """What time is it in the demo?"""
    return _clock(clock)


@router.post(
    "/simulator/{creator_id}/clock", responses={202: {"description": "Some of what fell due is still being done."}}
)
async def move_clock(creator: Acting, runtime: Running, response: Response, body: MoveClock, do: Do) -> DemoClock:
    """Move the clock ahead; answers when everything due by then has its outcome, or 202 after 30 s."""
    move = asyncio.create_task(time_travel.move_clock(runtime, await do(_until, body, runtime.clock())))
    _moves.add(move)
    move.add_done_callback(_moves.discard)
    done, _ = await asyncio.wait({move}, timeout=MOVED_WITHIN)
    if not done or not move.result():
        response.status_code = 202
    return _clock(runtime.clock)


def _until(_: Clonnect, body: MoveClock, now: datetime) -> datetime:
    """To which time the clock is moved: decided once, so that a repeated request moves it no further."""
    if (body.advance_seconds is None) is (body.to is None):
        raise Invalid(FieldError("", "either", "Send either `advance_seconds` or `to`."))
    to = now + timedelta(seconds=body.advance_seconds or 0) if body.to is None else body.to.astimezone(UTC)
    if to < now:
        raise Invalid(FieldError("/to", "range", "The clock moves forwards only."))
    if to > now + FURTHEST:
        raise Invalid(FieldError("/to", "range", f"The clock moves at most {FURTHEST.days} days at once."))
    return to


@router.post("/simulator/{creator_id}/reset")
async def reset_demo(creator: Acting, runtime: Running) -> Ok:
    """Begin the demo anew: another log, the clock back, the history made again."""
    if runtime.reset is None:
        raise NotFound("Only a demo can be reset.")
    await runtime.reset(runtime)
    return Ok()


def _clock(clock: Clock) -> DemoClock:
    return DemoClock(now=clock(), offset_seconds=clock.ahead.total_seconds())
