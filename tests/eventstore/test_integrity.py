"""Whatever is done to the log behind our back is found, and where."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import TupleRow

from eventstore.factory import Datastore
from eventstore.integrity import BATCH, GENESIS, START, Broken, Head, check_log
from eventstore.recorder import Recorder
from tests.eventstore.appending import thing
from tests.harness.processes import in_process

Connection = psycopg.Connection[TupleRow]
EVENTS = 12
REWRITTEN = """
DO $$
DECLARE each log.events; previous bytea := sha256('');
BEGIN
    FOR each IN SELECT * FROM log.events ORDER BY notification_id LOOP
        previous := log.link(previous, each.notification_id, each.originator_id, each.originator_version,
                             each.topic, each.recorded_at, each.metadata, each.state);
        UPDATE log.events SET chain = previous WHERE notification_id = each.notification_id;
    END LOOP;
    UPDATE log.head SET position = (SELECT max(notification_id) FROM log.events), chain = previous;
END $$
"""
"""What somebody does who owns the database and knows how the chain is made."""

MOVED = "UPDATE log.events SET notification_id = -notification_id WHERE notification_id >= {0}"
MADE_ROOM = "UPDATE log.events SET notification_id = 1 - notification_id WHERE notification_id < 0"
FORGED = """
INSERT INTO log.events
SELECT gen_random_uuid(), 1, topic, state, {0}, id, metadata || jsonb_build_object('event_id', id), recorded_at, chain
  FROM log.events, gen_random_uuid() AS id WHERE notification_id = {0} - 1
