"""Row changes of a batch of events, collected for each table and written set by set."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic_core import to_json

from eventstore.round_trip import Statement

Key = tuple[Any, ...]
Keys = set[Key]
Kind = Literal["put", "count", "set", "delete"]

NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""The one character that PostgreSQL keeps in no text, as JSON writes it; not a backslash before `u0000`."""


class _Change:
    """What is done to a row at once: `values` are written over columns of it, `amounts` added to others."""

    __slots__ = ("amounts", "kind", "values")

    def __init__(self, kind: Kind, values: dict[str, Any], amounts: dict[str, int]) -> None:
        self.kind = kind
        self.values = values
        self.amounts = amounts

    @property
    def makes_row(self) -> bool:
        return self.kind in ("put", "count")

    def assign(self, values: dict[str, Any]) -> None:
        for name in self.amounts.keys() & values.keys():
            del self.amounts[name]
        self.values.update(values)

    def add(self, amounts: dict[str, int]) -> None:
        for name, amount in amounts.items():
            if name in self.values:
                self.values[name] += amount
            else:
                self.amounts[name] = self.amounts.get(name, 0) + amount

    def knows(self, names: dict[str, int]) -> bool:
        return all(name in self.values or name in self.amounts for name in names)

    def is_within(self, names: dict[str, Any]) -> bool:
        return self.values.keys() <= names.keys() and self.amounts.keys() <= names.keys()


