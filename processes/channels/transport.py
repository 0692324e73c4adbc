"""httpx's transport over aiohttp's connections, so that a call costs little however many are in the air."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final

import aiohttp
import httpx

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of an answer at most: the longest that a platform gives are a hundred updates."""


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Makes requests over connections that are kept, and reads their answers whole.

    At most `most` are in the air; who finds no place waits for as long as the request says. Every request names all of
    httpx's time limits. Nothing is tried twice: aiohttp does so for idempotent methods alone (RFC 9110, 9.2.2), and
    follows no redirect here. No error names the address, which may contain a token.
    """

    def __init__(self, most: int, trusted: ssl.SSLContext, proxy: str | None) -> None:
        self._places = asyncio.Semaphore(most)
        self._trusted = trusted
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make one request.

        Raises `httpx.PoolTimeout`, `ConnectError`, `ConnectTimeout`, `ProxyError` or `UnsupportedProtocol` if it was
        never written, `ReadTimeout` or `ReadError` if it may have been.
        """
        limits: Mapping[str, float] = request.extensions["timeout"]
        await self._take_place(limits["pool"])
        try:
            return await self._ask(request, limits)
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = _failure(error)
        finally:
            self._places.release()
        raise failure  # outside of `except`, for aiohttp's own errors name the address

    async def _take_place(self, patience: float) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(patience):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("no connection became free") from error

    async def _ask(self, request: httpx.Request, limits: Mapping[str, float]) -> httpx.Response:
        async with self._open().request(
            request.method,
            str(request.url),
            headers=request.headers,
            data=request.content,
            allow_redirects=False,
            proxy=self._proxy,
            timeout=aiohttp.ClientTimeout(
                total=limits["connect"] + limits["write"] + limits["read"],
                connect=limits["connect"],
                sock_read=limits["read"],
            ),
        ) as answer:
            return httpx.Response(answer.status, headers=answer.raw_headers, content=await _whole(answer.content))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._trusted),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept-Encoding",),
            )
        return self._session

    async def aclose(self) -> None:
        """Close all connections; what is in the air is broken off."""
        if self._session is not None:
            await self._session.close()


async def _whole(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for part in content.iter_any():
        body += part
        if len(body) > LARGEST:
            raise aiohttp.ClientPayloadError(f"an answer of more than {LARGEST} bytes")
    return bytes(body)


def _failure(error: aiohttp.ClientError | TimeoutError) -> httpx.TransportError:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("no connection in time")
        case aiohttp.ClientHttpProxyError():
            return httpx.ProxyError(f"the proxy refused: HTTP {error.status}")
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError(type(error).__name__)
        case aiohttp.InvalidURL():
            return httpx.UnsupportedProtocol("the address is none of HTTP")
        case TimeoutError():
            return httpx.ReadTimeout("no answer in time")
        case _:
            return httpx.ReadError(type(error).__name__)
