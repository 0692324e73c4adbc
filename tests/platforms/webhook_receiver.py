"""A local HTTP server that plays a creator's webhook, and believes only what Standard Webhooks proves."""

import json
import ssl
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from standardwebhooks import Webhook, WebhookVerificationError

SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class Told:
    """A webhook whose signature was right."""

    webhook_id: str
    body: dict[str, Any]


class PlayedReceiver:
    """Answers 200 to what is signed with `SECRET`, 401 to anything else.

    `status` is answered instead of 200, with `headers`; `hold` answers nothing at all until the receiver is closed.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.told: list[Told] = []
        self.requests = 0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.hold = False
        self._closed = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                if not isinstance(sys.exc_info()[1], OSError):  # that a client hangs up is nothing to tell
                    super().handle_error(request, client_address)

        self._server = Server(("127.0.0.1", 0), Handler)
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return self._server.server_port

    def url(self, host: str = "127.0.0.1") -> str:
        return f"{self._scheme}://{host}:{self.port}/hooks/clonnect?channel=dm"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if self.hold:
            self._closed.wait()
            request.close_connection = True
            return
        status = self.status
        try:
            Webhook(SECRET).verify(body, dict(request.headers))
        except WebhookVerificationError:
            status = 401
        else:
            assert request.headers["Content-Type"] == "application/json"
            self.told.append(Told(request.headers["webhook-id"], json.loads(body)))
        request.send_response(status)
        for name, value in self.headers.items():
            request.send_header(name, value)
        request.end_headers()  # of HTTP/1.0: the end of the connection is that of the body
        if status != 204:
            request.wfile.write(b"what nobody reads" * 100_000)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
