"""Operations: alive, ready, described; and the demo's own calls."""

import re
from typing import Any

import jsonschema_rs
import pytest

from domain.vocabulary import Role
from tests.api.answers import TIME, good, words
from tests.api.description import DESCRIBED
from tests.harness.program import Person, Serving

WALKED = [
    (f"{method.upper()} {path}", operation)
    for path, operations in DESCRIBED["paths"].items()
    for method, operation in operations.items()
    if operation["operationId"] not in ("stream_events", "reset_demo")
]


def test_a_running_program_is_alive_and_ready(program: Serving) -> None:
    with program.client() as nobody:
        assert nobody.get("/health/live").json() == {"status": "ok"}
        ready = good(nobody.get("/health/ready"))
        assert set(ready) >= words("status ready timestamp")
        assert ready["ready"] is True
        assert TIME.fullmatch(ready["timestamp"])


def test_whoever_is_known_hears_how_everything_is(creator: Person) -> None:
    hello = {"creator_id": creator.name, "sender_id": "ig_5001", "message": "hola"}
    good(creator.ask("POST /dm/process", hello))  # is answered once a worker leads
    said = good(creator.ask("GET /health"))
    assert set(said) >= words("database projections worker channels model")
    assert {each["name"] for each in said["projections"]} >= {"board", "conversations", "nurturing", "agenda"}
    assert all({"lag_events", "lag_seconds"} <= set(each) for each in said["projections"])


def test_metrics_are_in_the_text_format_of_prometheus(program: Serving) -> None:
    with program.client(**{"X-API-Key": program.key(None, Role.ADMIN)}) as admin:
        answer = admin.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        assert re.search(r"^# TYPE \w+ (counter|gauge|histogram)$", answer.text, re.MULTILINE)


def test_the_description_and_the_page_are_for_any_role(creator: Person, program: Serving) -> None:
    for role in (Role.ANALYST, Role.AUDITOR):
        with program.client(**{"X-API-Key": program.key(creator.name, role)}) as client:
            assert client.get("/openapi.json").json() == DESCRIBED
            assert client.get("/docs").headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(("call", "operation"), WALKED, ids=[call for call, _ in WALKED])
def test_a_request_made_of_the_examples_is_understood_and_answered_as_described(
    request: pytest.FixtureRequest, call: str, operation: dict[str, Any]
) -> None:
    luz: Person = request.getfixturevalue("only_read" if call.startswith("GET ") else "luz")
    given = [each for each in operation["parameters"] if "example" in each]
    path = call.replace("{creator_id}", luz.name).replace("{lead_id}", "ig_5002")
    for each in given:
        path = path.replace(f"{{{each['name']}}}", str(each["example"]))
    query = {each["name"]: each["example"] for each in given if each["in"] == "query"}
    headers = {each["name"]: each["example"] for each in given if each["in"] == "header" and each["name"] != "Prefer"}
    more: dict[str, Any] = {}
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        body = content["example"]
        if media_type == "application/json":
            more["json"] = body | {"creator_id": luz.name} if "creator_id" in body else body
        else:
            more["content"] = body.encode()
            headers["Content-Type"] = media_type
    answer = luz.ask(path, params=query, headers=headers, **more)
    assert answer.status_code not in (400, 405, 415, 422), answer.text
    described = operation["responses"][str(answer.status_code)]
    if "$ref" in described:
        described = DESCRIBED["components"]["responses"][described["$ref"].rpartition("/")[2]]
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    content = described.get("content", {}).get(media_type)
    if media_type.endswith("json"):
        schema = {**content["schema"], "components": DESCRIBED["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        assert [error.message for error in validator.iter_errors(answer.json())] == []
    else:
        assert content is not None or answer.content == b""
    for name, header in described["headers"].items():
        shown = DESCRIBED["components"]["headers"][name] if "$ref" in header else header
        assert not shown.get("required") or name.lower() in answer.headers, name


def test_a_phone_of_the_demo_writes(busy: Person) -> None:
    body = {"follower_id": "ig_5002", "text": "hola", "name": "Luz"}
    said = good(busy.ask("POST /simulator/{c}/messages", body), words("follower_id message_id lead_id position"))
    assert good(busy.ask(f"GET /dm/leads/{{c}}/ig_5002?after={said['position']}"))["lead"]["id"] == said["lead_id"]
    assert set(good(busy.ask("GET /simulator/{c}/clock"))) == words("status now offset_seconds")
