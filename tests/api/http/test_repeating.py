"""Idempotency: a POST that is sent again under its key is carried out once."""

from uuid import uuid4

import pytest

from tests.api.answers import bad, good
from tests.harness.program import Person, Serving

LEAD = {"name": "Ana", "platform_user_id": "ig_5001"}


def under(key: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Idempotency-Key": key}}


def test_another_request_under_the_key_is_refused(creator: Person, program: Serving) -> None:
    key = uuid4().hex
    good(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)))
    before = program.log(creator.name)
    for call, body in (
        ("POST /dm/leads/{c}", LEAD | {"name": "Eva"}),
        ("POST /dm/leads/{c}/manual", LEAD),
        ("POST /dm/leads/{c}?x=1", LEAD),
        ("POST /bot/{c}/pause", {}),
    ):
        bad(creator.ask(call, body, **under(key)), 422, "idempotency-key-reused")
    assert program.log(creator.name) == before


def test_a_refused_request_may_be_sent_again_under_its_key(creator: Person) -> None:
    key = uuid4().hex
    bad(creator.ask("POST /dm/leads/{c}", {"name": ""}, **under(key)), 422, "invalid", "/name")
    good(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)))


def test_a_key_counts_for_its_creator_and_caller_alone(creator: Person, program: Serving) -> None:
    key, other = uuid4().hex, program.creator()
    mine = good(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)))["lead"]
    theirs = good(other.ask("POST /dm/leads/{c}", LEAD, **under(key)))["lead"]
    other.client.close()
    assert mine["id"] != theirs["id"]


@pytest.mark.parametrize(("key", "is_one"), [("x", True), ("a key, with ~signs!", True), ("x" * 255, True)])
def test_a_key_is_up_to_255_printable_characters(creator: Person, key: str, is_one: bool) -> None:
    good(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)))


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tin"])
def test_anything_else_is_no_key(creator: Person, key: str, program: Serving) -> None:
    before = program.log(creator.name)
    bad(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)), 422, "invalid", "header:Idempotency-Key")
    assert program.log(creator.name) == before
