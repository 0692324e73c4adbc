"""Lists: counts, cursors, filters, search and order, done by the database."""

from typing import Any

import pytest

from tests.api.answers import PAGE, bad, good, says
from tests.api.description import DESCRIBED
from tests.harness.program import Person

LISTS = {
    "GET /dm/leads/{c}": ("leads", 1000),
    "GET /dm/conversations/{c}": ("conversations", 50),
    "GET /dm/conversations/{c}/ig_5002/messages": ("messages", 50),
    "GET /nurturing/{c}/followups": ("followups", 50),
    "GET /nurturing/{c}/sequences/objection_price/enrolled": ("enrolled", 1000),
    "GET /dm/conversations/{c}/archived": ("conversations", 50),
    "GET /creator/{c}/products": ("products", 1000),
    "GET /access/{c}/keys": ("keys", 1000),
    "GET /access/{c}/users": ("users", 1000),
}
"""Each list with the name of its rows, and how many there are where nobody says."""

of_every_list = pytest.mark.parametrize("call", LISTS)


@pytest.fixture
def many(creator: Person) -> Person:
    """Five leads: three on Instagram, two tagged, one of each stage and one more."""
    people: list[tuple[str, str, dict[str, Any]]] = [
        ("José Ñandú", "cold", {"tags": ["vip"], "email": "jose@example.com"}),
        ("Josefa", "warm", {"tags": ["vip", "madrid"], "phone": "+34 600 111 222"}),
        ("Ana", "hot", {"notes": "Met at the fair"}),
        ("Bea", "customer", {"username": "@beatriz"}),
        ("Zoe", "cold", {}),
    ]
    for number, (name, stage, more) in enumerate(people):
        platform = "instagram" if number < 3 else "telegram"
        lead = {"name": name, "status": stage, "platform": platform, "platform_user_id": f"700{number}", **more}
        good(creator.ask("POST /dm/leads/{c}", lead))
    return creator


@of_every_list
def test_a_list_answers_count_total_and_next_cursor(only_read: Person, call: str) -> None:
    rows, _ = LISTS[call]
    page = good(only_read.ask(call))
    assert set(page) >= PAGE | {rows}
    assert page["count"] == len(page[rows])
    assert page["total"] >= page["count"]
    assert page["next_cursor"] is None


@of_every_list
def test_a_limit_is_a_whole_number_from_1_to_1000_and_a_cursor_is_whole(only_read: Person, call: str) -> None:
    for limit in ("0", "-1", "1001", "many", "1.5", ""):
        bad(only_read.ask(f"{call}?limit={limit}"), 422, "invalid", "query:limit")
    for cursor in ("x", "e30=", "%F0%9F%92%A9", "a" * 2001):
        bad(only_read.ask(f"{call}?cursor={cursor}"), 422, "invalid", "query:cursor")


@of_every_list
def test_where_nobody_says_how_many_the_description_does(call: str) -> None:
    path = (
        call.replace("{c}", "{creator_id}")
        .replace("ig_5002", "{lead_id}")
        .replace("objection_price", "{sequence_type}")
    )
    operation = DESCRIBED["paths"][path.partition(" ")[2]]["get"]
    limits = [each["schema"]["default"] for each in operation["parameters"] if each.get("name") == "limit"]
    assert limits == [LISTS[call][1]]


def reached(person: Person, call: str, rows: str, limit: int = 2, **filters: str) -> list[dict[str, Any]]:
    """Every row, page by page, with the same total on every page."""
    found: list[dict[str, Any]] = []
    cursor, totals = None, set()
    while True:
        after: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = good(person.ask(call, params={"limit": str(limit), **filters, **after}))
        assert page["count"] == len(page[rows]) <= limit
        totals.add(page["total"])
        found += page[rows]
        cursor = page["next_cursor"]
        if cursor is None:
            assert totals == {len(found)}
            return found


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Ana", "Bea", "José Ñandú", "Josefa", "Zoe"]),
        ("created", ["José Ñandú", "Josefa", "Ana", "Bea", "Zoe"]),
        ("-created", ["Zoe", "Bea", "Ana", "Josefa", "José Ñandú"]),
        ("-score", ["Bea", "Ana", "Josefa", "José Ñandú", "Zoe"]),
    ],
)
@pytest.mark.parametrize("call", ["GET /dm/leads/{c}", "GET /dm/conversations/{c}"])
def test_every_row_is_reached_in_order_page_by_page(many: Person, call: str, sort: str, expected: list[str]) -> None:
    names = [row["name"] for row in reached(many, call, LISTS[call][0], sort=sort)]
    assert sorted(names) == sorted(expected)
    if sort == "-score":  # of two that are equal the id decides
        assert names[:3] == expected[:3]
    else:
        assert names == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=JOSE", ["José Ñandú", "Josefa"]),
        ("q=nandu", ["José Ñandú"]),
        ("q=beatriz", ["Bea"]),
        ("q=jose@example.com", ["José Ñandú"]),
        ("q=600%20111", ["Josefa"]),
        ("q=fair", ["Ana"]),
        ("q=7004", ["Zoe"]),
        ("status=cold", ["José Ñandú", "Zoe"]),
        ("status=new", ["José Ñandú", "Zoe"]),
        ("status=warm&status=hot", ["Ana", "Josefa"]),
        ("status=active", ["Josefa"]),
        ("status=customer", ["Bea"]),
        ("platform=telegram", ["Bea", "Zoe"]),
        ("platform=telegram&platform=instagram", ["Ana", "Bea", "José Ñandú", "Josefa", "Zoe"]),
        ("tag=vip", ["José Ñandú", "Josefa"]),
        ("tag=vip&status=warm&q=jose", ["Josefa"]),
        ("tag=nobody", []),
        ("q=osefa", []),
        ("q=%25", []),
    ],
)
@pytest.mark.parametrize("call", ["GET /dm/leads/{c}", "GET /dm/conversations/{c}"])
def test_filters_and_search_narrow_rows_and_total_alike(
    many: Person, call: str, query: str, expected: list[str]
) -> None:
    page = good(many.ask(f"{call}?{query}"))
    assert sorted(row["name"] for row in page[LISTS[call][0]]) == sorted(expected)
    assert page["total"] == len(expected)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=banana", "query:status"),
        ("status=HOT", "query:status"),
        ("platform=fax", "query:platform"),
        ("sort=random", "query:sort"),
        (f"q={'x' * 201}", "query:q"),
        (f"tag={'x' * 51}", "query:tag"),
        (f"tag=vip&tag={'x' * 3000}", "query:tag"),
        ("&".join(["tag=vip"] * 21), "query:tag"),
    ],
)
@pytest.mark.parametrize(
    "call", ["GET /dm/leads/{c}", "GET /dm/conversations/{c}", "GET /dm/conversations/{c}/archived"]
)
def test_a_word_that_is_unknown_is_refused(creator: Person, call: str, query: str, field: str) -> None:
    bad(creator.ask(f"{call}?{query}"), 422, "invalid", field)


