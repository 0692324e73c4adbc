"""Errors: one shape, and the order in which a request is judged."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from domain.vocabulary import Role
from tests.api.answers import bad, good
from tests.api.description import DESCRIBED
from tests.harness.program import Person, Serving

NOBODY = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("call", "more", "status", "slug"),
    [
        ("PUT /dm/leads/{c}/ig_5001", {"json": {}, "headers": {"If-Match": "seven"}}, 400, "bad-request"),
        ("GET /dm/leads/{c}", {"headers": {"X-API-Key": "clk_unknown"}}, 401, "unauthenticated"),
        ("GET /dm/leads/nobody", {}, 404, "not-found"),
        ("GET /dm/leads/{c}/ig_5999", {}, 404, "not-found"),
        (f"GET /dm/leads/{{c}}/{NOBODY}", {}, 404, "not-found"),
        ("GET /dm/follower/{c}/ig_5999", {}, 404, "not-found"),
        ("PUT /dm/follower/{c}/ig_5999/status", {"json": {"status": "hot"}}, 404, "not-found"),
        ("POST /dm/send/{c}", {"json": {"follower_id": "ig_5999", "message": "Hola"}}, 404, "not-found"),
        ("DELETE /dm/leads/{c}/ig_5999", {}, 404, "not-found"),
        ("DELETE /dm/conversations/{c}/ig_5999", {}, 404, "not-found"),
        ("POST /dm/conversations/{c}/ig_5999/archive", {}, 404, "not-found"),
        ("POST /dm/leads/{c}/ig_5999/purchases", {"json": {"amount": 1, "currency": "EUR"}}, 404, "not-found"),
        ("POST /nurturing/{c}/sequences/banana/toggle", {"json": {}}, 404, "not-found"),
        ("GET /nurturing/{c}/sequences/banana/enrolled", {}, 404, "not-found"),
        ("DELETE /access/{c}/keys/nothing", {}, 404, "not-found"),
        (f"GET /creator/{{c}}/products/{NOBODY}", {}, 404, "not-found"),
        (f"DELETE /access/{{c}}/users/{NOBODY}", {}, 404, "not-found"),
        ("DELETE /settings/{c}/channels/fax", {}, 404, "not-found"),
        ("GET /dm/conversations/{c}/ig_5999/messages", {}, 404, "not-found"),
        ("GET /dm/leads/", {}, 404, "not-found"),
        ("GET /dm/leads/{c}/a%00b", {}, 404, "not-found"),
        ("GET /dm/leads/{c}/%ff", {}, 404, "not-found"),
        ("GET /dm/leads/{c}%00", {}, 404, "not-found"),
        ("GET /nothing/at/all", {}, 404, "not-found"),
        ("PATCH /dm/leads/{c}", {"json": {}}, 405, "method-not-allowed"),
        ("DELETE /settings/{c}", {}, 405, "method-not-allowed"),
        ("POST /dm/leads/{c}", {"json": {"name": "Ana", "platform_user_id": "ig_5001"}}, 409, "duplicate-lead"),
        ("POST /dm/conversations/{c}/ig_5001/restore", {}, 409, "conflict"),
        ("PUT /dm/leads/{c}/ig_5001", {"json": {}, "headers": {"If-Match": '"99"'}}, 412, "version-mismatch"),
        ("POST /dm/leads/{c}", {"content": b"x" * (1024 * 1024 + 1)}, 413, "too-large"),
        ("POST /dm/leads/{c}", {"content": b"name=Ana"}, 415, "unsupported-media-type"),
        ("POST /dm/leads/{c}", {"json": {}}, 422, "invalid"),
        ("POST /webhook/telegram", {"json": {}}, 403, "signature"),
        ("GET /dm/leads/{c}?after=99999999999", {}, 503, "not-caught-up"),
    ],
)
def test_a_refusal_has_its_status_and_its_kind(
    ana: Person, program: Serving, call: str, more: dict[str, Any], status: int, slug: str
) -> None:
    before = program.log(ana.name)
    answer = ana.ask(call, **more)
    problem = bad(answer, status, slug)
    assert program.log(ana.name) == before
    assert ("current_version" in problem) is (status == 412)
    assert ("existing_id" in problem) is (slug == "duplicate-lead")
    assert ("errors" in problem) is (slug == "invalid")
    assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)
    assert ("allow" in answer.headers) is (status == 405)


def pieces() -> Iterator[bytes]:
    for _ in range(20):
        yield b"x" * 65536


def test_a_body_over_the_limit_is_refused_however_it_comes(creator: Person, program: Serving) -> None:
    bad(creator.ask("POST /dm/leads/{c}", content=pieces(), headers=JSON), 413, "too-large")
    with program.client() as nobody:
        leads = f"/dm/leads/{creator.name}"
        bad(nobody.post(leads, content=FLOOD, headers=JSON), 413, "too-large")
        bad(nobody.post(leads, content=pieces(), headers=JSON), 401, "unauthenticated")
        bad(nobody.post("/auth/login", content=FLOOD, headers=JSON), 413, "too-large")
        bad(nobody.post("/webhook/telegram", content=b"x" * (1024 * 1024 + 1)), 403, "signature")
        bad(nobody.post("/webhook/telegram", content=b"x" * (4 * 1024 * 1024 + 1)), 413, "too-large")
    sheet = {"content": b"name\r\n" + b"x" * (1024 * 1024), "headers": {"Content-Type": "text/csv"}}
    assert creator.ask("POST /dm/leads/{c}/import", **sheet).status_code != 413
    sheet["content"] = b"x" * (16 * 1024 * 1024 + 1)
    bad(creator.ask("POST /dm/leads/{c}/import", **sheet), 413, "too-large")


FLOOD, UNREADABLE, UNKNOWN_FIELD = b"x" * (1024 * 1024 + 1), b"{", b'{"x": 1}'
WRONG_VERSION = {"If-Match": '"99"'}


@pytest.mark.parametrize(
    ("who", "creator_name", "lead", "body", "headers", "status"),
    [
        (None, "nobody", "ig_5999", FLOOD, WRONG_VERSION, 413),
        (None, "nobody", "ig_5999", UNREADABLE, WRONG_VERSION, 401),
        (Role.ANALYST, "nobody", "ig_5999", UNREADABLE, WRONG_VERSION, 404),
        (Role.ANALYST, "{c}", "ig_5999", UNREADABLE, WRONG_VERSION, 403),
        (Role.OWNER, "{c}", "ig_5999", UNREADABLE, WRONG_VERSION, 422),
        (Role.OWNER, "{c}", "ig_5999", UNKNOWN_FIELD, WRONG_VERSION, 422),
        (Role.OWNER, "{c}", "ig_5999", b"{}", WRONG_VERSION, 404),
        (Role.OWNER, "{c}", "ig_5001", b"{}", WRONG_VERSION, 412),
        (Role.OWNER, "{c}", "ig_5001", b"{}", {}, 409),
    ],
    ids=["size", "credential", "creator", "role", "json", "field", "lead", "version", "state"],
)
def test_of_several_faults_the_first_in_the_order_of_judgement_is_told(
    ana: Person,
    program: Serving,
    who: Role | None,
    creator_name: str,
    lead: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    """Each request has every fault that comes after its own: at last, nothing is restored that was not put aside."""
    before = program.log(ana.name)
    with program.client(**({"X-API-Key": program.key(ana.name, who)} if who else {})) as caller:
        path = f"/dm/conversations/{creator_name.replace('{c}', ana.name)}/{lead}/restore"
        assert caller.post(path, content=body, headers=JSON | headers).status_code == status
    assert [event for event in program.log(ana.name)[len(before) :] if not event["topic"].startswith("access.")] == []


def test_another_creators_lead_is_as_unknown_as_one_that_never_was(ana: Person, program: Serving) -> None:
    lead = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    stranger = program.creator()
    for call, body in (
        ("GET /dm/leads/{c}/ID", None),
        ("PUT /dm/leads/{c}/ID", {"notes": "x"}),
        ("GET /dm/follower/{c}/ID", None),
        ("PUT /dm/follower/{c}/ID/status", {"status": "hot"}),
        ("GET /dm/conversations/{c}/ID/messages", None),
        ("DELETE /dm/leads/{c}/ID", None),
        ("POST /dm/send/{c}", {"follower_id": "ID", "message": "Hola"}),
    ):
        told = []
        for given in (lead["id"], NOBODY):
            filled = None if body is None else {k: given if v == "ID" else v for k, v in body.items()}
            answer = stranger.ask(call.replace("ID", given), **({} if filled is None else {"json": filled}))
            told.append(bad(answer, 404, "not-found") | {"instance": ""})
        assert told[0] == told[1]
    bad(stranger.ask(f"GET /dm/leads/{ana.name}/{lead['id']}"), 404, "not-found")
    stranger.client.close()
    assert good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"] == lead


METHODS = {"DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}


def methods_of(path: str) -> set[str]:
    """What an address has: that of a list's own calls is also that of a lead with such an id."""
    return {
        method.upper()
        for described, operations in DESCRIBED["paths"].items()
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(described)), path)
        for method in operations
    }


