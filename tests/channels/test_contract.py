"""What holds for every channel; a new one adds itself to `CHANNELS` and has to pass."""

import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.channels.base import (
    Accepted,
    Account,
    Channel,
    ChannelName,
    Content,
    ErrorAnswer,
    ErrorClass,
    Message,
    RefusedDelivery,
    Rejected,
    Uncertain,
    Unknown,
)
from processes.channels.http_client import PlatformClient
from processes.channels.simulator import Fate, Simulator
from processes.channels.telegram import Telegram
from tests.channels.book import InMemoryBook
from tests.platforms.bot_api import BOT_ID, TOKEN, BotApi

NOW: Final = datetime(2025, 3, 1, 10, 0, tzinfo=UTC)


class PlatformHarness(ABC):
    """A channel together with the platform behind it, as far as every channel can be asked for it."""

    channel: Channel
    account: Account
    person: str
    longest: str

    @abstractmethod
    def message(self, text: str) -> bytes:
        """A delivery in which the person says something."""

    @abstractmethod
    def arrived(self) -> list[str]:
        """The texts that reached the person."""

    @abstractmethod
    def refuse_next(self) -> None: ...

    @abstractmethod
    def lose_next_answer(self) -> None:
        """The next message arrives, but we are not told."""


class OnTelegram(PlatformHarness):
    longest = "ñ" * 4096
    person = "42"

    def __init__(self, api: BotApi, channel: Telegram) -> None:
        self.channel = channel
        self.account = Account(ChannelName.TELEGRAM, str(BOT_ID), TOKEN)
        self._api = api
        self._hello = api.receive_from_user(int(self.person), "hola")

    def message(self, text: str) -> bytes:
        return json.dumps(self._hello | {"message": self._hello["message"] | {"text": text}}).encode()

    def arrived(self) -> list[str]:
        return [sent.text for sent in self._api.sent]

    def refuse_next(self) -> None:
        self._api.refuse_next(403, "Forbidden: bot was blocked by the user")

    def lose_next_answer(self) -> None:
        self._api.drop_next(delivered=True)


class OnSimulator(PlatformHarness):
    longest = "ñ" * 500
    person = "99"

    def __init__(self) -> None:
        self._book = InMemoryBook()
        self._simulator = Simulator(self._book, lambda: NOW)
        self.channel = self._simulator
        self.account = Account(ChannelName.INSTAGRAM, "demo", "")

    def message(self, text: str) -> bytes:
        return json.dumps({"follower_id": "ig_99", "text": text, "message_id": "m1"}).encode()

    def arrived(self) -> list[str]:
        return [entry.text for entry in self._book.entries]

    def refuse_next(self) -> None:
        self._simulator.next_fate("ig_99", ErrorClass.SUPPRESS)

    def lose_next_answer(self) -> None:
        self._simulator.next_fate("ig_99", Fate.ACCEPTED_BUT_LOST)


CHANNELS: Final = ("telegram", "simulator")


@pytest.fixture(params=CHANNELS)
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[PlatformHarness]:
    match request.param:
        case "telegram":
            with BotApi() as api:
                async with PlatformClient(api.url) as client:
                    yield OnTelegram(api, Telegram(client))
        case "simulator":
            yield OnSimulator()


def test_a_message_says_whose_it_is_what_it_says_and_opens_the_conversation(platform: PlatformHarness) -> None:
    (item,) = platform.channel.parse(platform.message("¿cuánto cuesta?"), platform.account.account_id, NOW)
    assert isinstance(item, Message)
    assert (item.channel, item.account_id) == (platform.account.channel, platform.account.account_id)
    assert (item.platform_user_id, item.text) == (platform.person, "¿cuánto cuesta?")
    assert item.opens_window
    assert item.occurred_at <= item.received_at == NOW


def test_a_message_delivered_again_has_the_same_key(platform: PlatformHarness) -> None:
    raw = platform.message("hola")
    first = platform.channel.parse(raw, "a", NOW)
    again = platform.channel.parse(raw, "a", NOW + timedelta(hours=1))
    assert [item.dedupe_key for item in first] == [item.dedupe_key for item in again]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'"hola"', b"{", b"[" * 100_000, b"NaN"])
def test_what_cannot_be_read_is_one_unknown_item_with_a_reason(platform: PlatformHarness, raw: bytes) -> None:
    (item,) = platform.channel.parse(raw, "a", NOW)
    assert isinstance(item, Unknown)
    assert item.why
    assert not item.ignored


@pytest.mark.parametrize("secrets", [{}, {"": "a"}, {"x": "a"}])
def test_a_delivery_without_proof_is_refused(platform: PlatformHarness, secrets: dict[str, str]) -> None:
    assert isinstance(platform.channel.verify({}, platform.message("hola"), secrets), RefusedDelivery)


async def test_an_accepted_message_arrives_once_and_has_an_id(platform: PlatformHarness) -> None:
    outcome = await platform.channel.send(platform.account, platform.person, Content("¡Hola!"), uuid4())
    assert isinstance(outcome, Accepted)
    assert all(outcome.platform_message_ids)
    assert platform.arrived() == ["¡Hola!"]


async def test_two_messages_have_two_ids(platform: PlatformHarness) -> None:
    outcomes = [
        await platform.channel.send(platform.account, platform.person, Content("¡Hola!"), uuid4()) for _ in range(2)
    ]
    assert len({outcome.platform_message_ids for outcome in outcomes if isinstance(outcome, Accepted)}) == 2


async def test_a_refused_message_does_not_arrive_and_has_a_class(platform: PlatformHarness) -> None:
    platform.refuse_next()
    outcome = await platform.channel.send(platform.account, platform.person, Content("¡Hola!"), uuid4())
    assert isinstance(outcome, Rejected)
    assert outcome.error_class is ErrorClass.SUPPRESS
    assert platform.arrived() == []


async def test_a_lost_answer_is_uncertain_and_nothing_is_tried_twice(platform: PlatformHarness) -> None:
    platform.lose_next_answer()
    outcome = await platform.channel.send(platform.account, platform.person, Content("¡Hola!"), uuid4())
    assert isinstance(outcome, Uncertain)
    assert platform.arrived() == ["¡Hola!"]


async def test_a_text_above_the_limit_is_a_matter_of_content(platform: PlatformHarness) -> None:
    for text in (platform.longest + "x", "", " "):
        outcome = await platform.channel.send(platform.account, platform.person, Content(text), uuid4())
        assert isinstance(outcome, Rejected)
        assert outcome.error_class is ErrorClass.CONTENT
    assert platform.arrived() == []


@pytest.mark.parametrize(
    "channel", [Telegram(PlatformClient("http://localhost")), Simulator(InMemoryBook(), lambda: NOW)]
)
@given(raw=st.binary(max_size=300), status=st.none() | st.integers(), detail=st.text(max_size=50))
def test_nothing_that_a_platform_says_breaks_a_channel(
    channel: Channel, raw: bytes, status: int | None, detail: str
) -> None:
    assert channel.parse(raw, "a", NOW)
    assert channel.classify(ErrorAnswer(status, status, detail=detail)) in ErrorClass


@pytest.mark.parametrize("channel", [ChannelName.TELEGRAM, ChannelName.INSTAGRAM])
def test_an_account_never_shows_its_token(channel: ChannelName) -> None:
    assert "123:secret" not in repr(Account(channel, "9", "123:secret"))