"""
SWAPPED = """
UPDATE log.events SET notification_id = -notification_id WHERE notification_id IN (4, 9);
UPDATE log.events SET notification_id = 9 WHERE notification_id = -4;
UPDATE log.events SET notification_id = 4 WHERE notification_id = -9
"""


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection]:
    """The database with twelve events in the log, as its owner sees it."""
    with Datastore(database_url) as datastore:
        recorder = Recorder(datastore)
        for number in range(0, EVENTS, 2):
            states = [f'{{"text":"¿Cuánto? {number + more}"}}'.encode() for more in (0, 1)]
            recorder.insert_events(
                [thing(state=state) for state in states],
                metadata=[{"actor": "bot", "nth": str(number)}, {}],
            )
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def tamper(conn: Connection, *statements: str) -> None:
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    for statement in statements:
        conn.execute(statement.encode())
    conn.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")


def found(conn: Connection, **asked: object) -> int:
    with pytest.raises(Broken) as broken:
        check_log(conn, **asked)  # type: ignore[arg-type]
    return broken.value.position


def test_a_log_that_nobody_touched_is_whole(conn: Connection) -> None:
    head = check_log(conn)
    stored = conn.execute("SELECT position, chain FROM log.head").fetchone()
    assert (head.position, head.chain) == stored


def test_an_empty_log_is_whole(conn: Connection) -> None:
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    conn.execute("TRUNCATE log.events")
    conn.execute("UPDATE log.head SET position = 0, chain = %s", (GENESIS,))
    assert check_log(conn) == START


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log.events SET state = set_byte(state, 3, get_byte(state, 3) # 1) WHERE notification_id = 7",
        "UPDATE log.events SET metadata = jsonb_set(metadata, '{actor}', '\"person:1\"') WHERE notification_id = 7",
        "UPDATE log.events SET recorded_at = recorded_at + interval '1 microsecond' WHERE notification_id = 7",
        "UPDATE log.events SET recorded_at = 'infinity' WHERE notification_id = 7",
        "UPDATE log.events SET topic = 'thing.undone' WHERE notification_id = 7",
        "UPDATE log.events SET originator_id = gen_random_uuid() WHERE notification_id = 7",
        "UPDATE log.events SET originator_version = 2 WHERE notification_id = 7",
        "UPDATE log.events SET chain = set_byte(chain, 0, get_byte(chain, 0) # 1) WHERE notification_id = 7",
        "UPDATE log.events SET event_id = gen_random_uuid() WHERE notification_id = 7",
        "UPDATE log.events SET metadata = metadata - 'event_id' WHERE notification_id = 7",
        "DELETE FROM log.events WHERE notification_id = 7",
    ],
)
def test_a_changed_event_is_found_where_it_stands(conn: Connection, change: str) -> None:
    tamper(conn, change)
    assert found(conn) == 7


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(position=st.integers(1, EVENTS), data=st.data())
def test_any_flipped_bit_of_any_event_is_found(conn: Connection, position: int, data: st.DataObject) -> None:
    row = conn.execute("SELECT state FROM log.events WHERE notification_id = %s", (position,)).fetchone()
    assert row is not None
    bit = data.draw(st.integers(0, 8 * len(row[0]) - 1))
    flip = f"UPDATE log.events SET state = set_bit(state, {bit}, 1 - get_bit(state, {bit}))"
    tamper(conn, f"{flip} WHERE notification_id = {position}")
    assert found(conn) == position
    tamper(conn, f"{flip} WHERE notification_id = {position}")
    check_log(conn)


def test_two_swapped_events_are_found_at_the_first(conn: Connection) -> None:
    tamper(conn, *SWAPPED.split(";"))
    assert found(conn) == 4


def test_two_events_that_have_changed_their_ids_are_found(conn: Connection) -> None:
    exchange = """UPDATE log.events AS e SET event_id = o.event_id FROM other AS o
                   WHERE e.notification_id IN (4, 9) AND o.notification_id = 13 - e.notification_id"""
    tamper(
        conn,
        "CREATE TEMP TABLE other AS SELECT notification_id, event_id FROM log.events WHERE notification_id IN (4, 9)",
        "ALTER TABLE log.events DROP CONSTRAINT events_event_id_key",
        exchange,
    )
    assert found(conn) == 4


def test_events_from_before_their_ids_stood_in_the_metadata_are_whole(conn: Connection) -> None:
    conn.execute(
        "SELECT log.append_events(ARRAY[gen_random_uuid()], ARRAY[1], ARRAY['thing.done'], ARRAY[''::bytea],"
        " ARRAY[gen_random_uuid()], ARRAY['{}'])"
    )
    assert check_log(conn).position == EVENTS + 1


def test_what_a_value_says_is_not_taken_for_the_id(conn: Connection, database_url: str) -> None:
    with Datastore(database_url) as datastore:
        said = f'", "event_id": "{uuid4()}'
        Recorder(datastore).insert_events([thing()], metadata=[{"actor": said, "zone": said}])
    assert check_log(conn).position == EVENTS + 1


def test_a_cut_tail_is_found_by_the_head_of_the_log(conn: Connection) -> None:
    tamper(conn, "DELETE FROM log.events WHERE notification_id > 10")
    assert found(conn) == 11


def test_a_cut_tail_under_a_changed_head_is_found_by_an_anchor(conn: Connection) -> None:
    anchor = check_log(conn)
    tamper(conn, "DELETE FROM log.events WHERE notification_id > 10", REWRITTEN)
    assert check_log(conn).position == 10
    assert found(conn, anchors=[anchor]) == 11


def test_a_forged_event_with_a_chain_made_anew_is_found_only_by_an_anchor(conn: Connection) -> None:
    good, anchor = check_log(conn, last=3), check_log(conn, last=10)
    tamper(conn, MOVED.format(6), MADE_ROOM, FORGED.format(6), REWRITTEN)
    assert check_log(conn).position == EVENTS + 1

    with pytest.raises(Broken, match="between 4 and here is forged") as broken:
        check_log(conn, anchors=[anchor, good])
    assert broken.value.position == 10
    assert found(conn, first=11, anchors=[anchor]) == 10


@pytest.mark.parametrize("position", [EVENTS + 1, 0, -3])
def test_an_event_put_outside_of_the_log_is_found(conn: Connection, position: int) -> None:
    tamper(conn, FORGED.replace("{0} - 1", "5").format(position))
    assert found(conn) == position


def test_a_head_that_was_changed_is_found(conn: Connection) -> None:
    conn.execute("UPDATE log.head SET chain = sha256('another')")
    assert found(conn) == EVENTS


def test_of_two_events_at_one_position_none_slips_through_between_batches(conn: Connection, database_url: str) -> None:
    with Datastore(database_url) as datastore:
        Recorder(datastore).insert_events([thing() for _ in range(BATCH)])
    check_log(conn)
    tamper(
        conn,
        "ALTER TABLE log.events DROP CONSTRAINT events_notification_id_key",
        FORGED.replace("{0} - 1", "{0}").format(BATCH),
    )
    assert found(conn) in (BATCH, BATCH + 1)


def test_a_part_is_checked_by_itself(conn: Connection) -> None:
    tamper(conn, "UPDATE log.events SET state = '' WHERE notification_id = 5")
    assert check_log(conn, last=4).position == 4
    assert check_log(conn, first=6).position == EVENTS
    assert found(conn, first=3) == 5
    with pytest.raises(ValueError, match="1 to 12"):
        check_log(conn, last=13)


def test_nobody_is_held_up_and_nothing_is_reported_while_events_are_appended(
    conn: Connection, database_url: str
) -> None:
    with Datastore(database_url) as datastore:
        recorder = Recorder(datastore)
        heads = []
        for _ in range(20):
            recorder.insert_events([thing(), thing()])
            heads.append(check_log(conn))
    assert [head.position for head in heads] == list(range(EVENTS + 2, EVENTS + 42, 2))


@pytest.fixture
def command(database_url: str, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return in_process(tmp_path, "check-log", *arguments, DATABASE_URL=database_url)

    return run


def test_the_command_prints_a_head_that_it_takes_back_as_an_anchor(
    conn: Connection, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = command()
    assert (done.returncode, done.stdout.strip()) == (0, str(check_log(conn)))
    assert "from position 1 to 12" in done.stderr
    assert command("--anchor", done.stdout.strip()).returncode == 0
    assert command("--anchor", str(Head(5, GENESIS))).returncode == 1


def test_the_command_says_where_the_log_is_broken(
    conn: Connection, command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    tamper(conn, "DELETE FROM log.events WHERE notification_id = 7")
    done = command()
    assert done.returncode == 1
    assert done.stdout == ""
    assert "At position 7: no event stands here, the next is at 8." in done.stderr
    assert command("--to", "6").returncode == 0
    assert command("--to", "99").returncode == 2


CUT_SHORT = ("5", "5:", "5:ab12", ":", "5:" + "0" * 63, "5:" + "0" * 65, "5:" + "g" * 64, "-5:" + "0" * 64, "")


@pytest.mark.parametrize("text", CUT_SHORT)
def test_a_head_that_was_cut_short_is_no_head(text: str) -> None:
    with pytest.raises(ValueError, match="not a position and a chain of 64 digits"):
        Head.read(text)


def test_a_head_is_read_as_it_is_printed() -> None:
    assert [Head.read(str(head)) for head in (START, Head(5, GENESIS))] == [START, Head(5, GENESIS)]


def test_anchors_that_contradict_each_other_say_nothing_about_the_log(conn: Connection) -> None:
    with pytest.raises(ValueError, match="contradict each other at position 5"):
        check_log(conn, anchors=[check_log(conn, last=5), Head(5, GENESIS)])


def test_an_anchor_that_cannot_be_read_is_a_misuse_and_no_broken_log(
    conn: Connection, command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    noted = tmp_path / "heads"
    noted.write_text("\n".join([*(str(check_log(conn, last=each)) for each in (3, 7)), "12:ab"]))
    for arguments, said in (
        (("--anchor", "5:"), "'5:' is not a position and a chain"),
        (("--anchors", str(noted)), f"Line 3 of {noted} cannot be read: '12:ab' is not a position"),
        (("--anchors", str(tmp_path / "none")), "cannot be read (FileNotFoundError)"),
    ):
        done = command(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert "broken" not in done.stderr

    noted.write_text(f"{check_log(conn, last=3)}\n\n{check_log(conn)}\n")
    done = command("--anchors", str(noted), "--from", "9")
    assert (done.returncode, done.stdout.strip()) == (0, str(check_log(conn)))
    assert "which were not looked at: 1" in done.stderr
    noted.write_text(str(Head(EVENTS + 1, GENESIS)))
    done = command("--anchors", str(noted))
    assert done.returncode == 1
    assert f"the log ends before, though an anchor was noted at {EVENTS + 1}" in done.stderr
