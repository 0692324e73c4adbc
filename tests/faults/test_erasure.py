"""Who is erased is gone from everywhere, down to the bytes on the disk, and nobody and nothing else is touched."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier

from api.attention.queries import AsideKind, Attention
from api.bootstrap import run
from api.database.embedded import embedded_server
from api.database.installation import installation_key, open_application
from api.database.migrate import migrate
from api.runtime import Runtime
from api.settings import Settings
from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.errors import NotFound
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.vocabulary import Status
from eventstore.snapshots import StreamStore
from processes import erasure
from processes.channels.base import ChannelName
from projections.board import Board
from projections.engine.parking import parked_streams, replay
from projections.engine.projection import handles
from tests.harness.runtime import MONDAY, Start, acting, deliver, events, on_the_phone, recorded, say
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR, sign_up

MARTA, PEDRO = "ig_7712039485711", "ig_5550001112223"
Conn = psycopg.Connection[DictRow]


async def writes(runtime: Runtime, phone: str, number: int, text: str, name: str) -> UUID:
    """A person writes; answers the lead."""
    return await say(runtime, phone, text, f"{phone}-mid-{number}", name)


async def erase(runtime: Runtime, person: str) -> list[Any]:
    """Somebody demands it, and it is done."""
    with context.acting("person:1"):
        done = await runtime.erasure.erase(CREATOR, person)
    assert await settle(runtime)
    return done


def unfinished(conn: Conn) -> list[DictRow]:
    """The erasures that are not done."""
    return conn.execute("SELECT * FROM app.erasures").fetchall()


def due_again(conn: Conn) -> int:
    """Have every erasure tried at the next tick; answers how many there are."""
    return conn.execute("UPDATE app.erasures SET next_try_at = now()").rowcount


def everything(conn: Conn) -> str:
    """What is readable in all tables, as text."""
    tables = conn.execute(
        """SELECT table_schema, table_name FROM information_schema.tables
            WHERE table_schema IN ('log', 'read', 'app', 'vault') AND table_type = 'BASE TABLE'"""
    ).fetchall()
    shown = []
    for table in tables:
        name = Identifier(table["table_schema"], table["table_name"])
        shown += [str(row) for row in conn.execute(SQL("SELECT * FROM {}").format(name)).fetchall()]
    return "\n".join(shown)


def state_of(conn: Conn, schema: str, lead_id: UUID) -> dict[str, list[str]]:
    """All rows of a lead in a schema, by table."""
    tables = conn.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = %s AND column_name = 'lead_id'",
        (schema,),
    ).fetchall()
    return {
        each["table_name"]: sorted(
            str(row)
            for row in conn.execute(
                SQL("SELECT * FROM {} WHERE lead_id = %s").format(Identifier(schema, each["table_name"])), (lead_id,)
            )
        )
        for each in tables
    }


async def test_an_erased_person_is_gone_and_nobody_else_is_touched(runtime: Runtime, conn: Conn) -> None:
    marta = await writes(runtime, MARTA, 1, "hola, ¿cuánto cuesta el curso? me parece caro", "Marta Ibarrola")
    pedro = await writes(runtime, PEDRO, 1, "hola, me parece caro el curso", "Pedro Quesada")
    await acting(runtime, Clonnect.edit_lead, CREATOR, marta, {"email": "marta@ibarrola.example"}, Status.HOT)
    others = state_of(conn, "read", pedro)
    log = conn.execute("SELECT * FROM log.events ORDER BY notification_id").fetchall()
    counts = await runtime.board.counts(CREATOR)
    assert any(others.values())
    for text in ("Marta Ibarrola", MARTA.removeprefix("ig_"), "marta@ibarrola.example"):
        assert text in everything(conn)

    (done,) = await erase(runtime, MARTA)

    left = everything(conn)
    for text in ("Ibarrola", "ibarrola", MARTA.removeprefix("ig_")):
        assert text not in left
    assert not any(state_of(conn, "read", marta).values())
    assert state_of(conn, "read", pedro) == others
    assert await runtime.board.counts(CREATOR) == counts | {Status.HOT: counts[Status.HOT] - 1}
    assert conn.execute("SELECT * FROM log.events ORDER BY notification_id").fetchall()[: len(log)] == log
    assert [each.position for each in recorded(runtime)] == list(range(1, len(recorded(runtime)) + 1))
    (erased,) = events(runtime, Lead.Erased)
    assert erased.counts == vars(done)
    assert done.events > 5
    assert (done.deliveries, done.received, done.simulated, done.parked) == (1, 1, 1, 0)
    assert {each.text for each in events(runtime, Follower.MessageReceived)} == {"", "hola, me parece caro el curso"}
    assert {each.details.name for each in events(runtime, Lead.Captured)} == {None, "Pedro Quesada"}


async def test_what_was_pending_for_an_erased_person_is_cancelled(runtime: Runtime, conn: Conn) -> None:
    await writes(runtime, MARTA, 1, "hola, ¿cuánto cuesta el curso? me parece caro", "Marta")
    (run,) = events(runtime, Follower.Enrolled)
    await erase(runtime, MARTA)
    (ended,) = events(runtime, Follower.EnrolmentEnded)
    assert (ended.enrolment_id, ended.reason) == (run.enrolment_id, "erased")
    assert await move_clock(runtime, runtime.clock() + timedelta(days=4))
    assert on_the_phone(conn, MARTA) == []
    assert events(runtime, Follower.FollowUpSent) == []


async def test_erasing_again_changes_nothing(runtime: Runtime) -> None:
    lead_id = await writes(runtime, MARTA, 1, "hola", "Marta")
    assert len(await erase(runtime, MARTA)) == 1
    head = runtime.log.head()
    assert await erase(runtime, MARTA) == []
    assert await erase(runtime, str(lead_id)) == []
    assert runtime.log.head() == head


async def test_who_is_not_known_cannot_be_erased(runtime: Runtime) -> None:
    await writes(runtime, MARTA, 1, "hola", "Marta")
    for creator_id, person in ((CREATOR, "ig_999"), ("pedro", MARTA), (CREATOR, str(UUID(int=1)))):
        with context.acting("person:1"), pytest.raises(NotFound):
            await runtime.erasure.erase(creator_id, person)


async def test_every_life_of_a_person_is_erased_the_deleted_ones_too(runtime: Runtime, conn: Conn) -> None:
    first = await writes(runtime, MARTA, 1, "hola, soy Marta Ibarrola", "Marta Ibarrola")
    await acting(runtime, Clonnect.delete_lead, CREATOR, first)
    second = await writes(runtime, MARTA, 2, "hola de nuevo", "Marta Ibarrola")
    assert second != first
    assert len(await erase(runtime, str(first))) == 2
    assert {each.text for each in events(runtime, Follower.MessageReceived)} == {""}
    keys = conn.execute(
        "SELECT subject FROM vault.data_keys WHERE destroyed_at IS NOT NULL ORDER BY made_at"
    ).fetchall()
    assert {row["subject"] for row in keys} == {first, second}
    assert "Ibarrola" not in everything(conn)


async def test_who_writes_again_is_a_new_person_and_is_answered(runtime: Runtime, conn: Conn) -> None:
    first = await writes(runtime, MARTA, 1, "hola, ¿cuánto cuesta el curso?", "Marta")
    await erase(runtime, MARTA)
    second = await writes(runtime, MARTA, 2, "hola, ¿cuánto cuesta el curso?", "Marta")
    assert second != first
    assert len(on_the_phone(conn, MARTA)) == 1
    card = await runtime.board.card(CREATOR, second)
    assert card is not None
    assert (card["name"], card["platform_user_id"]) == ("Marta", MARTA.removeprefix("ig_"))
    subjects = conn.execute("SELECT subject FROM vault.data_keys WHERE subject = ANY(%s)", ([first, second],))
    assert len(subjects.fetchall()) == 2


async def test_what_a_platform_delivers_again_after_an_erasure_brings_nobody_back(demo: Start, conn: Conn) -> None:
    async with demo() as runtime:
        old = {"follower_id": MARTA, "text": "hola, soy Marta Ibarrola", "message_id": f"{MARTA}-mid-1"}
        liked = {"follower_id": MARTA, "text": "👍", "kind": "reaction", "refers_to": "x"}
        await writes(runtime, MARTA, 1, "hola, soy Marta Ibarrola", "Marta Ibarrola")
        await deliver(runtime, liked)
        with context.acting("person:1"):
            await runtime.writer.do(Clonnect.request_erasure, CREATOR, MARTA)
            assert [each.duplicate for each in (await deliver(runtime, old)).received] == [True]
        assert await settle(runtime)
        head = runtime.log.head()
        for _ in range(2):
            assert (await deliver(runtime, liked)).quarantined is None
            again = await deliver(runtime, old | {"name": "Marta"})
            assert ([each.duplicate for each in again.received], again.quarantined) == ([True], None)
        assert runtime.log.head() == head
        left = everything(conn)
        assert MARTA.removeprefix("ig_") not in left
        assert "Ibarrola" not in left
        assert conn.execute("SELECT * FROM app.deliveries").fetchall() == []

        second = await writes(runtime, MARTA, 2, "hola, soy otra", "Marta")
        assert second not in {each.lead_id for each in again.received}
        assert [each.duplicate for each in (await deliver(runtime, old)).received] == [True]
    async with demo() as runtime:
        assert [each.duplicate for each in (await deliver(runtime, old)).received] == [True]
        texts = [each.text for each in events(runtime, Follower.MessageReceived)]
        assert texts == ["", "hola, soy otra"]


UNREADABLE = {
    "the beginning of the lead": ("by their phone", ("lead.captured",)),
    "a change of the lead": ("by the lead", ("lead.details_changed",)),
    "the beginning of the follower": ("by the lead", ("follower.met",)),
    "a message": ("by their phone", ("follower.message_received",)),
    "both beginnings": ("by the lead", ("lead.captured", "follower.met")),
}


def make_unreadable(conn: Conn, lead_id: UUID, topics: Sequence[str]) -> None:
    """As if a defect had written these events of a person."""
    conn.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
    changed = conn.execute(
        "UPDATE log.events SET topic = 'lost.' || topic WHERE metadata->>'lead_id' = %s AND topic = ANY(%s)",
        (str(lead_id), list(topics)),
    )
    assert changed.rowcount == len(topics)
    conn.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")
    conn.execute("DELETE FROM log.snapshots")


@pytest.mark.parametrize(("found", "topics"), UNREADABLE.values(), ids=UNREADABLE)
async def test_a_person_whose_stream_cannot_be_read_is_deleted_and_erased_all_the_same(
    demo: Start, conn: Conn, found: str, topics: Sequence[str]
) -> None:
    async with demo() as runtime:
        marta = await writes(runtime, MARTA, 1, "hola, soy Marta Ibarrola", "Marta Ibarrola")
        await acting(runtime, Clonnect.edit_lead, CREATOR, marta, {"email": "marta@ibarrola.example"}, None)
    make_unreadable(conn, marta, topics)
    async with demo() as runtime:
        given = str(marta) if found == "by the lead" else MARTA
        assert await acting(runtime, Clonnect.lead_known_as, CREATOR, given)
        await acting(runtime, Clonnect.delete_lead, CREATOR, marta)
        for command in (Clonnect.lead_known_as, Clonnect.delete_lead):
            with pytest.raises(NotFound):
                await acting(runtime, command, CREATOR, marta if command is Clonnect.delete_lead else given)
        assert not any(state_of(conn, "read", marta).values())
        await erase(runtime, given)
        assert len(events_of(conn, marta, "lead.erased")) == 1
        left = everything(conn)
        assert "barrola" not in left
        if len(topics) == 1:  # of whom nothing else can be read, the phone is not known any more
            assert MARTA.removeprefix("ig_") not in left
        row = conn.execute("SELECT wrapped FROM vault.data_keys WHERE subject = %s", (marta,)).fetchone()
        assert row == {"wrapped": None}
        assert unfinished(conn) == []
        assert conn.execute("SELECT * FROM app.parked").fetchall() == []


def events_of(conn: Conn, lead_id: UUID, topic: str) -> list[DictRow]:
    query = "SELECT * FROM log.events WHERE originator_id = %s AND topic = %s"
    return conn.execute(query, (lead_id, topic)).fetchall()


async def test_a_key_that_a_restored_vault_brings_back_is_destroyed_again(demo: Start, conn: Conn) -> None:
    async with demo() as runtime:
        marta = await writes(runtime, MARTA, 1, "hola", "Marta")
        pedro = await writes(runtime, PEDRO, 1, "hola", "Pedro")
        backup = conn.execute("SELECT * FROM vault.data_keys WHERE subject = %s", (marta,)).fetchone()
        assert backup is not None
        await erase(runtime, MARTA)
    conn.execute(
        "UPDATE vault.data_keys SET wrapped = %s, destroyed_at = NULL WHERE subject = %s", (backup["wrapped"], marta)
    )
    async with demo(work=False) as runtime:
        assert {each.text for each in events(runtime, Follower.MessageReceived)} == {"hola"}
        await runtime.erasure.sweep()
    async with demo(work=False) as runtime:
        assert {each.text for each in events(runtime, Follower.MessageReceived)} == {"", "hola"}
        held = conn.execute("SELECT subject FROM vault.data_keys WHERE wrapped IS NOT NULL").fetchall()
        assert {pedro} == {row["subject"] for row in held} & {marta, pedro}


async def test_a_delivery_in_quarantine_goes_with_whom_it_names(runtime: Runtime, conn: Conn) -> None:
    marta = await writes(runtime, MARTA, 1, "hola", "Marta")
    await acting(runtime, Clonnect.edit_lead, CREATOR, marta, {"username": "martitaibarrola"}, None)
    for name in ("martitaibarrola", "pedroquesada"):
        raw = f'{{"follower_id": "?", "text": "soy {name}"'.encode()
        await runtime.deliveries.store(ChannelName.INSTAGRAM, f"{CREATOR}-instagram", CREATOR, raw, "simulator")
    await erase(runtime, MARTA)
    assert [row["state"] for row in conn.execute("SELECT state FROM app.deliveries")] == ["quarantined"]


async def test_what_a_crash_left_is_gone_on_with(demo: Start, conn: Conn) -> None:
    async with demo() as runtime:
        await writes(runtime, MARTA, 1, "hola", "Marta Ibarrola")
    async with demo(work=False) as runtime:
        with context.acting("person:1"):
            await runtime.writer.do(Clonnect.request_erasure, CREATOR, MARTA)
        assert events(runtime, Lead.Erased) == []
    async with demo() as runtime:
        assert await settle(runtime)
        assert len(events(runtime, Lead.Erased)) == 1
        assert "Ibarrola" not in everything(conn)


async def test_an_erasure_that_the_screens_hold_up_is_tried_until_it_is_done(
    demo: Start, conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "WORKER_PATIENCE", 0.01)
    async with demo(work=False) as runtime:
        marta = await writes(runtime, MARTA, 1, "hola", "Marta Ibarrola")
        await asyncio.to_thread(runtime.projector.stop)
        with context.acting("person:1"):
            await runtime.writer.do(Clonnect.request_erasure, CREATOR, MARTA)
        (requested,) = [each for each in recorded(runtime) if isinstance(each.event, Lead.ErasureRequested)]
        for _ in range(3):
            await runtime.erasure.handle(requested)
            due_again(conn)
        await runtime.erasure.sweep()
        (waits,) = unfinished(conn)
        assert (waits["lead_id"], waits["creator_id"]) == (marta, CREATOR)
        assert (waits["tries"], waits["reason"]) == (4, "NotShownYet")
        assert conn.execute("SELECT * FROM app.parked").fetchall() == []
        assert (await Attention(runtime).counts(None))[AsideKind.ERASURE] == 1
    async with demo() as runtime, asyncio.timeout(20):
        while due_again(conn):
            await runtime.progress.wait_for_change(runtime.progress.position, 0.02)
        assert len(events(runtime, Lead.Erased)) == 1
        assert "Ibarrola" not in everything(conn)


async def test_nothing_that_fails_in_an_erasure_parks_it(
    reader: Runtime, conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writes(reader, MARTA, 1, "hola", "Marta Ibarrola")
    with context.acting("person:1"):
        await reader.writer.do(Clonnect.request_erasure, CREATOR, MARTA)
    (requested,) = [each for each in recorded(reader) if isinstance(each.event, Lead.ErasureRequested)]
    for error in (ValueError("Marta Ibarrola"), psycopg.errors.QueryCanceled("Marta Ibarrola"), TimeoutError()):

        def stumbles(*_args: object, error: Exception = error) -> None:
            raise error

        with monkeypatch.context() as stumbling:
            stumbling.setattr(reader.erasure, "_count", stumbles)
            due_again(conn)
            await reader.erasure.handle(requested)
        (waits,) = unfinished(conn)
        assert waits["reason"].startswith(type(error).__name__)
        assert "Ibarrola" not in waits["reason"]
    due_again(conn)
    await reader.erasure.sweep()
    assert unfinished(conn) == []
    assert len(events(reader, Lead.Erased)) == 1


async def test_the_pause_between_two_tries_of_an_erasure_grows_up_to_five_minutes(reader: Runtime, conn: Conn) -> None:
    queue, lead_id, pauses = reader.erasure.queue, UUID(int=1), []
    await queue.add(lead_id, CREATOR)
    for _ in range(8):
        assert await queue.claim(lead_id) == lead_id
        assert await queue.claim(lead_id) is None
        (waits,) = unfinished(conn)
        pauses.append((waits["next_try_at"] - datetime.now(UTC)).total_seconds())
        assert due_again(conn) == 1
    assert pauses == pytest.approx([5, 10, 20, 40, 80, 160, 300, 300], abs=4)
    await queue.done(lead_id)
    assert due_again(conn) == 0


async def test_an_erasure_that_a_program_of_the_version_before_was_asked_for_is_done(
    reader: Runtime, conn: Conn
) -> None:
    await writes(reader, MARTA, 1, "hola", "Marta")
    with context.acting("person:1"):
        await reader.writer.do(Clonnect.request_erasure, CREATOR, MARTA)
    conn.execute("DELETE FROM app.erasures")
    (requested,) = [each for each in recorded(reader) if isinstance(each.event, Lead.ErasureRequested)]
    for _ in range(2):
        await reader.erasure.handle(requested)
        assert len(events(reader, Lead.Erased)) == 1
        assert unfinished(conn) == []


async def test_two_who_carry_out_the_same_erasure_do_it_once(runtime: Runtime, demo: Start) -> None:
    await writes(runtime, MARTA, 1, "hola", "Marta")
    async with demo(work=False) as other:
        with context.acting("person:1"):
            await other.erasure.erase(CREATOR, MARTA)
        assert await settle(runtime)
        assert len(events(runtime, Lead.ErasureRequested)) == len(events(runtime, Lead.Erased)) == 1


async def test_the_kept_states_of_an_erased_person_go_and_none_is_kept_again(runtime: Runtime, conn: Conn) -> None:
    marta = await writes(runtime, MARTA, 1, "hola", "Marta")
    assert len(keep_states(runtime, conn, marta)) == 2
    pedro = await writes(runtime, PEDRO, 1, "hola", "Pedro")
    keep_states(runtime, conn, pedro)
    await erase(runtime, MARTA)
    assert len(keep_states(runtime, conn, marta)) == 2
    kept = conn.execute("SELECT DISTINCT subject FROM log.snapshots").fetchall()
    assert [row["subject"] for row in kept] == [pedro]
    again = await writes(runtime, MARTA, 2, "soy otra", "Marta")
    assert len(keep_states(runtime, conn, again)) == 4


async def test_deliveries_that_became_no_message_go_too(runtime: Runtime, conn: Conn) -> None:
    await writes(runtime, MARTA, 1, "hola", "Marta")
    await deliver(runtime, {"follower_id": MARTA, "text": "👍", "kind": "reaction", "refers_to": "x"})
    await deliver(runtime, {"follower_id": MARTA, "text": "hola", "kind": "nonsense", "message_id": "n"})
    await writes(runtime, PEDRO, 1, "hola", "Pedro")
    (done,) = await erase(runtime, MARTA)
    assert done.deliveries == 3
    assert len(conn.execute("SELECT * FROM app.deliveries").fetchall()) == 1


async def test_a_message_that_was_erased_before_a_process_saw_it_calls_for_nothing(demo: Start, conn: Conn) -> None:
    async with demo(work=False) as runtime:
        await deliver(runtime, {"follower_id": MARTA, "text": "me parece caro", "message_id": "1", "name": "Marta"})
        with context.acting("person:1"):
            await runtime.erasure.erase(CREATOR, MARTA)
        await deliver(runtime, {"follower_id": MARTA, "text": "hola", "message_id": "2", "name": "Marta"})
    async with demo() as runtime:
        assert await settle(runtime)
        assert [len(each.message_ids) for each in events(runtime, Follower.BurstUnderstood)] == [1]
        assert len(on_the_phone(conn, MARTA)) == 1
    assert conn.execute("SELECT * FROM app.parked").fetchall() == []


async def test_screens_that_are_made_again_show_the_same_without_the_person(
    runtime: Runtime, demo: Start, conn: Conn
) -> None:
    marta = await writes(runtime, MARTA, 1, "hola, me parece caro", "Marta")
    pedro = await writes(runtime, PEDRO, 1, "hola, me parece caro", "Pedro")
    await erase(runtime, MARTA)
    before = state_of(conn, "read", pedro)
    await move_clock(runtime, runtime.clock() + timedelta(seconds=1))
    runtime.projector.stop()
    for row in conn.execute("DELETE FROM read.projections RETURNING tables").fetchall():
        conn.execute(f"DROP TABLE {', '.join(row['tables'])}".encode())
    async with demo(work=False) as again:
        assert await again.progress.wait_until(again.log.head(), PATIENCE)
        assert state_of(conn, "read", pedro) == before
        assert not any(state_of(conn, "read", marta).values())


async def test_whoever_waits_in_a_projection_is_erased_from_it_too(
    demo: Start, conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(_self: Board, _event: object, _tables: object, _recorded: object) -> None:
        raise ValueError("Marta Ibarrola")

    monkeypatch.setattr(Board, "details_changed", handles(Lead.DetailsChanged)(stumbles))
    async with demo() as runtime:
        assert await settle(runtime)
        marta = await writes(runtime, MARTA, 1, "hola", "Marta Ibarrola")
        await acting(runtime, Clonnect.edit_lead, CREATOR, marta, {"email": "marta@ibarrola.example"}, None)
        assert [each.stream for each in parked_streams(conn, [runtime.board])] == [marta]
        await erase(runtime, MARTA)
        assert "barrola" not in everything(conn)
        assert sum((await runtime.board.counts(CREATOR)).values()) == 1  # that they are deleted waits as well

        monkeypatch.undo()
        replay(conn, runtime.log, Board(runtime.pool), marta)
        assert sum((await runtime.board.counts(CREATOR)).values()) == 0
        assert "barrola" not in everything(conn)
        assert await runtime.board.card(CREATOR, marta) is None


# Down to the bytes on the disk.

NAME, HANDLE, EMAIL, WORDS = "Marta Ibarrola", "martitaibarrola", "marta@ibarrola.example", "me duele la rodilla"


@pytest.fixture
def own_server(data_dir: Path) -> Iterator[str]:
    """A server whose files hold nothing but this test's."""
    with embedded_server(data_dir / "postgres") as url:
        migrate(url)
        yield url


