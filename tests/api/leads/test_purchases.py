"""Purchases: what may be recorded, once for each reference, and what it makes of a lead."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.answers import LEAD, bad, good, words
from tests.harness.program import Person, Serving
from tests.world import COURSE

CALL = "POST /dm/leads/{c}/ig_5001/purchases"
BOUGHT = {"amount": 97.5, "currency": "EUR"}

TAKEN: list[dict[str, Any]] = [
    {},
    {"amount": 0},
    {"amount": 97},
    {"currency": "USD"},
    {"reference": "x" * 255},
    {"at": "2026-01-31T09:00:00+01:00"},
    {"product_id": None, "reference": None, "at": None},
]


@pytest.mark.parametrize("more", TAKEN, ids=lambda value: str(value)[:60])
def test_who_has_bought_is_a_customer(ana: Person, more: dict[str, Any]) -> None:
    lead = good(ana.ask(CALL, BOUGHT | more), words("lead"))["lead"]
    assert set(lead) == LEAD
    assert (lead["status"], lead["pipeline_score"], lead["score"], lead["purchase_intent"]) == ("customer", 100, 100, 1)
    assert good(ana.ask("GET /dm/follower/{c}/ig_5001"))["is_customer"] is True


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"amount": -0.01}, "/amount"),
    ({"amount": "97"}, "/amount"),
    ({"amount": True}, "/amount"),
    ({"amount": None}, "/amount"),
    ({"amount": 1e12}, "/amount"),
    ({"amount": 0.00001}, "/amount"),
    ({"currency": "eur"}, "/currency"),
    ({"currency": "EURO"}, "/currency"),
    ({"currency": ""}, "/currency"),
    ({"currency": None}, "/currency"),
    ({"product_id": "the course"}, "/product_id"),
    ({"reference": " "}, "/reference"),
    ({"reference": "x" * 256}, "/reference"),
    ({"at": "2026-01-31T09:00:00"}, "/at"),
    ({"at": "yesterday"}, "/at"),
    ({"at": "2199-01-31T09:00:00+00:00"}, "/at"),
    ({"price": 97}, "/price"),
]


def test_a_purchase_that_cannot_be_is_refused_and_nothing_happens(ana: Person, program: Serving) -> None:
    before = program.log(ana.name)
    for change, field in REFUSED:
        bad(ana.ask(CALL, BOUGHT | change), 422, "invalid", field)
    for field in BOUGHT:
        body = {name: value for name, value in BOUGHT.items() if name != field}
        bad(ana.ask(CALL, body), 422, "invalid", f"/{field}")
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        raw = f'{{"amount": {number}, "currency": "EUR"}}'
        bad(ana.ask(CALL, content=raw, headers={"Content-Type": "application/json"}), 422, "invalid", "/amount")
    bad(ana.ask(CALL, BOUGHT | {"product_id": str(uuid4())}), 404, "not-found")
    bad(ana.ask("POST /dm/leads/{c}/ig_5999/purchases", BOUGHT), 404, "not-found")
    assert program.log(ana.name) == before


def test_the_same_reference_is_the_same_purchase_and_leaves_no_event(ana: Person, program: Serving) -> None:
    good(ana.ask(CALL, BOUGHT | {"reference": "A-1"}))
    before = program.log(ana.name)
    for again in ({"reference": "A-1"}, {"reference": " A-1 ", "amount": 1, "currency": "USD"}):
        assert good(ana.ask(CALL, BOUGHT | again))["lead"]["status"] == "customer"
    assert program.log(ana.name) == before
    for another in ({"reference": "A-2"}, {}, {}):
        good(ana.ask(CALL, BOUGHT | another))
    bought = [event for event in program.log(ana.name) if event["topic"] == "lead.purchased"]
    assert len(bought) == 4


def test_a_purchase_lifts_whom_a_person_has_moved_down(luz: Person) -> None:
    good(luz.ask("PUT /dm/follower/{c}/ig_5002/status", {"status": "cold"}))
    body = BOUGHT | {"product_id": str(COURSE.product_id)}
    assert good(luz.ask("POST /dm/leads/{c}/ig_5002/purchases", body))["lead"]["status"] == "customer"
