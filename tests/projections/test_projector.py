"""The tables follow the log: every event once, completely or not at all, whoever leads."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import ClassVar

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from api.simulator.time_travel import move_clock, settle
from domain.lead import Lead
from eventstore.leases import take
from eventstore.log import Log, Recorded
from projections.agenda import Agenda
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.engine import projector as projector_module
from projections.engine.progress import Progress
from projections.engine.projection import Projection, Tables, handles
from projections.engine.projector import Projector
from projections.nurturing import Nurturing
from projections.stats import Stats
from tests.harness.runtime import Start, deliver
from tests.harness.waiting import PATIENCE, wait_for_rows, wait_until
from tests.projections.conftest import TimedCommands
from tests.projections.sayings import Sayings
from tests.world import NO_POOL

Connection = psycopg.Connection[DictRow]
KINDS: tuple[type[Projection], ...] = (Board, Conversations, Nurturing, Agenda, Creators, Stats)
LEADER = """SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
               AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('projection/tally/1', 0)
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class TallyProjection(Projection):
    """How many leads were captured? Counting twice would show."""

    name = "tally"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"tally": ("creator_id",), "captured": ("lead_id",)}
    schema = """
        CREATE TABLE {tally} (creator_id text PRIMARY KEY, leads bigint NOT NULL);
        CREATE TABLE {captured} (lead_id uuid PRIMARY KEY, position bigint NOT NULL);
    """

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded) -> None:
        tables["captured"].put(event.originator_id, position=recorded.position)
        tables["tally"].count(event.creator_id, leads=1)


def a_projector(url: str, log: Log) -> tuple[Projector, Progress]:
    progress = Progress(["tally"])
    return Projector(url, log, [TallyProjection(NO_POOL)], progress), progress


def tallied(conn: Connection) -> tuple[int, int, int]:
    """How many were counted, how many have a row, and up to which position."""
    row = conn.execute(
        """SELECT coalesce((SELECT leads FROM read.tally_v1), 0) AS counted,
                  (SELECT count(*) FROM read.captured_v1) AS rows,
                  (SELECT position FROM read.projections WHERE name = 'tally') AS position"""
    ).fetchone()
    assert row is not None
    return row["counted"], row["rows"], row["position"]


def wait_until_counted(conn: Connection, number: int) -> None:
    """Wait until that many leads are counted."""
    wait_for_rows(conn, f"SELECT FROM read.tally_v1 WHERE leads >= {number}")


