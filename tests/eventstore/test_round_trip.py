"""Statements leave together and are one transaction, so that nobody waits for a client that falls silent."""

import psycopg
import pytest
from psycopg.rows import DictRow

from eventstore.round_trip import carry_out

Connection = psycopg.Connection[DictRow]
RECEIVE = "INSERT INTO app.received (creator_id, channel, account_id, dedupe_key) VALUES (%s, '', '', '')"


def test_each_statement_has_its_result(conn: Connection) -> None:
    results = carry_out(conn, [("SELECT %s::int + 1", (1,)), ("SELECT 10 %% 4", ()), ("SELECT %b::text", ("ñ",))])
    assert [result.get_value(0, 0) for result in results] == [b"2", b"2", "ñ".encode()]


def test_all_statements_are_one_transaction(conn: Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        carry_out(conn, [(RECEIVE, ("ana",)), ("SELECT 1/0", ()), (RECEIVE, ("eva",))])
    assert conn.execute("SELECT * FROM app.received").fetchall() == []
    carry_out(conn, [(RECEIVE, ("ana",)), (RECEIVE, ("eva",))])
    rows = conn.execute("SELECT DISTINCT xmin::text FROM app.received").fetchall()
    assert len(rows) == 1


def test_what_is_prepared_is_prepared_anew_when_the_connection_has_let_go_of_it(conn: Connection) -> None:
    for _ in range(2):
        assert carry_out(conn, [("SELECT %s::int", (7,))])[0].get_value(0, 0) == b"7"
        conn.execute("DEALLOCATE ALL")


def test_a_lost_connection_is_told_as_such(conn: Connection, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        carry_out(conn, [("SELECT 1", ())])