def test_a_cursor_belongs_to_its_filters(many: Person) -> None:
    cursor = good(many.ask("GET /dm/leads/{c}?limit=2&status=cold&status=warm"))["next_cursor"]
    assert cursor is not None
    good(many.ask("GET /dm/leads/{c}", params={"limit": 2, "status": ["cold", "warm"], "cursor": cursor}))
    for other in ({"status": ["hot"]}, {"q": "jose"}, {"sort": "name"}, {}):
        answer = many.ask("GET /dm/leads/{c}", params={"limit": 2, "cursor": cursor, **other})
        bad(answer, 422, "invalid", "query:cursor")


def test_conversations_are_cut_off_at_50_and_leads_are_not(creator: Person) -> None:
    lines = "".join(f"Lead {number},tg_{number + 1}\r\n" for number in range(60))
    csv = f"name,platform_user_id\r\n{lines}".encode()
    answer = creator.ask("POST /dm/leads/{c}/import", content=csv, headers={"Content-Type": "text/csv"})
    good(answer)
    at = answer.headers["x-position"]
    leads = good(creator.ask(f"GET /dm/leads/{{c}}?after={at}"))
    assert (leads["count"], leads["total"], leads["next_cursor"]) == (60, 60, None)
    inbox = good(creator.ask(f"GET /dm/conversations/{{c}}?after={at}"))
    assert (inbox["count"], inbox["total"]) == (50, 60)
    assert inbox["next_cursor"] is not None
    assert len({row["id"] for row in reached(creator, "GET /dm/conversations/{c}", "conversations", 25)}) == 60


def test_a_conversation_is_read_to_its_end(creator: Person) -> None:
    for number in range(5):
        says(creator, f"mensaje {number}", "tg_1")
    read = reached(creator, "GET /dm/conversations/{c}/tg_1/messages", "messages")
    assert [message["content"] for message in read] == [f"mensaje {number}" for number in (4, 3, 2, 1, 0)]


def test_every_promise_is_reached_in_the_order_of_the_list(only_read: Person) -> None:
    call = "GET /nurturing/{c}/followups"
    assert reached(only_read, call, "followups", 1) == good(only_read.ask(call))["followups"]


def test_what_was_put_aside_is_paged_filtered_and_searched(many: Person) -> None:
    for number in range(5):
        platform, act = ("ig" if number < 3 else "tg"), ("spam" if number % 2 else "archive")
        good(many.ask(f"POST /dm/conversations/{{c}}/{platform}_700{number}/{act}"))
    call = "GET /dm/conversations/{c}/archived"
    names = [row["name"] for row in reached(many, call, "conversations", sort="name")]
    assert names == ["Ana", "Bea", "José Ñandú", "Josefa", "Zoe"]
    assert [row["name"] for row in good(many.ask(f"{call}?q=jose&tag=madrid"))["conversations"]] == ["Josefa"]
    cursor = good(many.ask(f"{call}?limit=2"))["next_cursor"]
    bad(many.ask("GET /dm/conversations/{c}", params={"cursor": cursor}), 422, "invalid", "query:cursor")


def test_a_cursor_of_the_unread_is_no_cursor_of_all(creator: Person) -> None:
    for number in range(3):
        says(creator, "hola", f"tg_{number + 1}")
    unread = {"limit": "1", "unread": "true"}
    page = good(creator.ask("GET /dm/conversations/{c}", params=unread))
    assert (page["total"], page["count"]) == (3, 1)
    unread["cursor"] = page["next_cursor"]
    assert good(creator.ask("GET /dm/conversations/{c}", params=unread))["count"] == 1
    for wrong in ({"unread": "false"}, {"needs_person": "true"}, {"sort": "name"}):
        bad(creator.ask("GET /dm/conversations/{c}", params=unread | wrong), 422, "invalid", "query:cursor")
