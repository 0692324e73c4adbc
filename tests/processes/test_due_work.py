"""What falls due is done by one of those who could do it."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import DictRow

from api.runtime import Runtime
from api.simulator import time_travel
from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.errors import LostRace, NotFound
from domain.follower.follower import Follower
from domain.follower.values import SILENCE, SendOrder
from domain.vocabulary import SequenceType
from processes import due_work as due_work_module
from processes.channels.base import Account, Content, Outcome
from processes.channels.simulator import Simulator
from projections.agenda import Agenda, Kind
from projections.engine.rebuild import Rebuild
from tests.harness.runtime import Start, acting, deliver, events, on_the_phone, say
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR

Connection = psycopg.Connection[DictRow]

NO_POOL: Any = None
TOO_EXPENSIVE = "Hola, ¿cuánto cuesta el curso? me parece caro"


async def test_two_workers_share_the_work_and_nobody_is_written_to_twice(
    demo: Start, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes little at a time, and the first call of one waits for one of the other."""
    monkeypatch.setattr(due_work_module, "CLAIM", 2)
    calling, both = set[Simulator](), asyncio.Event()
    send = Simulator.send

    async def seen(self: Simulator, account: Account, to: str, content: Content, send_id: UUID) -> Outcome:
        calling.add(self)
        if len(calling) == 2:
            both.set()
        await both.wait()
        return await send(self, account, to, content, send_id)

    monkeypatch.setattr(Simulator, "send", seen)
    async with demo() as one, demo() as other:
        for number in range(30):
            await deliver(one, {"follower_id": f"tg_{number + 1}", "text": TOO_EXPENSIVE, "message_id": "m"})
        assert await settle(one)
        assert await move_clock(one, one.clock() + timedelta(days=3))
        assert await settle(other)
        workers = {event.worker for event in events(one, Follower.SendAttempted)}

    assert [len(on_the_phone(conn, f"tg_{number + 1}")) for number in range(30)] == [3] * 30
    assert len(workers) == 2


