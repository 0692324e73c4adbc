"""Where Telegram cannot call us it is asked, by one program per bot, and nothing is confirmed before it is stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import psycopg
import pytest
from psycopg.rows import DictRow

from api.bootstrap import run
from api.database.installation import installation_key
from api.runtime import Runtime
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.vocabulary import Platform, PollingTrouble
from eventstore.recorder import CHANNEL as LOG_CHANNEL
from eventstore.sealing import Sealer
from processes.channel_accounts import connecting
from processes.channels.base import ChannelName
from processes.channels.telegram import Telegram
from processes.deliveries import Handled
from processes.polling import LOOK_SECONDS, Polling, stopped
from processes.polling_failures import PollingState, pause_after, polling_states
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi
from tests.world import CREATOR, IN_MADRID, connect

Connection = psycopg.Connection[DictRow]


@pytest.fixture
async def polling(database_url: str, settings: Settings, bot_api: BotApi) -> Settings:
    """The settings of an installation without a public address, with a creator whose bot is connected."""
    settings = settings.model_copy(update={"telegram_base_url": bot_api.url})
    async with run(settings, database_url, work=False) as runtime:
        with context.acting("system"):
            await runtime.writer.do(Clonnect.sign_up_creator, CREATOR, None, IN_MADRID)
            key, account = installation_key(settings), str(BOT_ID)
            await runtime.writer.do(connect, key, CREATOR, Platform.TELEGRAM, account, token=TOKEN, secret="secret")
    return settings


@asynccontextmanager
async def started(settings: Settings, url: str) -> AsyncIterator[Runtime]:
    async with run(settings, url, work=True) as runtime:
        yield runtime


class Pauses:
    """The pauses that polling takes: looking again is quick, a pause after a failure lasts until it is ended."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.looked = 0
        self.polling: Polling
        self._changed = asyncio.Condition()
        self._ended = asyncio.Semaphore(0)

    async def __call__(self, seconds: float) -> None:
        if seconds == LOOK_SECONDS:
            self.looked += 1
            await asyncio.sleep(0.01)
            return
        self.seconds.append(seconds)
        async with self._changed:
            self._changed.notify_all()
        await self._ended.acquire()

    async def taken(self, number: int) -> None:
        """Wait until so many pauses have begun."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.seconds) >= number)

    def end_one(self) -> None:
        self._ended.release()


@asynccontextmanager
async def polled(settings: Settings, url: str, pauses: Pauses, also: str | None = None) -> AsyncIterator[Runtime]:
    """A program in which nothing works but polling; `also` is the token of another creator's bot."""
    async with run(settings, url, work=False) as runtime:
        if also is not None:
            about = (ChannelName.TELEGRAM, also.partition(":")[0])
            query, values = connecting(Sealer(installation_key(settings)), *about, "eva", also, "other secret")
            async with runtime.pool.connection() as conn:
                await conn.execute(query.encode(), values)
            with context.acting("system"):
                await runtime.writer.do(Clonnect.sign_up_creator, "eva", None, CreatorSettings())
        telegram = cast(Telegram, runtime.channels[ChannelName.TELEGRAM])
        polling = Polling(url, runtime.pool, telegram, runtime.connections, runtime.deliveries, pauses)
        pauses.polling = polling
        task = asyncio.create_task(polling.run())
        try:
            yield runtime
        finally:
            await stopped(task)


async def states(runtime: Runtime) -> list[PollingState]:
    async with runtime.pool.connection() as conn:
        return await polling_states(conn)


def offsets(bot_api: BotApi) -> list[int | None]:
    """What was asked for, poll by poll."""
    return [call.parameters.get("offset") for call in bot_api.calls if call.method == "getUpdates"]


async def arrived(runtime: Runtime, number: int) -> list[str]:
    """Wait until that many messages are shown."""
    async with asyncio.timeout(20):
        while True:
            position = runtime.progress.position
            rows = await runtime.conversations.select("SELECT content FROM {messages} ORDER BY position")
            if len(rows) >= number:
                return [row["content"] for row in rows]
            await runtime.progress.wait_for_change(position, 1)


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
    assert "bot_messages_stopped" not in caplog.text


async def test_updates_that_are_numbered_anew_are_all_there_and_the_offset_follows(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    async with started(polling, database_url) as runtime:
        bot_api.receive_from_user(42, "uno")
        await arrived(runtime, 1)
        bot_api.number_anew(300)
        bot_api.receive_from_user(42, "dos")
        assert await arrived(runtime, 2) == ["uno", "dos"]
        bot_api.receive_from_user(42, "tres")
        assert await arrived(runtime, 3) == ["uno", "dos", "tres"]
        await asyncio.to_thread(bot_api.wait_until, lambda: offsets(bot_api)[-1] == 302)
    assert offsets(bot_api) == [None, 701, 301, 302]


async def test_a_poll_that_brings_what_was_confirmed_before_is_followed_by_a_pause(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    pauses = Pauses()
    async with polled(polling, database_url, pauses) as runtime:
        bot_api.receive_from_user(42, "uno")
        await arrived(runtime, 1)
        looked = pauses.looked
        bot_api.redeliver_last()
        await asyncio.to_thread(bot_api.wait_until, lambda: len(offsets(bot_api)) == 3)
        assert pauses.looked > looked


async def test_a_conflict_is_tried_again_after_growing_pauses_and_shown_meanwhile(
    polling: Settings, database_url: str, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    pauses = Pauses()
    for _ in range(3):
        bot_api.refuse_next(409, "Conflict: terminated by other getUpdates request", method="getUpdates")
    async with polled(polling, database_url, pauses) as runtime:
        for number in range(3):
            await pauses.taken(number + 1)
            (state,) = await states(runtime)
            assert (state.creator_id, state.reason, state.tries) == (CREATOR, PollingTrouble.OTHER_POLLER, number + 1)
            pauses.end_one()
        bot_api.receive_from_user(42, "uno")
        assert await arrived(runtime, 1) == ["uno"]
        await asyncio.to_thread(bot_api.wait_until, lambda: offsets(bot_api)[-1] == 701)
        assert await states(runtime) == []
    assert pauses.seconds == [3, 6, 12]
    assert [record.message for record in caplog.records].count("bot_messages_stopped") == 1


async def test_a_bot_that_pauses_is_asked_at_once_when_somebody_wants_it(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    pauses = Pauses()
    bot_api.refuse_next(401, "Unauthorized", method="getUpdates")
    async with polled(polling, database_url, pauses) as runtime:
        await pauses.taken(1)
        pauses.polling.asked("")
        bot_api.receive_from_user(42, "uno")
        assert await arrived(runtime, 1) == ["uno"]
        assert await states(runtime) == []


async def test_another_getupdates_and_a_webhook_that_comes_and_goes_end_polling_for_a_while_only(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    pauses = Pauses()
    async with polled(polling, database_url, pauses) as runtime:
        await asyncio.to_thread(bot_api.wait_until, lambda: offsets(bot_api) == [None])
        bot_api.call(TOKEN, "getUpdates", {"timeout": 0})
        await pauses.taken(1)
        assert [state.reason for state in await states(runtime)] == [PollingTrouble.OTHER_POLLER]
        pauses.end_one()
        await asyncio.to_thread(bot_api.wait_until, lambda: len(offsets(bot_api)) == 3)
        bot_api.call(TOKEN, "setWebhook", {"url": "https://example.org/"})
        await pauses.taken(2)
        assert [state.reason for state in await states(runtime)] == [PollingTrouble.WEBHOOK_SET]
        bot_api.call(TOKEN, "deleteWebhook", {})
        pauses.end_one()
        bot_api.receive_from_user(42, "uno")
        assert await arrived(runtime, 1) == ["uno"]


async def test_a_refused_token_is_said_and_one_that_works_again_is_shown_at_once(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    pauses = Pauses()
    bot_api.refuse_next(401, "Unauthorized", method="getUpdates")
    async with polled(polling, database_url, pauses) as runtime:
        await pauses.taken(1)
        assert [state.reason for state in await states(runtime)] == [PollingTrouble.TOKEN_REFUSED]
        pauses.end_one()
        await asyncio.to_thread(bot_api.wait_until, lambda: len(offsets(bot_api)) == 3)
        assert await states(runtime) == []
    assert pauses.seconds == [10]


async def test_a_bot_that_fails_is_tried_again_and_stops_no_other(
    polling: Settings, database_url: str, bot_api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "777:AAanother-token"
    bot_api.add_bot(other)
    pauses = Pauses()
    async with polled(polling, database_url, pauses, also=other) as runtime:
        take_in = runtime.deliveries.store

        async def store(channel: ChannelName, account_id: str, *rest: Any) -> Handled:
            if account_id == "777":
                raise ValueError("nobody thought of this")
            return await take_in(channel, account_id, *rest)

        monkeypatch.setattr(runtime.deliveries, "store", store)
        bot_api.receive_from_user(42, "uno", bot_id=777)
        await pauses.taken(1)
        assert [state.reason for state in await states(runtime)] == [PollingTrouble.FAILED]
        bot_api.receive_from_user(43, "dos")
        assert await arrived(runtime, 1) == ["dos"]
        monkeypatch.undo()
        pauses.end_one()
        assert await arrived(runtime, 2) == ["dos", "uno"]


async def test_a_bot_whose_secrets_do_not_open_stops_no_other(
    polling: Settings, database_url: str, bot_api: BotApi, conn: Connection
) -> None:
    conn.execute(
        """INSERT INTO app.channels (channel, account_id, creator_id, token_sealed, secret_sealed, secret_sha256)
           VALUES ('telegram', '1', 'eva', %s, %s, 'x')""",
        (bytes(40), bytes(40)),
    )
    bot_api.receive_from_user(42, "uno")
    async with polled(polling, database_url, Pauses()) as runtime:
        assert await arrived(runtime, 1) == ["uno"]


@pytest.mark.parametrize(
    ("trouble", "tries", "seconds"),
    [
        (PollingTrouble.OTHER_POLLER, 1, 3),
        (PollingTrouble.OTHER_POLLER, 5, 48),
        (PollingTrouble.OTHER_POLLER, 1000, 60),
        (PollingTrouble.TOKEN_REFUSED, 1, 10),
        (PollingTrouble.TOKEN_REFUSED, 1000, 900),
    ],
)
def test_a_pause_grows_up_to_a_limit(trouble: PollingTrouble, tries: int, seconds: float) -> None:
    assert pause_after(trouble, tries) == seconds


async def test_what_telegram_tells_about_a_message_reaches_the_conversation(
    polling: Settings, database_url: str, bot_api: BotApi
) -> None:
    async with polled(polling, database_url, Pauses()) as runtime:
        bot_api.receive_from_user(42, "BAJA", forward_date=1, message_thread_id=55, is_topic_message=True)
        bot_api.receive_from_user(42, pinned_message={"message_id": 1})
        await arrived(runtime, 2)
        rows = await runtime.conversations.select("SELECT forwarded, note FROM {messages} ORDER BY position")
    assert [tuple(row.values()) for row in rows] == [(True, None), (False, "pinned_message")]


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
