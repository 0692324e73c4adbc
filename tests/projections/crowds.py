"""Tables with so many people that what a question reads of them can be counted."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import DictRow

from projections.board import Board
from projections.conversations import Conversations
from projections.engine.projection import Projection
from projections.people.filters import Order, Place
from projections.people.queries import Query
from projections.people.table import PeopleTables
from tests.world import CREATOR, NO_POOL

SIZE = 20_000

PEOPLE = """
    INSERT INTO {people} (lead_id, creator_id, follower_id, platform, platform_user_id, name, tags, sort_name, status,
                            shelf, since, interest, lapses, engagements, standing, created_at, contact_at, version,
                            {more})
    SELECT gen_random_uuid(), %s, gen_random_uuid(),
           (ARRAY['instagram', 'instagram', 'instagram', 'whatsapp', 'telegram'])[1 + n %% 5], n::text,
           'Persona ' || n, '{{}}', 'persona ' || n,
           (ARRAY['new', 'new', 'active', 'hot', 'customer'])[1 + n / 5 %% 5],
           CASE n %% 50 WHEN 0 THEN 'archived' WHEN 1 THEN 'spam' ELSE 'open' END,
           now(), 0, '{{}}', '{{0}}', n %% 997, timestamptz '2026-01-01' + n * interval '1 minute',
           timestamptz '2026-01-01' + n * 7919 %% {size} * interval '1 minute', 1, {values}
      FROM generate_series(1, {size}) AS n"""
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
    """The tables of one projection with so many people of each of two creators."""

    def __init__(
        self, conn: psycopg.Connection[DictRow], kind: type[Projection], kept: PeopleTables, card: str, size: int = SIZE
    ) -> None:
        self.conn = conn
        self.projection = kind(NO_POOL)
        self.kept = kept
        self.card = card
        self.size = size
        names = self.projection.table_names
        tables = {"people": names[kept.people], "words": names[kept.words], "counts": names[kept.counts]}
        more, values = MORE[kind]
        people = PEOPLE.format(size=size, more=more, values=values.replace("%", "%%"), **tables)
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
                   ORDER BY 1, 2 OFFSET {self.size // 2} LIMIT 1"""
        row = self.conn.execute(sql.encode(), (CREATOR,)).fetchone()
        assert row is not None
        return Place(str(row["value"]), row["lead_id"])

    def read_by(self, query: Query) -> float:
        """How many rows and entries of indexes were looked at; nothing is ever read from end to end."""
        read = 0.0
        for step in plan(self.conn, self.projection, query):
            assert step["Node Type"] != "Seq Scan" or step["Relation Name"] not in self.tables, query.sql
            if "Index Name" in step or "Relation Name" in step:
                looked_at = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
                read += step["Actual Loops"] * sum(step.get(each, 0) for each in looked_at)
        return read
