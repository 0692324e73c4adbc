"""Every list can be paged to its end: each row once, whatever the order and the filters."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from api.runtime import Runtime
from domain.application import Clonnect
from domain.vocabulary import Platform, Status
from projections.people.filters import ORDERS, Filters, Shelf
from projections.people.search_terms import folded
from tests.projections.conftest import TimedCommands, shown
from tests.world import CREATOR, sign_up

NAMES = ("Ana", "ana", "Ávila", "Zoë", "", "100% Bea", "b_c", "José María")
FILTERS = (
    Filters(),
    Filters(statuses=(Status.NEW,)),
    Filters(statuses=(Status.ACTIVE, Status.CUSTOMER)),
    Filters(statuses=(Status.HOT, Status.HOT), platforms=(Platform.TELEGRAM, Platform.TELEGRAM)),
    Filters(platforms=(Platform.INSTAGRAM,)),
    Filters(tags=("vip", "cold")),
    Filters(q="an"),
    Filters(q="%"),
    Filters(q="b_c"),
    Filters(q="maria jos"),
    Filters(q="ÁVILA"),
    Filters(q="a", statuses=(Status.HOT,), platforms=(Platform.TELEGRAM,), tags=("vip",)),
    Filters(shelves=(Shelf.ARCHIVED,)),
    Filters(shelves=(Shelf.ARCHIVED, Shelf.SPAM), tags=("vip",)),
    Filters(shelves=tuple(Shelf)),
)


@pytest.fixture
async def crowd(reader: Runtime, people: TimedCommands) -> list[dict[str, Any]]:
    """Forty people, many of them alike, some put aside; answers what each is."""
    everybody = []
    for number in range(40):
        person: dict[str, Any] = {
            "name": NAMES[number % len(NAMES)],
            "tags": (("vip",), (), ("cold", "vip"))[number % 3],
            "platform": (Platform.TELEGRAM, Platform.INSTAGRAM)[number % 2],
            "status": tuple(Status)[number % 4],
        }
        lead = people.lead(str(number), **person, purchase_intent=(number % 5) / 10)
        shelf = Shelf.OPEN
        if number % 7 == 6:
            shelf = Shelf.ARCHIVED
            people.do(Clonnect.archive_lead, CREATOR, lead.id)
        if number % 13 == 12:
            shelf = Shelf.SPAM
            people.do(Clonnect.mark_as_spam, CREATOR, lead.id)
        everybody.append(person | {"lead_id": lead.id, "shelf": shelf})
    sign_up(people.app, reader.settings, "eva")
    people.lead("1", creator_id="eva", name="Ana", tags=("vip",))
    await shown(reader)
    return everybody


def matches(person: dict[str, Any], filters: Filters) -> bool:
    words = folded(person["name"]).replace("%", " ").replace("_", " ").split()
    asked = folded(filters.q).replace("_", " ").split()
    return (
        person["shelf"] in filters.shelves
        and (not filters.statuses or person["status"] in filters.statuses)
        and (not filters.platforms or person["platform"] in filters.platforms)
        and (not filters.tags or bool(set(person["tags"]) & set(filters.tags)))
        and all(any(word.startswith(each) for word in words) for each in asked)
    )


async def test_every_row_is_on_exactly_one_page(reader: Runtime, crowd: list[dict[str, Any]]) -> None:
    for order in ORDERS.values():
        for number, filters in enumerate(FILTERS):
            wanted = {person["lead_id"] for person in crowd if matches(person, filters)}
            limit = (1, 3, 7, 100)[number % 4]
            found: list[dict[str, Any]] = []
            place = None
            while True:
                page = await reader.board.page(CREATOR, filters, order, place, limit)
                assert len(page.rows) <= limit
                assert page.total == len(wanted)
                found += page.rows
                if (place := page.end) is None:
                    break
            assert len(found) == len(wanted)
            assert {row["lead_id"] for row in found} == wanted
            places = [(row[order.column], row["lead_id"]) for row in found]
            assert places == sorted(places, reverse=order.descending)


async def test_the_inbox_pages_like_the_board_and_counts_its_stages(
    reader: Runtime, crowd: list[dict[str, Any]]
) -> None:
    for filters in FILTERS:
        found: list[UUID] = []
        place = None
        while True:
            page, by_status = await reader.conversations.page(CREATOR, filters, ORDERS["-last_contact"], place, 6)
            found += [row["lead_id"] for row in page.rows]
            if (place := page.end) is None:
                break
        wanted = [person for person in crowd if matches(person, filters)]
        assert sorted(found) == sorted(person["lead_id"] for person in wanted)
        assert by_status == {status: sum(person["status"] is status for person in wanted) for status in Status}


async def test_who_writes_while_a_list_is_read_is_not_shown_twice(
    reader: Runtime, people: TimedCommands, crowd: list[dict[str, Any]]
) -> None:
    order = ORDERS["-created"]
    first = await reader.board.page(CREATOR, Filters(), order, None, 10)
    people.lead("new")
    await shown(reader)
    second = await reader.board.page(CREATOR, Filters(), order, first.end, 100)
    assert not {row["lead_id"] for row in first.rows} & {row["lead_id"] for row in second.rows}
    assert len(first.rows) + len(second.rows) == sum(person["shelf"] is Shelf.OPEN for person in crowd)


async def test_who_is_warmer_now_stands_first_though_they_were_judged_cooler_then(
    reader: Runtime, people: TimedCommands
) -> None:
    long_ago = people.lead("1", purchase_intent=0.8).id
    people.at += timedelta(days=30)
    lately = people.lead("2", purchase_intent=0.5).id
    bought, cold = people.lead("3", status=Status.CUSTOMER).id, people.lead("4").id
    await shown(reader)
    page = await reader.board.page(CREATOR, Filters(), ORDERS["-score"], None, 10)
    assert [row["lead_id"] for row in page.rows] == [bought, lately, long_ago, cold]
