"""A reader sees every event once, in order, with what stands beside it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.database.installation import open_application
from domain import context
from domain.application import Clonnect
from domain.creator import Creator, CreatorSettings
from domain.vocabulary import Mode
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def app(database_url: str) -> Iterator[Clonnect]:
    with (
        open_application(database_url, bytes(32)) as app,
        context.acting("person:7", correlation_id=UUID(int=7), at=AT),
    ):
        yield app


@pytest.fixture
def log(app: Clonnect) -> Log:
    assert isinstance(app.recorder, Recorder)
    assert isinstance(app.mapper, TypedMapper)
    return Log(app.recorder, app.mapper)


def test_an_empty_log_is_at_position_0(log: Log) -> None:
    assert log.head() == 0
    assert log.read(0, 10) == []


def test_a_reader_goes_on_behind_the_last_position(app: Clonnect, log: Log) -> None:
    app.sign_up_creator("ana", None, CreatorSettings())
    app.change_mode("ana", Mode.AUTO)
    read: list[int] = []
    while batch := log.read(read[-1] if read else 0, 4):
        assert len(batch) <= 4
        read += [recorded.position for recorded in batch]
    assert read == list(range(1, log.head() + 1))


def test_an_event_comes_with_its_class_its_time_and_who_caused_it(app: Clonnect, log: Log) -> None:
    app.sign_up_creator("ana", None, CreatorSettings())
    before = log.head()
    app.change_mode("ana", Mode.AUTO, "launch")
    (recorded,) = log.read(before, 10)
    assert isinstance(recorded.event, Creator.ModeChanged)
    assert (recorded.event.mode, recorded.event.reason, recorded.event.timestamp) == (Mode.AUTO, "launch", AT)
    assert recorded.metadata == {
        "actor": "person:7",
        "correlation_id": str(UUID(int=7)),
        "creator_id": "ana",
        "event_id": str(recorded.event_id),
    }
    assert recorded.owner("correlation_id") == UUID(int=7)
    with pytest.raises(KeyError):
        recorded.owner("lead_id")
