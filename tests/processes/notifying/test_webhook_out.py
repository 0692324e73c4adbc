"""A creator is told by a webhook: who can check it, what becomes of it, and what it never reaches."""

import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from processes.notifying.notified import Delivered, Notified, Postponed, Refused
from processes.notifying.webhook_out import WebhookOut, WebhookTarget, new_secret, what_is_wrong
from tests.platforms.certificates import self_signed, trusting
from tests.platforms.webhook_receiver import SECRET, PlayedReceiver
from tests.processes.notifying.notices import WAITING


@pytest.fixture
def receiver() -> Iterator[PlayedReceiver]:
    with PlayedReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def authorities() -> ssl.SSLContext:
    """Those that everybody trusts: to read them costs more than a test."""
    return httpx.create_ssl_context()


@pytest.fixture
async def webhook(authorities: ssl.SSLContext) -> AsyncIterator[WebhookOut]:
    async with WebhookOut(private=True, trusted=authorities) as webhook:
        yield webhook


def at(receiver: PlayedReceiver) -> WebhookTarget:
    return WebhookTarget(receiver.url(), SECRET)


async def test_a_receiver_can_check_who_told_it_and_what(webhook: WebhookOut, receiver: PlayedReceiver) -> None:
    assert await webhook.notify(at(receiver), WAITING) == Delivered()
    (told,) = receiver.told
    assert told.webhook_id == str(WAITING.notification_id)
    assert told.body == {
        "type": "notification.escalated",
        "timestamp": "2026-11-30T10:00:00+00:00",
        "data": {
            "notification_id": str(WAITING.notification_id),
            "creator_id": "lucia",
            "lead_id": str(WAITING.lead_id),
            "follower_id": str(WAITING.follower_id),
            "title": WAITING.title,
            "text": WAITING.text,
            "url": WAITING.url,
        },
    }


async def test_who_is_told_twice_knows_it_again(webhook: WebhookOut, receiver: PlayedReceiver) -> None:
    await webhook.notify(at(receiver), WAITING)
    await webhook.notify(at(receiver), WAITING)
    assert len({told.webhook_id for told in receiver.told}) == 1


async def test_without_the_right_secret_nobody_believes_us(webhook: WebhookOut, receiver: PlayedReceiver) -> None:
    target = WebhookTarget(receiver.url(), new_secret())
    assert await webhook.notify(target, WAITING) == Refused("it answered HTTP 401")
    assert receiver.told == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Delivered()),
        (202, Delivered()),
        (204, Delivered()),
        (301, Refused("it answered HTTP 301")),
        (307, Refused("it answered HTTP 307")),
        (400, Refused("it answered HTTP 400")),
        (404, Refused("it answered HTTP 404")),
        (408, Postponed("it answered HTTP 408")),
        (410, Refused("it answered HTTP 410", gone=True)),
        (425, Postponed("it answered HTTP 425")),
        (429, Postponed("it answered HTTP 429")),
        (500, Postponed("it answered HTTP 500")),
        (503, Postponed("it answered HTTP 503")),
    ],
)
async def test_the_status_alone_says_what_became_of_it(
    webhook: WebhookOut, receiver: PlayedReceiver, status: int, outcome: Notified
) -> None:
    receiver.status = status
    assert await webhook.notify(at(receiver), WAITING) == outcome


async def test_a_redirect_is_not_followed(webhook: WebhookOut, receiver: PlayedReceiver) -> None:
    receiver.status = 307
    receiver.headers = {"Location": receiver.url()}
    await webhook.notify(at(receiver), WAITING)
    assert receiver.requests == 1


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("99999999999", timedelta(days=1)),
        ("-5", None),
        ("soon", None),
        ("Fri, 01 Jan 2021 00:00:00 GMT", timedelta(0)),
        ("Fri, 01 Jan 2021 00:00:00", timedelta(0)),
    ],
)
async def test_who_is_busy_says_how_long(
    webhook: WebhookOut, receiver: PlayedReceiver, asked: str, wait: timedelta | None
) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": asked}
    assert await webhook.notify(at(receiver), WAITING) == Postponed("it answered HTTP 503", wait)


