"""The client of Groq's API: one request, and its answer whatever it is; nothing else imports `groq`."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, cast

import groq
import httpx

from processes.language_models.account import GroqAccount
from processes.language_models.completions import CallOutcome

LARGEST: Final = 1024 * 1024
"""Bytes of an answer at most: 3,000 tokens are some 20 KB."""


@dataclass(frozen=True)
class GroqAnswer:
    """Status, headers by lower-case names, and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswer(Exception):
    """There is none: `outcome` is `TIMEOUT` or `NO_CONNECTION`."""

    def __init__(self, outcome: CallOutcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class GroqClient:
    """Asks for chat completions over connections that are kept; whoever opens it closes it.

    Nothing is tried twice and no redirect is followed: a request that nobody sees is one that nobody pays knowingly.
    """

    def __init__(self, account: GroqAccount) -> None:
        self._within = account.timeout
        # No limit of the pool's own: how many calls are in the air, the lane before it decides.
        timeout = httpx.Timeout(account.timeout, connect=account.connect_timeout)
        self._http = httpx.AsyncClient(
            timeout=timeout,
            follow_redirects=False,
            event_hooks={"response": [_bound]},
            limits=httpx.Limits(max_connections=None),
        )
        self._groq = groq.AsyncGroq(
            api_key=account.api_key,
            base_url=account.base_url,
            timeout=timeout,
            max_retries=0,
            http_client=self._http,
        )
        self._completions = self._groq.chat.completions.with_raw_response  # imports what it needs here, not in a call

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._groq.close()

    async def ask(self, model: str, messages: Sequence[Mapping[str, str]], params: Mapping[str, object]) -> GroqAnswer:
        """Ask once, and read the answer whatever its status is.

        It lasts as long as the account says at most, however slowly the answer drips. Raises `NoAnswer`.
        """
        try:
            async with asyncio.timeout(self._within):
                answer = await self._completions.create(model=model, messages=cast(Any, messages), **cast(Any, params))
                return _answer(answer.http_response)
        except groq.APIStatusError as error:
            return _answer(error.response)
        except (groq.APITimeoutError, TimeoutError):
            raise NoAnswer(CallOutcome.TIMEOUT) from None
        except groq.APIConnectionError:
            raise NoAnswer(CallOutcome.NO_CONNECTION) from None


def _answer(response: httpx.Response) -> GroqAnswer:
    return GroqAnswer(response.status_code, dict(response.headers), response.content)


class _Bounded(httpx.AsyncByteStream):
    """A body that ends with an error where it is too long."""

    def __init__(self, body: httpx.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._body:
            size += len(part)
            if size > LARGEST:
                raise httpx.ReadError(f"an answer of more than {LARGEST} bytes")
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


async def _bound(response: httpx.Response) -> None:
    assert isinstance(response.stream, httpx.AsyncByteStream), "an asynchronous client has asynchronous bodies"
    response.stream = _Bounded(response.stream)
