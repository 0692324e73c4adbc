"""Access: keys that are shown once and revoked at once, and people with their roles."""

import re
from typing import Any

import pytest

from domain.vocabulary import Role
from tests.api.answers import KEY, PAGE, TIME, USER, bad, good, words
from tests.harness.program import Person, Serving

NOBODY = "00000000-0000-4000-8000-000000000000"
PASSWORD = "correct horse battery"
LATER = "2199-01-01T09:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"role": "owner"}, {"role": "owner", "label": None, "expires_at": None, "last_used_at": None}),
        ({"role": "agent", "label": " Shop "}, {"role": "agent", "label": "Shop"}),
        ({"role": "auditor", "label": "x" * 100}, {"role": "auditor"}),
        ({"role": "analyst", "expires_at": LATER}, {"role": "analyst", "expires_at": LATER}),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_key_is_made_for_a_role(creator: Person, body: dict[str, Any], expected: dict[str, Any]) -> None:
    issued = good(creator.ask("POST /access/{c}/keys", body), words("api_key key"))
    assert set(issued["key"]) == KEY
    assert {name: issued["key"][name] for name in expected} == expected


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked_at_once(creator: Person, program: Serving) -> None:
    issued = good(creator.ask("POST /access/{c}/keys", {"role": "agent", "label": "Shop"}), words("api_key key"))
    assert re.fullmatch(r"clk_[0-9a-f]{64}", issued["api_key"])
    listed = creator.ask("GET /access/{c}/keys")
    item = next(each for each in good(listed)["keys"] if each["prefix"] == issued["key"]["prefix"])
    assert set(item) == KEY
    assert issued["api_key"] not in listed.text
    assert issued["api_key"] not in str(program.log(creator.name))
    with program.client(**{"X-API-Key": issued["api_key"]}) as client:
        good(client.get(f"/dm/leads/{creator.name}"))
        used = {each["prefix"]: each["last_used_at"] for each in good(creator.ask("GET /access/{c}/keys"))["keys"]}
        assert (item["last_used_at"], bool(TIME.fullmatch(used[item["prefix"]]))) == (None, True)
        good(creator.ask(f"DELETE /access/{{c}}/keys/{item['prefix']}"))
        bad(client.get(f"/dm/leads/{creator.name}"), 401, "unauthenticated")
    bad(creator.ask(f"DELETE /access/{{c}}/keys/{item['prefix']}"), 404, "not-found")


def test_the_last_owners_credential_stays(creator: Person, program: Serving) -> None:
    prefix = creator.key.removeprefix("clk_")[:12]
    good(creator.ask("POST /access/{c}/keys", {"role": "agent"}))
    before = program.log(creator.name)
    bad(creator.ask(f"DELETE /access/{{c}}/keys/{prefix}"), 409, "conflict")
    assert program.log(creator.name) == before
    good(creator.ask("POST /access/{c}/keys", {"role": "owner"}))
    assert good(creator.ask(f"DELETE /access/{{c}}/keys/{prefix}"), words("revoked"))["revoked"] == prefix
    bad(creator.ask("GET /access/{c}/keys"), 401, "unauthenticated")


