"""Exception handlers: every exception that may leave a route becomes a problem, in this one place."""

import asyncio
import logging
from collections.abc import Sequence
from math import ceil
from typing import Any, Final, cast

from cryptography.exceptions import InvalidTag
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from psycopg import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.problems import HttpRefusal, answer, key_over, refusal, request_id
from api.http.reads import NotModified
from api.http.state import runtime_of
from api.http.validation_errors import field_error
from domain.errors import (
    Conflict,
    DomainError,
    DuplicateLead,
    FieldError,
    Invalid,
    NotFound,
    OutdatedDraft,
    SettledDraft,
    VersionMismatch,
)
from eventstore.vault import WrongKey
from processes.channels.base import ChannelError
from processes.transient_errors import TRANSIENT_ERRORS

ERRORS_TOLD: Final = 100
"""Broken rules that one answer tells."""

_logger = logging.getLogger(__name__)


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
        NotModified: _not_modified,
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
        case SettledDraft():
            return answer(request, 409, "settled-draft", str(error))
        case OutdatedDraft():
            return answer(request, 409, "outdated-draft", str(error))
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
    _logger.warning("request_unavailable", extra={"error": type(error).__name__})
    detail = "Clonnect cannot do this at the moment; try again in a second."
    return answer(request, 503, "unavailable", detail, headers={"Retry-After": "1"})


async def _does_not_open(request: Request, error: Exception) -> Response:
    """Something is damaged, or another key is in force by now."""
    watch = runtime_of(request).key
    try:
        await asyncio.to_thread(watch.look)
    except OperationalError as away:
        return await _unavailable(request, away)
    if not watch.is_over:
        raise error
    return key_over(request)


async def _platform_away(request: Request, error: ChannelError) -> Response:
    """Only where nothing was changed for it: what becomes of a send is an outcome, not a refusal."""
    _logger.warning("request_unavailable", extra={"error": error.error_class})
    seconds = 1 if error.retry_after is None else max(1, ceil(error.retry_after.total_seconds()))
    detail = "The platform does not answer as it should, and nothing was changed; try again in a moment."
    return answer(request, 503, "unavailable", detail, headers={"Retry-After": str(seconds)})


async def _broken(request: Request, error: Exception) -> Response:
    """A defect: the traceback goes to the program's log (the server writes it), nothing of it to the client."""
    detail = "Something went wrong that should not; the program's log says what."
    return answer(request, 500, "internal", detail, headers={"X-Request-ID": request_id(request)})


async def _not_modified(request: Request, error: NotModified) -> Response:
    return Response(status_code=304, headers=error.headers)
