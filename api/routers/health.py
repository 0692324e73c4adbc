"""Is the program alive, and may it be sent requests?"""

from datetime import UTC, datetime
from typing import Literal

from fastapi import Response

from api.dependencies import Running, public_router
from api.readiness import missing
from api.schemas import Answer, Ok, Time

router = public_router("health")


class Readiness(Answer):
    """Whether requests may come, and if not, what is missing."""

    status: Literal["ok", "unavailable"]
    ready: bool
    timestamp: Time
    missing: list[str]


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
