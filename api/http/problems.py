"""Every refusal as an answer: `application/problem+json`, one shape, fit to be shown."""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Annotated, Any, ClassVar, Final, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from psycopg import OperationalError
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from domain.errors import (
    Conflict,
    DomainError,
    DuplicateLead,
    FieldError,
    Invalid,
    NotFound,
    VersionMismatch,
)
from eventstore.key_watch import SENTENCE, KeyWatch
from eventstore.vault import WrongKey
from processes.channels.base import ChannelError
from processes.transient_errors import TRANSIENT_ERRORS

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

ERRORS_TOLD: Final = 100
"""Broken rules that one answer tells."""

_logger = logging.getLogger(__name__)


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


def install(app: FastAPI) -> None:
    """Have every exception that may leave a route answered as a problem."""
    for error_class, handler in {
        HttpRefusal: _refused,
        DomainError: _refused_by_the_business,
        RequestValidationError: _invalid_request,
        HTTPException: _http,
        ClientDisconnect: _gone,
        WrongKey: _does_not_open,
        InvalidTag: _does_not_open,
        **dict.fromkeys(TRANSIENT_ERRORS, _unavailable),
        ChannelError: _platform_away,
        Exception: _broken,
    }.items():
        app.add_exception_handler(error_class, cast(Any, handler))


async def _refused(request: Request, error: HttpRefusal) -> Response:
    return refusal(request, error)


async def _refused_by_the_business(request: Request, error: DomainError) -> Response:
    match error:
        case NotFound():
            return answer(request, 404, "not-found", str(error))
        case Invalid(errors=errors):
            return _invalid(request, errors)
        case DuplicateLead(existing_id=existing_id):
            return answer(request, 409, "duplicate-lead", str(error), existing_id=str(existing_id))
        case VersionMismatch(current_version=version):
            return answer(request, 412, "version-mismatch", str(error), current_version=version)
        case Conflict():
            return answer(request, 409, "conflict", str(error))
    return answer(request, 409, "conflict", str(error))


def _invalid(request: Request, errors: Sequence[FieldError]) -> Response:
    errors = errors[:ERRORS_TOLD]
    fields = [{"field": error.field, "code": error.code, "detail": error.detail} for error in errors]
    return answer(request, 422, "invalid", " ".join(error.detail for error in errors[:3]), errors=fields)


async def _invalid_request(request: Request, error: RequestValidationError) -> Response:
    return _invalid(request, [field_error(each) for each in error.errors()[:ERRORS_TOLD]])


async def _http(request: Request, error: HTTPException) -> Response:
    match error.status_code:
        case 404:
            return answer(request, 404, "not-found", "There is nothing at this address.")
        case 405:
            detail = f"{request.method} is not possible at this address."
            return answer(request, 405, "method-not-allowed", detail, headers={"Allow": _allowed(request)})
        case status:
            return answer(request, status, "bad-request", str(error.detail), headers=error.headers)


def _allowed(request: Request) -> str:
    """Every method that some route knows at this address; Starlette names those of the first one only."""
    here = request.url.path
    found = iter_route_contexts(request.app.routes)
    return ", ".join(
        sorted({method for each in found if each.path_regex.fullmatch(here) for method in each.methods or ()})
    )


async def _gone(request: Request, error: ClientDisconnect) -> Response:
    return answer(request, 400, "bad-request", "The request ended before its body was complete.")


async def _unavailable(request: Request, error: Exception) -> Response:
    _logger.warning("answered 503 because of %s", type(error).__name__)
    detail = "Clonnect cannot do this at the moment; try again in a second."
    return answer(request, 503, "unavailable", detail, headers={"Retry-After": "1"})


async def _does_not_open(request: Request, error: Exception) -> Response:
    """Something is damaged, or another key is in force by now."""
    watch: KeyWatch = request.state.runtime.key
    try:
        await asyncio.to_thread(watch.look)
    except OperationalError as away:
        return await _unavailable(request, away)
    if not watch.is_over:
        raise error
    return key_over(request)


def key_over(request: Request) -> Response:
    """What a program answers that holds a key which is not in force any more."""
    return answer(request, 503, "unavailable", SENTENCE, headers={"Retry-After": "1"})


async def _platform_away(request: Request, error: ChannelError) -> Response:
    """Only where nothing was changed for it: what becomes of a send is an outcome, not a refusal."""
    _logger.warning("answered 503 because a platform answered %s", error.error_class)
    seconds = 1 if error.retry_after is None else max(1, ceil(error.retry_after.total_seconds()))
    detail = "The platform does not answer as it should, and nothing was changed; try again in a moment."
    return answer(request, 503, "unavailable", detail, headers={"Retry-After": str(seconds)})


async def _broken(request: Request, error: Exception) -> Response:
    """A defect: the traceback goes to the program's log (the server writes it), nothing of it to the client."""
    detail = "Something went wrong that should not; the program's log says what."
    return answer(request, 500, "internal", detail, headers={"X-Request-ID": request_id(request)})


def field_error(error: Mapping[str, Any]) -> FieldError:
    """One of pydantic's errors in our words."""
    source, *path = error["loc"]
    field = pointer(path) if source == "body" else ":".join(str(part) for part in (source, *path[:1]))
    named = [part for part in path if isinstance(part, str)]
    name = str(named[-1]) if named else "body"
    code, detail = _words(name, error)
    return FieldError(field, code, detail)


def pointer(path: Iterable[object]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _words(name: str, error: Mapping[str, Any]) -> tuple[str, str]:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "required", f"`{name}` is missing."
        case "extra_forbidden":
            return "unknown", f"`{name}` cannot be written here."
        case "string_too_short":
            return "length", f"`{name}` is empty or too short: at least {_characters(context['min_length'])}."
        case "string_too_long":
            return "length", f"`{name}` is too long: at most {_characters(context['max_length'])}."
        case "too_long" | "too_short":
            return "count", f"`{name}`: {error['msg']}."
        case "literal_error" | "enum":
            return "unknown_word", f"`{name}` must be one of {context['expected']}."
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than" | "finite_number":
            return "range", f"`{name}`: {error['msg'].removeprefix('Input ')}."
        case "string_pattern_mismatch":
            return "form", f"`{name}` does not have the right form."
        case "model_attributes_type" | "dict_type" | "model_type" if name == "body":
            return "type", "The body must be a JSON object."
        case kind if kind.startswith("our_"):
            return kind.removeprefix("our_"), str(error["msg"])
        case kind:
            return "type" if kind.endswith(("_type", "_parsing")) else kind, f"`{name}`: {_sentence(error['msg'])}"


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count:,} characters"


def _sentence(message: str) -> str:
    return message.removeprefix("Input ").rstrip(".") + "."
