"""Telegram against a server that plays the Bot API: what becomes of a send, and how updates come in."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import UUID

import httpx
import pytest

from processes.channels.base import (
    Accepted,
    Account,
    ChannelError,
    ChannelName,
    Content,
    ErrorClass,
    Outcome,
    RefusedDelivery,
    Rejected,
    Uncertain,
    VerifiedDelivery,
)
from processes.channels.http_client import TIMEOUT, PlatformClient
from processes.channels.telegram import Bot, PollingConflict, Telegram, secret_hash
from processes.channels.telegram_updates import ALLOWED_UPDATES
from tests.harness.waiting import until
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi

ACCOUNT = Account(ChannelName.TELEGRAM, str(BOT_ID), TOKEN)
SEND_ID = UUID("00000000-0000-4000-8000-000000000001")
SECRET = "a-secret-of-forty-three-characters_012345678"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(repeat_after=0.02) as api:
        yield api


@pytest.fixture
async def client(api: BotApi) -> AsyncIterator[PlatformClient]:
    async with PlatformClient(api.url) as client:
        yield client


@pytest.fixture
def telegram(client: PlatformClient) -> Telegram:
    return Telegram(client)


async def send(telegram: Telegram, text: str = "¡Hola!", to: str = "42", account: Account = ACCOUNT) -> Outcome:
    return await telegram.send(account, to, Content(text), SEND_ID)


async def test_a_message_arrives_as_plain_text_and_is_known_by_chat_and_number(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola")
    outcome = await send(telegram, "*50 %* de <descuento>_")
    (sent,) = api.sent
    assert outcome == Accepted((f"42:{sent.message_id}",))
    assert (sent.chat_id, sent.text) == (42, "*50 %* de <descuento>_")
    assert set(api.calls[0].parameters) == {"chat_id", "text"}


async def test_an_answer_goes_to_the_topic_that_it_belongs_to(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola", message_thread_id=55, is_topic_message=True)
    assert isinstance(await telegram.send(ACCOUNT, "42", Content("¡Hola!", "55"), SEND_ID), Accepted)
    (sent,) = api.sent
    assert sent.message_thread_id == 55
    gone = await telegram.send(ACCOUNT, "42", Content("¡Hola!", "56"), SEND_ID)
    assert isinstance(gone, Rejected)
    assert gone.error_class is ErrorClass.REJECTED


async def test_the_answer_to_a_business_message_goes_the_same_way(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola")
    outcome = await send(telegram, account=replace(ACCOUNT, business_connection_id="b"))
    (sent,) = api.sent
    assert sent.business_connection_id == "b"
    assert outcome == Accepted((f"b:42:{sent.message_id}",))


@pytest.mark.parametrize(
    ("code", "description", "parameters", "error_class"),
    [
        (400, "Bad Request: chat not found", {}, ErrorClass.SUPPRESS),
        (403, "Forbidden: bot was blocked by the user", {}, ErrorClass.SUPPRESS),
        (403, "Forbidden: bot can't initiate conversation with a user", {}, ErrorClass.SUPPRESS),
        (403, "Forbidden: user is deactivated", {}, ErrorClass.SUPPRESS),
        (403, "Forbidden: something about the bot", {}, ErrorClass.REJECTED),
        (429, "Too Many Requests: retry after 3", {"retry_after": 3}, ErrorClass.DEFER),
        (400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": 43}, ErrorClass.READDRESS),
        (400, "Bad Request: message is too long", {}, ErrorClass.CONTENT),
        (400, "Bad Request: can't parse entities", {}, ErrorClass.CONTENT),
        (409, "Conflict: something else is at work", {}, ErrorClass.CONFIG),
        (401, "Unauthorized", {}, ErrorClass.CHANNEL_DOWN),
        (404, "Not Found", {}, ErrorClass.CHANNEL_DOWN),
        (400, "Bad Request: something new", {}, ErrorClass.REJECTED),
        (418, "I'm a teapot", {}, ErrorClass.REJECTED),
    ],
)
async def test_a_refusal_is_understood_and_nothing_arrived(
    api: BotApi,
    telegram: Telegram,
    code: int,
    description: str,
    parameters: dict[str, int],
    error_class: ErrorClass,
) -> None:
    api.refuse_next(code, description, parameters)
    outcome = await send(telegram)
    assert isinstance(outcome, Rejected)
    assert (outcome.error_class, outcome.code, outcome.http_status) == (error_class, code, code)
    assert outcome.detail == description
    assert outcome.retry_after == (timedelta(seconds=3) if code == 429 else None)
    assert (len(api.calls), api.sent) == (1, [])


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_leaves_it_uncertain_because_the_message_may_have_arrived(
    api: BotApi, telegram: Telegram, status: int
) -> None:
    api.receive_from_user(42, "hola")
    api.answer_next(status, {"ok": False, "error_code": status, "description": "Oops"}, delivered=True)
    assert isinstance(await send(telegram), Uncertain)
    assert len(api.sent) == 1
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ""),
        (200, "<html>welcome to the hotel's network</html>"),
        (200, "[]"),
        (200, '{"ok": true}'),
        (200, '{"ok": true, "result": {"message_id": "\\ud800\\u0000"'),
        (200, '{"ok": true, "result": true}'),
        (200, '{"ok": false}'),
        (302, ""),
        (400, "<html>bad request</html>"),
        (403, "<html>forbidden by the proxy</html>"),
        (502, "<html>bad gateway</html>"),
    ],
)
async def test_an_answer_that_nobody_can_read_leaves_it_uncertain(
    api: BotApi, telegram: Telegram, status: int, body: str
) -> None:
    api.answer_next(status, body)
    assert isinstance(await send(telegram), Uncertain)
    assert len(api.calls) == 1


async def test_a_connection_closed_without_an_answer_leaves_it_uncertain(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola")
    api.drop_next(delivered=True)
    assert isinstance(await send(telegram), Uncertain)
    assert len(api.calls) == len(api.sent) == 1


async def test_an_answer_that_does_not_come_in_time_leaves_it_uncertain(api: BotApi) -> None:
    api.receive_from_user(42, "hola")
    api.hold_next()
    async with PlatformClient(api.url, timeout=httpx.Timeout(60, read=0.2)) as impatient:
        assert await send(Telegram(impatient)) == Uncertain("ReadTimeout")
    assert len(api.sent) == 1


async def test_nobody_listening_means_certainly_not_sent() -> None:
    with BotApi() as gone:
        url = gone.url
    async with PlatformClient(url) as client:
        outcome = await send(Telegram(client))
    assert outcome == Rejected(ErrorClass.NOT_SENT, detail="ConnectError")


async def test_no_free_connection_means_certainly_not_sent(api: BotApi) -> None:
    api.receive_from_user(42, "hola")
    api.hold_next()
    timeout = httpx.Timeout(10, pool=0.05)
    async with PlatformClient(api.url, timeout=timeout, most=1) as busy:
        telegram = Telegram(busy)
        first = asyncio.create_task(send(telegram))
        await asyncio.to_thread(api.wait_until, lambda: api.holding == 1)
        assert await send(telegram) == Rejected(ErrorClass.NOT_SENT, detail="PoolTimeout")
        api.release()
        assert isinstance(await first, Accepted)


@pytest.mark.parametrize("text", ["x" * 4096, "ñ" * 4096, "💪" * 4096])
async def test_a_text_of_exactly_the_limit_is_sent(api: BotApi, telegram: Telegram, text: str) -> None:
    api.receive_from_user(42, "hola")
    assert isinstance(await send(telegram, text), Accepted)


@pytest.mark.parametrize("text", ["", "  \n", "\ud800"])
async def test_a_text_that_cannot_be_sent_is_refused_without_a_call(api: BotApi, telegram: Telegram, text: str) -> None:
    outcome = await send(telegram, text)
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is ErrorClass.CONTENT
    assert api.calls == []


@pytest.mark.parametrize("to", ["", "@ana", "42/../..", "4 2", "٤٢"])
async def test_an_address_that_is_no_chat_is_refused_without_a_call(api: BotApi, telegram: Telegram, to: str) -> None:
    outcome = await send(telegram, to=to)
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is ErrorClass.REJECTED
    assert api.calls == []


async def test_a_person_who_blocks_the_bot_is_not_reached_until_they_come_back(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola")
    api.block(42)
    assert isinstance(await send(telegram), Rejected)
    api.unblock(42)
    assert isinstance(await send(telegram), Accepted)


async def test_a_bot_cannot_write_first(telegram: Telegram) -> None:
    outcome = await send(telegram)
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is ErrorClass.SUPPRESS


@pytest.mark.parametrize("token", ["999:unknown-token", "nonsense", "123/../getMe", "", "123456:with space"])
async def test_a_wrong_token_is_a_channel_that_is_down(telegram: Telegram, token: str) -> None:
    outcome = await send(telegram, account=replace(ACCOUNT, token=token))
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is ErrorClass.CHANNEL_DOWN


@pytest.mark.parametrize("token", ["nonsense", "123/../getMe", f"{TOKEN}/getMe?", "", "123456:with space"])
async def test_what_is_no_token_never_becomes_part_of_an_address(token: str) -> None:
    async with PlatformClient("http://127.0.0.1:1") as nowhere:
        outcome = await send(Telegram(nowhere), account=replace(ACCOUNT, token=token))
    assert outcome == Rejected(ErrorClass.CHANNEL_DOWN, code=401, detail="this is not the token of a bot")


def test_a_call_has_time_limits_within_which_a_platform_can_be_slow() -> None:
    assert httpx.Timeout(connect=5, read=15, write=10, pool=5) == TIMEOUT


async def test_a_connection_is_kept_and_one_that_was_closed_is_made_anew(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola")
    for _ in range(3):
        assert isinstance(await send(telegram), Accepted)
    assert api.connected == 1
    await asyncio.to_thread(api.hang_up)
    assert isinstance(await send(telegram), Accepted)
    assert api.connected == 2


async def test_many_calls_are_in_the_air_at_once_each_over_its_own_connection(api: BotApi, telegram: Telegram) -> None:
    api.receive_from_user(42, "hola")
    api.hold_next()
    held = asyncio.create_task(send(telegram))
    await asyncio.to_thread(api.wait_until, lambda: api.holding == 1)
    assert isinstance(await send(telegram), Accepted)
    api.release()
    assert isinstance(await held, Accepted)


async def test_a_call_that_is_in_the_air_when_the_client_is_closed_is_uncertain(api: BotApi) -> None:
    api.receive_from_user(42, "hola")
    api.hold_next()
    async with PlatformClient(api.url) as client:
        held = asyncio.create_task(send(Telegram(client)))
        await asyncio.to_thread(api.wait_until, lambda: api.holding == 1)
    assert isinstance(await held, Uncertain)
    api.release()
    await until(lambda: api.open_connections == 0)


@pytest.mark.parametrize(
    ("no_proxy", "outcome"), [("", Rejected), ("127.0.0.1", Accepted)], ids=["by the proxy", "not by the proxy"]
)
async def test_the_proxy_of_the_environment_is_used(
    api: BotApi, monkeypatch: pytest.MonkeyPatch, no_proxy: str, outcome: type[object]
) -> None:
    api.receive_from_user(42, "hola")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", no_proxy)
    async with PlatformClient(api.url) as client:
        assert isinstance(await send(Telegram(client)), outcome)


# Connecting an account


async def test_a_token_tells_which_bot_it_is(telegram: Telegram) -> None:
    assert await telegram.get_me(TOKEN) == Bot(str(BOT_ID), "clonnect_test_bot", "Test")


async def test_a_wrong_token_cannot_be_connected(telegram: Telegram) -> None:
    with pytest.raises(ChannelError) as refused:
        await telegram.get_me("999:unknown")
    assert refused.value.error_class is ErrorClass.CHANNEL_DOWN


@pytest.mark.parametrize("name", ["X-Telegram-Bot-Api-Secret-Token", "x-telegram-bot-api-secret-token"])
def test_the_secret_of_a_webhook_names_the_bot(telegram: Telegram, name: str) -> None:
    secrets = {secret_hash("one"): "1", secret_hash("two"): "2"}
    assert telegram.verify({name: "two"}, b"{}", secrets) == VerifiedDelivery("2")


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"Other": "two"}])
def test_a_delivery_without_the_secret_is_refused(telegram: Telegram, headers: dict[str, str]) -> None:
    assert isinstance(telegram.verify(headers, b"{}", {secret_hash("two"): "2"}), RefusedDelivery)


@pytest.mark.parametrize("given", ["tw", "twoo", "Two", secret_hash("two")])
def test_a_delivery_with_a_wrong_secret_is_refused(telegram: Telegram, given: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": given}
    assert isinstance(telegram.verify(headers, b"{}", {secret_hash("two"): "2"}), RefusedDelivery)
    assert isinstance(telegram.verify(headers, b"{}", {}), RefusedDelivery)


# Webhook


class Receiver(HTTPServer):
    """An address for a webhook: answers with the statuses it was given, then 200."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Delivery)
        self.statuses = list(statuses)
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/webhook/telegram"


