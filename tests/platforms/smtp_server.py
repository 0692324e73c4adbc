"""A local SMTP server that plays the installation's mail server, and takes only what RFC 5321 allows."""

import base64
import re
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from types import TracebackType
from typing import Final, Literal, Self

USER: Final = "clonnect"
PASSWORD: Final = "correct horse"
HANG_UP: Final = ""

_MAIL: Final = re.compile(r"FROM:<([^<>\s]+@[^<>\s]+)>((?: [^ ]+)*)", re.IGNORECASE)
_RCPT: Final = re.compile(r"TO:<([^<>\s]+@[^<>\s]+)>", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """A mail as the server took it; `user` is who had logged in, `tls` whether it came over TLS."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    user: str | None
    tls: bool


class PlayedMailServer:
    """Takes mails one after another; over TLS from the first byte, by STARTTLS, or without any.

    `answers` has what is answered to a command instead of the usual (`DATA` after the mail itself is `.`, the first
    word of all is `CONNECT`), `HANG_UP` to say nothing and close; `hold` are commands that are never answered.
    Nobody logs in but `USER`, with `PASSWORD`, and over TLS; whoever has not may send all the same.
    """

    def __init__(self, mode: Literal["none", "starttls", "tls"] = "none", tls: ssl.SSLContext | None = None) -> None:
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.answers: dict[str, str] = {}
        self.hold: set[str] = set()
        self.extensions = ["8BITMIME", "SIZE 1000000"]
        self.mode = mode
        self.tls = tls
        self.closed = threading.Event()
        played = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                _Conversation(played, self.request).run()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Conversation:
    """One connection: what was said so far, and so what may be said next."""

    def __init__(self, played: PlayedMailServer, connection: socket.socket) -> None:
        self._played = played
        self._connection = connection
        self._greeted = False
        self._tls = False
        self._user: str | None = None
        self._sender: str | None = None
        self._eight_bits = False
        self._recipients: list[str] = []

    def run(self) -> None:
        try:
            if self._played.mode == "tls":
                self._begin_tls()
            self._lines = self._connection.makefile("rb")
            going_on = self._say("CONNECT", "220 played.example ESMTP")
            while going_on and (line := self._line()):
                going_on = self._command(*line)
        except OSError:
            pass
        finally:
            self._connection.close()

    def _begin_tls(self) -> None:
        assert self._played.tls is not None
        self._connection = self._played.tls.wrap_socket(self._connection, server_side=True)
        self._tls = True

    def _line(self) -> tuple[str, str] | None:
        raw = self._lines.readline(514)
        if not raw:
            return None
        assert raw.endswith(b"\r\n"), "a line ends with CRLF and has 512 bytes at most (RFC 5321, 4.5.3.1)"
        verb, _, rest = raw.decode().rstrip("\r\n").partition(" ")
        self._played.commands.append(verb.upper())
        return verb.upper(), rest

    def _say(self, command: str, usual: str) -> bool:
        """Answer; False if the connection is over."""
        if command in self._played.hold:
            self._played.closed.wait()
            return False
        said = self._played.answers.get(command, usual)
        if said == HANG_UP:
            return False
        self._connection.sendall(said.encode() + b"\r\n")
        return not said.startswith("221")

    def _refused(self, command: str) -> bool:
        """Whether a command that is allowed is not answered as usual."""
        return command in self._played.answers or command in self._played.hold

    def _command(self, verb: str, rest: str) -> bool:
        match verb:
            case "EHLO" if rest:
                self._greeted = True
                return self._say(verb, self._greeting())
            case "STARTTLS" if self._greeted and self._played.mode == "starttls" and not self._tls:
                if self._say(verb, "220 go on") and not self._refused(verb):
                    self._begin_tls()
                    self._lines = self._connection.makefile("rb")
                    self._greeted = False
                return True
            case "AUTH" if self._greeted and self._tls:
                return self._log_in(rest)
            case "MAIL" if self._greeted and self._sender is None and (given := _MAIL.fullmatch(rest)):
                if not self._refused(verb):
                    self._sender = given[1]
                    self._eight_bits = "BODY=8BITMIME" in given[2].upper().split()
                return self._say(verb, "250 2.1.0 ok")
            case "RCPT" if self._sender is not None and (given := _RCPT.fullmatch(rest)):
                if not self._refused(verb):
                    self._recipients.append(given[1])
                return self._say(verb, "250 2.1.5 ok")
            case "DATA" if self._recipients:
                return self._say(verb, "354 go on") and (self._refused(verb) or self._take())
            case "RSET":
                self._sender, self._recipients = None, []
                return self._say(verb, "250 ok")
            case "QUIT":
                return self._say(verb, "221 bye")
        return self._say(verb, "503 5.5.1 not here, or not so")

    def _greeting(self) -> str:
        offered = ["played.example", *self._played.extensions]
        if self._played.mode == "starttls" and not self._tls:
            offered.append("STARTTLS")
        if self._tls:
            offered.append("AUTH PLAIN")
        return "\r\n".join([*(f"250-{each}" for each in offered[:-1]), f"250 {offered[-1]}"])

    def _log_in(self, rest: str) -> bool:
        kind, _, proof = rest.partition(" ")
        if kind == "PLAIN" and base64.b64decode(proof) == f"\0{USER}\0{PASSWORD}".encode():
            self._user = USER
            return self._say("AUTH", "235 2.7.0 ok")
        return self._say("AUTH", "535 5.7.8 wrong name or password")

    def _take(self) -> bool:
        lines = []
        while (line := self._lines.readline()) != b".\r\n":
            assert line.endswith(b"\r\n"), "a line ends with CRLF"
            assert len(line) <= 1000, "a line has 998 characters at most"
            assert self._eight_bits or line.isascii(), "more than ASCII has to be announced"
            lines.append(line.removeprefix(b"."))
        if not self._refused("."):
            message = message_from_bytes(b"".join(lines), policy=SMTPUTF8)
            assert isinstance(message, EmailMessage)
            assert self._sender is not None
            mail = Mail(self._sender, tuple(self._recipients), message, self._user, self._tls)
            self._played.mails.append(mail)
        self._sender, self._recipients = None, []
        return self._say(".", "250 2.0.0 taken")
