"""A page costs the same at any size: whoever is not on it is not read, neither to find it nor to count the others."""

import json
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import DictRow

from domain.vocabulary import Platform, Status
from projections.board import CARD, LEADS, Board
from projections.conversations import INBOX, ITEM, Conversations, thread
from projections.people.filters import ORDERS, Filters, List, Order, Shelf
from projections.people.queries import Query, numbers_of, rows_of
from tests.projections.crowds import SIZE, Crowd, plan
from tests.world import CREATOR, NO_POOL

LIMIT = 10
FEW = 111
"""The most that any of the questions below finds before its other filters are applied."""

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


@pytest.fixture(params=[(Board, LEADS, CARD), (Conversations, INBOX, ITEM)], ids=["board", "inbox"])
def crowd(request: pytest.FixtureRequest, conn: psycopg.Connection[DictRow]) -> Crowd:
    return Crowd(conn, *request.param)


def test_only_who_is_on_a_page_is_read_for_it_and_nobody_is_counted_who_has_been(crowd: Crowd) -> None:
    for filters in FILTERS + (FLAGGED if isinstance(crowd.projection, Conversations) else ()):
        by_status = numbers_of(crowd.kept, a_list(crowd, filters))
        numbers = Query(f"SELECT {by_status.sql}", by_status.values)
        found = sum(json.loads(crowd.rows(numbers)[0]["by_status"] or "{}").values())
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
    inbox = Conversations(NO_POOL)
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
    return List(CREATOR, filters, order)
