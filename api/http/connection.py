"""HTTP connections (httptools): what is no HTTP, too long or too slow is refused before any route sees it."""

import asyncio
from enum import Enum, auto
from typing import Any, Final
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.concurrency_limits import OpenConnections
from api.http.problems import MEDIA_TYPE, document

HEAD_LIMIT: Final = 32 * 1024
HEADERS: Final = 100
"""Headers of a request, as other servers limit them (Apache's `LimitRequestFields`)."""
SEPARATORS: Final = 4
"""Bytes of a header that are neither its name nor its value."""
HEAD_WITHIN: Final = 10.0
"""Seconds for the request line and all headers; a connection that asks for nothing is closed silently."""
BODY_WITHIN: Final = 300.0
"""Seconds for a whole body."""
BODY_LOOK: Final = 10.0
BODY_PACE: Final = 256
"""Bytes a second of a body that must come between two looks, `BODY_LOOK` seconds apart."""
READ_WITHIN: Final = 30.0
"""Seconds for a client to read some of what waits for it; what waits is bounded, so that it holds up its sender."""
DISCARDED: Final = 16 * 1024 * 1024
"""Bytes of a body that are still read, and thrown away, when its request has been answered: then its client is no
longer one that would read the answer."""
PIPELINED: Final = 32
"""Requests of a connection that wait for the answer to the one before."""

_REFUSALS: Final = {
    400: ("Bad Request", "bad-request", "This is not a request in HTTP/1.1."),
    408: ("Request Timeout", "too-slow", "The request did not come in time."),
    429: ("Too Many Requests", "rate-limited", "Your address has too many connections open: try again in a second."),
    431: ("Request Header Fields Too Large", "headers-too-large", "The address and the headers are too long."),
    503: ("Service Unavailable", "unavailable", "Too many connections are open: try again in a second."),
}


class Phase(Enum):
    """Of which part of a request the next byte is."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


class LimitedConnection(HttpToolsProtocol):
    """One connection. `head_limit` is how many bytes the request line and the headers may have.

    Trailers are left out (RFC 9110, 6.5.1, allows it). Whatever of a body is not its content, which is trailers,
    chunk sizes and their extensions, may be more than the content by `head_limit` bytes at any time.
    """

    head_limit = HEAD_LIMIT
    open_connections: OpenConnections

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._phase = Phase.BETWEEN
        self._message = 0
        self._head = 0
        self._framing = 0
        self._content = self._whole_heads = 0
        """Bytes of bodies, and about as many of heads that are complete, in what is being read."""
        self._discarded = 0
        self._too_long = False
        self._timed: tuple[Phase, int] | None = None
        """The part of which message the timer is for."""
        self._timer: asyncio.TimerHandle | None = None
        self._body_began = 0.0
        self._came = 0
        self._is_held_up = False
        self._unread: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it is only kept open for a next request."""
        return self.timeout_keep_alive_task is not None

    def hang_up(self) -> None:
        """Close the connection; what was written is still sent."""
        self.transport.close()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn says it
        super().connection_made(transport)
        refused = self.open_connections.admit(self, self.client[0] if self.client else "")
        if refused is not None:
            self._refuse(refused)
        else:
            self._time()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_connections.leave(self)
        self._stop_timer()
        self._read_again()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._content = self._whole_heads = 0
        super().data_received(data)
        if self.transport.is_closing():
            return
        self._count(len(data) - self._whole_heads - self._content)
        self._time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase = Phase.HEAD
        self._message += 1
        self._head = self._framing = self._discarded = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._phase is Phase.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > self.head_limit or len(self.headers) > HEADERS:
            self._too_long = True
            raise ValueError("the head is too long")  # the parser stops, and uvicorn calls `send_400_response`
        if len(self.pipeline) >= PIPELINED:
            raise ValueError("too many requests wait for their answers")
        self._phase = Phase.BODY
        self._whole_heads += size + SEPARATORS * (1 + len(self.headers))
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._content += len(body)
        self._came += len(body)
        self._is_held_up = self._is_held_up or self.flow.read_paused
        if self.cycle.response_complete:
            self._discarded += len(body)
            if self._discarded > DISCARDED:
                self.transport.close()

    def on_message_complete(self) -> None:
        self._phase = Phase.BETWEEN
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def resume_writing(self) -> None:
        self._read_again()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._refuse(431 if self._too_long else 400)

    def _count(self, size: int) -> None:
        """Count what came of a head that is not complete, or of a body's framing."""
        if self._phase is Phase.BODY:
            self._framing = max(0, self._framing + size - self._content)
        elif self._phase is Phase.HEAD:
            self._head += size
        if max(self._head, self._framing) > self.head_limit:
            self._refuse(431)

    def _time(self) -> None:
        """Have a timer for the part that is being read, and none while an answer is made."""
        part = (self._phase, self._message)
        if self._phase is Phase.BETWEEN and self._is_answering:
            self._stop_timer()
        elif part != self._timed:
            self._stop_timer()
            self._timed = part
            if self._phase is Phase.BODY:
                self._body_began, self._came = self.loop.time(), self._content
                self._is_held_up = self.flow.read_paused
                self._timer = self.loop.call_later(BODY_LOOK, self._look)
            else:
                self._timer = self.loop.call_later(HEAD_WITHIN, self._too_slow)

    def _look(self) -> None:
        """See whether a body still comes as fast as it must; nobody is to blame while we do not read."""
        is_slow = self._came < BODY_PACE * BODY_LOOK and not self._is_held_up
        if is_slow or self.loop.time() - self._body_began >= BODY_WITHIN:
            self._too_slow()
        else:
            self._came, self._is_held_up = 0, self.flow.read_paused
            self._timer = self.loop.call_later(BODY_LOOK, self._look)

    def _too_slow(self) -> None:
        if self._phase is Phase.BETWEEN:
            self.transport.close()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Answer with a problem, if the answer to this request can still be that, and hang up."""
        if not self.transport.is_closing() and self._may_answer:
            self.transport.write(_problem(status))
        if self._is_answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    @property
    def _is_answering(self) -> bool:
        """Whether the answer to the last request with a head is not complete."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _may_answer(self) -> bool:
        if self._phase is Phase.BODY:  # of the request that the cycle answers
            return not self.cycle.response_started and not self.pipeline
        return not self._is_answering

    def _read_again(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _stop_timer(self) -> None:
        self._timed = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _problem(status: int) -> bytes:
    phrase, slug, detail = _REFUSALS[status]
    request_id = str(uuid4())
    body = document(status, slug, detail, request_id)
    retry = "retry-after: 1\r\n" if status in (429, 503) else ""
    head = (
        f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n{retry}"
        "connection: close\r\n\r\n"
    )
    return head.encode() + body
