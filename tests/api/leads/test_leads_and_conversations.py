"""Leads and conversations: each call with its body and exactly the fields of its answer."""

from typing import Any

import pytest

from tests.api.answers import (
    CONVERSATION,
    FOLLOWER,
    LAST_MESSAGE,
    LEAD,
    MESSAGE,
    MOVED,
    NEXT_FOLLOW_UP,
    PAGE,
    SENT,
    UUID,
    bad,
    good,
    words,
)
from tests.harness.program import Person, Serving

CALLS: list[tuple[str, Any, set[str]]] = [
    ("GET /dm/conversations/{c}", None, PAGE | words("conversations by_status")),
    ("GET /dm/conversations/{c}?unread=true&needs_person=false", None, PAGE | words("conversations by_status")),
    ("GET /dm/conversations/{c}/ig_5002/messages", None, PAGE | words("messages")),
    ("GET /dm/follower/{c}/ig_5002", None, FOLLOWER),
    ("PUT /dm/follower/{c}/ig_5002/status", {"status": "hot"}, MOVED),
    ("POST /dm/send/{c}", {"follower_id": "ig_5002", "message": "Hola, Luz"}, SENT),
    ("GET /dm/leads/{c}", None, PAGE | words("leads")),
    ("GET /dm/leads/{c}/ig_5002", None, words("lead")),
    ("POST /dm/leads/{c}", {"name": "Eva"}, words("lead")),
    ("POST /dm/leads/{c}/manual", {"name": "Eva"}, words("lead")),
    ("PUT /dm/leads/{c}/ig_5002", {"notes": "met"}, words("message lead")),
    ("DELETE /dm/leads/{c}/ig_5002", None, words("message deleted lead_id")),
    ("DELETE /dm/conversations/{c}/ig_5002", None, words("deleted")),
]


@pytest.mark.parametrize(("call", "body", "fields"), CALLS, ids=[call for call, _, _ in CALLS])
def test_a_call_answers_exactly_these_fields(luz: Person, call: str, body: Any, fields: set[str]) -> None:
    good(luz.ask(call, **({} if body is None else {"json": body})), fields)


def test_a_conversation_item(only_read: Person) -> None:
    page = good(only_read.ask("GET /dm/conversations/{c}"))
    assert page["by_status"] == {"new": 0, "active": 1, "hot": 0, "customer": 0}
    item = page["conversations"][0]
    assert set(item) == CONVERSATION
    assert UUID.fullmatch(item["id"])
    assert (item["follower_id"], item["name"], item["username"], item["platform"]) == (
        "ig_5002",
        "Luz",
        None,
        "instagram",
    )
    assert (item["total_messages"], item["message_count"], item["unread"]) == (1, 2, 1)
    assert 0 < item["purchase_intent"] < 1
    assert item["purchase_intent_score"] == round(100 * item["purchase_intent"])
    assert (item["lead_status"], item["pipeline_score"]) == ("active", 50)
    assert (item["email"], item["phone"], item["notes"], item["tags"]) == ("", "", "", [])
    assert item["needs_person"] is False
    assert set(item["next_follow_up"]) == NEXT_FOLLOW_UP
    theirs, ours = item["last_messages"]
    assert set(theirs) == set(ours) == MESSAGE
    assert (theirs["role"], theirs["author"], theirs["delivery"]) == ("user", "follower", None)
    assert (ours["role"], ours["author"], ours["delivery"]) == ("assistant", "bot", "sent")
    assert theirs["timestamp"] < ours["timestamp"]


def test_a_lead_item(only_read: Person) -> None:
    item = good(only_read.ask("GET /dm/leads/{c}"))["leads"][0]
    assert set(item) == LEAD
    assert item["follower_id"] == item["platform_user_id"] == "ig_5002"
    assert item["full_name"] == item["name"] == "Luz"
    assert (item["status"], item["pipeline_score"], item["source"], item["archived"]) == ("active", 50, "api", False)
    assert item["score"] == item["purchase_intent_score"] == round(100 * item["purchase_intent"])
    assert (item["email"], item["phone"], item["notes"], item["username"]) == (None, None, None, None)
    assert set(item["last_message"]) == LAST_MESSAGE
    assert set(item["next_follow_up"]) == NEXT_FOLLOW_UP
    alone = good(only_read.ask("GET /dm/leads/{c}/ig_5002"))["lead"]
    assert set(alone) == LEAD | {"context"}
    assert alone["context"] == {"email": None, "phone": None, "notes": None}
    assert {name: alone[name] for name in LEAD} == item


def test_a_follower(only_read: Person) -> None:
    person = good(only_read.ask("GET /dm/follower/{c}/ig_5002"))
    item = good(only_read.ask("GET /dm/conversations/{c}"))["conversations"][0]
    shared = (FOLLOWER & CONVERSATION) - {"last_messages"}
    assert {name: person[name] for name in shared} == {name: item[name] for name in shared}
    assert (person["is_lead"], person["is_customer"], person["mode"]) == (True, False, "auto")
    assert set(person["window"]) == words("open until")
    assert person["window"]["open"] is True
    assert person["products_discussed"] == ["Curso de fotografía"]
    assert person["last_messages"] == item["last_messages"]
    assert person["first_contact"] <= person["last_contact"]


