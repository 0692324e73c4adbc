"""Problem details (RFC 9457): every refusal as `application/problem+json`, in one shape, fit to be shown."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from eventstore.key_watch import SENTENCE

MEDIA_TYPE: Final = "application/problem+json"

TITLES: Final[Mapping[str, str]] = {
    "bad-request": "The request is malformed",
    "unauthenticated": "Who are you?",
    "forbidden": "Your role does not allow this",
    "csrf": "The request does not prove where it comes from",
    "signature": "The delivery is not signed by its platform",
    "not-found": "There is no such thing",
    "method-not-allowed": "This cannot be done here",
    "unsupported-media-type": "The body is of another type than is taken here",
    "duplicate-lead": "This person already is a lead",
    "settled-draft": "Somebody has decided about it already",
    "outdated-draft": "The person has written since",
    "conflict": "The present state refuses this",
    "in-progress": "The first request is not answered yet",
    "version-mismatch": "Somebody has changed it since",
    "too-large": "The body is too large",
    "headers-too-large": "The request's head is too large",
    "too-slow": "The request came too slowly",
    "invalid": "The input breaks a rule",
    "idempotency-key-reused": "This key stands for another request",
    "rate-limited": "Too many at a time",
    "not-caught-up": "The reads are not that far yet",
    "unavailable": "Not possible at the moment",
    "internal": "Something is broken here",
}

ALSO: Final = "x-refusals"


def also(*slugs: str) -> dict[str, Any]:
    """For a route's `openapi_extra`: refusals that do not follow from what it declares."""
    return {ALSO: slugs}


class FieldProblem(BaseModel):
    """One broken rule: `field` is a JSON pointer into the body, or `query:…`, `header:…`, `path:…`."""

    field: str
    code: str
    detail: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457); nothing was changed."""

    type: Annotated[str, Field(json_schema_extra={"enum": [f"/problems/{slug}" for slug in TITLES]})]
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    instance: UUID
    errors: list[FieldProblem] | SkipJsonSchema[None] = None
    existing_id: UUID | SkipJsonSchema[None] = None
    current_version: int | SkipJsonSchema[None] = None


class HttpRefusal(Exception):
    """A refusal that only HTTP knows; `detail` is one sentence."""

    status: ClassVar[int]
    slug: ClassVar[str]
    headers: Mapping[str, str] = {}


class BadRequest(HttpRefusal):
    """A header says something that nobody can understand."""

    status, slug = 400, "bad-request"


class Unauthenticated(HttpRefusal):
    """No credential, or none that is known and still good."""

    status, slug, headers = 401, "unauthenticated", {"WWW-Authenticate": "Bearer"}


class Forbidden(HttpRefusal):
    """The role does not allow it."""

    status, slug = 403, "forbidden"


class WithoutCsrfToken(HttpRefusal):
    """A write with the session's cookie alone."""

    status, slug = 403, "csrf"


class Unsigned(HttpRefusal):
    """A delivery that its platform has not signed."""

    status, slug = 403, "signature"


class UnsupportedMediaType(HttpRefusal):
    """A body that is not JSON."""

    status, slug = 415, "unsupported-media-type"


class TooLarge(HttpRefusal):
    """A body over the limit."""

    status, slug = 413, "too-large"


class InProgress(HttpRefusal):
    """The first request with the same idempotency key is under way."""

    status, slug, headers = 409, "in-progress", {"Retry-After": "1"}


class KeyReused(HttpRefusal):
    """The idempotency key was used for another request."""

    status, slug = 422, "idempotency-key-reused"


class RateLimited(HttpRefusal):
    """Too many times in a short while; `wait` is whole seconds."""

    status, slug = 429, "rate-limited"

    def __init__(self, wait: int, detail: str | None = None) -> None:
        super().__init__(detail or f"That was too often: try again in {wait} s.")
        self.headers = {"Retry-After": str(wait)}


class NotCaughtUp(HttpRefusal):
    """The projections have not reached the position that was asked for."""

    status, slug, headers = 503, "not-caught-up", {"Retry-After": "1"}


class Unavailable(HttpRefusal):
    """The database is away, too many commands wait, or others were faster again and again."""

    status, slug, headers = 503, "unavailable", {"Retry-After": "1"}


def request_id(request: Request) -> str:
    """The id that this request carries through log and answers."""
    return str(request.state.request_id)


def answer(
    request: Request,
    status: int,
    slug: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """The problem as a response."""
    text = document(status, slug, detail, request_id(request), **more)
    return Response(text, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def refusal(request: Request, error: HttpRefusal) -> Response:
    """The answer to whoever is refused by HTTP."""
    return answer(request, error.status, error.slug, str(error), headers=error.headers)


def document(status: int, slug: str, detail: str, instance: str, **more: object) -> bytes:
    """The problem as text."""
    about = {"type": f"/problems/{slug}", "title": TITLES[slug], "status": status, "detail": detail}
    return json.dumps(about | {"instance": instance} | more, ensure_ascii=False).encode("utf-8", "replace")


def key_over(request: Request) -> Response:
    """What a program answers that holds a key which is not in force any more."""
    return answer(request, 503, "unavailable", SENTENCE, headers={"Retry-After": "1"})
