"""People who act for a creator: invited, promoted, let go; and their passwords."""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher

from api.access import credentials, passwords
from api.http.problems import RateLimited, Unauthenticated
from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

USERS = f"/access/{CREATOR}/users"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What it costs to try a password is told in `test_passwords.py`."""
    monkeypatch.setattr(passwords, "_HASHER", QUICK)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


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


async def test_a_log_in_that_meets_a_change_of_password_begins_nothing(served: Served) -> None:
    _, link = await invited(served)
    async with (
        served.anybody() as browser,
        served.anybody() as thief,
        await psycopg.AsyncConnection.connect(served.url) as changing,
        await psycopg.AsyncConnection.connect(served.url, autocommit=True) as watching,
    ):
        await logged_in(browser, link=link, password=PASSWORD)
        await changing.execute("UPDATE app.users SET password_hash = 'another'")
        body = {"email": "bea@example.com", "password": PASSWORD}
        entering = asyncio.create_task(thief.post("/auth/login", json=body))
        while not entering.done():
            cursor = await watching.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if await cursor.fetchone():
                break
        await changing.commit()
        await refused(entering, 401, "unauthenticated")


async def test_a_link_of_somebody_known_may_set_a_new_password(served: Served) -> None:
    _, link = await invited(served)
    async with served.anybody() as browser:
        await logged_in(browser, link=link, password=PASSWORD)
    async with served.anybody() as browser:
        await logged_in(browser, link=await served.link("bea@example.com"), password="a third horse battery")
    async with served.anybody() as browser:
        await logged_in(browser, email="bea@example.com", password="a third horse battery")


def at(served: Served, address: str) -> httpx.AsyncClient:
    """A browser at an address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(served.app, client=(address, 1)), base_url="http://test")


def fails(served: Served, address: str, email: str, *, is_known: bool = False) -> None:
    """Log-ins to an account fail from an address until no more are tried."""
    with contextlib.suppress(RateLimited):
        while True:
            with (
                contextlib.suppress(Unauthenticated),
                served.state["log_ins"].tries.one(address, email, is_known=is_known),
            ):
                raise Unauthenticated("wrong")


async def test_whoever_guesses_a_password_is_stopped_and_keeps_its_owner_out_of_nothing(served: Served) -> None:
    _, link = await invited(served)
    right = {"email": "Bea@example.com", "password": PASSWORD}
    async with (
        at(served, "192.0.2.1") as home,
        at(served, "192.0.2.2") as guessing,
        at(served, "192.0.2.3") as travelling,
    ):
        await logged_in(home, link=link, password=PASSWORD)
        for address in ("192.0.2.1", "192.0.2.2"):
            fails(served, address, "bea@example.com")
        answer = await guessing.post("/auth/login", json=right)
        assert 1 <= int(answer.headers["retry-after"]) <= 6
        await refused(guessing.post("/auth/login", json=right), 429, "rate-limited")
        for _ in range(served.runtime.settings.log_ins_per_minute + 1):
            await logged_in(home, **right)
        await logged_in(travelling, **right)


async def test_from_many_places_an_account_is_tried_so_often_and_no_more(served: Served) -> None:
    _, link = await invited(served)
    right = {"email": "bea@example.com", "password": PASSWORD}
    async with at(served, "192.0.2.1") as home, at(served, "192.0.2.9") as elsewhere:
        await logged_in(home, link=link, password=PASSWORD)
        for place in range(2, 9):
            fails(served, f"192.0.2.{place}", "bea@example.com")
        await refused(elsewhere.post("/auth/login", json=right), 429, "rate-limited")
        await logged_in(home, **right)
        # A link guesses nothing: it lets its owner in from anywhere.
        await logged_in(elsewhere, link=await served.link("bea@example.com"))


