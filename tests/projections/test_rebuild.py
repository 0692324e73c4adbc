"""Tables made anew beside those that are shown hold the same, and take their place without anybody noticing."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.rows import dict_row

from api.runtime import Runtime
from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.errors import Conflict, NotFound
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.vocabulary import Status
from eventstore.log import Log
from projections.agenda import Agenda
from projections.board import Board
from projections.engine import rebuild
from projections.engine.generations import clear_away
from projections.engine.parking import discard, parked_streams
from projections.engine.projection import Projection
from projections.engine.projector import Projector
from projections.engine.rebuild import Rebuild, RebuildCancelled, RebuildStep, cancel
from projections.registry import PROJECTIONS
from projections.stats import Stats
from tests.harness.runtime import Start, deliver, on_the_phone, say
from tests.harness.waiting import wait_for_rows
from tests.projections.conftest import TimedCommands, shown
from tests.projections.sayings import Connection, Sayings, a_projector, last_said, position_of, said
from tests.projections.test_parking import follower, stumble_over
from tests.world import CREATOR, NO_POOL

MARTA, PEDRO = "ig_7712039485711", "ig_5550001112223"
WAITS = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' logs are short, and the rebuilds shall take many steps."""
    monkeypatch.setattr(Sayings, "stumbles_over", None)
    for name, value in (("BATCH", 7), ("TAIL", 2), ("REPORTS_EVERY", 0.0)):
        monkeypatch.setattr(rebuild, name, value)


def nothing(_step: RebuildStep) -> None:
    """Nobody looks."""


def rebuilt(url: str, log: Log, kind: type[Projection], report: Callable[[RebuildStep], None] = nothing) -> Projection:
    """Rebuild one projection; answers how it is asked from then on."""
    projection = kind(NO_POOL)
    Rebuild(url, log, projection, report).run()
    return projection


def contents(conn: Connection, projection: Projection) -> dict[str, list[str]]:
    """Every row of a projection, as PostgreSQL writes it; the leases are the workers'."""
    found = {}
    for table, name in projection.table_names.items():
        rows = conn.execute(f"SELECT (to_jsonb(t) - 'leased_until' - 'arrived')::text AS row FROM {name} AS t".encode())
        found[table] = sorted(row["row"] for row in rows)
    return found


def generation(conn: Connection, kind: type[Projection]) -> int:
    row = conn.execute(
        "SELECT generation FROM read.projections WHERE name = %s AND version = %s", (kind.name, kind.version)
    ).fetchone()
    assert row is not None
    return int(row["generation"])


def tables(conn: Connection, like: str) -> list[str]:
    rows = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'read' AND tablename LIKE %s", (like,))
    return sorted(row["tablename"] for row in rows)


async def a_mixed_history(runtime: Runtime) -> list[UUID]:
    """People who write, buy, stop, are moved, deleted and erased, and whose follow-ups go out."""
    texts = ("me parece caro el curso", "quiero comprar", "una persona, por favor", "baja", "hola, ¿cuánto cuesta?")
    leads = [
        await say(runtime, f"ig_{number + 1}", text, "m1", f"Person {number}") for number, text in enumerate(texts)
    ]
    for number in (1, 5):
        await say(runtime, f"ig_{number}", "me parece caro", "m2")
    await say(runtime, "ig_6", "quiero hablar con una persona", "m1", "Person 6")
    await say(runtime, "ig_6", "hola, ¿cuánto cuesta?", "m2")  # nothing but a draft, for a person is waited for
    with context.acting("person:1"):
        await runtime.writer.do(Clonnect.change_status, CREATOR, leads[4], Status.HOT)
        await runtime.writer.do(Clonnect.delete_lead, CREATOR, leads[2])
        await runtime.erasure.erase(CREATOR, "ig_1")
    assert await move_clock(runtime, runtime.clock() + timedelta(days=3))
    await say(runtime, "ig_1", "hola de nuevo, ¿cuánto cuesta?", "m3", "Person 1 again")
    return leads


