"""Who may: keys, links, sessions, and every route there is."""

import re

import psycopg

from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

OPEN = {
    ("GET", "/"),
    ("GET", "/app"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("POST", "/auth/login"),
    ("GET", "/webhook/telegram"),
    ("POST", "/webhook/telegram"),
}
"""Everything that needs no credential."""


async def test_nothing_else_is_open_to_whoever_comes(served: Served) -> None:
    head = served.head()
    guarded = 0
    async with served.anybody() as nobody:
        for method, route in served.routes:
            if (method, route) not in OPEN:
                guarded += 1
                path = re.sub(r"\{\w+\}", "x", route.replace("{creator_id}", CREATOR))
                problem = await refused(nobody.request(method, path, content=b"{"), 401, "unauthenticated")
                assert problem["title"]
    assert guarded > 30
    assert served.head() == head


async def test_another_creators_key_finds_nothing_anywhere(served: Served) -> None:
    await served.lead()
    head = served.head()
    guarded = 0
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as stranger:
        for method, route in served.routes:
            if "{creator_id}" in route:
                for creator in (CREATOR, "nobody", "MARIA"):
                    guarded += 1
                    path = re.sub(r"\{\w+\}", "ig_5001", route.replace("{creator_id}", creator))
                    problem = await refused(stranger.request(method, path, content=b"{"), 404, "not-found")
                    assert problem["detail"] == "There is no such creator."
    assert guarded > 80
    assert served.head() == head


async def test_a_key_opens_in_either_header(served: Served) -> None:
    key = served.keys[CREATOR]
    for headers in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}, {"Authorization": f"bearer {key}"}):
        async with served.anybody(**headers) as client:
            answer = await client.get("/auth/verify")
            assert answer.json() == {
                "status": "ok",
                "valid": True,
                "creator_id": CREATOR,
                "role": "owner",
                "is_admin": False,
            }


async def test_a_wrong_a_revoked_or_a_doubtful_key_opens_nothing(served: Served) -> None:
    key = served.keys[CREATOR]
    for headers in (
        {"X-API-Key": key[:-1] + ("0" if key[-1] != "0" else "1")},
        {"X-API-Key": key.upper()},
        {"X-API-Key": "clk_"},
        {"Authorization": f"Basic {key}"},
        {"X-API-Key": key, "Authorization": f"Bearer {served.keys[OTHER]}"},
    ):
        async with served.anybody(**headers) as client:
            answer = await client.get("/auth/me")
            assert answer.headers["www-authenticate"] == "Bearer"
            await refused(client.get("/auth/me"), 401, "unauthenticated")
    with psycopg.connect(served.url, autocommit=True) as conn:
        kept = conn.execute("SELECT string_agg(keys::text, ' ') FROM app.keys").fetchone()
        assert kept is not None
        assert key.removeprefix("clk_") not in kept[0]


async def test_a_link_logs_in_once_and_its_session_writes_with_its_token(served: Served) -> None:
    link = await served.link("maria@example.com")
    async with served.anybody() as browser:
        logged_in = await browser.post("/auth/login", json={"link": link})
        cookie = logged_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        me = (await browser.get("/auth/me")).json()
        assert me["user"] == logged_in.json()["user"]
        assert (me["user"]["email"], me["user"]["creators"], me["demo"]) == ("maria@example.com", [CREATOR], False)
        token = logged_in.json()["csrf_token"]
        assert me["csrf_token"] == token
        head = served.head()
        for headers in ({}, {"X-CSRF-Token": "guessed"}):
            await refused(browser.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers=headers), 403, "csrf")
        assert served.head() == head
        made = await browser.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers={"X-CSRF-Token": token})
        assert made.status_code == 200
        assert (await browser.get(f"/dm/leads/{CREATOR}")).json()["total"] == 1
        session = browser.cookies["clonnect_session"]
        assert (await browser.post("/auth/logout", headers={"X-CSRF-Token": token})).status_code == 200
        async with served.anybody(Cookie=f"clonnect_session={session}") as thief:
            await refused(thief.get("/auth/me"), 401, "unauthenticated")
    async with served.anybody() as second:
        await refused(second.post("/auth/login", json={"link": link}), 401, "unauthenticated")


async def test_logging_in_again_ends_the_session_before(served: Served) -> None:
    async with served.anybody() as browser:
        await browser.post("/auth/login", json={"link": await served.link("maria@example.com")})
        first = browser.cookies["clonnect_session"]
        await browser.post("/auth/login", json={"link": await served.link("maria@example.com")})
        assert browser.cookies["clonnect_session"] != first
        async with served.anybody(Cookie=f"clonnect_session={first}") as old:
            await refused(old.get("/auth/me"), 401, "unauthenticated")


async def test_every_failed_log_in_sounds_the_same(served: Served) -> None:
    with psycopg.connect(served.url, autocommit=True) as conn:
        expired = await served.link("maria@example.com")
        conn.execute("UPDATE app.links SET expires_at = now() - interval '1 second'")
    async with served.anybody() as browser:
        details = {
            (await refused(browser.post("/auth/login", json=body), 401, "unauthenticated"))["detail"]
            for body in (
                {"link": expired},
                {"link": "never was"},
                {"email": "maria@example.com", "password": "x"},
                {"email": "nobody@example.com", "password": "x"},
            )
        }
        assert len(details) == 1
        await refused(browser.post("/auth/login", json={}), 422, "invalid", "/link")
        await refused(browser.post("/auth/login", json={"link": 7}), 422, "invalid", "/link")


async def test_a_role_that_may_nothing_yet_is_told_so(served: Served) -> None:
    link = await served.link("assistant@example.com", role=Role.ANALYST)
    async with served.anybody() as browser:
        token = (await browser.post("/auth/login", json={"link": link})).json()["csrf_token"]
        assert (await browser.get("/auth/verify")).json()["role"] == "analyst"
        await refused(browser.get(f"/dm/leads/{CREATOR}"), 403, "forbidden")
        head = served.head()
        answer = browser.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers={"X-CSRF-Token": token})
        await refused(answer, 403, "forbidden")
        assert served.head() == head


async def test_who_did_it_stands_in_the_log(served: Served) -> None:
    request_id = "6f1c1d2e-3a4b-4c5d-8e6f-708192a3b4c5"
    await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers={"X-Request-ID": request_id})
    last = served.runtime.log.read(served.head() - 1, 1)[0]
    prefix = served.keys[CREATOR].removeprefix("clk_")[:12]
    assert last.metadata["actor"] == f"key:{prefix}"
    assert last.metadata["correlation_id"] == last.metadata["request_id"] == request_id