async def test_a_clock_that_nobody_works_by_does_not_move_past_what_is_due(
    demo: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with demo() as runtime:
        await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
        first = min(event.due_at for event in events(runtime, Follower.FollowUpScheduled))
    monkeypatch.setattr(time_travel, "SETTLE_SECONDS", 0.2)
    async with demo(work=False) as runtime, asyncio.timeout(10):
        assert not await move_clock(runtime, first + timedelta(hours=1))
        assert first <= runtime.clock() < first + timedelta(minutes=1)


async def test_an_attempt_of_a_worker_that_died_is_given_up_as_unknown(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
        first = min(events(runtime, Follower.FollowUpScheduled), key=lambda event: event.due_at)
    conn.execute("UPDATE app.clock SET ahead = %s - now()", (first.due_at,))
    async with demo(work=False) as runtime:
        with context.acting("bot"):
            await runtime.writer.do(Clonnect.decide_follow_up, first.originator_id, first.follow_up_id, "4711")
    async with demo() as runtime:
        assert await settle(runtime)
        assert await move_clock(runtime, runtime.clock() + timedelta(minutes=1))
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
        assert await runtime.progress.wait_until(done.position, PATIENCE)
    async with demo() as runtime:
        assert runtime.worker is not None
        runtime.worker.agenda_moved()
        assert [due.worker for due in await runtime.agenda.open_attempts()] == ["4711"]
    assert conn.execute("SELECT 1 FROM log.events WHERE topic = 'follower.send_uncertain'").fetchall() == []


async def test_a_command_that_lost_its_races_is_tried_again_and_what_was_due_is_done(
    runtime: Runtime, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_work_module, "AGAIN_AFTER", timedelta(0))
    attempt = Clonnect.attempt_send
    lost: list[UUID] = []

    def lose_two_races(app: Clonnect, follower_id: UUID, send_id: UUID, worker: str) -> SendOrder | None:
        if len(lost) < 2:
            lost.append(send_id)
            raise LostRace("Somebody else was faster.")
        return attempt(app, follower_id, send_id, worker)

    monkeypatch.setattr(Clonnect, "attempt_send", lose_two_races)
    await deliver(runtime, {"follower_id": "tg_1", "text": "¿Cuánto cuesta el curso?", "message_id": "m1"})
    assert await until_looked_at_again(runtime, lambda: bool(on_the_phone(conn, "tg_1")))
    assert len(lost) == 2
    assert conn.execute("SELECT * FROM app.dismissed").fetchall() == []


async def test_an_outcome_that_lost_its_races_is_recorded_in_the_end(
    runtime: Runtime, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Clonnect.record_send_accepted
    lost: list[object] = []

    def lose_two_races(app: Clonnect, *args: Any) -> None:
        if len(lost) < 2:
            lost.append(args)
            raise LostRace("Somebody else was faster.")
        record(app, *args)

    monkeypatch.setattr(Clonnect, "record_send_accepted", lose_two_races)
    await say(runtime, "tg_1", "¿Cuánto cuesta el curso?", "m1")
    assert len(events(runtime, Follower.SendAccepted)) == len(on_the_phone(conn, "tg_1")) == 1
    assert await runtime.agenda.open_attempts() == []


async def test_an_attempt_past_its_deadline_becomes_uncertain_though_that_lost_its_race_too(
    runtime: Runtime, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker lives, and has never learned what became of the call."""
    monkeypatch.setattr(due_work_module, "AGAIN_AFTER", timedelta(0))

    def defect(app: Clonnect, *args: Any) -> None:
        raise ZeroDivisionError

    record = Clonnect.record_send_uncertain
    lost: list[object] = []

    def lose_a_race(app: Clonnect, *args: Any) -> None:
        if not lost:
            lost.append(args)
            raise LostRace("Somebody else was faster.")
        record(app, *args)

    monkeypatch.setattr(Clonnect, "record_send_accepted", defect)
    monkeypatch.setattr(Clonnect, "record_send_uncertain", lose_a_race)
    await deliver(runtime, {"follower_id": "tg_1", "text": "¿Cuánto cuesta el curso?", "message_id": "m1"})
    assert await until_looked_at_again(runtime, lambda: bool(events(runtime, Follower.SendAttempted)))
    await runtime.clock.advance_to(runtime.clock() + timedelta(seconds=61), runtime.pool)
    assert await until_looked_at_again(runtime, lambda: bool(events(runtime, Follower.SendUncertain)))
    assert len(lost) == 1


async def until_looked_at_again(runtime: Runtime, is_done: Callable[[], bool]) -> bool:
    """Whether something happens within seconds, the worker being woken for it as by its tick."""
    assert runtime.worker is not None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(20):
            while not is_done():
                runtime.worker.agenda_moved()
                await runtime.progress.wait_for_change(runtime.progress.position, 0.02)
            return True
    return False


async def test_who_was_silent_while_the_sequence_was_off_is_not_written_to_by_a_rebuild(
    runtime: Runtime, database_url: str
) -> None:
    await acting(runtime, Clonnect.switch_sequence, CREATOR, SequenceType.RE_ENGAGEMENT, False)
    for number in range(1, 4):
        await say(runtime, f"tg_{number}", "Hola", "m1")
    assert await move_clock(runtime, runtime.clock() + SILENCE)
    declined = events(runtime, Follower.EnrolmentDeclined)
    assert [event.reason for event in declined] == ["sequence_off"] * 3
    await acting(runtime, Clonnect.switch_sequence, CREATOR, SequenceType.RE_ENGAGEMENT, True)
    before = runtime.log.head()
    await asyncio.to_thread(Rebuild(database_url, runtime.log, Agenda(NO_POOL), lambda step: None).run)
    assert await settle(runtime)
    assert runtime.log.head() == before


async def test_who_was_dismissed_by_the_release_before_is_not_written_to_by_a_rebuild(
    demo: Start, conn: Connection, database_url: str
) -> None:
    """It left no event of it: what it had dismissed is known beside the tables."""
    async with demo() as runtime:
        await say(runtime, "tg_1", "Hola", "m1")
        conn.execute(
            """INSERT INTO app.dismissed (key, event_id, kind, creator_id, follower_id, due_at, reason)
               SELECT key, event_id, kind, creator_id, follower_id, due_at, 'dismissed' FROM read.agenda_v3"""
        )
        await asyncio.to_thread(Rebuild(database_url, runtime.log, Agenda(NO_POOL), lambda step: None).run)
        assert await move_clock(runtime, runtime.clock() + SILENCE)
        assert [event.reason for event in events(runtime, Follower.EnrolmentDeclined)] == ["dismissed"]
        assert events(runtime, Follower.Enrolled) == []
        assert await runtime.agenda.unfinished(runtime.clock()) == 0


async def test_what_is_refused_is_given_up_with_an_event(
    runtime: Runtime, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(app: Clonnect, *args: Any) -> None:
        raise NotFound("There is no such sequence.")

    monkeypatch.setattr(Clonnect, "attempt_send", refuse)
    await say(runtime, "tg_1", "¿Cuánto cuesta el curso?", "m1")
    assert [event.reason for event in events(runtime, Follower.SendCancelled)] == ["refused:NotFound"]
    assert conn.execute("SELECT * FROM app.dismissed").fetchall() == []


async def test_what_is_refused_for_good_is_not_looked_at_again(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        assert await settle(runtime)
        conn.execute(
            """INSERT INTO read.agenda_v3 (key, kind, due_at, creator_id, follower_id, ref, event_id, correlation_id)
               VALUES ('nobody', 'follow_up', '2020-01-01Z', 'maria', %(id)s, %(id)s, %(id)s, %(id)s)""",
            {"id": uuid4()},
        )
        assert runtime.worker is not None
        runtime.worker.agenda_moved()
        assert await settle(runtime)
        assert await runtime.agenda.next_due_at() is None
    (dismissed,) = conn.execute("SELECT key, reason FROM app.dismissed").fetchall()
    assert dismissed == {"key": "nobody", "reason": "refused:NotFound"}


async def test_what_a_dead_worker_had_in_hand_goes_out_although_its_lease_has_not_ended(
    demo: Start, conn: Connection
) -> None:
    async with demo() as runtime:
        lead_id = await say(runtime, "tg_1", "Hola", "m1")
    async with demo(work=False) as runtime:
        with context.acting("person:1"):
            await runtime.writer.do(Clonnect.send_by_hand, CREATOR, lead_id, "uno", uuid4())
        assert await runtime.progress.wait_until(await asyncio.to_thread(runtime.log.head), PATIENCE)
        (due,) = await runtime.agenda.claim(runtime.clock(), 10, "nobody")
        assert due.kind is Kind.SEND
    conn.execute(
        "UPDATE read.agenda_v3 SET leased_until = clock_timestamp() + interval '1 hour' WHERE key = %s", (due.key,)
    )
    async with demo() as runtime:
        assert await settle(runtime)
    assert on_the_phone(conn, "tg_1")[1:] == ["uno"]


async def test_two_messages_to_one_person_go_out_one_behind_the_other(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        lead_id = await say(runtime, "tg_1", "Hola", "m1")
        with context.acting("person:1"):
            for text in ("uno", "dos", "tres"):
                await runtime.writer.do(Clonnect.send_by_hand, CREATOR, lead_id, text, uuid4())
        assert await settle(runtime)
    assert on_the_phone(conn, "tg_1")[1:] == ["uno", "dos", "tres"]
