"""Answers that wait, take their time or are crossed; messages that are understood as one."""

from datetime import timedelta
from uuid import uuid4

import psycopg
from psycopg.rows import DictRow

from api.runtime import Runtime
from api.simulator.time_travel import move_clock, settle
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.vocabulary import Intent, Mode
from processes.presence import Presence
from tests.harness.runtime import acting, deliver, events, on_the_phone, say
from tests.world import CREATOR

Connection = psycopg.Connection[DictRow]
PRICE = "Hola, ¿cuánto cuesta el curso?"


async def waits(runtime: Runtime) -> None:
    """Messages in a row count as one from now on."""
    await acting(runtime, Clonnect.change_settings, CREATOR, {"debounce_seconds": 8}, None)


async def write(runtime: Runtime, text: str, message_id: str, phone: str = "sim_1") -> None:
    await deliver(runtime, {"follower_id": phone, "text": text, "message_id": message_id})


async def test_three_messages_in_a_row_are_understood_and_answered_as_one(runtime: Runtime, conn: Connection) -> None:
    await waits(runtime)
    for number, text in enumerate(("Hola", "una pregunta", "¿cuánto cuesta el curso?")):
        await write(runtime, text, f"m{number}")
    assert await settle(runtime)
    assert events(runtime, Follower.BurstUnderstood) == []

    assert await move_clock(runtime, runtime.clock() + timedelta(seconds=8.1))
    (understood,) = events(runtime, Follower.BurstUnderstood)
    assert understood.message_ids == ("m0", "m1", "m2")
    assert understood.intents[0][0] is Intent.QUESTION_PRODUCT
    assert len(on_the_phone(conn, "sim_1")) == 1


async def test_a_burst_goes_on_as_long_as_somebody_writes(runtime: Runtime) -> None:
    await waits(runtime)
    await write(runtime, "Hola", "m1")
    assert await move_clock(runtime, runtime.clock() + timedelta(seconds=7))
    await write(runtime, "¿cuánto cuesta el curso?", "m2")
    assert await move_clock(runtime, runtime.clock() + timedelta(seconds=7))
    assert events(runtime, Follower.BurstUnderstood) == []
    assert await move_clock(runtime, runtime.clock() + timedelta(seconds=2))
    assert len(events(runtime, Follower.BurstUnderstood)) == 1


async def test_in_review_an_answer_waits_until_it_expires(runtime: Runtime, conn: Connection) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.REVIEW)
    await say(runtime, "ig_1", PRICE, "m1")
    assert on_the_phone(conn, "ig_1") == []
    drafts, total = await runtime.awaiting_person.drafts(CREATOR, None, None, 10)
    assert total == 1

    assert await move_clock(runtime, drafts[0]["expires_at"] + timedelta(seconds=1))
    assert len(events(runtime, Follower.DraftExpired)) == 1
    assert (await runtime.awaiting_person.drafts(CREATOR, None, None, 10))[1] == 0


async def test_another_answer_is_written_when_a_person_asks_for_it(runtime: Runtime) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.REVIEW)
    lead_id = await say(runtime, "sim_1", PRICE, "m1")
    (first,) = events(runtime, Follower.ReplyDrafted)
    await acting(runtime, Clonnect.regenerate_draft, CREATOR, lead_id, first.draft_id)
    _, second = events(runtime, Follower.ReplyDrafted)
    assert second.why_draft == ("regenerated", "review")
    (started,) = events(runtime, Follower.GenerationStarted)
    assert started.attempt == 1


async def test_an_old_message_is_answered_by_a_draft(runtime: Runtime, conn: Connection) -> None:
    await waits(runtime)
    await write(runtime, PRICE, "m1")
    await runtime.clock.advance_to(runtime.clock() + timedelta(minutes=20), runtime.pool)
    assert await settle(runtime)
    assert [event.why_draft for event in events(runtime, Follower.ReplyDrafted)] == [("backlog",)]
    assert on_the_phone(conn, "sim_1") == []


async def test_a_very_old_message_is_understood_and_left_to_a_person(runtime: Runtime, conn: Connection) -> None:
    await waits(runtime)
    await write(runtime, PRICE, "m1")
    await runtime.clock.advance_to(runtime.clock() + timedelta(hours=25), runtime.pool)
    assert await settle(runtime)
    assert len(events(runtime, Follower.BurstUnderstood)) == 1
    assert events(runtime, Follower.ReplyDrafted) == []


async def test_while_a_person_types_nothing_automatic_leaves(runtime: Runtime, conn: Connection) -> None:
    lead_id = await say(runtime, "sim_1", "hola", "m1")
    greeted = on_the_phone(conn, "sim_1")
    await Presence(runtime.pool).hold(runtime.app.lead(CREATOR, lead_id).follower_id, "person:1")
    await say(runtime, "sim_1", PRICE, "m2")
    assert on_the_phone(conn, "sim_1") == greeted

    await acting(runtime, Clonnect.send_by_hand, CREATOR, lead_id, "Te contesto yo.", uuid4())
    assert on_the_phone(conn, "sim_1") == [*greeted, "Te contesto yo."]
    conn.execute("UPDATE app.presence SET held_until = clock_timestamp()")
    await say(runtime, "sim_2", "hola", "m1")  # the agenda is looked at again
    assert on_the_phone(conn, "sim_1") == [*greeted, "Te contesto yo."]
    assert [event.reason for event in events(runtime, Follower.SendCancelled)] == ["human_handling"]
