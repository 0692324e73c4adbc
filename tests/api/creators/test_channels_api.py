"""Channels over HTTP: a bot is connected, looked after and let go, and its token is never told again."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.follower.follower import Follower
from tests.api.answers import refused
from tests.harness.http import Served, serve
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi
from tests.world import CREATOR, OTHER

CHANNELS = f"/settings/{CREATOR}/channels"
TELEGRAM = f"{CHANNELS}/telegram"
HERE = "http://127.0.0.1:9"
NEW_TOKEN = f"{BOT_ID}:another-token_of-the-same-bot"
OTHER_TOKEN = "777:token_of-another-bot"


@pytest.fixture
def bots() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture
async def reached(database_url: str, tmp_path: Path, bots: BotApi) -> AsyncIterator[Served]:
    """An installation that the internet, and so Telegram, can reach."""
    async for each in serve(database_url, tmp_path, public_url=HERE, telegram_base_url=bots.url):
        yield each


@pytest.fixture
async def hidden(database_url: str, tmp_path: Path, bots: BotApi) -> AsyncIterator[Served]:
    """An installation that has to ask Telegram for messages."""
    async for each in serve(database_url, tmp_path, telegram_polling=True, telegram_base_url=bots.url):
        yield each


def webhook(bots: BotApi, token: str = TOKEN) -> str:
    """Where Telegram sends a bot's messages."""
    answered = bots.call(token, "getWebhookInfo", {})
    assert answered is not None
    url: str = json.loads(answered[1])["result"]["url"]
    return url


def secret(bots: BotApi) -> str:
    """What Telegram proves itself with."""
    return str([call for call in bots.calls if call.method == "setWebhook"][-1].parameters["secret_token"])


def kept(served: Served) -> list[tuple[str, str]]:
    with psycopg.connect(served.url) as conn:
        return conn.execute("SELECT creator_id, account_id FROM app.channels ORDER BY 1").fetchall()


async def connected(served: Served, token: str = TOKEN) -> dict[str, Any]:
    answer = await served.client.put(TELEGRAM, json={"token": token})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def topics(served: Served, after: int) -> list[str]:
    return [recorded.event.TOPIC for recorded in served.runtime.log.read(after, 100)]


async def test_a_bot_is_connected_and_its_token_is_told_to_nobody(reached: Served, bots: BotApi) -> None:
    nothing = (await reached.client.get(CHANNELS)).json()["channels"]
    assert [(each["channel"], each["configured"], each["changeable"]) for each in nothing] == [
        ("telegram", False, True)
    ]
    head = reached.head()
    answer = await reached.client.put(TELEGRAM, json={"token": f" {TOKEN} "})
    channel = answer.json()["channel"]
    assert (channel["configured"], channel["name"], channel["way_in"]) == (True, "clonnect_test_bot", "webhook")
    assert str(BOT_ID) not in answer.text
    assert 0 <= channel["token_age_seconds"] < 60
    assert channel["last_delivery_at"] is None
    assert topics(reached, head) == ["creator.channel_connected"]
    assert answer.headers["etag"] == f'"{reached.runtime.app.creator(CREATOR).version}"'
    assert webhook(bots) == f"{HERE}/webhook/telegram"
    listed = (await reached.client.get(CHANNELS)).text
    for told in (answer.text, listed):
        assert TOKEN not in told
        assert secret(bots) not in told
    with psycopg.connect(reached.url) as conn:
        in_the_log = conn.execute("SELECT string_agg(convert_from(state, 'UTF8'), ' ') FROM log.events").fetchone()
        in_the_table = conn.execute("SELECT string_agg(c::text, ' ') FROM app.channels AS c").fetchone()
    assert TOKEN.partition(":")[2] not in f"{in_the_log} {in_the_table}"


async def test_what_telegram_then_sends_is_the_creators(reached: Served, bots: BotApi) -> None:
    await connected(reached)
    update = bots.receive_from_user(42, "hola")
    async with reached.anybody(**{"X-Telegram-Bot-Api-Secret-Token": secret(bots)}) as telegram:
        assert (await telegram.post("/webhook/telegram", json=update)).status_code == 200
    lead = await reached.client.get(f"/dm/leads/{CREATOR}/tg_42", params={"after": reached.head()})
    assert lead.status_code == 200
    (channel,) = (await reached.client.get(CHANNELS)).json()["channels"]
    assert channel["last_delivery_at"] is not None


async def test_the_same_again_changes_nothing_and_another_token_of_the_bot_renews_it(
    reached: Served, bots: BotApi
) -> None:
    await connected(reached)
    first, head = secret(bots), reached.head()
    await connected(reached)
    assert reached.head() == head
    bots.add_bot(NEW_TOKEN, "renamed_bot")
    assert (await connected(reached, NEW_TOKEN))["channel"]["name"] == "renamed_bot"
    assert topics(reached, head) == ["creator.channel_connected"]
    assert secret(bots) == first
    account = await reached.runtime.bots.of_creator(CREATOR)
    assert account is not None
    assert account.token == NEW_TOKEN


