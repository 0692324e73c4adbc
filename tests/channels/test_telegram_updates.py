"""What a Telegram update becomes, and that nothing which arrives can break the reader."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.channels.base import (
    AccountNotice,
    AttachmentKind,
    ChannelName,
    Echo,
    Edited,
    IncomingAttachment,
    Item,
    Message,
    Postback,
    Reachability,
    Reaction,
    Service,
    Unknown,
    Unsent,
)
from processes.channels.telegram_updates import ALLOWED_UPDATES, read_update
from tests.channels.telegram_payloads import ANA, GOLDEN, message

WRITTEN = datetime.fromtimestamp(1734950000, UTC)
RECEIVED = WRITTEN + timedelta(minutes=5)
EVERY_UPDATE = pytest.mark.parametrize("update", GOLDEN.values(), ids=GOLDEN.keys())

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


def read(update: object, received_at: datetime = RECEIVED) -> list[Item]:
    return read_update(json.dumps(update).encode(), "9", received_at)


def the_item(name: str) -> Item:
    (item,) = read(GOLDEN[name])
    return item


def the_message(**fields: Any) -> Message:
    (item,) = read({"update_id": 7, "message": message(**fields)})
    assert isinstance(item, Message)
    return item


def test_a_text_is_a_message_with_its_author_and_opens_the_conversation() -> None:
    assert the_item("text") == Message(
        channel=ChannelName.TELEGRAM,
        account_id="9",
        platform_user_id="42",
        dedupe_key="42:1",
        occurred_at=WRITTEN,
        received_at=RECEIVED,
        opens_window=True,
        message_id="42:1",
        text="hola",
        name="Ana Ruiz",
        username="ana",
    )


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("photo", IncomingAttachment(kind=AttachmentKind.IMAGE, ref="large", caption="¿qué es?")),
        ("voice", IncomingAttachment(kind=AttachmentKind.VOICE, ref="f", mime="audio/ogg", size=9000)),
        ("audio", IncomingAttachment(kind=AttachmentKind.AUDIO, ref="f", filename="song.mp3")),
        ("video", IncomingAttachment(kind=AttachmentKind.VIDEO, ref="f")),
        ("video_note", IncomingAttachment(kind=AttachmentKind.VIDEO, ref="f")),
        ("document", IncomingAttachment(kind=AttachmentKind.FILE, ref="f", filename="cv.pdf")),
        ("sticker", IncomingAttachment(kind=AttachmentKind.STICKER, ref="f")),
        ("animation", IncomingAttachment(kind=AttachmentKind.VIDEO, ref="f")),
        ("location", IncomingAttachment(kind=AttachmentKind.LOCATION, ref="40.4,-3.7")),
        ("contact", IncomingAttachment(kind=AttachmentKind.CONTACT, ref="+34611", caption="Luis")),
        ("poll", IncomingAttachment(kind=AttachmentKind.UNKNOWN, ref="")),
    ],
)
def test_media_is_a_message_with_one_attachment(name: str, attachment: IncomingAttachment) -> None:
    item = the_item(name)
    assert isinstance(item, Message)
    assert item.attachments == (attachment,)
    assert item.text == (attachment.caption or "" if name == "photo" else "")
    assert item.opens_window


@pytest.mark.parametrize(
    ("words", "started"),
    [("/start", True), ("/start promo7", True), ("/start@my_bot x", True), ("/started", False), ("hola /start", False)],
)
def test_only_the_start_command_itself_is_the_start_button(words: str, started: bool) -> None:
    assert the_message(text=words).started == started


def test_a_reply_knows_what_it_answers() -> None:
    item = the_item("reply")
    assert isinstance(item, Message)
    assert item.reply_to == "42:2"


def test_an_edit_refers_to_the_message_and_opens_nothing() -> None:
    item = the_item("edit")
    assert isinstance(item, Edited)
    assert (item.refers_to, item.text, item.opens_window) == ("42:1", "hola!", False)
    assert item.occurred_at == WRITTEN + timedelta(minutes=1)
    assert item.dedupe_key == "update:7"


def test_a_button_is_a_postback_of_the_person_and_not_of_the_bot() -> None:
    item = the_item("button")
    assert isinstance(item, Postback)
    assert (item.platform_user_id, item.payload, item.refers_to) == ("42", "PRICE", "42:5")
    assert (item.opens_window, item.occurred_at, item.note) == (True, RECEIVED, None)


def test_a_reaction_says_what_is_left_of_it() -> None:
    given_item, removed = the_item("reaction"), the_item("reaction removed")
    assert isinstance(given_item, Reaction)
    assert isinstance(removed, Reaction)
    assert (given_item.refers_to, given_item.emojis, removed.emojis) == ("42:1", ("👍",), ())
    assert not given_item.opens_window


def test_blocking_the_bot_and_coming_back_is_noticed() -> None:
    blocked, back = the_item("blocked"), the_item("back")
    assert isinstance(blocked, Reachability)
    assert isinstance(back, Reachability)
    assert (blocked.reachable, back.reachable) == (False, True)
    assert blocked.platform_user_id == "42"


def test_a_message_to_the_business_account_is_another_than_one_to_the_bot() -> None:
    to_account, to_bot = the_item("business"), the_item("text")
    assert isinstance(to_account, Message)
    assert (to_account.platform_user_id, to_account.business_connection_id) == ("42", "b")
    assert to_account.dedupe_key != to_bot.dedupe_key


@pytest.mark.parametrize(("name", "own"), [("business, ours", True), ("business, owner typed", False)])
def test_what_the_business_account_writes_is_an_echo_about_the_follower(name: str, own: bool) -> None:
    item = the_item(name)
    assert isinstance(item, Echo)
    assert (item.platform_user_id, item.message_id, item.own) == ("42", "b:42:1", own)
    assert not item.opens_window


def test_an_edit_in_the_business_account_refers_to_its_message() -> None:
    item = the_item("business edit")
    assert isinstance(item, Edited)
    assert item.refers_to == "b:42:1"


def test_what_nobody_signed_in_the_business_account_is_not_guessed() -> None:
    update = {"update_id": 7, "business_message": GOLDEN["business"]["business_message"] | {"from": None}}
    (item,) = read(update)
    assert isinstance(item, Unknown)
    assert not item.ignored


def test_a_business_connection_is_a_notice_about_the_account() -> None:
    item = the_item("business connection")
    assert isinstance(item, AccountNotice)
    assert item.facts == {
        "business_connection_id": "b",
        "owner_id": "77",
        "enabled": True,
        "can_reply": True,
    }


def test_each_deleted_message_is_unsent_on_its_own() -> None:
    items = read(GOLDEN["business deleted"])
    assert [item.refers_to for item in items if isinstance(item, Unsent)] == ["b:42:1", "b:42:2"]
    assert len({item.dedupe_key for item in items}) == 2


@pytest.mark.parametrize("name", ["group", "bot"])
def test_groups_and_bots_are_ignored_with_a_note(name: str) -> None:
    item = the_item(name)
    assert isinstance(item, Unknown)
    assert item.ignored
    assert item.why


@pytest.mark.parametrize(
    "field",
    [
        {"forward_origin": {"type": "user", "date": 1, "sender_user": {"id": 5, "is_bot": False, "first_name": "B"}}},
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "B"}},
        {"forward_origin": {"type": "channel", "date": 1, "chat": {"id": -1, "type": "channel"}, "message_id": 5}},
        {"forward_date": 1},  # before Bot API 7.0
    ],
)
def test_what_is_forwarded_is_marked(field: dict[str, Any]) -> None:
    assert the_message(text="BAJA", **field).forwarded
    assert not the_message(text="BAJA").forwarded


def test_a_topic_is_told_and_a_chain_of_replies_is_none() -> None:
    assert the_message(text="hola", message_thread_id=55, is_topic_message=True).thread == "55"
    assert the_message(text="hola", message_thread_id=55).thread is None
    button = {"id": "q", "from": ANA, "data": "x"} | {
        "message": message(message_thread_id=55, is_topic_message=True),
    }
    (item,) = read({"update_id": 7, "callback_query": button})
    assert isinstance(item, Postback)
    assert item.thread == "55"


def test_the_parts_of_an_album_name_it() -> None:
    assert the_message(photo=[{"file_id": "f"}], media_group_id="13370").album == "13370"
    assert the_message(text="hola").album is None


def test_who_has_no_username_is_told_apart_from_one_that_is_not_told() -> None:
    nobody = {"id": 42, "is_bot": False, "first_name": "Ana"}
    assert the_message(text="hola", **{"from": nobody}).username == ""
    (item,) = read({"update_id": 7, "message": {"message_id": 1, "chat": {"id": 42, "type": "private"}, "text": "x"}})
    assert isinstance(item, Message)
    assert item.username is None


@pytest.mark.parametrize(
    "kind", ["pinned_message", "forum_topic_created", "boost_added", "write_access_allowed", "users_shared"]
)
def test_what_telegram_notes_is_no_message(kind: str) -> None:
    (item,) = read({"update_id": 7, "message": message(**{kind: {}})})
    assert isinstance(item, Service)
    assert (item.notes, item.platform_user_id, item.opens_window) == (kind, "42", False)
    assert item.dedupe_key == "42:1"


@pytest.mark.parametrize("kind", ["gift", "successful_payment", "web_app_data", "giveaway", "poll"])
def test_what_a_person_gives_us_is_a_message_for_a_person(kind: str) -> None:
    assert the_message(**{kind: {}}).attachments[0].kind is AttachmentKind.UNKNOWN


def test_a_button_is_known_by_its_own_id_because_those_of_updates_begin_anew() -> None:
    assert the_item("button").dedupe_key == "query:q"


def test_a_new_kind_of_update_is_kept_for_a_person_and_named() -> None:
    item = the_item("new kind")
    assert isinstance(item, Unknown)
    assert not item.ignored
    assert "something_new" in item.why


def test_we_ask_telegram_for_every_kind_of_update_that_we_read_reactions_included() -> None:
    assert set(ALLOWED_UPDATES) == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "message_reaction",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
    }


@pytest.mark.parametrize(
    ("date", "occurred_at", "note"),
    [
        (1734950000, WRITTEN, None),
        ("1734950000", WRITTEN, None),
        (1734950000000, WRITTEN, None),
        ("2024-12-23T10:33:20Z", WRITTEN, None),
        ("2024-12-23T11:33:20+01:00", WRITTEN, None),
        ("2024-12-23T10:33:20", WRITTEN, None),
        (1999999999, RECEIVED, None),
        ("yesterday", RECEIVED, "unreadable time"),
        (10**30, RECEIVED, "unreadable time"),
        (0, RECEIVED, "unreadable time"),
        (True, RECEIVED, "unreadable time"),
        (None, RECEIVED, None),
    ],
)
def test_a_strange_time_costs_no_message(date: object, occurred_at: datetime, note: str | None) -> None:
    item = the_message(text="hola", date=date)
    assert (item.text, item.occurred_at, item.note) == ("hola", occurred_at, note)


@EVERY_UPDATE
def test_the_same_update_twice_is_the_same_thing_twice(update: dict[str, Any]) -> None:
    later = read(update, RECEIVED + timedelta(hours=1))
    assert [item.dedupe_key for item in read(update)] == [item.dedupe_key for item in later]


def test_a_message_is_recognised_when_a_webhook_repeats_what_a_poll_has_seen() -> None:
    again = GOLDEN["text"] | {"update_id": 8}
    assert read(again)[0].dedupe_key == the_item("text").dedupe_key


@EVERY_UPDATE
def test_fields_that_telegram_adds_tomorrow_change_nothing(update: dict[str, Any]) -> None:
    extended = {
        key: value | {"new_field": {"a": [1]}} if isinstance(value, dict) else value for key, value in update.items()
    }
    assert read(extended) == read(update)


@EVERY_UPDATE
def test_a_truncated_update_is_kept_as_unknown(update: dict[str, Any]) -> None:
    raw = json.dumps(update).encode()
    for length in range(len(raw)):
        (item,) = read_update(raw[:length], "9", RECEIVED)
        assert isinstance(item, Unknown)
        assert not item.ignored


def without_each_field(value: object) -> list[object]:
    """Every version of a JSON value in which one thing is missing or is nonsense."""
    versions: list[object] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            rest = {other: kept for other, kept in value.items() if other != key}
            versions += [rest, rest | {key: None}, rest | {key: [{}]}, rest | {key: "\ud800"}]
            versions += [rest | {key: version} for version in without_each_field(inner)]
    return versions


@EVERY_UPDATE
def test_an_update_with_a_hole_in_it_still_gives_items_that_can_be_stored(update: dict[str, Any]) -> None:
    for version in without_each_field(update):
        items = read(version)
        assert items
        for item in items:
            repr(item).encode()
            assert item.dedupe_key
            assert item.occurred_at <= item.received_at


def test_characters_that_no_database_stores_are_replaced() -> None:
    assert the_message(text="ho\ud800la\0").text == "ho\ufffdla"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert len(read_update(raw, "9", RECEIVED)) == 1


@given(anything)
def test_no_json_breaks_the_reader(value: object) -> None:
    assert read(value)


@given(st.sampled_from(ALLOWED_UPDATES), st.sampled_from(list(GOLDEN.values())), anything, st.data())
def test_nonsense_inside_a_known_update_does_not_break_the_reader(
    kind: str, update: dict[str, Any], value: Any, data: st.DataObject
) -> None:
    body: dict[str, Any] = next(body for key, body in update.items() if key != "update_id")
    spoiled = body | {data.draw(st.sampled_from(sorted(body))): value}
    for item in read({"update_id": value, kind: spoiled}):
        assert item.dedupe_key
        assert item.occurred_at <= item.received_at


def test_json_nested_too_deep_is_unknown() -> None:
    (item,) = read_update(b"[" * 100_000, "9", RECEIVED)
    assert isinstance(item, Unknown)
