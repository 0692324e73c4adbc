"""People who act for a creator: invited, promoted, let go; and their passwords."""

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
    most = served.runtime.settings.log_ins_per_minute
    async with served.anybody() as browser:
        for number in range(most):
            body = {"email": f"{number}@example.com", "password": "x"}
            await refused(browser.post("/auth/login", json=body), 401, "unauthenticated")
        answer = await browser.post("/auth/login", json={"link": "x"})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
    for _ in range(most):
        served.runtime.log_ins.take("account bea@example.com")
    _, link = await invited(served)
    assert link


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
