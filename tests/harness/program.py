"""The program as it is served, in a process and on a socket of its own, and creators who use it over HTTP."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.database.installation import key_in, open_application
from domain import context
from domain.application import Clonnect
from domain.vocabulary import Platform, Role
from tests.harness.processes import listening
from tests.world import COURSE, IN_MADRID, connect, issue_key, switch_all_on

UNLIMITED = {
    f"CLONNECT_{limit}": "1000000" for limit in ("REQUESTS_PER_MINUTE", "LOG_INS_PER_MINUTE", "STREAMS_AT_ONCE")
}
ANSWER_SECONDS = 30


NOTHING = object()
"""No body at all, which is not the same as null."""


@dataclass(frozen=True)
class Person:
    """A creator with a key, and the client that carries it."""

    name: str
    key: str
    client: httpx.Client

    def ask(self, call: str, body: Any = NOTHING, **more: Any) -> httpx.Response:
        """Send a request as the contract writes it: `PUT /dm/leads/{c}/ig_5001`."""
        method, _, path = call.partition(" ")
        if body is not NOTHING:
            more["json"] = body
        return self.client.request(method, path.replace("{c}", self.name), **more)


@dataclass(frozen=True)
class Serving:
    """A served installation: where it listens, and its database for what HTTP does not offer."""

    address: str
    url: str
    data_dir: Path
    app: Clonnect

    def creator(self, name: str | None = None, *, role: Role = Role.OWNER) -> Person:
        """Somebody new, whom the reads know already."""
        name = name or f"c{uuid.uuid4().hex[:12]}"
        with context.acting("system", at=datetime.now(UTC)):
            self.app.sign_up_creator(name, None, IN_MADRID)
        key = self.key(name, role)
        person = Person(name, key, self.client(**{"X-API-Key": key}))
        self.catch_up(person)
        return person

    def key(self, creator: str | None, role: Role) -> str:
        """Another key of a creator; without one an admin's."""
        with context.acting("system", at=datetime.now(UTC)):
            return issue_key(self.app, creator, role)

    def client(self, **headers: str) -> httpx.Client:
        """A client with these headers and nothing else; no authorities are read for a plain address."""
        return httpx.Client(base_url=self.address, headers=headers, timeout=ANSWER_SECONDS, verify=False)

    def connect(self, creator: str, *platforms: Platform) -> None:
        """Connect a creator with accounts that the simulator plays."""
        with context.acting("system", at=datetime.now(UTC)):
            for platform in platforms:
                connect(self.app, key_in(self.data_dir / "key"), creator, platform)

    def set_up(self, person: Person) -> None:
        """Connect a creator with all platforms; the bot and all sequences on, at any hour, for one product."""
        self.connect(person.name, Platform.INSTAGRAM, Platform.WHATSAPP, Platform.TELEGRAM, Platform.SIMULATOR)
        with context.acting("system", at=datetime.now(UTC)):
            self.app.add_product(person.name, COURSE)
            switch_all_on(self.app, person.name)
        wishes = {"quiet_hours": {"from": "00:00", "to": "00:00"}, "mode": "auto"}
        answer = person.client.put(f"/settings/{person.name}", json=wishes)
        assert answer.status_code == 200, answer.text

    def head(self) -> int:
        """How much has happened in all."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            row = conn.execute("SELECT position FROM log.head").fetchone()
        assert row is not None
        return int(row[0])

    def log(self, creator: str | None = None, after: int = 0) -> list[dict[str, Any]]:
        """What has happened, with the events' own words, sealed fields and all."""
        with psycopg.connect(self.url, autocommit=True) as conn:
            rows = conn.execute(
                """SELECT notification_id, topic, originator_id, metadata, convert_from(state, 'UTF8')::jsonb
                     FROM log.events WHERE notification_id > %s
                      AND coalesce(metadata->>'creator_id' = %s, true) ORDER BY notification_id""",
                (after, creator),
            ).fetchall()
        return [
            {"position": position, "topic": topic, "stream": str(stream), "metadata": metadata, **said}
            for position, topic, stream, metadata, said in rows
        ]

    def catch_up(self, person: Person) -> None:
        """Wait until the reads show everything that has happened."""
        answer = person.client.get(f"/nurturing/{person.name}/stats", params={"after": self.head()})
        assert answer.status_code == 200, answer.text


@contextmanager
def serving(url: str, data_dir: Path, *, is_demo: bool = False, **settings: str) -> Iterator[Serving]:
    """`clonnect serve` on a migrated database, until it is told to stop."""
    if is_demo:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("UPDATE app.clock SET is_demo = true")
    ours = {"DATABASE_URL": url, **UNLIMITED, **settings}
    with (
        listening(data_dir, "serve", **ours) as (_, address),
        open_application(url, key_in(data_dir / "key")) as app,
    ):
        yield Serving(address, url, data_dir, app)


@contextmanager
def serving_apart(url: str, *, is_demo: bool = False, **settings: str) -> Iterator[Serving]:
    """The same with a data directory of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="clonnect-program-") as folder,
        serving(url, Path(folder), is_demo=is_demo, **settings) as program,
    ):
        yield program


@pytest.fixture(scope="session")
def program(shared_database_url: str) -> Iterator[Serving]:
    """A served demo that the tests of a process share; each brings a creator of its own."""
    with serving_apart(shared_database_url, is_demo=True) as program:
        yield program


@pytest.fixture
def creator(program: Serving) -> Iterator[Person]:
    """Somebody new whose bot and sequences are off, and who has no channel."""
    person = program.creator()
    with closing(person.client):
        yield person


@pytest.fixture
def busy(program: Serving) -> Iterator[Person]:
    """Somebody new with all channels, a product, the bot and all sequences on, and no quiet hours."""
    person = program.creator()
    with closing(person.client):
        program.set_up(person)
        yield person
