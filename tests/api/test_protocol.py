"""HTTP over a real connection: slow, endless and broken requests are refused, and nobody else notices."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from api import protocol
from api.server import uvicorn_config
from tests.api.conftest import CREATOR, Served

CROWD = 200
MEBIBYTE = 1024 * 1024


@asynccontextmanager
async def listening(served: Served) -> AsyncIterator[int]:
    """The program as it is served, on a port of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn_config(served.app, served.runtime.settings)
        config.lifespan, config.timeout_graceful_shutdown = "off", 0
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


@pytest.fixture
async def port(served: Served) -> AsyncIterator[int]:
    async with listening(served) as port:
        yield port


async def say(port: int, *pieces: bytes) -> tuple[int, dict[str, str], Any]:
    """What is answered to these bytes; the connection is not closed by us."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await answer(reader)
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], Any]:
    async with asyncio.timeout(20):
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await reader.readexactly(int(headers["content-length"]))
    return int(status.split()[1]), headers, json.loads(body)


def head(served: Served, method: str = "POST", path: str = f"/dm/leads/{CREATOR}", **headers: str) -> bytes:
    fields = {"Host": "test", "X-API-Key": served.keys[CREATOR], "Content-Type": "application/json", **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_what_is_no_http_gets_a_problem_and_no_more(served: Served, port: int) -> None:
    for broken in (
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    ):
        status, headers, problem = await say(port, broken)
        assert (status, problem["type"], problem["status"]) == (400, "/problems/bad-request", 400)
        assert (headers["content-type"], headers["connection"]) == ("application/problem+json", "close")
        assert problem["instance"] == headers["x-request-id"]


async def test_a_head_that_is_too_long_is_refused_while_it_comes(served: Served, port: int) -> None:
    before = served.head()
    endless = b"X-Filler: " + b"x" * 1000 + b"\r\n"
    in_pieces = [b"GET / HTTP/1.1\r\nHost: test\r\n", *[endless] * 40]
    one_header = [b"GET / HTTP/1.1\r\nHost: test\r\nX-Filler: ", *[b"x" * 1000] * 40]
    one_address = [b"GET /", *[b"x" * 1000] * 40]
    at_once = [head(served, X_Filler="x" * 40_000)]
    for pieces in (in_pieces, one_header, one_address, at_once):
        status, headers, problem = await say(port, *pieces)
        assert (status, problem["type"], headers["connection"]) == (431, "/problems/headers-too-large", "close")
    status, _, _ = await say(port, head(served, "GET", "/auth/me", X_Filler="x" * 30_000))
    assert status == 200
    assert served.head() == before


async def test_a_body_over_the_limit_is_refused_declared_or_in_chunks(served: Served, port: int) -> None:
    before = served.head()
    declared = head(served, Content_Length=str(100 * MEBIBYTE))
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for pieces in ([declared], [head(served, Transfer_Encoding="chunked"), *[chunk] * 17]):
        status, _, problem = await say(port, *pieces)
        assert (status, problem["type"]) == (413, "/problems/too-large")
    assert served.head() == before


async def test_who_goes_on_sending_after_the_refusal_is_cut_off(served: Served, port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(served, Content_Length=str(100 * MEBIBYTE)))
    sent = 0
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(20):
            while sent < 100:
                writer.write(b"x" * MEBIBYTE)
                await writer.drain()
                sent += 1
    assert 0 < sent < 64


async def test_deep_json_and_strange_characters_are_refused_over_the_wire(served: Served, port: int) -> None:
    before = served.head()
    for body in (
        b"[" * 500_000,
        b'{"a":' * 200_000,
        b'{"name": "\\ud800"}',
        b'{"name": "a\\u0000"}',
        b"\xff",
        b"9" * 9_999,
    ):
        status, _, problem = await say(port, head(served, Content_Length=str(len(body))) + body)
        assert (status, problem["type"]) == (422, "/problems/invalid")
    assert served.head() == before


async def test_who_sends_a_head_too_slowly_is_told_so_and_who_sends_none_is_let_go(
    served: Served, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_WITHIN", 0.3)
    status, _, problem = await say(port, b"GET / HTTP/1.1\r\nHost: test\r\n")
    assert (status, problem["type"]) == (408, "/problems/too-slow")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_who_stops_in_the_middle_of_a_body_is_let_go_and_nothing_is_a_defect(
    served: Served, port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(protocol, "BODY_SILENCE", 0.3)
    before = served.head()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(served, Content_Length="100") + b'{"name":')
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(served, Content_Length="100") + b'{"name":')
    writer.close()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as other:
        assert (await other.get("/health/live")).status_code == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert served.head() == before


async def test_one_connection_carries_many_requests_one_after_another(served: Served, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(3):
        body = json.dumps({"name": f"Ana {number}"}).encode()
        writer.write(head(served, Content_Length=str(len(body))))
        await writer.drain()
        writer.write(body)
        status, headers, made = await answer(reader)
        assert (status, made["lead"]["name"]) == (200, f"Ana {number}")
        assert "connection" not in headers
    writer.close()


async def test_a_crowd_of_slow_connections_keeps_nobody_from_working(served: Served, port: int) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CROWD)]
    for number, (_, writer) in enumerate(slow):
        begun = head(served, Content_Length="100")
        writer.write(begun[: len(begun) // 2] if number % 2 else begun + b"{")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=served.client.headers) as client:
        answers = await asyncio.gather(*(client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    for _, writer in slow:
        writer.close()
