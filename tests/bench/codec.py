"""What it costs to write an event as bytes and to read it back."""

import time
from collections.abc import Callable, Iterator
from typing import Any, cast

from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.lead import Lead
from eventstore.recorder import LoggedEvent, Recorder
from tests.bench.results import Measured

CLASSES: dict[str, type[Any]] = {
    "without personal fields": Lead.StatusChanged,
    "with personal fields": Follower.MessageReceived,
}


def measure_codec(app: Clonnect, seconds: float) -> Iterator[Measured]:
    """Events that are in the log, one class at a time."""
    recorder = cast(Recorder, app.recorder)
    for name, event_class in CLASSES.items():
        (stored, *_) = recorder.select_notifications(1, 1, topics=[event_class.TOPIC])
        assert isinstance(stored, LoggedEvent)
        event = app.mapper.to_domain_event(stored)
        encode = microseconds(lambda event=event: app.mapper.to_stored_event(event), seconds)  # type: ignore[misc]
        decode = microseconds(lambda stored=stored: app.mapper.to_domain_event(stored), seconds)  # type: ignore[misc]
        yield Measured(f"encode `{event_class.TOPIC}` ({name})", encode, "µs")
        yield Measured(f"decode `{event_class.TOPIC}` ({name})", decode, "µs")


def microseconds(run: Callable[[], object], seconds: float) -> float:
    """The best of several rounds, per call: what else the machine does only makes a round slower."""
    calls, best = 200, float("inf")
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline or best == float("inf"):
        begun = time.perf_counter()
        for _ in range(calls):
            run()
        best = min(best, (time.perf_counter() - begun) / calls)
    return best * 1e6
