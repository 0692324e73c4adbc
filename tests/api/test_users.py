"""People who act for a creator: invited, promoted, let go; and their passwords."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import psycopg

from domain.vocabulary import Role
from tests.api.conftest import CREATOR, OTHER, Served, refused

USERS = f"/access/{CREATOR}/users"
PASSWORD = "correct horse battery"


async def invited(served: Served, email: str = "bea@example.com", role: str = "agent") -> tuple[dict[str, Any], str]:
    """Somebody new, and the token of their link."""
    answer = await served.client.post(USERS, json={"email": email, "role": role, "name": "Bea"})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    return said["user"], said["link"].partition("#link=")[2]


async def logged_in(browser: httpx.AsyncClient, **body: str) -> httpx.Response:
    """A browser in which somebody has logged in."""
    answer = await browser.post("/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


async def test_who_is_invited_chooses_a_password_and_logs_in_with_it(served: Served) -> None:
    user, link = await invited(served)
    assert (user["email"], user["role"], user["name"], user["has_password"]) == (
        "bea@example.com",
        "agent",
        "Bea",
        False,
    )
    async with served.anybody() as browser:
        await refused(browser.post("/auth/login", json={"link": link}), 422, "invalid", "/password")
        await refused(
            browser.post("/auth/login", json={"link": link, "password": "short"}), 422, "invalid", "/password"
        )
        me = (await logged_in(browser, link=link, password=PASSWORD)).json()["user"]
        assert (me["id"], me["role"], me["creators"]) == (user["id"], "agent", [CREATOR])
        assert (await browser.get("/auth/me")).status_code == 200
    async with served.anybody() as another:
        await logged_in(another, email="bea@example.com", password=PASSWORD)
        await refused(another.post("/auth/login", json={"link": link, "password": PASSWORD}), 401, "unauthenticated")
    listed = (await served.client.get(USERS)).json()
    assert [(each["email"], each["has_password"]) for each in listed["users"]] == [("bea@example.com", True)]


async def test_a_wrong_password_and_an_unknown_address_sound_the_same(served: Served) -> None:
    _, link = await invited(served)
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
        wrong = browser.post("/auth/login", json={"email": "bea@example.com", "password": "wrong horse battery"})
        unknown = browser.post("/auth/login", json={"email": "cleo@example.com", "password": PASSWORD})
        first, second = await refused(wrong, 401, "unauthenticated"), await refused(unknown, 401, "unauthenticated")
        assert first["detail"] == second["detail"]


async def test_passwords_are_kept_as_argon2id_alone(served: Served) -> None:
    _, link = await invited(served)
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
    with psycopg.connect(served.url, autocommit=True) as conn:
        kept = conn.execute("SELECT users::text FROM app.users").fetchone()
        states = b"".join(row[0] for row in conn.execute("SELECT state FROM log.events").fetchall())
    assert kept is not None
    assert "$argon2id$" in kept[0]
    assert PASSWORD not in kept[0]
    assert b"argon2" not in states
    assert PASSWORD.encode() not in states


async def test_whoever_changes_their_password_ends_their_other_sessions(served: Served) -> None:
    _, link = await invited(served)
    async with served.anybody() as here, served.anybody() as there:
        await logged_in(here, link=link, password=PASSWORD)
        await logged_in(there, email="bea@example.com", password=PASSWORD)
        new = "another horse battery"
        head = served.head()
        body = {"current": "not my password", "password": new}
        await refused(here.put("/auth/password", json=body), 422, "invalid", "/current")
        await refused(here.put("/auth/password", json={"password": new}), 422, "invalid", "/current")
        await refused(
            here.put("/auth/password", json={"current": PASSWORD, "password": "short"}), 422, "invalid", "/password"
        )
        assert served.head() == head
        assert (await here.put("/auth/password", json={"current": PASSWORD, "password": new})).status_code == 200
        assert (await here.get("/auth/me")).status_code == 200
        await refused(there.get("/auth/me"), 401, "unauthenticated")
        await refused(
            there.post("/auth/login", json={"email": "bea@example.com", "password": PASSWORD}), 401, "unauthenticated"
        )
        await logged_in(there, email="bea@example.com", password=new)
    await refused(served.client.put("/auth/password", json={"password": new}), 403, "forbidden")


async def test_a_link_of_somebody_known_may_set_a_new_password(served: Served) -> None:
    _, link = await invited(served)
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
    async with served.anybody() as browser:
        await logged_in(browser, link=await served.link("bea@example.com"), password="a third horse battery")
    async with served.anybody() as browser:
        await logged_in(browser, email="bea@example.com", password="a third horse battery")


async def test_log_ins_are_counted_for_the_account_and_for_the_address(served: Served) -> None:
    _, link = await invited(served)
    for _ in range(served.runtime.settings.log_ins_per_minute):
        served.runtime.log_ins.take("account bea@example.com")
        served.runtime.log_ins.take("address 192.0.2.1")

    def at(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(served.app, client=(address, 1)), base_url="http://test")

    by_password = {"email": "Bea@example.com", "password": PASSWORD}
    async with at("192.0.2.1") as flooded, at("192.0.2.2") as elsewhere:
        for browser, body in ((flooded, {"link": link, "password": PASSWORD}), (elsewhere, by_password)):
            answer = await browser.post("/auth/login", json=body)
            assert 1 <= int(answer.headers["retry-after"]) <= 6
            await refused(browser.post("/auth/login", json=body), 429, "rate-limited")
        # Whoever hammers an account keeps its owner from the password, not from a link.
        await logged_in(elsewhere, link=link, password=PASSWORD)


async def test_another_role_holds_at_once(served: Served) -> None:
    user, link = await invited(served)
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
        assert (await browser.get(f"/dm/leads/{CREATOR}")).status_code == 200
        changed = (await served.client.put(f"{USERS}/{user['id']}", json={"role": "auditor"})).json()
        assert (changed["user"]["role"], changed["user"]["name"]) == ("auditor", "Bea")
        await refused(browser.get(f"/dm/leads/{CREATOR}"), 403, "forbidden")
        head = served.head()
        assert (await served.client.put(f"{USERS}/{user['id']}", json={"role": "auditor"})).status_code == 200
        assert (await served.client.put(f"{USERS}/{user['id']}", json={})).status_code == 200
        assert served.head() == head


async def test_who_is_removed_is_out_at_once(served: Served) -> None:
    user, link = await invited(served)
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
        assert (await served.client.delete(f"{USERS}/{user['id']}")).json()["removed"] == user["id"]
        await refused(browser.get("/auth/me"), 401, "unauthenticated")
        await refused(
            browser.post("/auth/login", json={"email": "bea@example.com", "password": PASSWORD}), 401, "unauthenticated"
        )
    head = served.head()
    await refused(served.client.delete(f"{USERS}/{user['id']}"), 404, "not-found")
    await refused(served.client.put(f"{USERS}/{user['id']}", json={"role": "owner"}), 404, "not-found")
    assert served.head() == head


async def test_nobody_lowers_or_removes_themselves(served: Served) -> None:
    user, link = await invited(served, "maria@example.com", "owner")
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
        head = served.head()
        await refused(browser.put(f"{USERS}/{user['id']}", json={"role": "agent"}), 409, "conflict")
        await refused(browser.delete(f"{USERS}/{user['id']}"), 409, "conflict")
        assert served.head() == head


async def test_an_address_logs_in_for_one_creator(served: Served) -> None:
    await served.link("bea@example.com", OTHER, Role.OWNER)
    head = served.head()
    await refused(served.client.post(USERS, json={"email": "bea@example.com", "role": "agent"}), 409, "conflict")
    for body, field in (
        ({"email": "", "role": "agent"}, "/email"),
        ({"email": "nobody", "role": "agent"}, "/email"),
        ({"email": "a@b.c", "role": "admin"}, "/role"),
        ({"email": "a@b.c", "role": "agent", "password": "x"}, "/password"),
    ):
        await refused(served.client.post(USERS, json=body), 422, "invalid", field)
    assert (await served.client.get(USERS)).json()["total"] == 0
    assert served.head() == head


async def test_a_link_and_its_password_go_together_or_not_at_all(served: Served) -> None:
    user, link = await invited(served)
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("ALTER TABLE app.sessions ADD CONSTRAINT nobody CHECK (false) NOT VALID")
        head = served.head()
        async with served.anybody() as browser:
            answer = browser.post("/auth/login", json={"link": link, "password": PASSWORD})
            await refused(answer, 409, "conflict")
        assert served.head() == head
        conn.execute("ALTER TABLE app.sessions DROP CONSTRAINT nobody")
    listed = (await served.client.get(USERS)).json()["users"]
    assert [(each["id"], each["has_password"]) for each in listed] == [(user["id"], False)]
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)


async def test_of_two_who_use_a_link_at_the_same_time_one_gets_in(served: Served) -> None:
    _, invitation = await invited(served)
    for body in ({"link": invitation, "password": PASSWORD}, {"link": await served.link("maria@example.com")}):
        async with served.anybody() as one, served.anybody() as other:
            head = served.head()
            answers = await asyncio.gather(*(each.post("/auth/login", json=body) for each in (one, other)))
            assert sorted(answer.status_code for answer in answers) == [200, 401]
            assert served.head() == head + ("password" in body)
            inside = [(await each.get("/auth/me")).status_code for each in (one, other)]
            assert sorted(inside) == [200, 401]


async def test_a_link_is_good_for_seven_days_and_no_longer(served: Served) -> None:
    link = await served.link("bea@example.com")
    with psycopg.connect(served.url, autocommit=True) as conn:
        left = conn.execute("SELECT expires_at - now() FROM app.links").fetchone()
        assert left is not None
        assert timedelta(days=7) - timedelta(minutes=5) < left[0] <= timedelta(days=7)
        conn.execute("UPDATE app.links SET expires_at = now()")
    head = served.head()
    async with served.anybody() as browser:
        for body in ({"link": link}, {"link": link, "password": PASSWORD}):
            await refused(browser.post("/auth/login", json=body), 401, "unauthenticated")
    assert served.head() == head


async def test_a_session_that_nobody_uses_for_a_week_is_over(served: Served) -> None:
    async with served.anybody() as browser:
        await logged_in(browser, link=await served.link("bea@example.com"))
        with psycopg.connect(served.url, autocommit=True) as conn:
            for unused, status in (("6 days", 200), ("7 days", 401)):
                conn.execute(f"UPDATE app.sessions SET last_seen_at = now() - interval '{unused}'".encode())
                served.runtime.callers.heard(None)
                assert (await browser.get("/auth/me")).status_code == status
                seen = conn.execute("SELECT last_seen_at > now() - interval '1 minute' FROM app.sessions").fetchone()
                assert seen == (status == 200,)


async def test_capitals_make_nobody_another_person(served: Served) -> None:
    _, link = await invited(served, "Bea@Example.com")
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
        await logged_in(browser, email="bea@example.COM", password=PASSWORD)
    head = served.head()
    await refused(served.client.post(USERS, json={"email": "BEA@example.com", "role": "agent"}), 409, "conflict")
    assert served.head() == head


async def test_an_address_is_one_account_however_it_is_typed(served: Served) -> None:
    _, link = await invited(served, "e\u0301va@example.com")
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
    for typed in ("e\u0301va@example.com", "\u00e9va@EXAMPLE.com"):
        async with served.anybody() as browser:
            await logged_in(browser, email=typed, password=PASSWORD)
        await refused(served.client.post(USERS, json={"email": typed, "role": "agent"}), 409, "conflict")


async def test_nobody_is_let_in_by_an_address_that_looks_like_another(served: Served) -> None:
    head = served.head()
    for typed in ("b\u0435a@example.com", "\uff42ea@example.com", "be\u200ba@example.com", "bea@x..es"):
        for answer in (
            served.client.post(USERS, json={"email": typed, "role": "agent"}),
            served.client.put(f"/creator/config/{CREATOR}", json={"email": typed}),
            served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Bea", "email": typed}),
        ):
            await refused(answer, 422, "invalid", "/email")
    assert served.head() == head


async def test_an_admin_sees_for_whom_they_may_act(served: Served) -> None:
    async with served.anybody() as browser:
        user = (await logged_in(browser, link=await served.link("root@example.com", None, Role.ADMIN))).json()["user"]
        assert (user["role"], user["creators"]) == ("admin", [CREATOR, OTHER])
        assert (await browser.get("/auth/me")).json()["user"] == user
