"""The limits of every session with PostgreSQL: on connecting, on locks, on statements, on silence.

A session without them waits for ever: for a lock that a vanished program holds, for a server whose machine lost its
power, for a peer whom a firewall forgot.
"""

import os
from dataclasses import dataclass
from typing import Any, Final

from psycopg.conninfo import conninfo_to_dict

CONNECT_SECONDS: Final = 3

RECONNECT_SECONDS: Final = 1.0
"""The longest pause before a lost connection is made anew."""


@dataclass(frozen=True)
class SessionLimits:
    """Seconds; 0 is no limit.

    `idle` is how long a transaction may be left open without a statement, `silent` how long the other side may give
    no sign before the connection is given up, by us and by the server.
    """

    lock: float
    statement: float
    idle: float
    silent: float = 5


COMMANDS: Final = SessionLimits(lock=1, statement=5, idle=5)
"""Appending: whoever cannot get the head of the log says so while the caller still waits."""

READS: Final = SessionLimits(lock=1.5, statement=5, idle=10, silent=2)
"""Answering from the read models, while somebody waits for each."""

FOLLOWING: Final = SessionLimits(lock=5, statement=30, idle=10)
"""Keeping projections and processes at the head of the log, listening, and holding a leader's lock."""

MAINTENANCE: Final = SessionLimits(lock=0, statement=0, idle=0)
"""By hand: migrations, rebuilds, checks of the whole log."""


def session(limits: SessionLimits, url: str) -> dict[str, Any]:
    """The parameters of `psycopg.connect` that put the limits on a session with `url` from its first statement.

    libpq, "Parameter Key Words": `tcp_user_timeout` and the keepalives are the client's side; the server's own are
    settings of the session, and of no effect on a Unix socket. What the URL, or `PGOPTIONS`, sets by `options` stays
    set, except for these limits.
    """
    settings = {
        "lock_timeout": _milliseconds(limits.lock),
        "statement_timeout": _milliseconds(limits.statement),
        "idle_in_transaction_session_timeout": _milliseconds(limits.idle),
        "tcp_user_timeout": _milliseconds(limits.silent),
        "tcp_keepalives_idle": 2,
        "tcp_keepalives_interval": 1,
        "tcp_keepalives_count": 3,
    }
    given = str(conninfo_to_dict(url).get("options") or os.environ.get("PGOPTIONS", ""))
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "tcp_user_timeout": _milliseconds(limits.silent),
        "options": " ".join(filter(None, (given, *(f"-c {name}={value}" for name, value in settings.items())))),
    }


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
