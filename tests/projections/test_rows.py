"""Folding the changes of a batch leaves what writing them one by one would have left."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import DictRow, dict_row

from eventstore.round_trip import carry_out_in_turn
from projections.engine.row_changes import RowChanges

Table = dict[Any, dict[str, Any]]
Change = tuple[Any, ...]

KEYS = st.integers(0, 3)
NAMES = st.sampled_from(["a", "b", "\x00", 'quo"te', "\\u0000", "é"])
OWNERS = st.sampled_from(["x", "y"])
FIELDS = st.fixed_dictionaries({}, optional={"name": NAMES, "number": st.integers(-5, 5)}).filter(bool)

CHANGES = st.one_of(
    st.tuples(st.just("put"), KEYS, FIELDS | st.just({})),
    st.tuples(st.just("set"), KEYS, FIELDS),
    st.tuples(st.just("add"), KEYS, st.integers(-3, 3)),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("delete_where"), OWNERS),
)
BATCHES = st.lists(st.lists(CHANGES, max_size=8), max_size=4)


def owner_of(key: int) -> str:
    """Whose a row is never changes."""
    return "xy"[key % 2]


def applied(table: Table, change: Change) -> None:
    """What a change means, row by row."""
    match change:
        case ("put", key, fields):
            table[key] = {"owner": owner_of(key), "name": "nobody", "number": 7} | table.get(key, {}) | fields
        case ("set", key, fields) if key in table:
            table[key] |= fields
        case ("add", key, amount) if key in table:
            table[key]["number"] += amount
        case ("delete", key):
            table.pop(key, None)
        case ("delete_where", owner):
            for key in [key for key, row in table.items() if row["owner"] == owner]:
                del table[key]


def collected(rows: RowChanges, change: Change) -> None:
    match change:
        case ("put", key, fields):
            rows.put(key, owner=owner_of(key), **fields)
        case ("set", key, fields):
            rows.set(key, **fields)
        case ("add", key, amount):
            rows.add(key, number=amount)
        case ("delete", key):
            rows.delete(key)
        case ("delete_where", owner):
            rows.delete_where(owner=owner)


@pytest.fixture(scope="module")
def conn(server_url: str) -> Iterator[psycopg.Connection[DictRow]]:
    """Tables that only this connection sees."""
    with psycopg.connect(server_url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute(
            """CREATE TEMP TABLE things (
                   key int PRIMARY KEY, owner text, name text DEFAULT 'nobody', number bigint DEFAULT 7)"""
        )
        connection.execute("CREATE TEMP TABLE counts (a int, b text, n bigint NOT NULL, PRIMARY KEY (a, b))")
        yield connection


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(BATCHES)
def test_folded_batches_leave_what_single_changes_would(
    conn: psycopg.Connection[DictRow], batches: list[list[Change]]
) -> None:
    conn.execute("TRUNCATE things")
    expected: Table = {}
    for batch in batches:
        rows = RowChanges("things", ("key",))
        for change in batch:
            applied(expected, deepcopy(change))
            collected(rows, change)
        carry_out_in_turn(conn, rows.statements())
    found = {row.pop("key"): row for row in conn.execute("SELECT * FROM things").fetchall()}
    # A text that no column can hold is kept without what makes it so.
    assert found == {key: row | {"name": row["name"].replace("\x00", "\ufffd")} for key, row in expected.items()}


COUNTERS = st.tuples(st.sampled_from(["count", "add", "set", "put", "delete"]), KEYS, OWNERS, st.integers(-3, 3))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.lists(st.one_of(COUNTERS, st.tuples(st.just("gone"), OWNERS)), max_size=10), max_size=4))
def test_counters_begin_at_zero_and_add_up(conn: psycopg.Connection[DictRow], batches: list[list[Change]]) -> None:
    conn.execute("TRUNCATE counts")
    expected: dict[tuple[int, str], int] = {}
    for batch in batches:
        rows = RowChanges("counts", ("a", "b"))
        for change in batch:
            match change:
                case ("gone", owner):
                    rows.delete_where(b=owner)
                    expected = {key: n for key, n in expected.items() if key[1] != owner}
                case ("delete", a, b, _):
                    rows.delete(a, b)
                    expected.pop((a, b), None)
                case ("count", a, b, n):
                    rows.count(a, b, n=n)
                    expected[a, b] = expected.get((a, b), 0) + n
                case ("put", a, b, n):
                    rows.put(a, b, n=n)
                    expected[a, b] = n
                case ("set", a, b, n):
                    rows.set(a, b, n=n)
                    expected |= {(a, b): n} if (a, b) in expected else {}
                case ("add", a, b, n):
                    rows.add(a, b, n=n)
                    expected |= {(a, b): expected[a, b] + n} if (a, b) in expected else {}
        carry_out_in_turn(conn, rows.statements())
    assert {(row["a"], row["b"]): row["n"] for row in conn.execute("SELECT * FROM counts")} == expected


def test_many_changes_of_one_row_are_one_statement(conn: psycopg.Connection[DictRow]) -> None:
    rows = RowChanges("things", ("key",))
    rows.put(1, owner="x", name="a", number=0)
    for number in range(50):
        rows.set(1, number=number)
    with conn.pipeline():
        carry_out_in_turn(conn, rows.statements())
    (row,) = conn.execute("SELECT number FROM things WHERE key = 1").fetchall()
    assert row["number"] == 49
    carry_out_in_turn(conn, rows.statements())  # what was written is not written again
    assert conn.execute("SELECT count(*) AS n FROM things WHERE key = 1").fetchone() == {"n": 1}
