"""A whole conversation over HTTP: put aside, brought back, read, taken over, given back, assigned."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.application import Clonnect
from domain.errors import NotFound
from domain.vocabulary import SequenceType
from tests.api.answers import refused
from tests.harness.http import Answer, Served
from tests.world import CREATOR, OTHER

ACTIONS = ("archive", "spam", "restore", "read", "takeover", "release")
NOBODY = "00000000-0000-4000-8000-000000000000"


def path(given: str, action: str, creator: str = CREATOR) -> str:
    return f"/dm/conversations/{creator}/{given}/{action}"


async def does(served: Served, given: str, action: str, body: object = None, **headers: str) -> Answer:
    """What a person does with a conversation; it works."""
    answer = await served.client.post(path(given, action), json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def inbox(served: Served, **params: Any) -> dict[str, Any]:
    page: dict[str, Any] = (await served.client.get(f"/dm/conversations/{CREATOR}", params=params)).json()
    return page


async def put_aside(served: Served, **params: Any) -> dict[str, Any]:
    page: dict[str, Any] = (await served.client.get(f"/dm/conversations/{CREATOR}/archived", params=params)).json()
    return page


async def follower(served: Served, given: str) -> dict[str, Any]:
    person: dict[str, Any] = (await served.client.get(f"/dm/follower/{CREATOR}/{given}")).json()
    return person


@pytest.mark.parametrize(("action", "said", "status"), [("archive", "archived", "archived"), ("spam", "spam", "spam")])
async def test_what_is_put_aside_is_in_a_list_of_its_own_and_comes_back_to_its_stage(
    served: Served, action: str, said: str, status: str
) -> None:
    lead = await served.lead(name="Ana", status="hot", username="ana")
    answer = await does(served, "ig_5001", action)
    version = lead["version"] + 1
    assert answer.json() == {"status": "ok", "id": lead["id"], "version": version, said: True}
    assert answer.headers["etag"] == f'"{version}"'
    assert answer.headers["x-position"] == str(served.head())

    for page in (await inbox(served), (await served.client.get(f"/dm/leads/{CREATOR}")).json()):
        assert (page["count"], page["total"], page["next_cursor"]) == (0, 0, None)
    assert (await inbox(served))["by_status"] == {"new": 0, "active": 0, "hot": 0, "customer": 0}
    page = await put_aside(served)
    assert (page["count"], page["total"], page["next_cursor"]) == (1, 1, None)
    assert page["conversations"] == [
        {
            "id": lead["id"],
            "follower_id": "ig_5001",
            "username": "ana",
            "name": "Ana",
            "platform": "instagram",
            "status": status,
            "lead_status": "hot",
            "pipeline_score": 75,
            "total_messages": 0,
            "purchase_intent": pytest.approx(0.7, abs=0.001),
            "purchase_intent_score": 70,
            "last_contact": None,
            "version": version,
        }
    ]
    shown = (await served.client.get(f"/dm/leads/{CREATOR}/{lead['id']}")).json()["lead"]
    assert (shown["archived"], shown["spam"]) == (status == "archived", status == "spam")
    person = await follower(served, "ig_5001")
    assert (person["archived"], person["spam"]) == (status == "archived", status == "spam")

    back = await does(served, lead["id"], "restore")
    assert back.json() == {
        "status": "ok",
        "id": lead["id"],
        "version": version + 1,
        "restored": True,
        "lead_status": "hot",
    }
    assert (await inbox(served))["by_status"] == {"new": 0, "active": 0, "hot": 1, "customer": 0}
    assert (await put_aside(served))["conversations"] == []


async def test_what_is_put_aside_twice_is_put_aside_once(served: Served) -> None:
    await served.lead()
    for action in ("archive", "spam"):
        first = await does(served, "ig_5001", action)
        head = served.head()
        again = await does(served, "ig_5001", action, {})
        assert again.json() == first.json()
        assert again.headers["x-position"] == str(head)
        assert served.head() == head
    assert [each["status"] for each in (await put_aside(served))["conversations"]] == ["spam"]


async def test_nothing_is_restored_that_was_not_put_aside(served: Served) -> None:
    await served.lead()
    head = served.head()
    await refused(served.client.post(path("ig_5001", "restore")), 409, "conflict")
    assert served.head() == head


async def test_what_was_put_aside_is_paged_filtered_and_searched(served: Served) -> None:
    for number in range(5):
        await served.lead(
            name=f"Lead {number}", platform_user_id=f"tg_{number + 1}", tags=["vip"] if number == 3 else []
        )
        await does(served, f"tg_{number + 1}", "spam" if number % 2 else "archive")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await put_aside(served, limit=2, sort="name", **({"cursor": cursor} if cursor else {}))
        assert page["total"] == 5
        seen += [each["name"] for each in page["conversations"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [f"Lead {number}" for number in range(5)]
    assert [each["name"] for each in (await put_aside(served, q="lead", tag="vip"))["conversations"]] == ["Lead 3"]
    first = await put_aside(served, limit=2)
    params = {"cursor": first["next_cursor"]}
    await refused(served.client.get(f"/dm/conversations/{CREATOR}", params=params), 422, "invalid", "query:cursor")


async def test_an_archived_person_who_writes_is_back_in_the_inbox(served: Served) -> None:
    said = await served.writes("tg_1", "hola")
    await does(served, "tg_1", "archive")
    again = await served.writes("tg_1", "¿cuánto cuesta?")
    assert again["lead_id"] == said["lead_id"]
    (item,) = (await inbox(served))["conversations"]
    assert (item["id"], item["total_messages"], item["unread"]) == (said["lead_id"], 2, 2)


async def test_spam_that_writes_is_kept_and_counted_and_not_answered(demo: Served) -> None:
    await demo.answers()
    await demo.writes("tg_1", "hola, me parece caro")
    lead = (await demo.client.get(f"/dm/leads/{CREATOR}/tg_1")).json()["lead"]
    await does(demo, "tg_1", "spam")
    cancelled = await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"follower_id": "tg_1"})
    assert {(each["status"], each["reason"]) for each in cancelled.json()["followups"]} == {("cancelled", "spam")}

    said = await demo.writes("tg_1", "quiero comprar, llámame")
    assert (said["action"], said["response"], said["intent"]) == ("spam", None, "interest_strong")
    assert (await inbox(demo))["total"] == 0
    (item,) = (await put_aside(demo))["conversations"]
    assert (item["status"], item["total_messages"], item["lead_status"]) == ("spam", 2, lead["status"])
    thread = (await demo.client.get(f"/dm/conversations/{CREATOR}/tg_1/messages")).json()
    assert thread["messages"][0]["content"] == "quiero comprar, llámame"
    assert sum(each["author"] == "follower" for each in thread["messages"]) == 2
    pending = await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"status": "pending"})
    assert pending.json()["total"] == 0


async def test_who_is_put_aside_is_still_the_same_person(served: Served) -> None:
    lead = await served.lead()
    for action in ("archive", "spam"):
        await does(served, "ig_5001", action)
        head = served.head()
        body = {"name": "Ana", "platform_user_id": "ig_5001"}
        problem = await refused(served.client.post(f"/dm/leads/{CREATOR}", json=body), 409, "duplicate-lead")
        assert problem["existing_id"] == lead["id"]
        assert served.head() == head


async def test_the_stage_of_an_archived_lead_can_be_moved_and_is_counted_when_it_is_back(served: Served) -> None:
    await served.lead()
    await does(served, "ig_5001", "archive")
    await served.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json={"status": "hot"})
    assert (await inbox(served))["total"] == 0
    assert (await does(served, "ig_5001", "restore")).json()["lead_status"] == "hot"
    assert (await inbox(served))["by_status"] == {"new": 0, "active": 0, "hot": 1, "customer": 0}


async def test_what_was_read_is_read_until_the_next_message(served: Served) -> None:
    await served.writes("tg_1", "hola")
    answer = await does(served, "tg_1", "read")
    assert answer.json()["unread"] == 0
    assert ((await inbox(served, unread=True))["total"], (await follower(served, "tg_1"))["unread"]) == (0, 0)
    head = served.head()
    await does(served, "tg_1", "read")
    assert served.head() == head
    await served.writes("tg_1", "¿hola?")
    assert [item["unread"] for item in (await inbox(served, unread=True))["conversations"]] == [1]


async def test_the_bot_is_silent_where_a_person_has_taken_over_and_answers_where_it_was_released(demo: Served) -> None:
    await demo.answers()
    await demo.writes("tg_1", "hola")
    taken = (await does(demo, "tg_1", "takeover")).json()
    assert (taken["bot_paused"], taken["paused_until"]) == (True, None)
    said = await demo.writes("tg_1", "¿cuánto cuesta?")
    assert (said["action"], said["response"]) == ("bot_paused", None)
    (item,) = (await inbox(demo))["conversations"]
    person = await follower(demo, "tg_1")
    assert [(each["bot_paused"], each["paused_until"]) for each in (item, person)] == [(True, None)] * 2

    released = (await does(demo, "tg_1", "release")).json()
    assert (released["bot_paused"], released["paused_until"]) == (False, None)
    assert (await follower(demo, "tg_1"))["bot_paused"] is False
    assert (await demo.writes("tg_1", "hola otra vez"))["action"] == "reply"
    head = demo.head()
    await does(demo, "tg_1", "release")
    assert demo.head() == head


async def test_a_conversation_is_taken_over_until_a_time(served: Served) -> None:
    await served.lead()
    until = (served.runtime.clock() + timedelta(hours=2)).isoformat(timespec="microseconds")
    for _ in range(2):
        taken = (await does(served, "ig_5001", "takeover", {"until": until})).json()
        assert taken["paused_until"] == until
    head = served.head()
    for wrong in ("yesterday", 5, "2026-01-01T00:00:00", (served.runtime.clock() - timedelta(hours=1)).isoformat()):
        answer = served.client.post(path("ig_5001", "takeover"), json={"until": wrong})
        await refused(answer, 422, "invalid", "/until")
    assert served.head() == head
    assert (await follower(served, "ig_5001"))["paused_until"] == until


async def test_a_conversation_is_held_by_a_person_of_the_creators_and_nobody_else(served: Served) -> None:
    lead = await served.lead()
    ours, theirs = await user(served, "ana@example.com", CREATOR), await user(served, "eva@example.com", OTHER)
    held = await does(served, "ig_5001", "assign", {"user_id": str(ours)})
    assert held.json() == {"status": "ok", "id": lead["id"], "version": 2, "assigned_to": str(ours)}
    head = served.head()
    await does(served, "ig_5001", "assign", {"user_id": str(ours)})
    for unknown in (theirs, uuid4()):
        body = {"user_id": str(unknown)}
        await refused(served.client.post(path("ig_5001", "assign"), json=body), 404, "not-found")
    for wrong, field in (({}, "/user_id"), ({"user_id": "me"}, "/user_id"), ({"user_id": None, "by": "x"}, "/by")):
        await refused(served.client.post(path("ig_5001", "assign"), json=wrong), 422, "invalid", field)
    assert served.head() == head
    (item,) = (await inbox(served))["conversations"]
    card = (await served.client.get(f"/dm/leads/{CREATOR}/ig_5001")).json()["lead"]
    assert {each["assigned_to"] for each in (item, card, await follower(served, "ig_5001"))} == {str(ours)}
    assert (await does(served, "ig_5001", "assign", {"user_id": None})).json()["assigned_to"] is None


async def user(served: Served, email: str, creator: str) -> UUID:
    await served.link(email, creator)
    with psycopg.connect(served.url) as conn:
        row = conn.execute("SELECT user_id FROM app.users WHERE email = %s", (email,)).fetchone()
    assert row is not None
    user_id: UUID = row[0]
    return user_id


async def test_nothing_is_done_with_a_conversation_that_is_not_there(served: Served) -> None:
    lead = await served.lead()
    stranger = served.anybody(**{"X-API-Key": served.keys[OTHER]})
    head = served.head()
    for action in ACTIONS:
        for given in (NOBODY, "ig_5999", "nobody"):
            await refused(served.client.post(path(given, action)), 404, "not-found")
        await refused(stranger.post(path(lead["id"], action, OTHER)), 404, "not-found")
        await refused(stranger.post(path(lead["id"], action)), 404, "not-found")
        await refused(served.client.post(path(lead["id"], action), json={"by": "me"}), 422, "invalid", "/by")
    for given in (NOBODY, "ig_5999"):
        answer = served.client.post(path(given, "assign"), json={"user_id": None})
        await refused(answer, 404, "not-found")
    assert served.head() == head


async def test_nothing_is_done_with_a_conversation_that_has_changed_since(served: Served) -> None:
    lead = await served.lead()
    await does(served, "ig_5001", "archive", **{"If-Match": f'"{lead["version"]}"'})
    head = served.head()
    for action in ACTIONS:
        answer = served.client.post(path("ig_5001", action), headers={"If-Match": f'"{lead["version"]}"'})
        problem = await refused(answer, 412, "version-mismatch")
        assert problem["current_version"] == lead["version"] + 1
    assert served.head() == head
    await does(served, "ig_5001", "restore", **{"If-Match": "*"})


PLACES = (
    "/dm/leads/{c}/{id}",
    "/dm/follower/{c}/{id}",
    "/dm/conversations/{c}/{id}/messages",
)
LISTS = (
    "/dm/leads/{c}",
    "/dm/leads/{c}?q=luz",
    "/dm/leads/{c}?tag=vip",
    "/dm/conversations/{c}",
    "/dm/conversations/{c}?q=luz",
    "/dm/conversations/{c}?needs_person=true",
    "/dm/conversations/{c}/archived",
    "/nurturing/{c}/followups",
    "/nurturing/{c}/sequences/objection_price/enrolled",
)


@pytest.mark.parametrize("before", [None, "archive", "spam"])
async def test_who_is_deleted_is_nowhere_and_comes_back_as_somebody_new(demo: Served, before: str | None) -> None:
    await demo.answers()
    first = await demo.writes("ig_5002", "me parece caro", message_id="m1", name="Luz")
    body = {"notes": "una nota secreta", "tags": ["vip"], "status": "hot"}
    await demo.client.put(f"/dm/leads/{CREATOR}/ig_5002", json=body)
    if before is not None:
        await does(demo, "ig_5002", before)
    gone = await demo.client.delete(f"/dm/leads/{CREATOR}/ig_5002")
    assert gone.json()["lead_id"] == first["lead_id"]

    for place in PLACES:
        for given in ("ig_5002", first["lead_id"]):
            await refused(demo.client.get(place.format(c=CREATOR, id=given)), 404, "not-found")
    for one in LISTS:
        page = (await demo.client.get(one.format(c=CREATOR))).json()
        assert (page["count"], page["total"]) == (0, 0), one
    head = demo.head()
    for given in ("ig_5002", first["lead_id"]):
        for action in ACTIONS:
            await refused(demo.client.post(path(given, action)), 404, "not-found")
        for answer in (
            demo.client.delete(f"/dm/leads/{CREATOR}/{given}"),
            demo.client.delete(f"/dm/conversations/{CREATOR}/{given}"),
            demo.client.put(f"/dm/leads/{CREATOR}/{given}", json={"notes": "x"}),
            demo.client.put(f"/dm/follower/{CREATOR}/{given}/status", json={"status": "hot"}),
            demo.client.post(f"/dm/send/{CREATOR}", json={"follower_id": given, "message": "hola"}),
            demo.client.post(f"/dm/leads/{CREATOR}/{given}/purchases", json={"amount": 1, "currency": "EUR"}),
        ):
            await refused(answer, 404, "not-found")
    assert (await demo.writes("ig_5002", "me parece caro", message_id="m1"))["duplicate"] is True
    assert demo.head() == head

    back = await demo.writes("ig_5002", "hola", message_id="m2")
    assert back["lead_id"] != first["lead_id"]
    person = await follower(demo, "ig_5002")
    assert (person["id"], person["lead_status"], person["total_messages"]) == (back["lead_id"], "new", 1)
    assert (person["name"], person["notes"], person["tags"], person["archived"]) == (None, "", [], False)
    assert "caro" not in str(person["last_messages"])
    await refused(demo.client.get(f"/dm/leads/{CREATOR}/{first['lead_id']}"), 404, "not-found")


async def test_nothing_of_a_deleted_lead_falls_due(demo: Served) -> None:
    await demo.answers()
    said = await demo.writes("tg_1", "me parece caro")
    await demo.client.delete(f"/dm/leads/{CREATOR}/tg_1")
    head = demo.head()
    assert await demo.runtime.move_clock(demo.runtime.clock() + timedelta(days=30))
    assert demo.head() == head
    with pytest.raises(NotFound):
        await demo.do(Clonnect.cancel_follow_ups, CREATOR, UUID(said["lead_id"]), SequenceType.OBJECTION_PRICE)
