"""HTTP on a runtime in the test's own process and on a database of its own, for what no client could bring about."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import psycopg
from fastapi.routing import iter_route_contexts
from psycopg.rows import dict_row
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import credentials, invitations
from api.access.credentials import NewLink
from api.app import State, create_app
from api.bootstrap import run
from api.database.installation import installation_key
from api.demo.demo import reset
from api.runtime import Runtime
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import Product
from domain.vocabulary import Mode, Platform, Role
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, IN_MADRID, OTHER, connect, issue_key, switch_all_on

Answer = httpx.Response


@dataclass
class Served:
    """A running installation as a client meets it; `client` carries the owner's key."""

    runtime: Runtime
    url: str
    app: ASGIApp
    routes: list[tuple[str, str]]
    client: httpx.AsyncClient
    state: State
    leaving: threading.Event
    keys: dict[str, str] = field(default_factory=dict)

    def anybody(self, **headers: str) -> httpx.AsyncClient:
        """A client with these headers and nothing else."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://test", headers=headers)

    async def do(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Give a command as the system and wait until the reads show it."""
        with context.acting("system"):
            done = await self.runtime.writer.do(command, *args, **kwargs)
        if done.position is not None:
            assert await self.runtime.progress.wait_until(done.position, PATIENCE)
        return done.result

    async def creator(self, name: str) -> str:
        """Make a creator with a key; answers the key."""
        await self.do(Clonnect.sign_up_creator, name, None, IN_MADRID)
        self.keys[name] = await self.key(name)
        return self.keys[name]

    async def key(self, creator: str | None = CREATOR, role: Role = Role.OWNER, **more: Any) -> str:
        """A new key; without a creator an admin's."""
        secret: str = await self.do(issue_key, creator, role, **more)
        return secret

    async def link(self, email: str, creator: str | None = CREATOR, role: Role = Role.OWNER) -> str:
        """The token of a log-in link to somebody's account, which is made if need be."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as conn:
            account = invitations.account_of(conn, email)
        if account is None:
            link: NewLink = await self.do(invitations.let_in, creator, email, role)
        else:
            link = await self.do(invitations.link_for, account)
        return link.token

    async def joins(self, email: str, creator: str, role: Role) -> None:
        """Make a further member of somebody who has an account."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as conn:
            account = invitations.account_of(conn, email)
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
        await self.do(switch_all_on, CREATOR)

    async def connect(
        self, platform: Platform, account_id: str, secret: str | None = None, *, creator: str = CREATOR
    ) -> None:
        """Connect an account of a platform; `secret` is what its webhook proves itself with."""
        key = installation_key(self.runtime.settings)
        proof = secret or f"secret of {platform}"
        await self.do(connect, key, creator, platform, account_id, token="12345:token", secret=proof)

    async def sells(self, product: Product) -> None:
        await self.do(Clonnect.add_product, CREATOR, product)

    def head(self) -> int:
        """How much has happened in all."""
        return self.runtime.log.head()


@asynccontextmanager
async def opened(url: str, settings: Settings, *, work: bool = True) -> AsyncIterator[Served]:
    """An installation as its database lies; the client carries no key."""

    def runtime() -> AbstractAsyncContextManager[Runtime]:
        return run(settings, url, work=work, reset=reset)

    leaving = threading.Event()
    application = create_app(runtime, leaving)
    async with application.router.lifespan_context(application) as state:
        assert state is not None

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await application({**scope, "state": dict(state) | scope.get("state", {})}, receive, send)

        found = iter_route_contexts(application.routes)
        routes = [(method, route.path) for route in found if route.path for method in sorted(route.methods or ())]
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            yield Served(state["runtime"], url, app, routes, client, cast(State, state), leaving)


async def serve(url: str, folder: Path, **wishes: Any) -> AsyncIterator[Served]:
    """An installation with these settings and both creators."""
    chosen: dict[str, Any] = {"data_dir": folder, "telegram_polling": False} | wishes
    async with opened(url, Settings(**chosen)) as each:
        each.client.headers["X-API-Key"] = await each.creator(CREATOR)
        await each.creator(OTHER)
        yield each
