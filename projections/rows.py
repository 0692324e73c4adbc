"""Collects what a batch of events changes in a table and writes it set by set, not row by row."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import DictRow

Key = tuple[Any, ...]

NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The one character that PostgreSQL keeps in no text, as JSON writes it; not a backslash before `u0000`."""


@dataclass
class _Change:
    kind: Literal["put", "set", "add", "count", "delete"]
    values: dict[str, Any] = field(default_factory=dict)


class Rows:
    """The changes of one table, folded per key: of many updates of a row one write is left.

    `put` writes a whole row over whatever is there; `set` changes and `add` counts up columns of a row that
    exists; `count` does so in a table of counters, where a row begins at zero; `delete` removes the row.
    The columns of a `delete_where` never change for a key. A text with a NUL is stored with U+FFFD instead.
    """

    def __init__(self, table: str, key: tuple[str, ...]) -> None:
        self.table = table
        self.key = key
        self._changes: dict[Key, list[_Change]] = {}
        self._removed: list[dict[str, Any]] = []

    def put(self, *key: Any, **columns: Any) -> None:
        self._changes[key] = [_Change("put", columns)]

    def set(self, *key: Any, **columns: Any) -> None:
        changes = self._changes.setdefault(key, [])
        if changes and changes[-1].kind in ("put", "set"):
            changes[-1].values.update(columns)
        elif not changes or changes[-1].kind != "delete":
            changes.append(_Change("set", columns))

    def add(self, *key: Any, **amounts: int) -> None:
        self._sum("add", key, amounts)

    def count(self, *key: Any, **amounts: int) -> None:
        self._sum("count", key, amounts)

    def _sum(self, kind: Literal["add", "count"], key: Key, amounts: dict[str, int]) -> None:
        changes = self._changes.setdefault(key, [])
        if changes and changes[-1].kind in ("put", kind):
            for name, amount in amounts.items():
                changes[-1].values[name] = changes[-1].values.get(name, 0) + amount
        elif not changes or changes[-1].kind != "delete":
            changes.append(_Change(kind, amounts))

    def delete(self, *key: Any) -> None:
        self._changes[key] = [_Change("delete")]

    def delete_where(self, **columns: Any) -> None:
        """Remove all rows with these values, those of this batch too."""
        self._removed.append(columns)
        for key, changes in list(self._changes.items()):
            known = dict(zip(self.key, key, strict=True))
            for change in changes:
                known |= change.values
            if all(name in known and str(known[name]) == str(value) for name, value in columns.items()):
                del self._changes[key]

    def write(self, conn: Connection[DictRow]) -> None:
        """Send what was collected: removals, then one statement per kind of change and set of columns."""
        for columns in self._removed:
            where = " AND ".join(f"{name} = %({name})s" for name in columns)
            conn.execute(f"DELETE FROM {self.table} WHERE {where}".encode(), columns)
        rounds = max((len(changes) for changes in self._changes.values()), default=0)
        for number in range(rounds):
            sets: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
            for key, changes in self._changes.items():
                if number < len(changes):
                    change = changes[number]
                    row = dict(zip(self.key, key, strict=True)) | change.values
                    sets[change.kind, tuple(sorted(change.values))].append(row)
            for (kind, columns_of_set), rows in sets.items():
                statement = self._statement(kind, columns_of_set)
                conn.execute(statement.encode(), (_storable(json.dumps(rows, default=str)),))
        self._changes.clear()
        self._removed.clear()

    def _statement(self, kind: str, columns: tuple[str, ...]) -> str:
        given = f"jsonb_populate_recordset(NULL::{self.table}, %s)"
        same = " AND ".join(f"t.{name} = given.{name}" for name in self.key)
        if kind == "delete":
            return f"DELETE FROM {self.table} AS t USING {given} AS given WHERE {same}"
        if kind in ("set", "add"):
            value = "t.{0} + given.{0}" if kind == "add" else "given.{0}"
            assigned = ", ".join(f"{name} = {value.format(name)}" for name in columns)
            return f"UPDATE {self.table} AS t SET {assigned} FROM {given} AS given WHERE {same}"
        names = ", ".join((*self.key, *columns))
        value = "t.{0} + EXCLUDED.{0}" if kind == "count" else "EXCLUDED.{0}"
        assigned = ", ".join(f"{name} = {value.format(name)}" for name in columns)
        return (
            f"INSERT INTO {self.table} AS t ({names}) SELECT {names} FROM {given}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {assigned}"
        )


def _storable(document: str) -> str:
    return NUL.sub(r"\1\\ufffd", document)
