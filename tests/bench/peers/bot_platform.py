"""A lean server that plays Telegram for programs that are measured: `python -m tests.bench.peers.bot_platform`.

`sendMessage` is answered after `ANSWER_SECONDS`, and refused unless everything about it is right. It is asked at
`/control/` what was called: `GET /control/count`, and `POST /control/take`, which also forgets it.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Final, cast

import httptools
import uvloop

TOKEN: Final = "123456:AAtoken_of-the-bot-that-is-measured"
ANSWER_SECONDS: Final = 0.005
LONGEST_TEXT: Final = 4096
KNOWN: Final = {"chat_id", "text"}


@dataclass
class BotCalls:
    """What was called since it was last asked; times of the machine's monotonic clock, in seconds."""

    calls: list[tuple[float, int, int, str]] = field(default_factory=list)
    """When, which chat, the id of the message, and its text."""
    refused: list[str] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0
    next_message_id: int = 1


class BotConnection(asyncio.Protocol):
    """One connection, which is kept open."""

    def __init__(self, seen: BotCalls) -> None:
        self._seen = seen
        self._parser = httptools.HttpRequestParser(self)
        self._path = b""
        self._type = b""
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._path = self._type = b""
        self._body.clear()

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._type = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        at, path = time.monotonic(), self._path.decode()
        if path.startswith("/control/"):
            self._answer(200, self._control(path.removeprefix("/control/")))
        elif (wrong := self._wrong(path)) is not None:
            self._seen.refused.append(wrong)
            self._answer(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {wrong}"})
        else:
            self._send(at, json.loads(self._body))

    def _wrong(self, path: str) -> str | None:
        """Why a call is refused."""
        if self._parser.get_method() != b"POST" or path != f"/bot{TOKEN}/sendMessage":
            return f"unknown call {path}"
        if not re.match(rb"application/json\b", self._type):
            return f"content type {self._type.decode()}"
        try:
            said = json.loads(self._body)
        except ValueError:
            return "no JSON"
        if not isinstance(said, dict) or said.keys() != KNOWN:
            return "other parameters than chat_id and text"
        text = said["text"]
        if type(said["chat_id"]) is not int or not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_TEXT:
            return "no chat or no text"
        return None

    def _send(self, at: float, said: dict[str, Any]) -> None:
        seen, chat, text = self._seen, said["chat_id"], said["text"]
        message_id, seen.next_message_id = seen.next_message_id, seen.next_message_id + 1
        seen.calls.append((at, chat, message_id, text))
        seen.under_way += 1
        seen.most_at_once = max(seen.most_at_once, seen.under_way)
        message = {"message_id": message_id, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}
        answer = {"ok": True, "result": message | {"text": text}}
        asyncio.get_running_loop().call_later(ANSWER_SECONDS, self._sent, answer)

    def _sent(self, answer: dict[str, Any]) -> None:
        self._seen.under_way -= 1
        self._answer(200, answer)

    def _control(self, asked: str) -> dict[str, Any]:
        seen = self._seen
        if asked == "count":
            return {"count": len(seen.calls)}
        taken = {"calls": seen.calls, "refused": seen.refused, "most_at_once": seen.most_at_once}
        seen.calls, seen.refused, seen.most_at_once = [], [], 0
        return taken

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        if not self._transport.is_closing():
            raw = json.dumps(body).encode()
            head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
            self._transport.write(head.encode() + raw)


async def main() -> None:
    """Serve until the program is ended; prints the port."""
    seen = BotCalls()
    server = await asyncio.get_running_loop().create_server(lambda: BotConnection(seen), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
