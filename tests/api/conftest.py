"""What a test of the API may ask for beside a program: HTTP in its own process, and somebody who has written."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from domain.vocabulary import Platform
from tests.api.answers import good
from tests.harness.http import Served, serve
from tests.harness.program import Person, Serving

ASKS = "Hola, ¿cuánto cuesta el curso? me parece caro"


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """An installation with the creator `maria`, whose key the client carries, and another, `pedro`."""
    async for each in serve(database_url, tmp_path):
        yield each


@pytest.fixture
async def demo(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """The same as a demo installation, whose clock can be moved and whose channels the simulator plays."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("UPDATE app.clock SET is_demo = true")
    async for each in serve(database_url, tmp_path):
        for platform in (Platform.INSTAGRAM, Platform.WHATSAPP, Platform.TELEGRAM, Platform.SIMULATOR):
            await each.connect(platform, f"demo-{platform}")
        yield each


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
