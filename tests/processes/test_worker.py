"""What happened is reacted to once, in order, whatever stumbles, dies or is cut off."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, StoredEvent
from psycopg.rows import DictRow

from api.runtime import Runtime
from api.simulator.time_travel import move_clock, settle
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits
from eventstore.leases import Deposed, take
from eventstore.log import Recorded
from eventstore.writer import Writer
from processes.due_work import DueWork
from processes.generation import Generation
from processes.notifying.attempts import NotificationAttempts
from processes.notifying.notifications import Notifications
from processes.process import Process, caused_by, reacts_to
from processes.reactions import Reactions
from processes.sending import Sending
from processes.template_answers import TemplateAnswers
from processes.worker import LEASE, Worker
from tests.chaos.proxy import Proxy, Rates
from tests.harness.runtime import Start, deliver, events, on_the_phone, recorded, say
from tests.harness.waiting import PATIENCE, until
from tests.world import CREATOR

Connection = psycopg.Connection[DictRow]

TOO_EXPENSIVE = "Hola, ¿cuánto cuesta el curso? me parece caro"
ALL_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


class RecordingProcess(Process):
    """A process that only remembers which messages it was shown."""

    name = "replies"

    def __init__(self, trouble: Callable[[str], Exception | None] = lambda text: None) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._trouble = trouble

    @reacts_to(Follower.MessageReceived)
    async def message_received(self, event: Follower.MessageReceived, recorded: Recorded) -> None:
        self.shown.append(event.text)
        if (error := self._trouble(event.text)) is not None:
            raise error


class Slow(RecordingProcess):
    """A process that never ends with one text."""

    def __init__(self, endless: str) -> None:
        super().__init__()
        self._endless = endless

    @reacts_to(Follower.MessageReceived)
    async def message_received(self, event: Follower.MessageReceived, recorded: Recorded) -> None:
        self.shown.append(event.text)
        if event.text == self._endless:
            await asyncio.Event().wait()


class Hanging(Process):
    """A process that hangs over a message, and wakes with a command."""

    name = "replies"

    def __init__(self, writer: Writer[Clonnect]) -> None:
        super().__init__()
        self._writer = writer
        self.shown, self.ended = asyncio.Event(), asyncio.Event()

    @reacts_to(Follower.MessageReceived)
    async def message_received(self, event: Follower.MessageReceived, recorded: Recorded) -> None:
        self.shown.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            # As one that was stopped as a whole and wakes: it gives its command before it hears of anything.
            with caused_by(recorded), contextlib.suppress(Deposed):
                await self._writer.do(Clonnect.read_conversation, CREATOR, event.lead_id)
            raise
        finally:
            self.ended.set()


@asynccontextmanager
async def working(runtime: Runtime, process: Process, url: str | None = None) -> AsyncIterator[Worker]:
    """A worker with one process of its own, in a program that has none."""
    sending = Sending(runtime.writer, runtime.channels, runtime.connections)
    answers = TemplateAnswers(runtime.app)
    generation = Generation(runtime.agenda, runtime.writer, answers, AnswerLimits(), runtime.clock)
    attempts = NotificationAttempts(runtime.pool)
    notifications = Notifications(
        runtime.agenda, runtime.writer, runtime.senders, attempts, lambda _: None, runtime.clock
    )
    due_work = DueWork(runtime.agenda, runtime.writer, sending, generation, notifications, None, runtime.clock)
    worker = Worker(
        url or runtime.url,
        runtime.pool,
        Reactions(runtime.log, runtime.writer, [process]),
        due_work,
        runtime.agenda,
        runtime.deliveries,
        runtime.clock,
    )
    await worker.start()
    yield worker
    await worker.stop()


async def at_the_head(runtime: Runtime, worker: Worker) -> None:
    """Wait until the worker has been through the log."""
    async with asyncio.timeout(20):
        while worker.position < runtime.log.head():
            worker.log_moved()
            await runtime.progress.wait_for_change(runtime.progress.position, 0.02)


async def hear(runtime: Runtime, *texts: str) -> None:
    """Each text from somebody else."""
    for number, text in enumerate(texts):
        await deliver(runtime, {"follower_id": f"tg_{number + 1}", "text": text, "message_id": "m"})


async def hear_one(runtime: Runtime, *texts: str) -> None:
    """All texts from one person."""
    for text in texts:
        await deliver(runtime, {"follower_id": "tg_1", "text": text, "message_id": text})


def stored(conn: Connection) -> int:
    """The position from which a worker goes on that takes over."""
    row = conn.execute("SELECT position FROM app.processes WHERE name = 'replies'").fetchone()
    assert row is not None
    return int(row["position"])


async def test_every_message_of_a_person_is_shown_once_in_its_order(reader: Runtime) -> None:
    process = RecordingProcess()
    await hear_one(reader, "uno", "dos", "tres")
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    assert process.shown == ["uno", "dos", "tres"]


async def test_who_is_slow_delays_nobody_and_is_gone_on_with_by_the_next_worker(
    reader: Runtime, conn: Connection
) -> None:
    process = Slow("uno")
    await hear_one(reader, "uno", "y más")
    for phone, text in (("tg_2", "dos"), ("tg_3", "tres")):
        await deliver(reader, {"follower_id": phone, "text": text, "message_id": "m"})
    first = min(each.position for each in recorded(reader) if isinstance(each.event, Follower.MessageReceived))
    async with working(reader, process):
        await until(lambda: len(process.shown) == 3)
        assert sorted(process.shown) == ["dos", "tres", "uno"]
    assert stored(conn) == first - 1
    process = Slow("nobody")
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    assert sorted(process.shown) == ["dos", "tres", "uno", "y más"]
    assert process.shown.index("uno") < process.shown.index("y más")
    assert stored(conn) == reader.log.head()


async def test_reactions_to_many_people_share_their_transactions(demo: Start, conn: Connection) -> None:
    people = 40
    async with demo(work=False) as runtime:
        for number in range(people):
            await deliver(runtime, {"follower_id": f"tg_{number + 1}", "text": TOO_EXPENSIVE, "message_id": "m"})
    async with demo() as runtime:
        assert await settle(runtime)
        assert len(events(runtime, Follower.BurstUnderstood)) == people
    row = conn.execute(
        "SELECT count(DISTINCT xmin::text) AS n FROM log.events WHERE topic = %s", (Follower.BurstUnderstood.TOPIC,)
    ).fetchone()
    assert row is not None
    assert row["n"] < people / 4


async def test_what_a_process_cannot_handle_is_set_aside_and_the_rest_goes_on(
    reader: Runtime, conn: Connection
) -> None:
    process = RecordingProcess(lambda text: ValueError("no") if text == "dos" else None)
    await hear_one(reader, "uno", "dos", "tres")
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    assert process.shown == ["uno", "dos", "dos", "dos", "tres"]
    (parked,) = conn.execute("SELECT process, position, creator_id, error FROM app.parked").fetchall()
    (position,) = [each.position for each in recorded(reader) if getattr(each.event, "text", None) == "dos"]
    assert parked.pop("error").startswith("ValueError (test_worker.py:")  # and not what it says
    assert parked == {"process": "replies", "position": position, "creator_id": CREATOR}


async def test_what_nobody_can_read_is_set_aside_by_whom_it_concerns_and_the_rest_goes_on(
    reader: Runtime, conn: Connection
) -> None:
    process = RecordingProcess()
    await hear(reader, "uno")
    broken = StoredEvent(uuid4(), 1, Follower.MessageReceived.TOPIC, b'{"text": 7')
    nobodys = StoredEvent(uuid4(), 1, "follower.from_the_future", b"{}")
    reader.app.recorder.insert_events([broken, nobodys])
    position = reader.log.head() - 1
    await hear_one(reader, "dos", "tres")
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    assert process.shown == ["uno", "dos", "tres"]
    (parked,) = conn.execute("SELECT process, position FROM app.parked").fetchall()
    assert parked == {"process": "replies", "position": position}


async def test_what_succeeds_at_the_second_try_is_not_set_aside(reader: Runtime, conn: Connection) -> None:
    troubles: list[Exception | None] = [ValueError("not yet"), None]
    process = RecordingProcess(lambda text: troubles.pop(0))
    await hear(reader, "uno")
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    assert process.shown == ["uno", "uno"]
    assert conn.execute("SELECT * FROM app.parked").fetchall() == []


async def test_an_outage_of_the_database_is_nobodys_fault_and_sets_nothing_aside(
    reader: Runtime, conn: Connection
) -> None:
    troubles: list[Exception | None] = [OperationalError("gone"), psycopg.OperationalError("still gone"), None]
    process = RecordingProcess(lambda text: troubles.pop(0))
    await hear(reader, "uno")
    async with working(reader, process) as worker:
        await at_the_head(reader, worker)
    assert process.shown == ["uno"] * 3
    assert conn.execute("SELECT * FROM app.parked").fetchall() == []


async def test_of_two_workers_one_reacts_and_the_other_takes_over_when_it_is_gone(reader: Runtime) -> None:
    one, other = RecordingProcess(), RecordingProcess()
    async with AsyncExitStack() as leading:
        first = await leading.enter_async_context(working(reader, one))
        await hear(reader, "uno")
        await at_the_head(reader, first)
        async with working(reader, other) as second:
            await deliver(reader, {"follower_id": "tg_7", "text": "dos", "message_id": "m"})
            await at_the_head(reader, first)
            await leading.aclose()
            await deliver(reader, {"follower_id": "tg_8", "text": "tres", "message_id": "m"})
            await at_the_head(reader, second)
    assert (one.shown, other.shown) == (["uno", "dos"], ["tres"])


async def test_a_worker_that_wakes_after_another_has_taken_over_stores_nothing(
    reader: Runtime, conn: Connection
) -> None:
    process = Hanging(reader.writer)
    async with working(reader, process):
        await hear(reader, "uno")
        await process.shown.wait()
        before = conn.execute("SELECT * FROM app.processes").fetchall()
        while not take(conn, [LEASE]):
            conn.execute("UPDATE app.leases SET beat_at = beat_at - interval '1 minute'")
        async with asyncio.timeout(PATIENCE):
            await process.ended.wait()
    assert events(reader, Follower.Read) == []
    assert conn.execute("SELECT * FROM app.processes").fetchall() == before


async def test_a_worker_whose_session_falls_silent_is_followed_and_ends_when_it_is_told(
    reader: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstore.leases.SILENT_SECONDS", 1.0)
    one, other = RecordingProcess(), RecordingProcess()
    with Proxy(reader.url, Rates()) as proxy:
        async with AsyncExitStack() as leading:
            first = await leading.enter_async_context(working(reader, one, proxy.url))
            await hear(reader, "uno")
            await at_the_head(reader, first)
            proxy.fall_silent()
            async with working(reader, other) as second:
                await deliver(reader, {"follower_id": "tg_7", "text": "dos", "message_id": "m"})
                await at_the_head(reader, second)
            async with asyncio.timeout(PATIENCE):
                await leading.aclose()
    assert (one.shown[:1], other.shown) == (["uno"], ["dos"])


async def test_a_reaction_that_never_ends_is_begun_anew(reader: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processes.reactions.REACTION_SECONDS", 0.1)
    process = Hanging(reader.writer)
    async with working(reader, process):
        await hear(reader, "uno")
        await process.ended.wait()
        process.shown.clear()
        async with asyncio.timeout(PATIENCE):
            await process.shown.wait()


async def test_what_is_shown_again_after_a_crash_changes_nothing(demo: Start, conn: Connection) -> None:
    async with demo() as runtime:
        await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
        await say(runtime, "tg_2", "Quiero hablar con una persona", "m1")
        await say(runtime, "tg_1", "gracias!", "m2")
        head = runtime.log.head()
        arrived = on_the_phone(conn, "tg_1")
    for position in (head - 1, head // 2, 0):
        conn.execute("UPDATE app.processes SET position = %s", (position,))
        async with demo() as runtime:
            assert await settle(runtime)
            assert [each.event.TOPIC for each in recorded(runtime, head)] == []
    assert on_the_phone(conn, "tg_1") == arrived


async def test_all_connections_may_be_cut_and_the_work_goes_on(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    assert conn.execute(ALL_OTHERS).rowcount > 4
    for _ in range(20):  # connections that wait in a pool are found to be dead one at a time
        try:
            await say(runtime, "tg_2", TOO_EXPENSIVE, "m1")
        except (psycopg.Error, OperationalError, IndexError):
            continue
        break
    assert await move_clock(runtime, runtime.clock() + timedelta(days=2))
    assert [len(on_the_phone(conn, phone)) for phone in ("tg_1", "tg_2")] == [3, 3]
    assert conn.execute("SELECT * FROM app.parked").fetchall() == []


async def test_the_scheduler_wakes_the_worker_at_the_minute(
    demo: Start, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.worker.TICK_SECONDS", 3600)  # nothing else wakes it
    async with demo() as runtime:
        await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
        first = min(event.due_at for event in events(runtime, Follower.FollowUpScheduled))
        before = runtime.log.head()
    conn.execute("UPDATE app.clock SET ahead = %s - now()", (first - timedelta(seconds=2),))
    async with demo() as runtime:
        assert await runtime.progress.wait_until(before + 4, PATIENCE)  # requested, attempted, accepted, sent
        (attempt,) = events(runtime, Follower.SendAttempted, before)
        assert attempt.decided_at >= first