def test_what_is_sent_is_stored_once_and_shown_with_its_state(luz: Person) -> None:
    sent = good(luz.ask("POST /dm/send/{c}", {"follower_id": "ig_5002", "message": " ¡Hola, Luz! "}), SENT)
    assert (sent["sent"], sent["delivery"], sent["platform"], sent["reason"]) == (True, "sent", "instagram", None)
    assert (sent["follower_id"], sent["message"]) == ("ig_5002", "Sent.")
    newest = good(luz.ask("GET /dm/conversations/{c}/ig_5002/messages"))["messages"][0]
    assert (newest["id"], newest["content"]) == (sent["message_id"], "¡Hola, Luz!")
    assert (newest["role"], newest["author"], newest["delivery"]) == ("assistant", "person", "sent")


@pytest.mark.parametrize(
    ("lead", "delivery", "reason"),
    [
        ({"platform_user_id": "ig_5001"}, "held", "channel_not_connected"),
        ({"platform_user_id": "walk-in"}, "manual", None),
    ],
)
def test_what_cannot_be_sent_says_so(creator: Person, lead: dict[str, str], delivery: str, reason: str | None) -> None:
    good(creator.ask("POST /dm/leads/{c}", {"name": "Ana", **lead}))
    follower_id = lead["platform_user_id"]
    sent = good(creator.ask("POST /dm/send/{c}", {"follower_id": follower_id, "message": "Hola"}), SENT)
    assert (sent["sent"], sent["delivery"], sent["reason"]) == (False, delivery, reason)
    shown = good(creator.ask(f"GET /dm/conversations/{{c}}/{follower_id}/messages"))
    assert [each["delivery"] for each in shown["messages"]] == [delivery]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message": "Hola"}, "/follower_id"),
        ({"follower_id": "ig_5002"}, "/message"),
        ({"follower_id": "ig_5002", "message": ""}, "/message"),
        ({"follower_id": "ig_5002", "message": " \n "}, "/message"),
        ({"follower_id": "ig_5002", "message": "x" * 4097}, "/message"),
        ({"follower_id": "ig_5002", "message": "ñ" * 501}, "/message"),
        ({"follower_id": "ig_5002", "message": 1}, "/message"),
        ({"follower_id": "", "message": "Hola"}, "/follower_id"),
    ],
)
def test_a_text_that_nobody_could_send_is_refused(
    only_read: Person, program: Serving, body: dict[str, Any], field: str
) -> None:
    before = program.log(only_read.name)
    bad(only_read.ask("POST /dm/send/{c}", body), 422, "invalid", field)
    assert program.log(only_read.name) == before


EDITS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "Ana López"}, {"name": "Ana López", "full_name": "Ana López"}),
    ({"username": "@ana.lopez"}, {"username": "ana.lopez"}),
    ({"email": ""}, {"email": None}),
    ({"phone": "+34 600 111 222"}, {"phone": "+34 600 111 222"}),
    ({"notes": "met"}, {"notes": "met"}),
    ({"tags": ["vip", "vip"]}, {"tags": ["vip"]}),
    ({"tags": None}, {"tags": []}),
    ({"notes": " \n "}, {"notes": None}),
    ({"status": "warm"}, {"status": "active"}),
    ({}, {"name": "Ana", "email": "ana@example.com"}),
]


@pytest.mark.parametrize(("body", "expected"), EDITS, ids=str)
def test_an_edit_changes_what_it_names(ana: Person, body: dict[str, Any], expected: dict[str, Any]) -> None:
    full = {"username": "ana", "phone": "+34 600 000 000", "notes": "rang", "tags": ["new", "shop"], "status": "hot"}
    before = good(ana.ask("PUT /dm/leads/{c}/ig_5001", full))["lead"]
    edited = good(ana.ask("PUT /dm/leads/{c}/ig_5001", body), words("message lead"))
    assert edited["message"] == "Lead updated"
    lead = edited["lead"]
    assert set(lead) == LEAD
    assert {name: lead[name] for name in expected} == expected
    for untouched in (full.keys() | {"name", "email"}) - body.keys():
        assert lead[untouched] == before[untouched]


@pytest.mark.parametrize(
    "field", ["id", "creator_id", "score", "purchase_intent", "platform", "platform_user_id", "archived", "full_name"]
)
def test_what_is_not_writable_is_refused_by_name(ana: Person, program: Serving, field: str) -> None:
    before = program.log(ana.name)
    bad(ana.ask("PUT /dm/leads/{c}/ig_5001", {field: 1, "notes": "kept out"}), 422, "invalid", f"/{field}")
    assert program.log(ana.name) == before


@pytest.mark.parametrize(("field", "value"), [("tags", "vip"), ("name", None), ("status", None)])
def test_what_a_field_cannot_hold_is_refused_as_a_whole(
    ana: Person, program: Serving, field: str, value: object
) -> None:
    before = program.log(ana.name)
    bad(ana.ask("PUT /dm/leads/{c}/ig_5001", {field: value, "notes": "kept out"}), 422, "invalid", f"/{field}")
    assert program.log(ana.name) == before


def test_what_a_person_wrote_is_in_the_preview_on_our_side(luz: Person) -> None:
    good(luz.ask("POST /dm/send/{c}", {"follower_id": "ig_5002", "message": "Soy yo, de verdad"}))
    for preview in (
        good(luz.ask("GET /dm/conversations/{c}"))["conversations"][0]["last_messages"],
        good(luz.ask("GET /dm/follower/{c}/ig_5002"))["last_messages"],
    ):
        newest = preview[-1]
        assert (newest["content"], newest["role"], newest["author"]) == ("Soy yo, de verdad", "assistant", "person")
        assert (preview[0]["role"], preview[0]["author"]) == ("user", "follower")
