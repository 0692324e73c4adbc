"""Filters, orders and keyset pages of lists of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from psycopg.rows import DictRow

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
    """A place in a list: behind the row with this value in the order's column, as text, and this id."""

    value: str
    row_id: UUID


@dataclass(frozen=True)
class Page:
    """One page of a list, and the number of all rows that match."""

    rows: list[DictRow]
    total: int
    end: Place | None
    """Behind the last row, if more follow."""


ORDERS: Mapping[str, Order] = {
    "-last_contact": Order("contact_at", descending=True),
    "last_contact": Order("contact_at", descending=False),
    "-created": Order("created_at", descending=True),
    "created": Order("created_at", descending=False),
    "name": Order("sort_name", descending=False),
    "-score": Order("standing", descending=True),
}


@dataclass(frozen=True)
class List:
    """Whose list it is, what is wanted of it, and in which order."""

    creator_id: str
    filters: Filters
    order: Order


def page(rows: list[DictRow], total: int, limit: int) -> Page:
    """Cut the row too many off, and say where the last one stands."""
    if len(rows) <= limit:
        return Page(rows, total, None)
    last = rows[limit - 1]
    return Page(rows[:limit], total, Place(last["place_value"], UUID(last["place_id"])))
