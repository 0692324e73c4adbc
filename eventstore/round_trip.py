"""Statements that reach PostgreSQL together, as one transaction: nothing is held while the rest is on its way."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final
from weakref import WeakKeyDictionary

from psycopg import Connection
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Statement = tuple[str, Sequence[Any]]
"""A query with `%s` for each parameter, or `%b` where it must be sent in binary."""

_PLACES: Final = re.compile(r"%([%sb])")
_FORMATS: Final = {"s": PyFormat.AUTO, "b": PyFormat.BINARY}
_FAILED: Final = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)

_Prepared = dict[tuple[bytes, tuple[int, ...]], bytes]
_prepared: WeakKeyDictionary[Connection[Any], _Prepared] = WeakKeyDictionary()
_numbers = count(1)


def carry_out(conn: Connection[Any], statements: Sequence[Statement]) -> Sequence[PGresult]:
    """Run statements on a connection in autocommit, as one transaction; answers a result for each.

    In a pipeline all statements before its Sync are one transaction, which Sync commits (PostgreSQL, "Extended
    Query"), and they leave with it in one flush. With a `BEGIN` and `COMMIT` of its own, a client that falls silent
    in between would keep what it has locked. Raises the `psycopg.Error` of the first statement that fails.
    """
    try:
        return _carry_out(conn, statements)
    except InvalidSqlStatementName:  # psycopg lets go of everything that is prepared when a transaction fails
        del _prepared[conn]
        return _carry_out(conn, statements)


def carry_out_in_turn(conn: Connection[Any], statements: Iterable[Statement]) -> None:
    """Run statements one after another, in the transaction that is open on the connection, if one is."""
    for query, params in statements:
        conn.execute(query.encode(), params)


def _carry_out(conn: Connection[Any], statements: Sequence[Statement]) -> Sequence[PGresult]:
    sender = _Sender(conn)
    with conn.lock:
        conn.pgconn.enter_pipeline_mode()
        try:
            for query, params in statements:
                sender.add(query, params)
            conn.pgconn.pipeline_sync()
            return sender.judge(conn.wait(_answers(conn.pgconn, sender.expected)))
        finally:
            if conn.pgconn.status == ConnStatus.OK:
                conn.pgconn.exit_pipeline_mode()


class _Sender:
    """Puts statements into the buffer of a connection, each prepared on its first use there."""

    def __init__(self, conn: Connection[Any]) -> None:
        self._pgconn = conn.pgconn
        self._transformer = Transformer(conn)
        self._names = _prepared.setdefault(conn, {})
        self._preparing: dict[int, tuple[tuple[bytes, tuple[int, ...]], bytes]] = {}
        self.expected = 0

    def add(self, query: str, params: Sequence[Any]) -> None:
        command, formats = _placed(query)
        values = self._transformer.dump_sequence(params, formats)
        statement = (command, self._transformer.types or ())
        name = self._names.get(statement)
        if name is None:
            name = b"statement_%d" % next(_numbers)
            self._pgconn.send_prepare(name, *statement)
            self._preparing[self.expected] = statement, name
            self.expected += 1
        self._pgconn.send_query_prepared(name, values, self._transformer.formats)
        self.expected += 1

    def judge(self, results: Sequence[PGresult]) -> Sequence[PGresult]:
        """The results of the statements; what was prepared stays so, whatever became of the transaction."""
        for number, (statement, name) in self._preparing.items():
            if results[number].status not in _FAILED:
                self._names[statement] = name
        for result in results:
            if result.status in _FAILED:
                raise error_from_result(result)
        return [result for number, result in enumerate(results) if number not in self._preparing]


def _answers(pgconn: PGconn, expected: int) -> PQGen[list[PGresult]]:
    yield from send(pgconn)
    results = []
    for _ in range(expected):
        results += yield from fetch_many(pgconn)
    yield from fetch_many(pgconn)  # of the Sync
    return results


@lru_cache(500)
def _placed(query: str) -> tuple[bytes, Sequence[PyFormat]]:
    """The query as PostgreSQL has it, `$1` for the first parameter, and how each is sent."""
    formats: list[PyFormat] = []

    def place(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        formats.append(_FORMATS[found[1]])
        return f"${len(formats)}"

    return _PLACES.sub(place, query).encode(), formats
