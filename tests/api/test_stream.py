"""The live stream: ids only, each event once and in order, after the reads show it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn

from tests.api.conftest import CREATOR, OTHER, Served, refused


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
        all_headers = {"X-API-Key": served.keys[creator], **headers}
        async with (
            httpx.AsyncClient(timeout=20) as client,
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


async def test_what_happens_is_told_when_the_board_shows_it(served: Served) -> None:
    async with listening(served) as stream:
        lead = await served.lead()
        await served.client.put(f"/dm/follower/{CREATOR}/ig_ana/status", json={"status": "hot"})
        told = [await anext(stream) for _ in range(4)]
    assert {"lead.captured", "lead.status_changed", "lead.scored"} <= {message["event"] for message in told}
    positions = [int(message["id"]) for message in told]
    assert positions == sorted(set(positions))
    moved = next(message["data"] for message in told if message["event"] == "lead.status_changed")
    assert (moved["lead_id"], moved["changed"], moved["type"]) == (lead["id"], ["status"], "lead.status_changed")
    assert moved["actor"].startswith("key:")
    assert "Ana" not in json.dumps(told)


async def test_who_comes_back_misses_nothing_and_hears_nothing_twice(served: Served) -> None:
    before = served.head()
    for number in range(3):
        await served.lead(platform_user_id=f"tg_{number}")
    happened = served.head() - before
    async with listening(served, **{"Last-Event-ID": str(before)}) as stream:
        told = [await anext(stream) for _ in range(happened)]
        await served.lead(platform_user_id="tg_9")
        told.append(await anext(stream))
    assert [int(message["id"]) for message in told] == list(range(before + 1, before + happened + 2))


async def test_another_creators_events_are_not_heard(served: Served) -> None:
    async with listening(served, OTHER) as stream:
        await served.lead()
        async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other:
            await other.post(f"/bot/{OTHER}/resume")
        first = await anext(stream)
    assert (first["event"], first["data"]["lead_id"]) == ("creator.mode_changed", None)


async def test_who_knows_another_log_is_told_to_begin_anew(served: Served) -> None:
    async with listening(served, **{"Last-Event-ID": str(served.head() + 5)}) as stream:
        reset = await anext(stream)
        assert (reset["event"], reset["data"]) == ("reset", {"position": served.head()})
        await served.lead()
        assert (await anext(stream))["event"] == "lead.captured"


async def test_who_asks_for_some_types_hears_those(served: Served) -> None:
    async with listening(served, types="creator.*,lead.status_*") as stream:
        await served.lead()
        await served.client.put(f"/dm/follower/{CREATOR}/ig_ana/status", json={"status": "hot"})
        await served.client.post(f"/bot/{CREATOR}/resume")
        told = [(await anext(stream))["event"] for _ in range(2)]
    assert told == ["lead.status_changed", "creator.mode_changed"]


async def test_what_is_no_event_id_is_refused(served: Served) -> None:
    for given in ("x", "-1", "1.5", "9" * 30):
        answer = served.client.get(f"/stream/{CREATOR}", params={"last_event_id": given})
        await refused(answer, 422, "invalid", "query:last_event_id")
