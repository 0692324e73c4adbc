"""What a call to a platform comes to when what answers is no platform: above all, whether it may have arrived."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from processes.channels.base import ErrorClass
from processes.channels.http_client import PlatformClient, transport_class
from processes.channels.transport import LARGEST
from tests.platforms.certificates import self_signed

BEGUN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PATIENT = httpx.Timeout(60)

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def platform(play: Play, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The address of a server that reads each request and then does what `play` does."""
    connections: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"CONNECT"):
                await reader.readuntil(b"}")
            await play(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.create_task(serve(reader, writer)))

    async with await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls) as server:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await asyncio.gather(*connections)


async def failure(address: str, limits: httpx.Timeout = PATIENT) -> httpx.TransportError:
    async with PlatformClient(address, timeout=limits) as client:
        with pytest.raises(httpx.TransportError) as failed:
            await client.post("token/sendMessage", {"text": "hola"})
    assert "token" not in str(failed.value)
    assert failed.value.__context__ is None
    return failed.value


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""


async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(BEGUN + b"5\r\nhal")
    await writer.drain()


async def say_something_else(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.org ESMTP\r\n")
    await writer.drain()


async def say_too_much(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(BEGUN)
    for _ in range(LARGEST // 65536 + 1):
        writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
        await writer.drain()
    await reader.read()


@pytest.mark.parametrize("play", [hang_up, break_off, say_something_else, say_too_much])
async def test_what_was_written_and_not_answered_may_have_arrived(play: Play) -> None:
    async with platform(play) as address:
        assert transport_class(await failure(address)) is ErrorClass.UNCERTAIN


async def test_an_answer_that_comes_for_ever_is_waited_for_no_longer_than_all_limits_together() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BEGUN)
        while not reader.at_eof():
            writer.write(b"1\r\nx\r\n")
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.05)

    async with platform(trickle) as address:
        met = await failure(address, httpx.Timeout(connect=1, read=1, write=0.5, pool=60))
    assert transport_class(met) is ErrorClass.UNCERTAIN


async def test_a_platform_whose_certificate_nobody_trusts_is_sent_nothing(tmp_path: Path) -> None:
    async with platform(hang_up, self_signed(tmp_path)) as address:
        met = await failure(address)
    assert "Certificate" in str(met)
    assert transport_class(met) is ErrorClass.NOT_SENT


async def test_what_a_proxy_refuses_was_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with platform(refuse) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        met = await failure("https://platform.example.org")
    assert isinstance(met, httpx.ProxyError)
    assert transport_class(met) is ErrorClass.NOT_SENT
