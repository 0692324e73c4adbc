"""One leads; whoever dies or hangs is followed by another, and writes nothing any more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from eventstore.leases import SILENT_SECONDS, Deposed, Lease, beat, take
from tests.harness.waiting import wait_until

Connection = psycopg.Connection[DictRow]
Connect = Callable[[], Connection]

POST = "post"
WAITS = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def connect(database_url: str) -> Iterator[Connect]:
    """Opens sessions that end with the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(psycopg.connect(database_url, autocommit=True, row_factory=dict_row))


def fall_silent(conn: Connection, seconds: float = SILENT_SECONDS + 0.5) -> None:
    """As if whoever leads had not been heard for so long."""
    conn.execute("UPDATE app.leases SET beat_at = clock_timestamp() - make_interval(secs => %s)", (seconds,))


def end(session: Connection, observer: Connection) -> None:
    """Close a session, and wait until the server knows."""
    pid = session.info.backend_pid
    session.close()
    wait_until(lambda: not observer.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchall())


def lead(conn: Connection) -> Lease:
    return take(conn, [POST])[POST]


def test_one_leads_and_when_its_session_ends_another_does_at_once(connect: Connect) -> None:
    first, second = connect(), connect()
    assert take(first, [POST, "other"]) == {POST: Lease(POST, 1), "other": Lease("other", 1)}
    assert take(second, [POST, "other", "third"]) == {"third": Lease("third", 1)}
    end(first, second)
    assert lead(second) == Lease(POST, 2)


def test_a_leader_that_is_heard_goes_on_leading(connect: Connect) -> None:
    leader, other = connect(), connect()
    lease = lead(leader)
    fall_silent(other, SILENT_SECONDS - 1)
    assert take(other, [POST]) == {}
    fall_silent(other)
    beat(leader, [lease])
    assert take(other, [POST]) == {}
    leader.execute("SELECT 1")


def test_a_leader_that_hangs_loses_its_session_and_another_leads(connect: Connect) -> None:
    hung, other = connect(), connect()
    lead(hung)
    fall_silent(other)
    taken: dict[str, Lease] = {}
    wait_until(lambda: taken.update(take(other, [POST])) or taken)  # a session takes a moment to end
    assert taken == {POST: Lease(POST, 2)}
    with pytest.raises(psycopg.OperationalError):
        hung.execute("UPDATE app.processes SET position = 0")


def test_a_leader_that_waits_for_the_database_is_busy_and_does_not_hang(connect: Connect) -> None:
    busy, other, holder = connect(), connect(), connect()
    lead(busy)
    holder.execute("SELECT pg_advisory_lock(1)")
    waiting = threading.Thread(target=busy.execute, args=("SELECT pg_advisory_lock(1)",))
    waiting.start()
    wait_until(lambda: other.execute(WAITS).fetchall())
    fall_silent(other)
    assert take(other, [POST]) == {}
    holder.execute("SELECT pg_advisory_unlock(1)")
    waiting.join()
    assert not busy.closed


def test_a_leader_of_a_release_that_did_not_beat_is_followed(connect: Connect) -> None:
    old, new = connect(), connect()
    old.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (POST,))
    assert lead(new) == Lease(POST, 1)


def test_what_a_leader_writes_elsewhere_fails_once_its_generation_is_over(connect: Connect) -> None:
    elsewhere, first, second = connect(), connect(), connect()
    lease = lead(first)
    elsewhere.execute(*lease.check)
    end(first, second)
    lead(second)
    with pytest.raises(psycopg.IntegrityError, match="generation 1 of post is over"):
        elsewhere.execute(*lease.check)


def test_nobody_follows_before_what_a_leader_is_writing_has_ended(connect: Connect) -> None:
    elsewhere, hung, other = connect(), connect(), connect()
    lease = lead(hung)
    with elsewhere.transaction():
        elsewhere.execute(*lease.check)
        end(hung, other)
        other.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            take(other, [POST])
    assert lead(other) == Lease(POST, 2)


def test_whoever_does_not_lead_any_more_is_told_so_at_the_next_beat(connect: Connect) -> None:
    leader, other = connect(), connect()
    lease = lead(leader)
    other.execute("UPDATE app.leases SET generation = generation + 1")
    with pytest.raises(Deposed):
        beat(leader, [lease])