@pytest.mark.parametrize("path", DESCRIBED["paths"])
def test_a_method_that_an_address_does_not_have_is_refused(creator: Person, program: Serving, path: str) -> None:
    has, before = methods_of(path), program.head()
    assert has < METHODS
    for method in METHODS - has:
        answer = creator.ask(f"{method} {path.replace('{creator_id}', creator.name)}")
        bad(answer, 405, "method-not-allowed")
        assert set(answer.headers["allow"].split(", ")) <= has
    assert program.head() == before


def test_a_method_that_is_none_is_told_which_there_are(creator: Person) -> None:
    for call, allowed in (("PATCH /dm/leads/{c}", "GET, POST"), ("PATCH /dm/leads/{c}/x", "DELETE, GET, PUT")):
        assert creator.ask(call, {}).headers["allow"] == allowed


def test_a_body_with_more_values_than_anything_has_is_refused_before_each_is_judged(
    creator: Person, program: Serving
) -> None:
    before = program.log(creator.name)
    many = {f"x{number}": 1 for number in range(2500)}
    steps = "PUT /nurturing/{c}/sequences/abandoned"
    for call, body in (
        ("PUT /dm/leads/{c}/ig_ana", many),
        (steps, {"steps": [1] * 5000}),
        (steps, {"steps": [[[]] * 1700] * 3}),
    ):
        problem = bad(creator.ask(call, body), 422, "invalid", "")
        assert problem["errors"][0]["code"] == "count"
    with program.client() as nobody:
        assert len(bad(nobody.post("/auth/login", json=many), 422, "invalid", "")["errors"]) == 1
    assert program.log(creator.name) == before


def test_of_very_many_broken_rules_a_hundred_are_told(creator: Person) -> None:
    many = {f"x{number}": 1 for number in range(900)}
    assert len(bad(creator.ask("POST /dm/leads/{c}", many), 422, "invalid")["errors"]) == 100


def test_a_query_of_more_parameters_than_anything_has_is_refused(creator: Person) -> None:
    good(creator.ask(f"GET /dm/leads/{{c}}?{'&'.join(['status=hot'] * 100)}"))
    bad(creator.ask(f"GET /dm/leads/{{c}}?{'&'.join(['status=hot'] * 101)}"), 422, "invalid", "query:")
    for types in (",".join(["lead.*"] * 51), "x" * 101):
        bad(creator.ask(f"GET /stream/{{c}}?types={types}"), 422, "invalid", "query:types")
