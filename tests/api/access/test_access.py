"""Who may: keys, links, sessions, and every route there is."""

import re

from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR

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
