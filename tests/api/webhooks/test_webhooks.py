"""The Telegram webhook: who is let in, and what becomes of what they bring."""

import json
from typing import Any

import psycopg

from api.database.installation import installation_key
from api.simulator.time_travel import settle
from domain.vocabulary import Platform
from tests.api.answers import refused
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, OTHER, connect

SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}


def update(message_id: int, text: str, chat_id: int = 42) -> dict[str, Any]:
    sender = {"id": chat_id, "is_bot": False, "first_name": "Ana", "username": "ana"}
    chat = {"id": chat_id, "type": "private"}
    message = {"message_id": message_id, "date": 1734950000, "chat": chat, "from": sender, "text": text}
    return {"update_id": message_id, "message": message}


def with_photo(message_id: int, caption: str) -> dict[str, Any]:
    said = update(message_id, "")
    del said["message"]["text"]
    said["message"] |= {"photo": [{"file_id": "large"}], "caption": caption}
    return said


def deliveries(served: Served) -> list[tuple[str, str | None]]:
    with psycopg.connect(served.url) as conn:
        rows = conn.execute("SELECT state, creator_id FROM app.deliveries ORDER BY received_at").fetchall()
    return [(state, creator_id) for state, creator_id in rows]


async def test_an_update_is_stored_for_the_creator_of_its_bot_and_answered_with_nothing(served: Served) -> None:
    key = installation_key(served.runtime.settings)
    await served.do(connect, key, OTHER, Platform.TELEGRAM, "8", token="8:token", secret="another")
    await served.connect(Platform.TELEGRAM, "9", "s3cret")
    async with served.anybody(**SECRET) as telegram:
        for body in (update(1, "hola"), with_photo(2, "¿qué es?")):
            answer = await telegram.post("/webhook/telegram", json=body)
            assert (answer.status_code, answer.content) == (200, b"")
    assert await served.runtime.progress.wait_until(served.head(), PATIENCE)
    person = (await served.client.get(f"/dm/follower/{CREATOR}/tg_42")).json()
    assert (person["name"], person["username"], person["total_messages"]) == ("Ana", "ana", 2)
    assert deliveries(served) == [("processed", CREATOR)] * 2
    shown = (await served.client.get(f"/dm/conversations/{CREATOR}/tg_42/messages")).json()["messages"]
    assert [(each["content"], each["attachments"]) for each in shown] == [("¿qué es?", ["image"]), ("hola", [])]


async def test_a_redelivered_update_changes_nothing(served: Served) -> None:
    await served.connect(Platform.TELEGRAM, "9", "s3cret")
    async with served.anybody(**SECRET) as telegram:
        await telegram.post("/webhook/telegram", json=update(1, "hola"))
        assert await settle(served.runtime)
        head = served.head()
        again = update(1, "hola")
        for body in (again, again | {"update_id": 77}):
            assert (await telegram.post("/webhook/telegram", json=body)).status_code == 200
    assert served.head() == head


async def test_who_does_not_know_the_secret_leaves_no_trace(served: Served) -> None:
    await served.connect(Platform.TELEGRAM, "9", "s3cret")
    head = served.head()
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": ""}):
        async with served.anybody(**headers) as stranger:
            await refused(stranger.post("/webhook/telegram", json=update(1, "hola")), 403, "signature")
    assert served.head() == head
    assert deliveries(served) == []


async def test_what_is_signed_but_cannot_be_read_is_kept_for_a_person(served: Served) -> None:
    await served.connect(Platform.TELEGRAM, "9", "s3cret")
    head = served.head()
    bodies = [b"", b"{", b"[]", b"\xff", json.dumps({"update_id": 1, "strange": {}}).encode()]
    async with served.anybody(**SECRET) as telegram:
        for body in bodies:
            assert (await telegram.post("/webhook/telegram", content=body)).status_code == 200
    assert deliveries(served) == [("quarantined", CREATOR)] * len(bodies)
    assert served.head() == head


async def test_looking_at_the_webhook_tells_nothing(served: Served) -> None:
    async with served.anybody() as nobody:
        assert (await nobody.get("/webhook/telegram")).json() == {"status": "ok", "channel": "telegram"}