async def test_another_bot_takes_the_place_of_the_one_before(reached: Served, bots: BotApi) -> None:
    await connected(reached)
    before = secret(bots)
    bots.add_bot(OTHER_TOKEN, "other_bot")
    answer = await connected(reached, OTHER_TOKEN)
    assert (answer["channel"]["name"], answer["detail"]) == ("other_bot", None)
    assert (webhook(bots), webhook(bots, OTHER_TOKEN)) == ("", f"{HERE}/webhook/telegram")
    assert kept(reached) == [(CREATOR, "777")]
    async with reached.anybody(**{"X-Telegram-Bot-Api-Secret-Token": before}) as telegram:
        await refused(telegram.post("/webhook/telegram", json={"update_id": 1}), 403, "signature")


async def test_a_token_that_telegram_does_not_know_is_refused(reached: Served, bots: BotApi) -> None:
    head = reached.head()
    for token in (f"{TOKEN}x", "no token at all", "1:x"):
        problem = await refused(reached.client.put(TELEGRAM, json={"token": token}), 422, "invalid", "/token")
        assert token not in str(problem)
    for body, field in (
        ({}, "/token"),
        ({"token": ""}, "/token"),
        ({"token": None}, "/token"),
        ({"token": 7}, "/token"),
        ({"token": "x" * 301}, "/token"),
        ({"token": TOKEN, "account_id": "1"}, "/account_id"),
    ):
        await refused(reached.client.put(TELEGRAM, json=body), 422, "invalid", field)
    await refused(reached.client.put(TELEGRAM, json={"token": TOKEN}, params={"x": 1}), 422, "invalid", "query:x")
    assert (reached.head(), kept(reached), webhook(bots)) == (head, [], "")


async def test_while_telegram_is_away_nothing_is_changed(reached: Served, bots: BotApi) -> None:
    head = reached.head()
    for method in ("getMe", "setWebhook"):
        bots.answer_next(502, "Bad Gateway", method=method)
        await refused(reached.client.put(TELEGRAM, json={"token": TOKEN}), 503, "unavailable")
    bots.refuse_next(429, "Too Many Requests: retry after 7", {"retry_after": 7}, method="getMe")
    answer = await reached.client.put(TELEGRAM, json={"token": TOKEN})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    bots.refuse_next(400, "Bad Request: bad webhook: IP address 10.0.0.1 is reserved", method="setWebhook")
    problem = await refused(reached.client.put(TELEGRAM, json={"token": TOKEN}), 409, "conflict")
    assert "IP address 10.0.0.1 is reserved" in problem["detail"]
    assert (reached.head(), kept(reached), webhook(bots)) == (head, [], "")


