"""Read dependencies: read-your-writes (`?after=`) and conditional GET (`If-None-Match`)."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response

from api.http.entity_tags import EntityTags, entity_tag, entity_tags
from api.http.parts import Part
from api.http.problems import NotCaughtUp
from api.http.read_models import ReadModels
from api.http.state import http_state, runtime_of

SHOWN_WITHIN: Final = 2.0
"""How long, in seconds, a command waits for the projections, and a read for the position asked for."""


async def _shown(
    request: Request,
    response: Response,
    after: Annotated[int | None, Query(ge=0, le=2**62, description="Wait until the answer reflects this.")] = None,
) -> ReadModels:
    progress = runtime_of(request).progress
    if after is not None and not await progress.wait_until(after, SHOWN_WITHIN):
        raise NotCaughtUp(f"The reads have not reached position {after} yet.")
    response.headers["X-Position"] = str(progress.position)
    return http_state(request).reads


Reads = Annotated[ReadModels, Depends(_shown)]
"""The read models, once they show the position that the client asks for; the answer says which they show."""
AsShown = Annotated[ReadModels, Part(lambda request, _response: http_state(request).reads)]
"""The read models as they are: for what a command answers."""


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


def versioned(request: Request, response: Response) -> Versioned:
    """The way to say which version is shown; raises `BadRequest`."""
    return Versioned(response, entity_tags("If-None-Match", request.headers.getlist("if-none-match")))


Tag = Annotated[Versioned, Part(versioned)]
