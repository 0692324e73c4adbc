"""Drafts and escalations: what waits for a person, and what a person does with it."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.answers import bad, good, says, words
from tests.harness.program import Person
from tests.harness.waiting import wait_until

DRAFT = words(
    """id lead_id follower_id username name platform created_at burst_id asked text language intent confidence source
       product_id why expires_at outdated version"""
) - {"status"}
SENT = words("id lead_id settled message_id delivery reason")
SETTLED = words("id lead_id settled version")


@pytest.fixture
def reviewed(busy: Person) -> Person:
    """A creator who approves every answer."""
    good(busy.ask("PUT /bot/{c}/mode", {"mode": "review"}))
    return busy


def draft(creator: Person, text: str = "Hola, ¿cuánto cuesta el curso?", sender: str = "ig_5002") -> dict[str, Any]:
    """Somebody asks, and an answer waits."""
    said = says(creator, text, sender, name="Luz")
    (waiting,) = good(creator.ask(f"GET /dm/drafts/{{c}}?lead_id={sender}"))["drafts"]
    assert (said["action"], said["draft_id"], said["response"]) == ("draft", waiting["id"], waiting["text"])
    return dict(waiting)


def last_message(creator: Person, lead: str = "ig_5002") -> tuple[str, str]:
    (last,) = good(creator.ask(f"GET /dm/conversations/{{c}}/{lead}/messages?limit=1"))["messages"]
    return last["author"], last["content"]


def test_an_answer_waits_and_is_shown_with_what_it_answers(reviewed: Person) -> None:
    waiting = draft(reviewed)
    assert set(waiting) == DRAFT
    assert (waiting["asked"], waiting["why"], waiting["name"]) == (
        "Hola, ¿cuánto cuesta el curso?",
        ["review"],
        "Luz",
    )
    assert last_message(reviewed) == ("follower", "Hola, ¿cuánto cuesta el curso?")


def test_what_is_approved_is_sent_and_waits_no_more(reviewed: Person) -> None:
    waiting = draft(reviewed)
    call = f"POST /dm/drafts/{{c}}/{waiting['id']}/approve"
    said = good(reviewed.ask(call, {}), SENT)
    assert (said["settled"], said["delivery"], said["lead_id"]) == ("approved", "sent", waiting["lead_id"])
    assert last_message(reviewed) == ("bot", waiting["text"])
    assert good(reviewed.ask("GET /dm/drafts/{c}"))["total"] == 0
    bad(reviewed.ask(call, {}), 409, "settled-draft")


def test_what_is_edited_is_sent_in_the_words_of_the_person(reviewed: Person) -> None:
    waiting = draft(reviewed)
    said = good(reviewed.ask(f"POST /dm/drafts/{{c}}/{waiting['id']}/edit", {"text": "Son 97 €."}), SENT)
    assert (said["settled"], last_message(reviewed)[1]) == ("edited", "Son 97 €.")


def test_what_is_rejected_waits_no_more_and_the_person_still_does(reviewed: Person) -> None:
    waiting = draft(reviewed)
    said = good(reviewed.ask(f"POST /dm/drafts/{{c}}/{waiting['id']}/reject", {"reason": "too dry"}), SETTLED)
    assert said["settled"] == "rejected"
    assert good(reviewed.ask("GET /dm/drafts/{c}"))["drafts"] == []
    assert good(reviewed.ask("GET /dm/follower/{c}/ig_5002"))["needs_person"] is True


def test_another_answer_takes_the_place_of_the_one_that_nobody_liked(reviewed: Person) -> None:
    waiting = draft(reviewed)
    said = reviewed.ask(f"POST /dm/drafts/{{c}}/{waiting['id']}/regenerate", {})
    assert good(said, SETTLED)["settled"] == "superseded"
    wait_until(lambda: good(reviewed.ask("GET /dm/drafts/{c}"))["drafts"])
    (other,) = good(reviewed.ask("GET /dm/drafts/{c}"))["drafts"]
    assert other["id"] != waiting["id"]
    assert other["why"] == ["regenerated", "review"]


def test_who_approves_an_answer_to_older_words_is_asked_again(reviewed: Person) -> None:
    waiting = draft(reviewed)
    says(reviewed, "gracias igual")
    (shown,) = good(reviewed.ask("GET /dm/drafts/{c}"))["drafts"]
    assert (shown["id"], shown["outdated"]) == (waiting["id"], True)
    call = f"POST /dm/drafts/{{c}}/{waiting['id']}/approve"
    bad(reviewed.ask(call, {}), 409, "outdated-draft")
    good(reviewed.ask(call, {"confirm_outdated": True}), SENT)


def test_a_draft_that_never_was_is_not_found_and_neither_is_another_creators(reviewed: Person, creator: Person) -> None:
    waiting = draft(reviewed)
    for person, draft_id in ((reviewed, uuid4()), (creator, waiting["id"])):
        for what, body in (("approve", {}), ("edit", {"text": "x"}), ("reject", {}), ("regenerate", {})):
            bad(person.ask(f"POST /dm/drafts/{{c}}/{draft_id}/{what}", body), 404, "not-found")
    assert good(creator.ask("GET /dm/drafts/{c}"))["drafts"] == []


@pytest.mark.parametrize(
    ("call", "body", "field"),
    [
        ("edit", {}, "/text"),
        ("edit", {"text": ""}, "/text"),
        ("edit", {"text": "x" * 4097}, "/text"),
        ("approve", {"confirm_outdated": "yes"}, "/confirm_outdated"),
        ("reject", {"reason": "x" * 501}, "/reason"),
    ],
)
def test_bad_input_names_the_field_and_leaves_the_draft(
    reviewed: Person, call: str, body: dict[str, Any], field: str
) -> None:
    waiting = draft(reviewed)
    bad(reviewed.ask(f"POST /dm/drafts/{{c}}/{waiting['id']}/{call}", body), 422, "invalid", field)
    assert [each["id"] for each in good(reviewed.ask("GET /dm/drafts/{c}"))["drafts"]] == [waiting["id"]]


def test_who_waits_longest_comes_first_page_by_page(reviewed: Person) -> None:
    ids = [draft(reviewed, sender=f"ig_{number}")["id"] for number in range(7001, 7004)]
    first = good(reviewed.ask("GET /dm/drafts/{c}?limit=2"))
    rest = good(reviewed.ask(f"GET /dm/drafts/{{c}}?limit=2&cursor={first['next_cursor']}"))
    assert [each["id"] for each in (*first["drafts"], *rest["drafts"])] == ids
    assert (first["total"], rest["next_cursor"]) == (3, None)


def test_who_asks_for_a_person_is_listed_until_it_is_resolved(busy: Person) -> None:
    says(busy, "quiero hablar con una persona")
    (waiting,) = good(busy.ask("GET /dm/escalations/{c}"))["escalations"]
    assert (waiting["reason"], waiting["message"]) == ("asked", "quiero hablar con una persona")
    assert says(busy, "¿cuánto cuesta el curso?")["action"] == "draft"
    call = f"POST /dm/escalations/{{c}}/{waiting['id']}/resolve"
    said = good(busy.ask(call, {"note": "called her"}), words("id lead_id resolved version"))
    assert (said["resolved"], said["lead_id"]) == (True, waiting["lead_id"])
    bad(busy.ask(call, {}), 404, "not-found")
    assert good(busy.ask("GET /dm/escalations/{c}"))["total"] == 0
    assert says(busy, "¿y cuánto cuesta?")["action"] == "reply"


def test_a_conversation_may_have_a_mode_of_its_own(busy: Person) -> None:
    assert says(busy, "hola")["action"] == "reply"
    mode = "POST /dm/conversations/{c}/ig_5002/mode"
    good(busy.ask(mode, {"mode": "review"}), words("id version mode"))
    assert says(busy, "¿cuánto cuesta el curso?")["action"] == "draft"
    good(busy.ask(mode, {"mode": None}))
    assert says(busy, "¿y qué incluye el curso?")["action"] == "reply"


def test_whoever_types_says_so_and_hears_for_how_long(busy: Person) -> None:
    says(busy, "hola")
    said = good(busy.ask("POST /dm/conversations/{c}/ig_5002/typing", {}), words("id version holds_until"))
    assert said["holds_until"] > "2026"
    bad(busy.ask("POST /dm/conversations/{c}/ig_5999/typing", {}), 404, "not-found")
