"""Who may: credentials, roles, sessions."""

import re

import psycopg
import pytest

from api.access.credentials import digest
from domain.vocabulary import Role
from tests.api.answers import bad, good, words
from tests.harness.program import Person, Serving

PASSWORD = "correct horse battery"
OPEN = ("GET /health/live", "GET /health/ready", "GET /webhook/telegram", "GET /")


@pytest.mark.parametrize("call", OPEN)
def test_what_is_open_needs_no_credential(program: Serving, call: str) -> None:
    with program.client() as nobody:
        assert nobody.request(*call.split(" ")).status_code == 200


def test_a_key_opens_in_either_header_and_two_that_disagree_are_none(creator: Person, program: Serving) -> None:
    other, stranger = program.key(creator.name, Role.AUDITOR), program.creator()
    stranger.client.close()
    guessed = creator.key[:-1] + ("0" if creator.key[-1] != "0" else "1")
    for headers, status in (
        ({"X-API-Key": creator.key}, 200),
        ({"Authorization": f"Bearer {creator.key}"}, 200),
        ({"Authorization": f"bearer {creator.key}"}, 200),
        ({"X-API-Key": creator.key, "Authorization": f"Bearer {creator.key}"}, 200),
        ({"X-API-Key": creator.key, "Authorization": f"Bearer {other}"}, 401),
        ({"X-API-Key": creator.key, "Authorization": f"Bearer {stranger.key}"}, 401),
        ({"X-API-Key": creator.key, "Authorization": "Basic eA=="}, 401),
        ({"Authorization": f"Basic {creator.key}"}, 401),
        ({"X-API-Key": guessed}, 401),
        ({"X-API-Key": creator.key[:-1]}, 401),
        ({"X-API-Key": creator.key.upper()}, 401),
        ({"X-API-Key": ""}, 401),
    ):
        with program.client(**headers) as client:
            assert client.get("/auth/verify").status_code == status, headers


@pytest.mark.parametrize("role", list(Role))
def test_everybody_may_ask_who_they_are(creator: Person, program: Serving, role: Role) -> None:
    name = None if role is Role.ADMIN else creator.name
    with program.client(**{"X-API-Key": program.key(name, role)}) as client:
        verified = good(client.get("/auth/verify"), words("valid creator_id role is_admin"))
        assert (verified["valid"], verified["role"], verified["is_admin"]) == (True, role, role is Role.ADMIN)
        assert verified["creator_id"] == (name or "")
        me = good(client.get("/auth/me"))
        assert set(me) >= words("status user csrf_token")
        assert set(me["user"]) >= words("id email role creators")


def test_a_person_is_invited_chooses_a_password_and_logs_in_with_it(creator: Person, program: Serving) -> None:
    email = f"{creator.name}@example.com"
    invited = good(
        creator.ask("POST /access/{c}/users", {"email": email, "role": "agent", "name": "Bea"}), words("user link")
    )
    token = invited["link"].partition("#link=")[2]
    with program.client() as browser:
        for refused, field in (
            ({"link": token}, "/password"),
            ({"link": token, "password": "short"}, "/password"),
            ({}, "/link"),
            ({"link": 7}, "/link"),
        ):
            bad(browser.post("/auth/login", json=refused), 422, "invalid", field)
        body = {"link": token, "password": PASSWORD}
        logged_in = browser.post("/auth/login", json=body)
        said = good(logged_in, words("user csrf_token"))
        assert set(said["user"]) == words("id email role creators memberships")
        assert (said["user"]["email"], said["user"]["role"], said["user"]["creators"]) == (
            email,
            "agent",
            [creator.name],
        )
        cookie = logged_in.headers["set-cookie"]
        assert re.match(r"clonnect_session=[^;]+;", cookie)
        assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
        bad(browser.post(f"/dm/leads/{creator.name}", json={"name": "Ana"}), 403, "csrf")
        csrf = {"X-CSRF-Token": said["csrf_token"]}
        good(browser.post(f"/dm/leads/{creator.name}", json={"name": "Ana"}, headers=csrf))
        bad(browser.get(f"/settings/{creator.name}"), 403, "forbidden")
        good(browser.post("/auth/logout", headers=csrf))
        bad(browser.get("/auth/me"), 401, "unauthenticated")
        good(browser.post("/auth/login", json={"email": email, "password": PASSWORD}))
    invited_only = f"eva@{creator.name}.example.com"
    link = good(creator.ask("POST /access/{c}/users", {"email": invited_only, "role": "agent"}))["link"]
    expired = link.partition("#link=")[2]
    with psycopg.connect(program.url, autocommit=True) as conn:
        conn.execute("UPDATE app.links SET expires_at = now() WHERE token_sha256 = %s", (digest(expired),))
    with program.client() as browser:
        told = [
            bad(browser.post("/auth/login", json=wrong), 401, "unauthenticated")["detail"]
            for wrong in (
                {"email": email, "password": "wrong horse battery"},
                {"email": "nobody@example.com", "password": PASSWORD},
                {"link": token},
                {"link": "never was"},
                {"link": expired},
                {"email": invited_only, "password": "x"},
            )
        ]
        assert len(set(told)) == 1
