"""Events that were stored once are read for ever: one example of each topic and version, kept as it was written."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import JSONTranscoder, StoredEvent

from domain.aggregate import Aggregate
from eventstore.mapper import TypedMapper
from tests.topics import EVENTS, kinds_of

GOLDEN = Path(__file__).parents[1] / "golden"
EXAMPLES = sorted(path.stem for path in GOLDEN.glob("*.json"))
MAPPER = TypedMapper(JSONTranscoder())


def current_version(topic: str) -> int:
    return int(getattr(EVENTS[topic], "class_version", 1))


def stored(name: str) -> tuple[int, StoredEvent]:
    """An example's version, and the event as it lies in the log."""
    example = json.loads((GOLDEN / f"{name}.json").read_text())
    return example["class_version"], StoredEvent(
        UUID(example["originator_id"]), example["originator_version"], example["topic"], example["state"].encode()
    )


def test_no_topic_is_overlooked() -> None:
    assert {event.TOPIC for event in kinds_of(Aggregate.Event)} == set(EVENTS)


@pytest.mark.parametrize("topic", EVENTS)
def test_every_version_of_every_topic_has_an_example(topic: str) -> None:
    wanted = {f"{topic}.v{version}" for version in range(1, current_version(topic) + 1)}
    assert wanted <= set(EXAMPLES), "store an example as the log keeps it; those of older versions stay as they are"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_its_name_says(name: str) -> None:
    version, event = stored(name)
    assert name == f"{event.topic}.v{version}"
    assert json.loads(event.state).get("class_version", 1) == version


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_was_stored_is_read_as_the_event_that_it_was(name: str) -> None:
    _, event = stored(name)
    read = MAPPER.to_domain_event(event)
    assert type(read) is EVENTS[event.topic]
    assert (read.originator_id, read.originator_version) == (event.originator_id, event.originator_version)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_event_of_the_present_version_is_still_written_byte_for_byte_as_it_was(name: str) -> None:
    version, event = stored(name)
    written = MAPPER.to_stored_event(MAPPER.to_domain_event(event))
    if version == current_version(event.topic):
        assert written.state == event.state
    else:
        assert json.loads(written.state)["class_version"] == current_version(event.topic)