def test_rows_and_position_move_together_or_not_at_all(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    for number in range(50):
        people.lead(str(number))
    projector, progress = a_projector(database_url, log)
    projector.catch_up()
    reached = log.head()
    assert tallied(conn) == (50, 50, reached)

    people.lead("one more")
    conn.execute("ALTER TABLE read.captured_v1 RENAME COLUMN position TO elsewhere")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        projector.catch_up()
    conn.execute("ALTER TABLE read.captured_v1 RENAME COLUMN elsewhere TO position")
    assert tallied(conn) == (50, 50, reached)
    assert progress.position == reached

    projector.catch_up()
    assert tallied(conn) == (51, 51, log.head())


def test_a_projection_that_was_cut_off_in_the_middle_goes_on_where_it_was(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    projector, _ = a_projector(database_url, log)
    projector.catch_up()
    people.lead("1")
    # The projector stands in the middle of its transaction, before a table that we hold.
    with psycopg.connect(database_url) as holder:
        holder.execute("LOCK TABLE read.tally_v1")
        with ThreadPoolExecutor(1) as thread:
            stuck = thread.submit(projector.catch_up)
            waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'read.tally_v1'::regclass"
            wait_until(lambda: conn.execute(waiting).fetchall())
            conn.execute(f"SELECT pg_terminate_backend(pid) FROM ({waiting}) AS waiting".encode())
            with pytest.raises(psycopg.OperationalError):
                stuck.result(PATIENCE)
    assert tallied(conn)[:2] == (0, 0)
    a_projector(database_url, log)[0].catch_up()
    assert tallied(conn)[:2] == (1, 1)


def test_two_projectors_show_each_event_once(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    a_projector(database_url, log)[0].catch_up()  # makes the tables that the test looks into
    both = [a_projector(database_url, log) for _ in range(2)]
    for projector, _ in both:
        projector.start()
    for number in range(40):
        people.lead(str(number))
        for projector, _ in both:
            projector.log_moved(None)
    wait_until_counted(conn, 40)
    for projector, _ in both:
        projector.stop()
    assert tallied(conn)[:2] == (40, 40)


def test_when_the_leader_is_cut_off_somebody_leads(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    a_projector(database_url, log)[0].catch_up()  # makes the tables that the test looks into
    both = [a_projector(database_url, log) for _ in range(2)]
    for projector, _ in both:
        projector.start()
    people.lead("1")
    both[0][0].log_moved(None)
    wait_until_counted(conn, 1)

    assert conn.execute(LEADER).rowcount == 1
    people.lead("2")
    wait_until_counted(conn, 2)
    for projector, _ in both:
        projector.stop()
    assert tallied(conn)[:2] == (2, 2)


def test_a_leader_that_hangs_is_followed(database_url: str, people: TimedCommands, log: Log, conn: Connection) -> None:
    a_projector(database_url, log)[0].catch_up()  # makes the tables that the test looks into
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as hung:
        take(hung, ["projection/tally/1"])
        conn.execute("UPDATE app.leases SET beat_at = beat_at - interval '1 minute'")
        people.lead("1")
        projector, _ = a_projector(database_url, log)
        projector.start()
        wait_until_counted(conn, 1)
        projector.stop()
        with pytest.raises(psycopg.OperationalError):
            hung.execute("UPDATE read.projections SET position = 0")


def test_a_projection_that_stands_goes_on_by_itself_once_it_can_and_holds_up_nobody(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    progress = Progress(["tally", "sayings"])
    projector = Projector(database_url, log, [TallyProjection(NO_POOL), Sayings(NO_POOL)], progress)
    projector.prepare()
    conn.execute("ALTER TABLE read.captured_v1 RENAME TO mislaid")
    projector.start()
    marta = people.says("marta", "one")
    wait_for_rows(conn, "SELECT FROM read.projections WHERE failure IS NOT NULL")
    wait_for_rows(conn, "SELECT FROM read.sayings_v1")
    conn.execute("ALTER TABLE read.mislaid RENAME TO captured_v1")
    wait_for_rows(conn, f"SELECT FROM read.captured_v1 WHERE lead_id = '{marta}'")
    projector.stop()
    assert tallied(conn) == (1, 1, log.head())


def test_who_leads_alone_takes_everything_in_order_of_batches(
    database_url: str, people: TimedCommands, log: Log, conn: Connection
) -> None:
    projector, progress = a_projector(database_url, log)
    for number in range(10):
        people.lead(str(number))
        if number % 3 == 0:
            assert projector.catch_up() == log.head()
    projector.catch_up()
    positions = [row["position"] for row in conn.execute("SELECT position FROM read.captured_v1 ORDER BY 1")]
    assert positions == [each.position for each in log.read(0, 1000) if isinstance(each.event, Lead.Captured)]
    assert progress.position == log.head()


def test_who_is_far_behind_takes_one_batch_after_another_to_the_head(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector_module, "BATCH", 3)
    projector, progress = a_projector(database_url, log)
    projector.catch_up()
    for behind in (1, 3, 10):
        for number in range(behind):
            people.lead(f"{behind} {number}")
        assert projector.catch_up() == log.head() == progress.position
    assert tallied(conn) == (14, 14, log.head())


async def test_tables_made_again_are_those_that_grew_with_the_log(
    demo: Start, log: Log, conn: Connection, database_url: str
) -> None:
    async with demo() as runtime:
        for number, text in enumerate(("me parece caro el curso", "quiero comprar", "una persona, por favor", "baja")):
            await deliver(runtime, {"follower_id": f"ig_{number + 1}", "text": text, "message_id": "m"})
        assert await settle(runtime)
        assert await move_clock(runtime, runtime.clock() + timedelta(days=3))
    grown = contents(conn)
    projections = [kind(NO_POOL) for kind in KINDS]
    for projection in projections:
        for table in projection.table_names.values():
            conn.execute(f"DROP TABLE {table}".encode())
    conn.execute("DELETE FROM read.projections")
    Projector(database_url, log, projections, Progress(p.name for p in projections)).catch_up()
    assert contents(conn) == grown
    over = ("lead_follow_ups_v", "conversation_follow_ups_v", "run_counts_v")  # by now nothing is under way
    assert all(grown[table] for table in grown if not table.removeprefix("read.").startswith(over))


def contents(conn: Connection) -> dict[str, list[str]]:
    """Every row of every table of the projections, as PostgreSQL writes it; leases are the workers'."""
    found = {}
    for kind in KINDS:
        for table in kind(NO_POOL).table_names.values():
            rows = conn.execute(f"SELECT (to_jsonb(t) - 'leased_until')::text AS row FROM {table} AS t".encode())
            found[table] = sorted(row["row"] for row in rows)
    return found
