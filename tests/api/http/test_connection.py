"""HTTP over a real connection: slow, endless and broken requests are refused, and nobody else notices."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from api.http import connection
from api.http.concurrency_limits import Budget
from api.http.rate_limits import ConcurrencyLimit
from api.server import uvicorn_config
from domain.vocabulary import Platform
from tests.harness.http import Served
from tests.world import CREATOR

CROWD = 200
MEBIBYTE = 1024 * 1024


@asynccontextmanager
async def listening(served: Served, **limits: Any) -> AsyncIterator[int]:
    """The program as it is served, with these limits, on a port of its own."""
    settings = served.runtime.settings.model_copy(update=limits)
    runtime = replace(served.runtime, settings=settings)
    http = replace(
        served.state["http"],
        bodies=Budget(settings.bodies_limit, settings.bodies_limit_per_address),
        open_requests=ConcurrencyLimit(settings.connections_limit_per_address),
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await served.app({**scope, "state": {**served.state, "runtime": runtime, "http": http}}, receive, send)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn_config(app, settings)
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


async def is_hung_up(reader: asyncio.StreamReader) -> bool:
    """Whether nothing more is said; waits for the end."""
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionError):
            return await reader.read() == b""
    return True


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
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.3)
    status, _, problem = await say(port, b"GET / HTTP/1.1\r\nHost: test\r\n")
    assert (status, problem["type"]) == (408, "/problems/too-slow")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_who_stops_in_the_middle_of_a_body_is_told_so_and_nothing_is_a_defect(
    served: Served, port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection, "BODY_LOOK", 0.3)
    before = served.head()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(served, Content_Length="100") + b'{"name":')
    status, _, problem = await answer(reader)
    assert (status, problem["type"]) == (408, "/problems/too-slow")
    assert await is_hung_up(reader)
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(served, Content_Length="100") + b'{"name":')
    writer.close()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as other:
        assert (await other.get("/health/live")).status_code == 200
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert served.head() == before


async def test_a_body_that_drips_is_refused_and_so_is_one_that_takes_too_long(
    served: Served, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_LOOK", 0.3)
    for pace, within in ((10**9, 300.0), (0, 0.3)):
        monkeypatch.setattr(connection, "BODY_PACE", pace)
        monkeypatch.setattr(connection, "BODY_WITHIN", within)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(served, Content_Length="100000"))
        told = asyncio.ensure_future(answer(reader))
        while not told.done():
            writer.write(b" ")
            await asyncio.wait([told], timeout=0.05)
        assert told.result()[0] == 408
        writer.close()


async def test_a_trailer_is_no_header(served: Served, port: int) -> None:
    before = served.head()
    key, body = served.keys[CREATOR], b'{"name": "Ana"}'
    asked = head(served, Transfer_Encoding="chunked").replace(f"X-API-Key: {key}\r\n".encode(), b"")
    chunked = b"%x\r\n%b\r\n0\r\nX-API-Key: %b\r\n\r\n" % (len(body), body, key.encode())
    status, _, problem = await say(port, asked + chunked)
    assert (status, problem["type"]) == (401, "/problems/unauthenticated")
    status, _, _ = await say(port, asked, chunked)
    assert status == 401
    assert served.head() == before
    status, headers, _ = await say(port, head(served, Transfer_Encoding="chunked"), chunked)
    assert (status, "connection" in headers) == (200, False)


async def test_trailers_and_what_frames_the_chunks_are_limited_like_a_head(served: Served, port: int) -> None:
    before = served.head()
    begun = head(served, Transfer_Encoding="chunked")
    filler = b"x" * 1000
    trailers = [b"1\r\n{\r\n0\r\n", *[b"X-Filler: " + filler + b"\r\n"] * 40]
    one_trailer = [b"1\r\n{\r\n0\r\nX-Filler: ", *[filler] * 40]
    extension = [b"1;" + filler, *[filler] * 40]
    tiny = [b"1\r\n \r\n" * 1000] * 10
    for pieces in (trailers, one_trailer, extension, tiny):
        for sent in ([begun, *pieces], [begun + b"".join(pieces)]):
            status, headers, problem = await say(port, *sent)
            assert (status, problem["type"], headers["connection"]) == (431, "/problems/headers-too-large", "close")
    assert served.head() == before
    small = b"5\r\n     \r\n" * 10_000 + b'd\r\n{"name":"Ana"\r\n1\r\n}\r\n0\r\n' + b"X-Filler: " + filler
    assert (await say(port, begun, small + b"\r\n\r\n"))[0] == 200


async def test_too_many_headers_are_refused(served: Served, port: int) -> None:
    for number, status in ((90, 200), (101, 431)):
        many = {f"X_{each}": "" for each in range(number)}
        assert (await say(port, head(served, "GET", "/auth/me", **many)))[0] == status


async def test_requests_that_wait_for_the_answer_before_are_few(served: Served, port: int) -> None:
    ask = head(served, "GET", "/auth/me")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ask * connection.PIPELINED)
    for _ in range(connection.PIPELINED):
        assert (await answer(reader))[0] == 200
    writer.write(ask * 1000)
    assert await is_hung_up(reader)
    writer.close()


async def test_blank_lines_keep_no_connection_open(served: Served, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WITHIN", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head(served, "GET", "/auth/me"))
    assert (await answer(reader))[0] == 200
    writer.write(b"\r\n")
    assert await is_hung_up(reader)
    writer.close()


async def test_of_strangers_no_body_is_read(served: Served, port: int) -> None:
    await served.connect(Platform.TELEGRAM, "12345", "the secret")
    unknown = head(served, Content_Length="1000").replace(served.keys[CREATOR].encode(), b"clk_" + b"0" * 64)
    assert (await say(port, unknown))[0] == 401
    assert (await say(port, head(served, path="/dm/leads/pedro", Content_Length="1000")))[0] == 404
    platform = {"X_Telegram_Bot_Api_Secret_Token": "another", "Content_Length": "1000"}
    assert (await say(port, head(served, path="/webhook/telegram", **platform)))[0] == 403
    asks = head(served, Expect="100-continue", Content_Length="15")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(asks)
    async with asyncio.timeout(20):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b'{"name": "Ana"}')
    assert (await answer(reader))[0] == 200
    writer.close()
    assert (await say(port, asks.replace(b"X-API-Key: clk", b"X-API-Key: clx")))[0] == 401


async def test_one_address_has_so_many_connections_and_all_have_so_many(served: Served) -> None:
    for limit, status, slug in (
        ("connections_limit_per_address", 429, "/problems/rate-limited"),
        ("connections_limit", 503, "/problems/unavailable"),
    ):
        async with listening(served, **{limit: 2}) as port:
            open_ones = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            told, headers, problem = await say(port)
            assert (told, problem["type"], headers["retry-after"]) == (status, slug, "1")
            reader, writer = open_ones[0]
            writer.write(head(served, "GET", "/auth/me"))
            assert (await answer(reader))[0] == 200
            assert (await say(port, head(served, "GET", "/auth/me")))[0] == 200  # the first is only kept open
            assert await is_hung_up(reader)
            for _, writer in open_ones:
                writer.close()


async def test_who_comes_through_a_trusted_proxy_is_counted_by_requests(served: Served) -> None:
    async with listening(served, trusted_proxies="127.0.0.1", connections_limit_per_address=1) as port:

        def ask(client: str) -> bytes:
            return head(served, Content_Length="15", X_Forwarded_For=client)

        first, waiting = await asyncio.open_connection("127.0.0.1", port)
        waiting.write(ask("192.0.2.1").replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        async with asyncio.timeout(20):
            await first.readuntil(b"\r\n\r\n")
        body = b'{"name": "Ana"}'
        status, headers, problem = await say(port, ask("192.0.2.1") + body)
        assert (status, problem["type"], headers["retry-after"]) == (429, "/problems/rate-limited", "1")
        assert (await say(port, ask("192.0.2.2") + body))[0] == 200
        waiting.write(body)
        assert (await answer(first))[0] == 200
        assert (await say(port, ask("192.0.2.1") + body))[0] == 200
        waiting.close()


async def test_bodies_that_are_being_read_have_so_many_bytes_in_all_and_from_one_address(served: Served) -> None:
    before = served.head()
    for limit, status in (("bodies_limit_per_address", 429), ("bodies_limit", 503)):
        async with listening(served, **{limit: 100_000}) as port:
            first, begun = await asyncio.open_connection("127.0.0.1", port)
            body = b" " * 70_000 + b"{"
            begun.write(head(served, Content_Length=str(len(body))) + body[:-1])
            told, headers = 0, dict[str, str]()
            while told != status:  # as soon as the first one has been read that far
                told, headers, _ = await say(port, head(served, Content_Length=str(len(body))) + body)
                assert told in (422, status)
            assert headers["retry-after"] == "1"
            begun.write(body[-1:])
            assert (await answer(first))[0] == 422
            assert (await say(port, head(served, Content_Length=str(len(body))) + body))[0] == 422
            begun.close()
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