class _Delivery(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.deliveries.append((dict(self.headers.items()), raw))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(500) as receiver:
        thread = Thread(target=receiver.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


async def test_updates_are_posted_with_the_secret_and_repeated_until_they_are_taken(
    api: BotApi, telegram: Telegram, receiver: Receiver
) -> None:
    await telegram.set_webhook(ACCOUNT, receiver.url, SECRET)
    api.receive_from_user(42, "hola")
    await asyncio.to_thread(api.wait_until, lambda: api.pending() == 0)
    assert [push.status for push in api.pushes] == [500, 200]
    (headers, raw), again = receiver.deliveries
    assert again[1] == raw
    assert telegram.verify(headers, raw, {secret_hash(SECRET): "9"}) == VerifiedDelivery("9")


async def test_the_webhook_asks_for_one_connection_and_every_kind_of_update(api: BotApi, telegram: Telegram) -> None:
    await telegram.set_webhook(ACCOUNT, "https://example.org/webhook/telegram", SECRET)
    assert api.calls[0].parameters == {
        "url": "https://example.org/webhook/telegram",
        "secret_token": SECRET,
        "max_connections": 1,
        "allowed_updates": list(ALLOWED_UPDATES),
    }


async def test_a_webhook_that_telegram_does_not_take_is_an_error(telegram: Telegram) -> None:
    with pytest.raises(ChannelError):
        await telegram.set_webhook(ACCOUNT, "http://example.org/", SECRET)


# Long polling


async def test_updates_stay_until_a_higher_offset_confirms_them(api: BotApi, telegram: Telegram) -> None:
    first, second = api.receive_from_user(42, "hola"), api.receive_from_user(42, "¿precio?")
    assert await telegram.updates(ACCOUNT, None, 0) == [first, second]
    assert await telegram.updates(ACCOUNT, None, 0) == [first, second]
    assert await telegram.updates(ACCOUNT, first["update_id"] + 1, 0) == [second]
    assert await telegram.updates(ACCOUNT, second["update_id"] + 1, 0) == []
    assert api.pending() == 0


async def test_an_update_that_is_delivered_again_gives_the_same_item(api: BotApi, telegram: Telegram) -> None:
    update = api.receive_from_user(42, "hola")
    offset = update["update_id"] + 1
    assert await telegram.updates(ACCOUNT, offset, 0) == []
    api.redeliver_last()
    assert await telegram.updates(ACCOUNT, offset, 0) == [update]
    assert await telegram.updates(ACCOUNT, offset, 0) == []


async def test_a_poll_waits_for_the_next_message(api: BotApi, telegram: Telegram) -> None:
    poll = asyncio.create_task(telegram.updates(ACCOUNT, None))
    await asyncio.to_thread(api.wait_until, lambda: len(api.calls) == 1)
    update = api.receive_from_user(42, "hola")
    assert await poll == [update]
    assert api.calls[0].parameters["allowed_updates"] == list(ALLOWED_UPDATES)


async def test_of_two_pollers_the_first_is_told_to_stop(api: BotApi, telegram: Telegram) -> None:
    first = asyncio.create_task(telegram.updates(ACCOUNT, None))
    await asyncio.to_thread(api.wait_until, lambda: len(api.calls) == 1)
    assert await telegram.updates(ACCOUNT, None, 0) == []
    with pytest.raises(PollingConflict):
        await first


async def test_a_webhook_ends_polling_until_it_is_deleted_and_nothing_is_lost(api: BotApi, telegram: Telegram) -> None:
    with BotApi() as gone:
        nowhere = gone.url
    await telegram.set_webhook(ACCOUNT, nowhere, SECRET)
    update = api.receive_from_user(42, "hola")
    with pytest.raises(PollingConflict):
        await telegram.updates(ACCOUNT, None, 0)
    await telegram.delete_webhook(ACCOUNT)
    assert await telegram.updates(ACCOUNT, None, 0) == [update]


async def test_a_poll_that_is_refused_for_a_while_says_for_how_long(api: BotApi, telegram: Telegram) -> None:
    api.refuse_next(429, "Too Many Requests: retry after 5", {"retry_after": 5}, method="getUpdates")
    with pytest.raises(ChannelError) as refused:
        await telegram.updates(ACCOUNT, None, 0)
    assert (refused.value.error_class, refused.value.retry_after) == (ErrorClass.DEFER, timedelta(seconds=5))


@pytest.mark.parametrize("body", ["", "<html>", '{"ok": true, "result": 3}', '{"ok": true}'])
async def test_a_poll_with_an_unreadable_answer_is_an_error_and_loses_nothing(
    api: BotApi, telegram: Telegram, body: str
) -> None:
    update = api.receive_from_user(42, "hola")
    api.answer_next(200, body, method="getUpdates")
    with pytest.raises(ChannelError):
        await telegram.updates(ACCOUNT, None, 0)
    assert await telegram.updates(ACCOUNT, None, 0) == [update]


# Secrets


async def test_the_token_is_in_no_log_line_even_when_everything_is_logged(
    api: BotApi, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    for logger in (None, "httpx", "aiohttp.client"):
        caplog.set_level(logging.DEBUG, logger)
        logging.getLogger(logger).debug("heard %s", logger)
    api.receive_from_user(42, "hola")
    await send(telegram)
    api.drop_next()
    await send(telegram)
    await telegram.get_me(TOKEN)
    assert "heard aiohttp.client" in caplog.text
    assert TOKEN not in caplog.text


async def test_the_token_is_in_no_outcome_even_when_the_answer_quotes_it(api: BotApi, telegram: Telegram) -> None:
    api.refuse_next(404, f"Not Found: /bot{TOKEN}/sendMessage")
    assert TOKEN not in repr(await send(telegram))
    assert TOKEN not in repr(ACCOUNT)


@pytest.mark.parametrize("method", ["getMe", "getUpdates", "setWebhook", "deleteWebhook"])
async def test_no_error_carries_the_token_or_the_request(api: BotApi, telegram: Telegram, method: str) -> None:
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "getMe": lambda: telegram.get_me(TOKEN),
        "getUpdates": lambda: telegram.updates(ACCOUNT, None, 0),
        "setWebhook": lambda: telegram.set_webhook(ACCOUNT, "https://example.org/", SECRET),
        "deleteWebhook": lambda: telegram.delete_webhook(ACCOUNT),
    }
    api.drop_next(method=method)
    api.refuse_next(400, f"Bad Request: /bot{TOKEN}/{method}", method=method)
    for _ in range(2):
        with pytest.raises(ChannelError) as failed:
            await calls[method]()
        assert TOKEN not in "".join(traceback.format_exception(failed.value))
        assert failed.value.__context__ is None  # an exception of httpx would carry its request
        assert failed.value.__cause__ is None
