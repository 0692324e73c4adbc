"""What a platform delivers is kept, and becomes one message however often it comes."""

import json
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import DictRow

from api.database.installation import installation_key
from api.runtime import Runtime
from api.simulator.time_travel import settle
from domain import context
from domain.application import Clonnect
from domain.errors import NotFound
from domain.follower.follower import Follower
from domain.vocabulary import Platform
from eventstore import writer as writer_module
from eventstore.sealing import Sealer
from processes import deliveries
from processes.channels.base import ChannelName
from processes.channels.http_client import PlatformClient
from processes.channels.telegram import Telegram
from processes.deliveries import Deliveries
from tests.harness.runtime import Start, deliver, events, on_the_phone
from tests.world import CREATOR, sign_up

Connection = psycopg.Connection[DictRow]

HELLO = {"follower_id": "tg_1", "text": "Hola", "message_id": "m1"}


def states(conn: Connection) -> list[tuple[str, int]]:
    rows = conn.execute("SELECT state, items FROM app.deliveries ORDER BY received_at").fetchall()
    return [(row["state"], row["items"]) for row in rows]


async def test_a_message_is_stored_for_its_person_and_its_body_cannot_be_read(
    reader: Runtime, conn: Connection
) -> None:
    handled = await deliver(reader, HELLO)
    (received,) = handled.received
    (event,) = events(reader, Follower.MessageReceived)
    assert (event.originator_id, event.lead_id, event.text) == (received.follower_id, received.lead_id, "Hola")
    assert not received.duplicate
    assert states(conn) == [("processed", 1)]
    (row,) = conn.execute("SELECT body_sealed FROM app.deliveries").fetchall()
    assert b"Hola" not in row["body_sealed"]


async def test_who_has_no_id_of_the_platform_is_nobody_and_what_they_sent_is_kept(
    reader: Runtime, conn: Connection
) -> None:
    for number, phone in enumerate(("tg_01001", "tg_marta", "ig_ana", "wa_34.611", "wa_034611223344"), 1):
        handled = await deliver(reader, HELLO | {"follower_id": phone})
        assert handled.quarantined is not None
        assert phone.partition("_")[2] not in handled.quarantined
        assert states(conn) == [("quarantined", 1)] * number
    assert events(reader, Follower.MessageReceived) == []


async def test_the_same_delivery_again_changes_nothing(reader: Runtime, conn: Connection) -> None:
    (first,) = (await deliver(reader, HELLO)).received
    (again,) = (await deliver(reader, HELLO)).received
    assert (again.lead_id, again.duplicate) == (first.lead_id, True)
    assert len(events(reader, Follower.MessageReceived)) == 1
    assert states(conn) == [("processed", 1)]


async def test_the_same_message_in_another_body_changes_nothing(reader: Runtime) -> None:
    await deliver(reader, HELLO)
    again = await deliver(reader, HELLO | {"name": "Marta"})
    assert [received.duplicate for received in again.received] == [True]
    assert len(events(reader, Follower.MessageReceived)) == 1


async def test_the_same_words_said_again_are_another_message(reader: Runtime) -> None:
    await deliver(reader, HELLO)
    await deliver(reader, HELLO | {"message_id": "m2"})
    assert [event.text for event in events(reader, Follower.MessageReceived)] == ["Hola", "Hola"]


async def test_two_creators_who_are_told_the_same_both_hear_it(reader: Runtime) -> None:
    sign_up(reader.app, reader.settings, "eva")
    mine, hers = await deliver(reader, HELLO), await deliver(reader, HELLO, "eva")
    assert mine.received[0].lead_id != hers.received[0].lead_id
    assert len(events(reader, Follower.MessageReceived)) == 2


async def test_what_nobody_understands_waits_for_a_person(reader: Runtime, conn: Connection) -> None:
    handled = await reader.deliveries.store(ChannelName.TELEGRAM, f"{CREATOR}-telegram", CREATOR, b"{", "telegram")
    assert handled.quarantined is not None
    assert states(conn) == [("quarantined", 1)]
    assert events(reader, Follower.MessageReceived) == []


async def test_what_comes_for_a_creator_who_is_gone_waits_for_a_person(reader: Runtime, conn: Connection) -> None:
    handled = await deliver(reader, HELLO, "nobody")
    assert "no such creator" in (handled.quarantined or "")
    assert states(conn) == [("quarantined", 1)]


