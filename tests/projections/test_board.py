"""The numbers above the columns are the numbers of the cards in them, whatever has happened."""

import asyncio
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import DictRow

from api.runtime import Runtime
from domain.application import Clonnect
from domain.errors import DomainError
from domain.follower.values import Inbound
from domain.lead import Purchase
from domain.vocabulary import Platform, SequenceType, Status
from eventstore.log import Log
from eventstore.round_trip import carry_out_in_turn
from projections.board import LEADS, Board
from projections.conversations import INBOX, Conversations
from projections.engine.progress import Progress
from projections.engine.projection import Projection
from projections.engine.projector import Projector
from projections.nurturing import Nurturing
from projections.people.filters import ORDERS, Filters
from projections.people.table import PeopleTables as Kept
from tests.projections.conftest import TimedCommands, shown
from tests.world import CREATOR, NO_POOL

PEOPLE = st.integers(0, 4)
MOVES = st.one_of(
    st.tuples(st.just("add"), PEOPLE, st.sampled_from(Status)),
    st.tuples(st.just("write"), PEOPLE),
    st.tuples(st.just("move"), PEOPLE, st.sampled_from(Status)),
    st.tuples(st.sampled_from(["delete", "archive", "spam", "restore", "buy"]), PEOPLE),
)


def told(platform_user_id: str, text: str, at: TimedCommands) -> Inbound:
    key = uuid4().hex
    return Inbound(Platform.TELEGRAM, platform_user_id, key, key, text, at.at, "telegram")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(MOVES, min_size=1, max_size=25))
def test_the_numbers_are_those_of_the_cards(
    database_url: str, people: TimedCommands, conn: psycopg.Connection[DictRow], moves: list[tuple[object, ...]]
) -> None:
    example = uuid4().hex
    leads: dict[object, UUID] = {}
    for move in moves:
        person = f"{example}/{move[1]}"
        try:
            match move:
                case ("add", number, Status() as status):
                    leads[number] = people.lead(person, status=status).id
                case ("write", number):
                    leads[number] = people.do(Clonnect.receive_message, CREATOR, told(person, "Hola", people)).lead_id
                case ("move", number, Status() as status) if number in leads:
                    people.do(Clonnect.change_status, CREATOR, leads[number], status)
                case ("delete", number) if number in leads:
                    people.do(Clonnect.delete_lead, CREATOR, leads.pop(number))
                case ("archive", number) if number in leads:
                    people.do(Clonnect.archive_lead, CREATOR, leads[number])
                case ("spam", number) if number in leads:
                    people.do(Clonnect.mark_as_spam, CREATOR, leads[number])
                case ("restore", number) if number in leads:
                    people.do(Clonnect.restore_lead, CREATOR, leads[number])
                case ("buy", number) if number in leads:
                    purchase = Purchase(uuid4(), Decimal(97), "EUR")
                    people.do(Clonnect.record_purchase, CREATOR, leads[number], purchase)
        except DomainError:
            continue
    kept: list[tuple[Projection, Kept]] = [(Board(NO_POOL), LEADS), (Conversations(NO_POOL), INBOX)]
    log = Log(people.app.recorder, people.app.mapper)  # type: ignore[arg-type]  # the application's own recorder
    for projection, tables in kept:
        Projector(database_url, log, [projection], Progress([projection.name])).catch_up()
        table, words, counts = (projection.table_names[each] for each in (tables.people, tables.words, tables.counts))
        counted = conn.execute(f"SELECT creator_id, shelf, status, count(*) AS people FROM {table} GROUP BY 1, 2, 3")
        numbers = conn.execute(f"SELECT creator_id, shelf, status, people FROM {counts} WHERE people <> 0")
        assert sorted(map(str, numbers.fetchall())) == sorted(map(str, counted.fetchall()))
        ids = [conn.execute(f"SELECT lead_id FROM {each} ORDER BY lead_id").fetchall() for each in (table, words)]
        assert ids[0] == ids[1]


async def test_a_card_shows_the_last_word_and_the_next_follow_up(reader: Runtime, people: TimedCommands) -> None:
    received = people.do(Clonnect.receive_message, CREATOR, told("1", "Hola", people))
    people.do(
        Clonnect.enrol,
        received.follower_id,
        SequenceType.ABANDONED,
        trigger="intent",
        trigger_event_id=uuid4(),
        anchor_at=people.at,
    )
    await shown(reader)
    card = await reader.board.card(CREATOR, received.lead_id)
    assert card is not None
    assert (card["last_message"], card["last_message_author"]) == ("Hola", "follower")
    assert (card["next_follow_up"]["sequence_type"], card["next_follow_up"]["step"]) == ("abandoned", 1)

    people.do(Clonnect.send_by_hand, CREATOR, received.lead_id, "Buenas", uuid4())
    people.do(Clonnect.cancel_follow_ups, CREATOR, received.lead_id, None)
    await shown(reader)
    card = await reader.board.card(CREATOR, received.lead_id)
    assert card is not None
    assert (card["last_message"], card["last_message_author"], card["next_follow_up"]) == ("Buenas", "person", None)


