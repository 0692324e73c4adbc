"""Notices that the installation's key was changed under a running program, and has the program end."""

import logging
from collections.abc import Callable
from threading import Lock
from typing import Final

import psycopg

from eventstore.sealing import Sealer
from eventstore.session_limits import READS, session

CHANGED: Final = "installation_key"
"""PostgreSQL notifies this channel when another key is in force."""

SENTENCE: Final = (
    "The installation's key was changed while this program ran: nothing is taken in any more;"
    " start it again with the new key."
)

_logger = logging.getLogger(__name__)


class KeyWatch:
    """Whether the key of this program is the one in force; once it is not, it never is again.

    It only spares the program tries in vain: that nothing is stored under another key is seen to by the database.
    `over` is called once, from any thread.
    """

    def __init__(self, url: str, installation: Sealer, over: Callable[[], None]) -> None:
        self._url = url
        self._installation = installation
        self._over = over
        self._told = Lock()
        self.is_over = False

    def heard(self, _payload: str | None) -> None:
        """The key may have been changed: now, or while nobody listened."""
        self.look()

    def look(self) -> None:
        """Ask the database which key is in force; raises `psycopg.Error` when it is away."""
        with psycopg.connect(self._url, autocommit=True, **session(READS, self._url)) as conn:
            row = conn.execute("SELECT key_id FROM vault.installation").fetchone()
        if row is None or row[0] != self._installation.key_id:
            self._end()

    def _end(self) -> None:
        with self._told:
            if self.is_over:
                return
            self.is_over = True
        _logger.error("installation_key_changed")
        self._over()
