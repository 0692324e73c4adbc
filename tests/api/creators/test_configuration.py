"""Creators: how each is reached and spoken for, and who makes them."""

from typing import Any
from uuid import uuid4

import pytest

from domain.vocabulary import Role
from tests.api.answers import CONFIG, CREATOR, PAGE, bad, good, words
from tests.harness.program import Person, Serving

CONFIGURED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"clone_name": None, "email": None, "bot_active": False}),
    ({"clone_name": " María "}, {"clone_name": "María"}),
    ({"clone_name": "x" * 255}, {"clone_name": "x" * 255}),
    ({"clone_tone": "x" * 50}, {"clone_tone": "x" * 50}),
    ({"clone_style": "Short sentences"}, {"clone_style": "Short sentences"}),
    ({"clone_vocabulary": "tú, no usted"}, {"clone_vocabulary": "tú, no usted"}),
    ({"welcome_message": "x" * 5000}, {"welcome_message": "x" * 5000}),
    ({"email": "maria@example.com"}, {"email": "maria@example.com"}),
    ({"email": None, "welcome_message": " "}, {"email": None, "welcome_message": None}),
    ({"is_active": True}, {"bot_active": True}),
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


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"clone_name": "x" * 256}, "/clone_name"),
    ({"clone_name": 7}, "/clone_name"),
    ({"clone_tone": "x" * 51}, "/clone_tone"),
    ({"clone_style": ["short"]}, "/clone_style"),
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
        assert (made["name"], made["creator_id"], made["mode"], made["bot_active"]) == (name, name, "off", False)
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
            ({"name": "e" * 64}, "/name"),
            ({"name": "eva", "email": "nobody"}, "/email"),
            ({"name": "eva", "api_key": "x"}, "/api_key"),
        ):
            bad(admin.post("/creator", json=body), 422, "invalid", field)
        assert good(admin.get("/creator/list"))["total"] == page["total"]
