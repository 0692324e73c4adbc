"""Creating a lead: the rule of each field, and who is one already."""

from typing import Any

import pytest

from tests.api.answers import LEAD, bad, good, together, words
from tests.harness.program import Person, Serving

TWENTY_TAGS = [f"tag {number}" for number in range(20)]

TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "Ana"}, {"name": "Ana", "full_name": "Ana", "platform": "manual", "status": "new", "source": "manual"}),
    ({"full_name": "Ana"}, {"name": "Ana", "full_name": "Ana"}),
    ({"name": "x" * 255}, {"name": "x" * 255}),
    ({"name": "Ana", "platform": "instagram", "platform_user_id": "1" * 255}, {"platform": "instagram"}),
    ({"name": "Ana", "platform_user_id": "a_b.c:d@e+f-g"}, {"platform_user_id": "a_b.c:d@e+f-g"}),
    ({"name": "Ana", "username": "@ana"}, {"username": "ana"}),
    ({"name": "Ana", "email": ""}, {"email": None}),
    ({"name": "Ana", "email": "ana@example.com"}, {"email": "ana@example.com"}),
    ({"name": "Ana", "phone": ""}, {"phone": None}),
    ({"name": "Ana", "phone": "+34 (600) 111.222-3"}, {"phone": "+34 (600) 111.222-3"}),
    ({"name": "Ana", "notes": "x" * 5000}, {"notes": "x" * 5000}),
    ({"name": "Ana", "status": "customer"}, {"status": "customer", "pipeline_score": 100}),
    ({"name": "Ana", "score": 0}, {"score": 0}),
    ({"name": "Ana", "score": 100}, {"score": 100}),
    ({"name": "Ana", "score": 40}, {"score": 40, "purchase_intent_score": 40}),
    ({"name": "Ana", "status": "hot"}, {"pipeline_score": 75, "score": 70, "purchase_intent_score": 70}),
    (
        {"name": "Ana", "score": 40, "purchase_intent": 0.9, "status": "warm"},
        {"status": "active", "purchase_intent_score": 90},
    ),
    ({"name": "Ana", "purchase_intent": 0.25}, {"score": 25}),
    ({"name": "Ana", "tags": TWENTY_TAGS}, {"tags": TWENTY_TAGS}),
]


@pytest.mark.parametrize(("body", "expected"), TAKEN, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("call", ["POST /dm/leads/{c}", "POST /dm/leads/{c}/manual"])
def test_a_good_lead_is_taken(creator: Person, call: str, body: dict[str, Any], expected: dict[str, Any]) -> None:
    lead = good(creator.ask(call, body), words("lead"))["lead"]
    assert set(lead) == LEAD
    assert {name: lead[name] for name in expected} == expected
    context = {name: lead[name] for name in ("email", "phone", "notes")}
    assert good(creator.ask(f"GET /dm/leads/{{c}}/{lead['id']}"))["lead"] == lead | {"context": context}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "/name"),
    ({"name": ""}, "/name"),
    ({"name": 123}, "/name"),
    ({"name": "x" * 256}, "/name"),
    ({"name": "\u200b\u3164"}, "/name"),
    ({"full_name": " "}, "/full_name"),
    ({"name": "Ana", "platform": "simulator"}, "/platform"),
    ({"name": "Ana", "platform": "fax"}, "/platform"),
    ({"name": "Ana", "platform_user_id": ""}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "a b"}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "a" * 256}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": " "}, "/platform_user_id"),
    ({"name": "Ana", "platform_user_id": "wa_marta"}, "/platform_user_id"),
    ({"name": "Ana", "platform": "manual", "platform_user_id": "wa_34611223344"}, "/platform_user_id"),
    ({"name": "Ana", "platform": "whatsapp", "platform_user_id": "marta"}, "/platform_user_id"),
    ({"name": "Ana", "username": "x" * 256}, "/username"),
    ({"name": "Ana", "email": "ana"}, "/email"),
    ({"name": "Ana", "email": "ana@host"}, "/email"),
    ({"name": "Ana", "email": "a@b@c.de"}, "/email"),
    ({"name": "Ana", "email": "a b@c.de"}, "/email"),
    ({"name": "Ana", "email": f"{'a' * 250}@b.de"}, "/email"),
    ({"name": "Ana", "phone": "1234"}, "/phone"),
    ({"name": "Ana", "phone": "call me"}, "/phone"),
    ({"name": "Ana", "phone": "1" * 33}, "/phone"),
    ({"name": "Ana", "notes": "x" * 5001}, "/notes"),
    ({"name": "Ana", "status": "banana"}, "/status"),
    ({"name": "Ana", "status": "HOT"}, "/status"),
    ({"name": "Ana", "score": 101}, "/score"),
    ({"name": "Ana", "score": -1}, "/score"),
    ({"name": "Ana", "score": 1.5}, "/score"),
    ({"name": "Ana", "purchase_intent": 1.01}, "/purchase_intent"),
    ({"name": "Ana", "purchase_intent": -0.01}, "/purchase_intent"),
    ({"name": "Ana", "tags": ["x"] * 21}, "/tags"),
    ({"name": "Ana", "tags": ["x" * 51]}, "/tags/0"),
    ({"name": "Ana", "tags": [" "]}, "/tags/0"),
    ({"name": "Ana", "tags": ["vip", "\u200b"]}, "/tags/1"),
    ({"name": "Ana", "tags": "vip"}, "/tags"),
    ({"name": "Ana", "creator_id": "pedro"}, "/creator_id"),
    ({"name": "Ana", "api_key": "x"}, "/api_key"),
    ({"name": "Ana", "id": "x"}, "/id"),
    ({"name": "Ana", "fullName": "Ana"}, "/fullName"),
]


