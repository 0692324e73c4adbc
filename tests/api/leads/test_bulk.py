"""One act for many leads: each is judged by itself, and nobody holds up anybody."""

from typing import Any
from uuid import uuid4

import psycopg

from api.leads.bulk_routes import CHUNK
from domain.lead import TAGS_AT_MOST
from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

PATH = f"/dm/leads/{CREATOR}/bulk"


async def done(served: Served, **body: Any) -> list[dict[str, Any]]:
    answer = await served.client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["x-position"]) <= served.head()
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def board(served: Served) -> dict[str, dict[str, Any]]:
    page = (await served.client.get(f"/dm/leads/{CREATOR}")).json()
    return {lead["follower_id"]: lead for lead in page["leads"]}


async def test_many_leads_are_moved_at_once_however_they_are_called(served: Served) -> None:
    first = await served.lead()
    await served.lead(platform_user_id="tg_1")
    await served.lead(platform_user_id="wa_34600111222")
    results = await done(served, ids=[first["id"], "tg_1", "34600111222"], action="status", status="warm")
    assert results == [{"id": each, "ok": True, "error": None} for each in (first["id"], "tg_1", "34600111222")]
    assert {lead["status"] for lead in (await board(served)).values()} == {"active"}


async def test_who_is_refused_is_told_so_and_holds_up_nobody(served: Served) -> None:
    await served.lead(platform_user_id="ig_1")
    await served.lead(platform_user_id="ig_77")
    await served.lead(platform_user_id="tg_77")
    await served.lead(platform_user_id="tg_3", tags=[str(number) for number in range(TAGS_AT_MOST)])
    unknown = str(uuid4())
    results = await done(served, ids=["ig_1", unknown, "77", "nobody", "tg_3", "tg_77"], action="tag_add", tag="  vip ")
    assert [(each["id"], each["ok"]) for each in results] == [
        ("ig_1", True),
        (unknown, False),
        ("77", False),
        ("nobody", False),
        ("tg_3", False),
        ("tg_77", True),
    ]
    errors = [each["error"] and (each["error"]["status"], each["error"]["slug"]) for each in results]
    assert errors == [None, (404, "not-found"), (409, "conflict"), (404, "not-found"), (422, "invalid"), None]
    assert all(each["error"]["detail"] for each in results if not each["ok"])
    tags = {name: lead["tags"] for name, lead in (await board(served)).items() if name != "tg_3"}
    assert tags == {"ig_1": ["vip"], "ig_77": [], "tg_77": ["vip"]}


async def test_tags_come_and_go_and_what_is_so_leaves_no_event(served: Served) -> None:
    await served.lead(tags=["old", "vip"])
    head = served.head()
    assert (await done(served, ids=["ig_5001"], action="tag_add", tag="vip"))[0]["ok"]
    assert (await done(served, ids=["ig_5001"], action="tag_remove", tag="never"))[0]["ok"]
    assert (await done(served, ids=["ig_5001"], action="status", status="new"))[0]["ok"]
    assert served.head() == head
    await done(served, ids=["ig_5001"], action="tag_remove", tag="old")
    await done(served, ids=["ig_5001"], action="tag_add", tag="new")
    assert (await board(served))["ig_5001"]["tags"] == ["vip", "new"]


async def test_leads_that_are_deleted_together_are_gone_for_good(served: Served) -> None:
    lead = await served.lead()
    await served.lead(platform_user_id="tg_1")
    results = await done(served, ids=["tg_1", lead["id"], "tg_1", "ig_5001"], action="delete")
    assert [(each["id"], each["ok"]) for each in results] == [("tg_1", True), (lead["id"], True), ("ig_5001", True)]
    assert await board(served) == {}
    again = await done(served, ids=[lead["id"], "tg_1"], action="delete")
    assert [each["error"]["slug"] for each in again] == ["not-found", "not-found"]


async def test_a_lead_that_is_named_twice_is_judged_once(served: Served) -> None:
    lead = await served.lead()
    head = served.head()
    results = await done(served, ids=["5001", lead["id"], "ig_5001", "5001"], action="delete")
    assert [(each["id"], each["ok"]) for each in results] == [("5001", True), (lead["id"], True), ("ig_5001", True)]
    assert served.head() == head + 2