async def test_a_place_is_known_for_a_while_and_as_a_keyed_hash(served: Served) -> None:
    _, link = await invited(served)
    right = {"email": "bea@example.com", "password": PASSWORD}
    async with at(served, "192.0.2.1") as home:
        await logged_in(home, link=link, password=PASSWORD)
        fails(served, "192.0.2.1", "bea@example.com")
        with psycopg.connect(served.url, autocommit=True) as conn:
            (kept,) = conn.execute("SELECT known_places::text FROM app.known_places").fetchall()
            assert "192.0.2.1" not in kept[0]
            await logged_in(home, **right)
            conn.execute("UPDATE app.known_places SET last_at = now() - interval '91 days'")
        await refused(home.post("/auth/login", json=right), 429, "rate-limited")


async def test_an_account_knows_so_many_places(served: Served) -> None:
    with psycopg.connect(served.url, autocommit=True) as conn:
        link = await served.link("bea@example.com")
        async with served.anybody() as browser:
            await logged_in(browser, link=link, password=PASSWORD)
            conn.execute(
                """INSERT INTO app.known_places (user_id, place, last_at)
                   SELECT user_id, sha256(n::text::bytea), now() - n * interval '1 hour'
                     FROM app.users, generate_series(1, 30) AS n"""
            )
            await logged_in(browser, email="bea@example.com", password=PASSWORD)
        assert conn.execute("SELECT count(*) FROM app.known_places").fetchone() == (credentials.KNOWN_PLACES,)


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


async def test_inviting_somebody_tells_nothing_of_whom_else_they_act_for(served: Served) -> None:
    async with served.anybody() as bea:
        await logged_in(bea, link=await served.link("bea@example.com", OTHER), password=PASSWORD)
        before = (await bea.get("/auth/me")).json()["user"]
        ours, _ = await invited(served, "bea@example.com")
        stranger, link = await invited(served, "cleo@example.com")
        differ = ("id", "email", "created_at")
        assert {**ours, **dict.fromkeys(differ)} == {**stranger, **dict.fromkeys(differ)}
        assert ours["id"] != before["id"]
        listed = (await served.client.get(USERS)).json()["users"]
        assert sorted(listed, key=str) == sorted([ours, stranger], key=str)
        assert (await bea.get("/auth/me")).json()["user"] == before
        await refused(bea.get(f"/dm/leads/{CREATOR}"), 404, "not-found")
        await served.client.delete(f"{USERS}/{ours['id']}")
        assert (await invited(served, "bea@example.com"))[0]["id"] != ours["id"]
        topics = [each.event.TOPIC for each in served.runtime.log.read(0, 1000) if hasattr(each.event, "user_id")]
        head = served.head()
        async with served.anybody() as cleo:
            await logged_in(cleo, link=link, password=PASSWORD)
        (accepted,) = served.runtime.log.read(head, 10)
        assert (accepted.event.TOPIC, accepted.metadata["actor"]) == (
            "access.invitation_accepted",
            f"person:{stranger['id']}",
        )
        assert accepted.event.TOPIC not in topics


async def test_who_has_an_account_accepts_with_its_password_and_acts_for_both(served: Served) -> None:
    async with served.anybody() as bea, served.anybody() as owner:
        await logged_in(bea, link=await served.link("bea@example.com", OTHER), password=PASSWORD)
        theirs = (await bea.get("/auth/me")).json()["user"]
        ours, link = await invited(served, "Bea@example.com")
        # Whoever invites holds the link: it opens no account, and changes no password.
        head = served.head()
        await refused(owner.post("/auth/login", json={"link": link}), 422, "invalid", "/password")
        taking_over = {"link": link, "password": "the owner's own words"}
        await refused(owner.post("/auth/login", json=taking_over), 401, "unauthenticated")
        assert served.head() == head
        async with served.anybody() as second:
            me = (await logged_in(second, link=link, password=PASSWORD)).json()["user"]
            assert me["creators"] == [OTHER, CREATOR]
            assert me["memberships"] == [
                {"creator_id": OTHER, "role": "owner", "user_id": theirs["id"]},
                {"creator_id": CREATOR, "role": "agent", "user_id": ours["id"]},
            ]
            assert (await second.get("/auth/me")).json()["user"] == me
        assert (await bea.get(f"/dm/leads/{CREATOR}")).status_code == 200
        await refused(owner.post("/auth/login", json={"link": link, "password": PASSWORD}), 401, "unauthenticated")
        lead = await served.lead()
        await bea.put(f"/dm/follower/{CREATOR}/{lead['id']}/status", json={"status": "hot"})
        actors = {each.metadata["actor"] for each in served.runtime.log.read(0, 1000)}
        assert f"person:{ours['id']}" in actors


