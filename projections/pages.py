"""How a list of people is asked: a page of it, how many match, and nobody read who is not on it."""

from dataclasses import dataclass
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
    projection: Projection, kept: People, wanted: List, cursor: str | None, limit: int, card: str
) -> tuple[Page, dict[Status, int]]:
    """One page, and how many match at each stage; `card` is what to select of `lead`."""
    some = rows_of(kept, wanted, wanted.place(cursor), limit + 1, card)
    rows = await projection.select(some.sql, **some.values)
    many = numbers_of(kept, wanted)
    counted = await projection.select(many.sql, **many.values)
    by_status = dict.fromkeys(Status, 0) | {Status(row["status"]): row["people"] for row in counted}
    return wanted.page(rows, sum(by_status.values()), key="lead_id", limit=limit), by_status


def rows_of(kept: People, wanted: List, place: Place | None, limit: int, card: str) -> Query:
    """The first rows of a list, or those behind a place in it."""
    column = wanted.order.column
    direction, beyond = ("DESC", "<") if wanted.order.descending else ("ASC", ">")
    sort = f"ORDER BY lead.{column} {direction}, lead.lead_id {direction}"
    values = _values(wanted) | {"limit": limit}
    behind = ""
    if place is not None:
        behind = f" AND (lead.{column}, lead.lead_id) {beyond} (%(value)s, %(row_id)s::uuid)"
        values |= {"value": place.value, "row_id": place.row_id}

    def first(source: str, where: str) -> str:
        return f"SELECT lead.lead_id, lead.{column} FROM {source} WHERE {where}{behind} {sort} LIMIT %(limit)s"

    people, flags = f"{{{kept.people}}} AS lead", _flags(wanted.filters)
    if _searches(wanted.filters):
        rows = first(people, _found(kept) + ANYWHERE + flags)
    else:
        # Each place has a beginning of its own in the index; a list that is flagged has a smaller index.
        places, where = (SHELVES, ON_A_SHELF) if flags else (PLACES, IN_A_PLACE)
        rows = f"SELECT lead.* FROM {places}, LATERAL ({first(people, where + flags)}) AS lead {sort} LIMIT %(limit)s"
    return Query(f"SELECT {card} FROM ({rows}) AS page JOIN {people} USING (lead_id) {sort}", values)


def numbers_of(kept: People, wanted: List) -> Query:
    """How many match at each stage; where nothing but stages is asked for, that has been counted before."""
    filters, values = wanted.filters, _values(wanted)
    people, where = f"{{{kept.people}}} AS lead", ANYWHERE + _flags(filters)
    if _searches(filters):
        where = _found(kept) + where
    if _searches(filters) or filters.platforms or _flags(filters):
        sql = f"SELECT status, count(*) AS people FROM {people} WHERE {where} GROUP BY status"
    else:
        sql = f"""SELECT status, sum(people)::bigint AS people FROM {{{kept.counts}}}
                   WHERE creator_id = %(creator_id)s AND shelf = ANY(%(shelves)s) AND status = ANY(%(statuses)s)
                   GROUP BY status"""
    return Query(sql, values)


def ids_of(kept: People, wanted: List) -> Query:
    """Everybody on a list, in its order: 16 bytes each."""
    direction = "DESC" if wanted.order.descending else "ASC"
    where = ANYWHERE + _flags(wanted.filters)
    if _searches(wanted.filters):
        where = _found(kept) + where
    sort = f"lead.{wanted.order.column} {direction}, lead.lead_id {direction}"
    sql = f"SELECT string_agg(uuid_send(lead.lead_id), '' ORDER BY {sort}) AS ids FROM {{{kept.people}}} AS lead"
    return Query(f"{sql} WHERE {where}", _values(wanted))


ANYWHERE = """lead.creator_id = %(creator_id)s AND lead.shelf = ANY(%(shelves)s)
          AND lead.status = ANY(%(statuses)s) AND lead.platform = ANY(%(platforms)s)"""

SHELVES = "unnest(%(shelves)s::text[]) AS place(shelf)"
ON_A_SHELF = """lead.creator_id = %(creator_id)s AND lead.shelf = place.shelf
          AND lead.status = ANY(%(statuses)s) AND lead.platform = ANY(%(platforms)s)"""

PLACES = """(SELECT * FROM unnest(%(shelves)s::text[]) AS s(shelf), unnest(%(statuses)s::text[]) AS t(status),
                           unnest(%(platforms)s::text[]) AS p(platform)) AS place"""
IN_A_PLACE = """lead.creator_id = %(creator_id)s AND lead.shelf = place.shelf
          AND lead.status = place.status AND lead.platform = place.platform"""


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
        "shelves": list(filters.shelves),
        "statuses": list(filters.statuses or Status),
        "platforms": list(filters.platforms or Platform),
        "question": question(wanted.creator_id, filters.q, filters.tags),
    }
