"""The live stream: ids only, each event once and in order, after the reads show it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import uvicorn

from api.access import callers
from api.http import connection
from api.server import uvicorn_config
from api.settings import Settings
from api.stream import server_sent_events
from domain.vocabulary import Role
from tests.harness.http import Served, opened, serve
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, OTHER


@asynccontextmanager
async def listening(
    served: Served, creator: str = CREATOR, types: str | None = None, **headers: str
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """The messages of the stream, over a real connection: it has no end."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(served.app, lifespan="off", log_config=None, timeout_graceful_shutdown=0)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listener]))
        path = f"http://127.0.0.1:{listener.getsockname()[1]}/stream/{creator}"
        credential = {} if "Cookie" in headers else {"X-API-Key": served.keys[creator]}
        all_headers = {**credential, **headers}
        async with (
            httpx.AsyncClient(timeout=PATIENCE) as client,
            client.stream("GET", path, headers=all_headers, params={"types": types} if types else {}) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            lines = answer.aiter_lines()
            yield messages(lines)
        server.should_exit = True
        await running


async def messages(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, Any]]:
    message: dict[str, Any] = {}
    async for line in lines:
        if line.startswith(":"):
            continue
        name, _, value = line.partition(": ")
        if line == "" and "data" in message:
            yield message
            message = {}
        elif name:
            message[name] = json.loads(value) if name == "data" else value


async def test_another_creators_events_are_not_heard(served: Served) -> None:
    async with listening(served, OTHER) as stream:
        await served.lead()
        async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other:
            await other.post(f"/bot/{OTHER}/pause")
        first = await anext(stream)
    assert (first["event"], first["data"]["lead_id"]) == ("creator.mode_changed", None)


@asynccontextmanager
async def raw(served: Served, types: str | None = None) -> AsyncIterator[AsyncIterator[str]]:
    """The stream's text, without a connection: piece by piece, as it is made."""

    async def may_read() -> float:
        return 3600

    runtime = served.runtime
    after, wanted = runtime.progress.position, [types] if types else []
    pieces = server_sent_events.follow(served.state["fan_out"], runtime.log, CREATOR, after, wanted, may_read)
    try:
        yield pieces
    finally:
        await pieces.aclose()  # type: ignore[attr-defined]  # it is a generator


async def test_who_hears_nothing_hears_that_it_is_still_there(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_sent_events.SILENCE == 15
    monkeypatch.setattr(server_sent_events, "SILENCE", 0.1)
    async with raw(served) as pieces:
        assert await anext(pieces) == ": live\n\n"
        assert [await anext(pieces) for _ in range(3)] == [": still here\n\n"] * 3


async def test_who_asks_for_some_types_is_told_how_far_the_log_is(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_sent_events, "SILENCE", 0.1)
    async with raw(served, "creator.*") as pieces:
        await anext(pieces)
        await served.lead()
        head = served.head()
        told = [await anext(pieces) for _ in range(3)][-1]
    assert told == f'id: {head}\nevent: position\ndata: {{"position": {head}}}\n\n'


async def test_what_the_board_does_not_show_yet_is_not_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent_events, "SILENCE", 0.1)
    async with raw(served) as pieces, await psycopg.AsyncConnection.connect(served.url) as conn:
        await anext(pieces)
        await conn.execute("SELECT 1 FROM read.projections WHERE name = 'board' FOR UPDATE")
        body = {"name": "Ana"}
        await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers={"Prefer": "respond-async"})
        assert [await anext(pieces) for _ in range(2)] == [": still here\n\n"] * 2
        await conn.rollback()
        while (told := await anext(pieces)) == ": still here\n\n":
            pass
    assert "event: lead.captured" in told


async def test_a_stream_that_opens_while_the_program_starts_begins_where_the_reads_are(
    database_url: str, tmp_path: Path
) -> None:
    async for before in serve(database_url, tmp_path):
        await before.lead()
        keys, head = before.keys, before.head()
    settings = Settings(data_dir=tmp_path, telegram_polling=False)
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        await conn.execute("LOCK TABLE app.leases IN EXCLUSIVE MODE")  # nobody leads, and nobody says how far it is
        async with opened(database_url, settings, work=False) as starting:
            starting.keys.update(keys)
            starting.client.headers["X-API-Key"] = keys[CREATOR]
            async with listening(starting) as stream:
                answer = await starting.client.get(f"/dm/leads/{CREATOR}")
                assert (answer.status_code, answer.headers["x-position"]) == (200, str(head))
                await conn.rollback()
                await starting.lead(platform_user_id="ig_5002")
                first = await anext(stream)
    assert (first["event"], first["id"]) == ("lead.captured", str(head + 1))


