"""The inbox over HTTP: reading, moving, writing by hand, and messages that programs hand in."""

import asyncio
from typing import Any

import pytest

from domain.application import Clonnect
from domain.follower.content import Inbound
from domain.vocabulary import Platform
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import COURSE, CREATOR, OTHER


@pytest.mark.parametrize(
    ("word", "stored", "score", "intent"),
    [
        ("cold", "new", 25, 0.1),
        ("warm", "active", 50, 0.35),
        ("hot", "hot", 75, 0.7),
        ("customer", "customer", 100, 1.0),
    ],
)
async def test_a_stage_is_moved_by_either_of_its_words(
    served: Served, word: str, stored: str, score: int, intent: float
) -> None:
    lead = await served.lead(status="active" if stored == "new" else "new")
    for given in (word, stored):
        answer = await served.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json={"status": given})
        body = answer.json()
        assert (body["follower_id"], body["new_status"], body["db_status"]) == ("ig_5001", given, stored)
        assert body["purchase_intent"] == pytest.approx(intent, abs=0.001)
        assert (body["lead"]["id"], body["lead"]["pipeline_score"]) == (lead["id"], score)


async def test_any_other_word_moves_nobody(served: Served) -> None:
    await served.lead(status="hot")
    head = served.head()
    for body in ({"status": "banana"}, {"status": "Hot"}, {"status": ""}, {"status": None}, {"status": ["hot"]}, {}):
        answer = served.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json=body)
        await refused(answer, 422, "invalid", "/status")
    await refused(
        served.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json={"status": "hot", "by": "me"}),
        422,
        "invalid",
        "/by",
    )
    assert served.head() == head


async def test_nobody_is_moved_who_is_not_there(served: Served) -> None:
    head = served.head()
    for given in ("ig_5999", "nobody", "00000000-0000-4000-8000-000000000000"):
        await refused(
            served.client.put(f"/dm/follower/{CREATOR}/{given}/status", json={"status": "hot"}), 404, "not-found"
        )
        await refused(served.client.get(f"/dm/follower/{CREATOR}/{given}"), 404, "not-found")
        await refused(served.client.get(f"/dm/conversations/{CREATOR}/{given}/messages"), 404, "not-found")
        await refused(served.client.delete(f"/dm/conversations/{CREATOR}/{given}"), 404, "not-found")
        body = {"follower_id": given, "message": "hola"}
        await refused(served.client.post(f"/dm/send/{CREATOR}", json=body), 404, "not-found")
    assert served.head() == head


async def test_a_message_becomes_a_lead_is_understood_answered_and_enrolled(demo: Served) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    said = await demo.writes("ig_5002", "Hola, ¿cuánto cuesta el curso? me parece caro", message_id="m1", name="Luz")
    assert (said["intent"], said["language"], said["action"]) == ("objection_price", "es", "reply")
    assert "97" in said["response"]
    assert (said["follower_id"], said["message_id"], said["duplicate"]) == ("ig_5002", "m1", False)
    assert said["product_mentioned"] == "Curso de fotografía"

    lead = (await demo.client.get(f"/dm/leads/{CREATOR}/ig_5002")).json()["lead"]
    assert (lead["id"], lead["name"], lead["status"], lead["source"]) == (said["lead_id"], "Luz", "active", "api")
    assert lead["last_message"]["text"] == said["response"]
    assert lead["next_follow_up"]["sequence_type"] == "objection_price"
    person = (await demo.client.get(f"/dm/follower/{CREATOR}/ig_5002")).json()
    assert [(each["role"], each["author"], each["delivery"]) for each in person["last_messages"]] == [
        ("user", "follower", None),
        ("assistant", "bot", "sent"),
    ]
    assert (person["total_messages"], person["window"]["open"]) == (1, True)
    assert person["products_discussed"] == ["Curso de fotografía"]
    inbox = (await demo.client.get(f"/dm/conversations/{CREATOR}")).json()
    assert inbox["by_status"] == {"new": 0, "active": 1, "hot": 0, "customer": 0}
    item = inbox["conversations"][0]
    assert (item["total_messages"], item["message_count"], item["unread"]) == (1, 2, 1)
    assert item["purchase_intent_score"] == round(100 * item["purchase_intent"])
    assert item["next_follow_up"] == lead["next_follow_up"]


async def test_a_message_that_is_known_gets_the_first_answer_and_changes_nothing(demo: Served) -> None:
    await demo.answers()
    await demo.sells(COURSE)
    first = await demo.writes("tg_42", "hola, ¿cuánto cuesta el curso?", message_id="m1")
    await demo.writes("tg_42", "gracias", message_id="m2")
    head = demo.head()
    again = await demo.writes("tg_42", "hola, ¿cuánto cuesta el curso?", message_id="m1")
    assert again == first | {"duplicate": True}
    assert demo.head() == head
    assert (await demo.client.delete(f"/dm/leads/{CREATOR}/tg_42")).status_code == 200
    head = demo.head()
    assert (await demo.writes("tg_42", "hola", message_id="m1"))["duplicate"] is True
    assert demo.head() == head


