"""The inbox: put aside and brought back, read, taken over and given back, held by somebody."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.answers import PAGE, PUT_ASIDE, bad, good, says, words
from tests.harness.program import NOTHING, Person, Serving

LATER = "2199-01-01T09:00:00.000000+00:00"

ACTS: list[tuple[str, Any, dict[str, Any]]] = [
    ("archive", NOTHING, {"archived": True}),
    ("spam", NOTHING, {"spam": True}),
    ("read", NOTHING, {"unread": 0}),
    ("takeover", NOTHING, {"bot_paused": True, "paused_until": None}),
    ("takeover", {"until": None}, {"bot_paused": True, "paused_until": None}),
    ("takeover", {"until": LATER}, {"bot_paused": True, "paused_until": LATER}),
    ("release", NOTHING, {"bot_paused": False, "paused_until": None}),
    ("assign", {"user_id": None}, {"assigned_to": None}),
]
"""What a person does with a conversation, the body of it, and what is answered."""


@pytest.mark.parametrize(("act", "body", "said"), ACTS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_act_answers_what_it_did_and_done_again_leaves_no_event(
    ana: Person, program: Serving, act: str, body: Any, said: dict[str, Any]
) -> None:
    call, bea = f"POST /dm/conversations/{{c}}/ig_5001/{act}", f"bea@{ana.name}.example.com"
    if act == "read":
        says(ana, "hola", "ig_5001")
    if act == "release":
        good(ana.ask("POST /dm/conversations/{c}/ig_5001/takeover"))
    if act == "assign":
        holder = good(ana.ask("POST /access/{c}/users", {"email": bea, "role": "agent"}))["user"]["id"]
        good(ana.ask(call, {"user_id": holder}))
    before = program.log(ana.name)
    answer = ana.ask(call, body)
    assert len(program.log(ana.name)) > len(before)
    lead = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    assert good(answer) == {"status": "ok", "id": lead["id"], "version": lead["version"], **said}
    assert answer.headers["etag"] == f'"{lead["version"]}"'
    before = program.log(ana.name)
    assert good(ana.ask(call, body)) == good(answer)
    assert program.log(ana.name) == before


REFUSED: list[tuple[str, Any, int, str, tuple[str, ...]]] = [
    *((f"ig_5999/{act}", body, 404, "not-found", ()) for act, body, _ in ACTS),
    ("ig_5999/restore", NOTHING, 404, "not-found", ()),
    ("ig_5001/restore", NOTHING, 409, "conflict", ()),
    ("ig_5001/assign", {"user_id": str(uuid4())}, 404, "not-found", ()),
    ("ig_5001/assign", {}, 422, "invalid", ("/user_id",)),
    ("ig_5001/assign", {"user_id": "me"}, 422, "invalid", ("/user_id",)),
    ("ig_5001/takeover", {"until": 5}, 422, "invalid", ("/until",)),
    ("ig_5001/takeover", {"until": "tomorrow"}, 422, "invalid", ("/until",)),
    ("ig_5001/takeover", {"until": "2199-01-01T09:00:00"}, 422, "invalid", ("/until",)),
    ("ig_5001/takeover", {"until": "2020-01-01T09:00:00+00:00"}, 422, "invalid", ("/until",)),
    ("ig_5001/archive", {"reason": "x"}, 422, "invalid", ("/reason",)),
]


def test_an_act_that_cannot_be_is_refused_and_nothing_happens(ana: Person, program: Serving) -> None:
    before = program.log(ana.name)
    for path, body, status, slug, fields in REFUSED:
        bad(ana.ask(f"POST /dm/conversations/{{c}}/{path}", body), status, slug, *fields)
    assert program.log(ana.name) == before


@pytest.mark.parametrize("act", ["archive", "spam"])
def test_what_is_put_aside_comes_back_to_the_stage_before(ana: Person, act: str) -> None:
    for word, stored in (("cold", "new"), ("warm", "active"), ("hot", "hot"), ("customer", "customer")):
        good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": word}))
        good(ana.ask(f"POST /dm/conversations/{{c}}/ig_5001/{act}"))
        answer = ana.ask("POST /dm/conversations/{c}/ig_5001/restore")
        back = good(answer, words("id version restored lead_status"))
        assert (back["restored"], back["lead_status"]) == (True, stored)
        (lead,) = good(ana.ask("GET /dm/leads/{c}"))["leads"]
        assert (lead["status"], lead["id"], lead["version"]) == (stored, back["id"], back["version"])
        assert answer.headers["etag"] == f'"{back["version"]}"'


def test_what_is_put_aside_is_in_a_list_of_its_own_and_in_no_other(ana: Person) -> None:
    for name, person, act in (("Eva", "ig_5010", "archive"), ("Max", "ig_5009", "spam")):
        body = {"name": name, "platform_user_id": person, "username": name, "status": "hot"}
        good(ana.ask("POST /dm/leads/{c}", body))
        good(ana.ask(f"POST /dm/conversations/{{c}}/{person}/{act}"))
    page = good(ana.ask("GET /dm/conversations/{c}/archived?sort=name"), PAGE | words("conversations"))
    assert (page["count"], page["total"], page["next_cursor"]) == (2, 2, None)
    for item in page["conversations"]:
        assert set(item) == PUT_ASIDE
        assert (item["platform"], item["lead_status"], item["total_messages"]) == ("instagram", "hot", 0)
        assert item["purchase_intent"] == pytest.approx(0.7, abs=0.001)
    assert [(item["name"], item["follower_id"], item["status"]) for item in page["conversations"]] == [
        ("Eva", "ig_5010", "archived"),
        ("Max", "ig_5009", "spam"),
    ]
    for call, rows in (("GET /dm/leads/{c}", "leads"), ("GET /dm/conversations/{c}", "conversations")):
        assert [row["name"] for row in good(ana.ask(call))[rows]] == ["Ana"]
    assert good(ana.ask("GET /dm/conversations/{c}"))["by_status"]["hot"] == 0
    assert good(ana.ask("GET /dm/leads/{c}/ig_5010"))["lead"]["archived"] is True
    spammer = good(ana.ask("GET /dm/follower/{c}/ig_5009"))
    assert (spammer["archived"], spammer["spam"]) == (False, True)


def test_an_archived_conversation_comes_back_when_the_person_writes(luz: Person) -> None:
    good(luz.ask("POST /dm/conversations/{c}/ig_5002/archive"))
    assert good(luz.ask("GET /dm/conversations/{c}"))["total"] == 0
    says(luz, "hola otra vez")
    assert [item["follower_id"] for item in good(luz.ask("GET /dm/conversations/{c}"))["conversations"]] == ["ig_5002"]
    assert good(luz.ask("GET /dm/conversations/{c}/archived"))["conversations"] == []


def test_spam_stays_spam_when_the_person_writes_and_nothing_is_answered(luz: Person) -> None:
    good(luz.ask("POST /dm/conversations/{c}/ig_5002/spam"))
    said = says(luz, "quiero comprar el curso")
    assert (said["action"], said["response"]) == ("spam", "")
    assert good(luz.ask("GET /dm/conversations/{c}"))["total"] == 0
    (item,) = good(luz.ask("GET /dm/conversations/{c}/archived"))["conversations"]
    assert (item["status"], item["total_messages"]) == ("spam", 2)
    newest = good(luz.ask("GET /dm/conversations/{c}/ig_5002/messages"))["messages"][0]
    assert (newest["content"], newest["author"]) == ("quiero comprar el curso", "follower")


def test_what_was_read_is_unread_no_more_until_the_next_message(luz: Person) -> None:
    def unread() -> list[int]:
        return [item["unread"] for item in good(luz.ask("GET /dm/conversations/{c}?unread=true"))["conversations"]]

    assert unread() == [1]
    good(luz.ask("POST /dm/conversations/{c}/ig_5002/read"))
    assert unread() == []
    says(luz, "¿hola?")
    assert unread() == [1]


def test_the_bot_is_silent_where_a_person_has_taken_over_until_it_is_released(luz: Person) -> None:
    good(luz.ask("POST /dm/conversations/{c}/ig_5002/takeover", {"until": LATER}))
    assert says(luz, "¿cuánto cuesta?")["action"] == "bot_paused"
    person = good(luz.ask("GET /dm/follower/{c}/ig_5002"))
    (item,) = good(luz.ask("GET /dm/conversations/{c}"))["conversations"]
    assert {(each["bot_paused"], each["paused_until"]) for each in (person, item)} == {(True, LATER)}
    good(luz.ask("POST /dm/conversations/{c}/ig_5002/release"))
    assert says(luz, "hola otra vez")["action"] == "reply"


def test_a_conversation_is_held_by_somebody_of_the_creators(ana: Person, program: Serving) -> None:
    def invited(person: Person, email: str) -> str:
        user = good(person.ask("POST /access/{c}/users", {"email": email, "role": "agent"}))["user"]
        return str(user["id"])

    bea = invited(ana, f"bea@{ana.name}.example.com")
    assert good(ana.ask("POST /dm/conversations/{c}/ig_5001/assign", {"user_id": bea}))["assigned_to"] == bea
    (item,) = good(ana.ask("GET /dm/conversations/{c}"))["conversations"]
    lead = good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]
    assert {item["assigned_to"], lead["assigned_to"]} == {bea}
    stranger = program.creator()
    theirs = invited(stranger, f"eva@{stranger.name}.example.com")
    stranger.client.close()
    bad(ana.ask("POST /dm/conversations/{c}/ig_5001/assign", {"user_id": theirs}), 404, "not-found")
    assert good(ana.ask("POST /dm/conversations/{c}/ig_5001/assign", {"user_id": None}))["assigned_to"] is None


def test_the_stage_of_an_archived_lead_can_be_moved_and_is_counted_when_it_is_back(ana: Person) -> None:
    good(ana.ask("POST /dm/conversations/{c}/ig_5001/archive"))
    good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"}))
    assert good(ana.ask("GET /dm/conversations/{c}"))["total"] == 0
    assert good(ana.ask("POST /dm/conversations/{c}/ig_5001/restore"))["lead_status"] == "hot"
    assert good(ana.ask("GET /dm/conversations/{c}"))["by_status"] == {"new": 0, "active": 0, "hot": 1, "customer": 0}


def test_nothing_is_done_with_a_conversation_that_has_changed_since(ana: Person, program: Serving) -> None:
    stale = {"If-Match": f'"{good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]["version"]}"'}
    good(ana.ask("POST /dm/conversations/{c}/ig_5001/archive", headers=stale))
    before = program.log(ana.name)
    for act, body, _ in (*ACTS, ("restore", NOTHING, {})):
        bad(ana.ask(f"POST /dm/conversations/{{c}}/ig_5001/{act}", body, headers=stale), 412, "version-mismatch")
    assert program.log(ana.name) == before
    good(ana.ask("POST /dm/conversations/{c}/ig_5001/restore", headers={"If-Match": "*"}))


def test_the_inbox_is_filtered_by_who_waits_for_a_person(creator: Person) -> None:
    says(creator, "quiero hablar con una persona", "tg_1")
    good(creator.ask("POST /dm/leads/{c}", {"name": "Ana", "platform_user_id": "ig_5008"}))
    for query, expected in (("unread=true", ["tg_1"]), ("needs_person=true", ["tg_1"]), ("q=5008", ["ig_5008"])):
        page = good(creator.ask(f"GET /dm/conversations/{{c}}?{query}"))
        assert [item["follower_id"] for item in page["conversations"]] == expected
        assert sum(page["by_status"].values()) == page["total"] == 1
