"""What PostgreSQL writes of a row is what the models make of it, whatever the row holds."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from api.http.fields import SequenceWord
from api.presenters import json_pages
from api.presenters.items import Author, ConversationItem, Delivery, LeadItem
from domain.person.identity import PREFIXES
from domain.vocabulary import Platform, Status
from projections.board import CARD, Board
from projections.conversations import ITEM, Conversations, thread
from projections.engine.projection import Projection
from projections.people.filters import Shelf
from projections.people.intent_sql import course_columns
from tests.domain.bursts import NOW, bursts, fold
from tests.world import NO_POOL

AT_ONCE = 5
LONG = timedelta(days=9999)

anything = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)
awkward = st.sampled_from(['"', "\\", "\\u0041", "</script>", "José 👩‍👩‍👧", "\u2028", "\x7f", "{}", "%s", "\n"])
texts = anything | awkward
instants = st.timedeltas(-LONG, LONG).map(lambda away: NOW + away) | st.just(NOW)
made_up = st.uuids().map(lambda each: f"manual_{each.hex}")
almost_made_up = made_up.map(lambda each: each + "0") | made_up.map(str.upper)


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    """What every list knows of somebody."""
    return {
        "lead_id": uuid4(),
        "creator_id": "ana",
        "follower_id": uuid4(),
        "platform": draw(st.sampled_from(Platform)),
        "platform_user_id": draw(st.sampled_from([*PREFIXES.values(), "manual_"]) | texts | made_up | almost_made_up),
        **{field: draw(st.none() | texts) for field in ("name", "username", "email", "phone", "notes")},
        "tags": draw(st.lists(texts, max_size=3)),
        "sort_name": "",
        "status": draw(st.sampled_from(Status)),
        "shelf": draw(st.sampled_from(Shelf)),
        "assigned_to": draw(st.none() | st.uuids()),
        **course_columns(fold(draw(bursts))[0]),
        "standing": 0,
        "created_at": draw(instants),
        "contact_at": NOW,
        "version": draw(st.integers(1, 2**62)),
    }


@st.composite
def leads(draw: st.DrawFn) -> dict[str, Any]:
    said_at = draw(st.none() | instants)
    return draw(people()) | {
        "status_since": NOW,
        "source": draw(st.sampled_from(["manual", "dm", "import", "api"])),
        "last_contact_at": draw(st.none() | instants),
        "last_message": None if said_at is None else draw(texts),
        "last_message_author": None if said_at is None else draw(st.sampled_from(get_args(Author))),
        "last_message_at": said_at,
    }


@st.composite
def conversations(draw: st.DrawFn) -> dict[str, Any]:
    return draw(people()) | {
        **{field: draw(st.integers(0, 2**40)) for field in ("messages_in", "messages_all", "unread")},
        "unanswered": draw(st.booleans()),
        "bot_paused": draw(st.booleans()),
        "paused_until": draw(st.none() | instants),
        "last_contact": draw(st.none() | instants),
        "products": [],
    }


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    kinds = draw(st.lists(st.sampled_from(["photo", "audio"]), max_size=2))
    return {
        "message_row": uuid4(),
        "occurred_at": NOW + timedelta(minutes=draw(st.integers(0, 3))),
        "author": draw(st.sampled_from(get_args(Author))),
        "content": draw(texts),
        "attachments": Jsonb([{"kind": kind, "caption": draw(st.none() | texts)} for kind in kinds]),
        "delivery": draw(st.sampled_from(get_args(Delivery))),
        "reason": draw(st.none() | texts),
    }


follow_ups = st.fixed_dictionaries(
    {
        "follow_up_id": st.builds(uuid4),
        "sequence_type": st.sampled_from(get_args(SequenceWord)),
        "step": st.integers(0, 9),
        "scheduled_at": instants,
    }
)


@dataclass
class Tables:
    """The tables of a projection, which the test fills itself."""

    conn: psycopg.Connection[DictRow]
    projection: Projection

    def put(self, table: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
            name = self.projection.table_names[table]
            self.conn.execute(f"INSERT INTO {name} ({columns}) VALUES ({places})".encode(), [*row.values()])

    def rows(self, query: str, **values: Any) -> list[DictRow]:
        return self.conn.execute(query.format(**self.projection.table_names).encode(), values).fetchall()


@pytest.fixture
def board(conn: psycopg.Connection[DictRow]) -> Tables:
    return made(conn, Board)


@pytest.fixture
def inbox(conn: psycopg.Connection[DictRow]) -> Tables:
    return made(conn, Conversations)


def made(conn: psycopg.Connection[DictRow], kind: type[Projection]) -> Tables:
    return Tables(conn, kind(NO_POOL))


one_after_another = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@one_after_another
@given(st.lists(st.tuples(leads(), st.lists(follow_ups, max_size=2)), min_size=1, max_size=AT_ONCE))
def test_a_card_is_written_as_its_model_says(
    board: Tables, crowd: list[tuple[dict[str, Any], list[dict[str, Any]]]]
) -> None:
    for lead, planned in crowd:
        board.put("leads", [lead])
        board.put("lead_follow_ups", [each | {"lead_id": lead["lead_id"]} for each in planned])
    rows = board.rows(
        f"SELECT {CARD}, {json_pages.CARD} FROM {{leads}} AS lead WHERE lead_id = ANY(%(these)s)",
        now=NOW,
        these=[lead["lead_id"] for lead, _ in crowd],
    )
    assert len(rows) == len(crowd)
    for row in rows:
        assert json.loads(row["written"]) == LeadItem.of(row, NOW).model_dump(mode="json")


heard = st.lists(messages(), max_size=json_pages.PREVIEW + 2)


@one_after_another
@given(st.lists(st.tuples(conversations(), heard, st.lists(follow_ups, max_size=2)), min_size=1, max_size=AT_ONCE))
def test_a_conversation_is_written_as_its_model_says(
    inbox: Tables, crowd: list[tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]]
) -> None:
    for person, said, planned in crowd:
        of = {"lead_id": person["lead_id"]}
        inbox.put("conversations", [person])
        inbox.put("messages", [each | of | {"position": number} for number, each in enumerate(said)])
        inbox.put("conversation_follow_ups", [each | of for each in planned])
    rows = inbox.rows(
        f"SELECT {ITEM}, {json_pages.CONVERSATION} FROM {{conversations}} AS lead WHERE lead_id = ANY(%(these)s)",
        now=NOW,
        these=[person["lead_id"] for person, _, _ in crowd],
    )
    assert len(rows) == len(crowd)
    for row in rows:
        some = thread(row["lead_id"], None, json_pages.PREVIEW)
        latest = inbox.rows(some.sql, **some.values)[::-1]
        assert json.loads(row["written"]) == ConversationItem.of(row, latest, NOW).model_dump(mode="json")
