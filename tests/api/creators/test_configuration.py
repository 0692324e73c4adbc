"""Creators: how each is reached and spoken for, and who makes them."""

from typing import Any
from uuid import uuid4

import pytest

from domain.vocabulary import Role
from tests.api.answers import CONFIG, CREATOR, PAGE, bad, good, words
from tests.harness.program import Person, Serving

CONFIGURED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"clone_name": None, "email": None, "bot_active": True}),
    ({"clone_name": " María "}, {"clone_name": "María"}),
    ({"clone_name": "x" * 255}, {"clone_name": "x" * 255}),
    ({"clone_tone": "x" * 50}, {"clone_tone": "x" * 50}),
    ({"clone_style": "Short sentences"}, {"clone_style": "Short sentences"}),
    ({"clone_vocabulary": "tú, no usted"}, {"clone_vocabulary": "tú, no usted"}),
    ({"welcome_message": "x" * 5000}, {"welcome_message": "x" * 5000}),
    ({"email": "maria@example.com"}, {"email": "maria@example.com"}),
    ({"is_active": False}, {"bot_active": False}),
]


@pytest.mark.parametrize(("body", "expected"), CONFIGURED, ids=lambda value: str(value)[:60])
def test_a_configuration_changes_field_by_field(
    creator: Person, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    said = good(creator.ask("PUT /creator/config/{c}", body), words("config message"))
    assert said["message"] == "Configuration updated"
    config = said["config"]
    assert set(config) == CONFIG
    assert (config["name"], config["creator_id"]) == (creator.name, creator.name)
    assert {name: config[name] for name in expected} == expected
    assert good(creator.ask("GET /creator/config/{c}"), words("config"))["config"] == config


@pytest.mark.parametrize("nothing", [None, "", " \n "])
def test_a_field_is_cleared_by_null_and_by_blanks_and_the_others_stay(creator: Person, nothing: str | None) -> None:
    texts = ("clone_name", "clone_tone", "clone_style", "clone_vocabulary", "welcome_message")
    full: dict[str, str | None] = {**dict.fromkeys(texts, "something"), "email": "maria@example.com"}
    good(creator.ask("PUT /creator/config/{c}", full))
    for field in (*texts, "email"):
        full[field] = None
        config = good(creator.ask("PUT /creator/config/{c}", {field: nothing}))["config"]
        assert {name: config[name] for name in full} == full


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"clone_name": "x" * 256}, "/clone_name"),
    ({"clone_name": 7}, "/clone_name"),
    ({"clone_tone": "x" * 51}, "/clone_tone"),
    ({"clone_style": ["short"]}, "/clone_style"),
    ({"clone_style": "x" * 5001}, "/clone_style"),
    ({"clone_vocabulary": ["x"]}, "/clone_vocabulary"),
    ({"welcome_message": "x" * 5001}, "/welcome_message"),
    ({"email": "nobody"}, "/email"),
    ({"is_active": "yes"}, "/is_active"),
    ({"is_active": None}, "/is_active"),
    ({"id": str(uuid4())}, "/id"),
    ({"name": "pedro"}, "/name"),
    ({"creator_id": "pedro"}, "/creator_id"),
    ({"api_key": "x"}, "/api_key"),
    ({"telegram_bot_token": "x"}, "/telegram_bot_token"),
    ({"instagram_token": "x"}, "/instagram_token"),
]


def test_what_breaks_a_rule_or_is_not_writable_is_refused_by_name(creator: Person, program: Serving) -> None:
    before = program.log(creator.name)
    for body, field in REFUSED:
        bad(creator.ask("PUT /creator/config/{c}", {"clone_style": "new"} | body), 422, "invalid", field)
    assert program.log(creator.name) == before


def test_no_configuration_ever_tells_a_secret(busy: Person) -> None:
    told = busy.ask("GET /creator/config/{c}").text + busy.ask("GET /dashboard/{c}/overview").text
    assert not any(secret in told for secret in (busy.key, "secret of", "token"))


