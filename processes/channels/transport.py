"""HTTP transport with one pool for each connection, so that a call costs the same however many are in the air."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx


class OneConnectionEach(httpx.AsyncBaseTransport):
    """Keeps transports of one connection each, and gives every request one for itself until its answer is read.

    httpcore's pool looks at all of its connections whenever a request begins or ends: with 64 at once that is ten times
    the cost of the request (`httpcore/_async/connection_pool.py`, `_assign_requests_to_connections`). `make` makes a
    transport of one connection; at most `most` are made, and who finds none free waits for as long as its request says.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport], most: int) -> None:
        self._make = make
        self._free: list[httpx.AsyncBaseTransport] = []
        self._is_closed = False
        self._places = asyncio.Semaphore(most)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request over a connection that nobody uses; raises `httpx.PoolTimeout` and what the request meets."""
        if self._places.locked():
            await self._wait_for_place(request)
        else:
            await self._places.acquire()
        transport = self._free.pop() if self._free else self._make()
        try:
            response = await transport.handle_async_request(request)
        except BaseException:
            await self._give_back(transport)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Answer(response.stream, lambda: self._give_back(transport))
        return response

    async def _wait_for_place(self, request: httpx.Request) -> None:
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("no connection became free", request=request) from error

    async def _give_back(self, transport: httpx.AsyncBaseTransport) -> None:
        self._places.release()
        if self._is_closed:
            await transport.aclose()
        else:
            self._free.append(transport)

    async def aclose(self) -> None:
        """Close what nobody uses; a request that is still under way closes its connection when it ends."""
        self._is_closed = True
        while self._free:
            await self._free.pop().aclose()


class _Answer(httpx.AsyncByteStream):
    """The body of an answer; once it is closed its connection may be used again."""

    def __init__(self, stream: httpx.AsyncByteStream, over: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._over = over

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            await self._over()
