"""Every event comes back from the log as it went in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import JSONTranscoder, MapperDeserialisationError, StoredEvent
from eventsourcing.utils import register_topic
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import context
from domain.aggregate import Aggregate
from domain.creator import Creator, Product, Settings
from domain.follower import Follower
from domain.follower_parts import Judged
from domain.lead import Lead
from domain.scoring import Term
from domain.sequence import Sequence
from domain.steps import Step
from domain.vocabulary import Intent, Language
from eventstore.mapper import TypedMapper

MAPPER = TypedMapper(JSONTranscoder())
EVENTS = [
    event
    for aggregate in (Creator, Lead, Follower, Sequence)
    for event in (getattr(aggregate, name) for name in dir(aggregate))
    if isinstance(event, type) and issubclass(event, Aggregate.Event) and hasattr(event, "TOPIC")
]
NUMBERS = st.floats(allow_nan=False)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
FIELDS = {
    "originator_id": st.uuids(),
    "timestamp": MOMENTS,
    "product": st.builds(Product, price=st.none() | st.decimals(0, 10**6, places=2)),
    "settings": st.builds(Settings, timezone=st.sampled_from(["UTC", "Europe/Madrid"])),
    "steps": st.lists(st.builds(Step, st.integers(0, 100)), max_size=3).map(tuple),
    "value": NUMBERS,
    "confidence": NUMBERS,
    "evidence": st.dictionaries(st.sampled_from(Language), NUMBERS),
    "intents": st.lists(st.tuples(st.sampled_from(Intent), NUMBERS), max_size=3).map(tuple),
    "terms": st.lists(st.builds(Term, weight=NUMBERS, at=MOMENTS), max_size=3).map(tuple),
    "judged": st.builds(Judged, last_open=st.none() | MOMENTS, window_end=st.none() | MOMENTS),
    **dict.fromkeys(("occurred_at", "anchor_at", "wished_at", "due_at", "was_due", "until"), MOMENTS),
    **dict.fromkeys(("expires_at", "deadline", "at", "closed_at", "decided_at", "give_up_at"), MOMENTS),
    **dict.fromkeys(("reconcile_until", "retry_at"), MOMENTS),
}
"""How the business makes the values of fields; the others are any of their type."""


@st.composite
def events(draw: st.DrawFn) -> Aggregate.Event:
    event_class = draw(st.sampled_from(EVENTS))
    event: Aggregate.Event = draw(
        st.builds(event_class, **{name: how for name, how in FIELDS.items() if name in event_class.__match_args__})
    )
    return event


def test_every_aggregate_has_its_events_here() -> None:
    topics = [getattr(event, "TOPIC", "") for event in EVENTS]
    assert {topic.partition(".")[0] for topic in topics} == {"creator", "lead", "follower", "sequence"}
    assert len(set(topics)) == len(topics) > 30


@settings(max_examples=300, deadline=None)
@given(events())
def test_every_event_reads_as_it_was_written(event: DomainEvent) -> None:
    assert MAPPER.to_domain_event(MAPPER.to_stored_event(event)) == event


def test_an_event_is_stored_under_its_own_name_as_plain_json() -> None:
    with context.acting("person:1", at=datetime(2026, 3, 1, 9, tzinfo=UTC)):
        creator = Creator.sign_up(uuid4(), "ana", None, Settings())
        creator.add_product(Product(UUID(int=1), "Fotografía", Decimal("97.50"), "EUR"))
    stored = MAPPER.to_stored_event(creator.collect_events()[1])
    assert stored.topic == "creator.product_added"
    assert b'"name":"Fotograf\xc3\xada","price":"97.50","currency":"EUR"' in stored.state
    assert b"originator" not in stored.state


class Thing:
    """Something with an event that has changed its shape twice."""

    @dataclass(frozen=True)
    class Measured(DomainEvent):
        TOPIC = "test_mapper.thing_measured"
        millimetres: int
        by: str
        class_version = 3

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            state["millimetres"] = int(str(state.pop("centimetres"))) * 10

        @staticmethod
        def upcast_v2_v3(state: dict[str, object]) -> None:
            state["by"] = "nobody"


register_topic(Thing.Measured.TOPIC, Thing.Measured)


def stored(topic: str, state: bytes) -> StoredEvent:
    return StoredEvent(originator_id=uuid4(), originator_version=1, topic=topic, state=state)


def test_an_event_of_an_older_program_is_read_as_of_today() -> None:
    old = stored("test_mapper.thing_measured", b'{"timestamp":"2026-01-01T00:00:00Z","centimetres":12}')
    event = MAPPER.to_domain_event(old)
    assert isinstance(event, Thing.Measured)
    assert (event.millimetres, event.by) == (120, "nobody")
    again = MAPPER.to_stored_event(event)
    assert b'"class_version":3' in again.state
    assert MAPPER.to_domain_event(again) == event


@pytest.mark.parametrize(
    ("topic", "state"),
    [
        ("thing.nobody_knows", b"{}"),
        ("creator.mode_changed", b"not json"),
        ("creator.mode_changed", b'{"mode":"sometimes","reason":null,"timestamp":"2026-01-01T00:00:00Z"}'),
        ("creator.mode_changed", b'{"mode":"auto"}'),
    ],
)
def test_what_cannot_be_read_is_named_and_not_quoted(topic: str, state: bytes) -> None:
    unreadable = stored(topic, state)
    with pytest.raises(MapperDeserialisationError, match=topic) as told:
        MAPPER.to_domain_event(unreadable)
    assert str(unreadable.originator_id) in str(told.value)
    assert "sometimes" not in str(told.value)
