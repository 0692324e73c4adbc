"""Each person has one key, which opens nothing any more once it is destroyed."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from eventsourcing.persistence import IntegrityError, PersistenceError
from psycopg.rows import DictRow

from api.cli.key_rotation import rotate
from api.database.installation import open_application
from domain import context
from domain.application import Clonnect
from domain.creator import Creator, CreatorSettings
from domain.errors import LostRace
from eventstore.factory import Datastore
from eventstore.listener import Listener
from eventstore.vault import CHANNEL, KEPT_SECONDS, Vault, WrongKey, destroying
from tests.harness.waiting import PATIENCE

KEY = bytes(range(32))
Conn = psycopg.Connection[DictRow]


@pytest.fixture
def datastore(database_url: str) -> Iterator[Datastore]:
    with Datastore(database_url) as datastore:
        yield datastore


@pytest.fixture
def vault(datastore: Datastore) -> Vault:
    return opened(datastore)


@pytest.fixture
def app(database_url: str) -> Iterator[Clonnect]:
    with open_application(database_url, KEY) as app:
        yield app


def opened(datastore: Datastore, key: bytes = KEY, *, cached: int = 100) -> Vault:
    """The vault as another program opens it."""
    vault = Vault(datastore, key, cached=cached)
    vault.check()
    return vault


def sealed(vault: Vault, datastore: Datastore, subject: UUID) -> bytes:
    """Something about a person, as it is stored."""
    key = vault.key_for(subject)
    assert key is not None
    with vault.storing([subject]) as statements, datastore.get_connection() as conn:
        for query, params in statements:
            conn.execute(query.encode(), params)
    return key.seal(b"Marta", "name")


def read(vault: Vault, subject: UUID, text: bytes) -> bytes | None:
    key = vault.key_of(subject)
    return None if key is None else key.open(text, "name")


def destroy(conn: Conn, subject: UUID) -> None:
    for query, params in destroying([subject]):
        conn.execute(query.encode(), params)


def test_what_is_sealed_for_a_person_is_read_by_every_program(vault: Vault, datastore: Datastore) -> None:
    marta = uuid4()
    assert read(opened(datastore), marta, sealed(vault, datastore, marta)) == b"Marta"


def test_everybody_has_a_key_of_their_own(vault: Vault, datastore: Datastore) -> None:
    marta, pedro = uuid4(), uuid4()
    text = sealed(vault, datastore, marta)
    sealed(vault, datastore, pedro)
    with pytest.raises(InvalidTag):
        read(vault, pedro, text)


def test_of_two_programs_that_make_a_key_at_once_the_second_begins_again_with_the_first_one_s(
    vault: Vault, datastore: Datastore
) -> None:
    marta, late = uuid4(), opened(datastore)
    assert late.key_for(marta) is not None
    text = sealed(vault, datastore, marta)
    with pytest.raises(IntegrityError):
        sealed(late, datastore, marta)
    assert read(late, marta, text) == b"Marta"
    assert read(vault, marta, sealed(late, datastore, marta)) == b"Marta"


def test_a_key_that_could_not_be_stored_is_never_used_again(vault: Vault, datastore: Datastore, conn: Conn) -> None:
    marta = uuid4()
    lost = vault.key_for(marta)
    with pytest.raises(ConnectionError), vault.storing([marta]):
        raise ConnectionError
    assert vault.key_for(marta) is not lost
    assert read(vault, marta, sealed(vault, datastore, marta)) == b"Marta"


def test_no_key_is_stored_without_what_it_seals(app: Clonnect, conn: Conn) -> None:
    recorder = app.recorder
    with context.acting("system", at=datetime.now(UTC)):
        app.sign_up_creator("ana", "ana@example.com", CreatorSettings())
        (key,) = conn.execute("SELECT xmin::text AS at FROM vault.data_keys").fetchall()
        (event,) = conn.execute("SELECT xmin::text AS at FROM log.events WHERE topic = 'creator.signed_up'").fetchall()
        assert key == event
        with pytest.raises(LostRace):
            app.save_streams(
                Creator.sign_up(app.namespace, "eva", "eva@example.com", CreatorSettings()),
                in_transaction=[("INSERT INTO app.received SELECT FROM app.clock", ())],
            )
    assert recorder.max_notification_id() == 9
    assert len(conn.execute("SELECT * FROM vault.data_keys").fetchall()) == 1


def test_reading_makes_no_key(vault: Vault, conn: Conn) -> None:
    assert vault.key_of(uuid4()) is None
    assert conn.execute("SELECT * FROM vault.data_keys").fetchall() == []


def test_a_destroyed_key_is_gone_and_none_is_made_again(vault: Vault, datastore: Datastore, conn: Conn) -> None:
    marta, stranger = uuid4(), uuid4()
    text = sealed(vault, datastore, marta)
    for person in (marta, stranger):
        destroy(conn, person)
        vault.forget(person)
        assert vault.key_for(person) is None
        assert read(vault, person, text) is None
    rows = conn.execute("SELECT wrapped, destroyed_at FROM vault.data_keys").fetchall()
    assert [(row["wrapped"], row["destroyed_at"] is None) for row in rows] == [(None, False)] * 2


def test_a_key_stays_destroyed_at_the_time_it_was(vault: Vault, datastore: Datastore, conn: Conn) -> None:
    marta = uuid4()
    sealed(vault, datastore, marta)
    destroy(conn, marta)
    first = conn.execute("SELECT * FROM vault.data_keys").fetchall()
    destroy(conn, marta)
    assert conn.execute("SELECT * FROM vault.data_keys").fetchall() == first


def test_every_program_hears_of_a_destroyed_key(
    vault: Vault, datastore: Datastore, conn: Conn, database_url: str
) -> None:
    marta, heard = uuid4(), Event()
    text = sealed(vault, datastore, marta)

    def told(payload: str | None) -> None:
        vault.heard(payload)
        if payload:
            heard.set()

    listener = Listener(database_url)
    listener.on(CHANNEL, told)
    listener.start()
    try:
        assert read(vault, marta, text) == b"Marta"
        destroy(conn, marta)
        assert heard.wait(PATIENCE)
        assert read(vault, marta, text) is None
    finally:
        listener.stop()


def test_a_program_that_hears_nothing_forgets_a_key_all_the_same(datastore: Datastore, conn: Conn) -> None:
    now = [0.0]
    vault = Vault(datastore, KEY, clock=lambda: now[0])
    vault.check()
    marta = uuid4()
    text = sealed(vault, datastore, marta)
    destroy(conn, marta)
    assert read(vault, marta, text) == b"Marta"
    now[0] += KEPT_SECONDS + 1
    assert read(vault, marta, text) is None


def test_no_more_keys_stay_in_memory_than_allowed(datastore: Datastore, conn: Conn) -> None:
    vault = opened(datastore, cached=2)
    people = [uuid4() for _ in range(3)]
    texts = [sealed(vault, datastore, person) for person in people]
    for person in people:
        destroy(conn, person)
    latest_first = [read(vault, person, text) for person, text in zip(people[::-1], texts[::-1], strict=True)]
    assert latest_first == [b"Marta", b"Marta", None]


def test_keys_that_were_loaded_are_at_hand_without_the_database(vault: Vault, datastore: Datastore) -> None:
    people = [uuid4() for _ in range(20)]
    texts = [sealed(vault, datastore, person) for person in people]
    vault.forget()
    vault.load(people)
    datastore.close()
    assert {read(vault, person, text) for person, text in zip(people, texts, strict=True)} == {b"Marta"}


def test_who_is_expected_gets_a_new_key_without_another_question(vault: Vault, datastore: Datastore) -> None:
    known, stranger = uuid4(), uuid4()
    text = sealed(vault, datastore, known)
    vault.forget()
    vault.expect([known, stranger])
    datastore.close()
    assert read(vault, known, text) == b"Marta"
    key = vault.key_for(stranger)
    assert key is not None
    assert vault.key_for(stranger) is key


def test_a_key_that_another_program_made_meanwhile_is_found_the_next_time(vault: Vault, datastore: Datastore) -> None:
    person = uuid4()
    vault.expect([person])
    text = sealed(opened(datastore), datastore, person)
    with pytest.raises(IntegrityError):
        sealed(vault, datastore, person)
    vault.expect([person])
    assert read(vault, person, text) == b"Marta"
    assert read(vault, person, sealed(vault, datastore, person)) == b"Marta"


def test_only_the_first_key_opens_an_installation(vault: Vault, datastore: Datastore) -> None:
    opened(datastore)
    with pytest.raises(WrongKey):
        opened(datastore, os.urandom(32))


def test_a_program_that_holds_an_old_key_makes_none_with_it(vault: Vault, datastore: Datastore, conn: Conn) -> None:
    conn.execute("UPDATE vault.installation SET key_id = 'another'")
    with pytest.raises(PersistenceError, match="start the program again"):
        sealed(vault, datastore, uuid4())
    assert conn.execute("SELECT * FROM vault.data_keys").fetchall() == []


def test_what_an_older_program_seals_with_an_old_key_is_refused_as_well(vault: Vault, conn: Conn) -> None:
    add = "SELECT vault.add_keys(%s, %s, (SELECT key_check FROM vault.installation))"
    conn.execute(add, ([uuid4()], [b"wrapped"]))
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="start the program again"):
        conn.execute("SELECT vault.add_keys(%s, %s, 'of the old key')", ([uuid4()], [b"wrapped"]))
    assert len(conn.execute("SELECT * FROM vault.data_keys").fetchall()) == 1


def test_a_database_that_an_older_program_has_sealed_learns_which_key_is_in_force(
    vault: Vault, datastore: Datastore, conn: Conn
) -> None:
    conn.execute("UPDATE vault.installation SET key_id = NULL")
    opened(datastore)
    sealed(vault, datastore, uuid4())


def test_a_key_does_not_open_in_the_place_of_another_person_s(vault: Vault, datastore: Datastore, conn: Conn) -> None:
    marta, pedro = uuid4(), uuid4()
    sealed(vault, datastore, marta)
    sealed(vault, datastore, pedro)
    conn.execute(
        """UPDATE vault.data_keys SET wrapped = (SELECT wrapped FROM vault.data_keys WHERE subject = %s)
            WHERE subject = %s""",
        (marta, pedro),
    )
    vault.forget()
    with pytest.raises(WrongKey):
        vault.key_of(pedro)


def test_a_data_key_never_stands_in_the_clear(vault: Vault, datastore: Datastore, conn: Conn) -> None:
    marta = uuid4()
    sealed(vault, datastore, marta)
    row = conn.execute("SELECT wrapped FROM vault.data_keys").fetchone()
    assert row is not None
    assert len(row["wrapped"]) == 12 + 32 + 16


def test_what_was_erased_is_known_again_by_every_program_of_the_installation_and_by_no_other(
    vault: Vault, datastore: Datastore, conn: Conn
) -> None:
    trace = vault.trace_of(["ana", "whatsapp", "wamid.34600111222"])
    assert opened(datastore).trace_of(["ana", "whatsapp", "wamid.34600111222"]) == trace
    assert vault.trace_of(["ana", "whatsapp", "wamid.34600111223"]) != trace
    assert vault.trace_of(["ana", "whatsappwamid", ".34600111222"]) != trace
    conn.execute("UPDATE vault.installation SET pepper_sealed = NULL")
    assert opened(datastore).trace_of(["ana", "whatsapp", "wamid.34600111222"]) != trace


def test_what_was_erased_is_known_again_after_a_change_of_the_key(
    vault: Vault, datastore: Datastore, conn: Conn
) -> None:
    another = bytes(range(1, 33))
    rotate(conn, KEY, another)
    assert opened(datastore, another).trace_of(["a message"]) == vault.trace_of(["a message"])