async def test_who_is_busy_may_also_say_until_when(webhook: WebhookOut, receiver: PlayedReceiver) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(hours=5), usegmt=True)
    receiver.status, receiver.headers = 429, {"Retry-After": until}
    outcome = await webhook.notify(at(receiver), WAITING)
    assert isinstance(outcome, Postponed)
    assert outcome.retry_after is not None
    assert timedelta(hours=4) < outcome.retry_after <= timedelta(hours=5)


async def test_who_does_not_answer_in_time_is_told_later(receiver: PlayedReceiver) -> None:
    receiver.hold = True
    async with WebhookOut(private=True, within_seconds=0.05) as webhook:
        assert await webhook.notify(at(receiver), WAITING) == Postponed("it gave no answer in time")


async def test_where_nobody_listens_it_is_tried_later(webhook: WebhookOut) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        target = WebhookTarget(f"http://127.0.0.1:{silent.getsockname()[1]}/", SECRET)
        assert await webhook.notify(target, WAITING) == Postponed("it cannot be reached")


async def test_who_is_known_by_a_certificate_is_told_over_tls(tmp_path: Path) -> None:
    with PlayedReceiver(self_signed(tmp_path)) as receiver:
        async with WebhookOut(private=True, trusted=trusting(tmp_path)) as webhook:
            assert await webhook.notify(at(receiver), WAITING) == Delivered()


async def test_whose_certificate_nobody_trusts_is_told_nothing(webhook: WebhookOut, tmp_path: Path) -> None:
    with PlayedReceiver(self_signed(tmp_path)) as receiver:
        assert await webhook.notify(at(receiver), WAITING) == Postponed("its certificate is not trusted")
        assert receiver.requests == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
async def test_nobody_reaches_our_own_machine_by_an_address_of_theirs(tmp_path: Path, host: str) -> None:
    with PlayedReceiver(self_signed(tmp_path)) as receiver:
        async with WebhookOut(trusted=trusting(tmp_path)) as webhook:
            outcome = await webhook.notify(WebhookTarget(receiver.url(host), SECRET), WAITING)
            assert outcome == Refused("the address is not public")
        assert receiver.requests == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://2130706433/hook",
        "https://127.1/hook",
        f"https://{'a' * 70}.example/hook",
        "https://a..example/hook",
        "https://a b.example/hook",
        "https://.example/hook",
        "https://[::1/hook",
        "https://host:99999/hook",
    ],
)
async def test_an_address_that_is_none_is_refused(authorities: ssl.SSLContext, url: str) -> None:
    async with WebhookOut(trusted=authorities) as webhook:
        assert await webhook.notify(WebhookTarget(url, SECRET), WAITING) == Refused("the address cannot be read")


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://hooks.example.com/a?b=c", None),
        ("https://hooks.example.com:8443/", None),
        ("http://hooks.example.com/", "the address does not begin with https://"),
        ("file:///etc/passwd", "the address does not begin with https://"),
        ("hooks.example.com", "the address does not begin with https://"),
        ("", "the address does not begin with https://"),
        ("https:///path", "the address names no host"),
        ("https://ana:secret@hooks.example.com/", "the address contains a name or a password"),
        ("https://host:port/", "the address cannot be read"),
    ],
)
def test_an_address_can_be_judged_before_anything_is_sent(url: str, wrong: str | None) -> None:
    assert what_is_wrong(url) == wrong


def test_only_who_allows_it_is_told_without_tls() -> None:
    assert what_is_wrong("http://localhost:8080/", private=True) is None
    assert what_is_wrong("ftp://localhost/", private=True) is not None


def test_an_address_and_its_secret_are_not_shown() -> None:
    shown = repr(WebhookTarget("https://hooks.example.com/T0K3N", SECRET))
    assert "T0K3N" not in shown
    assert SECRET not in shown


async def test_whatever_a_message_holds_can_be_signed(webhook: WebhookOut, receiver: PlayedReceiver) -> None:
    odd = replace(WAITING, text="\u2028 \ud800 «»", url=None)
    assert await webhook.notify(at(receiver), odd) == Delivered()
    assert receiver.told[0].body["data"]["text"] == odd.text
