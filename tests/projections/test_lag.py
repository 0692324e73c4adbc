"""Everybody can see how far each projection is, how old what is missing is, and why one stands."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from eventstore.leases import take
from eventstore.log import Log
from projections.engine.lag import Lag, lags
from tests.projections.conftest import TimedCommands
from tests.projections.sayings import Connection, Sayings, a_projector
from tests.projections.test_parking import Moves, stumble_over

Asked = AsyncConnection[DictRow]


@pytest.fixture
async def asked(database_url: str) -> AsyncIterator[Asked]:
    async with await AsyncConnection.connect(database_url, autocommit=True, row_factory=dict_row) as conn:
        yield conn


def grow_older(conn: Connection, seconds: int) -> None:
    """Let everything in the log have been recorded earlier."""
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    conn.execute("UPDATE log.events SET recorded_at = recorded_at - make_interval(secs => %s)", (seconds,))


async def lag_of(asked: Asked) -> Lag:
    (lag,) = await lags(asked, [Sayings])
    return lag


async def test_a_projection_lags_by_events_and_by_the_age_of_the_oldest(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, asked: Asked
) -> None:
    people.says("marta", "one")
    projector, _ = a_projector(database_url, log, Sayings)
    projector.catch_up()
    head = log.head()
    lag = await lag_of(asked)
    assert lag == Lag("sayings", 1, "live", head, head, 0, 0.0, 0, None, lag.heard)

    people.says("marta", "two")
    grow_older(conn, 7)
    people.says("marta", "three")
    lag = await lag_of(asked)
    assert (lag.state, lag.position, lag.head, lag.events) == ("live", head, head + 2, 2)
    assert 7 <= lag.seconds < 10


async def test_who_is_long_behind_catches_up_if_somebody_leads_it_and_has_failed_if_nobody_does(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, asked: Asked
) -> None:
    people.says("marta", "one")
    grow_older(conn, 60)
    lag = await lag_of(asked)
    assert (lag.state, lag.position, lag.failure) == ("failed", 0, "nobody keeps it: no program runs")
    assert lag.heard is None
    with psycopg.connect(database_url, autocommit=True, row_factory=dict_row) as leader:
        take(leader, ["projection/sayings/1"])
        lag = await lag_of(asked)
    assert (lag.state, lag.failure) == ("catching_up", None)
    assert lag.heard is not None
    assert lag.heard < 5
    conn.execute("UPDATE app.leases SET beat_at = beat_at - interval '6 seconds'")
    assert (await lag_of(asked)).failure == "nobody keeps it: no program runs"
    a_projector(database_url, log, Sayings)[0].catch_up()
    assert (await lag_of(asked)).state == "live"


async def test_what_waits_is_counted_and_is_no_lag(
    database_url: str, people: TimedCommands, log: Log, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble_over(monkeypatch, "one")
    people.says("marta", "one")
    people.says("pedro", "one")
    a_projector(database_url, log, Sayings)[0].catch_up()
    lag = await lag_of(asked)
    assert (lag.state, lag.events, lag.parked) == ("live", 0, 2)


async def test_one_that_cannot_go_on_says_why_and_the_others_go_on(
    database_url: str, people: TimedCommands, log: Log, conn: Connection, asked: Asked
) -> None:
    projector, _ = a_projector(database_url, log, Sayings, Moves)
    projector.prepare()
    conn.execute("ALTER TABLE read.sayings_v1 RENAME TO mislaid")
    people.says("marta", "one")
    with pytest.raises(psycopg.errors.UndefinedTable):
        projector.catch_up()
    stuck, well = await lags(asked, [Sayings, Moves])
    assert (stuck.state, stuck.position, stuck.parked) == ("failed", 0, 0)
    assert stuck.failure == "UndefinedTable"
    assert (well.state, well.position) == ("live", log.head())

    conn.execute("ALTER TABLE read.mislaid RENAME TO sayings_v1")
    projector.catch_up()
    assert [each.state for each in await lags(asked, [Sayings, Moves])] == ["live", "live"]
