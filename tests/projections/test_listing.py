"""Every list can be paged to its end: each row once, whatever the order and the filters."""

from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bootstrap import Runtime
from domain.errors import Invalid
from domain.vocabulary import Platform, Status
from projections.listing import ORDERS, Filters, Order, folded, page_of, page_params
from tests.projections.conftest import People, shown
from tests.runtime import CREATOR, sign_up

NAMES = ("Ana", "ana", "Ávila", "Zoë", "", "100% Bea", "b_c", "José María")
FILTERS = (
    Filters(),
    Filters(statuses=(Status.NEW,)),
    Filters(statuses=(Status.ACTIVE, Status.CUSTOMER)),
    Filters(platforms=(Platform.INSTAGRAM,)),
    Filters(tags=("vip", "cold")),
    Filters(q="an"),
    Filters(q="%"),
    Filters(q="b_c"),
    Filters(q="ÁVILA"),
    Filters(statuses=(Status.HOT,), platforms=(Platform.TELEGRAM,), tags=("vip",), q="a"),
)


@pytest.fixture
async def crowd(reader: Runtime, people: People) -> list[dict[str, Any]]:
    """Forty people, many of them alike; answers what each is."""
    everybody = []
    for number in range(40):
        person: dict[str, Any] = {
            "name": NAMES[number % len(NAMES)],
            "tags": (("vip",), (), ("cold", "vip"))[number % 3],
            "platform": (Platform.TELEGRAM, Platform.INSTAGRAM)[number % 2],
            "status": tuple(Status)[number % 4],
        }
        lead = people.lead(str(number), **person, purchase_intent=(number % 5) / 10)
        everybody.append(person | {"lead_id": lead.id})
    sign_up(people.app, reader.settings, "eva")
    people.lead("1", creator_id="eva", name="Ana")
    await shown(reader)
    return everybody


def matches(person: dict[str, Any], filters: Filters) -> bool:
    return (
        (not filters.statuses or person["status"] in filters.statuses)
        and (not filters.platforms or person["platform"] in filters.platforms)
        and (not filters.tags or bool(set(person["tags"]) & set(filters.tags)))
        and (not filters.q or folded(filters.q) in folded(person["name"]))
    )


async def test_every_row_is_on_exactly_one_page(reader: Runtime, crowd: list[dict[str, Any]]) -> None:
    for order in ORDERS.values():
        for number, filters in enumerate(FILTERS):
            wanted = {person["lead_id"] for person in crowd if matches(person, filters)}
            limit = (1, 3, 7, 100)[number % 4]
            found: list[dict[str, Any]] = []
            cursor = None
            while True:
                page = await reader.board.page(CREATOR, filters, order, cursor, limit)
                assert len(page.rows) <= limit
                assert page.total == len(wanted)
                found += page.rows
                if (cursor := page.next_cursor) is None:
                    break
            assert len(found) == len(wanted)
            assert {row["lead_id"] for row in found} == wanted
            places = [(row[order.column], row["lead_id"]) for row in found]
            if order.column != "sort_name":  # in which order letters stand is the database's to say
                assert places == sorted(places, reverse=order.descending)


async def test_the_inbox_pages_like_the_board_and_counts_its_stages(
    reader: Runtime, crowd: list[dict[str, Any]]
) -> None:
    found: list[UUID] = []
    cursor = None
    filters = Filters(platforms=(Platform.TELEGRAM,))
    while True:
        page, by_status = await reader.conversations.page(CREATOR, filters, ORDERS["-last_contact"], cursor, 6)
        found += [row["lead_id"] for row in page.rows]
        if (cursor := page.next_cursor) is None:
            break
    wanted = [person for person in crowd if matches(person, filters)]
    assert sorted(found) == sorted(person["lead_id"] for person in wanted)
    assert by_status == {status: sum(person["status"] is status for person in wanted) for status in Status}


async def test_who_writes_while_a_list_is_read_is_not_shown_twice(
    reader: Runtime, people: People, crowd: list[dict[str, Any]]
) -> None:
    order = ORDERS["-created"]
    first = await reader.board.page(CREATOR, Filters(), order, None, 10)
    people.lead("new")
    await shown(reader)
    second = await reader.board.page(CREATOR, Filters(), order, first.next_cursor, 100)
    assert not {row["lead_id"] for row in first.rows} & {row["lead_id"] for row in second.rows}
    assert len(first.rows) + len(second.rows) == len(crowd)


def a_cursor(order: Order = ORDERS["name"], filters: Filters = FILTERS[0]) -> str:
    rows = [{"lead_id": uuid4(), order.column: "Ana"}, {"lead_id": uuid4(), order.column: "Bea"}]
    page = page_of(rows, 2, order=order, key="lead_id", limit=1, creator_id=CREATOR, filters=filters)
    assert page.next_cursor is not None
    return page.next_cursor


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = a_cursor()
    assert page_params(ORDERS["name"], cursor, 10, CREATOR, Filters())["after_value"] == "Ana"
    for order, creator_id, filters in (
        (ORDERS["created"], CREATOR, Filters()),
        (ORDERS["name"], "eva", Filters()),
        (ORDERS["name"], CREATOR, Filters(q="a")),
    ):
        with pytest.raises(Invalid, match="another list"):
            page_params(order, cursor, 10, creator_id, filters)


@given(st.data())
def test_a_damaged_cursor_is_refused_wherever_the_damage_is(data: st.DataObject) -> None:
    cursor = a_cursor().rstrip("=")
    place = data.draw(st.integers(0, len(cursor) - 3))  # the last digits hold bits that mean nothing
    digit = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda digit: digit != cursor[place]))
    damaged = cursor[:place] + digit + cursor[place + 1 :] + "=" * (-len(cursor) % 4)
    with pytest.raises(Invalid, match="damaged"):
        page_params(ORDERS["name"], damaged, 10, CREATOR, Filters())


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_what_never_was_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="damaged"):
        page_params(ORDERS["name"], text, 10, CREATOR, Filters())


@given(st.text(max_size=30))
def test_searching_minds_neither_case_nor_accents(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded("  José  MARÍA ", None, "Ñandú") == "jose maria nandu"
