"""Stages: both vocabularies, and nothing else."""

from typing import Any

import pytest

from tests.api.answers import MOVED, bad, good
from tests.harness.program import Person, Serving

STAGES = [
    ("cold", "new", 25, 0.1),
    ("new", "new", 25, 0.1),
    ("warm", "active", 50, 0.35),
    ("active", "active", 50, 0.35),
    ("hot", "hot", 75, 0.7),
    ("customer", "customer", 100, 1.0),
]
"""The word sent, the word stored, its score on the way, and the purchase intent that a person's move sets."""


@pytest.mark.parametrize(("word", "stored", "score", "intent"), STAGES)
def test_a_person_moves_a_lead_by_either_word(ana: Person, word: str, stored: str, score: int, intent: float) -> None:
    good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot" if stored != "hot" else "warm"}))
    moved = good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": word}), MOVED)
    assert (moved["follower_id"], moved["new_status"], moved["db_status"]) == ("ig_5001", word, stored)
    assert moved["purchase_intent"] == pytest.approx(intent, abs=0.001)
    lead = moved["lead"]
    assert (lead["status"], lead["pipeline_score"]) == (stored, score)
    assert lead["score"] == lead["purchase_intent_score"] == round(100 * intent)


@pytest.mark.parametrize(("word", "stored", "score", "intent"), STAGES)
def test_an_edit_with_a_stage_is_the_same_move(ana: Person, word: str, stored: str, score: int, intent: float) -> None:
    good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"status": "hot" if stored != "hot" else "warm"}))
    lead = good(ana.ask("PUT /dm/leads/{c}/ig_5001", {"status": word}))["lead"]
    assert (lead["status"], lead["pipeline_score"]) == (stored, score)
    assert lead["purchase_intent"] == pytest.approx(intent, abs=0.001)


@pytest.mark.parametrize(
    "body",
    [
        *({"status": word} for word in ("banana", "Hot", "HOT", " hot!", "", "archived", "spam", "nuevo")),
        {"status": None},
        {"status": ["hot"]},
        {"status": 1},
        {},
    ],
    ids=str,
)
@pytest.mark.parametrize("call", ["PUT /dm/follower/{c}/ig_5001/status", "PUT /dm/leads/{c}/ig_5001"])
def test_anything_else_is_refused_and_nobody_moves(ana: Person, program: Serving, call: str, body: Any) -> None:
    if body == {} and call.startswith("PUT /dm/leads"):
        body = {"status": {}}
    before = program.log(ana.name)
    bad(ana.ask(call, body), 422, "invalid", "/status")
    assert program.log(ana.name) == before


def test_every_move_says_from_where_to_where_by_whom_and_why(ana: Person, program: Serving) -> None:
    good(ana.ask("PUT /dm/follower/{c}/ig_5001/status", {"status": "hot"}))
    move = next(event for event in program.log(ana.name) if event["topic"] == "lead.status_changed")
    assert (move["before"], move["after"], move["by_hand"], move["reason"]) == ("new", "hot", True, "moved")
    assert move["metadata"]["actor"].startswith("key:")


def test_automation_lifts_a_lead_and_never_above_where_a_person_has_put_it(luz: Person) -> None:
    assert good(luz.ask("GET /dm/leads/{c}/ig_5002"))["lead"]["status"] == "active"
    good(luz.ask("PUT /dm/follower/{c}/ig_5002/status", {"status": "cold"}))
    body = {"creator_id": luz.name, "sender_id": "ig_5002", "message": "quiero comprar el curso ya"}
    assert good(luz.ask("POST /dm/process", body))["intent"] == "interest_strong"
    assert good(luz.ask("GET /dm/leads/{c}/ig_5002"))["lead"]["status"] == "new"