def break_streams(runtime: Runtime, lead_id: UUID) -> None:
    """An event that cannot be read in the stream of a lead, and one in that of their follower."""
    follower_id = runtime.app.lead(CREATOR, lead_id).follower_id
    for stream, topic in ((lead_id, Lead.StatusChanged.TOPIC), (follower_id, Follower.SendRequested.TOPIC)):
        version = len(list(runtime.app.events.get(stream))) + 1
        runtime.app.recorder.insert_events([StoredEvent(stream, version, topic, b'{"not": "readable"}')])


async def test_a_rebuild_of_anything_leaves_the_same_rows_at_the_same_position(
    demo: Start, database_url: str, log: Log, conn: Connection
) -> None:
    async with demo() as runtime:
        assert await settle(runtime)
        leads = await a_mixed_history(runtime)
    async with demo(work=False) as runtime:
        await asyncio.to_thread(break_streams, runtime, leads[4])
        await deliver(runtime, {"follower_id": "ig_2", "text": "¿sigues ahí?", "message_id": "m4"})
        await shown(runtime)
    projections = [kind(NO_POOL) for kind in PROJECTIONS]
    grown = {each.name: contents(conn, each) for each in projections}
    waiting = [(each.name, each.stream, each.position, each.error) for each in parked_streams(conn, projections)]
    assert {name for name, *_ in waiting} == {"board", "conversations", "agenda", "stats", "unsettled"}
    over = ("lead_follow_ups", "conversation_follow_ups", "run_counts", "unsettled", "model_days")
    # By now nothing is under way; and no language model was asked.
    assert all(rows for of_it in grown.values() for table, rows in of_it.items() if table not in over)

    async with demo(work=False) as runtime:
        for kind in PROJECTIONS:
            again = await asyncio.to_thread(rebuilt, database_url, log, kind)
            assert again.generation == 2
            assert contents(conn, again) == grown[kind.name]
            assert position_of(conn, kind) == log.head()
        assert [
            (each.name, each.stream, each.position, each.error) for each in parked_streams(conn, projections)
        ] == waiting
        # And what happens from then on is shown in the new tables, by the projector that has been running.
        await deliver(runtime, {"follower_id": "ig_4", "text": "¿sigues ahí?", "message_id": "m5"})
        await shown(runtime)
        card = await runtime.board.card(CREATOR, leads[3])
        assert card is not None
        assert (card["last_message"], runtime.board.generation) == ("¿sigues ahí?", 2)


async def test_nothing_is_sent_and_nothing_else_happens_when_the_agenda_is_made_anew(
    runtime: Runtime, database_url: str, log: Log, conn: Connection
) -> None:
    await say(runtime, MARTA, "hola, ¿cuánto cuesta el curso? me parece caro", "m1", "Marta")
    head, sent = log.head(), on_the_phone(conn, MARTA)
    await asyncio.to_thread(rebuilt, database_url, log, Agenda)
    assert await settle(runtime)
    assert (log.head(), on_the_phone(conn, MARTA)) == (head, sent)
    assert await move_clock(runtime, runtime.clock() + timedelta(days=3))
    assert len(on_the_phone(conn, MARTA)) > len(sent)


