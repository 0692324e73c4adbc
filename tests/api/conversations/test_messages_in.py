"""A message comes in: how it is answered, understood, and known again."""

from typing import Any

import pytest

from tests.api.answers import bad, good, says, together
from tests.harness.program import Person, Serving


def test_the_answer_comes_when_the_reads_show_what_the_message_did(busy: Person) -> None:
    said = says(busy, "Hola, ¿cuánto cuesta el curso? me parece caro", message_id="m1", name="Luz")
    assert (said["intent"], said["language"], said["action"]) == ("objection_price", "es", "reply")
    assert (said["follower_id"], said["message_id"], said["duplicate"]) == ("ig_5002", "m1", False)
    assert (said["product_mentioned"], said["escalate"], said["draft_id"] is None) == (
        "Curso de fotografía",
        False,
        False,
    )
    assert 0 < said["confidence"] <= 1
    lead = good(busy.ask("GET /dm/leads/{c}/ig_5002"))["lead"]
    assert (lead["id"], lead["status"], lead["name"]) == (said["lead_id"], "active", "Luz")
    assert lead["last_message"]["text"] == said["response"]


@pytest.mark.parametrize(
    ("sender", "more", "platform", "shown"),
    [
        ("ig_1", {}, "instagram", "ig_1"),
        ("wa_34611223344", {}, "whatsapp", "wa_34611223344"),
        ("tg_42", {}, "telegram", "tg_42"),
        ("77", {"platform": "telegram"}, "telegram", "tg_77"),
        ("somebody", {}, "manual", "somebody"),
    ],
)
def test_the_prefix_tells_the_channel_else_the_platform_else_manual(
    creator: Person, sender: str, more: dict[str, str], platform: str, shown: str
) -> None:
    assert says(creator, "hola", sender, **more)["follower_id"] == shown
    assert good(creator.ask(f"GET /dm/follower/{{c}}/{shown}"))["platform"] == platform


INTENTS = [
    ("hola", "greeting", "es"),
    ("hello there", "greeting", "en"),
    ("quiero comprar el curso", "interest_strong", "es"),
    ("no quiero comprar", "other", "es"),
    ("me parece caro", "objection_price", "es"),
    ("it is too expensive", "objection_price", "en"),
    ("não tenho tempo", "objection_time", "pt"),
    ("no tengo tiempo ahora", "objection_time", "es"),
    ("muchas gracias", "thanks", "es"),
    ("quiero hablar con una persona", "escalation", "es"),
    ("STOP", "opt_out", None),
    ("I love whisky", "other", "en"),
]


@pytest.mark.parametrize(("text", "intent", "language"), INTENTS)
def test_what_a_message_means(creator: Person, text: str, intent: str, language: str | None) -> None:
    said = says(creator, text)
    if text in ("no quiero comprar", "I love whisky"):
        assert said["intent"] not in ("interest_strong", "greeting")
    else:
        assert said["intent"] == intent
    if language is not None:
        assert said["language"] == language


def test_while_the_bot_is_off_a_message_is_stored_scored_and_shown(creator: Person) -> None:
    good(creator.ask("POST /bot/{c}/pause", {}))
    said = says(creator, "quiero comprar el curso")
    assert (said["action"], said["response"]) == ("bot_paused", "")
    lead = good(creator.ask("GET /dm/leads/{c}/ig_5002"))["lead"]
    assert (lead["status"], lead["last_message"]["text"]) == ("hot", "quiero comprar el curso")


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("quiero comprar el curso", "direct_purchase_link"),
        ("quiero hablar con una persona", "escalate"),
        ("STOP", "opted_out"),
    ],
)
def test_what_is_done_instead_of_an_answer(busy: Person, text: str, action: str) -> None:
    said = says(busy, text)
    assert said["action"] == action
    assert said["escalate"] is (action == "escalate")
    assert good(busy.ask("GET /dm/follower/{c}/ig_5002"))["total_messages"] == 1