async def test_all_that_is_done_is_one_story_in_several_transactions(served: Served) -> None:
    names = [f"tg_{number + 1}" for number in range(2 * CHUNK + 1)]
    text = "name,platform_user_id\n" + "".join(f"Lead,{name}\n" for name in names)
    await served.client.post(f"/dm/leads/{CREATOR}/import", content=text, headers={"Content-Type": "text/csv"})
    before, request_id = served.head(), str(uuid4())
    body = {"ids": names, "action": "tag_add", "tag": "x"}
    answer = await served.client.post(PATH, json=body, headers={"X-Request-ID": request_id, "Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    assert answer.json()["correlation_id"] == request_id
    assert all(each["ok"] for each in answer.json()["results"])
    assert answer.headers["x-position"] == str(served.head())
    with psycopg.connect(served.url) as conn:
        row = conn.execute(
            """SELECT array_agg(DISTINCT metadata->>'correlation_id'), count(*), count(DISTINCT xmin::text)
                 FROM log.events WHERE notification_id > %s""",
            (before,),
        ).fetchone()
    assert row == ([request_id], len(names), 3)


BAD_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"action": "delete"}, "/ids"),
    ({"ids": [], "action": "delete"}, "/ids"),
    ({"ids": ["x"] * 1001, "action": "delete"}, "/ids"),
    ({"ids": "ig_5001", "action": "delete"}, "/ids"),
    ({"ids": ["ig_5001", 7], "action": "delete"}, "/ids/1"),
    ({"ids": ["ig_5001", " "], "action": "delete"}, "/ids/1"),
    ({"ids": ["x" * 301], "action": "delete"}, "/ids/0"),
    ({"ids": ["ig_5001"]}, "/action"),
    ({"ids": ["ig_5001"], "action": "explode"}, "/action"),
    ({"ids": ["ig_5001"], "action": None}, "/action"),
    ({"ids": ["ig_5001"], "action": "status"}, "/status"),
    ({"ids": ["ig_5001"], "action": "status", "status": "banana"}, "/status"),
    ({"ids": ["ig_5001"], "action": "status", "status": "hot", "tag": "x"}, "/tag"),
    ({"ids": ["ig_5001"], "action": "tag_add"}, "/tag"),
    ({"ids": ["ig_5001"], "action": "tag_add", "tag": " "}, "/tag"),
    ({"ids": ["ig_5001"], "action": "tag_remove", "tag": "x" * 51}, "/tag"),
    ({"ids": ["ig_5001"], "action": "delete", "tag": "x"}, "/tag"),
    ({"ids": ["ig_5001"], "action": "delete", "status": "hot"}, "/status"),
    ({"ids": ["ig_5001"], "action": "delete", "reason": "x"}, "/reason"),
]


async def test_a_wish_that_is_not_understood_is_refused_as_a_whole(served: Served) -> None:
    await served.lead()
    head = served.head()
    for body, field in BAD_BODIES:
        await refused(served.client.post(PATH, json=body), 422, "invalid", field)
    assert served.head() == head


async def test_another_creators_leads_are_simply_not_there(served: Served) -> None:
    lead = await served.lead()
    head = served.head()
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as stranger:
        body = {"ids": [lead["id"], "ig_5001"], "action": "delete"}
        answer = await stranger.post(f"/dm/leads/{OTHER}/bulk", json=body)
        assert [each["error"]["slug"] for each in answer.json()["results"]] == ["not-found", "not-found"]
        assert answer.headers["x-position"] == str(head)
    assert served.head() == head


async def test_a_role_that_may_not_write_does_not_reach_the_leads(served: Served) -> None:
    await served.lead()
    link = await served.link("assistant@example.com", role=Role.ANALYST)
    async with served.anybody() as browser:
        token = (await browser.post("/auth/login", json={"link": link})).json()["csrf_token"]
        head = served.head()
        proof = {"X-CSRF-Token": token}
        await refused(
            browser.post(PATH, json={"ids": ["ig_5001"], "action": "delete"}, headers=proof), 403, "forbidden"
        )
        await refused(browser.get(f"/dm/leads/{CREATOR}/export"), 403, "forbidden")
        content = browser.post(
            f"/dm/leads/{CREATOR}/import", content=b"name\nAna\n", headers=proof | {"Content-Type": "text/csv"}
        )
        await refused(content, 403, "forbidden")
        assert served.head() == head
