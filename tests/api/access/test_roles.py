"""Which role may do what, route by route: the whole table, so that a new route without a row fails."""

import re

import pytest

from api.access.roles import ADMINS, EVERYBODY, OWNERS, STAFF, Roles
from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

OPEN: Roles = frozenset()
"""Whoever comes, with a credential or without."""

MAY: list[tuple[str, str, Roles]] = [
    ("GET", "/", OPEN),
    ("GET", "/app", OPEN),
    ("GET", "/health/", OPEN),
    ("POST", "/auth/login", OPEN),
    ("*", "/webhook/", OPEN),
    ("*", "/auth/", EVERYBODY),
    ("GET", "/openapi.json", EVERYBODY),
    ("GET", "/docs", EVERYBODY),
    ("GET", "/health", EVERYBODY),
    ("GET", "/metrics", ADMINS),
    ("*", "/dm/", STAFF),
    ("GET", "/nurturing/", STAFF),
    ("DELETE", "/nurturing/", STAFF),
    ("POST", "/nurturing/{creator_id}/run", STAFF),
    ("*", "/nurturing/", OWNERS),
    ("GET", "/bot/", STAFF),
    ("*", "/bot/", OWNERS),
    ("GET", "/dashboard/", STAFF),
    ("*", "/dashboard/", OWNERS),
    ("*", "/creator", ADMINS),
    ("GET", "/creator/list", ADMINS),
    ("*", "/creator/", OWNERS),
    ("*", "/settings/", OWNERS),
    ("*", "/access/", OWNERS),
    ("GET", "/attention/", STAFF),
    ("*", "/attention/", OWNERS),
    ("GET", "/stream/", STAFF),
    ("*", "/simulator/", OWNERS),
]
"""Method and beginning of the path; the first row that fits decides. `OPEN` paths are whole where they have no end."""


def allowed(method: str, path: str) -> Roles:
    """Who may use a route; raises where the table says nothing."""
    for row_method, beginning, roles in MAY:
        fits = path.startswith(beginning) if beginning.endswith("/") and beginning != "/" else path == beginning
        if row_method in ("*", method) and fits:
            return roles
    raise AssertionError(f"{method} {path} is in no row of the table of roles")


@pytest.fixture
async def keys(served: Served) -> dict[Role, str]:
    """A key of each role: the creator's, and the installation's admin."""
    made = {role: await served.key(CREATOR, role) for role in Role if role is not Role.ADMIN}
    return made | {Role.ADMIN: await served.key(None, Role.ADMIN)}


async def test_each_role_may_use_exactly_its_routes(served: Served, keys: dict[Role, str]) -> None:
    wrong = []
    for role, key in keys.items():
        async with served.anybody(**{"X-API-Key": key}) as client:
            for method, route in served.routes:
                roles = allowed(method, route)
                if roles is OPEN or route.startswith("/stream/"):
                    continue
                path = re.sub(r"\{\w+\}", "x", route.replace("{creator_id}", CREATOR))
                if path == "/auth/logout":
                    continue
                answer = await client.request(method, path, content=b"{")
                if (answer.status_code != 403) is not (role in roles):
                    wrong.append((role, method, route, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(("here", "there"), [(Role.OWNER, Role.AUDITOR), (Role.ANALYST, Role.AGENT)])
async def test_who_acts_for_two_creators_has_with_each_the_role_that_they_gave(
    served: Served, here: Role, there: Role
) -> None:
    wrong = []
    async with served.anybody() as both:
        answer = await both.post("/auth/login", json={"link": await served.link("bea@example.com", CREATOR, here)})
        both.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        await served.joins("bea@example.com", OTHER, there)
        served.state["callers"].heard(None)
        for creator, role in ((CREATOR, here), (OTHER, there)):
            for method, route in served.routes:
                if "{creator_id}" in route and not route.startswith("/stream/"):
                    path = re.sub(r"\{\w+\}", "x", route.replace("{creator_id}", creator))
                    status = (await both.request(method, path, content=b"{")).status_code
                    if (status != 403) is not (role in allowed(method, route)) or status == 401:
                        wrong.append((role, method, route, status))
            said = {"creator_id": creator, "sender_id": "ig_1", "message": "hola"}
            status = (await both.post("/dm/process", json=said)).status_code
            assert status == (200 if role in STAFF else 403)
        await refused(both.get("/dm/leads/nobody"), 404, "not-found")
    assert wrong == []


async def test_another_creators_key_finds_nothing_whatever_its_role(served: Served) -> None:
    guarded = [(method, route) for method, route in served.routes if "{creator_id}" in route]
    assert len(guarded) > 60
    for role in Role:
        if role is Role.ADMIN:
            continue
        async with served.anybody(**{"X-API-Key": await served.key(OTHER, role)}) as stranger:
            head = served.head()
            for method, route in guarded:
                path = re.sub(r"\{\w+\}", "x", route.replace("{creator_id}", CREATOR))
                problem = await refused(stranger.request(method, path, content=b"{"), 404, "not-found")
                assert problem["detail"] == "There is no such creator."
            assert served.head() == head


async def test_an_admin_acts_for_every_creator_there_is_and_for_no_other(served: Served) -> None:
    async with served.anybody(**{"X-API-Key": await served.key(None, Role.ADMIN)}) as admin:
        verified = (await admin.get("/auth/verify")).json()
        assert (verified["role"], verified["is_admin"], verified["creator_id"]) == ("admin", True, "")
        for creator in (CREATOR, OTHER):
            made = await admin.post(f"/dm/leads/{creator}", json={"name": "Ana"})
            assert made.status_code == 200
            assert (await admin.get(f"/dm/leads/{creator}")).json()["total"] == 1
        said = {"creator_id": OTHER, "sender_id": "ig_1", "message": "hola"}
        assert (await admin.post("/dm/process", json=said)).status_code == 200
        head = served.head()
        await refused(admin.get("/dm/leads/nobody"), 404, "not-found")
        await refused(admin.post("/dm/process", json=said | {"creator_id": "nobody"}), 404, "not-found")
        assert served.head() == head


def test_nobody_but_an_admin_stands_alone() -> None:
    assert ADMINS < OWNERS < STAFF < EVERYBODY
