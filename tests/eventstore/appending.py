"""Another program that appends to the log: `python -m tests.eventstore.appending URL EVENTS`."""

import sys
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from eventstore.factory import Datastore
from eventstore.recorder import Recorder


def thing(stream: UUID | None = None, version: int = 1, state: bytes = b"{}", topic: str = "thing.done") -> StoredEvent:
    """An event of nothing in particular."""
    return StoredEvent(originator_id=stream or uuid4(), originator_version=version, topic=topic, state=state)


def append(url: str, events: int) -> None:
    """Append events in transactions of one, two and three."""
    with Datastore(url) as datastore:
        recorder = Recorder(datastore)
        while events > 0:
            size = min(events, 1 + events % 3)
            recorder.insert_events([thing() for _ in range(size)])
            events -= size


if __name__ == "__main__":
    append(sys.argv[1], int(sys.argv[2]))
