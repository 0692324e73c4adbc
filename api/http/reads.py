"""How a route reads what is shown: once it reflects what the client asks for, and only what is new to the client."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from api.http.entity_tags import EntityTags, entity_tag, entity_tags
from api.http.middleware import uuid_of
from api.http.problems import NotCaughtUp
from api.state import Runtime, running
from domain.errors import Conflict, NotFound
from domain.person.identity import parse_id
from domain.vocabulary import Platform

SHOWN_WITHIN: Final = 2.0
"""How long, in seconds, a command waits for the projections, and a read for the position asked for."""

NO_LEAD: Final = "There is no such lead."


async def _shown(
    request: Request,
    response: Response,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="Wait until the answer reflects this.")] = None,
) -> Runtime:
    runtime = running(request)
    if after is not None and not await runtime.progress.wait_until(after, SHOWN_WITHIN):
        raise NotCaughtUp(f"The reads have not reached position {after} yet.")
    response.headers["X-Position"] = str(runtime.progress.position)
    return runtime


Shown = Annotated[Runtime, Depends(_shown)]
"""The running parts, once the projections show the position that the client asked for."""


class NotModified(Exception):
    """The client has this version already; `headers` say which, and what the read reflects."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers["etag"])
        self.headers = headers


@dataclass(frozen=True)
class Versioned:
    """Says which version a resource has, and spares the answer to who has it already."""

    response: Response
    known: EntityTags | None

    def __call__(self, version: int) -> None:
        """Set the `ETag`; raises `NotModified` if `If-None-Match` names it."""
        self.response.headers["ETag"] = entity_tag(version)
        if self.known is not None and self.known.match_weakly(version):
            raise NotModified(dict(self.response.headers))


async def versioned(request: Request, response: Response) -> Versioned:
    """The way to say which version is shown; raises `BadRequest`."""
    return Versioned(response, entity_tags("If-None-Match", request.headers.getlist("if-none-match")))


Tag = Annotated[Versioned, Depends(versioned)]


async def country_of(runtime: Runtime, creator_id: str, platform: str | None) -> str | None:
    """Where a number without a country's code belongs (ISO 3166): asked only for the platform whose ids are numbers."""
    if platform != Platform.WHATSAPP:
        return None
    creator = await asyncio.to_thread(runtime.app.creator, creator_id)
    return creator.settings.country


async def shown_lead(runtime: Runtime, creator_id: str, given: str) -> UUID:
    """The lead that a client means, as the reads know it; raises `NotFound`, or `Conflict` for two of that name."""
    lead_id = uuid_of(given)
    if lead_id is not None and await runtime.board.card(creator_id, lead_id) is not None:
        return lead_id
    platform, raw = parse_id(given)
    found = [row for row in await runtime.board.find(creator_id, raw) if platform in (None, row["platform"])]
    if len(found) > 1:
        raise Conflict("More than one lead has this id: say which with its prefix, such as `ig_`.")
    if not found:
        raise NotFound(NO_LEAD)
    shown: UUID = found[0]["lead_id"]
    return shown