@asynccontextmanager
async def a_demo_on(url: str, settings: Settings) -> AsyncIterator[Runtime]:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"UPDATE app.clock SET is_demo = true, ahead = {MONDAY} - now()".encode())
    with open_application(url, installation_key(settings)) as app:
        sign_up(app, settings)
    async with run(settings, url, work=True) as runtime:
        yield runtime


def clean_up(conn: Conn) -> None:
    """What docs/operations.md tells to do, so that no file holds any more what was deleted."""
    for table in conn.execute(
        """SELECT schemaname, tablename FROM pg_tables
            WHERE schemaname IN ('read', 'app', 'vault') OR (schemaname, tablename) = ('log', 'snapshots')"""
    ).fetchall():
        conn.execute(SQL("VACUUM FULL {}").format(Identifier(table["schemaname"], table["tablename"])))
    row = conn.execute("SELECT count(*) AS files FROM pg_ls_waldir()").fetchone()
    assert row is not None
    for _ in range(row["files"] + 2):
        conn.execute("CHECKPOINT")
        conn.execute("SELECT pg_logical_emit_message(true, '', ''), pg_switch_wal()")
    conn.execute("CHECKPOINT")


def files_with(directory: Path, text: bytes) -> list[str]:
    """The files of a server in which these bytes stand."""
    return [
        str(path.relative_to(directory))
        for path in sorted(directory.rglob("*"))
        if path.is_file() and text in path.read_bytes()
    ]


