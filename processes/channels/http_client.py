"""The HTTP client of a platform: its time limits, no redirects, no retries, and which errors mean *not sent*."""

import ssl
from collections.abc import Mapping
from functools import cache, lru_cache
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from processes.channels.base import ErrorClass
from processes.channels.transport import AiohttpTransport

TIMEOUT: Final = httpx.Timeout(connect=5, read=15, write=10, pool=5)
MOST: Final = 1000
"""Calls that are in the air at most; a long poll is one as long as it lasts: many bots must not starve the sends."""

_NEVER_WRITTEN: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def transport_class(error: httpx.RequestError) -> ErrorClass:
    """`NOT_SENT` if the request was never written, else `UNCERTAIN`: the same for every platform."""
    return ErrorClass.NOT_SENT if isinstance(error, _NEVER_WRITTEN) else ErrorClass.UNCERTAIN


class PlatformClient:
    """Posts JSON to one platform over connections that are kept; whoever opens it closes it.

    It speaks to httpx's transport: what httpx's own client does above it (redirects, cookies, authentication, a line in
    the log with the whole address, which may contain a token) is not wanted, and costs a third of a call.
    """

    def __init__(self, base_url: str, *, timeout: httpx.Timeout = TIMEOUT, most: int = MOST) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout.as_dict()
        self._transport = AiohttpTransport(most, authorities(), _proxy_for(base_url))

    async def post(self, path: str, body: Mapping[str, object], read_timeout: float | None = None) -> httpx.Response:
        """Post once, and read the answer whatever it is; `read_timeout` in seconds, where it is not the usual one.

        Raises `httpx.TransportError`.
        """
        timeout = self._timeout if read_timeout is None else {**self._timeout, "read": read_timeout}
        url = _url(f"{self._base_url}/{path}")
        request = httpx.Request("POST", url, json=body, extensions={"timeout": timeout})
        return await self._transport.handle_async_request(request)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._transport.aclose()


@lru_cache(1000)
def _url(address: str) -> httpx.URL:
    """An address taken apart, which costs a sixth of a call: one for each method of a bot."""
    return httpx.URL(address)


@cache
def authorities() -> ssl.SSLContext:
    """Whose certificates are trusted: httpx's own choice, read once for a process."""
    return httpx.create_ssl_context()


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`)."""
    parts, proxies = urlsplit(url), getproxies()
    return None if proxy_bypass(parts.netloc) else proxies.get(parts.scheme, proxies.get("all"))
