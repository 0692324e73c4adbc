"""Lists that anybody can page through to the end: filters, orders, and cursors that hold a place in a list."""

import json
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from psycopg.rows import DictRow

from domain.errors import FieldError, Invalid
from domain.lead import Details
from domain.vocabulary import Platform, Status


@dataclass(frozen=True)
class Filters:
    """Which rows of a creator's list are wanted; several words of one kind are alternatives."""

    q: str | None = None
    statuses: Sequence[Status] = ()
    platforms: Sequence[Platform] = ()
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Order:
    """An order of a list: a column that is never null, and its direction; ties go by id."""

    column: str
    descending: bool


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
    "-score": Order("intent", descending=True),
}

WHERE = """creator_id = %(creator_id)s
      AND (%(q)s::text IS NULL OR search LIKE %(q)s OR lower(platform_user_id) LIKE %(q)s)
      AND (cardinality(%(platforms)s::text[]) = 0 OR platform = ANY(%(platforms)s))
      AND (cardinality(%(tags)s::text[]) = 0 OR tags && %(tags)s::text[])"""
"""The filters that the stages are counted under; the stage itself is left out."""

DIGITS = 16
DAMAGED = FieldError("query:cursor", "damaged", "This cursor is damaged.")

IN_STATUS = " AND (cardinality(%(statuses)s::text[]) = 0 OR status = ANY(%(statuses)s))"


def folded(*texts: str | None) -> str:
    """Texts as they are searched: without case and accents, on one line."""
    joined = " ".join(text for text in texts if text)
    if joined.isascii():
        return " ".join(joined.lower().split())
    # Compatible forms of capitals become plain capitals first.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", joined).casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def person_columns(details: Details) -> dict[str, object]:
    """How a person's details are stored in a list, and what finds them there."""
    return {
        "name": details.name,
        "username": details.username,
        "email": details.email,
        "phone": details.phone,
        "notes": details.notes,
        "tags": list(details.tags),
        "sort_name": folded(details.name or details.username),
        "search": folded(details.name, details.username, details.email, details.phone, details.notes),
    }


def where_params(creator_id: str, filters: Filters) -> dict[str, Any]:
    """The values of `WHERE` and `IN_STATUS`."""
    pattern = None
    if filters.q:
        escaped = folded(filters.q).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{escaped}%"
    return {
        "creator_id": creator_id,
        "q": pattern,
        "statuses": list(filters.statuses),
        "platforms": list(filters.platforms),
        "tags": list(filters.tags),
    }


def page_clause(order: Order, key: str) -> str:
    """What stands behind the filters of a paged query; takes `after_value`, `after_id`, `limit`."""
    direction, beyond = ("DESC", "<") if order.descending else ("ASC", ">")
    return f"""
      AND (%(after_id)s::uuid IS NULL
           OR ({order.column}, {key}) {beyond} (%(after_value)s, %(after_id)s::uuid))
    ORDER BY {order.column} {direction}, {key} {direction}
    LIMIT %(limit)s + 1"""


def _list(order: Order, creator_id: str, filters: Filters) -> str:
    """By what a list is told apart from every other."""
    return _digest(json.dumps([asdict(order), creator_id, asdict(filters)]).encode()).decode()


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest()[:DIGITS].encode()


def page_params(order: Order, cursor: str | None, limit: int, creator_id: str, filters: Filters) -> dict[str, Any]:
    """The values of `page_clause`; raises `Invalid` for a cursor that is damaged or of another list."""
    value, after_id = None, None
    if cursor is not None:
        try:
            content = urlsafe_b64decode(cursor.encode())
        except ValueError as error:
            raise Invalid(DAMAGED) from error
        if content[:DIGITS] != _digest(content[DIGITS:]):
            raise Invalid(DAMAGED)
        of_list, value, after_id = json.loads(content[DIGITS:])
        if of_list != _list(order, creator_id, filters):
            raise Invalid(FieldError("query:cursor", "foreign", "This cursor belongs to another list."))
    return {"after_value": value, "after_id": after_id, "limit": limit}


def page_of(
    rows: list[DictRow],
    total: int,
    *,
    order: Order,
    key: str,
    limit: int,
    creator_id: str,
    filters: Filters,
) -> Page:
    """Cut the row too many off, and point behind the last one."""
    if len(rows) <= limit:
        return Page(rows, total, None)
    last = rows[limit - 1]
    place = [_list(order, creator_id, filters), last[order.column], last[key]]
    content = json.dumps(place, default=str).encode()
    return Page(rows[:limit], total, urlsafe_b64encode(_digest(content) + content).decode())
