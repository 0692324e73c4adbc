"""Lists that anybody can page through to the end: filters, orders, and cursors that hold a place in a list."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from psycopg.rows import DictRow

from domain.errors import FieldError, Invalid
from domain.vocabulary import Mark, Platform, Status


class Shelf(StrEnum):
    """Where a lead is kept: on the board and in the inbox, or put aside."""

    OPEN = "open"
    ARCHIVED = "archived"
    SPAM = "spam"

    @classmethod
    def of(cls, mark: Mark | None) -> "Shelf":
        """The shelf of the leads with this mark."""
        return cls.OPEN if mark is None else cls(mark.value)


@dataclass(frozen=True)
class Filters:
    """Which rows of a creator's list are wanted; several words of one kind are alternatives."""

    q: str | None = None
    statuses: Sequence[Status] = ()
    platforms: Sequence[Platform] = ()
    tags: Sequence[str] = ()
    shelves: Sequence[Shelf] = (Shelf.OPEN,)
    unread: bool = False
    needs_person: bool = False


@dataclass(frozen=True)
class Order:
    """An order of a list: a column that is never null, and its direction; ties go by id."""

    column: str
    descending: bool


@dataclass(frozen=True)
class Place:
    """A place in a list: behind the row with this value in the order's column, and this id."""

    value: Any
    row_id: Any


@dataclass(frozen=True)
class Page:
    """One page of a list, the number of all rows that match, and where to go on."""

    rows: list[DictRow]
    total: int
    next_cursor: str | None


ORDERS: Mapping[str, Order] = {
    "-last_contact": Order("contact_at", descending=True),
    "last_contact": Order("contact_at", descending=False),
    "-created": Order("created_at", descending=True),
    "created": Order("created_at", descending=False),
    "name": Order("sort_name", descending=False),
    "-score": Order("standing", descending=True),
}

DIGITS = 16
DAMAGED = FieldError("query:cursor", "damaged", "This cursor is damaged.")


@dataclass(frozen=True)
class List:
    """By what a list is told apart from every other: its name, whose it is, what is wanted of it, in which order."""

    name: str
    creator_id: str
    filters: Filters
    order: Order

    def place(self, cursor: str | None) -> Place | None:
        """The place that a cursor holds; raises `Invalid` when it is damaged or of another list."""
        if cursor is None:
            return None
        try:
            content = urlsafe_b64decode(cursor.encode())
        except ValueError as error:
            raise Invalid(DAMAGED) from error
        if content[:DIGITS] != _digest(content[DIGITS:]):
            raise Invalid(DAMAGED)
        of_list, value, row_id = json.loads(content[DIGITS:])
        if of_list != self._fingerprint:
            raise Invalid(FieldError("query:cursor", "foreign", "This cursor belongs to another list."))
        return Place(value, row_id)

    def page(self, rows: list[DictRow], total: int, limit: int) -> Page:
        """Cut the row too many off, and point behind the place of the last one."""
        if len(rows) <= limit:
            return Page(rows, total, None)
        last = rows[limit - 1]
        content = json.dumps([self._fingerprint, last["place_value"], last["place_id"]]).encode()
        return Page(rows[:limit], total, urlsafe_b64encode(_digest(content) + content).decode())

    @property
    def _fingerprint(self) -> str:
        wanted = {**vars(self), "filters": vars(self.filters), "order": vars(self.order)}
        return _digest(json.dumps(wanted).encode()).decode()


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest()[:DIGITS].encode()