def test_the_last_owner_stays_an_owner_even_for_an_admin(creator: Person, program: Serving) -> None:
    body = {"email": f"{creator.name}@example.com", "role": "owner"}
    invited = good(creator.ask("POST /access/{c}/users", body))
    user, path = invited["user"], f"/access/{creator.name}"
    key = f"{path}/keys/{creator.key.removeprefix('clk_')[:12]}"
    with program.client(**{"X-API-Key": program.key(None, Role.ADMIN)}) as admin, program.client() as browser:
        bad(admin.delete(key), 409, "conflict")  # who was invited has not come yet
        link = {"link": invited["link"].partition("#link=")[2], "password": PASSWORD}
        good(browser.post("/auth/login", json=link))
        good(admin.delete(key))
        before = program.log(creator.name)
        bad(admin.put(f"{path}/users/{user['id']}", json={"role": "agent"}), 409, "conflict")
        bad(admin.delete(f"{path}/users/{user['id']}"), 409, "conflict")
        assert program.log(creator.name) == before


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("keys", {}, "/role"),
    ("keys", {"role": "admin"}, "/role"),
    ("keys", {"role": "Owner"}, "/role"),
    ("keys", {"role": "agent", "label": " "}, "/label"),
    ("keys", {"role": "agent", "label": "x" * 101}, "/label"),
    ("keys", {"role": "agent", "expires_at": "2020-01-01T09:00:00+00:00"}, "/expires_at"),
    ("keys", {"role": "agent", "expires_at": "2199-01-01T09:00:00"}, "/expires_at"),
    ("keys", {"role": "agent", "api_key": "clk_mine"}, "/api_key"),
    ("users", {"role": "agent"}, "/email"),
    ("users", {"email": "", "role": "agent"}, "/email"),
    ("users", {"email": "nobody", "role": "agent"}, "/email"),
    ("users", {"email": "bea@example.com"}, "/role"),
    ("users", {"email": "bea@example.com", "role": "admin"}, "/role"),
    ("users", {"email": "bea@example.com", "role": "agent", "name": "x" * 256}, "/name"),
    ("users", {"email": "bea@example.com", "role": "agent", "password": "x"}, "/password"),
]


def test_a_key_or_a_person_that_cannot_be_is_refused_and_nothing_happens(creator: Person, program: Serving) -> None:
    before = program.log(creator.name)
    for what, body, field in REFUSED:
        bad(creator.ask(f"POST /access/{{c}}/{what}", body), 422, "invalid", field)
    bad(creator.ask(f"PUT /access/{{c}}/users/{NOBODY}", {"role": "agent"}), 404, "not-found")
    bad(creator.ask(f"DELETE /access/{{c}}/users/{NOBODY}"), 404, "not-found")
    assert program.log(creator.name) == before


def test_people_are_invited_listed_changed_and_removed(creator: Person, program: Serving) -> None:
    body = {"email": f"{creator.name}@example.com", "role": "agent"}
    invited = good(creator.ask("POST /access/{c}/users", body), words("user link"))
    user, token = invited["user"], invited["link"].partition("#link=")[2]
    assert set(user) == USER
    assert (user["email"], user["role"], user["name"], user["has_password"]) == (body["email"], "agent", None, False)
    bad(creator.ask("POST /access/{c}/users", body), 409, "conflict")
    listed = creator.ask("GET /access/{c}/users")
    assert good(listed, PAGE | words("users"))["users"] == [user]
    assert token not in listed.text
    assert token not in str(program.log(creator.name))
    call = f"/access/{{c}}/users/{user['id']}"
    changed = good(creator.ask(f"PUT {call}", {"role": "analyst", "name": "Bea"}), words("user"))["user"]
    assert changed == user | {"role": "analyst", "name": "Bea"}
    before = program.log(creator.name)
    again = creator.ask(f"PUT {call}", {"role": "analyst"})
    assert good(again)["user"] == changed
    assert int(again.headers["x-position"]) >= before[-1]["position"]
    assert program.log(creator.name) == before
    assert good(creator.ask(f"DELETE {call}"), words("removed"))["removed"] == user["id"]
    bad(creator.ask(f"DELETE {call}"), 404, "not-found")


def test_nobody_lowers_or_removes_themselves(creator: Person, program: Serving) -> None:
    body = {"email": f"{creator.name}@example.com", "role": "owner"}
    invited = good(creator.ask("POST /access/{c}/users", body))
    with program.client() as browser:
        link = {"link": invited["link"].partition("#link=")[2], "password": PASSWORD}
        browser.headers["X-CSRF-Token"] = good(browser.post("/auth/login", json=link))["csrf_token"]
        me = f"/access/{creator.name}/users/{invited['user']['id']}"
        before = program.log(creator.name)
        for lower in ("agent", "auditor", "analyst"):
            bad(browser.put(me, json={"role": lower}), 409, "conflict")
        bad(browser.delete(me), 409, "conflict")
        assert program.log(creator.name) == before
        assert good(browser.put(me, json={"role": "owner", "name": "Bea"}))["user"]["name"] == "Bea"
        good(creator.ask(f"PUT {me}", {"role": "agent"}))
        bad(browser.get(f"/access/{creator.name}/users"), 403, "forbidden")