async def test_while_the_bot_is_off_a_message_is_kept_and_understood(served: Served) -> None:
    said = await served.writes("ig_5002", "quiero comprar el curso")
    assert (said["action"], said["response"], said["intent"]) == ("bot_paused", None, "interest_strong")
    lead = (await served.client.get(f"/dm/leads/{CREATOR}/ig_5002")).json()["lead"]
    assert lead["status"] == "hot"


async def test_the_prefix_tells_the_channel_else_the_platform_else_none(served: Served) -> None:
    for given, more, platform, shown in (
        ("wa_34611223344", {}, "whatsapp", "wa_34611223344"),
        ("77", {"platform": "telegram"}, "telegram", "tg_77"),
        ("somebody", {}, "manual", "somebody"),
    ):
        said = await served.writes(given, "hola", **more)
        assert said["follower_id"] == shown
        assert (await served.client.get(f"/dm/follower/{CREATOR}/{shown}")).json()["platform"] == platform


async def test_a_message_nobody_can_place_is_refused(served: Served) -> None:
    head = served.head()
    good = {"creator_id": CREATOR, "sender_id": "ig_1", "message": "hola"}
    bad: list[tuple[dict[str, Any], str]] = [
        ({"message": ""}, "/message"),
        ({"message": " \n "}, "/message"),
        ({"message": "x" * 4097}, "/message"),
        ({"message": None}, "/message"),
        ({"sender_id": ""}, "/sender_id"),
        ({"sender_id": "a b"}, "/sender_id"),
        ({"sender_id": "ig_1", "platform": "telegram"}, "/sender_id"),
        ({"sender_id": "wa_luz"}, "/sender_id"),
        ({"sender_id": "luz", "platform": "whatsapp"}, "/sender_id"),
        ({"platform": "fax"}, "/platform"),
        ({"text": "hola"}, "/text"),
    ]
    for change, field in bad:
        await refused(served.client.post("/dm/process", json=good | change), 422, "invalid", field)
    for creator in ("nobody", OTHER):
        await refused(served.client.post("/dm/process", json=good | {"creator_id": creator}), 404, "not-found")
    assert served.head() == head


async def test_what_a_person_writes_arrives_and_is_shown_as_theirs(demo: Served) -> None:
    await demo.writes("ig_5002", "hola")
    body = {"follower_id": "ig_5002", "message": " ¡Hola, Luz! "}
    sent = (await demo.client.post(f"/dm/send/{CREATOR}", json=body)).json()
    assert (sent["sent"], sent["delivery"], sent["platform"], sent["follower_id"]) == (
        True,
        "sent",
        "instagram",
        "ig_5002",
    )
    messages = (await demo.client.get(f"/dm/conversations/{CREATOR}/ig_5002/messages")).json()["messages"]
    assert messages[0]["id"] == sent["message_id"]
    assert (messages[0]["content"], messages[0]["author"], messages[0]["delivery"]) == ("¡Hola, Luz!", "person", "sent")


async def test_what_cannot_leave_is_kept_once_with_its_reason(served: Served) -> None:
    await served.lead()
    await served.lead(platform_user_id="walk-in")
    await served.writes("tg_1", "hola")
    for follower_id, delivery, reason in (
        ("ig_5001", "held", "channel_not_connected"),
        ("tg_1", "held", "channel_not_connected"),
        ("walk-in", "manual", None),
    ):
        answer = await served.client.post(f"/dm/send/{CREATOR}", json={"follower_id": follower_id, "message": "Hola"})
        sent = answer.json()
        assert (sent["sent"], sent["delivery"], sent["reason"]) == (False, delivery, reason)
        page = (await served.client.get(f"/dm/conversations/{CREATOR}/{follower_id}/messages")).json()
        assert [each["delivery"] for each in page["messages"] if each["author"] == "person"] == [delivery]


async def test_a_text_is_measured_before_it_is_sent(served: Served) -> None:
    await served.do(Clonnect.connect_channel, CREATOR, Platform.INSTAGRAM, "1784", in_transaction=None)
    await served.writes("ig_5002", "hola")
    head = served.head()
    for text in ("", "   ", "x" * 4097, "ñ" * 501):
        answer = served.client.post(f"/dm/send/{CREATOR}", json={"follower_id": "ig_5002", "message": text})
        await refused(answer, 422, "invalid", "/message")
    assert served.head() == head


