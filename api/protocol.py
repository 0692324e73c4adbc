"""HTTP as it comes over a connection: what is no HTTP, too long or too slow is refused before any route sees it."""

import asyncio
from typing import Any, Final
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.problems import MEDIA_TYPE, document

HEAD_LIMIT: Final = 32 * 1024
HEAD_WITHIN: Final = 10.0
"""Seconds for the request line and all headers; a connection that asks for nothing is closed silently."""
BODY_SILENCE: Final = 30.0
"""Seconds without a byte of a body that is not complete."""
READ_WITHIN: Final = 30.0
"""Seconds for a client to read some of what waits for it; what waits is bounded, so that it holds up its sender."""
DISCARDED: Final = 16 * 1024 * 1024
"""Bytes of a body that are still read, and thrown away, when its request has been answered: then its client is no
longer one that would read the answer."""

_REFUSALS: Final = {
    400: ("Bad Request", "bad-request", "This is not a request in HTTP/1.1."),
    408: ("Request Timeout", "too-slow", "The request did not come in time."),
    431: ("Request Header Fields Too Large", "headers-too-large", "The address and the headers are too long."),
}


class Protocol(HttpToolsProtocol):
    """One connection. `head_limit` is how many bytes the request line and the headers may have."""

    head_limit = HEAD_LIMIT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: int | None = 0
        self._is_complete = True
        self._discarded = 0
        self._too_long = False
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn says it
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_WITHIN, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._read_again()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        was_in_head = self._head is not None
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head is not None and not self._is_complete:
            self._head += len(data)
            if self._head > self.head_limit:
                self._refuse(431)
        elif self._is_complete:
            self._stop_timer()
        elif not was_in_head or self._timer is None:
            self._start_timer(BODY_SILENCE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._timer is None:
            self._start_timer(HEAD_WITHIN)
        self._head, self._is_complete, self._discarded = 0, False, 0

    def on_headers_complete(self) -> None:
        self._head = None
        self._stop_timer()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > self.head_limit:
            self._too_long = True
            raise ValueError("the head is too long")  # the parser stops, and uvicorn calls `send_400_response`
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self.cycle.response_complete:
            self._discarded += len(body)
            if self._discarded > DISCARDED:
                self.transport.close()

    def on_message_complete(self) -> None:
        self._is_complete = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        self._read_again()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._refuse(431 if self._too_long else 400)

    def _too_slow(self) -> None:
        self._timer = None
        if self._is_complete or (self.cycle is not None and not self.cycle.response_complete):
            self.transport.close()  # it asks for nothing, or the application is told that it has gone
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Answer with a problem, unless the answer to an earlier request is on its way, and hang up."""
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_problem(status))
        self.transport.close()

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _problem(status: int) -> bytes:
    phrase, slug, detail = _REFUSALS[status]
    request_id = str(uuid4())
    body = document(status, slug, detail, request_id)
    head = (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
