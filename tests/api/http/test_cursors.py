"""A cursor is taken where it was given, and nowhere is one taken that we have not written."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from api.http.cursors import Cursors
from api.http.pagination import Cursor
from domain.errors import Invalid
from projections.people.filters import ORDERS, Filters, Place, Shelf
from projections.people.search_terms import folded
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR

AT = datetime(2026, 3, 3, 12, tzinfo=UTC)
ROW = UUID(int=7)
OURS = Cursors(b"k" * 32)
LEADS = OURS.of("leads", CREATOR, vars(Filters()), vars(ORDERS["name"]))
CURSOR = LEADS.behind("Ana", ROW)


def test_a_cursor_holds_the_place_it_was_made_of() -> None:
    assert LEADS.person(CURSOR) == Place("Ana", ROW)
    assert LEADS.person(None) is None
    messages = OURS.of("messages", ROW)
    assert messages.place(messages.behind(AT, 12), int) == (AT.isoformat(), 12)


def test_every_program_of_an_installation_reads_it_and_no_other() -> None:
    again = Cursors(b"k" * 32).of("leads", CREATOR, vars(Filters()), vars(ORDERS["name"]))
    assert again.person(CURSOR) == Place("Ana", ROW)
    elsewhere = Cursors(b"j" * 32).of("leads", CREATOR, vars(Filters()), vars(ORDERS["name"]))
    with pytest.raises(Invalid, match="damaged"):
        elsewhere.person(CURSOR)


def test_a_cursor_of_another_list_is_refused() -> None:
    for name, creator_id, filters, order in (
        ("conversations", CREATOR, Filters(), ORDERS["name"]),
        ("leads", "eva", Filters(), ORDERS["name"]),
        ("leads", CREATOR, Filters(), ORDERS["created"]),
        ("leads", CREATOR, Filters(q="a"), ORDERS["name"]),
        ("leads", CREATOR, Filters(unread=True), ORDERS["name"]),
        ("leads", CREATOR, Filters(shelves=(Shelf.SPAM,)), ORDERS["name"]),
    ):
        with pytest.raises(Invalid, match="another list"):
            OURS.of(name, creator_id, vars(filters), vars(order)).person(CURSOR)


@given(st.data())
def test_a_damaged_cursor_is_refused_wherever_the_damage_is(data: st.DataObject) -> None:
    cursor = CURSOR.rstrip("=")
    place = data.draw(st.integers(0, len(cursor) - 3))  # the last digits hold bits that mean nothing
    digit = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda digit: digit != cursor[place]))
    damaged = cursor[:place] + digit + cursor[place + 1 :] + "=" * (-len(cursor) % 4)
    with pytest.raises(Invalid, match="damaged"):
        LEADS.person(damaged)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: urlsafe_b64encode(raw).decode()))
def test_what_never_was_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="damaged"):
        LEADS.person(text)


def test_a_cursor_is_refused_with_anything_between_its_characters() -> None:
    for strange in (f"{CURSOR[:8]}\n{CURSOR[8:]}", f" {CURSOR}", f"{CURSOR}!", CURSOR.replace("_", "/", 1) + "ñ"):
        with pytest.raises(Invalid, match="damaged"):
            LEADS.person(strange)


def test_the_longest_name_fits_into_a_cursor() -> None:
    for name in ("😀" * 255, "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 255):  # one letter is sorted as 18
        cursor = LEADS.behind(folded(name), ROW)
        assert TypeAdapter(Cursor).validate_python(cursor) == cursor


FORGED: tuple[tuple[object, object], ...] = (
    ("2026-03-03T12:00:00", "no id"),
    ("no time", str(ROW)),
    ("infinity\0", str(ROW)),
    ("0001-01-01T00:00:00+23:59", str(10**40)),
    (None, None),
    ([], {}),
)


def forgeries(cursor: str) -> Iterator[str]:
    """What somebody makes of a cursor who knows how it is made, but not the key."""
    content = urlsafe_b64decode(cursor)
    start = content.rindex(b'["')
    fingerprint = json.loads(content[start:])[0]
    for value, row_id in FORGED:
        forged = json.dumps([fingerprint, value, row_id]).encode()
        for checked in (b"", content[:start], sha256(forged).hexdigest()[:16].encode(), sha256(forged).digest()[:16]):
            yield urlsafe_b64encode(checked + forged).decode()
    yield urlsafe_b64encode(content[:start]).decode()
    yield urlsafe_b64encode(content[:start] + b"[" * 1000).decode()


async def test_a_forged_cursor_is_refused_by_every_list(served: Served) -> None:
    await served.answers()
    for number in range(2):
        await served.writes(f"tg_{number + 1}", "hola")
    await served.key()
    for path, wanted in (
        (f"/dm/leads/{CREATOR}", {}),
        (f"/dm/leads/{CREATOR}", {"sort": "name"}),
        (f"/dm/conversations/{CREATOR}", {}),
        (f"/dm/conversations/{CREATOR}/tg_1/messages", {}),
        (f"/access/{CREATOR}/keys", {}),
    ):
        params = {"limit": "1"} | wanted
        page = (await served.client.get(path, params=params)).json()
        assert page["next_cursor"], path
        for forged in forgeries(page["next_cursor"]):
            answer = served.client.get(path, params=params | {"cursor": forged})
            await refused(answer, 422, "invalid", "query:cursor")