def test_a_known_message_gets_the_first_answer_and_changes_nothing_even_after_the_lead_is_gone(
    luz: Person, program: Serving
) -> None:
    text = "Hola, ¿cuánto cuesta el curso? me parece caro"
    before = program.log(luz.name)
    again = says(luz, text, message_id="m1")
    assert again["duplicate"] is True
    assert program.log(luz.name) == before
    good(luz.ask("DELETE /dm/leads/{c}/ig_5002"))
    before = program.log(luz.name)
    assert says(luz, text, message_id="m1")["duplicate"] is True
    assert program.log(luz.name) == before


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"message": ""}, "/message"),
    ({"message": " \n"}, "/message"),
    ({"message": "x" * 4097}, "/message"),
    ({"message": None}, "/message"),
    ({"sender_id": ""}, "/sender_id"),
    ({"sender_id": "a b"}, "/sender_id"),
    ({"sender_id": "ig_1", "platform": "telegram"}, "/sender_id"),
    ({"sender_id": "wa_luz"}, "/sender_id"),
    ({"sender_id": "luz", "platform": "whatsapp"}, "/sender_id"),
    ({"platform": "fax"}, "/platform"),
    ({"message_id": ""}, "/message_id"),
    ({"text": "hola"}, "/text"),
]


def test_a_message_that_breaks_a_rule_is_refused_by_name(creator: Person, program: Serving) -> None:
    good_one = {"creator_id": creator.name, "sender_id": "ig_1", "message": "hola"}
    before = program.log(creator.name)
    for change, field in REFUSED:
        bad(creator.ask("POST /dm/process", good_one | change), 422, "invalid", field)
    other = program.creator()
    other.client.close()
    for name in ("nobody", other.name):
        bad(creator.ask("POST /dm/process", good_one | {"creator_id": name}), 404, "not-found")
    assert program.log(creator.name) == before


# Webhooks


def test_a_telegram_delivery_needs_the_secret_of_a_connected_bot(busy: Person, program: Serving) -> None:
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1772539200, "chat": {"id": 42, "type": "private"}}}
    head = program.head()
    with program.client() as nobody:
        assert nobody.get("/webhook/telegram").json() == {"status": "ok", "channel": "telegram"}
        bad(nobody.post("/webhook/telegram", json=update), 403, "signature")
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "guessed"}
        bad(nobody.post("/webhook/telegram", json=update, headers=wrong), 403, "signature")
    assert program.log(busy.name, head) == []


def test_a_known_message_gets_word_for_word_the_answer_of_then(busy: Person) -> None:
    first = says(busy, "hola, ¿cuánto cuesta el curso?", message_id="m1")
    says(busy, "gracias", message_id="m2")
    assert says(busy, "hola, ¿cuánto cuesta el curso?", message_id="m1") == first | {"duplicate": True}


def test_a_message_over_the_limit_of_answers_is_stored_and_shown(busy: Person) -> None:
    actions = [says(busy, f"¿cuánto cuesta el curso? {number}")["action"] for number in range(21)]
    assert actions == ["reply"] * 20 + ["rate_limited"]
    lead = good(busy.ask("GET /dm/leads/{c}/ig_5002"))["lead"]
    assert lead["last_message"]["text"] == "¿cuánto cuesta el curso? 20"
    assert good(busy.ask("GET /dm/follower/{c}/ig_5002"))["total_messages"] == 21


def test_messages_that_come_together_count_as_those_that_come_in_turn_but_for_the_engagement(creator: Person) -> None:
    texts = ["hola", "¿cuánto cuesta el curso?", "me parece caro", "quiero comprar el curso"] * 2
    body = {"creator_id": creator.name, "sender_id": "ig_5002"}
    for answer in together(creator, [("POST /dm/process", body | {"message": text}) for text in texts]):
        good(answer)
    for text in texts:
        says(creator, text, "ig_5001")
    at_once, in_turn = (good(creator.ask(f"GET /dm/leads/{{c}}/{each}"))["lead"] for each in ("ig_5002", "ig_5001"))
    assert at_once["status"] == in_turn["status"] == "hot"
    engagement = 0.1  # at most, for further bursts: what comes together may be understood as one
    assert in_turn["purchase_intent"] - engagement <= at_once["purchase_intent"] <= in_turn["purchase_intent"]
    assert good(creator.ask("GET /dm/follower/{c}/ig_5002"))["total_messages"] == len(texts)
    assert good(creator.ask("GET /dm/leads/{c}"))["total"] == 2


def test_who_does_not_want_to_buy_gets_no_link_and_whisky_is_no_greeting(busy: Person) -> None:
    refused = says(busy, "no quiero comprar")
    assert refused["intent"] != "interest_strong"
    assert "pay.example" not in refused["response"]
    assert says(busy, "whisky", "ig_5003")["intent"] != "greeting"
    bought = says(busy, "quiero comprar el curso", "ig_5001")
    assert bought["intent"] == "interest_strong"
    assert "pay.example" in bought["response"]
