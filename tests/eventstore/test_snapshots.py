"""The state of a long stream is kept beside the log: it saves time, and nobody decides on a wrong one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from eventsourcing import utils
from eventsourcing.persistence import MapperDeserialisationError
from psycopg.rows import DictRow

from api.database.installation import open_application
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.errors import AlreadyTaken, NotFound
from domain.lead import Lead
from domain.vocabulary import Status
from eventstore.snapshots import FAR, GROWN, KEEP, Snapshots, StreamStore
from eventstore.unit_of_work import OVERGROWN, UnitOfWork
from eventstore.vault import destroying
from eventstore.writer import MAX_WAITING, Writer
from tests.eventstore.test_writer import Gate, Times, new_lead

Conn = psycopg.Connection[DictRow]
KEY = bytes(32)
LOOKS = 20_000


@pytest.fixture
async def writer(database_url: str) -> AsyncIterator[Writer[Clonnect]]:
    with open_application(database_url, KEY, writer=True) as app, context.acting("person:ana"):
        writer = Writer(app, conflict=AlreadyTaken, timed=Times())
        writer.start()
        await writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
        yield writer
        await asyncio.to_thread(writer.stop)


async def a_lead(writer: Writer[Clonnect], *, events: int = 1) -> UUID:
    """A lead whose stream has at least so many events."""
    lead = (await writer.do(Clonnect.capture_lead, "ana", new_lead(1))).result
    await move(writer, lead.id, (events + 1) // 2)
    return lead.id


async def move(writer: Writer[Clonnect], lead_id: UUID, times: int) -> None:
    """Move a card to and fro, all at once: two events each time."""
    there = [(Status.HOT, Status.NEW)[time % 2] for time in range(times)]
    await asyncio.gather(*(writer.do(Clonnect.change_status, "ana", lead_id, status) for status in there))


def kept(conn: Conn, stream: UUID) -> dict[str, Any] | None:
    return conn.execute("SELECT * FROM log.snapshots WHERE originator_id = %s", (stream,)).fetchone()


def wait_until_kept(conn: Conn, stream: UUID, version: int = 1) -> dict[str, Any]:
    """What the writer keeps while nothing else is to be done, from a version on."""
    for _ in range(LOOKS):
        row = kept(conn, stream)
        if row is not None and row["originator_version"] >= version:
            return row
    raise TimeoutError


def make_unreadable(conn: Conn, stream: UUID) -> None:
    """From now on only a snapshot helps: the first event says nothing any more."""
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    conn.execute("UPDATE log.events SET state = '{' WHERE originator_id = %s AND originator_version = 1", (stream,))
    conn.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")


def seen_by_another_program(url: str, lead_id: UUID, *, writer: bool = False) -> Lead:
    with open_application(url, KEY, writer=writer) as app:
        return app.lead("ana", lead_id)


def snapshots_of(app: Clonnect) -> Snapshots:
    return cast(StreamStore, app.events).snapshots


async def test_the_state_of_a_long_stream_is_kept_when_no_command_waits(writer: Writer[Clonnect], conn: Conn) -> None:
    lead_id = await a_lead(writer, events=GROWN)
    first = wait_until_kept(conn, lead_id)
    await move(writer, lead_id, GROWN)
    wait_until_kept(conn, lead_id, first["originator_version"] + 1)


async def test_a_short_stream_is_not_worth_it(writer: Writer[Clonnect], conn: Conn) -> None:
    lead_id = await a_lead(writer, events=GROWN - 10)
    await asyncio.to_thread(writer.stop)
    assert kept(conn, lead_id) is None


async def test_what_has_grown_when_the_program_stops_is_kept(writer: Writer[Clonnect], conn: Conn) -> None:
    lead_id = await a_lead(writer, events=GROWN)
    await asyncio.to_thread(writer.stop)
    assert kept(conn, lead_id) is not None


async def test_a_stream_that_grows_while_commands_always_wait_is_kept_all_the_same(
    writer: Writer[Clonnect], conn: Conn
) -> None:
    lead_id = await a_lead(writer)
    first, last = Gate(), Gate()
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(writer.do(first))]
    await first.reached()
    tasks.append(asyncio.create_task(move(writer, lead_id, min(OVERGROWN, MAX_WAITING - 100))))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(writer.do(last)))
    await asyncio.sleep(0)
    first.open()
    await last.reached()
    row = kept(conn, lead_id)
    last.open()
    await asyncio.gather(*tasks)
    assert row is not None
    assert row["originator_version"] >= OVERGROWN


@pytest.mark.parametrize("commands", [True, False], ids=["to decide", "to read"])
async def test_a_program_that_has_just_started_begins_with_the_snapshot(
    writer: Writer[Clonnect], conn: Conn, database_url: str, commands: bool
) -> None:
    lead_id = await a_lead(writer, events=GROWN)
    row = wait_until_kept(conn, lead_id)
    await writer.do(Clonnect.edit_lead, "ana", lead_id, {"name": "Marta", "tags": ("vip",)}, Status.CUSTOMER)
    whole = seen_by_another_program(database_url, lead_id, writer=commands)
    conn.execute("DELETE FROM log.snapshots")
    assert vars(seen_by_another_program(database_url, lead_id, writer=commands)) == vars(whole)
    assert whole.version > row["originator_version"]
    insert(conn, row)
    make_unreadable(conn, lead_id)
    assert vars(seen_by_another_program(database_url, lead_id, writer=commands)) == vars(whole)
    conn.execute("DELETE FROM log.snapshots")
    with pytest.raises(MapperDeserialisationError):
        seen_by_another_program(database_url, lead_id, writer=commands)


async def test_many_streams_are_read_at_once_as_each_would_be_alone(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    """One with a snapshot and more behind it, one with nothing behind it, a short one, and one that nobody can read."""
    grown = await a_lead(writer, events=GROWN)
    wait_until_kept(conn, grown)
    await writer.do(Clonnect.edit_lead, "ana", grown, {"name": "Marta"}, None)
    still = (await writer.do(Clonnect.capture_lead, "ana", new_lead(2))).result.id
    await move(writer, still, GROWN // 2 + 1)
    version = wait_until_kept(conn, still)["originator_version"]
    short, broken = [(await writer.do(Clonnect.capture_lead, "ana", new_lead(number))).result.id for number in (3, 4)]
    make_unreadable(conn, broken)
    nobody = UUID(int=7)
    with open_application(database_url, KEY, writer=True) as app:
        unit_of_work = cast(UnitOfWork, app.repository)
        found = unit_of_work.prefetch([grown, still, short, broken, nobody])
        assert [vars(each) for each in found] == [
            vars(seen_by_another_program(database_url, each)) for each in (grown, still, short)
        ]
        assert found[1].version >= version
        make_unreadable(conn, short)  # it is at hand
        assert app.lead("ana", short) is found[2]
        with pytest.raises(MapperDeserialisationError):
            app.lead("ana", broken)


async def test_a_stream_that_takes_long_is_not_read_together_with_others(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    long = await a_lead(writer, events=FAR)
    short = (await writer.do(Clonnect.capture_lead, "ana", new_lead(2))).result.id
    await asyncio.to_thread(writer.stop)
    conn.execute("DELETE FROM log.snapshots")
    with open_application(database_url, KEY, writer=True) as app:
        found = cast(UnitOfWork, app.repository).prefetch([long, short])
        assert [each.id for each in found] == [short]
        assert app.lead("ana", long).version >= FAR


async def test_what_the_running_batch_has_saved_is_part_of_what_is_read_ahead(writer: Writer[Clonnect]) -> None:
    lead_id = await a_lead(writer)

    def refused(app: Clonnect) -> None:
        """What it has changed is thrown away, and with it what was at hand."""
        app.lead("ana", lead_id).delete()
        raise NotFound("")

    def read_ahead(app: Clonnect) -> list[Status]:
        return [each.status for each in cast(UnitOfWork, app.repository).prefetch([lead_id])]

    gate = Gate()
    first = asyncio.create_task(writer.do(gate))
    await gate.reached()
    moved = asyncio.create_task(writer.do(Clonnect.change_status, "ana", lead_id, Status.HOT))
    deleted = asyncio.create_task(writer.do(refused))
    seen = asyncio.create_task(writer.do(read_ahead))
    await asyncio.sleep(0)
    gate.open()
    assert (await seen).result == [Status.HOT]
    with pytest.raises(NotFound):
        await deleted
    await asyncio.gather(first, moved)


async def test_an_earlier_version_is_not_read_from_a_later_snapshot(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    lead_id = await a_lead(writer, events=2 * GROWN)
    wait_until_kept(conn, lead_id, GROWN + 5)
    with open_application(database_url, KEY) as app:
        for version in (3, GROWN, GROWN + 4):
            assert app.repository.get(lead_id, version=version).version == version


async def test_the_snapshot_of_other_sources_is_not_used_and_then_replaced(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    lead_id = await a_lead(writer, events=GROWN)
    mine = wait_until_kept(conn, lead_id)
    await asyncio.to_thread(writer.stop)
    conn.execute("UPDATE log.snapshots SET fingerprint = 'another'")
    with open_application(database_url, KEY, writer=True) as app:
        again = Writer(app, conflict=AlreadyTaken, timed=Times())
        again.start()
        assert (await again.do(Clonnect.lead, "ana", lead_id)).result.version > GROWN
        await asyncio.to_thread(again.stop)
    assert wait_until_kept(conn, lead_id)["fingerprint"] == mine["fingerprint"]
    conn.execute("UPDATE log.snapshots SET fingerprint = 'another'")
    make_unreadable(conn, lead_id)
    with pytest.raises(MapperDeserialisationError):
        seen_by_another_program(database_url, lead_id)


async def test_the_snapshot_of_a_class_that_has_another_name_by_now_is_not_used(
    writer: Writer[Clonnect], conn: Conn, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_id = await a_lead(writer, events=GROWN)
    wait_until_kept(conn, lead_id)
    with open_application(database_url, KEY) as app:
        assert isinstance(snapshots_of(app).latest(lead_id), Lead)
        monkeypatch.delitem(utils._topic_cache, "lead")
        assert snapshots_of(app).latest(lead_id) is None


def of_another_log(conn: Conn, lead_id: UUID) -> None:
    conn.execute("UPDATE log.snapshots SET chain = sha256('another log')")


def of_another_moment(conn: Conn, lead_id: UUID) -> None:
    conn.execute(
        """UPDATE log.snapshots AS s SET originator_version = e.originator_version, chain = e.chain
             FROM log.events AS e WHERE e.originator_id = s.originator_id AND e.originator_version = 2"""
    )


def changed(conn: Conn, lead_id: UUID) -> None:
    conn.execute("UPDATE log.snapshots SET state = set_byte(state, 20, 255 - get_byte(state, 20))")


@pytest.mark.parametrize("spoil", [of_another_log, of_another_moment, changed])
async def test_a_snapshot_that_is_not_what_was_kept_is_not_used(
    writer: Writer[Clonnect], conn: Conn, database_url: str, spoil: Callable[[Conn, UUID], None]
) -> None:
    lead_id = await a_lead(writer, events=GROWN)
    wait_until_kept(conn, lead_id)
    whole = seen_by_another_program(database_url, lead_id)
    spoil(conn, lead_id)
    assert vars(seen_by_another_program(database_url, lead_id)) == vars(whole)


async def test_a_state_that_cannot_be_kept_harms_no_command_and_is_said(
    writer: Writer[Clonnect], conn: Conn, caplog: pytest.LogCaptureFixture
) -> None:
    conn.execute("ALTER TABLE log.snapshots ADD CONSTRAINT nothing CHECK (false)")
    lead_id = await a_lead(writer, events=GROWN)
    for _ in range(LOOKS):
        if caplog.records or kept(conn, lead_id) is not None:
            break
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert kept(conn, lead_id) is None
    conn.execute("ALTER TABLE log.snapshots DROP CONSTRAINT nothing")
    await move(writer, lead_id, GROWN)
    wait_until_kept(conn, lead_id)


async def test_what_was_not_appended_is_not_kept(writer: Writer[Clonnect], conn: Conn) -> None:
    lead_id = await a_lead(writer)

    def forgetful(app: Clonnect) -> None:
        lead = app.lead("ana", lead_id)
        for number in range(GROWN):
            lead.change_details({"name": f"{number}"})

    await writer.do(forgetful)
    await asyncio.to_thread(writer.stop)
    assert kept(conn, lead_id) is None


# Whoever is erased.


async def test_nothing_can_be_read_in_a_snapshot_without_the_key_of_its_person(
    writer: Writer[Clonnect], conn: Conn
) -> None:
    lead_id = await a_lead(writer)
    await writer.do(Clonnect.edit_lead, "ana", lead_id, {"name": "Marta Ibarrola"}, None)
    await move(writer, lead_id, GROWN)
    row = wait_until_kept(conn, lead_id)
    assert row["subject"] == lead_id
    assert b"Ibarrola" not in bytes(row["state"])


async def test_nothing_is_kept_of_somebody_whose_key_was_destroyed(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    lead_id = await a_lead(writer)
    with open_application(database_url, KEY) as app:
        lead = app.lead("ana", lead_id)  # its key is in memory from here on
        for query, params in destroying([lead_id]):
            conn.execute(query.encode(), params)
        snapshots_of(app).keep([lead])
        assert kept(conn, lead_id) is None
        app.factory.vault.forget()  # type: ignore[attr-defined]
        snapshots_of(app).keep([lead])
        assert kept(conn, lead_id) is None


async def test_a_snapshot_that_meets_an_erasure_waits_for_it_and_is_not_kept(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    lead_id = await a_lead(writer)
    with open_application(database_url, KEY) as app, ThreadPoolExecutor(1) as thread:
        lead = app.lead("ana", lead_id)
        with psycopg.connect(database_url) as erasing:
            for query, params in destroying([lead_id]):
                erasing.execute(query.encode(), params)
            erasing.execute("DELETE FROM log.snapshots WHERE originator_id = %s", (lead_id,))
            keeping = thread.submit(snapshots_of(app).keep, [lead])
            wait_for_lock(conn)
        keeping.result(10)
    assert kept(conn, lead_id) is None


async def test_an_erasure_that_meets_a_snapshot_waits_for_it_and_deletes_it(
    writer: Writer[Clonnect], conn: Conn, database_url: str
) -> None:
    lead_id = await a_lead(writer)

    def erase() -> None:
        with psycopg.connect(database_url) as erasing:
            for query, params in destroying([lead_id]):
                erasing.execute(query.encode(), params)
            erasing.execute("DELETE FROM log.snapshots WHERE originator_id = %s", (lead_id,))

    with psycopg.connect(database_url) as keeping, ThreadPoolExecutor(1) as thread:
        keeping.execute(KEEP.encode(), ("lead", b"", b"sealed", lead_id, 1, lead_id))
        erasing = thread.submit(erase)
        wait_for_lock(conn)
        keeping.commit()
        erasing.result(10)
    assert kept(conn, lead_id) is None


def wait_for_lock(conn: Conn) -> None:
    """Until one of the test's connections waits for another."""
    for _ in range(LOOKS):
        row = conn.execute(
            """SELECT count(*) AS waiting FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'"""
        ).fetchone()
        if row is not None and row["waiting"]:
            return
    raise TimeoutError


def insert(conn: Conn, row: dict[str, Any]) -> None:
    conn.execute("DELETE FROM log.snapshots WHERE originator_id = %(originator_id)s", row)
    conn.execute(
        """INSERT INTO log.snapshots VALUES (%(originator_id)s, %(originator_version)s, %(topic)s, %(subject)s,
                                             %(fingerprint)s, %(chain)s, %(state)s)""",
        row,
    )
