"""A creator says where their people are told that somebody waits, and sees whether that works."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Answer, Served, serve
from tests.platforms.bot_api import TOKEN, BotApi
from tests.platforms.smtp_server import PlayedMailServer
from tests.platforms.webhook_receiver import PlayedReceiver
from tests.world import CREATOR, OTHER

TARGETS = f"/settings/{CREATOR}/notifications"
HOOK = "https://crm.example/hooks/clonnect"


@pytest.fixture
def receiver() -> Iterator[PlayedReceiver]:
    with PlayedReceiver() as receiver:
        yield receiver


@pytest.fixture
async def telling(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """An installation that may tell its own network."""
    async for each in serve(database_url, tmp_path, webhook_out_private=True):
        yield each


@pytest.fixture
async def mailing(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Served, PlayedMailServer]]:
    with PlayedMailServer() as mails:
        wishes = {"smtp_host": "127.0.0.1", "smtp_port": mails.port, "smtp_tls": "none", "smtp_from": "no@example.com"}
        async for each in serve(database_url, tmp_path, **wishes):
            yield each, mails


@pytest.fixture
async def messaging(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Served, BotApi]]:
    with BotApi() as bots:
        async for each in serve(database_url, tmp_path, telegram_base_url=bots.url):
            yield each, bots


async def put(served: Served, kind: str, address: str) -> Answer:
    return await served.client.put(f"{TARGETS}/{kind}", json={"address": address})


async def listed(served: Served) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = (await served.client.get(TARGETS)).json()["targets"]
    return targets


async def takes_a_test(served: Served, kind: str) -> tuple[bool, str | None]:
    said = (await served.client.post(f"{TARGETS}/{kind}/test")).json()
    return said["delivered"], said["reason"]


async def test_a_webhook_is_told_its_secret_once_and_a_new_one_with_every_change(served: Served) -> None:
    assert await listed(served) == []
    first, second = (await put(served, "webhook", HOOK)).json(), (await put(served, "webhook", HOOK)).json()
    assert first["secret"].startswith("whsec_")
    assert first["secret"] != second["secret"]
    (target,) = await listed(served)
    assert target == second["target"]
    assert (target["kind"], target["address"], target["failing_since"]) == ("webhook", HOOK, None)
    assert "secret" not in target
    with psycopg.connect(served.url) as conn:
        (row,) = conn.execute("SELECT t::text FROM app.notification_targets AS t").fetchall()
    assert second["secret"].removeprefix("whsec_") not in row[0]


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("webhook", "http://crm.example/"),
        ("webhook", "https://user:password@crm.example/"),
        ("telegram", "maria"),
        ("telegram", "12 34"),
        ("webhook", ""),
    ],
)
async def test_an_address_of_another_form_is_refused(served: Served, kind: str, address: str) -> None:
    await refused(put(served, kind, address), 422, "invalid", "/address")
    assert await listed(served) == []


async def test_where_there_is_no_mail_server_nobody_can_be_told_by_mail(served: Served) -> None:
    await refused(put(served, "email", "maria@example.com"), 409, "conflict")


async def test_a_mail_is_sent_as_a_test(mailing: tuple[Served, PlayedMailServer]) -> None:
    served, mails = mailing
    await refused(put(served, "email", "maria"), 422, "invalid", "/address")
    assert (await put(served, "email", "maria@example.com")).json()["secret"] is None
    assert await takes_a_test(served, "email") == (True, None)
    assert mails.mails[0].message["Subject"] == "Esto es una prueba"


async def test_a_chat_is_written_to_by_the_creators_own_bot(messaging: tuple[Served, BotApi]) -> None:
    served, bots = messaging
    await put(served, "telegram", "5005")
    assert await takes_a_test(served, "telegram") == (False, "no Telegram bot is connected")
    await served.client.put(f"/settings/{CREATOR}/channels/telegram", json={"token": TOKEN})
    assert await takes_a_test(served, "telegram") == (False, "Telegram answered 403")  # nobody has begun a chat
    bots.receive_from_user(5005)
    assert await takes_a_test(served, "telegram") == (True, None)
    assert [sent.chat_id for sent in bots.sent] == [5005]


async def test_an_address_that_takes_nothing_says_why_until_a_test_arrives(
    telling: Served, receiver: PlayedReceiver
) -> None:
    await put(telling, "webhook", receiver.url())  # the receiver knows another secret
    assert await takes_a_test(telling, "webhook") == (False, "it answered HTTP 401")
    (target,) = await listed(telling)
    assert (target["failure"], target["is_off"]) == ("it answered HTTP 401", False)
    assert target["failing_since"] is not None
    assert (await put(telling, "webhook", receiver.url())).json()["target"]["failure"] is None


async def test_nobody_is_told_at_an_address_of_our_own_network(served: Served, receiver: PlayedReceiver) -> None:
    await put(served, "webhook", f"https://127.0.0.1:{receiver.port}/")
    assert await takes_a_test(served, "webhook") == (False, "the address is not public")
    assert receiver.requests == 0


async def test_an_address_is_forgotten_when_the_creator_says_so(served: Served) -> None:
    await put(served, "webhook", HOOK)
    assert (await served.client.delete(f"{TARGETS}/webhook")).json()["removed"] is True
    assert await listed(served) == []
    for call in (served.client.delete(f"{TARGETS}/webhook"), served.client.post(f"{TARGETS}/webhook/test")):
        await refused(call, 404, "not-found")


@pytest.mark.parametrize("kind", ["pigeon", "WEBHOOK"])
async def test_there_are_three_ways_to_be_told(served: Served, kind: str) -> None:
    await refused(put(served, kind, HOOK), 404, "not-found")


async def test_only_owners_see_and_change_where_somebody_is_told(served: Served) -> None:
    await put(served, "webhook", HOOK)
    agent = served.anybody(**{"X-API-Key": await served.key(role=Role.AGENT)})
    other = served.anybody(**{"X-API-Key": served.keys[OTHER]})
    async with agent, other:
        await refused(agent.get(TARGETS), 403, "forbidden")
        await refused(other.delete(f"{TARGETS}/webhook"), 404, "not-found")
    assert len(await listed(served)) == 1
