"""The world of the contract's tests: somebody who has written, on a served installation."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.api.contract.answers import PROCESSED, good
from tests.serving import Person, Serving

ASKS = "Hola, ¿cuánto cuesta el curso? me parece caro"


def says(person: Person, text: str, sender: str = "ig_5002", **more: Any) -> dict[str, Any]:
    """A message that is handed in; the answer has exactly its fields."""
    body = {"creator_id": person.name, "sender_id": sender, "message": text, **more}
    return good(person.ask("POST /dm/process", body), PROCESSED)


def written_to(person: Person) -> Person:
    """The creator, when `ig_5002` has objected that the course is dear, was answered, and is enrolled."""
    message = {"creator_id": person.name, "sender_id": "ig_5002", "message": ASKS, "message_id": "m1", "name": "Luz"}
    answer = person.ask("POST /dm/process", message)
    said = good(answer)
    assert (said["intent"], said["action"]) == ("objection_price", "reply")
    good(person.ask(f"GET /nurturing/{{c}}/stats?after={answer.headers['x-position']}"))
    return person


@pytest.fixture
def luz(busy: Person) -> Person:
    """A creator to whom `ig_5002` has written."""
    return written_to(busy)


@pytest.fixture(scope="module")
def only_read(program: Serving) -> Iterator[Person]:
    """The same, for all tests of a module that change nothing."""
    person = program.creator()
    with closing(person.client):
        program.set_up(person)
        yield written_to(person)


@pytest.fixture
def ana(creator: Person) -> Person:
    """A creator with one lead, `ig_5001`, made by hand."""
    lead = {"name": "Ana", "platform": "instagram", "platform_user_id": "5001", "email": "ana@example.com"}
    good(creator.ask("POST /dm/leads/{c}", lead))
    return creator
