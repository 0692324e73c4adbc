"""Idempotency: a POST that is sent again under its key is carried out once."""

import json
from typing import Any
from uuid import uuid4

import pytest

from domain.vocabulary import Role
from tests.api.answers import bad, good
from tests.harness.program import Person, Serving

LEAD = {"name": "Ana", "platform_user_id": "ig_5001"}
JSON = {b"Content-Type": b"application/json"}


def under(key: str) -> dict[str, Any]:
    return {"headers": {b"Idempotency-Key": key.encode("latin-1")}}


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
    spaced = {"content": json.dumps(LEAD, indent=1), "headers": under(key)["headers"] | JSON}
    bad(creator.ask("POST /dm/leads/{c}", **spaced), 422, "idempotency-key-reused")
    assert program.log(creator.name) == before


def test_a_refused_request_may_be_sent_again_under_its_key(creator: Person) -> None:
    key = uuid4().hex
    bad(creator.ask("POST /dm/leads/{c}", {"name": ""}, **under(key)), 422, "invalid", "/name")
    good(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)))


def test_a_key_counts_for_its_creator_and_caller_alone(creator: Person, program: Serving) -> None:
    key, other, body = uuid4().hex, program.creator(), {"name": "Ana"}
    mine = good(creator.ask("POST /dm/leads/{c}", body, **under(key)))["lead"]
    theirs = good(other.ask("POST /dm/leads/{c}", body, **under(key)))["lead"]
    other.client.close()
    with program.client(**{"X-API-Key": program.key(creator.name, Role.OWNER)}) as colleague:
        ours = good(colleague.post(f"/dm/leads/{creator.name}", json=body, **under(key)))["lead"]
    assert len({mine["id"], theirs["id"], ours["id"]}) == 3


@pytest.mark.parametrize("key", ["x", "a key, with ~signs!", "x" * 255])
def test_a_key_is_up_to_255_printable_characters(creator: Person, key: str) -> None:
    good(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)))


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tin", "ñ"])
def test_anything_else_is_no_key(creator: Person, key: str, program: Serving) -> None:
    before = program.log(creator.name)
    bad(creator.ask("POST /dm/leads/{c}", LEAD, **under(key)), 422, "invalid", "header:Idempotency-Key")
    assert program.log(creator.name) == before