async def test_no_byte_of_an_erased_person_is_left_on_the_disk(
    own_server: str, data_dir: Path, settings: Settings
) -> None:
    files = data_dir / "postgres"
    needles = [text.encode() for text in (NAME, HANDLE, EMAIL, WORDS, MARTA.removeprefix("ig_"))]
    with psycopg.connect(own_server, autocommit=True, row_factory=dict_row) as conn:
        async with a_demo_on(own_server, settings) as runtime:
            lead_id = await writes(runtime, MARTA, 1, f"hola, {WORDS}, ¿cuánto cuesta el curso?", NAME)
            await writes(runtime, PEDRO, 1, "hola, ¿cuánto cuesta el curso?", "Pedro Quesada")
            details = {"email": EMAIL, "username": HANDLE, "notes": WORDS}
            await acting(runtime, Clonnect.edit_lead, CREATOR, lead_id, details, None)
            row = conn.execute("SELECT wrapped FROM vault.data_keys WHERE subject = %s", (lead_id,)).fetchone()
            assert row is not None
            needles.append(bytes(row["wrapped"]))
            needles += keep_states(runtime, conn, lead_id)
            with pytest.raises(psycopg.errors.UniqueViolation):
                conn.execute("INSERT INTO app.received SELECT * FROM app.received")
            conn.execute("ANALYZE")
            conn.execute("CHECKPOINT")
            assert all(files_with(files, needle) for needle in needles)
            log = await read_log(conn)

            await erase(runtime, MARTA)
            clean_up(conn)

            assert {needle: files_with(files, needle) for needle in needles} == {needle: [] for needle in needles}
            assert files_with(files, b"Pedro Quesada")
            assert keep_states(runtime, conn, lead_id) == []
            assert (await read_log(conn))[: len(log)] == log


def keep_states(runtime: Runtime, conn: Conn, lead_id: UUID) -> list[bytes]:
    """What is kept of a person when the states of their streams are; the beginning of each row."""
    lead = runtime.app.any_lead(lead_id)
    cast(StreamStore, runtime.app.events).snapshots.keep([lead, runtime.app.follower(lead.follower_id)])
    rows = conn.execute("SELECT substring(state, 1, 40) AS state FROM log.snapshots ORDER BY originator_id")
    return [bytes(row["state"]) for row in rows]


async def read_log(conn: Conn) -> list[DictRow]:
    return conn.execute("SELECT * FROM log.events ORDER BY notification_id").fetchall()
