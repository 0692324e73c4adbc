"""A route that is handled without the framework answers what the framework would."""

from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, Field

from api.app import create_app
from api.http.direct import is_direct
from api.http.routing import Route


class Wish(BaseModel):
    text: str = Field(max_length=5)
    times: int = 1


class Granted(BaseModel):
    lead_id: UUID
    text: str | None = Field(serialization_alias="said")


async def take(lead_id: UUID, name: str, body: Wish, response: Response) -> Granted:
    response.headers["ETag"] = f'"{name}"'
    if body.times > 1:
        response.status_code = 202
    return Granted(lead_id=lead_id, text=body.text * body.times)


async def show(lead_id: UUID, request: Request) -> Granted:
    return Granted(lead_id=lead_id, text=request.method)


async def refuse(lead_id: UUID) -> Granted:
    return {"lead_id": "seven"}  # type: ignore[return-value]


async def raw(lead_id: UUID, response: Response) -> Response:
    return Response(b"raw", 203)


def served(route_class: type[APIRoute]) -> httpx.AsyncClient:
    app = FastAPI()
    app.router.route_class = route_class
    app.put("/take/{lead_id}/{name}")(take)
    for endpoint in (show, refuse):
        app.get(f"/{endpoint.__name__}/{{lead_id}}", status_code=201)(endpoint)
    app.get("/raw/{lead_id}", response_model=None)(raw)

    async def wrong(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return Response(str(sorted((each["type"], each["loc"]) for each in error.errors())), 422)

    app.exception_handler(RequestValidationError)(wrong)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://direct")


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("PUT", f"/take/{UUID(int=7)}/ana", {"json": {"text": "hola"}}),
        ("PUT", f"/take/{UUID(int=7)}/ana", {"json": {"text": "hola", "times": 2}}),
        ("PUT", f"/take/{UUID(int=7)}/a%20n", {"json": {"text": "ñ"}}),
        ("PUT", f"/take/{UUID(int=7)}/ana", {"json": {"text": "too long"}}),
        ("PUT", f"/take/{UUID(int=7)}/ana", {"json": {}}),
        ("PUT", f"/take/{UUID(int=7)}/ana", {"json": []}),
        ("PUT", f"/take/{UUID(int=7)}/ana", {}),
        ("PUT", "/take/seven/ana", {"json": {"text": "too long"}}),
        ("GET", f"/show/{UUID(int=7)}", {}),
        ("GET", "/show/seven", {}),
        ("GET", f"/refuse/{UUID(int=7)}", {}),
        ("GET", f"/raw/{UUID(int=7)}", {}),
    ],
)
async def test_whatever_comes_is_answered_alike(method: str, path: str, more: dict[str, Any]) -> None:
    answers = [await served(kind).request(method, path, **more) for kind in (Route, APIRoute)]
    direct, framework = [(each.status_code, each.content, dict(each.headers)) for each in answers]
    assert direct == framework


async def asks(lead_id: str, limit: Annotated[int, Query()] = 1) -> Granted:
    raise NotImplementedError


async def looks(lead_id: str, name: Annotated[str, Header()] = "") -> Granted:
    raise NotImplementedError


async def takes_two(lead_id: str, one: Wish, other: Wish) -> Granted:
    raise NotImplementedError


@pytest.mark.parametrize("endpoint", [take, show])
def test_what_is_simple_is_handled_so(endpoint: Any) -> None:
    assert is_direct(APIRoute("/x/{lead_id}/{name}", endpoint))


@pytest.mark.parametrize("endpoint", [asks, looks, takes_two])
def test_what_asks_for_more_is_not(endpoint: Any) -> None:
    assert not is_direct(APIRoute("/x/{lead_id}", endpoint))


def test_what_answers_something_else_is_not() -> None:
    assert not is_direct(APIRoute("/x/{lead_id}", raw, response_model=None))


def test_what_is_done_all_day_is_handled_so() -> None:
    routes = {
        each.original_route.name: each.original_route
        for each in iter_route_contexts(create_app(None).routes)  # type: ignore[arg-type]  # it is not started
        if isinstance(each.original_route, APIRoute)
    }
    assert all(is_direct(routes[name]) for name in ("change_status", "edit_lead", "capture_lead", "send_message"))
