"""The simulator plays a platform: what is typed on a phone comes in, what is sent appears on it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from processes.channels.base import (
    Accepted,
    Account,
    ChannelName,
    Content,
    Echo,
    ErrorAnswer,
    ErrorClass,
    Item,
    Message,
    Outcome,
    Reaction,
    Read,
    Rejected,
    Uncertain,
    Unknown,
    Unsent,
)
from processes.channels.simulator import Entry, Fate, Simulator
from tests.channels.book import InMemoryBook

NOW = datetime(2025, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def book() -> InMemoryBook:
    return InMemoryBook()


@pytest.fixture
def simulator(book: InMemoryBook) -> Simulator:
    return Simulator(book, lambda: NOW)


def typed(simulator: Simulator, **body: Any) -> Item:
    (item,) = simulator.parse(json.dumps(body).encode(), "demo", NOW)
    return item


async def send(
    simulator: Simulator,
    text: str = "¡Hola!",
    channel: ChannelName = ChannelName.INSTAGRAM,
    send_id: UUID | None = None,
) -> Outcome:
    return await simulator.send(Account(channel, "demo", ""), "99", Content(text), send_id or uuid4())


def test_what_is_typed_on_a_phone_is_a_message_of_the_platform_that_is_played(simulator: Simulator) -> None:
    item = typed(simulator, follower_id="wa_34611", text="¿cuánto cuesta?", name="Ana", message_id="m1")
    assert item == Message(
        channel=ChannelName.WHATSAPP,
        account_id="demo",
        platform_user_id="34611",
        dedupe_key="wa_34611:m1:message",
        occurred_at=NOW,
        received_at=NOW,
        opens_window=True,
        message_id="m1",
        text="¿cuánto cuesta?",
        name="Ana",
    )


@pytest.mark.parametrize(
    ("follower_id", "channel", "person"),
    [
        ("ig_99", ChannelName.INSTAGRAM, "99"),
        ("wa_34611", ChannelName.WHATSAPP, "34611"),
        ("tg_42", ChannelName.TELEGRAM, "42"),
        ("sim_ana_ruiz", ChannelName.SIMULATOR, "ana_ruiz"),
    ],
)
def test_the_prefix_of_a_follower_chooses_the_platform(
    simulator: Simulator, follower_id: str, channel: ChannelName, person: str
) -> None:
    item = typed(simulator, follower_id=follower_id, text="hola")
    assert (item.channel, item.platform_user_id) == (channel, person)


def test_the_other_buttons_of_a_phone(simulator: Simulator) -> None:
    phone = {"follower_id": "ig_99", "refers_to": "sim:1"}
    reaction = typed(simulator, **phone, kind="reaction", text="❤️")
    unreaction = typed(simulator, **phone, kind="reaction")
    read = typed(simulator, **phone, kind="read")
    unsent = typed(simulator, **phone, kind="unsend")
    assert isinstance(reaction, Reaction)
    assert isinstance(unreaction, Reaction)
    assert isinstance(read, Read)
    assert isinstance(unsent, Unsent)
    assert (reaction.refers_to, reaction.emojis, unreaction.emojis) == ("sim:1", ("❤️",), ())
    assert (read.watermark, unsent.refers_to) == ("sim:1", "sim:1")
    assert not any(item.opens_window for item in (reaction, unreaction, read, unsent))


def test_an_echo_is_the_creator_who_answers_in_the_app_itself(simulator: Simulator) -> None:
    item = typed(simulator, follower_id="ig_99", kind="echo", text="Ya te contesto yo", message_id="m2")
    assert isinstance(item, Echo)
    assert (item.text, item.message_id, item.own, item.opens_window) == (
        "Ya te contesto yo",
        "m2",
        False,
        False,
    )


def test_a_message_may_have_been_written_earlier_but_not_later_than_now(simulator: Simulator) -> None:
    earlier = typed(simulator, follower_id="ig_99", text="hola", occurred_at="2025-02-27T10:00:00Z")
    later = typed(simulator, follower_id="ig_99", text="hola", occurred_at="2025-03-02T10:00:00Z")
    assert (earlier.occurred_at, later.occurred_at) == (NOW - timedelta(days=2), NOW)


def test_the_same_words_of_two_moments_are_two_messages_and_a_repeated_id_is_one(
    simulator: Simulator,
) -> None:
    raw, known = (
        b'{"follower_id":"ig_99","text":"hola"}',
        b'{"follower_id":"ig_99","text":"a","message_id":"1"}',
    )
    later = NOW + timedelta(seconds=1)

    def key(raw: bytes, at: datetime) -> str:
        return simulator.parse(raw, "demo", at)[0].dedupe_key

    assert key(raw, NOW) != key(raw, later)
    assert key(known, NOW) == key(known, later)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"text": "hola"}, "follower_id"),
        ({"follower_id": "99", "text": "hola"}, "follower_id"),
        ({"follower_id": "fb_99", "text": "hola"}, "follower_id"),
        ({"follower_id": "ig_", "text": "hola"}, "follower_id"),
        ({"follower_id": "ig_99"}, "text"),
        ({"follower_id": "ig_99", "text": "   "}, "text"),
        ({"follower_id": "ig_99", "text": "x" * 4097}, "text"),
        ({"follower_id": "ig_99", "text": "x", "kind": "reaction"}, "refers_to"),
        ({"follower_id": "ig_99", "text": "x", "kind": "wink"}, "kind"),
    ],
)
def test_what_no_phone_can_send_is_unknown_and_says_why(simulator: Simulator, body: dict[str, Any], path: str) -> None:
    item = typed(simulator, **body)
    assert isinstance(item, Unknown)
    assert item.path == path
    assert item.why


async def test_what_is_sent_appears_on_the_phone(simulator: Simulator, book: InMemoryBook) -> None:
    send_id = uuid4()
    assert await send(simulator, send_id=send_id) == Accepted((f"sim:{send_id}",))
    assert book.entries == [Entry(send_id, "demo", "ig_99", "¡Hola!", NOW)]


@pytest.mark.parametrize(
    ("channel", "longest"),
    [
        (ChannelName.INSTAGRAM, "ñ" * 500),
        (ChannelName.WHATSAPP, "ñ" * 4096),
        (ChannelName.TELEGRAM, "ñ" * 4096),
        (ChannelName.SIMULATOR, "ñ" * 4096),
    ],
)
async def test_the_limit_is_that_of_the_platform_that_is_played(
    simulator: Simulator, book: InMemoryBook, channel: ChannelName, longest: str
) -> None:
    assert isinstance(await send(simulator, longest, channel), Accepted)
    refused = await send(simulator, longest + "x", channel)
    assert isinstance(refused, Rejected)
    assert refused.error_class is ErrorClass.CONTENT
    assert len(book.entries) == 1


@pytest.mark.parametrize("error_class", [c for c in ErrorClass if c is not ErrorClass.UNCERTAIN])
async def test_every_class_of_refusal_can_be_played_once(
    simulator: Simulator, book: InMemoryBook, error_class: ErrorClass
) -> None:
    simulator.next_fate("ig_99", error_class)
    refused = await send(simulator)
    assert isinstance(refused, Rejected)
    assert refused.error_class is error_class
    assert (refused.retry_after is not None) == (error_class is ErrorClass.DEFER)
    assert book.entries == []
    assert isinstance(await send(simulator), Accepted)


@pytest.mark.parametrize("fate", [Fate.LOST, ErrorClass.UNCERTAIN])
async def test_a_lost_message_is_uncertain_and_the_book_knows_that_it_never_arrived(
    simulator: Simulator, fate: Fate | ErrorClass
) -> None:
    simulator.next_fate("ig_99", fate)
    send_id = uuid4()
    assert isinstance(await send(simulator, send_id=send_id), Uncertain)
    assert await simulator.lookup(send_id) is None


async def test_a_message_whose_answer_was_lost_is_uncertain_until_the_book_is_asked(
    simulator: Simulator, book: InMemoryBook
) -> None:
    simulator.next_fate("ig_99", Fate.ACCEPTED_BUT_LOST)
    send_id = uuid4()
    assert isinstance(await send(simulator, send_id=send_id), Uncertain)
    assert await simulator.lookup(send_id) == Accepted((f"sim:{send_id}",))
    assert len(book.entries) == 1


async def test_a_fate_meets_only_the_phone_that_it_was_set_for(simulator: Simulator) -> None:
    simulator.next_fate("wa_99", ErrorClass.SUPPRESS)
    assert isinstance(await send(simulator, channel=ChannelName.INSTAGRAM), Accepted)
    assert isinstance(await send(simulator, channel=ChannelName.WHATSAPP), Rejected)


@pytest.mark.parametrize("error_class", list(ErrorClass))
def test_a_refusal_of_the_simulator_is_called_by_its_class(simulator: Simulator, error_class: ErrorClass) -> None:
    assert simulator.classify(ErrorAnswer(None, detail=error_class.value)) is error_class
    assert simulator.classify(ErrorAnswer(None, detail="what?")) is ErrorClass.REJECTED
