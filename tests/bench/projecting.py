"""How fast the board is built from the log, and how soon a command shows on it."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any, cast
from uuid import UUID

from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection as LibraryProjection
from eventsourcing.projection import ProjectionRunner
from psycopg.sql import SQL

from api.bootstrap import run
from api.database.installation import open_application
from api.runtime import Runtime
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.vocabulary import Status
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from projections.board import Board
from projections.engine.rebuild import Rebuild
from tests.bench.results import Measured, percentiles
from tests.chaos.library import library_datastore
from tests.chaos.writing import KEY
from tests.harness.waiting import PATIENCE
from tests.world import NO_POOL

COMMANDS_PER_SECOND = 200
PATIENCE_SECONDS = 600.0


class LibraryBoard(PostgresTrackingRecorder):
    """The heart of the board as one writes it with the library: a transaction per event."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS library_board (lead_id uuid PRIMARY KEY, status text, said text, at text)"
            ).format()
        )

    def change(self, query: str, params: Sequence[object], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(query.encode(), params, prepare=True)


class LibraryBoardProjection(LibraryProjection[LibraryBoard]):
    name = "library_board"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)

    @process_event.register
    def _captured(self, domain_event: Lead.Captured, tracking: Tracking) -> None:
        query = "INSERT INTO library_board (lead_id, status) VALUES (%s, %s)"
        self.view.change(query, (domain_event.originator_id, domain_event.status), tracking)

    @process_event.register
    def _status_changed(self, domain_event: Lead.StatusChanged, tracking: Tracking) -> None:
        query = "UPDATE library_board SET status = %s WHERE lead_id = %s"
        self.view.change(query, (domain_event.after, domain_event.originator_id), tracking)

    @process_event.register
    def _message_received(self, domain_event: Follower.MessageReceived, tracking: Tracking) -> None:
        query = "UPDATE library_board SET said = %s, at = %s WHERE lead_id = %s"
        self.view.change(query, (domain_event.text, str(domain_event.timestamp), domain_event.lead_id), tracking)


def measure_rebuild(url: str, sample: int) -> Iterator[Measured]:
    """The board of the whole log, beside the library's runner on the first `sample` events of it."""
    with open_application(url, KEY) as app:
        log = Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))
        board = Board(NO_POOL)
        begun, used = time.perf_counter(), time.process_time()
        events = Rebuild(url, log, board, lambda _step: None).run()
        ours, core = events / (time.perf_counter() - begun), events / (time.process_time() - used)
        theirs = library_events_per_second(url, app, min(sample, events))
    yield Measured("board rebuilt from the log", ours, "events/s", theirs, "the library's ProjectionRunner")
    yield Measured("board rebuilt from the log", ours, "events/s", 50_000, "the target of P4")
    yield Measured("the same, per second of the program's CPU", core, "events/s", 50_000, "the target of P4")


def library_events_per_second(url: str, app: Clonnect, events: int) -> float:
    datastore = library_datastore(url, 2, db_functions=False)
    conninfo = datastore.pool.kwargs
    datastore.close()
    assert isinstance(conninfo, dict)
    env = dict(app.env) | {
        "LIBRARY_BOARD_PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": conninfo["dbname"],
        "POSTGRES_HOST": conninfo["host"],
        "POSTGRES_PORT": conninfo["port"],
        "POSTGRES_USER": conninfo["user"],
        "POSTGRES_PASSWORD": conninfo["password"],
    }
    begun = time.perf_counter()
    with ProjectionRunner(
        application_class=Clonnect, projection_class=LibraryBoardProjection, view_class=LibraryBoard, env=env
    ) as runner:
        runner.wait(events, timeout=PATIENCE_SECONDS)
        reached = runner.view.max_tracking_id(runner.app_name)
        taken = time.perf_counter() - begun
    assert reached is not None
    return int(reached) / taken


async def measure_freshness(url: str, settings: Settings, leads: Sequence[UUID], seconds: float) -> list[Measured]:
    """Commands at an even pace, each timed from its commit until every projection shows it."""
    async with run(settings, url, work=False) as runtime:
        await runtime.progress.wait_until(await asyncio.to_thread(runtime.log.head), PATIENCE_SECONDS)
        delays = await delays_at_pace(runtime, leads, seconds)
        position = runtime.progress.position
        begun = time.perf_counter()
        for _ in range(1000):
            await runtime.progress.wait_until(position, 1)
        waited = (time.perf_counter() - begun) * 1000
    median, worst = percentiles(delays)
    pace = f"commit → row, {COMMANDS_PER_SECOND} commands/s"
    return [
        Measured(f"{pace}, p50", median, "ms", 10, "the target of P5"),
        Measured(f"{pace}, p99", worst, "ms", 50, "the target of P5"),
        Measured("wait for a position that is shown", waited, "µs"),
    ]


async def delays_at_pace(runtime: Runtime, leads: Sequence[UUID], seconds: float) -> list[float]:
    loop = asyncio.get_running_loop()
    begun = loop.time()

    async def move(number: int) -> float:
        await asyncio.sleep(begun + number / COMMANDS_PER_SECOND - loop.time())
        status = (Status.HOT, Status.NEW)[number // len(leads) % 2]
        with context.acting("person:ana"):
            done = await runtime.writer.do(Clonnect.change_status, "ana", leads[number % len(leads)], status)
        committed = time.perf_counter()
        if done.position is not None:
            await runtime.progress.wait_until(done.position, PATIENCE)
        return time.perf_counter() - committed

    return await asyncio.gather(*(move(number) for number in range(int(seconds * COMMANDS_PER_SECOND))))