def test_a_bad_lead_is_refused_by_the_name_of_its_field_and_nothing_happens(creator: Person, program: Serving) -> None:
    before = program.log(creator.name)
    for body, field in REFUSED:
        for call in ("POST /dm/leads/{c}", "POST /dm/leads/{c}/manual"):
            bad(creator.ask(call, body), 422, "invalid", field)
    for number in ("NaN", "Infinity"):
        raw = f'{{"name": "Ana", "purchase_intent": {number}}}'
        answer = creator.ask("POST /dm/leads/{c}", content=raw, headers={"Content-Type": "application/json"})
        bad(answer, 422, "invalid", "/purchase_intent")
    assert program.log(creator.name) == before


@pytest.mark.parametrize(
    "spelled", [{"platform_user_id": "ig_5001"}, {"platform_user_id": "5001", "platform": "instagram"}]
)
def test_one_person_is_one_lead_however_spelled(ana: Person, spelled: dict[str, str]) -> None:
    problem = bad(ana.ask("POST /dm/leads/{c}", {"name": "Again", **spelled}), 409, "duplicate-lead")
    assert problem["existing_id"] == good(ana.ask("GET /dm/leads/{c}/ig_5001"))["lead"]["id"]


@pytest.mark.parametrize("act", ["archive", "spam"])
def test_who_is_put_aside_is_a_lead_already(ana: Person, act: str) -> None:
    put_aside = good(ana.ask(f"POST /dm/conversations/{{c}}/ig_5001/{act}"))["id"]
    problem = bad(ana.ask("POST /dm/leads/{c}", {"name": "Ana", "platform_user_id": "ig_5001"}), 409, "duplicate-lead")
    assert problem["existing_id"] == put_aside


def test_the_same_id_on_another_platform_is_somebody_else(ana: Person) -> None:
    good(ana.ask("POST /dm/leads/{c}", {"name": "Ana", "platform_user_id": "tg_5001"}))
    assert good(ana.ask("GET /dm/leads/{c}"))["total"] == 2
    bad(ana.ask("GET /dm/leads/{c}/5001"), 409, "conflict")
    bad(ana.ask("PUT /dm/leads/{c}/5001", {"notes": "x"}), 409, "conflict")


def test_who_was_deleted_may_be_created_anew(ana: Person) -> None:
    old = good(ana.ask("DELETE /dm/leads/{c}/ig_5001"))["lead_id"]
    new = good(ana.ask("POST /dm/leads/{c}", {"name": "Ana", "platform_user_id": "ig_5001"}))["lead"]
    assert new["id"] != old
    assert new["email"] is None


def test_a_phone_number_is_one_person_with_its_plus_or_without(creator: Person) -> None:
    body = {"name": "Eva", "platform": "whatsapp", "platform_user_id": "+34611223344"}
    lead = good(creator.ask("POST /dm/leads/{c}", body))["lead"]
    assert lead["follower_id"] == "wa_34611223344"
    for given in ("wa_34611223344", "wa_+34611223344", "34611223344"):
        assert good(creator.ask(f"GET /dm/leads/{{c}}/{given}"))["lead"]["id"] == lead["id"]
        bad(creator.ask("POST /dm/leads/{c}", body | {"platform_user_id": given}), 409, "duplicate-lead")


def test_a_person_on_a_channel_is_one_lead_however_spelled_and_however_many_come_at_once(creator: Person) -> None:
    spelled = [{"platform_user_id": "ig_1"}, {"platform_user_id": "1", "platform": "instagram"}]
    answers = together(creator, [("POST /dm/leads/{c}", {"name": "Ana", **each}) for each in spelled * 4])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    known = good(creator.ask("GET /dm/leads/{c}/ig_1"))["lead"]["id"]
    for answer in answers:
        if answer.status_code == 409:
            assert bad(answer, 409, "duplicate-lead")["existing_id"] == known
    message = {"creator_id": creator.name, "message": "hola"}
    senders = [{"sender_id": "ig_2"}, {"sender_id": "2", "platform": "instagram"}] * 3
    written = together(creator, [("POST /dm/process", message | each) for each in senders])
    assert len({good(answer)["lead_id"] for answer in written}) == 1
    assert good(creator.ask("GET /dm/leads/{c}"))["total"] == 2
