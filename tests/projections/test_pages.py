"""A page costs the same at any size: whoever is not on it is not read, neither to find it nor to count the others."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import DictRow

from domain.vocabulary import Platform, Status
from projections.board import CARD, LEADS, Board
from projections.conversations import INBOX, ITEM, Conversations, thread
from projections.listing import ORDERS, Filters, List, Order, Place, Shelf
from projections.pages import Query, numbers_of, rows_of
from projections.people import People
from projections.projection import Projection
from tests.runtime import CREATOR

SIZE = 20_000
LIMIT = 10
FEW = 111
"""The most that any of the questions below finds before its other filters are applied."""

PEOPLE = f"""
    INSERT INTO {{people}} (lead_id, creator_id, follower_id, platform, platform_user_id, name, tags, sort_name, status,
                            shelf, since, interest, lapses, engagements, standing, created_at, contact_at, version,
                            {{more}})
    SELECT gen_random_uuid(), %s, gen_random_uuid(),
           (ARRAY['instagram', 'instagram', 'instagram', 'whatsapp', 'telegram'])[1 + n %% 5], n::text,
           'Persona ' || n, '{{{{}}}}', 'persona ' || n,
           (ARRAY['new', 'new', 'active', 'hot', 'customer'])[1 + n / 5 %% 5],
           CASE n %% 50 WHEN 0 THEN 'archived' WHEN 1 THEN 'spam' ELSE 'open' END,
           now(), 0, '{{{{}}}}', '{{{{0}}}}', n %% 997, timestamptz '2026-01-01' + n * interval '1 minute',
           timestamptz '2026-01-01' + n * 7919 %% {SIZE} * interval '1 minute', 1, {{values}}
      FROM generate_series(1, {SIZE}) AS n"""
"""Most are new and write on Instagram, every 50th is archived, every 50th spam."""

WORDS = """
    INSERT INTO {words} (lead_id, creator_id, platform, platform_user_id, of_id, of_details)
    SELECT lead_id, creator_id, platform, platform_user_id,
           array_to_tsvector(ARRAY[creator_id || '/' || platform_user_id]),
           array_to_tsvector(ARRAY[creator_id || '/persona', creator_id ||
                                   CASE WHEN platform_user_id::int % 1000 = 7 THEN '#vip' ELSE '#all' END])
      FROM {people}"""

COUNTS = """
    INSERT INTO {counts} (creator_id, shelf, status, people)
    SELECT creator_id, shelf, status, count(*) FROM {people} GROUP BY 1, 2, 3"""

MORE: dict[type[Projection], tuple[str, str]] = {
    Board: ("status_since, source", "now(), 'dm'"),
    Conversations: (
        "messages_in, messages_all, unread, escalated, products",
        "1, 2, CASE n % 200 WHEN 3 THEN 1 ELSE 0 END, n % 200 = 4, '{}'",
    ),
}

FILTERS = (
    Filters(),
    Filters(statuses=(Status.HOT, Status.CUSTOMER)),
    Filters(platforms=(Platform.TELEGRAM,)),
    Filters(platforms=(Platform.SIMULATOR,)),
    Filters(statuses=(Status.HOT,), platforms=(Platform.TELEGRAM, Platform.WHATSAPP)),
    Filters(shelves=(Shelf.ARCHIVED, Shelf.SPAM)),
    Filters(q="1999"),
    Filters(q="nobody"),
    Filters(tags=("vip",)),
    Filters(q="persona 199", tags=("all", "vip"), statuses=(Status.NEW,)),
)
FLAGGED = (
    Filters(unread=True),
    Filters(needs_person=True),
    Filters(unread=True, statuses=(Status.HOT,), platforms=(Platform.TELEGRAM,)),
    Filters(unread=True, q="1999"),
)


def plan(conn: psycopg.Connection[DictRow], projection: Projection, query: Query) -> Iterator[dict[str, Any]]:
    """The steps that a query takes, with what each has read."""
    sql = f"EXPLAIN (ANALYZE, FORMAT JSON) {query.sql}".format(**projection.table_names)
    row = conn.execute(sql.encode(), query.values).fetchone()
    assert row is not None
    waiting = [row["QUERY PLAN"][0]["Plan"]]
    while waiting:
        step = waiting.pop()
        yield step
        waiting += step.get("Plans", [])


class Crowd:
    """The tables of one projection with 20,000 people of each of two creators."""

    def __init__(self, conn: psycopg.Connection[DictRow], kind: type[Projection], kept: People, card: str) -> None:
        self.conn = conn
        self.projection = kind(None)  # type: ignore[arg-type]  # it is asked over `conn`
        self.kept = kept
        self.card = card
        self.filters = FILTERS + (FLAGGED if kind is Conversations else ())
        names = self.projection.table_names
        tables = {"people": names[kept.people], "words": names[kept.words], "counts": names[kept.counts]}
        more, values = MORE[kind]
        conn.execute(self.projection.ddl().encode())
        people = PEOPLE.format(more=more, values=values.replace("%", "%%"), **tables)
        for creator_id in (CREATOR, "eva"):
            conn.execute(people.encode(), (creator_id,))
        for statement in (WORDS, COUNTS, "VACUUM ANALYZE {people}", "VACUUM ANALYZE {words}"):
            conn.execute(statement.format(**tables).encode())
        self.tables = {name.removeprefix("read.") for name in tables.values()}

    def rows(self, query: Query) -> list[DictRow]:
        return self.conn.execute(query.sql.format(**self.projection.table_names).encode(), query.values).fetchall()

    def middle(self, order: Order) -> Place:
        """A place in the middle of everybody."""
        table = self.projection.table_names[self.kept.people]
        sql = f"""SELECT {order.column} AS value, lead_id FROM {table} WHERE creator_id = %s
                   ORDER BY 1, 2 OFFSET {SIZE // 2} LIMIT 1"""
        row = self.conn.execute(sql.encode(), (CREATOR,)).fetchone()
        assert row is not None
        return Place(str(row["value"]) if order.column.endswith("_at") else row["value"], str(row["lead_id"]))

    def read_by(self, query: Query) -> float:
        """How many rows and entries of indexes were looked at; nothing is ever read from end to end."""
        read = 0.0
        for step in plan(self.conn, self.projection, query):
            assert step["Node Type"] != "Seq Scan" or step["Relation Name"] not in self.tables, query.sql
            if "Index Name" in step or "Relation Name" in step:
                looked_at = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
                read += step["Actual Loops"] * sum(step.get(each, 0) for each in looked_at)
        return read


@pytest.fixture(params=[(Board, LEADS, CARD), (Conversations, INBOX, ITEM)], ids=["board", "inbox"])
def crowd(request: pytest.FixtureRequest, conn: psycopg.Connection[DictRow]) -> Crowd:
    return Crowd(conn, *request.param)


def test_only_who_is_on_a_page_is_read_for_it_and_nobody_is_counted_who_has_been(crowd: Crowd) -> None:
    for filters in crowd.filters:
        numbers = numbers_of(crowd.kept, a_list(crowd, filters))
        found = sum(row["people"] for row in crowd.rows(numbers))
        is_found = bool(filters.q or filters.tags or filters.unread or filters.needs_person)
        is_known = not (is_found or filters.platforms)
        assert crowd.read_by(numbers) <= (len(Shelf) * len(Status) if is_known else 4 * max(found, FEW)), filters

        # Each place gives a page's length, of which one page is looked up with what belongs to it. Whom words or flags
        # find, few of 20,000, are all read: as entries of an index and as rows.
        places = len(filters.shelves) * len(filters.statuses or Status) * len(filters.platforms or Platform)
        allowed = 4 * (max(found, FEW) + LIMIT) if is_found else (places + 4) * LIMIT
        for order in ORDERS.values():
            for place in (None, crowd.middle(order)):
                query = rows_of(crowd.kept, a_list(crowd, filters, order), place, LIMIT, crowd.card)
                assert crowd.read_by(query) <= allowed, (filters, order, place)


def test_a_long_conversation_is_read_from_any_place_in_it(conn: psycopg.Connection[DictRow]) -> None:
    inbox = Conversations(None)  # type: ignore[arg-type]  # it is asked over `conn`
    conn.execute(inbox.ddl().encode())
    table = inbox.table_names["messages"]
    conn.execute(
        f"""INSERT INTO {table} (message_row, lead_id, position, occurred_at, author, content, attachments, delivery)
            SELECT gen_random_uuid(), %s, n, timestamptz '2026-01-01' + n * interval '1 minute', 'person', '', '[]', ''
              FROM generate_series(1, {SIZE}) AS n""".encode(),
        (UUID(int=1),),
    )
    conn.execute(f"VACUUM ANALYZE {table}".encode())
    for before in (None, ("2026-01-03T12:00:00+00:00", 3600)):
        query = thread(UUID(int=1), before, LIMIT)
        (step,) = [each for each in plan(conn, inbox, query) if "Relation Name" in each]
        assert (step["Actual Rows"], step.get("Rows Removed by Filter", 0)) == (LIMIT, 0)


def a_list(crowd: Crowd, filters: Filters, order: Order = ORDERS["name"]) -> List:
    return List(crowd.projection.name, CREATOR, filters, order)
