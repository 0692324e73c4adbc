"""The limits of every session with PostgreSQL: on connecting, on locks, on statements, on silence.

A session without them waits for ever: for a lock that a vanished program holds, for a server whose machine lost its
power, for a peer whom a firewall forgot.
"""

from dataclasses import dataclass
from typing import Any, Final

CONNECT_SECONDS: Final = 5
SILENT_SECONDS: Final = 5
"""After so long without a sign of the other side a connection is given up, by us and by the server."""


@dataclass(frozen=True)
class SessionLimits:
    """Seconds; 0 is no limit. `idle` is how long a transaction may be left open without a statement."""

    lock: float
    statement: float
    idle: float


COMMANDS: Final = SessionLimits(lock=1.5, statement=5, idle=5)
"""Appending: whoever cannot get the head of the log says so while the caller still waits."""

READS: Final = SessionLimits(lock=2, statement=5, idle=10)
"""Answering from the read models."""

FOLLOWING: Final = SessionLimits(lock=5, statement=30, idle=10)
"""Keeping projections and processes at the head of the log, listening, and holding a leader's lock."""

MAINTENANCE: Final = SessionLimits(lock=0, statement=0, idle=0)
"""By hand: migrations, rebuilds, checks of the whole log."""


def session(limits: SessionLimits) -> dict[str, Any]:
    """The parameters of `psycopg.connect` that put the limits on a session from its first statement.

    libpq, "Parameter Key Words": `tcp_user_timeout` and the keepalives are the client's side; the server's own are
    settings of the session, and of no effect on a Unix socket.
    """
    milliseconds = {
        "lock_timeout": limits.lock,
        "statement_timeout": limits.statement,
        "idle_in_transaction_session_timeout": limits.idle,
        "tcp_user_timeout": SILENT_SECONDS,
    }
    settings = {name: str(int(seconds * 1000)) for name, seconds in milliseconds.items()} | {
        "tcp_keepalives_idle": "2",
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "3",
    }
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }
