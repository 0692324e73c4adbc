"""Every event comes back from the log as it went in."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.domain import DomainEvent, DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, MapperDeserialisationError, OperationalError, StoredEvent
from eventsourcing.utils import register_topic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import context
from domain.aggregate import Aggregate
from domain.creator import Config, Creator, CreatorSettings, Product
from domain.follower.follower import Follower
from domain.follower.values import Attachment, Judged
from domain.lead import Details, Lead
from domain.lead_import import LeadImport
from domain.nurturing.sequence import Sequence
from domain.nurturing.steps import Step
from domain.scoring.score import Term
from domain.vocabulary import Intent, Language, Platform, Status
from eventstore.factory import Datastore
from eventstore.mapper import SealingMapper, TypedMapper, personal_fields
from eventstore.personal import ERASED, Erased, Personal
from eventstore.vault import Vault, destroying

MAPPER = TypedMapper(JSONTranscoder())
EVENTS = [
    event
    for aggregate in (Creator, Lead, LeadImport, Follower, Sequence)
    for event in (getattr(aggregate, name) for name in dir(aggregate))
    if isinstance(event, type) and issubclass(event, Aggregate.Event) and hasattr(event, "TOPIC")
]
NUMBERS = st.floats(allow_nan=False)
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
FIELDS = {
    "originator_id": st.uuids(),
    "timestamp": MOMENTS,
    "product": st.builds(Product, price=st.none() | st.decimals(0, 10**6, places=2)),
    "settings": st.builds(CreatorSettings, timezone=st.sampled_from(["UTC", "Europe/Madrid"])),
    "steps": st.lists(st.builds(Step, st.integers(0, 100)), max_size=3).map(tuple),
    "amount": st.decimals(0, 10**6, places=2),
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
    assert {topic.partition(".")[0] for topic in topics} == {"creator", "lead", "lead_import", "follower", "sequence"}
    assert len(set(topics)) == len(topics) > 30


@settings(max_examples=300, deadline=None)
@given(events())
def test_every_event_reads_as_it_was_written(event: DomainEvent) -> None:
    assert MAPPER.to_domain_event(MAPPER.to_stored_event(event)) == event


def test_an_event_is_stored_under_its_own_name_as_plain_json() -> None:
    with context.acting("person:1", at=datetime(2026, 3, 1, 9, tzinfo=UTC)):
        creator = Creator.sign_up(uuid4(), "ana", None, CreatorSettings())
        creator.add_product(Product(UUID(int=1), "Fotografía", Decimal("97.50"), "EUR"))
    stored = MAPPER.to_stored_event(creator.collect_events()[1])
    assert stored.topic == "creator.product_added"
    assert b'"name":"Fotograf\xc3\xada","price":"97.50","currency":"EUR"' in stored.state
    assert b"originator" not in stored.state


class Thing:
    """Something with an event that has changed its shape twice."""

    @dataclass(frozen=True)
    class MeasuredEvent(DomainEvent):
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


register_topic(Thing.MeasuredEvent.TOPIC, Thing.MeasuredEvent)


def stored(topic: str, state: bytes) -> StoredEvent:
    return StoredEvent(originator_id=uuid4(), originator_version=1, topic=topic, state=state)


def test_an_event_of_an_older_program_is_read_as_of_today() -> None:
    old = stored("test_mapper.thing_measured", b'{"timestamp":"2026-01-01T00:00:00Z","centimetres":12}')
    event = MAPPER.to_domain_event(old)
    assert isinstance(event, Thing.MeasuredEvent)
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


# What is personal.


def made(event_class: type[Any], **fields: Any) -> Any:
    """An event with these fields, of which the library's classes say nothing to a type checker."""
    return event_class(**fields)


KEY = bytes(range(32))
MARTA, LEAD = uuid4(), uuid4()
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
MESSAGE = made(
    Follower.MessageReceived,
    originator_id=MARTA,
    originator_version=3,
    timestamp=AT,
    lead_id=LEAD,
    forwarded=False,
    thread=None,
    album=None,
    opens_burst=True,
    burst_id=None,
    burst_closes_at=None,
    message_id="mid-4711",
    dedupe_key="chat-77:4711",
    text="me llamo Marta, ¿cuánto cuesta?",
    attachments=(Attachment("image", "file-99", "mi gata"),),
    reply_to=None,
    occurred_at=AT,
    origin="webhook",
    opens_window=True,
)


@pytest.fixture
def datastore(database_url: str) -> Iterator[Datastore]:
    with Datastore(database_url) as datastore:
        yield datastore


@pytest.fixture
def vault(datastore: Datastore) -> Vault:
    vault = Vault(datastore, KEY)
    vault.check()
    return vault


@pytest.fixture
def mapper(vault: Vault) -> SealingMapper:
    return SealingMapper(JSONTranscoder(), vault)


def store_keys(vault: Vault, datastore: Datastore, *subjects: UUID) -> None:
    """What appending the events does, and then nothing is in memory."""
    with vault.storing(subjects) as statements, datastore.get_connection() as conn:
        for query, params in statements:
            conn.execute(query.encode(), params)
    vault.forget()


def erase(vault: Vault, datastore: Datastore, subject: UUID) -> None:
    store_keys(vault, datastore, subject)
    with datastore.get_connection() as conn:
        for query, params in destroying([subject]):
            conn.execute(query.encode(), params)
    vault.forget(subject)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # one vault for all examples
@given(events())
def test_every_event_reads_as_it_was_sealed(mapper: SealingMapper, event: DomainEvent) -> None:
    assert mapper.to_domain_event(mapper.to_stored_event(event)) == event


def test_nothing_personal_is_stored_in_the_clear(mapper: SealingMapper) -> None:
    state = mapper.to_stored_event(MESSAGE).state
    for text in ("Marta", "4711", "chat-77", "file-99", "gata", "image"):
        assert text.encode() not in state
    assert json.loads(state)["origin"] == "webhook"
    assert json.loads(state)["reply_to"] is None


def test_a_creator_s_address_is_sealed_too(mapper: SealingMapper) -> None:
    with context.acting("system", at=AT):
        (signed_up,) = Creator.sign_up(uuid4(), "ana", "ana@example.com", CreatorSettings()).collect_events()
    stored = mapper.to_stored_event(signed_up)
    assert b"example.com" not in stored.state
    assert getattr(mapper.to_domain_event(stored), "email", None) == "ana@example.com"


def test_the_same_words_never_look_the_same_twice(mapper: SealingMapper) -> None:
    assert mapper.to_stored_event(MESSAGE).state != mapper.to_stored_event(MESSAGE).state


def test_an_erased_message_reads_as_an_empty_one_that_says_so(
    mapper: SealingMapper, vault: Vault, datastore: Datastore
) -> None:
    stored = mapper.to_stored_event(MESSAGE)
    erase(vault, datastore, LEAD)
    event = mapper.to_domain_event(stored)
    assert event == replace(MESSAGE, message_id="", dedupe_key="", text="", attachments=())
    assert isinstance(event, Follower.MessageReceived)
    assert event.erased == {"message_id", "dedupe_key", "text", "attachments"}
    assert MESSAGE.erased == frozenset()


def test_an_erased_lead_has_no_details_and_keeps_its_status(
    mapper: SealingMapper, vault: Vault, datastore: Datastore
) -> None:
    captured = made(
        Lead.Captured,
        originator_id=LEAD,
        originator_version=1,
        timestamp=AT,
        originator_topic="lead",
        creator_id="ana",
        follower_id=MARTA,
        platform=Platform.TELEGRAM,
        platform_user_id="77",
        details=Details("Marta", tags=("vip",)),
        status=Status.HOT,
        source="dm",
    )
    stored = mapper.to_stored_event(captured)
    erase(vault, datastore, LEAD)
    assert mapper.to_domain_event(stored) == replace(captured, platform_user_id="", details=Details())


def test_what_is_written_about_somebody_erased_is_erased_from_the_start(
    mapper: SealingMapper, vault: Vault, datastore: Datastore
) -> None:
    erase(vault, datastore, LEAD)
    stored = mapper.to_stored_event(MESSAGE)
    assert set(json.loads(stored.state)["sealed"].values()) == {None}
    assert getattr(mapper.to_domain_event(stored), "text", None) == ""


def test_every_personal_field_has_a_value_to_be_erased_to() -> None:
    personal = {event.TOPIC: personal_fields(event) for event in EVENTS if personal_fields(event)}
    assert len(personal) > 10
    assert {type(empty) for fields in personal.values() for empty in fields.values()} <= {
        str,
        tuple,
        Config,
        Details,
        type(None),
    }


@pytest.mark.parametrize(
    "moved",
    [
        {"originator_version": 4},
        {"originator_id": uuid4()},
        {"topic": "follower.message_received_elsewhere"},
        {"state": "fields"},
    ],
)
def test_a_sealed_field_does_not_open_in_another_place(mapper: SealingMapper, moved: dict[str, object]) -> None:
    register_topic("follower.message_received_elsewhere", Follower.MessageReceived)
    stored = mapper.to_stored_event(MESSAGE)
    if moved.get("state"):
        state = json.loads(stored.state)
        state["sealed"]["text"], state["sealed"]["message_id"] = state["sealed"]["message_id"], state["sealed"]["text"]
        moved = {"state": json.dumps(state).encode()}
    with pytest.raises(MapperDeserialisationError, match="InvalidTag"):
        mapper.to_domain_event(replace(stored, **moved))  # type: ignore[arg-type]  # as StoredEvent has them


def test_keys_are_fetched_for_many_events_in_one_go(mapper: SealingMapper, vault: Vault, datastore: Datastore) -> None:
    people = [uuid4() for _ in range(5)]
    stored = [mapper.to_stored_event(replace(MESSAGE, lead_id=person)) for person in people]
    store_keys(vault, datastore, *people)
    mapper.load_keys(stored)
    datastore.close()
    assert [getattr(mapper.to_domain_event(each), "text", None) for each in stored] == [MESSAGE.text] * 5


def test_a_database_that_is_away_makes_no_event_unreadable(
    mapper: SealingMapper, vault: Vault, datastore: Datastore
) -> None:
    stored = mapper.to_stored_event(MESSAGE)
    store_keys(vault, datastore, LEAD)
    datastore.close()
    with pytest.raises(OperationalError):
        mapper.to_domain_event(stored)


class Note:
    """Something personal that was called otherwise once, and something that forgot whose it is."""

    @dataclass(frozen=True)
    class Written(DomainEvent):
        TOPIC = "test_mapper.note_written"
        words: Annotated[str, Personal]
        subject: UUID
        class_version = 2

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            state["words"] = state.pop("text")

    @dataclass(frozen=True)
    class Anonymous(DomainEvent):
        TOPIC = "test_mapper.note_anonymous"
        words: Annotated[str, Personal]


def test_an_older_event_is_upcast_with_its_personal_fields_opened_or_erased(
    mapper: SealingMapper, vault: Vault, datastore: Datastore
) -> None:
    register_topic(Note.Written.TOPIC, Note.Written)
    key, stream = vault.key_for(LEAD), uuid4()
    assert key is not None
    text = b64encode(key.seal(b'"Marta"', f"text of {stream}/1, {Note.Written.TOPIC}")).decode()
    state = {"sealed_for": str(LEAD), "sealed": {"text": text}, "timestamp": AT.isoformat(), "subject": str(LEAD)}
    old = StoredEvent(stream, 1, Note.Written.TOPIC, json.dumps(state).encode())
    assert getattr(mapper.to_domain_event(old), "words", None) == "Marta"
    erase(vault, datastore, LEAD)
    event: DomainEventProtocol[UUID] = mapper.to_domain_event(old)
    assert (getattr(event, "words", None), getattr(event, "erased", None)) == ("", {"words"})


def test_what_is_personal_and_nobody_s_is_not_written(mapper: SealingMapper) -> None:
    with pytest.raises(TypeError, match="no subject"):
        mapper.to_stored_event(Note.Anonymous(uuid4(), 1, AT, "Marta"))


def test_what_is_erased_is_empty_to_whoever_looks_at_it() -> None:
    assert not ERASED
    assert f"{ERASED}" == ""
    assert isinstance(ERASED, Erased)
    assert repr(ERASED) == "ERASED"