async def test_who_is_logged_in_accepts_without_a_password(served: Served) -> None:
    async with served.anybody() as bea:
        await logged_in(bea, link=await served.link("bea@example.com", OTHER))
        _, link = await invited(served, "bea@example.com")
        _, cleos = await invited(served, "cleo@example.com")
        head = served.head()
        await refused(bea.post("/auth/login", json={"link": cleos}), 422, "invalid", "/password")
        forged = bea.post("/auth/login", json={"link": link}, headers={"X-CSRF-Token": "guessed"})
        await refused(forged, 422, "invalid", "/password")
        assert served.head() == head
        me = (await logged_in(bea, link=link)).json()["user"]
        assert me["creators"] == [OTHER, CREATOR]


async def test_an_invitation_is_no_way_around_the_count_of_wrong_passwords(served: Served) -> None:
    async with served.anybody() as bea:
        await logged_in(bea, link=await served.link("bea@example.com", OTHER), password=PASSWORD)
    _, link = await invited(served, "bea@example.com")
    async with at(served, "192.0.2.2") as guessing:
        fails(served, "192.0.2.2", "bea@example.com")
        await refused(guessing.post("/auth/login", json={"link": link, "password": PASSWORD}), 429, "rate-limited")


async def test_leaving_one_creator_ends_nothing_with_another(served: Served) -> None:
    async with served.anybody() as bea:
        await logged_in(bea, link=await served.link("bea@example.com", OTHER), password=PASSWORD)
        ours, link = await invited(served, "bea@example.com", "owner")
        await logged_in(bea, link=link, password=PASSWORD)
        assert (await bea.get(f"/settings/{CREATOR}")).status_code == 200
        await served.client.put(f"{USERS}/{ours['id']}", json={"role": "auditor"})
        await refused(bea.get(f"/settings/{CREATOR}"), 403, "forbidden")
        assert (await bea.get(f"/settings/{OTHER}")).status_code == 200
        await served.client.delete(f"{USERS}/{ours['id']}")
        await refused(bea.get(f"/settings/{CREATOR}"), 404, "not-found")
        assert (await bea.get(f"/settings/{OTHER}")).status_code == 200
        assert (await bea.get("/auth/me")).json()["user"]["creators"] == [OTHER]


async def test_a_new_password_is_told_to_everybody_for_whom_its_owner_acts(served: Served) -> None:
    async with served.anybody() as bea:
        await logged_in(bea, link=await served.link("bea@example.com", OTHER), password=PASSWORD)
        _, link = await invited(served, "bea@example.com")
        await logged_in(bea, link=link, password=PASSWORD)
        head = served.head()
        body = {"current": PASSWORD, "password": "another horse battery"}
        assert (await bea.put("/auth/password", json=body)).status_code == 200
        told = served.runtime.log.read(head, 10)
        assert [(each.event.TOPIC, each.metadata["creator_id"]) for each in told] == [
            ("access.password_set", OTHER),
            ("access.password_set", CREATOR),
        ]


async def test_an_account_of_the_version_before_is_a_member_of_its_creator(served: Served) -> None:
    """Its programs may run while the new ones begin: what they write holds."""
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute(
            """INSERT INTO app.users (creator_id, email, name, role) VALUES (%s, 'bea@example.com', 'Bea', 'owner')""",
            (CREATOR,),
        )
        async with served.anybody() as bea:
            await logged_in(bea, link=await served.link("bea@example.com"))
            (listed,) = (await served.client.get(USERS)).json()["users"]
            assert (listed["id"], listed["name"]) == ((await bea.get("/auth/me")).json()["user"]["id"], "Bea")
            conn.execute("UPDATE app.users SET role = 'auditor'")
            served.state["callers"].heard(None)
            assert (await bea.get("/auth/verify")).json()["role"] == "auditor"


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
                served.state["callers"].heard(None)
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