async def test_who_was_away_too_long_is_told_to_begin_anew(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_sent_events.FURTHEST_BACK == 10_000
    monkeypatch.setattr(server_sent_events, "FURTHEST_BACK", 3)
    await served.lead()
    await served.lead(platform_user_id="ig_5006")
    head = served.head()
    async with listening(served, **{"Last-Event-ID": str(head - 4)}) as stream:
        reset = await anext(stream)
    assert (reset["event"], reset["id"], reset["data"]) == ("reset", str(head), {"position": head})
    async with listening(served, **{"Last-Event-ID": str(head - 3)}) as stream:
        assert (await anext(stream))["id"] == str(head - 2)


ENDED = {
    "its key is revoked": "UPDATE app.keys SET revoked_at = now() WHERE prefix = %(prefix)s",
    "its key runs out": "UPDATE app.keys SET expires_at = now() WHERE prefix = %(prefix)s",
    "its key may no more": "UPDATE app.keys SET role = 'auditor' WHERE prefix = %(prefix)s",
    "its person may no more": "UPDATE app.memberships SET role = 'analyst'",
    "its person has left": "DELETE FROM app.memberships",
    "its session is over": "UPDATE app.sessions SET expires_at = now()",
}


async def test_a_stream_ends_with_its_credential_also_when_no_notification_tells(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server_sent_events.LOOK_AGAIN + callers.KNOWN_FOR <= 15
    monkeypatch.setattr(server_sent_events, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(callers, "KNOWN_FOR", 0.05)
    for number, (ended, statement) in enumerate(ENDED.items()):
        key = await served.key(role=Role.AGENT)
        headers = {"X-API-Key": key}
        if "key" not in ended:
            async with served.anybody() as browser:
                await browser.post("/auth/login", json={"link": await served.link(f"bea{number}@example.com")})
                headers = {"Cookie": f"{callers.COOKIE}={browser.cookies[callers.COOKIE]}"}
        async with listening(served, **headers) as stream:
            with psycopg.connect(served.url, autocommit=True) as conn:
                conn.execute(statement.encode(), {"prefix": key.removeprefix("clk_")[:12]})
            async with asyncio.timeout(PATIENCE):
                assert [message["event"] async for message in stream] == []


async def test_a_stream_is_open_no_longer_than_its_key_is_good(served: Served) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=6)
    key = await served.key(role=Role.AGENT, expires_at=soon)
    async with listening(served, **{"X-API-Key": key}) as stream, asyncio.timeout(PATIENCE):
        assert [message async for message in stream] == []
    assert datetime.now(UTC) >= soon


async def test_a_stream_ends_at_once_when_its_key_is_revoked(served: Served) -> None:
    key = await served.key(role=Role.AGENT)
    async with listening(served, **{"X-API-Key": key}) as stream, asyncio.timeout(PATIENCE):
        await served.client.delete(f"/access/{CREATOR}/keys/{key.removeprefix('clk_')[:12]}")
        assert [message async for message in stream] == []


async def test_a_reader_who_does_not_read_is_cut_off(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_WITHIN", 0.3)
    monkeypatch.setattr(server_sent_events, "SILENCE", 0.0)
    with socket.socket() as listener, socket.socket() as client:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn_config(served.app, served.runtime.settings)
        config.lifespan, config.timeout_graceful_shutdown = "off", 0
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listener]))
        client.connect(listener.getsockname())
        key = served.keys[CREATOR]
        client.sendall(f"GET /stream/{CREATOR} HTTP/1.1\r\nHost: test\r\nX-API-Key: {key}\r\n\r\n".encode())
        client.setblocking(False)
        assert await asyncio.get_running_loop().sock_recv(client, 12) == b"HTTP/1.1 200"
        streams = set(server.server_state.tasks)
        _, still_open = await asyncio.wait(streams, timeout=PATIENCE)
        assert (len(streams), still_open, server.server_state.connections) == (1, set(), set())
        server.should_exit = True
        await running
