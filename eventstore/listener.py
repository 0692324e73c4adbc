"""One LISTEN for the whole process: who follows something in the database is woken when it moves."""

import logging
from collections import defaultdict
from collections.abc import Callable
from selectors import EVENT_READ, DefaultSelector
from socket import socketpair
from threading import Event, Thread

import psycopg
from psycopg.sql import SQL, Identifier

from eventstore.session_limits import FOLLOWING, RECONNECT_SECONDS, session

POLL_SECONDS = 0.25
"""How long a follower waits at most before it looks by itself, should a notification be lost."""

_logger = logging.getLogger(__name__)


class Listener:
    """Hears notifications on one connection and hands them on; survives the loss of the connection.

    After every (re)connection each handler is called with `None`, "go and look": it begins to listen before
    anybody reads, so that nothing which commits in between is missed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._handlers: dict[str, list[Callable[[str | None], None]]] = defaultdict(list)
        self._stopping = Event()
        self._listening = Event()
        self._wakes, self._woken = socketpair()
        self._thread = Thread(target=self._run, name="listener", daemon=True)

    def on(self, channel: str, handler: Callable[[str | None], None]) -> None:
        """Call `handler(payload)` for each notification on `channel`; before `start` only."""
        self._handlers[channel].append(handler)

    def start(self) -> None:
        self._thread.start()
        self._listening.wait(5)

    def stop(self) -> None:
        self._stopping.set()
        self._wakes.send(b"!")
        if self._thread.is_alive():
            self._thread.join()
        self._wakes.close()
        self._woken.close()

    def _run(self) -> None:
        delay = 0.1
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, **session(FOLLOWING, self._url)) as conn:
                    for channel in self._handlers:
                        conn.execute(SQL("LISTEN {}").format(Identifier(channel)))
                    self._listening.set()
                    delay = 0.1
                    self._go_and_look()
                    self._hear(conn)
            except psycopg.Error as error:
                _logger.warning("listener_connection_lost", extra={"error": type(error).__name__})
                self._stopping.wait(delay)
                delay = min(delay * 2, RECONNECT_SECONDS)

    def _hear(self, conn: psycopg.Connection[tuple[object, ...]]) -> None:
        with DefaultSelector() as something:
            something.register(conn, EVENT_READ)
            something.register(self._woken, EVENT_READ)
            while not self._stopping.is_set():
                something.select(POLL_SECONDS)
                for notification in conn.notifies(timeout=0):
                    for handler in self._handlers[notification.channel]:
                        self._tell(handler, notification.payload)

    def _go_and_look(self) -> None:
        for handlers in self._handlers.values():
            for handler in handlers:
                self._tell(handler, None)

    @staticmethod
    def _tell(handler: Callable[[str | None], None], payload: str | None) -> None:
        try:
            handler(payload)
        except Exception:  # anybody who may connect can notify us of anything
            _logger.exception("notification_failed")
