"""A subscriber that follows a log live and notes what it was given."""

import threading
from dataclasses import dataclass, field
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, InterfaceError, OperationalError

BATCH = 200
POLL_SECONDS = 0.005


@dataclass(frozen=True)
class SeenEvent:
    """An event by where it stands."""

    position: int
    stream: UUID
    version: int


@dataclass
class LogSubscriber:
    """Reads behind the last position that it has seen, whenever it is woken and every few milliseconds."""

    recorder: ApplicationRecorder
    seen: list[SeenEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower")

    def wake(self, _payload: str | None) -> None:
        self._woken.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Read to the end, and end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            is_last = self._stopping.is_set()
            self._woken.clear()
            while self._read():
                pass
            if is_last:
                return
            self._woken.wait(POLL_SECONDS)

    def _read(self) -> bool:
        """Whether there may be more: a page was found, or the connection was lost."""
        last = self.seen[-1].position if self.seen else 0
        try:
            found = self.recorder.select_notifications(last + 1, BATCH)
        except (OperationalError, InterfaceError):
            return True
        for event in found:
            assert isinstance(event.originator_id, UUID)
            self.seen.append(SeenEvent(event.id, event.originator_id, event.originator_version))
        return bool(found)
