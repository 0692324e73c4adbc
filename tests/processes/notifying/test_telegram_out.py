"""A creator is told in a Telegram chat, by their own bot."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from processes.channels.base import Account, ChannelName
from processes.channels.http_client import PlatformClient
from processes.channels.telegram import Telegram
from processes.notifying.notified import Delivered, Notified, Postponed, Refused
from processes.notifying.telegram_out import TelegramOut
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi
from tests.processes.notifying.notices import WAITING

ACCOUNT = Account(ChannelName.TELEGRAM, str(BOT_ID), TOKEN)
CHAT = "42"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture
async def telegram(api: BotApi) -> AsyncIterator[TelegramOut]:
    async with PlatformClient(api.url) as client:
        yield TelegramOut(Telegram(client))


async def test_the_bot_says_who_waits_and_where_to_go_on(api: BotApi, telegram: TelegramOut) -> None:
    api.receive_from_user(42, "/start")
    assert await telegram.notify(ACCOUNT, CHAT, WAITING) == Delivered()
    assert api.sent[-1].text == f"{WAITING.title}\n\n{WAITING.text}\n\n{WAITING.url}"


async def test_who_has_blocked_the_bot_is_told_there_no_more(api: BotApi, telegram: TelegramOut) -> None:
    api.receive_from_user(42, "/start")
    api.block(42)
    assert await telegram.notify(ACCOUNT, CHAT, WAITING) == Refused("Telegram answered 403", gone=True)


@pytest.mark.parametrize("chat", ["", "@lucia", "42; 43"])
async def test_what_is_no_chat_is_refused(telegram: TelegramOut, chat: str) -> None:
    assert await telegram.notify(ACCOUNT, chat, WAITING) == Refused("the bot cannot write there")


@pytest.mark.parametrize(
    ("code", "description", "parameters", "outcome"),
    [
        (400, "Bad Request: chat not found", {}, Refused("Telegram answered 400", gone=True)),
        (
            400,
            "Bad Request: group upgraded",
            {"migrate_to_chat_id": -1001},
            Refused("Telegram answered 400", gone=True),
        ),
        (403, "Forbidden: bot was kicked from the group chat", {}, Refused("Telegram answered 403")),
        (
            429,
            "Too Many Requests: retry after 5",
            {"retry_after": 5},
            Postponed("Telegram answered 429", timedelta(seconds=5)),
        ),
        (401, "Unauthorized", {}, Postponed("Telegram answered 401")),
        (500, "Internal Server Error", {}, Postponed("nobody knows whether it arrived")),
    ],
)
async def test_what_telegram_says_decides_whether_it_is_tried_again(
    api: BotApi, telegram: TelegramOut, code: int, description: str, parameters: dict[str, int], outcome: Notified
) -> None:
    api.receive_from_user(42, "/start")
    api.refuse_next(code, description, parameters)
    assert await telegram.notify(ACCOUNT, CHAT, WAITING) == outcome


async def test_what_may_have_arrived_is_tried_again(api: BotApi, telegram: TelegramOut) -> None:
    api.receive_from_user(42, "/start")
    api.drop_next(delivered=True)
    assert await telegram.notify(ACCOUNT, CHAT, WAITING) == Postponed("nobody knows whether it arrived")
