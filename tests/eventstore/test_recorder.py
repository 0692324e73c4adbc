"""The log: one order without gaps, nothing lost, nothing changed."""

import hashlib
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError
from psycopg.rows import DictRow

from eventstore.recorder import CHANNEL, LoggedEvent, Recorder
from tests.eventstore.appending import append, thing
from tests.harness.waiting import PATIENCE

Connection = psycopg.Connection[DictRow]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def all_of(recorder: Recorder) -> list[LoggedEvent]:
    found = recorder.select_notifications(1, 100_000)
    return [each for each in found if isinstance(each, LoggedEvent)]


def test_an_empty_log_has_no_position(recorder: Recorder) -> None:
    assert recorder.max_notification_id() is None
    assert recorder.select_notifications(None, 10) == []


def test_positions_have_no_gaps_however_many_append_and_a_reader_skips_none(
    recorder: Recorder, database_url: str
) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-m", "tests.eventstore.appending", database_url, "60"]) for _ in range(2)
    ]
    seen: list[int] = []
    with ThreadPoolExecutor(3) as threads:
        writers = [threads.submit(append, database_url, 60) for _ in range(3)]
        while not all(writer.done() for writer in writers) or any(program.poll() is None for program in programs):
            seen += [event.id for event in recorder.select_notifications(len(seen) + 1, 50)]
    for writer in writers:
        writer.result()
    seen += [event.id for event in recorder.select_notifications(len(seen) + 1, 1000)]

    assert [program.wait() for program in programs] == [0, 0]
    assert seen == list(range(1, 301))
    assert recorder.max_notification_id() == 300


def test_events_of_one_append_stand_together_in_the_order_given(recorder: Recorder) -> None:
    recorder.insert_events([thing()])
    states = [b'{"n":%d}' % number for number in range(5)]

    assert recorder.insert_events([thing(state=state) for state in states]) == [2, 3, 4, 5, 6]
    assert [event.state for event in all_of(recorder)[1:]] == states


def test_who_and_why_stand_beside_the_event(recorder: Recorder) -> None:
    event_id = uuid4()
    before = datetime.now(UTC)
    recorder.insert_events([thing()], event_ids=[event_id], metadata=[{"actor": "bot"}])

    (event,) = all_of(recorder)
    assert (event.event_id, event.metadata) == (event_id, {"actor": "bot", "event_id": str(event_id)})
    assert before - timedelta(seconds=1) < event.recorded_at < datetime.now(UTC) + timedelta(seconds=1)


@pytest.mark.parametrize(
    "change",
    ["UPDATE log.events SET topic = 'thing.undone'", "DELETE FROM log.events", "TRUNCATE log.events"],
)
def test_what_is_in_the_log_stays_as_it_is(recorder: Recorder, conn: Connection, change: str) -> None:
    recorder.insert_events([thing()])
    before = all_of(recorder)

    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        conn.execute(change.encode())
    assert all_of(recorder) == before


def test_of_two_who_decided_on_the_same_version_one_is_refused_as_a_whole(recorder: Recorder) -> None:
    stream = uuid4()
    recorder.insert_events([thing(stream, 1)])

    with pytest.raises(IntegrityError):
        recorder.insert_events([thing(), thing(stream, 1), thing()])
    assert recorder.max_notification_id() == 1
    assert recorder.insert_events([thing(stream, 2)]) == [2]


def test_what_stands_beside_a_refused_append_is_not_there_either(recorder: Recorder, conn: Connection) -> None:
    row = "INSERT INTO app.received (creator_id, channel, account_id, dedupe_key) VALUES (%s, %s, %s, %s)"
    stream = uuid4()
    recorder.insert_events([thing(stream, 1)], in_transaction=[(row, ("ana", "telegram", "1", "kept"))])

    with pytest.raises(IntegrityError):
        recorder.insert_events([thing(stream, 1)], in_transaction=[(row, ("ana", "telegram", "1", "gone"))])
    with pytest.raises(IntegrityError):
        recorder.insert_events([thing(stream, 2)], in_transaction=[(row, ("ana", "telegram", "1", "kept"))])
    assert [each["dedupe_key"] for each in conn.execute("SELECT dedupe_key FROM app.received")] == ["kept"]
    assert recorder.max_notification_id() == 1


def test_the_chain_can_be_computed_again_from_what_the_log_says(recorder: Recorder, conn: Connection) -> None:
    recorder.insert_events(
        [thing(state='{"text":"¿Cuánto?"}'.encode()), thing(topic="cosa.acabó")],
        metadata=[{"actor": "bot", "lead_id": "7"}, {}],
    )
    recorder.insert_events([thing(state=b"")])

    chain = hashlib.sha256(b"").digest()
    for row in conn.execute("SELECT *, metadata::text AS written FROM log.events ORDER BY notification_id"):
        topic = row["topic"].encode()
        recorded_at = (row["recorded_at"] - EPOCH) // timedelta(microseconds=1)
        chain = hashlib.sha256(
            chain
            + struct.pack(">q", row["notification_id"])
            + row["originator_id"].bytes
            + struct.pack(">q", row["originator_version"])
            + struct.pack(">q", len(topic))
            + topic
            + struct.pack(">q", recorded_at)
            + hashlib.sha256(row["written"].encode()).digest()
            + hashlib.sha256(row["state"]).digest()
        ).digest()
        assert row["chain"] == chain
    head = conn.execute("SELECT position, chain FROM log.head").fetchone()
    assert head == {"position": 3, "chain": chain}


def test_recorded_times_never_go_back(recorder: Recorder, conn: Connection) -> None:
    conn.execute("UPDATE log.head SET recorded_at = '2100-01-01Z'")
    recorder.insert_events([thing()])
    assert all_of(recorder)[0].recorded_at == datetime(2100, 1, 1, tzinfo=UTC)


def test_an_append_tells_everybody_the_new_head(recorder: Recorder, conn: Connection) -> None:
    conn.execute(f"LISTEN {CHANNEL}")
    recorder.insert_events([thing(), thing()])
    recorder.insert_events([thing()])
    heard = [notification.payload for notification in conn.notifies(timeout=PATIENCE, stop_after=2)]
    assert heard == ["2", "3"]


def test_a_reader_may_ask_for_some_topics_or_up_to_a_position(recorder: Recorder) -> None:
    recorder.insert_events([thing(topic=topic) for topic in ("a", "b", "a", "b")])

    def positions(*args: int | None, topics: tuple[str, ...] = (), inclusive: bool = True) -> list[int]:
        start, limit, stop = (*args, None, None, None)[:3]
        found = recorder.select_notifications(start, limit or 10, stop, topics=topics, inclusive_of_start=inclusive)
        return [event.id for event in found]

    assert positions(None, topics=("b",)) == [2, 4]
    assert positions(2, 10, 3) == [2, 3]
    assert positions(2, inclusive=False) == [3, 4]
    assert positions(1, 2) == [1, 2]
