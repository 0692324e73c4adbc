"""Where Telegram cannot call us it is asked, by one program per bot, and nothing is confirmed before it is stored."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from psycopg.rows import DictRow

from api.bootstrap import Runtime, run
from api.installation import installation_key
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import Settings as CreatorSettings
from domain.vocabulary import Platform
from eventstore.recorder import CHANNEL as LOG_CHANNEL
from eventstore.sealing import Sealer
from processes.channels.base import ChannelName
from processes.connections import connecting
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi

Connection = psycopg.Connection[DictRow]


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture
async def polling(database_url: str, settings: Settings, bot_api: BotApi) -> Settings:
    """The settings of an installation without a public address, with a creator whose bot is connected."""
    settings = settings.model_copy(update={"telegram_base_url": bot_api.url})
    async with run(settings, database_url, work=False) as runtime:
        stored = connecting(
            Sealer(installation_key(settings)), ChannelName.TELEGRAM, str(BOT_ID), "ana", TOKEN, "secret"
        )
        with context.acting("system"):
            await runtime.writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
            await runtime.writer.do(Clonnect.connect_channel, "ana", Platform.TELEGRAM, str(BOT_ID), beside=stored)
    return settings


@asynccontextmanager
async def started(settings: Settings, url: str) -> AsyncIterator[Runtime]:
    async with run(settings, url, work=True) as runtime:
        yield runtime


async def arrived(runtime: Runtime, number: int) -> list[str]:
    """Wait until that many messages are shown."""
    async with asyncio.timeout(20):
        while True:
            position = runtime.progress.position
            rows = await runtime.conversations.select("SELECT content FROM {messages} ORDER BY position")
            if len(rows) >= number:
                return [row["content"] for row in rows]
            await runtime.progress.beyond(position, 1)


async def test_what_was_written_while_nobody_asked_is_there_once(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    for text in ("uno", "dos", "tres"):
        bot_api.receive_from_user(42, text)
    async with started(polling, database_url) as runtime:
        assert await arrived(runtime, 3) == ["uno", "dos", "tres"]
    bot_api.receive_from_user(42, "cuatro")
    async with started(polling, database_url) as runtime:
        assert await arrived(runtime, 4) == ["uno", "dos", "tres", "cuatro"]


async def test_an_update_that_comes_again_changes_nothing(
    polling: Settings, database_url: str, bot_api: BotApi, conn: Connection
) -> None:
    async with started(polling, database_url) as runtime:
        bot_api.receive_from_user(42, "uno")
        await arrived(runtime, 1)
        bot_api.redeliver_last()
        bot_api.receive_from_user(42, "dos")
        assert await arrived(runtime, 2) == ["uno", "dos"]
    assert conn.execute("SELECT state FROM app.deliveries").fetchall() == [{"state": "processed"}] * 2


async def test_of_two_programs_one_asks(
    polling: Settings, database_url: str, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(polling, database_url) as one, started(polling, database_url):
        bot_api.receive_from_user(42, "uno")
        bot_api.receive_from_user(43, "dos")
        assert await arrived(one, 2) == ["uno", "dos"]
    assert "another program polls" not in caplog.text


async def test_a_text_that_is_no_text_holds_nothing_up(polling: Settings, database_url: str, bot_api: BotApi) -> None:
    async with started(polling, database_url) as runtime:
        bot_api.receive_from_user(42, "medio \ud83d emoji \x00")
        bot_api.receive_from_user(42, "dos")
        assert (await arrived(runtime, 2))[1] == "dos"


async def test_polling_goes_on_when_all_connections_were_cut(
    polling: Settings, database_url: str, bot_api: BotApi, conn: Connection
) -> None:
    async with started(polling, database_url) as runtime:
        bot_api.receive_from_user(42, "uno")
        await arrived(runtime, 1)
        conn.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
                  AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
        )
        conn.execute(f"LISTEN {LOG_CHANNEL}".encode())
        bot_api.receive_from_user(42, "dos")
        async with asyncio.timeout(30):
            while conn.execute("SELECT count(*) AS n FROM app.received").fetchone() != {"n": 2}:
                await asyncio.to_thread(next, conn.notifies(timeout=1, stop_after=1), None)