async def test_a_conversation_is_read_to_its_end(served: Served) -> None:
    for number in range(5):
        await served.writes("tg_1", f"mensaje {number}")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await served.client.get(f"/dm/conversations/{CREATOR}/tg_1/messages", params=params)).json()
        assert page["total"] == 5
        seen += [message["content"] for message in page["messages"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [f"mensaje {number}" for number in (4, 3, 2, 1, 0)]
    await refused(
        served.client.get(f"/dm/conversations/{CREATOR}/tg_1/messages", params={"cursor": "x"}),
        422,
        "invalid",
        "query:cursor",
    )


async def test_simultaneous_messages_all_count(served: Served) -> None:
    await asyncio.gather(*(served.writes("tg_1", f"hola {number}", message_id=str(number)) for number in range(6)))
    person = (await served.client.get(f"/dm/follower/{CREATOR}/tg_1")).json()
    assert person["total_messages"] == 6
    assert (await served.client.get(f"/dm/leads/{CREATOR}")).json()["total"] == 1


async def test_a_deleted_conversation_is_gone_with_its_lead(served: Served) -> None:
    said = await served.writes("tg_1", "hola")
    gone = await served.client.delete(f"/dm/conversations/{CREATOR}/{said['lead_id']}")
    assert gone.json() == {"status": "ok", "deleted": "tg_1"}
    assert (await served.client.get(f"/dm/conversations/{CREATOR}")).json()["conversations"] == []
    await refused(served.client.delete(f"/dm/conversations/{CREATOR}/tg_1"), 404, "not-found")
    await refused(served.client.get(f"/dm/leads/{CREATOR}/{said['lead_id']}"), 404, "not-found")
    back = await served.writes("tg_1", "sigo aquí")
    assert back["lead_id"] != said["lead_id"]


async def test_the_inbox_is_filtered_by_who_waits_for_a_person(served: Served) -> None:
    await served.writes("tg_1", "quiero hablar con una persona")
    await served.lead(platform_user_id="ig_5008")
    for params, expected in (
        ({"unread": True}, ["tg_1"]),
        ({"needs_person": True}, ["tg_1"]),
        ({"q": "5008"}, ["ig_5008"]),
    ):
        page = (await served.client.get(f"/dm/conversations/{CREATOR}", params=params)).json()
        assert [item["follower_id"] for item in page["conversations"]] == expected
        assert sum(page["by_status"].values()) == page["total"] == 1


async def test_a_conversation_and_its_person_are_shown_with_everything_that_is_known(served: Served) -> None:
    said = await served.writes("wa_34611223344", "hola", name="Eva", username="eva")
    for number in range(60):
        message = Inbound(
            Platform.WHATSAPP, "34611223344", f"m{number}", f"m{number}", f"{number}", served.runtime.clock(), "webhook"
        )
        await served.do(Clonnect.receive_message, CREATOR, message)
    assert await served.runtime.settle(served.runtime.clock())
    (item,) = (await served.client.get(f"/dm/conversations/{CREATOR}")).json()["conversations"]
    answer = await served.client.get(f"/dm/follower/{CREATOR}/wa_34611223344")
    person = answer.json()
    assert answer.headers["etag"] == f'"{person["version"]}"'
    both = {
        "follower_id": "wa_34611223344",
        "id": said["lead_id"],
        "username": "eva",
        "name": "Eva",
        "platform": "whatsapp",
        "total_messages": 61,
        "purchase_intent": person["purchase_intent"],
        "purchase_intent_score": round(100 * person["purchase_intent"]),
        "lead_status": "active",
        "pipeline_score": 50,
        "email": "",
        "phone": "",
        "notes": "",
        "tags": [],
        "unread": 61,
        "needs_person": item["needs_person"],
        "assigned_to": None,
        "bot_paused": False,
        "paused_until": None,
        "version": person["version"],
    }
    last = [str(number) for number in range(60)]
    assert [each["content"] for each in item.pop("last_messages")] == last[-5:]
    assert [each["content"] for each in person.pop("last_messages")] == last[-50:]
    assert item.pop("last_contact") == person.pop("last_contact") >= person.pop("first_contact")
    assert person.pop("window")["open"] is True
    assert item == both | {"message_count": 61, "next_follow_up": None}
    assert person == both | {
        "status": "ok",
        "is_lead": True,
        "is_customer": False,
        "products_discussed": [],
        "archived": False,
        "spam": False,
        "mode": "off",
    }
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"cursor": cursor} if cursor else {}
        page = (await served.client.get(f"/dm/conversations/{CREATOR}/wa_34611223344/messages", params=params)).json()
        seen += [message["content"] for message in page["messages"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [*reversed(last), "hola"]


async def test_a_cursor_of_the_unread_is_no_cursor_of_all(served: Served) -> None:
    for number in range(3):
        await served.writes(f"tg_{number + 1}", "hola")
    params: dict[str, Any] = {"limit": 1, "unread": True}
    page = (await served.client.get(f"/dm/conversations/{CREATOR}", params=params)).json()
    assert (page["total"], len(page["conversations"])) == (3, 1)
    params["cursor"] = page["next_cursor"]
    assert (await served.client.get(f"/dm/conversations/{CREATOR}", params=params)).json()["count"] == 1
    for wrong in (params | {"unread": False}, params | {"needs_person": True}, params | {"sort": "name"}):
        answer = served.client.get(f"/dm/conversations/{CREATOR}", params=wrong)
        await refused(answer, 422, "invalid", "query:cursor")
