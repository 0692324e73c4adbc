"""Commands run one after another, each completely or not at all; those that wait at once share a transaction."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import OperationalError

from api.database.installation import open_application
from domain import context
from domain.application import Clonnect
from domain.commands.imports import Row
from domain.creator import CreatorSettings
from domain.errors import AlreadyTaken, DuplicateLead, LostRace, NotFound
from domain.follower.follower import Follower
from domain.lead import Details, Lead
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform, Status
from eventstore import writer as module
from eventstore.leases import Deposed
from eventstore.recorder import Held
from eventstore.writer import Busy, Done, Writer
from tests.harness.waiting import PATIENCE, until

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Times:
    """A clock that says when each run of a command began."""

    def __init__(self) -> None:
        self.runs = 0

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        self.runs += 1
        with context.at(NOON + timedelta(minutes=self.runs)):
            yield


class Gate:
    """A command that holds the writer until it is let go, so that others gather behind it."""

    def __init__(self) -> None:
        self._reached, self._open = threading.Event(), threading.Event()

    def __call__(self, _app: Clonnect) -> None:
        self._reached.set()
        self._open.wait(PATIENCE)

    async def reached(self) -> None:
        await asyncio.to_thread(self._reached.wait, 5)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
async def writer(database_url: str, times: Times) -> AsyncIterator[Writer[Clonnect]]:
    with open_application(database_url, bytes(32), writer=True) as app, context.acting("person:ana"):
        writer = Writer(app, conflict=AlreadyTaken, timed=times)
        writer.start()
        await writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
        yield writer
        await asyncio.to_thread(writer.stop)


def new_lead(number: int) -> NewLead:
    return NewLead(Platform.MANUAL, f"m{number}", Details(name=f"Person {number}"))


async def a_lead(writer: Writer[Clonnect], number: int = 0) -> Lead:
    return (await writer.do(Clonnect.capture_lead, "ana", new_lead(number))).result


def transactions(url: str) -> int:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT count(DISTINCT xmin::text) FROM log.events").fetchone()
    assert row is not None
    return int(row[0])


def head(url: str) -> int:
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT position FROM log.head").fetchone()
    assert row is not None
    return int(row[0])


async def test_a_command_answers_with_its_result_and_the_position_of_its_last_event(
    writer: Writer[Clonnect], database_url: str
) -> None:
    before = head(database_url)
    done = await writer.do(Clonnect.capture_lead, "ana", new_lead(1))
    assert done.result.details.name == "Person 1"
    assert done.position == before + 2 == head(database_url)


async def test_a_command_that_changes_nothing_has_no_position(writer: Writer[Clonnect]) -> None:
    lead = await a_lead(writer)
    assert (await writer.do(Clonnect.change_status, "ana", lead.id, Status.NEW)).position is None


async def test_commands_that_wait_at_once_share_a_transaction_and_know_their_own_positions(
    writer: Writer[Clonnect], database_url: str
) -> None:
    before, earlier = head(database_url), transactions(database_url)
    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    waiting = [asyncio.create_task(writer.do(Clonnect.capture_lead, "ana", new_lead(n))) for n in range(20)]
    await asyncio.sleep(0)
    gate.open()
    done = await asyncio.gather(*waiting)
    await holding
    assert [each.position for each in done] == [before + 2 * (n + 1) for n in range(20)]
    assert transactions(database_url) == earlier + 1


async def test_commands_of_one_batch_see_each_others_changes(writer: Writer[Clonnect]) -> None:
    lead = await a_lead(writer)
    moves = [Status.ACTIVE, Status.HOT, Status.CUSTOMER, Status.NEW] * 5
    done = await asyncio.gather(*(writer.do(Clonnect.change_status, "ana", lead.id, status) for status in moves))
    assert len({each.position for each in done}) == len(moves)
    assert (await writer.do(Clonnect.lead, "ana", lead.id)).result.status is Status.NEW


async def test_of_many_simultaneous_creations_exactly_one_wins(writer: Writer[Clonnect], database_url: str) -> None:
    before = head(database_url)
    answers = await asyncio.gather(
        *(writer.do(Clonnect.capture_lead, "ana", new_lead(7)) for _ in range(30)), return_exceptions=True
    )
    assert sum(isinstance(answer, DuplicateLead) for answer in answers) == 29
    assert head(database_url) == before + 2


async def test_a_refused_command_leaves_nothing_behind_and_harms_no_neighbour(
    writer: Writer[Clonnect], database_url: str
) -> None:
    lead = await a_lead(writer)
    before = head(database_url)

    def half_done(app: Clonnect) -> None:
        app.change_status("ana", lead.id, Status.HOT)
        raise ZeroDivisionError

    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    broken = asyncio.create_task(writer.do(half_done))
    unknown = asyncio.create_task(writer.do(Clonnect.change_status, "eva", lead.id, Status.HOT))
    fine = asyncio.create_task(writer.do(Clonnect.change_status, "ana", lead.id, Status.ACTIVE))
    await asyncio.sleep(0)
    gate.open()
    await holding
    with pytest.raises(ZeroDivisionError):
        await broken
    with pytest.raises(NotFound):
        await unknown
    assert (await fine).position == head(database_url) == before + 2
    assert (await writer.do(Clonnect.lead, "ana", lead.id)).result.status is Status.ACTIVE


async def test_nothing_is_decided_on_what_another_process_has_changed_since(
    writer: Writer[Clonnect], database_url: str
) -> None:
    lead = await a_lead(writer)
    with open_application(database_url, bytes(32)) as other, context.acting("person:eva", at=NOON):
        other.change_status("ana", lead.id, Status.HOT)
    assert (await writer.do(Clonnect.change_status, "ana", lead.id, Status.HOT)).position is None
    with open_application(database_url, bytes(32)) as other, context.acting("person:eva", at=NOON):
        other.delete_lead("ana", lead.id)
    with pytest.raises(NotFound):
        await writer.do(Clonnect.change_status, "ana", lead.id, Status.NEW)


def imported(*numbers: int) -> list[Row]:
    return [Row(number, new_lead(number)) for number in numbers]


async def test_strangers_of_one_command_are_known_to_the_next_of_its_batch(
    writer: Writer[Clonnect], database_url: str
) -> None:
    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    before = transactions(database_url)
    importing = [asyncio.create_task(writer.do(Clonnect.import_leads, "ana", imported(1, 2, n), 3)) for n in (3, 4)]
    entering = asyncio.create_task(writer.do(Clonnect.capture_lead, "ana", new_lead(4)))
    await asyncio.sleep(0)
    gate.open()
    await holding
    first, second = [(await each).result for each in importing]
    assert (first.created, first.unchanged, second.created, second.unchanged) == (3, 0, 1, 2)
    with pytest.raises(DuplicateLead):
        await entering
    assert transactions(database_url) == before + 1


async def test_what_is_expected_and_not_there_may_be_begun(writer: Writer[Clonnect], database_url: str) -> None:
    def begun_twice(app: Clonnect) -> UUID:
        follower_id = Follower.create_id(app.namespace, "ana", Platform.MANUAL, "m9")
        app.expect([follower_id])
        assert app.known_follower(follower_id) is None
        return app.capture_lead("ana", new_lead(9)).follower_id

    begun = (await writer.do(begun_twice)).result
    assert (await writer.do(Clonnect.follower, begun)).result.id == begun


async def test_two_programs_that_import_the_same_people_make_nobody_twice(
    writer: Writer[Clonnect], database_url: str
) -> None:
    with open_application(database_url, bytes(32), writer=True) as app:
        other = Writer(app, conflict=AlreadyTaken, timed=Times())
        other.start()
        people = [imported(*range(start, start + 20)) for start in range(0, 100, 10)]
        importing = [by.do(Clonnect.import_leads, "ana", rows, 20) for rows in people for by in (writer, other)]
        taken = [each.result for each in await asyncio.gather(*importing)]
        await asyncio.to_thread(other.stop)
    assert sum(each.created for each in taken) == 110
    assert sum(each.unchanged for each in taken) == 20 * 20 - 110


async def test_two_writers_on_one_stream_lose_no_command(writer: Writer[Clonnect], database_url: str) -> None:
    lead = await a_lead(writer)
    with open_application(database_url, bytes(32), writer=True) as app:
        other = Writer(app, conflict=AlreadyTaken, timed=Times())
        other.start()

        async def rename(by: Writer[Clonnect], name: str) -> None:
            for number in range(15):
                await by.do(Clonnect.edit_lead, "ana", lead.id, {"name": f"{name} {number}"}, None)

        await asyncio.gather(rename(writer, "Ana"), rename(other, "Eva"))
        await asyncio.to_thread(other.stop)
    present = (await writer.do(Clonnect.lead, "ana", lead.id)).result
    assert present.version == 1 + 30


async def test_a_command_that_others_outrun_again_and_again_is_carried_out_in_the_end(
    writer: Writer[Clonnect], database_url: str
) -> None:
    """As far from the database that a program beside it always gets in between reading and appending."""
    lead = await a_lead(writer)
    runs: list[int] = []
    with open_application(database_url, bytes(32)) as nearer, ThreadPoolExecutor(1) as beside:

        def get_in_between() -> None:
            nearer.edit_lead("ana", lead.id, {"name": f"Ana {len(runs)}"}, None)

        def outrun(app: Clonnect) -> Future[None] | None:
            app.change_status("ana", lead.id, Status.HOT)
            runs.append(head(database_url))
            if len(runs) > module.RACES_BEFORE_HOLDING:
                return beside.submit(copy_context().run, get_in_between)
            get_in_between()
            return None

        waits = (await writer.do(outrun)).result
        assert waits is not None
        with contextlib.suppress(LostRace):
            await asyncio.wrap_future(waits)
    assert len(runs) == module.RACES_BEFORE_HOLDING + 1
    assert (await writer.do(Clonnect.lead, "ana", lead.id)).result.status is Status.HOT


async def test_who_held_the_log_and_was_refused_lets_go_of_it(writer: Writer[Clonnect], database_url: str) -> None:
    lead, runs = await a_lead(writer), []
    with open_application(database_url, bytes(32)) as nearer:

        def outrun_and_refused(app: Clonnect) -> None:
            app.change_status("ana", lead.id, Status.HOT)
            runs.append(head(database_url))
            if len(runs) > module.RACES_BEFORE_HOLDING:
                raise NotFound("gone")
            nearer.edit_lead("ana", lead.id, {"name": f"Ana {len(runs)}"}, None)

        with pytest.raises(NotFound):
            await writer.do(outrun_and_refused)
        with context.at(NOON):
            nearer.edit_lead("ana", lead.id, {"name": "Ana"}, None)
    assert (await writer.do(Clonnect.lead, "ana", lead.id)).result.details.name == "Ana"


async def test_a_conflict_of_one_command_is_not_its_neighbours(writer: Writer[Clonnect], database_url: str) -> None:
    lead, before = await a_lead(writer), head(database_url)

    def doomed(app: Clonnect) -> None:
        creator = app.creator("ana")
        creator.connect_channel(Platform.TELEGRAM, "bot")
        key = ("INSERT INTO app.processes (name, position) VALUES (%s, 0)", ("replies",))
        app.save_streams(creator, in_transaction=[key])

    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    lost = asyncio.create_task(writer.do(doomed))
    fine = asyncio.create_task(writer.do(Clonnect.change_status, "ana", lead.id, Status.HOT))
    await asyncio.sleep(0)
    gate.open()
    await holding
    with pytest.raises(AlreadyTaken):
        await lost
    assert (await fine).position == head(database_url) == before + 2
    assert (await writer.do(Clonnect.creator, "ana")).result.channels == {}


def noting(result: object, last_event_id: UUID | None) -> list[tuple[str, tuple[object, ...]]]:
    """A row beside the events, which names what the command answered and the last of its events."""
    row = ("noted", "", str(result), "" if last_event_id is None else str(last_event_id))
    return [("INSERT INTO app.received (creator_id, channel, account_id, dedupe_key) VALUES (%s, %s, %s, %s)", row)]


def noted(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as conn:
        return conn.execute(
            "SELECT account_id, dedupe_key FROM app.received WHERE creator_id = 'noted' ORDER BY account_id"
        ).fetchall()


async def test_what_accompanies_a_command_is_stored_with_its_events_and_knows_the_last_of_them(
    writer: Writer[Clonnect], database_url: str
) -> None:
    done = await writer.do_with(noting, lambda app: app.capture_lead("ana", new_lead(1)).details.name)
    [(result, event_id)] = noted(database_url)
    with psycopg.connect(database_url) as conn:
        [row] = conn.execute(
            """SELECT notification_id, xmin::text, (SELECT xmin::text FROM app.received)
                 FROM log.events WHERE event_id = %s""",
            (event_id,),
        ).fetchall()
    assert (result, row[0], row[1]) == ("Person 1", done.position, row[2])


async def test_what_accompanies_a_command_that_changes_nothing_is_stored_all_the_same(
    writer: Writer[Clonnect], database_url: str
) -> None:
    before = head(database_url)
    done = await writer.do_with(noting, lambda _: "nothing")
    assert (done.position, done.head, noted(database_url)) == (None, before, [("nothing", "")])
    assert head(database_url) == before


async def test_what_accompanies_a_refused_command_is_refused_with_it(
    writer: Writer[Clonnect], database_url: str
) -> None:
    await a_lead(writer)

    def twice(app: Clonnect) -> str:
        app.capture_lead("ana", new_lead(1))
        app.capture_lead("ana", new_lead(0))
        return "twice"

    before = head(database_url)
    with pytest.raises(DuplicateLead):
        await writer.do_with(noting, twice)
    assert (noted(database_url), head(database_url)) == ([], before)


async def test_of_two_commands_that_are_accompanied_by_the_same_row_one_is_carried_out(
    writer: Writer[Clonnect], database_url: str
) -> None:
    row = ("INSERT INTO app.received (creator_id, channel, account_id, dedupe_key) VALUES ('noted', '', '', '')", ())
    before = head(database_url)
    given = [writer.do_with(lambda *_: [row], Clonnect.capture_lead, "ana", new_lead(number)) for number in range(2)]
    answers = await asyncio.gather(*given, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyTaken", "Done"]
    assert head(database_url) == before + 2


async def test_commands_of_one_batch_know_their_positions_with_and_without_events(
    writer: Writer[Clonnect], database_url: str
) -> None:
    before = head(database_url)
    answers = await asyncio.gather(
        writer.do_with(noting, lambda _: "a"),
        writer.do(Clonnect.capture_lead, "ana", new_lead(1)),
        writer.do_with(noting, lambda _: "b"),
        writer.do_with(noting, lambda app: app.capture_lead("ana", new_lead(2)).details.name),
        writer.do(Clonnect.creator, "ana"),
    )
    assert [done.position for done in answers] == [None, before + 2, None, before + 4, None]
    assert answers[-1].head == before + 4
    assert [result for result, _ in noted(database_url)] == ["Person 2", "a", "b"]


async def test_each_run_of_a_command_has_its_own_time_and_its_callers_name(
    writer: Writer[Clonnect], times: Times, database_url: str
) -> None:
    async def capture(actor: str, number: int) -> UUID:
        with context.acting(actor):
            return (await a_lead(writer, number)).id

    await asyncio.gather(asyncio.create_task(capture("person:ana", 1)), asyncio.create_task(capture("person:eva", 2)))
    with psycopg.connect(database_url) as conn:
        actors = conn.execute("SELECT DISTINCT metadata->>'actor' FROM log.events").fetchall()
    assert set(actors) == {("person:ana",), ("person:eva",)}
    assert times.runs == 3


async def test_a_full_writer_says_that_it_is_busy(writer: Writer[Clonnect], monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    waiting = [asyncio.create_task(writer.do(Clonnect.creator, "ana")) for _ in range(module.MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await writer.do(Clonnect.creator, "ana")
    gate.open()
    await asyncio.gather(holding, *waiting)


async def test_a_command_that_waited_too_long_is_not_carried_out(
    writer: Writer[Clonnect], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, before = Gate(), head(database_url)
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    monkeypatch.setattr(module, "DEADLINE_SECONDS", -1.0)
    late = asyncio.create_task(writer.do(Clonnect.capture_lead, "ana", new_lead(1)))
    await asyncio.sleep(0)
    gate.open()
    await holding
    with pytest.raises(Busy):
        await late
    assert head(database_url) == before


async def test_a_caller_who_leaves_does_not_take_the_command_back(writer: Writer[Clonnect]) -> None:
    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    impatient = asyncio.create_task(a_lead(writer, 1))
    await asyncio.sleep(0)
    impatient.cancel()
    gate.open()
    await holding
    with pytest.raises(DuplicateLead):
        await a_lead(writer, 1)


@pytest.mark.usefixtures("patient_writer")
async def test_a_writer_that_stops_finishes_what_it_has_taken_and_takes_no_more(database_url: str) -> None:
    with open_application(database_url, bytes(32), writer=True) as app, context.acting("person:ana"):
        writer = Writer(app, conflict=AlreadyTaken, timed=Times())
        writer.start()
        await writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
        gate = Gate()
        holding = asyncio.create_task(writer.do(gate))
        await gate.reached()
        taken = [asyncio.create_task(a_lead(writer, number)) for number in range(100)]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(asyncio.to_thread(writer.stop))
        gate.open()
        assert len({lead.id for lead in await asyncio.gather(*taken)}) == 100
        await asyncio.gather(holding, stopping)
        with pytest.raises(Busy):
            await a_lead(writer, 101)


async def test_what_the_database_did_not_take_is_carried_out_once_when_it_is_back(
    writer: Writer[Clonnect], database_url: str
) -> None:
    before = head(database_url)
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    done = await writer.do(Clonnect.capture_lead, "ana", new_lead(1))
    assert done.position == before + 2 == head(database_url)


@contextmanager
def held_head(url: str) -> Iterator[None]:
    """Somebody who holds the head of the log with a transaction of their own."""
    with psycopg.connect(url) as conn:
        conn.execute("SELECT position FROM log.head FOR UPDATE")
        yield


async def test_while_somebody_holds_the_head_commands_are_refused_and_it_is_said_why(
    writer: Writer[Clonnect], database_url: str
) -> None:
    before = head(database_url)
    with held_head(database_url):
        first = await asyncio.gather(*(a_lead(writer, number) for number in range(3)), return_exceptions=True)
        assert [type(answer) for answer in first] == [Held] * 3
        assert writer.trouble is not None
        assert writer.trouble.why == "head"
        with pytest.raises(Held):
            await a_lead(writer, 1)
    assert head(database_url) == before


async def test_while_somebody_holds_the_head_what_changes_nothing_is_answered(
    writer: Writer[Clonnect], database_url: str
) -> None:
    with held_head(database_url):
        lead, creator = await asyncio.gather(a_lead(writer), writer.do(Clonnect.creator, "ana"), return_exceptions=True)
    assert isinstance(lead, Held)
    assert isinstance(creator, Done)


async def test_a_row_that_somebody_else_has_not_committed_holds_up_only_those_who_want_it(
    writer: Writer[Clonnect], database_url: str
) -> None:
    row = "INSERT INTO app.received (creator_id, channel, account_id, dedupe_key) VALUES ('wanted', '', '', '')"
    gate = Gate()
    with psycopg.connect(database_url) as other:
        other.execute(row.encode())
        holding = asyncio.create_task(writer.do(gate))
        await gate.reached()
        wanting = asyncio.create_task(writer.do_with(lambda *_: [(row, ())], Clonnect.creator, "ana"))
        neighbour = asyncio.create_task(a_lead(writer, 1))
        await asyncio.sleep(0)
        gate.open()
        answers = await asyncio.gather(holding, wanting, neighbour, return_exceptions=True)
        other.rollback()
    assert [type(answer) for answer in answers] == [Done, Held, Lead]
    assert writer.trouble is None


async def test_when_the_head_is_free_again_the_writer_finds_out_by_itself(
    writer: Writer[Clonnect], database_url: str
) -> None:
    with held_head(database_url), pytest.raises(Held):
        await a_lead(writer)
    await until(lambda: writer.trouble is None)
    assert (await a_lead(writer)).version > 0


async def in_one_batch(writer: Writer[Clonnect], *commands: Callable[[Clonnect], Any]) -> list[Any]:
    """What becomes of commands that wait at the same moment."""
    gate = Gate()
    holding = asyncio.create_task(writer.do(gate))
    await gate.reached()
    waiting = [asyncio.create_task(writer.do(command)) for command in commands]
    await asyncio.sleep(0)
    gate.open()
    await holding
    outcomes: list[Any] = await asyncio.gather(*waiting, return_exceptions=True)
    return outcomes


async def test_a_command_whose_question_to_the_database_fails_takes_no_neighbour_along(
    writer: Writer[Clonnect], database_url: str
) -> None:
    lead, before, failed = await a_lead(writer), head(database_url), threading.Event()

    def cut_off(app: Clonnect) -> str:
        app.change_status("ana", lead.id, Status.CUSTOMER)
        if not failed.is_set():
            failed.set()
            raise OperationalError("the connection was lost")
        return "there again"

    hot, customer = await in_one_batch(writer, lambda app: app.change_status("ana", lead.id, Status.HOT), cut_off)
    assert (hot.position, customer.result, customer.position) == (before + 2, "there again", before + 4)
    assert head(database_url) == before + 4


async def test_a_stream_that_another_program_adds_to_in_the_middle_of_a_batch_is_no_defect(
    writer: Writer[Clonnect], database_url: str
) -> None:
    lead = await a_lead(writer)

    def refused_while_another_adds(app: Clonnect) -> None:
        app.change_status("ana", lead.id, Status.CUSTOMER)
        with open_application(database_url, bytes(32)) as other:
            other.edit_lead("ana", lead.id, {"name": f"Eva {head(database_url)}"}, None)
        raise ZeroDivisionError

    def move(status: Status) -> Callable[[Clonnect], Lead]:
        return lambda app: app.change_status("ana", lead.id, status)

    hot, refused, active = await in_one_batch(writer, move(Status.HOT), refused_while_another_adds, move(Status.ACTIVE))
    assert isinstance(refused, ZeroDivisionError)
    assert hot.position < active.position == head(database_url)
    assert (await writer.do(Clonnect.lead, "ana", lead.id)).result.status is Status.ACTIVE


async def test_what_a_check_forbids_is_not_stored_and_costs_no_neighbour_its_command(
    writer: Writer[Clonnect], database_url: str
) -> None:
    over = "SELECT app.check_generation(%s, %s)", ("post", 7)
    gate = Gate()
    held = asyncio.create_task(writer.do(gate))
    await gate.reached()
    with module.checked(over):
        forbidden = asyncio.create_task(writer.do(Clonnect.capture_lead, "ana", new_lead(1)))
    neighbour = asyncio.create_task(writer.do(Clonnect.capture_lead, "ana", new_lead(2)))
    await asyncio.sleep(0)
    gate.open()
    await held
    with pytest.raises(Deposed):
        await forbidden
    assert (await neighbour).position is not None
    with psycopg.connect(database_url) as conn:
        stored = conn.execute("SELECT count(*) FROM log.events WHERE topic = 'lead.captured'").fetchone()
    assert stored == (1,)


async def test_a_command_that_stores_nothing_is_not_checked(writer: Writer[Clonnect]) -> None:
    with module.checked(("SELECT app.check_generation(%s, %s)", ("post", 7))):
        assert (await writer.do(lambda app: app.creator("ana").id)).position is None
