"""A route gets parts of the program without asking the framework for them."""

from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Header, Request, Response

from api.http.parts import Part, parts_of, with_parts

Path = Annotated[str, Part(lambda request, _: request.url.path)]
Marked = Annotated[None, Part(lambda _, response: response.headers.update({"X-Mark": "7"}))]


async def neither(path: Path, mark: Marked, number: int, name: Annotated[str, Header()] = "nobody") -> str:
    """Says where it is."""
    return f"{path} {number} {name}"


async def both(answer: Response, path: Path, mark: Marked, asked: Request, number: int) -> str:
    answer.headers["X-Own"] = asked.method
    return f"{path} {number}"


async def none(number: int) -> str:
    return str(number)


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    for endpoint in (neither, both, none):
        app.get(f"/{endpoint.__name__}/{{number}}")(with_parts(with_parts(endpoint)))
    return app


@pytest.fixture
def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parts")


async def test_what_the_client_gives_stands_beside_the_parts(client: httpx.AsyncClient) -> None:
    answer = await client.get("/neither/7", headers={"Name": "ana"})
    assert (answer.json(), answer.headers["X-Mark"]) == ("/neither/7 7 ana", "7")
    assert (await client.get("/neither/7")).json() == "/neither/7 7 nobody"


async def test_a_route_may_ask_for_request_and_response_as_well(client: httpx.AsyncClient) -> None:
    answer = await client.get("/both/7")
    assert (answer.json(), answer.headers["X-Mark"], answer.headers["X-Own"]) == ("/both/7 7", "7", "GET")


async def test_a_route_without_parts_is_left_as_it_is(client: httpx.AsyncClient) -> None:
    assert with_parts(none) is none
    assert (await client.get("/none/7")).json() == "7"


async def test_bad_input_is_refused_as_ever(client: httpx.AsyncClient) -> None:
    assert (await client.get("/neither/seven")).status_code == 422


def test_nothing_of_a_part_is_described(app: FastAPI) -> None:
    described = app.openapi()["paths"]["/neither/{number}"]["get"]
    assert [each["name"] for each in described["parameters"]] == ["number", "name"]
    assert (described["description"], described["summary"]) == ("Says where it is.", "Neither")


def test_which_parts_a_route_has_can_be_asked_of_it_in_both_forms() -> None:
    assert list(parts_of(both)) == list(parts_of(with_parts(both))) == ["path", "mark"]