class RowChanges:
    """The changes of one table, folded per key: of many updates of a row one write is left.

    `put` makes a row, or writes the columns that it names over one that is there; `set` changes and `add` counts up
    columns of a row that exists; `count` does so in a table of counters, where a row begins at zero; `delete` removes
    the row. What is left does not depend on how the events were divided into batches. The columns of a `delete_where`
    never change for a key. A text with a NUL is stored with U+FFFD instead.
    """

    def __init__(self, table: str, key: tuple[str, ...]) -> None:
        self.table = table
        self.key = key
        self._changes: dict[Key, list[_Change]] = {}
        self._removed: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        self._holders: dict[str, defaultdict[str, Keys]] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._changes or self._removed)

    def put(self, *key: Any, **columns: Any) -> None:
        changes = self._changes.get(key)
        if changes is None:
            self._changes[key] = [_Change("put", columns, {})]
        elif (latest := changes[-1]).makes_row:
            latest.assign(columns)
        elif latest.kind == "set" and latest.is_within(columns):
            changes[-1] = _Change("put", columns, {})
        else:
            changes.append(_Change("put", columns, {}))
        if self._holders:
            self._note(key, columns)

    def set(self, *key: Any, **columns: Any) -> None:
        changes = self._changes.get(key)
        if changes is None:
            self._changes[key] = [_Change("set", columns, {})]
        elif (latest := changes[-1]).kind != "delete":
            latest.assign(columns)

    def add(self, *key: Any, **amounts: int) -> None:
        changes = self._changes.get(key)
        if changes is None:
            self._changes[key] = [_Change("set", {}, amounts)]
        elif (latest := changes[-1]).kind == "set" or (latest.makes_row and latest.knows(amounts)):
            latest.add(amounts)
        elif latest.makes_row:
            changes.append(_Change("set", {}, amounts))

    def count(self, *key: Any, **amounts: int) -> None:
        changes = self._changes.get(key)
        if changes is None:
            self._changes[key] = [_Change("count", {}, amounts)]
        elif (latest := changes[-1]).kind == "count" or (latest.kind == "put" and latest.knows(amounts)):
            latest.add(amounts)
        else:
            changes.append(_Change("set" if latest.kind == "put" else "count", {}, amounts))
        if self._holders:
            self._note(key, {})

    def delete(self, *key: Any) -> None:
        self._changes[key] = [_Change("delete", {}, {})]

    def delete_where(self, **columns: Any) -> None:
        """Remove all rows with these values, those of this batch too."""
        self._removed[tuple(columns)].append(columns)
        first, wanted = next(iter(columns.items()))
        for holder in tuple(self._holding(first)[str(wanted)]):
            known = self._known(holder)
            if all(name in known and str(known[name]) == str(value) for name, value in columns.items()):
                self._changes.pop(holder, None)

    def _known(self, key: Key) -> dict[str, Any]:
        """What this batch says about a row, as far as a `delete_where` may ask for it."""
        known = dict(zip(self.key, key, strict=True))
        for change in self._changes.get(key, ()):
            known |= change.values
        return known

    def _holding(self, name: str) -> defaultdict[str, Keys]:
        """The keys by what they hold in a column: made when it is first asked for, kept up from then on."""
        if name not in self._holders:
            self._holders[name] = defaultdict(set)
            for key in self._changes:
                self._note(key, self._known(key))
        return self._holders[name]

    def _note(self, key: Key, columns: dict[str, Any]) -> None:
        for name, holders in self._holders.items():
            if name in columns:
                holders[str(columns[name])].add(key)
            elif name in self.key:
                holders[str(key[self.key.index(name)])].add(key)

    def statements(self) -> Iterator[Statement]:
        """What writes what was collected, once: removals, then a statement per kind of change and set of columns."""
        for columns, rows in self._removed.items():
            yield self._statement("delete", columns, (), (), rows)
        rounds = max(map(len, self._changes.values()), default=0)
        for number in range(rounds):
            for (kind, values, amounts), rows in self._round(number).items():
                if kind != "set" or values or amounts:
                    yield self._statement(kind, self.key, sorted(values), sorted(amounts), rows)
        self._changes.clear()
        self._removed.clear()
        self._holders.clear()

    def _round(self, number: int) -> dict[tuple[Kind, frozenset[str], frozenset[str]], list[dict[str, Any]]]:
        """The changes that come as number `number` for their keys: those that one statement can write together."""
        sets: dict[tuple[Kind, frozenset[str], frozenset[str]], list[dict[str, Any]]] = defaultdict(list)
        for key, changes in self._changes.items():
            if number < len(changes):
                change = changes[number]
                row = dict(zip(self.key, key, strict=True)) | change.values | change.amounts
                sets[change.kind, frozenset(change.values), frozenset(change.amounts)].append(row)
        return sets

    def _statement(
        self,
        kind: Kind,
        key: Sequence[str],
        values: Sequence[str],
        amounts: Sequence[str],
        rows: list[dict[str, Any]],
    ) -> Statement:
        given = f"json_populate_recordset(NULL::{self.table}, %s)"
        same = " AND ".join(f"t.{name} = given.{name}" for name in key)
        if kind == "delete":
            statement = f"DELETE FROM {self.table} AS t USING {given} AS given WHERE {same}"
        elif kind == "set":
            assigned = _assigned("given", values, amounts)
            statement = f"UPDATE {self.table} AS t SET {assigned} FROM {given} AS given WHERE {same}"
        else:
            names = ", ".join((*key, *values, *amounts))
            assigned = _assigned("EXCLUDED", values, amounts)
            statement = (
                f"INSERT INTO {self.table} AS t ({names}) SELECT {names} FROM {given}"
                f" ON CONFLICT ({', '.join(key)}) DO {f'UPDATE SET {assigned}' if assigned else 'NOTHING'}"
            )
        return statement, (_document(rows),)


def _assigned(source: str, values: Sequence[str], amounts: Sequence[str]) -> str:
    return ", ".join(
        [f"{name} = {source}.{name}" for name in values] + [f"{name} = t.{name} + {source}.{name}" for name in amounts]
    )


def _document(rows: list[dict[str, Any]]) -> str:
    document = to_json(rows, inf_nan_mode="strings")
    return (NUL.sub(rb"\1\\ufffd", document) if b"\\u0000" in document else document).decode()