async def test_what_cannot_be_handled_now_is_kept_and_handled_later(
    reader: Runtime, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(writer_module, "DEADLINE_SECONDS", -1.0)
        handled = await deliver(reader, HELLO)
    assert (handled.received, handled.quarantined) == ([], None)
    assert states(conn) == [("stored", 0)]
    conn.execute("UPDATE app.deliveries SET received_at = received_at - interval '1 minute'")
    assert await reader.deliveries.sweep() == 1
    assert states(conn) == [("processed", 1)]
    assert len(events(reader, Follower.MessageReceived)) == 1


async def test_a_message_is_kept_with_its_events_or_not_at_all(reader: Runtime, conn: Connection) -> None:
    conn.execute(
        """CREATE FUNCTION app.fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'disk full'; END$$;
           CREATE TRIGGER fail BEFORE INSERT ON app.deliveries FOR EACH ROW EXECUTE FUNCTION app.fail()"""
    )
    with pytest.raises(psycopg.Error):
        await deliver(reader, HELLO)
    assert events(reader, Follower.MessageReceived) == []
    conn.execute("DROP TRIGGER fail ON app.deliveries")
    await deliver(reader, HELLO)
    assert len(events(reader, Follower.MessageReceived)) == 1
    assert states(conn) == [("processed", 1)]


async def test_what_a_crash_left_between_storing_and_reading_is_handled_by_the_next_program(
    demo: Start, conn: Connection
) -> None:
    async with demo(work=False) as runtime:
        left(runtime, conn, json.dumps(HELLO).encode())
    async with demo() as runtime:
        assert await settle(runtime)
        assert states(conn) == [("processed", 1)]
        assert len(events(runtime, Follower.MessageReceived)) == 1
    assert len(on_the_phone(conn, "tg_1")) == 1


async def test_a_delivery_that_cannot_be_opened_keeps_nobody_else_waiting(reader: Runtime, conn: Connection) -> None:
    left(reader, conn, json.dumps(HELLO).encode())
    left(reader, conn, json.dumps(HELLO).encode(), key=bytes(32), earlier=timedelta(minutes=1))
    assert await reader.deliveries.sweep() == 2
    assert [state for state, _ in states(conn)] == ["stored", "processed"]


async def test_many_that_cannot_be_opened_keep_nobody_waiting_and_say_one_line_each(
    reader: Runtime, conn: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(deliveries.SWEPT_AT_ONCE):
        left(reader, conn, f"{number}".encode(), key=bytes(32), earlier=timedelta(minutes=1))
    left(reader, conn, json.dumps(HELLO).encode())
    await reader.deliveries.sweep()
    assert len(caplog.records) == deliveries.SWEPT_AT_ONCE
    assert not any(record.exc_info for record in caplog.records)
    assert await reader.deliveries.sweep() == 1
    assert len(events(reader, Follower.MessageReceived)) == 1
    assert await reader.deliveries.sweep() == 0


async def test_what_cannot_be_opened_is_tried_seldomer_each_time_and_left_to_a_person_in_the_end(
    reader: Runtime, conn: Connection
) -> None:
    left(reader, conn, b"{}", key=bytes(32))
    waited = []
    for tries in range(1, deliveries.TRIES + 1):
        assert await reader.deliveries.sweep() == 1
        (row,) = conn.execute("SELECT delivery_id, tries, state, reason, next_try_at FROM app.deliveries").fetchall()
        assert (row["tries"], row["reason"]) == (tries, "cannot_be_opened")
        waited.append(row["next_try_at"] - reader.clock())
        conn.execute("UPDATE app.deliveries SET next_try_at = now()")
    assert waited == sorted(waited)
    assert (waited[0] < timedelta(minutes=1) < waited[-1], row["state"]) == (True, "quarantined")
    assert await reader.deliveries.sweep() == 0

    await reader.deliveries.try_again(row["delivery_id"])
    assert await reader.deliveries.sweep() == 1
    with pytest.raises(NotFound):
        await reader.deliveries.try_again(uuid4())


async def test_what_was_delivered_is_repeated_in_no_reason(reader: Runtime, conn: Connection) -> None:
    body = {"update_id": 1, "my_chat_member": {"chat": {"id": 7}, "new_chat_member": {"status": "palabras de Marta"}}}
    channels = dict(reader.channels) | {ChannelName.TELEGRAM: Telegram(PlatformClient("http://127.0.0.1:1"))}
    sealer = Sealer(installation_key(reader.settings))
    app = reader.app
    real = Deliveries(reader.pool, reader.writer, channels, sealer, reader.clock, app.namespace, app.trace_of)
    handled = await real.store(ChannelName.TELEGRAM, "7", CREATOR, json.dumps(body).encode(), "telegram")
    assert "palabras de Marta" in (handled.quarantined or "")
    (row,) = conn.execute("SELECT state, reason FROM app.deliveries").fetchall()
    assert (row["state"], row["reason"]) == ("quarantined", "item 0: unreadable")


async def test_what_is_being_handled_is_not_swept(reader: Runtime, conn: Connection) -> None:
    left(reader, conn, json.dumps(HELLO).encode(), earlier=timedelta(seconds=-59))
    assert await reader.deliveries.sweep() == 0


def left(
    runtime: Runtime, conn: Connection, body: bytes, *, key: bytes | None = None, earlier: timedelta = timedelta(0)
) -> None:
    """A delivery that was stored a minute ago by a program that then died."""
    delivery_id = uuid4()
    sealed = Sealer(key or installation_key(runtime.settings)).seal(body, str(delivery_id))
    at = runtime.clock() - timedelta(minutes=1) - earlier
    conn.execute(
        """INSERT INTO app.deliveries (delivery_id, channel, account_id, creator_id, body_sha256, body_sealed,
                                       received_at)
           VALUES (%s, 'telegram', 'maria-telegram', 'maria', sha256(%s), %s, %s)""",
        (delivery_id, body, sealed, at),
    )


async def test_who_blocked_the_account_and_comes_back_is_known_to_be_reachable(reader: Runtime) -> None:
    await deliver(reader, HELLO)
    for reachable in (False, False, True):
        with context.acting("platform:telegram"):
            await reader.writer.do(Clonnect.report_reachability, CREATOR, Platform.TELEGRAM, "1", reachable)
    assert len(events(reader, Follower.Suppressed)) == 1
    assert len(events(reader, Follower.Unsuppressed)) == 1
