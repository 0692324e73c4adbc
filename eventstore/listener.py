"""One LISTEN for the whole process: who follows something in the database is woken when it moves."""

import logging
from collections.abc import Callable
from selectors import EVENT_READ, DefaultSelector
from socket import socketpair
from threading import Event, Thread

import psycopg
from psycopg.sql import SQL, Identifier

from eventstore.session_limits import FOLLOWING, RECONNECT_SECONDS, session

POLL_SECONDS = 0.25
"""How long a follower waits at most before it looks by itself, should a notification be lost."""

Handler = Callable[[str | None], None]
"""Is given what was said with a notification, or `None`: go and look."""

_logger = logging.getLogger(__name__)


class Listener:
    """Hears notifications on one connection and hands them on; survives the loss of the connection.

    After every (re)connection each handler is called with `None`, "go and look": it begins to listen before
    anybody reads, so that nothing which commits in between is missed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._handlers: list[tuple[str, Handler]] = []
        self._stopping = Event()
        self._listening = Event()
        self._wakes, self._woken = socketpair()
        self._thread = Thread(target=self._run, name="listener", daemon=True)

    def on(self, channel: str, handler: Handler) -> None:
        """Call `handler(payload)` for each notification on `channel`; one that comes later is told to look as well."""
        self._handlers.append((channel, handler))
        self._wake()

    def start(self) -> None:
        self._thread.start()
        self._listening.wait(5)

    def stop(self) -> None:
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._wakes.close()
        self._woken.close()

    def _wake(self) -> None:
        self._wakes.send(b"!")

    def _run(self) -> None:
        delay = 0.1
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, **session(FOLLOWING, self._url)) as conn:
                    told = self._introduce(conn, 0)
                    delay = 0.1
                    self._hear(conn, told)
            except psycopg.Error as error:
                _logger.warning("listener_connection_lost", extra={"error": type(error).__name__})
                self._stopping.wait(delay)
                delay = min(delay * 2, RECONNECT_SECONDS)

    def _hear(self, conn: psycopg.Connection[tuple[object, ...]], told: int) -> None:
        with DefaultSelector() as something:
            something.register(conn, EVENT_READ)
            something.register(self._woken, EVENT_READ)
            while not self._stopping.is_set():
                for key, _ in something.select(POLL_SECONDS):
                    if key.fileobj is self._woken:
                        self._woken.recv(1)
                told = self._introduce(conn, told)
                for notification in conn.notifies(timeout=0):
                    for channel, handler in self._handlers[:told]:
                        if channel == notification.channel:
                            self._tell(handler, notification.payload)

    def _introduce(self, conn: psycopg.Connection[tuple[object, ...]], told: int) -> int:
        """Listen for the handlers behind the first `told`, then have them go and look; answers how many there are."""
        new = self._handlers[told:]
        for channel in dict(new):
            conn.execute(SQL("LISTEN {}").format(Identifier(channel)))
        self._listening.set()
        for _, handler in new:
            self._tell(handler, None)
        return told + len(new)

    @staticmethod
    def _tell(handler: Handler, payload: str | None) -> None:
        try:
            handler(payload)
        except Exception:  # anybody who may connect can notify us of anything
            _logger.exception("notification_failed")
