"""Which mail server mails are handed to, and how."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """The mail server of the installation; `sender` is an address with or without a name before it.

    `tls`: `starttls` asks for TLS on the open connection and sends nothing without, `tls` begins with it.
    """

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sender: str
