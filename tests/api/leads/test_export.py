"""The whole list as a file: everybody in it, nothing that a spreadsheet would carry out, and readable again."""

import csv
import io
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.leads.csv_format import WRITTEN
from domain.application import Clonnect
from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform
from tests.api.answers import refused
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, OTHER

CSV = {"Content-Type": "text/csv"}


async def exported(served: Served, creator: str = CREATOR, **params: Any) -> list[dict[str, str]]:
    """The rows of an export."""
    return rows_of(await download(served, creator, **params))


async def download(served: Served, creator: str = CREATOR, **params: Any) -> httpx.Response:
    headers = {"X-API-Key": served.keys[creator]}
    answer = await served.client.get(f"/dm/leads/{creator}/export", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))


async def taken(served: Served, creator: str, content: bytes) -> dict[str, Any]:
    headers = CSV | {"X-API-Key": served.keys[creator]}
    answer = await served.client.post(f"/dm/leads/{creator}/import", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_an_export_is_a_file_of_all_leads_that_a_spreadsheet_opens(served: Served) -> None:
    lead = await served.lead(
        name="Ana Ñ",
        email="ana@example.com",
        notes='says "hi",\nthen more',
        tags=["vip", "b;c"],
        score=40,
        status="hot",
    )
    answer = await download(served)
    assert answer.content.startswith(b"\xef\xbb\xbfid,platform,")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="leads-{CREATOR}-20')
    assert answer.headers["content-disposition"].endswith('.csv"')
    assert int(answer.headers["x-position"]) >= served.head()
    assert rows_of(answer) == [
        {
            "id": lead["id"],
            "platform": "instagram",
            "platform_user_id": "ig_5001",
            "username": "",
            "name": "Ana Ñ",
            "email": "ana@example.com",
            "phone": "",
            "notes": 'says "hi",\nthen more',
            "tags": "vip;b\\;c",
            "status": "hot",
            "score": "40",
            "source": "manual",
            "created_at": lead["created_at"],
            "last_contact_at": "",
        }
    ]


async def test_an_export_of_nobody_names_its_columns(served: Served) -> None:
    answer = await download(served)
    assert answer.content.decode("utf-8-sig") == ",".join(WRITTEN) + "\r\n"


async def test_an_export_has_the_filters_and_the_order_of_the_list(served: Served) -> None:
    await served.lead(name="Carla", platform_user_id="ig_1", status="hot", tags=["vip"])
    await served.lead(name="Ana", platform_user_id="tg_2", status="warm", email="josefa@example.com")
    await served.lead(name="Berta", platform_user_id="ig_3")
    for params, names in (
        ({"sort": "name"}, ["Ana", "Berta", "Carla"]),
        ({"sort": "-created"}, ["Berta", "Ana", "Carla"]),
        ({"sort": "created"}, ["Carla", "Ana", "Berta"]),
        ({"q": "JOSEFA"}, ["Ana"]),
        ({"status": ["warm", "hot"], "sort": "name"}, ["Ana", "Carla"]),
        ({"platform": "instagram", "sort": "name"}, ["Berta", "Carla"]),
        ({"tag": "vip"}, ["Carla"]),
        ({"format": "csv", "q": "nobody"}, []),
    ):
        assert [row["name"] for row in await exported(served, **params)] == names, params


async def test_another_format_and_what_is_no_filter_are_refused(served: Served) -> None:
    path = f"/dm/leads/{CREATOR}/export"
    for params, field in (
        ({"format": "xlsx"}, "query:format"),
        ({"status": "banana"}, "query:status"),
        ({"sort": "random"}, "query:sort"),
        ({"cursor": "abc"}, "query:cursor"),
    ):
        await refused(served.client.get(path, params=params), 422, "invalid", field)
    await refused(served.client.get(path, params={"after": served.head() + 1}), 503, "not-caught-up")


async def test_no_cell_is_a_formula_and_none_is_changed_by_that(served: Served) -> None:
    names = ["=1+1", "+34", "-2", "@SUM(A1)", "'=1", "''@x", "'quoted'", "＝1", "a=1"]
    for number, name in enumerate(names):
        await served.lead(name=name, platform_user_id=f"tg_{number + 1}", phone="+34 600 000 000")
    rows = await exported(served, sort="created")
    assert [row["name"] for row in rows] == [
        "'=1+1",
        "'+34",
        "'-2",
        "'@SUM(A1)",
        "''=1",
        "'''@x",
        "'quoted'",
        "'＝1",
        "a=1",
    ]
    assert {row["phone"] for row in rows} == {"'+34 600 000 000"}
    said = await taken(served, OTHER, (await download(served)).content)
    assert said["created"] == len(names)
    assert await exported(served, OTHER, sort="name") == [
        row | {"id": mine["id"], "source": "import", "created_at": mine["created_at"]}
        for row, mine in zip(
            await exported(served, sort="name"), await exported(served, OTHER, sort="name"), strict=True
        )
    ]


async def test_an_export_that_is_imported_again_changes_nothing(served: Served) -> None:
    await served.lead(
        status="customer", tags=["vip"], email="ana@example.com", phone="+34 600 000 000", username="@ana"
    )
    await served.lead(name="By hand", platform_user_id="manual_7", platform="manual")
    nameless = NewLead(Platform.TELEGRAM, "55", Details(username="only_this"), source="dm")
    await served.do(Clonnect.capture_lead, CREATOR, nameless)
    file = (await download(served)).content
    head = served.head()
    said = await taken(served, CREATOR, file)
    assert (said["created"], said["updated"], said["unchanged"], said["refused"]) == (0, 0, 3, 0)
    assert served.head() == head


async def test_more_than_a_page_is_exported_each_lead_once(served: Served) -> None:
    text = "name,platform_user_id\r\n" + "".join(f"Lead {number:04},tg_{number + 1}\r\n" for number in range(1201))
    said = await taken(served, CREATOR, text.encode())
    assert said["created"] == 1201
    assert await served.runtime.progress.wait_until(served.head(), PATIENCE)
    rows = await exported(served, sort="name")
    assert [row["name"] for row in rows] == [f"Lead {number:04}" for number in range(1201)]


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30) | st.text(
    "=+-@'\"\\;,\t\n\r ａ🙂é\ufeff", max_size=12
)
WORDS = TEXT.map(lambda text: f"{text}.")  # not blank, and its end is not trimmed
ID = st.from_regex(r"\A((tg_|ig_)[1-9][0-9]{0,12}|wa_346[0-9]{8})\Z")
LEADS = st.lists(
    st.fixed_dictionaries(
        {"name": WORDS | TEXT.map(lambda text: f"x{text}"), "platform_user_id": ID},
        optional={
            "notes": TEXT,
            "username": TEXT.map(lambda text: f"x{text}"),
            "email": st.sampled_from(["", "=cmd@example.com", "+ana@example.com"]),
            "phone": st.sampled_from(["", "+34 600 000 000", "-12345"]),
            "tags": st.lists(WORDS, max_size=4),
            "status": st.sampled_from(["cold", "warm", "hot", "customer"]),
            "score": st.integers(0, 100),
        },
    ),
    max_size=4,
    unique_by=lambda lead: lead["platform_user_id"],
)
OF_ITS_OWN = {"id": "", "source": "", "created_at": ""}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(leads=LEADS)
async def test_whatever_is_exported_is_the_same_when_it_is_imported_elsewhere(
    served: Served, leads: list[dict[str, Any]]
) -> None:
    number = len(served.keys)
    mine, theirs = f"mine{number}", f"theirs{number}"
    for creator in (mine, theirs):
        await served.creator(creator)
    for lead in leads:
        headers = {"X-API-Key": served.keys[mine]}
        assert (await served.client.post(f"/dm/leads/{mine}", json=lead, headers=headers)).status_code == 200
    first = await download(served, mine, sort="created")
    said = await taken(served, theirs, first.content)
    assert (said["created"], said["errors"]) == (len(leads), [])
    second = await download(served, theirs, sort="created")
    assert sorted(map(cells, rows_of(second))) == sorted(map(cells, rows_of(first)))


def cells(row: dict[str, str]) -> list[tuple[str, str]]:
    return list((row | OF_ITS_OWN).items())
