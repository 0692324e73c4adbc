"""The inbox over HTTP: reading, moving, writing by hand, and messages that programs hand in."""

from api.simulator.time_travel import settle
from domain.application import Clonnect
from domain.follower.values import Inbound
from domain.vocabulary import Platform
from tests.harness.http import Served
from tests.world import CREATOR


async def test_a_conversation_and_its_person_are_shown_with_everything_that_is_known(served: Served) -> None:
    said = await served.writes("wa_34611223344", "hola", name="Eva", username="@eva")
    for number in range(60):
        message = Inbound(
            Platform.WHATSAPP, "34611223344", f"m{number}", f"m{number}", f"{number}", served.runtime.clock(), "webhook"
        )
        await served.do(Clonnect.receive_message, CREATOR, message)
    assert await settle(served.runtime)
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
        "mode": "review",
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
