"""Supervisor of the embedded PostgreSQL: starts it again when it is gone, as long as this program uses it."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from api.database.cluster import Cluster, DataDirectoryGone
from api.errors import DatabaseUnavailable

LOOK_SECONDS = 0.5
"""How often the server is looked for; what a killed one costs is this and its recovery."""

_logger = logging.getLogger(__name__)


class Supervisor:
    """Looks after the server that several programs may share; whoever notices first starts it, under their lock.

    What can pass, a full disk for instance, is tried again for as long as it lasts. Where nothing is left to start,
    the program is told to end, and `failure` says why.
    """

    def __init__(
        self, cluster: Cluster, options: Mapping[str, str], alone: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._cluster = cluster
        self._options = options
        self._alone = alone
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self.failure: DatabaseUnavailable | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        told = ""
        while not self._stopping.wait(LOOK_SECONDS):
            if self._cluster.runs():
                told = ""
                continue
            try:
                self._start_again()
            except DataDirectoryGone as gone:
                self.failure = gone
                os.kill(os.getpid(), signal.SIGTERM)
                return
            except (DatabaseUnavailable, OSError) as refusal:
                if str(refusal) != told:
                    told = str(refusal)
                    _logger.error("postgres_restart_failed", extra={"reason": told})

    def _start_again(self) -> None:
        with self._alone():
            if self._stopping.is_set() or self._cluster.runs():
                return
            _logger.error("postgres_gone")
            self._cluster.start_again(self._options)
            _logger.warning("postgres_restarted")
