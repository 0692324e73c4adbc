"""How a list of people is asked: a page of it, how many match, and nobody read who is not on it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from domain.vocabulary import Platform, Status
from projections.listing import Filters, List, Page, Place
from projections.people import People
from projections.projection import Projection
from projections.words import question


@dataclass(frozen=True)
class Query:
    """A statement in which `{name}` stands for a table, and the values in it."""

    sql: str
    values: dict[str, Any]


async def page_of(
    projection: Projection, kept: People, wanted: List, cursor: str | None, limit: int, card: str, **values: object
) -> tuple[Page, dict[Status, int]]:
    """One page, and how many match at each stage; `card` is what to select of `lead`, with these values in it."""
    place, by_status = wanted.place(cursor), _by_status(kept, wanted)
    some = rows_of(kept, wanted, place, limit + 1, f"{card}, {by_status.sql}")
    rows = await projection.select(some.sql, **some.values, **values)
    # Nobody on the page carries the numbers of those who are on the pages before.
    counted = rows[0] if rows else await projection.select_one(f"SELECT {by_status.sql}", **by_status.values)
    people = dict.fromkeys(Status, 0)
    if counted is not None and counted["by_status"] is not None:
        people |= {Status(status): number for status, number in json.loads(counted["by_status"]).items()}
    return wanted.page(rows, sum(people.values()), limit), people


def _by_status(kept: People, wanted: List) -> Query:
    """The numbers as one text: asked together with a page they are asked once, and of the same instant."""
    many = numbers_of(kept, wanted)
    sql = f"(SELECT json_object_agg(status, people) FROM ({many.sql}) AS number)::text AS by_status"
    return Query(sql, many.values)


def rows_of(kept: People, wanted: List, place: Place | None, limit: int, card: str) -> Query:
    """The first rows of a list, or those behind a place in it; each says at which place it stands."""
    column = wanted.order.column
    direction, beyond = ("DESC", "<") if wanted.order.descending else ("ASC", ">")
    sort = f"ORDER BY lead.{column} {direction}, lead.lead_id {direction}"
    values = _values(wanted)
    behind = ""
    if place is not None:
        behind = f" AND (lead.{column}, lead.lead_id) {beyond} (%(value)s, %(row_id)s::uuid)"
        values |= {"value": place.value, "row_id": place.row_id}

    def first(source: str, where: str) -> str:
        return f"SELECT lead.lead_id, lead.{column} FROM {source} WHERE {where}{behind} {sort} LIMIT {limit}"

    people, flags = f"{{{kept.people}}} AS lead", _flags(wanted.filters)
    if _searches(wanted.filters):
        rows = first(people, _found(kept) + _anywhere(wanted.filters) + flags)
    else:
        # Each place has a beginning of its own in the index; a list that is flagged has a smaller index.
        places, where = _shelves(wanted.filters) if flags else _places(wanted.filters)
        rows = f"SELECT lead.* FROM {places}, LATERAL ({first(people, where + flags)}) AS lead {sort} LIMIT {limit}"
    at = f"lead.{column}::text AS place_value, lead.lead_id::text AS place_id"
    return Query(f"SELECT {card}, {at} FROM ({rows}) AS page JOIN {people} USING (lead_id) {sort}", values)


def numbers_of(kept: People, wanted: List) -> Query:
    """How many match at each stage; where nothing but stages is asked for, that has been counted before."""
    filters, values = wanted.filters, _values(wanted)
    people, where = f"{{{kept.people}}} AS lead", _anywhere(filters) + _flags(filters)
    if _searches(filters):
        where = _found(kept) + where
    if _searches(filters) or filters.platforms or _flags(filters):
        sql = f"SELECT status, count(*) AS people FROM {people} WHERE {where} GROUP BY status"
    else:
        sql = f"""SELECT status, sum(people)::bigint AS people FROM {{{kept.counts}}}
                   WHERE creator_id = %(creator_id)s AND shelf IN ({_listed(filters.shelves)})
                     AND status IN ({_listed(_stages(filters))})
                   GROUP BY status"""
    return Query(sql, values)


def ids_of(kept: People, wanted: List) -> Query:
    """Everybody on a list, in its order: 16 bytes each."""
    direction = "DESC" if wanted.order.descending else "ASC"
    where = _anywhere(wanted.filters) + _flags(wanted.filters)
    if _searches(wanted.filters):
        where = _found(kept) + where
    sort = f"lead.{wanted.order.column} {direction}, lead.lead_id {direction}"
    sql = f"SELECT string_agg(uuid_send(lead.lead_id), '' ORDER BY {sort}) AS ids FROM {{{kept.people}}} AS lead"
    return Query(f"{sql} WHERE {where}", _values(wanted))


# The words of the closed sets stand in the statement itself: PostgreSQL then knows how few places there are, and keeps
# one plan for all values of the others.


def _listed(words: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


def _stages(filters: Filters) -> Iterable[Status]:
    return dict.fromkeys(filters.statuses or Status)


def _platforms(filters: Filters) -> Iterable[Platform]:
    return dict.fromkeys(filters.platforms or Platform)


def _anywhere(filters: Filters) -> str:
    return f"""lead.creator_id = %(creator_id)s AND lead.shelf IN ({_listed(filters.shelves)})
          AND lead.status IN ({_listed(_stages(filters))})
          AND lead.platform IN ({_listed(_platforms(filters))})"""


def _shelves(filters: Filters) -> tuple[str, str]:
    """The shelves as a table, and what a lead on one of them is like."""
    shelves = ", ".join(f"({_listed([shelf])})" for shelf in filters.shelves)
    return (
        f"(VALUES {shelves}) AS place(shelf)",
        f"""lead.creator_id = %(creator_id)s AND lead.shelf = place.shelf
          AND lead.status IN ({_listed(_stages(filters))})
          AND lead.platform IN ({_listed(_platforms(filters))})""",
    )


def _places(filters: Filters) -> tuple[str, str]:
    """The same for every shelf with every stage and platform."""
    every = product(filters.shelves, _stages(filters), _platforms(filters))
    places = ", ".join(f"({_listed(place)})" for place in every)
    return (
        f"(VALUES {places}) AS place(shelf, status, platform)",
        """lead.creator_id = %(creator_id)s AND lead.shelf = place.shelf
          AND lead.status = place.status AND lead.platform = place.platform""",
    )


def _searches(filters: Filters) -> bool:
    return bool(filters.q or filters.tags)


def _found(kept: People) -> str:
    """Whom the words and tags find; looked up by their ids, however many of them the planner expects."""
    return f"""lead.lead_id = ANY(ARRAY(SELECT lead_id FROM {{{kept.words}}} WHERE words @@ %(question)s::tsquery))
          AND """


def _flags(filters: Filters) -> str:
    unread = " AND lead.unread > 0" if filters.unread else ""
    return unread + (" AND lead.needs_person" if filters.needs_person else "")


def _values(wanted: List) -> dict[str, Any]:
    filters = wanted.filters
    return {
        "creator_id": wanted.creator_id,
        "question": question(wanted.creator_id, filters.q, filters.tags),
    }