async def test_what_was_put_aside_is_not_on_the_board_and_still_found_by_its_ids(
    reader: Runtime, people: TimedCommands
) -> None:
    lead = people.lead("1", status=Status.HOT)
    people.do(Clonnect.mark_as_spam, CREATOR, lead.id)
    await shown(reader)
    page = await reader.board.page(CREATOR, Filters(), ORDERS["name"], None, 10)
    assert (page.rows, page.total, sum((await reader.board.counts(CREATOR)).values())) == ([], 0, 0)
    assert [row["lead_id"] for row in await reader.board.find(CREATOR, "1")] == [lead.id]
    card = await reader.board.card(CREATOR, lead.id)
    assert card is not None
    assert (card["status"], card["shelf"], card["version"]) == ("hot", "spam", 3)

    people.do(Clonnect.restore_lead, CREATOR, lead.id)
    await shown(reader)
    page = await reader.board.page(CREATOR, Filters(), ORDERS["name"], None, 10)
    assert [(row["lead_id"], row["status"]) for row in page.rows] == [(lead.id, "hot")]
    assert (await reader.board.counts(CREATOR))[Status.HOT] == 1


async def test_a_rebuild_brings_nobody_back_who_was_deleted(
    reader: Runtime, people: TimedCommands, conn: psycopg.Connection[DictRow], database_url: str
) -> None:
    stays, gone = (people.do(Clonnect.receive_message, CREATOR, told(each, "Hola", people)).lead_id for each in "12")
    people.do(Clonnect.delete_lead, CREATOR, gone)
    await shown(reader)
    projections: list[Projection] = [Board(NO_POOL), Conversations(NO_POOL), Nurturing(NO_POOL)]
    for projection in projections:
        live = projection.table_names
        projection.table_names = {table: f"read.{table}_again" for table in projection.tables}
        conn.execute(projection.ddl().encode())
        tables = projection.collector()
        for recorded in reader.log.read(0, 1000):
            projection.apply(recorded, tables)
        for rows in tables.values():
            carry_out_in_turn(conn, rows.statements())
        shown_now, rebuilt = (
            {table: all_rows(conn, name) for table, name in names.items()} for names in (live, projection.table_names)
        )
        assert rebuilt == shown_now
        assert str(gone) not in str(rebuilt)
    assert await reader.board.card(CREATOR, stays) is not None


def all_rows(conn: psycopg.Connection[DictRow], table: str) -> list[str]:
    return sorted(str(row["row"]) for row in conn.execute(f"SELECT to_jsonb(t) AS row FROM {table} AS t").fetchall())


async def test_a_deleted_lead_is_nowhere_and_a_new_message_begins_anew(reader: Runtime, people: TimedCommands) -> None:
    first = people.do(Clonnect.receive_message, CREATOR, told("1", "Hola", people)).lead_id
    people.do(Clonnect.delete_lead, CREATOR, first)
    await shown(reader)
    assert await reader.board.card(CREATOR, first) is None
    assert await reader.board.find(CREATOR, "1") == []
    assert sum((await reader.board.counts(CREATOR)).values()) == 0

    second = people.do(Clonnect.receive_message, CREATOR, told("1", "Otra vez", people)).lead_id
    await shown(reader)
    assert second != first
    assert [row["lead_id"] for row in await reader.board.find(CREATOR, "1")] == [second]
    assert (await reader.board.counts(CREATOR))[Status.NEW] == 1


async def test_nobody_sees_the_leads_of_another_creator(reader: Runtime, people: TimedCommands) -> None:
    lead = people.lead("1", name="Marta")
    await shown(reader)
    assert await reader.board.card("eva", lead.id) is None
    assert await reader.board.find("eva", "1") == []
    assert await reader.board.counts("eva") == dict.fromkeys(Status, 0)
    page = await reader.board.page("eva", Filters(q="marta"), ORDERS["name"], None, 10)
    assert (page.rows, page.total) == ([], 0)


async def test_a_name_with_a_character_that_no_column_holds_stops_nobody(
    reader: Runtime, people: TimedCommands
) -> None:
    lead = people.lead("1", name="Mar\x00ta")
    people.lead("2", name="Eva")
    await asyncio.wait_for(shown(reader), 20)
    card = await reader.board.card(CREATOR, lead.id)
    assert card is not None
    assert card["name"] == "Mar\ufffdta"
