"""Who follows the log is woken, whatever happens to the connection."""

import queue
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.rows import DictRow

from eventstore.listener import Listener
from eventstore.recorder import CHANNEL, Recorder
from tests.eventstore.appending import thing
from tests.harness.waiting import PATIENCE, wait_until

Heard = queue.Queue[str | None]
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE %s"


@pytest.fixture
def listening(database_url: str) -> Iterator[Callable[..., Listener]]:
    started = []

    def listen(*handlers: Callable[[str | None], None]) -> Listener:
        listener = Listener(database_url)
        for handler in handlers:
            listener.on(CHANNEL, handler)
        listener.start()
        started.append(listener)
        return listener

    yield listen
    for listener in started:
        listener.stop()


def test_a_follower_hears_of_every_append(listening: Callable[..., Listener], recorder: Recorder) -> None:
    heard: Heard = queue.Queue()
    listening(heard.put)
    recorder.insert_events([thing(), thing()])
    recorder.insert_events([thing()])
    assert [heard.get(timeout=PATIENCE) for _ in range(3)] == [None, "2", "3"]


def test_who_begins_to_listen_is_told_to_look_first(listening: Callable[..., Listener], recorder: Recorder) -> None:
    recorder.insert_events([thing()])
    heard: Heard = queue.Queue()
    listening(heard.put)
    assert heard.get(timeout=PATIENCE) is None


def test_who_joins_later_is_told_to_look_and_hears_from_then_on(
    listening: Callable[..., Listener], conn: psycopg.Connection[DictRow]
) -> None:
    heard, joined = queue.Queue[str | None](), queue.Queue[str | None]()
    listener = listening(heard.put)
    assert heard.get(timeout=5) is None
    listener.on("another", joined.put)
    assert joined.get(timeout=5) is None
    conn.execute("SELECT pg_notify('another', 'said')")
    assert joined.get(timeout=5) == "said"
    assert heard.empty()


def test_a_lost_connection_is_opened_again_and_everybody_looks(
    listening: Callable[..., Listener], recorder: Recorder, conn: psycopg.Connection[DictRow]
) -> None:
    heard: Heard = queue.Queue()
    listening(heard.put)
    assert heard.get(timeout=PATIENCE) is None

    assert conn.execute(OTHERS, ("LISTEN%",)).rowcount == 1
    assert heard.get(timeout=PATIENCE) is None
    recorder.insert_events([thing()])
    assert heard.get(timeout=PATIENCE) == "1"


def test_a_follower_that_stumbles_does_not_deafen_the_others(
    listening: Callable[..., Listener], recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    heard: Heard = queue.Queue()

    def stumble(payload: str | None) -> None:
        raise ValueError(f"cannot read {payload}")

    listening(stumble, heard.put)
    recorder.insert_events([thing()])
    recorder.insert_events([thing()])
    assert [heard.get(timeout=PATIENCE) for _ in range(3)] == [None, "1", "2"]
    assert "cannot read 1" in caplog.text


def test_a_listener_stops_when_it_is_told_to(database_url: str) -> None:
    listener = Listener(database_url)
    listener.on(CHANNEL, lambda payload: None)
    listener.start()
    listener.stop()
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    with psycopg.connect(database_url, autocommit=True) as connection:  # who takes a moment to see that it was left
        wait_until(lambda: connection.execute(query).fetchone() is None)
