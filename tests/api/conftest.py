"""A served installation: the real runtime on a database of its own, and clients that speak HTTP with it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi.routing import iter_route_contexts
from psycopg.rows import dict_row
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import credentials
from api.access.credentials import NewKey, NewLink
from api.app import create_app
from api.bootstrap import Runtime, run
from api.cli import access
from api.database.installation import installation_key
from api.demo.demo import reset
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings, Product
from domain.vocabulary import Mode, Platform, Role, SequenceType
from eventstore.sealing import Sealer
from processes.channel_accounts import connecting
from processes.channels.base import ChannelName
from tests.api.answers import PROCESSED, good
from tests.serving import Person, Serving

CREATOR = "maria"
OTHER = "pedro"
ASKS = "Hola, ¿cuánto cuesta el curso? me parece caro"
Answer = httpx.Response


@dataclass
class Served:
    """A running installation as a client meets it; `client` carries the owner's key."""

    runtime: Runtime
    url: str
    app: ASGIApp
    routes: list[tuple[str, str]]
    client: httpx.AsyncClient
    keys: dict[str, str] = field(default_factory=dict)

    def anybody(self, **headers: str) -> httpx.AsyncClient:
        """A client with these headers and nothing else."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test", headers=headers)

    async def do(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Give a command as the system and wait until the reads show it."""
        with context.acting("system"):
            done = await self.runtime.writer.do(command, *args, **kwargs)
        if done.position is not None:
            assert await self.runtime.progress.wait_until(done.position, 10)
        return done.result

    async def creator(self, name: str) -> str:
        """Make a creator with a key; answers the key."""
        await self.do(Clonnect.sign_up_creator, name, None, CreatorSettings(timezone="Europe/Madrid"))
        self.keys[name] = await self.key(name)
        return self.keys[name]

    async def key(self, creator: str | None = CREATOR, role: Role = Role.OWNER, **more: Any) -> str:
        """A new key; without a creator an admin's."""
        key = NewKey()
        label, expires_at = more.get("label"), more.get("expires_at")
        stored = key.stored(creator, role, label, expires_at)
        await self.do(Clonnect.issue_key, creator, key.prefix, role, label, expires_at, in_transaction=stored)
        return key.secret

    async def link(self, email: str, creator: str | None = CREATOR, role: Role = Role.OWNER) -> str:
        """The token of a log-in link to somebody's account, which is made if need be."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as conn:
            account = access.account_of(conn, email)
        if account is None:
            link: NewLink = await self.do(access.let_in, creator, email, role)
        else:
            link = await self.do(access.link_for, account)
        return link.token

    async def joins(self, email: str, creator: str, role: Role) -> None:
        """Make a further member of somebody who has an account."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as conn:
            account = access.account_of(conn, email)
        assert account is not None
        member_id = uuid4()
        stored = [
            *credentials.inviting(member_id, creator, email, None, role, datetime.now(UTC)),
            *credentials.joining(member_id, account["user_id"]),
        ]
        await self.do(Clonnect.invite_user, creator, member_id, email, None, role, in_transaction=stored)

    async def lead(self, name: str = "Ana", platform_user_id: str = "ig_5001", **more: Any) -> dict[str, Any]:
        """A lead made over HTTP."""
        body = {"name": name, "platform_user_id": platform_user_id, **more}
        answer = await self.client.post(f"/dm/leads/{CREATOR}", json=body)
        assert answer.status_code == 200, answer.text
        lead: dict[str, Any] = answer.json()["lead"]
        return lead

    async def writes(self, follower_id: str, text: str, **more: Any) -> dict[str, Any]:
        """A follower's message handed in over HTTP, understood and answered."""
        body = {"creator_id": CREATOR, "sender_id": follower_id, "message": text, **more}
        answer = await self.client.post("/dm/process", json=body)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def answers(self) -> None:
        """Switch on the bot and all sequences."""
        await self.do(Clonnect.change_mode, CREATOR, Mode.AUTO)
        for kind in SequenceType:
            await self.do(Clonnect.switch_sequence, CREATOR, kind, True)

    async def connect(self, platform: Platform, account_id: str, secret: str | None = None) -> None:
        """Connect an account of a platform; `secret` is what its webhook proves itself with."""
        sealer = Sealer(installation_key(self.runtime.settings))
        channel = ChannelName(platform)
        stored = connecting(sealer, channel, account_id, CREATOR, "12345:token", secret or f"secret of {channel}")
        await self.do(Clonnect.connect_channel, CREATOR, platform, account_id, in_transaction=stored)

    async def sells(self, product: Product) -> None:
        await self.do(Clonnect.add_product, CREATOR, product)

    def head(self) -> int:
        """How much has happened in all."""
        return self.runtime.log.head()


async def refused(answer: Awaitable[httpx.Response], status: int, slug: str, *fields: str) -> dict[str, Any]:
    """Assert that an answer is this problem, complete and of one shape."""
    response = await answer
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["type"] == f"/problems/{slug}"
    assert problem["status"] == status
    assert isinstance(problem["detail"], str)
    assert problem["detail"]
    assert problem["instance"] == response.headers["x-request-id"]
    assert [error["field"] for error in problem.get("errors", [])] == list(fields)
    return problem


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


async def serve(url: str, folder: Path, **wishes: Any) -> AsyncIterator[Served]:
    """An installation with these settings."""
    chosen: dict[str, Any] = {"data_dir": folder, "telegram_polling": False} | wishes
    settings = Settings(**chosen)

    def runtime() -> AbstractAsyncContextManager[Runtime]:
        return run(settings, url, work=True, reset=reset)

    application = create_app(runtime)
    async with application.router.lifespan_context(application) as state:
        assert state is not None

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, "state": dict(state) | scope.get("state", {})}, receive, send)

        found = iter_route_contexts(application.routes)
        routes = [(method, route.path) for route in found if route.path for method in sorted(route.methods or ())]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            each = Served(state["runtime"], url, app, routes, client)
            client.headers["X-API-Key"] = await each.creator(CREATOR)
            await each.creator(OTHER)
            yield each


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
