"""Creators over HTTP: made and listed by who runs the installation, configured by themselves."""

from typing import Any

import psycopg

from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

CONFIG = f"/creator/config/{CREATOR}"


async def key(served: Served, role: Role) -> dict[str, str]:
    """The header of a new key of the creator; an admin's is of nobody's."""
    return {"X-API-Key": await served.key(None if role is Role.ADMIN else CREATOR, role)}


async def test_a_configuration_changes_field_by_field(served: Served) -> None:
    before = (await served.client.get(CONFIG)).json()["config"]
    assert (before["creator_id"], before["name"], before["email"], before["clone_name"], before["bot_active"]) == (
        CREATOR,
        CREATOR,
        None,
        None,
        False,
    )
    body = {
        "clone_name": " María ",
        "clone_tone": "warm",
        "clone_style": "short sentences",
        "clone_vocabulary": "tú, no usted",
        "welcome_message": "¡Hola! 😊",
        "email": "maria@example.com",
        "is_active": True,
    }
    changed = await served.client.put(CONFIG, json=body)
    expected = before | body | {"clone_name": "María", "bot_active": True, "version": before["version"] + 2}
    del expected["is_active"]
    assert changed.json() == {"status": "ok", "config": expected, "message": "Configuration updated"}
    shown = await served.client.get(CONFIG)
    assert shown.json() == {"status": "ok", "config": expected}
    assert shown.headers["etag"] == changed.headers["etag"] == f'"{expected["version"]}"'
    assert (await served.client.get(CONFIG, headers={"If-None-Match": shown.headers["etag"]})).status_code == 304

    cleared = (await served.client.put(CONFIG, json={"clone_tone": None, "clone_style": "  ", "email": ""})).json()
    assert [cleared["config"][name] for name in ("clone_tone", "clone_style", "email")] == [None, None, None]
    assert cleared["config"]["clone_name"] == "María"


async def test_a_configuration_that_is_so_already_leaves_no_event(served: Served) -> None:
    await served.client.put(CONFIG, json={"clone_name": "María"})
    head = served.head()
    for body in ({}, {"clone_name": "María"}, {"is_active": False}, {"welcome_message": None}):
        answer = await served.client.put(CONFIG, json=body)
        assert (answer.status_code, answer.headers["x-position"]) == (200, str(head))
    assert served.head() == head


BAD_CONFIGS: list[tuple[dict[str, Any], str]] = [
    ({"clone_name": "x" * 256}, "/clone_name"),
    ({"clone_name": 7}, "/clone_name"),
    ({"clone_tone": "x" * 51}, "/clone_tone"),
    ({"clone_style": "x" * 5001}, "/clone_style"),
    ({"clone_vocabulary": ["x"]}, "/clone_vocabulary"),
    ({"welcome_message": "x" * 5001}, "/welcome_message"),
    ({"email": "nobody"}, "/email"),
    ({"is_active": "yes"}, "/is_active"),
    ({"is_active": None}, "/is_active"),
    ({"id": "x"}, "/id"),
    ({"name": "pedro"}, "/name"),
    ({"api_key": "x"}, "/api_key"),
    ({"telegram_bot_token": "x"}, "/telegram_bot_token"),
]


async def test_a_configuration_that_cannot_be_changes_nothing(served: Served) -> None:
    head = served.head()
    for body, field in BAD_CONFIGS:
        await refused(served.client.put(CONFIG, json={"clone_style": "new"} | body), 422, "invalid", field)
    assert served.head() == head


async def test_a_configuration_decided_on_an_old_version_is_refused(served: Served) -> None:
    version = (await served.client.get(CONFIG)).json()["config"]["version"]
    assert (await served.client.put(CONFIG, json={"clone_name": "A"}, headers={"If-Match": f'"{version}"'})).is_success
    head = served.head()
    stale = served.client.put(CONFIG, json={"clone_name": "B"}, headers={"If-Match": f'"{version}"'})
    assert (await refused(stale, 412, "version-mismatch"))["current_version"] == version + 1
    assert served.head() == head


async def test_what_a_creator_says_of_themselves_is_not_in_the_log_to_be_read(served: Served) -> None:
    await served.client.put(CONFIG, json={"clone_name": "Unmistakable", "email": "unmistakable@example.com"})
    with psycopg.connect(served.url) as conn:
        found = conn.execute("SELECT count(*) FROM log.events WHERE convert_from(state, 'UTF8') ILIKE '%unmistak%'")
        assert found.fetchone() == (0,)
        sealed = conn.execute("SELECT count(*) FROM log.events WHERE topic = 'creator.configured'").fetchone()
        assert sealed == (1,)


async def test_the_switch_of_the_configuration_is_that_of_the_bot(served: Served) -> None:
    await served.client.put(CONFIG, json={"is_active": True})
    assert (await served.client.get(f"/bot/{CREATOR}/status")).json()["bot_active"] is True
    await served.client.post(f"/bot/{CREATOR}/pause")
    assert (await served.client.get(CONFIG)).json()["config"]["bot_active"] is False


async def test_creators_are_made_and_listed_by_an_admin_alone(served: Served) -> None:
    for role in set(Role) - {Role.ADMIN}:
        headers = await key(served, role)
        head = served.head()
        async with served.anybody(**headers) as client:
            await refused(client.get("/creator/list"), 403, "forbidden")
            await refused(client.post("/creator", json={"name": "eva"}), 403, "forbidden")
        assert served.head() == head

    async with served.anybody(**(await key(served, Role.ADMIN))) as admin:
        made = await admin.post("/creator", json={"name": "eva", "email": "eva@example.com"})
        assert made.status_code == 200, made.text
        eva = made.json()["creator"]
        assert (eva["name"], eva["creator_id"], eva["mode"], eva["bot_active"]) == ("eva", "eva", "off", False)
        listed = (await admin.get("/creator/list")).json()
        assert (listed["count"], listed["total"], listed["next_cursor"]) == (3, 3, None)
        assert [each["name"] for each in listed["creators"]] == [CREATOR, OTHER, "eva"]
        assert listed["creators"][-1] == eva
        assert "eva@example.com" not in str(listed)
    assert served.runtime.app.creator("eva").config.email == "eva@example.com"


async def test_a_list_of_creators_is_paged_to_its_end(served: Served) -> None:
    for number in range(5):
        await served.creator(f"c{number}")
    async with served.anybody(**(await key(served, Role.ADMIN))) as admin:
        names, cursor = [], None
        while True:
            page = (
                await admin.get("/creator/list", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
            ).json()
            assert page["total"] == 7
            names += [each["name"] for each in page["creators"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert names == [CREATOR, OTHER, *(f"c{number}" for number in range(5))]
        for params, field in (
            ({"limit": 0}, "query:limit"),
            ({"limit": 1001}, "query:limit"),
            ({"cursor": "x"}, "query:cursor"),
        ):
            await refused(admin.get("/creator/list", params=params), 422, "invalid", field)


async def test_a_creator_that_cannot_be_is_not_made(served: Served) -> None:
    async with served.anybody(**(await key(served, Role.ADMIN))) as admin:
        head = served.head()
        await refused(admin.post("/creator", json={"name": OTHER}), 409, "conflict")
        for body, field in (
            ({}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": "Eva"}, "/name"),
            ({"name": "config"}, "/name"),
            ({"name": "x" * 64}, "/name"),
            ({"name": "eva", "email": "nobody"}, "/email"),
            ({"name": "eva", "role": "admin"}, "/role"),
        ):
            await refused(admin.post("/creator", json=body), 422, "invalid", field)
        assert served.head() == head
