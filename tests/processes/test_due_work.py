"""What falls due is done by one of those who could do it."""

import time
from datetime import timedelta
from uuid import uuid4

import psycopg
from psycopg.rows import DictRow

from domain import context
from domain.application import Clonnect
from domain.follower import Follower
from tests.runtime import Start, deliver, events, on_the_phone, say

Connection = psycopg.Connection[DictRow]

TOO_EXPENSIVE = "Hola, ¿cuánto cuesta el curso? me parece caro"


async def test_two_workers_share_the_work_and_nobody_is_written_to_twice(demo: Start, conn: Connection) -> None:
    async with demo() as one, demo() as other:
        for number in range(30):
            await deliver(one, {"follower_id": f"tg_{number + 1}", "text": TOO_EXPENSIVE, "message_id": "m"})
        assert await one.settle(one.clock())
        assert await one.move_clock(one.clock() + timedelta(days=3))
        assert await other.settle(other.clock())
        workers = {event.worker for event in events(one, Follower.SendAttempted)}

    assert [len(on_the_phone(conn, f"tg_{number + 1}")) for number in range(30)] == [3] * 30
    assert len(workers) == 2


async def test_an_attempt_of_a_worker_that_died_is_given_up_as_unknown(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
        first = min(events(runtime, Follower.FollowUpScheduled), key=lambda event: event.due_at)
    conn.execute("UPDATE app.clock SET ahead = %s - now()", (first.due_at,))
    async with demo(work=False) as runtime:
        with context.acting("bot"):
            await runtime.writer.do(Clonnect.decide_follow_up, first.originator_id, first.follow_up_id, "4711")
    async with demo() as runtime:
        assert await runtime.settle(runtime.clock())
        assert await runtime.move_clock(runtime.clock() + timedelta(minutes=1))
        assert [event.cause for event in events(runtime, Follower.SendUncertain)] == ["crash"]
        assert [event.follow_up_id for event in events(runtime, Follower.FollowUpUncertain)] == [first.follow_up_id]
    assert len(on_the_phone(conn, "tg_1")) == 1


async def test_an_attempt_of_a_worker_that_lives_is_left_to_it(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
        first = min(events(runtime, Follower.FollowUpScheduled), key=lambda event: event.due_at)
    conn.execute("UPDATE app.clock SET ahead = %s - now()", (first.due_at,))
    conn.execute("SELECT pg_advisory_lock(%s, 4711)", (0x636C6F6E,))
    async with demo(work=False) as runtime:
        with context.acting("bot"):
            done = await runtime.writer.do(Clonnect.decide_follow_up, first.originator_id, first.follow_up_id, "4711")
        assert done.position is not None
        assert await runtime.progress.passed(done.position, 5)
    async with demo() as runtime:
        assert runtime.worker is not None
        runtime.worker.agenda_moved()
        assert [due.worker for due in await runtime.agenda.open_attempts()] == ["4711"]
    assert conn.execute("SELECT 1 FROM log.events WHERE topic = 'follower.send_uncertain'").fetchall() == []


async def test_what_is_refused_for_good_is_not_looked_at_again(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        assert await runtime.settle(runtime.clock())
        conn.execute(
            """INSERT INTO read.agenda_v1 (key, kind, due_at, creator_id, follower_id, ref, event_id, correlation_id)
               VALUES ('nobody', 'follow_up', '2020-01-01Z', 'ana', %(id)s, %(id)s, %(id)s, %(id)s)""",
            {"id": uuid4()},
        )
        assert runtime.worker is not None
        runtime.worker.agenda_moved()
        assert await runtime.settle(runtime.clock())
        assert await runtime.agenda.next_due_at() is None


async def test_two_messages_to_one_person_go_out_one_behind_the_other(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        lead_id = await say(runtime, "tg_1", "Hola", "m1")
        started = time.monotonic()
        with context.acting("person:1"):
            for text in ("uno", "dos", "tres"):
                await runtime.writer.do(Clonnect.send_by_hand, "ana", lead_id, text, uuid4())
        assert await runtime.settle(runtime.clock())
        took = time.monotonic() - started
    assert on_the_phone(conn, "tg_1")[1:] == ["uno", "dos", "tres"]
    assert took < 5
