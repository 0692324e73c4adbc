"""An event that cannot be shown parks its stream; a person replays or discards it, and everybody else goes on."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.application import Clonnect
from domain.errors import NotFound
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.vocabulary import Platform, Status
from eventstore.log import Log, Recorded
from eventstore.vault import WrongKey
from projections.engine.parking import Waits, discard, parked_streams, replay
from projections.engine.projection import Projection, Tables, handles
from tests.projections.conftest import TimedCommands
from tests.projections.sayings import Connection, Sayings, a_projector, last_said, position_of, said
from tests.projections.test_projector import TallyProjection
from tests.world import CREATOR, NO_POOL


class Moves(Projection):
    """How often was a lead moved? No key is needed to say."""

    name = "moves"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"moves": ("lead_id",)}
    schema = "CREATE TABLE {moves} (lead_id uuid PRIMARY KEY, moves bigint NOT NULL)"

    @handles(Lead.StatusChanged)
    def status_changed(self, event: Lead.StatusChanged, tables: Tables, recorded: Recorded) -> None:
        tables["moves"].count(event.originator_id, moves=1)


@pytest.fixture(autouse=True)
def _a_sure_foot(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Sayings, "stumbles_over", None)
    return iter(())


def stumble_over(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    monkeypatch.setattr(Sayings, "stumbles_over", text)


def waits(conn: Connection) -> list[Waits]:
    return parked_streams(conn, [Sayings(NO_POOL)])


def failures(conn: Connection) -> dict[str, str | None]:
    return {row["name"]: row["failure"] for row in conn.execute("SELECT name, failure FROM read.projections")}


def follower(people: TimedCommands, user_id: str) -> UUID:
    return Follower.create_id(people.app.namespace, CREATOR, Platform.TELEGRAM, user_id)


def test_only_the_person_over_whom_a_handler_stumbles_waits_and_a_replay_shows_them_in_order(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble_over(monkeypatch, "two")
    marta, *_ = [people.says("marta", text) for text in ("one", "two", "three")]
    pedro = people.says("pedro", "hello")
    projector, progress = a_projector(database_url, log, Sayings)
    projector.catch_up()
    people.says("marta", "four")
    people.says("pedro", "again")
    projector.catch_up()

    assert (said(conn, marta), last_said(conn, marta)) == (["one"], ("one", 1))
    assert (said(conn, pedro), last_said(conn, pedro)) == (["hello", "again"], ("again", 2))
    assert progress.position == position_of(conn) == log.head()
    (marta_waits,) = waits(conn)
    assert (marta_waits.name, marta_waits.stream) == ("sayings", follower(people, "marta"))
    assert (marta_waits.topic, marta_waits.events) == ("follower.message_received", 3)
    assert log.page(marta_waits.position - 1, 1, [marta_waits.topic]).events[0].event.text == "two"

    stumble_over(monkeypatch, None)
    outcome = replay(conn, log, Sayings(NO_POOL), follower(people, "marta"))
    assert (outcome.events, outcome.parked) == (3, None)
    assert (said(conn, marta), last_said(conn, marta)) == (["one", "two", "three", "four"], ("four", 4))
    assert waits(conn) == []
    people.says("marta", "five")
    projector.catch_up()
    assert said(conn, marta) == ["one", "two", "three", "four", "five"]


def test_what_stands_in_the_list_says_nothing_of_what_was_said(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    stumble_over(monkeypatch, "my secret")
    people.says("marta", "my secret")
    people.says("pedro", "refuse me")
    a_projector(database_url, log, Sayings)[0].catch_up()
    errors = [each.error for each in waits(conn)]
    assert errors[0].startswith("ValueError (sayings.py:")
    assert errors[1].startswith("CheckViolation (sayings_v1:")
    everything = str(conn.execute("SELECT * FROM read.parked").fetchall()) + str(
        [vars(each) for each in caplog.records]
    )
    assert "secret" not in everything
    assert "refuse me" not in everything


def test_a_row_that_the_database_refuses_is_found_among_many(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    leads = [people.says(str(number), "refuse me" if number in (7, 23) else f"I am {number}") for number in range(30)]
    people.says("7", "still there?")
    projector, _ = a_projector(database_url, log, Sayings, TallyProjection)
    projector.catch_up()
    assert [each.stream for each in waits(conn)] == [follower(people, "7"), follower(people, "23")]
    assert [number for number, lead in enumerate(leads) if not said(conn, lead)] == [7, 23]
    assert position_of(conn) == position_of(conn, TallyProjection) == log.head()


def test_an_event_that_cannot_be_read_parks_its_stream_where_it_would_be_shown(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta, pedro = people.says("marta", "one"), people.says("pedro", "hello")
    broken = StoredEvent(follower(people, "marta"), 3, "follower.message_received", b'{"text": 7')
    unknown = StoredEvent(follower(people, "pedro"), 3, "follower.sang", b"{}")
    people.app.recorder.insert_events([broken, unknown])
    projector, _ = a_projector(database_url, log, Sayings, TallyProjection)
    projector.catch_up()
    (waiting,) = waits(conn)
    assert (waiting.stream, waiting.error) == (follower(people, "marta"), "unreadable (ValueError)")
    assert (said(conn, marta), said(conn, pedro)) == (["one"], ["hello"])
    assert position_of(conn) == position_of(conn, TallyProjection) == log.head()

    outcome = replay(conn, log, Sayings(NO_POOL), waiting.stream)
    assert outcome.events == 0
    assert outcome.parked is not None
    assert len(waits(conn)) == 1
    outcome = discard(conn, log, Sayings(NO_POOL), waiting.stream)
    assert (outcome.events, outcome.parked) == (0, None)
    assert waits(conn) == []


def test_a_replay_goes_as_far_as_it_can_and_says_what_stops_it_now(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble_over(monkeypatch, "two")
    marta, *_ = [people.says("marta", text) for text in ("one", "two", "three", "refuse me", "five")]
    projector, _ = a_projector(database_url, log, Sayings)
    projector.catch_up()
    stumble_over(monkeypatch, None)
    outcome = replay(conn, log, Sayings(NO_POOL), follower(people, "marta"))
    assert outcome.events == 2
    (waiting,) = waits(conn)
    assert waiting.error.startswith("CheckViolation")
    assert waiting.events == 2
    assert said(conn, marta) == ["one", "two", "three"]

    people.says("marta", "six")
    projector.catch_up()
    assert said(conn, marta) == ["one", "two", "three"]
    discard(conn, log, Sayings(NO_POOL), follower(people, "marta"))
    people.says("marta", "seven")
    projector.catch_up()
    assert said(conn, marta) == ["one", "two", "three", "five", "six", "seven"]
    assert last_said(conn, marta) == ("seven", 6)


def test_what_does_not_wait_can_neither_be_replayed_nor_discarded(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta = people.says("marta", "one")
    with pytest.raises(NotFound):
        replay(conn, log, Sayings(NO_POOL), follower(people, "marta"))
    a_projector(database_url, log, Sayings)[0].catch_up()
    for done in (replay, discard):
        with pytest.raises(NotFound):
            done(conn, log, Sayings(NO_POOL), follower(people, "marta"))
    assert said(conn, marta) == ["one"]
    assert conn.execute("SELECT * FROM read.discarded").fetchall() == []


def test_replays_at_once_while_projectors_run_show_each_event_once_and_in_order(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble_over(monkeypatch, "1")
    names = [f"person {number}" for number in range(6)]
    leads = {name: people.says(name, "0") for name in names}
    projectors = [a_projector(database_url, log, Sayings)[0] for _ in range(2)]
    for name in names:
        people.says(name, "1")
    projectors[0].catch_up()
    assert len(waits(conn)) == 6
    stumble_over(monkeypatch, None)
    for projector in projectors:
        projector.start()

    def try_to_replay(name: str) -> bool:
        with psycopg.connect(database_url, autocommit=True, row_factory=psycopg.rows.dict_row) as own:
            try:
                replay(own, log, Sayings(NO_POOL), follower(people, name))
            except NotFound:
                return False
        return True

    with ThreadPoolExecutor(4) as threads:
        tried = [threads.submit(try_to_replay, name) for name in names * 2]
        for number in range(2, 8):
            for name in names:
                people.says(name, str(number))
                for projector in projectors:
                    projector.log_moved(None)
    assert sum(each.result() for each in tried) == 6
    for projector in projectors:
        projector.stop()
    projectors[0].catch_up()
    assert {name: said(conn, lead) for name, lead in leads.items()} == {name: list("01234567") for name in names}
    assert {last_said(conn, lead) for lead in leads.values()} == {("7", 8)}


def test_a_key_that_does_not_open_parks_nothing_and_stops_only_who_needs_it(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta = people.says("marta", "one")
    people.do(Clonnect.change_status, CREATOR, marta, Status.HOT)
    projector, _ = a_projector(database_url, log, Sayings, Moves)
    projector.prepare()
    kept = conn.execute("SELECT wrapped FROM vault.data_keys WHERE subject = %s", (marta,)).fetchone()
    assert kept is not None
    conn.execute("UPDATE vault.data_keys SET wrapped = %s", (bytes(60),))
    log.forget_keys()
    with pytest.raises(WrongKey):
        projector.catch_up()
    assert waits(conn) == []
    assert (position_of(conn), position_of(conn, Moves)) == (0, log.head())
    assert str(failures(conn)["sayings"]).startswith("WrongKey")
    assert failures(conn)["moves"] is None

    conn.execute("UPDATE vault.data_keys SET wrapped = %s", (kept["wrapped"],))
    projector.catch_up()
    assert said(conn, marta) == ["one"]
    assert set(failures(conn).values()) == {None}


def test_who_was_erased_is_no_error(database_url: str, people: TimedCommands, log: Log, conn: Connection) -> None:
    marta = people.says("marta", "my secret")
    conn.execute("UPDATE vault.data_keys SET wrapped = NULL, destroyed_at = now() WHERE subject = %s", (marta,))
    log.forget_keys()
    a_projector(database_url, log, Sayings)[0].catch_up()
    assert (said(conn, marta), waits(conn)) == ([""], [])


def test_a_lead_that_waits_does_not_hold_up_their_messages(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta = people.says("marta", "one")
    people.app.recorder.insert_events([StoredEvent(marta, 2, "lead.captured", b"{}")])
    follower_id = follower(people, "marta")
    (said_before,) = log.stream(follower_id, 1, log.head(), [Follower.MessageReceived.TOPIC]).events
    again = people.app.mapper.to_stored_event(replace(said_before.event, text="two", originator_version=3))
    people.app.recorder.insert_events([again])
    a_projector(database_url, log, Sayings)[0].catch_up()
    assert [each.stream for each in waits(conn)] == [marta]
    assert said(conn, marta) == ["one", "two"]
