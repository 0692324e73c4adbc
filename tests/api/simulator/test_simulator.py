"""The demo over HTTP: a phone to write on, and a clock to move."""

from datetime import datetime, timedelta
from typing import Any

from api.simulator.time_travel import settle
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import COURSE, CREATOR


async def test_the_demo_does_not_exist_where_people_work(served: Served) -> None:
    head = served.head()
    body = {"follower_id": "ig_1", "text": "hola"}
    await refused(served.client.post(f"/simulator/{CREATOR}/messages", json=body), 404, "not-found")
    await refused(served.client.post(f"/simulator/{CREATOR}/clock", json={"advance_seconds": 60}), 404, "not-found")
    await refused(served.client.get(f"/simulator/{CREATOR}/clock"), 404, "not-found")
    await refused(served.client.post(f"/simulator/{CREATOR}/reset", json={}), 404, "not-found")
    nobody = {"name": "Ana", "platform_user_id": "sim_1"}
    await refused(served.client.post(f"/dm/leads/{CREATOR}", json=nobody), 422, "invalid", "/platform_user_id")
    assert served.head() == head


async def test_what_is_typed_on_a_phone_is_answered_there_and_followed_up_when_the_clock_gets_there(
    demo: Served,
) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    body = {"follower_id": "sim_luz", "text": "Hola, ¿cuánto cuesta el curso? me parece caro", "name": "Luz"}
    wrote = (await demo.client.post(f"/simulator/{CREATOR}/messages", json=body)).json()
    assert wrote["follower_id"] == "sim_luz"
    assert await settle(demo.runtime)
    lead = (await demo.client.get(f"/dm/leads/{CREATOR}/sim_luz")).json()["lead"]
    assert (lead["id"], lead["status"]) == (wrote["lead_id"], "active")
    due_at = lead["next_follow_up"]["scheduled_at"]

    moved = await demo.client.post(f"/simulator/{CREATOR}/clock", json={"to": due_at})
    assert moved.status_code == 200
    assert datetime.fromisoformat(moved.json()["now"]) >= datetime.fromisoformat(due_at)
    messages = (await demo.client.get(f"/dm/conversations/{CREATOR}/sim_luz/messages")).json()["messages"]
    assert [(message["role"], message["delivery"]) for message in messages] == [
        ("assistant", "sent"),
        ("assistant", "sent"),
        ("user", None),
    ]
    listed = (await demo.client.get(f"/nurturing/{CREATOR}/followups", params={"follower_id": "sim_luz"})).json()
    assert listed["followups"][0]["status"] == "sent"


async def test_the_same_words_twice_are_two_messages_and_the_same_id_twice_is_one(demo: Served) -> None:
    body = {"follower_id": "tg_1", "text": "hola"}
    for _ in range(2):
        assert (await demo.client.post(f"/simulator/{CREATOR}/messages", json=body)).status_code == 200
    named = body | {"message_id": "m1"}
    first = (await demo.client.post(f"/simulator/{CREATOR}/messages", json=named)).json()
    assert await settle(demo.runtime)
    head = demo.head()
    again = (await demo.client.post(f"/simulator/{CREATOR}/messages", json=named)).json()
    assert (again["message_id"], again["lead_id"]) == (first["message_id"], first["lead_id"])
    assert demo.head() == head
    assert (await demo.client.get(f"/dm/follower/{CREATOR}/tg_1")).json()["total_messages"] == 3


async def test_a_phone_that_is_none_and_a_text_that_is_none_are_refused(demo: Served) -> None:
    head = demo.head()
    good = {"follower_id": "ig_1", "text": "hola"}
    bad: list[tuple[dict[str, Any], str]] = [
        ({"text": ""}, "/text"),
        ({"text": "x" * 4097}, "/text"),
        ({"follower_id": "nobody"}, "/follower_id"),
        ({"follower_id": "fax_1"}, "/follower_id"),
        ({"follower_id": "tg_marta"}, "/follower_id"),
        ({"follower_id": "ig_01"}, "/follower_id"),
        ({"kind": "shout"}, "/kind"),
        ({"kind": "reaction"}, "/refers_to"),
        ({"occurred_at": 5}, "/occurred_at"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "/occurred_at"),
        ({"plays": "x"}, "/plays"),
    ]
    for change, field in bad:
        await refused(demo.client.post(f"/simulator/{CREATOR}/messages", json=good | change), 422, "invalid", field)
    assert demo.head() == head


async def test_a_phone_is_one_persons_with_its_plus_or_without(demo: Served) -> None:
    for phone in ("wa_34611223344", "wa_+34611223344"):
        said = await demo.client.post(f"/simulator/{CREATOR}/messages", json={"follower_id": phone, "text": "hola"})
        assert said.status_code == 200, said.text
    (lead,) = (await demo.client.get(f"/dm/leads/{CREATOR}")).json()["leads"]
    assert lead["follower_id"] == "wa_34611223344"


async def test_the_clock_moves_forwards_only_and_not_for_ever(demo: Served) -> None:
    before = (await demo.client.get(f"/simulator/{CREATOR}/clock")).json()
    after = (await demo.client.post(f"/simulator/{CREATOR}/clock", json={"advance_seconds": 3600})).json()
    assert datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"]) >= timedelta(hours=1)
    assert after["offset_seconds"] > before["offset_seconds"]
    past = (datetime.fromisoformat(after["now"]) - timedelta(hours=2)).isoformat()
    far = (datetime.fromisoformat(after["now"]) + timedelta(days=402)).isoformat()
    bad: list[tuple[dict[str, Any], str]] = [
        ({"to": past}, "/to"),
        ({"to": far}, "/to"),
        ({"to": "2026-01-01T00:00:00"}, "/to"),
        ({"to": "tomorrow"}, "/to"),
        ({"advance_seconds": -1}, "/advance_seconds"),
        ({"advance_seconds": 401 * 86400}, "/advance_seconds"),
        ({"advance_seconds": "60"}, "/advance_seconds"),
        ({}, ""),
        ({"advance_seconds": 1, "to": far}, ""),
    ]
    for body, field in bad:
        await refused(demo.client.post(f"/simulator/{CREATOR}/clock", json=body), 422, "invalid", field)
    now = (await demo.client.get(f"/simulator/{CREATOR}/clock")).json()
    assert now["offset_seconds"] == after["offset_seconds"]
