"""One act for many leads: each is judged by itself, and nobody holds up anybody."""

from typing import Any
from uuid import uuid4

import psycopg

from api.leads.bulk_routes import CHUNK
from domain.lead import TAGS_AT_MOST
from tests.harness.http import Served
from tests.world import CREATOR

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
