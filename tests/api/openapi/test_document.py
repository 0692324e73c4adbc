"""The description of the API leaves nothing out: for every route there is, what it takes, what it answers, who may."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest

from api.http.problems import MEDIA_TYPE, TITLES
from api.openapi.refusals import REFUSALS
from tests.api.access.test_access import OPEN
from tests.api.description import DESCRIBED
from tests.harness.http import Served

Json = dict[str, Any]

COMPONENTS: Json = DESCRIBED["components"]
OPERATIONS: dict[str, Json] = {
    f"{method.upper()} {path}": operation
    for path, operations in DESCRIBED["paths"].items()
    for method, operation in operations.items()
}
UNDESCRIBED = {("GET", "/"), ("GET", "/app"), ("GET", "/docs"), ("GET", "/openapi.json")}
"""What is for people, and the description itself."""


def resolved(part: Json) -> Json:
    """What stands behind a reference."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    found: Json = COMPONENTS[kind][name]
    return found


def errors(value: object, schema: Json) -> list[str]:
    """What of a value breaks its schema, formats included."""
    whole = {**schema, "components": COMPONENTS}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def parameters(operation: Json) -> Iterator[Json]:
    for parameter in operation["parameters"]:
        yield resolved(parameter)


def contents(holder: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    yield from holder.get("content", {}).items()


every_operation = pytest.mark.parametrize("name", OPERATIONS)


async def test_every_route_is_described(served: Served) -> None:
    assert {f"{method} {path}" for method, path in set(served.routes) - UNDESCRIBED} == set(OPERATIONS)


@every_operation
def test_an_operation_says_what_it_does_and_belongs_somewhere(name: str) -> None:
    operation = OPERATIONS[name]
    assert re.fullmatch(r"[A-Z].{10,150}[^.]", operation["summary"]), operation["summary"]
    assert operation["description"].startswith(operation["summary"])
    about = {tag["name"]: tag["description"] for tag in DESCRIBED["tags"]}
    assert [len(about[tag]) > 20 for tag in operation["tags"]] == [True]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))


@every_operation
def test_who_may_is_said_twice(name: str) -> None:
    operation = OPERATIONS[name]
    method, _, path = name.partition(" ")
    if (method, path) in OPEN:
        assert operation["security"] == []
        assert "Needs no credential." in operation["description"]
        return
    key, bearer, session = operation["security"]
    roles = key["key"]
    assert roles == bearer["bearer"] == session["session"]
    assert ("csrf" in session) is (method != "GET")
    said = operation["description"].rpartition("For ")[2]
    assert sorted(re.findall(r"`(\w+)`", said)) == roles


@every_operation
def test_every_parameter_says_what_it_means_and_has_a_good_example(name: str) -> None:
    for parameter in parameters(OPERATIONS[name]):
        assert len(parameter.get("description", "")) > 5, parameter["name"]
        if parameter["name"] != "cursor":  # nobody can make one up
            assert "example" in parameter, f"say in api/openapi/examples.py what `{parameter['name']}` may be"
            assert errors(parameter["example"], parameter["schema"]) == []
        assert {"type": "null"} not in parameter["schema"].get("anyOf", ())


@every_operation
def test_a_body_has_a_good_example(name: str) -> None:
    for _, content in contents(OPERATIONS[name].get("requestBody", {})):
        assert "example" in content, "say in api/openapi/examples.py what the body may be"
        assert errors(content["example"], content["schema"]) == []


@every_operation
def test_every_answer_has_a_good_example_and_says_its_headers(name: str) -> None:
    for status, reference in OPERATIONS[name]["responses"].items():
        answer = resolved(reference)
        assert answer["description"] not in ("", "Successful Response"), status
        assert "X-Request-ID" in answer["headers"]
        for header in answer["headers"].values():
            assert resolved(header)["description"]
        for media_type, content in contents(answer):
            assert (media_type == MEDIA_TYPE) is (content["schema"] == {"$ref": "#/components/schemas/Problem"})
            given = [each["value"] for each in content.get("examples", {}).values()] or [content["example"]]
            for example in given:
                assert example, "say in api/openapi/examples.py what this answer holds"
                assert errors(example, content["schema"]) == [], (
                    "say in api/openapi/examples.py what the missing fields hold"
                )


@every_operation
def test_what_may_be_refused_is_said_for_each_status(name: str) -> None:
    operation = OPERATIONS[name]
    method, _, path = name.partition(" ")
    taken = {parameter["name"] for parameter in parameters(operation)}
    statuses = set(operation["responses"])
    expected = {"200"}
    if (method, path) not in OPEN:
        expected |= {"401", "422", "503"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"403", "413", "415"} if method != "GET" else set()
    expected |= {"202", "409"} if "Prefer" in taken else set()
    expected |= {"409"} if "Idempotency-Key" in taken else set()
    expected |= {"400", "412"} if "If-Match" in taken else set()
    expected |= {"304", "400"} if "If-None-Match" in taken else set()
    assert expected <= statuses
    assert "default" not in statuses
    assert "500" not in statuses


def test_every_kind_of_refusal_is_described() -> None:
    never_of_a_route = {"method-not-allowed", "too-slow", "internal"}
    assert set(TITLES) - never_of_a_route == set(REFUSALS)


def answer_models() -> Iterator[tuple[str, Json]]:
    """Every object that an answer holds, by its name."""
    waiting = [
        content["schema"]
        for operation in OPERATIONS.values()
        for status, answer in operation["responses"].items()
        if status < "300"
        for _, content in contents(resolved(answer))
    ]
    seen = set()
    while waiting:
        schema = waiting.pop()
        match schema:
            case {"$ref": str(name)} if name not in seen:
                seen.add(name)
                found = resolved(schema)
                if "properties" in found:
                    yield name.rpartition("/")[2], found
                waiting.append(found)
            case {"$ref": _}:
                continue
            case dict():
                waiting += [each for each in schema.values() if isinstance(each, dict | list)]
            case list():
                waiting += [each for each in schema if isinstance(each, dict | list)]


ANSWERS = dict(answer_models())


@pytest.mark.parametrize("model", ANSWERS)
def test_no_field_of_an_answer_is_ever_left_out(model: str) -> None:
    schema = ANSWERS[model]
    assert set(schema["properties"]) == set(schema.get("required", ()))


def test_the_frameworks_own_refusals_are_not_described() -> None:
    assert {"HTTPValidationError", "ValidationError"} & set(COMPONENTS["schemas"]) == set()
