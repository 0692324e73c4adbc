"""Queries for lists of people by keyset: a page, how many match, and nobody read who is not on it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import Any

from domain.vocabulary import Platform, Status
from projections.engine.projection import Projection
from projections.people.filters import Filters, List, Order, Page, Place, page
from projections.people.search_terms import question
from projections.people.table import PeopleTables

KINDS = 500
"""Kinds of lists whose statements are remembered."""


@dataclass(frozen=True)
class Query:
    """A statement in which `{name}` stands for a table, and the values in it."""

    sql: str
    values: dict[str, Any]


async def page_of(
    projection: Projection,
    kept: PeopleTables,
    wanted: List,
    place: Place | None,
    limit: int,
    card: str,
    **values: object,
) -> tuple[Page, dict[Status, int]]:
    """One page, and how many match at each stage; `card` is what to select of `lead`, with these values in it."""
    numbers = numbers_of(kept, wanted)
    some = rows_of(kept, wanted, place, limit + 1, f"{card}, {numbers.sql}")
    rows = await projection.select(some.sql, **some.values, **values)
    # Nobody on the page carries the numbers of those who are on the pages before.
    counted = rows[0] if rows else await projection.select_one(f"SELECT {numbers.sql}", **numbers.values)
    people = dict.fromkeys(Status, 0)
    if counted is not None and counted["by_status"] is not None:
        people |= {Status(status): number for status, number in json.loads(counted["by_status"]).items()}
    return page(rows, sum(people.values()), limit), people


def rows_of(kept: PeopleTables, wanted: List, place: Place | None, limit: int, card: str) -> Query:
    """The first rows of a list, or those behind a place in it; each says at which place it stands."""
    values = _values(wanted)
    if place is not None:
        values |= {"value": place.value, "row_id": place.row_id}
    return Query(_rows_sql(kept, _kind(wanted.filters), wanted.order, place is not None, limit, card), values)


def numbers_of(kept: PeopleTables, wanted: List) -> Query:
    """How many match at each stage; where nothing but stages is asked for, that has been counted before.

    One text, `by_status`: asked together with a page they are asked once, and of the same instant.
    """
    return Query(_by_status_sql(kept, _kind(wanted.filters)), _values(wanted))


def _kind(filters: Filters) -> Filters:
    """The same for all who look for something, whatever it is: lists of a kind share their statements."""
    return Filters(
        q="something" if filters.q or filters.tags else None,
        statuses=tuple(dict.fromkeys(filters.statuses or Status)),
        platforms=tuple(dict.fromkeys(filters.platforms or Platform)),
        shelves=tuple(filters.shelves),
        unread=filters.unread,
        needs_person=filters.needs_person,
    )


@lru_cache(KINDS)
def _rows_sql(kept: PeopleTables, kind: Filters, order: Order, is_behind: bool, limit: int, card: str) -> str:
    column = order.column
    direction, beyond = ("DESC", "<") if order.descending else ("ASC", ">")
    sort = f"ORDER BY lead.{column} {direction}, lead.lead_id {direction}"
    behind = f" AND (lead.{column}, lead.lead_id) {beyond} (%(value)s, %(row_id)s::uuid)" if is_behind else ""

    def first(source: str, where: str) -> str:
        return f"SELECT lead.lead_id, lead.{column} FROM {source} WHERE {where}{behind} {sort} LIMIT {limit}"

    people, flags = f"{{{kept.people}}} AS lead", _flags(kind)
    if kind.q:
        rows = first(people, _found(kept) + _anywhere(kind) + flags)
    else:
        # Each place has a beginning of its own in the index; a list that is flagged has a smaller index.
        places, where = _shelves(kind) if flags else _places(kind)
        rows = f"SELECT lead.* FROM {places}, LATERAL ({first(people, where + flags)}) AS lead {sort} LIMIT {limit}"
    at = f"lead.{column}::text AS place_value, lead.lead_id::text AS place_id"
    return f"SELECT {card}, {at} FROM ({rows}) AS page JOIN {people} USING (lead_id) {sort}"


@lru_cache(KINDS)
def _numbers_sql(kept: PeopleTables, kind: Filters) -> str:
    people, where = f"{{{kept.people}}} AS lead", _anywhere(kind) + _flags(kind)
    if kind.q:
        where = _found(kept) + where
    if kind.q or len(kind.platforms) < len(Platform) or _flags(kind):
        return f"SELECT status, count(*) AS people FROM {people} WHERE {where} GROUP BY status"
    return f"""SELECT status, sum(people)::bigint AS people FROM {{{kept.counts}}}
                WHERE creator_id = %(creator_id)s AND shelf IN ({_listed(kind.shelves)})
                  AND status IN ({_listed(kind.statuses)})
                GROUP BY status"""


@lru_cache(KINDS)
def _by_status_sql(kept: PeopleTables, kind: Filters) -> str:
    return f"(SELECT json_object_agg(status, people) FROM ({_numbers_sql(kept, kind)}) AS number)::text AS by_status"


def ids_of(kept: PeopleTables, wanted: List) -> Query:
    """Everybody on a list, in its order: 16 bytes each."""
    direction = "DESC" if wanted.order.descending else "ASC"
    kind = _kind(wanted.filters)
    where = _anywhere(kind) + _flags(kind)
    if kind.q:
        where = _found(kept) + where
    sort = f"lead.{wanted.order.column} {direction}, lead.lead_id {direction}"
    sql = f"SELECT string_agg(uuid_send(lead.lead_id), '' ORDER BY {sort}) AS ids FROM {{{kept.people}}} AS lead"
    return Query(f"{sql} WHERE {where}", _values(wanted))


# The words of the closed sets stand in the statement itself: PostgreSQL then knows how few places there are, and keeps
# one plan for all values of the others.


def _listed(words: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


def _anywhere(kind: Filters) -> str:
    return f"""lead.creator_id = %(creator_id)s AND lead.shelf IN ({_listed(kind.shelves)})
          AND lead.status IN ({_listed(kind.statuses)})
          AND lead.platform IN ({_listed(kind.platforms)})"""


def _shelves(kind: Filters) -> tuple[str, str]:
    """The shelves as a table, and what a lead on one of them is like."""
    shelves = ", ".join(f"({_listed([shelf])})" for shelf in kind.shelves)
    return (
        f"(VALUES {shelves}) AS place(shelf)",
        f"""lead.creator_id = %(creator_id)s AND lead.shelf = place.shelf
          AND lead.status IN ({_listed(kind.statuses)})
          AND lead.platform IN ({_listed(kind.platforms)})""",
    )


def _places(kind: Filters) -> tuple[str, str]:
    """The same for every shelf with every stage and platform."""
    every = product(kind.shelves, kind.statuses, kind.platforms)
    places = ", ".join(f"({_listed(place)})" for place in every)
    return (
        f"(VALUES {places}) AS place(shelf, status, platform)",
        """lead.creator_id = %(creator_id)s AND lead.shelf = place.shelf
          AND lead.status = place.status AND lead.platform = place.platform""",
    )


def _found(kept: PeopleTables) -> str:
    """Whom the words and tags find; looked up by their ids, however many of them the planner expects."""
    return f"""lead.lead_id = ANY(ARRAY(SELECT lead_id FROM {{{kept.words}}} WHERE words @@ %(question)s::tsquery))
          AND """


def _flags(kind: Filters) -> str:
    unread = " AND lead.unread > 0" if kind.unread else ""
    return unread + (" AND lead.needs_person" if kind.needs_person else "")


def _values(wanted: List) -> dict[str, Any]:
    filters = wanted.filters
    return {
        "creator_id": wanted.creator_id,
        "question": question(wanted.creator_id, filters.q, filters.tags),
    }
