"""What the library asks of its own recorders, asked of ours."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from eventstore.factory import Datastore
from eventstore.recorder import Recorder

WRITERS = 10
"""At once, in the library's cases: with fewer connections one of them may find none for a second, and be refused."""


class OfStreams(Recorder):
    """Our recorder where the library expects one without positions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class Ours:
    """Gives each case a log of its own."""

    recorder_class: type[Recorder] = Recorder

    @pytest.fixture(autouse=True)
    def _log(self, database_url: str) -> Iterator[None]:
        with Datastore(database_url, pool_size=WRITERS) as self._datastore:
            yield

    def create_recorder(self) -> Recorder:
        return self.recorder_class(self._datastore)


class TestStreams(Ours, AggregateRecorderTestCase):
    recorder_class = OfStreams


class TestLog(Ours, ApplicationRecorderTestCase[Recorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestAppendsAtOnce(Ours, NonInterleavingNotificationIDsBaseCase):
    pass
