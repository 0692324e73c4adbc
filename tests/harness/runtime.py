"""The runtime in the test's own process, on a database of its own, with a creator whose bot is on."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from api.bootstrap import run
from api.database.installation import installation_key, open_application
from api.runtime import Runtime
from api.settings import Settings
from api.simulator.time_travel import settle
from domain import context
from domain.application import Clonnect
from eventstore.log import Recorded
from processes.channels.simulator import PHONES
from processes.deliveries import Handled
from tests.world import CREATOR, sign_up

MONDAY = "date_trunc('week', now()) + interval '7 days 10 hours'"
"""Ten o'clock, UTC, of the Monday to come: no test depends on the hour at which it is run."""

Event = TypeVar("Event")
Start = Callable[..., AbstractAsyncContextManager[Runtime]]


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection[DictRow]]:
    """A look into the database from outside of the program."""
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def app(database_url: str, settings: Settings) -> Iterator[Clonnect]:
    """The application alone, with the creator; commands run in the test's own thread."""
    with open_application(database_url, installation_key(settings)) as app:
        sign_up(app, settings)
        yield app


@pytest.fixture
def demo(database_url: str, settings: Settings, conn: psycopg.Connection[DictRow], app: Clonnect) -> Start:
    """Starts the program as a demo; `async with demo() as runtime`."""
    conn.execute(f"UPDATE app.clock SET is_demo = true, ahead = {MONDAY} - now()".encode())
    return lambda work=True: run(settings, database_url, work=work)


@pytest.fixture
async def runtime(demo: Start) -> AsyncIterator[Runtime]:
    """A demo that works, at ten o'clock on a Monday."""
    async with demo() as runtime:
        assert await settle(runtime)
        yield runtime


@pytest.fixture
async def reader(demo: Start) -> AsyncIterator[Runtime]:
    """A demo that shows everything and does nothing."""
    async with demo(work=False) as runtime:
        yield runtime


async def deliver(runtime: Runtime, body: dict[str, Any], creator_id: str = CREATOR) -> Handled:
    """What a phone of the simulator sends."""
    channel = PHONES[body["follower_id"].partition("_")[0]]
    raw = json.dumps(body).encode()
    return await runtime.deliveries.store(channel, f"{creator_id}-{channel}", creator_id, raw, "simulator")


async def say(runtime: Runtime, phone: str, text: str, message_id: str, name: str | None = None) -> UUID:
    """Somebody writes, and everything that follows at once has happened; answers the lead's id."""
    body = {"follower_id": phone, "text": text, "message_id": message_id}
    handled = await deliver(runtime, body if name is None else body | {"name": name})
    assert await settle(runtime)
    return handled.received[0].lead_id


def events(runtime: Runtime, event_class: type[Event], after: int = 0) -> list[Event]:
    """What has happened, of one kind."""
    return [each.event for each in recorded(runtime, after) if isinstance(each.event, event_class)]


def recorded(runtime: Runtime, after: int = 0) -> list[Recorded]:
    """The whole log behind a position."""
    return runtime.log.read(after, 100_000)


def on_the_phone(conn: psycopg.Connection[DictRow], phone: str) -> list[str]:
    """What has arrived on a phone of the simulator."""
    rows = conn.execute("SELECT text FROM app.simulator_book WHERE recipient = %s ORDER BY at", (phone,))
    return [row["text"] for row in rows]


async def acting(runtime: Runtime, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A person gives a command, and everything that follows at once has happened."""
    with context.acting("person:1"):
        done = await runtime.writer.do(command, *args, **kwargs)
    assert await settle(runtime)
    return done.result