async def test_of_two_creators_who_connect_a_bot_at_once_one_does(reached: Served, bots: BotApi) -> None:
    async with reached.anybody(**{"X-API-Key": reached.keys[OTHER]}) as other:
        answers = await asyncio.gather(
            reached.client.put(TELEGRAM, json={"token": TOKEN}),
            other.put(f"/settings/{OTHER}/channels/telegram", json={"token": TOKEN}),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    ((owner, _),) = kept(reached)
    assert owner == (CREATOR if answers[0].status_code == 200 else OTHER)
    async with reached.anybody(**{"X-Telegram-Bot-Api-Secret-Token": secret(bots)}) as telegram:
        assert (await telegram.post("/webhook/telegram", json=bots.receive_from_user(42, "hola"))).status_code == 200


async def test_a_connection_decided_on_an_old_version_leaves_telegram_as_it_was(reached: Served, bots: BotApi) -> None:
    head = reached.head()
    stale = reached.client.put(TELEGRAM, json={"token": TOKEN}, headers={"If-Match": '"99"'})
    await refused(stale, 412, "version-mismatch")
    assert (reached.head(), kept(reached), webhook(bots)) == (head, [], "")


async def test_a_bot_that_is_let_go_is_forgotten_on_both_sides(reached: Served, bots: BotApi) -> None:
    await connected(reached)
    before, head = secret(bots), reached.head()
    answer = await reached.client.delete(TELEGRAM)
    body = answer.json()
    assert (body["disconnected"], body["detail"], body["channel"]["configured"]) == (True, None, False)
    assert topics(reached, head) == ["creator.channel_disconnected"]
    assert (kept(reached), webhook(bots)) == ([], "")
    async with reached.anybody(**{"X-Telegram-Bot-Api-Secret-Token": before}) as telegram:
        await refused(telegram.post("/webhook/telegram", json={"update_id": 1}), 403, "signature")
    head = reached.head()
    await refused(reached.client.delete(TELEGRAM), 404, "not-found")
    await refused(reached.client.post(f"{TELEGRAM}/test"), 404, "not-found")
    assert reached.head() == head
    assert (await connected(reached))["channel"]["configured"] is True


async def test_what_telegram_did_not_let_us_undo_is_told(reached: Served, bots: BotApi) -> None:
    await connected(reached)
    bots.answer_next(502, "Bad Gateway", method="deleteWebhook")
    answer = await reached.client.delete(TELEGRAM)
    assert answer.status_code == 200
    assert "still sends" in answer.json()["detail"]
    assert TOKEN not in answer.text
    assert kept(reached) == []


async def test_what_waits_for_a_channel_that_is_gone_is_held(reached: Served, bots: BotApi) -> None:
    await connected(reached)
    async with reached.anybody(**{"X-Telegram-Bot-Api-Secret-Token": secret(bots)}) as telegram:
        await telegram.post("/webhook/telegram", json=bots.receive_from_user(42, "hola"))
    await reached.client.delete(TELEGRAM)
    head = reached.head()
    answer = (await reached.client.post(f"/dm/send/{CREATOR}", json={"follower_id": "tg_42", "message": "Hi"})).json()
    assert (answer["sent"], answer["delivery"], answer["reason"]) == (False, "held", "channel_not_connected")
    assert bots.sent == []
    cancelled = reached.runtime.log.read(head, 10)
    assert any(isinstance(each.event, Follower.SendCancelled) for each in cancelled)


async def test_a_bot_is_tried_without_sending_or_changing_anything(reached: Served, bots: BotApi) -> None:
    await connected(reached)
    head = reached.head()
    well = (await reached.client.post(f"{TELEGRAM}/test")).json()
    assert (well["ok"], well["detail"]) == (True, "Telegram knows this bot as @clonnect_test_bot.")
    bots.refuse_next(401, "Unauthorized", method="getMe")
    revoked = (await reached.client.post(f"{TELEGRAM}/test")).json()
    assert (revoked["ok"], "does not accept the token" in revoked["detail"]) == (False, True)
    bots.drop_next(method="getMe")
    away = (await reached.client.post(f"{TELEGRAM}/test")).json()
    assert (away["ok"], "does not answer" in away["detail"]) == (False, True)
    assert (reached.head(), bots.sent) == (head, [])


async def test_where_telegram_cannot_reach_us_it_is_asked_until_the_bot_is_let_go(hidden: Served, bots: BotApi) -> None:
    assert (await connected(hidden))["channel"]["way_in"] == "polling"
    bots.receive_from_user(42, "uno")
    await _arrives(hidden, "tg_42")
    answer = await hidden.client.delete(TELEGRAM)
    assert (answer.status_code, answer.json()["detail"]) == (200, None)
    bots.receive_from_user(43, "dos")
    # The other creator's poller is the one that gets what nobody was asked for.
    async with hidden.anybody(**{"X-API-Key": hidden.keys[OTHER]}) as other:
        assert (await other.put(f"/settings/{OTHER}/channels/telegram", json={"token": TOKEN})).status_code == 200
        hidden.client.headers["X-API-Key"] = hidden.keys[OTHER]
        await _arrives(hidden, "tg_43", OTHER)
        assert [each["follower_id"] for each in (await other.get(f"/dm/leads/{OTHER}")).json()["leads"]] == ["tg_43"]
        hidden.client.headers["X-API-Key"] = hidden.keys[CREATOR]
        await refused(hidden.client.get(f"/dm/follower/{CREATOR}/tg_43"), 404, "not-found")


async def _arrives(served: Served, follower_id: str, creator: str = CREATOR) -> None:
    async with asyncio.timeout(20):
        while True:
            position = served.runtime.progress.position
            if (await served.client.get(f"/dm/follower/{creator}/{follower_id}")).is_success:
                return
            await served.runtime.progress.wait_for_change(position, 1)


async def test_a_bot_whose_messages_go_elsewhere_says_so_until_it_is_connected_once_more(
    hidden: Served, bots: BotApi
) -> None:
    assert (await connected(hidden))["channel"]["trouble"] is None
    with psycopg.connect(hidden.url, autocommit=True) as conn:
        conn.execute(
            """INSERT INTO app.polling_troubles (channel, account_id, reason, since, tries, next_try_at)
               VALUES ('telegram', %s, 'webhook_set', '2026-11-01T10:00Z', 3, '2026-11-01T10:05Z')""",
            (str(BOT_ID),),
        )
    (channel,) = (await hidden.client.get(CHANNELS)).json()["channels"]
    assert channel["trouble"] == {
        "reason": "webhook_set",
        "since": "2026-11-01T10:00:00.000000+00:00",
        "next_try_at": "2026-11-01T10:05:00.000000+00:00",
        "detail": (
            "A webhook is set for this bot, so that its messages go elsewhere. "
            "Connect the bot once more to take it off."
        ),
    }
    tested = (await hidden.client.post(f"{TELEGRAM}/test")).json()
    assert (tested["ok"], tested["detail"]) == (False, channel["trouble"]["detail"])

    bots.call(TOKEN, "setWebhook", {"url": "https://example.org/"})
    await connected(hidden)
    assert webhook(bots) == ""
