"""No session waits without a limit, and what the URL asks of it is done all the same."""

import psycopg
import pytest

from eventstore.factory import Datastore
from eventstore.pools import LogPool, ReadPool
from eventstore.session_limits import COMMANDS, MAINTENANCE, READS, SessionLimits, session

SETTINGS = "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"


def shown(conn: psycopg.Connection[tuple[str]], name: str) -> str:
    row = conn.execute(f"SHOW {name}".encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [(COMMANDS, ["1s", "5s", "5s"]), (MAINTENANCE, ["0", "0", "0"])],
    ids=["commands", "by hand"],
)
def test_a_session_has_its_limits_from_its_first_statement(
    database_url: str, limits: SessionLimits, expected: list[str]
) -> None:
    with psycopg.connect(database_url, **session(limits, database_url)) as conn:
        assert [shown(conn, name) for name in SETTINGS] == expected


def test_what_the_url_sets_by_options_stays_set(database_url: str) -> None:
    url = f"{database_url}&options=-c%20search_path%3Dlog"
    with psycopg.connect(url, **session(READS, url)) as conn:
        assert (shown(conn, "search_path"), shown(conn, "lock_timeout")) == ("log", "1500ms")


def test_what_the_environment_sets_by_options_stays_set(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c search_path=log")
    with psycopg.connect(database_url, **session(READS, database_url)) as conn:
        assert shown(conn, "search_path") == "log"


def test_no_transaction_that_appends_lasts_for_ever(database_url: str) -> None:
    with Datastore(database_url) as datastore, datastore.get_connection() as conn:
        if conn.info.server_version < 170_000:
            assert conn.execute("SHOW statement_timeout").fetchone() == {"statement_timeout": "5s"}
        else:
            assert conn.execute("SHOW transaction_timeout").fetchone() == {"transaction_timeout": "5s"}


async def test_both_pools_give_connections_with_limits(database_url: str) -> None:
    with LogPool(database_url, 1) as pool, pool.connection() as conn:
        assert conn.execute("SHOW lock_timeout").fetchone() == {"lock_timeout": "1s"}
    async with ReadPool(database_url, 1) as reads, reads.connection() as conn_of_reads:
        cursor = await conn_of_reads.execute("SHOW lock_timeout")
        assert await cursor.fetchone() == {"lock_timeout": "1500ms"}