def test_creators_are_made_and_listed_by_an_admin(program: Serving) -> None:
    name = f"c{uuid4().hex[:12]}"
    with program.client(**{"X-API-Key": program.key(None, Role.ADMIN)}) as admin:
        answer = admin.post("/creator", json={"name": name, "email": "eva@example.com"})
        made = good(answer, words("creator"))["creator"]
        assert set(made) == CREATOR
        assert (made["name"], made["creator_id"], made["mode"], made["bot_active"]) == (name, name, "review", True)
        page = good(admin.get("/creator/list"), PAGE | words("creators"))
        assert made in page["creators"]
        assert good(admin.get(f"/creator/config/{name}"))["config"]["email"] == "eva@example.com"
        before = program.log(name)
        bad(admin.post("/creator", json={"name": name}), 409, "conflict")
        assert program.log(name) == before
        for body, field in (
            ({}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": "Eva"}, "/name"),
            ({"name": "-eva"}, "/name"),
            ({"name": "config"}, "/name"),
            ({"name": "eva", "role": "admin"}, "/role"),
            ({"name": "e" * 64}, "/name"),
            ({"name": "eva", "email": "nobody"}, "/email"),
            ({"name": "eva", "api_key": "x"}, "/api_key"),
        ):
            bad(admin.post("/creator", json=body), 422, "invalid", field)
        assert good(admin.get("/creator/list"))["total"] == page["total"]


def test_what_a_creator_says_of_themselves_is_not_in_the_log_to_be_read(creator: Person, program: Serving) -> None:
    good(creator.ask("PUT /creator/config/{c}", {"clone_name": "Unmistakable", "email": "unmistakable@example.com"}))
    told = program.log(creator.name)
    assert [event["topic"] for event in told].count("creator.configured") == 1
    assert "unmistak" not in str(told).lower()


def test_a_list_of_creators_is_paged_to_its_end(program: Serving) -> None:
    made = [program.creator() for _ in range(3)]
    with program.client(**{"X-API-Key": program.key(None, Role.ADMIN)}) as admin:
        total = good(admin.get("/creator/list"))["total"]
        limit = min(1000, total // 2 + 1)
        names: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = good(admin.get("/creator/list", params={"limit": str(limit), **cursor}))
            assert page["total"] == total
            names += [each["name"] for each in page["creators"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert len(names) == len(set(names)) == total
        assert names[-3:] == [person.name for person in made]
        for query, field in (("limit=0", "query:limit"), ("limit=1001", "query:limit"), ("cursor=x", "query:cursor")):
            bad(admin.get(f"/creator/list?{query}"), 422, "invalid", field)
    for person in made:
        person.client.close()


def test_a_creator_who_is_unknown_is_not_found_and_not_made_but_by_an_admin(program: Serving) -> None:
    name = f"c{uuid4().hex[:12]}"
    message = {"creator_id": name, "sender_id": "ig_5002", "message": "hola"}
    asked: list[tuple[str, str, Any]] = [
        ("GET", f"/dm/leads/{name}", None),
        ("GET", f"/dm/conversations/{name}", None),
        ("GET", f"/nurturing/{name}/stats", None),
        ("GET", f"/nurturing/{name}/sequences", None),
        ("GET", f"/dashboard/{name}/overview", None),
        ("GET", f"/creator/{name}/products", None),
        ("POST", f"/dm/leads/{name}", {"name": "Ana"}),
        ("POST", f"/creator/{name}/products", {"name": "Curso"}),
        ("POST", f"/nurturing/{name}/sequences/abandoned/toggle", {}),
        ("POST", "/dm/process", message),
    ]
    with program.client(**{"X-API-Key": program.key(None, Role.ADMIN)}) as admin:
        for method, path, body in asked:
            bad(admin.request(method, path, json=body), 404, "not-found")
        assert name not in admin.get("/creator/list").text
        good(admin.post("/creator", json={"name": name}))
        assert good(admin.get(f"/dm/leads/{name}"))["leads"] == []