def test_people_go_on_writing_while_the_tables_are_made_anew(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta = people.says("marta", "0")
    projector, progress = a_projector(database_url, log, Sayings)
    projector.prepare()
    projector.start()
    for number in range(1, 40):
        people.says("marta", str(number))
    told = iter(range(40, 60))
    steps = []

    def somebody_writes(step: RebuildStep) -> None:
        steps.append(step)
        people.says("marta", str(next(told)))
        projector.log_moved(None)

    rebuilt(database_url, log, Sayings, somebody_writes)
    for number in told:
        people.says("marta", str(number))
        projector.log_moved(None)
    projector.stop()
    a_projector(database_url, log, Sayings)[0].catch_up()
    assert len(steps) > 5
    assert all(step.position <= step.head and step.rate > 0 and step.left >= 0 for step in steps)
    assert said(conn, marta, "v1_g2") == [str(number) for number in range(60)]
    assert progress.position > steps[-1].position


def test_a_rebuild_that_was_cut_short_goes_on_where_it_was(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta, *_ = [people.says("marta", str(number)) for number in range(30)]
    a_projector(database_url, log, Sayings)[0].catch_up()

    def dies(step: RebuildStep) -> None:
        if step.position > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilt(database_url, log, Sayings, dies)
    (begun,) = conn.execute("SELECT position, generation FROM read.rebuilds").fetchall()
    assert 20 < begun["position"] < log.head()
    assert generation(conn, Sayings) == 1
    steps: list[RebuildStep] = []
    rebuilt(database_url, log, Sayings, steps.append)
    assert steps[0].position > begun["position"]
    assert generation(conn, Sayings) == begun["generation"] == 2
    assert said(conn, marta, "v1_g2") == [str(number) for number in range(30)]
    assert conn.execute("SELECT * FROM read.rebuilds").fetchall() == []


def test_what_other_handlers_have_begun_is_not_gone_on_with(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    marta, *_ = [people.says("marta", str(number)) for number in range(30)]

    def dies(_step: RebuildStep) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilt(database_url, log, Sayings, dies)
    monkeypatch.setattr(rebuild, "code_of", lambda _projection: "changed")
    steps: list[RebuildStep] = []
    rebuilt(database_url, log, Sayings, steps.append)
    assert steps[0].position == 7
    assert said(conn, marta, "v1_g2") == [str(number) for number in range(30)]


def test_a_rebuild_that_is_given_up_leaves_everything_as_it_was(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    marta, *_ = [people.says("marta", str(number)) for number in range(30)]
    a_projector(database_url, log, Sayings)[0].catch_up()
    with pytest.raises(NotFound):
        cancel(conn, Sayings(NO_POOL))
    with pytest.raises(RebuildCancelled):
        rebuilt(database_url, log, Sayings, lambda _step: cancel(conn, Sayings(NO_POOL)))
    assert (generation(conn, Sayings), tables(conn, "%sayings%")) == (1, ["last_sayings_v1", "sayings_v1"])
    assert len(said(conn, marta)) == 30
    assert conn.execute("SELECT * FROM read.retired").fetchall() == []


def test_one_program_at_a_time_rebuilds_a_projection(database_url: str, people: TimedCommands, log: Log) -> None:
    for number in range(30):
        people.says("marta", str(number))
    refused = []

    def somebody_else_tries(_step: RebuildStep) -> None:
        with pytest.raises(Conflict) as refusal:
            rebuilt(database_url, log, Sayings)
        refused.append(refusal.value)

    rebuilt(database_url, log, Sayings, somebody_else_tries)
    assert refused


def test_a_new_version_can_be_made_before_the_program_that_brings_it_starts(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    marta, *_ = [people.says("marta", str(number)) for number in range(30)]
    a_projector(database_url, log, Sayings)[0].catch_up()
    monkeypatch.setattr(Sayings, "version", 2)
    rebuilt(database_url, log, Sayings)
    assert len(said(conn, marta)) == len(said(conn, marta, "v2_g2")) == 30
    people.says("marta", "30")
    projection = Sayings(NO_POOL)
    _, progress = a_projector(database_url, log, Sayings)
    Projector(database_url, log, [projection], progress).catch_up()
    assert projection.table_names["sayings"] == "read.sayings_v2_g2"
    assert len(said(conn, marta, "v2_g2")) == 31
    assert len(said(conn, marta)) == 30


def test_what_was_discarded_is_left_out_of_a_rebuild(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble_over(monkeypatch, "3")
    marta, *_ = [people.says("marta", str(number % 10)) for number in range(30)]
    a_projector(database_url, log, Sayings)[0].catch_up()

    def give_up_once(_step: RebuildStep) -> None:
        # The rebuild has parked the same event by itself.
        if conn.execute("SELECT FROM read.parked WHERE generation = 2").fetchall() and len(said(conn, marta)) == 12:
            discard(conn, log, Sayings(NO_POOL), follower(people, "marta"))

    discard(conn, log, Sayings(NO_POOL), follower(people, "marta"))
    rebuilt(database_url, log, Sayings, give_up_once)
    assert [each.events for each in parked_streams(conn, [Sayings(NO_POOL)])] == [7]
    assert said(conn, marta) == said(conn, marta, "v1_g2") == [str(n % 10) for n in range(23) if n % 10 != 3]


def test_whoever_is_erased_meanwhile_does_not_come_back(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 100)
    marta, *_ = [people.says("marta", "my secret") for _ in range(5)]
    people.says("pedro", "hello")
    a_projector(database_url, log, Sayings)[0].catch_up()
    with psycopg.connect(database_url, row_factory=dict_row) as erasing, ThreadPoolExecutor(1) as thread:
        # The rebuild has read and opened everything, and waits for the erasure to be done.
        erasing.execute("SELECT read.forget_lead(%s)", (marta,))
        running = thread.submit(rebuilt, database_url, log, Sayings)
        wait_for_rows(conn, WAITS)
        erasing.execute("UPDATE vault.data_keys SET wrapped = NULL, destroyed_at = now() WHERE subject = %s", (marta,))
        erasing.execute(
            "SELECT log.append_events(%s::uuid[], %s::bigint[], %s, %s, ARRAY[gen_random_uuid()], ARRAY['{}'])",
            ([marta], [2], [Lead.Erased.TOPIC], [b"{}"]),
        )
        erasing.commit()
        running.result(20)
    assert said(conn, marta, "v1_g2") == [""] * 5


async def test_whoever_missed_the_switch_is_shown_the_new_tables_once_the_old_ones_are_gone(
    demo: Start, database_url: str, log: Log, conn: Connection
) -> None:
    async with demo() as runtime:
        lead_id = await say(runtime, MARTA, "hola", "m1", "Marta")
    async with demo(work=False) as runtime:
        runtime.projector.stop()
        await asyncio.to_thread(rebuilt, database_url, log, type(runtime.board))
        runtime.board.show(1)
        assert (await runtime.board.card(CREATOR, lead_id)) is not None
        assert clear_away(conn, [runtime.board]) == []
        conn.execute("UPDATE read.retired SET retired_at = now() - interval '11 minutes'")
        names = [f"{table}_v{Board.version}" for table in sorted(Board.tables)]
        assert sorted(clear_away(conn, [runtime.board])) == [f"read.{name}" for name in names]
        assert tables(conn, "lead%") == [f"{name}_g2" for name in names]
        assert (await runtime.board.card(CREATOR, lead_id)) is not None
        assert runtime.board.generation == 2


def test_nothing_is_left_of_a_rebuild_that_was_given_up_not_even_what_its_triggers_did(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    for number in range(30):
        people.says("marta", str(number))
    a_projector(database_url, log, Stats)[0].catch_up()
    functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'read'::regnamespace ORDER BY 1"
    before = conn.execute(functions).fetchall()
    assert len(before) > 1
    with pytest.raises(RebuildCancelled):
        rebuilt(database_url, log, Stats, lambda _step: cancel(conn, Stats(NO_POOL)))
    assert conn.execute(functions).fetchall() == before


def test_a_version_is_given_up_when_no_program_uses_it_any_more(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.says("marta", "1")
    a_projector(database_url, log, Sayings)[0].catch_up()
    people.says("marta", "2")
    monkeypatch.setattr(Sayings, "version", 2)
    a_projector(database_url, log, Sayings)[0].catch_up()

    def versions() -> list[int]:
        clear_away(conn, [Sayings(NO_POOL)])
        rows = conn.execute("SELECT version FROM read.projections WHERE name = 'sayings' ORDER BY 1")
        return [row["version"] for row in rows]

    assert versions() == [1, 2]
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    conn.execute("UPDATE log.events SET recorded_at = recorded_at - interval '2 hours'")
    with psycopg.connect(database_url) as still_used:
        still_used.execute("SELECT pg_advisory_lock(hashtextextended('projection/sayings/1', 0))")
        assert versions() == [1, 2]
        still_used.execute("SELECT pg_advisory_unlock_all()")
    assert versions() == [2]
    assert tables(conn, "sayings%") == ["sayings_v1", "sayings_v2"]
    # Should the old program come back after all, it begins again.
    monkeypatch.setattr(Sayings, "version", 1)
    a_projector(database_url, log, Sayings)[0].catch_up()
    assert conn.execute("SELECT * FROM read.retired").fetchall() == []
    assert last_said(conn, people.says("marta", "3")) == ("2", 2)
