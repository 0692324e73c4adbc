"""How many appends a second: the library's recorder, ours without and with the chain, and a writer's commands."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform, Status
from eventstore.factory import Datastore
from eventstore.recorder import Recorder
from eventstore.writer import Writer
from tests.bench.results import Measured
from tests.chaos.library import library_recorder
from tests.chaos.writing import writing

CONCURRENT = (1, 8, 64)
STATE = b'{"timestamp":"2026-03-02T10:00:00Z","before":"nuevo","after":"caliente","by_hand":true,"reason":"moved"}'
ROUNDS = 3
WITHOUT_CHAIN = """
    CREATE OR REPLACE FUNCTION log.link(
        previous bytea, "position" bigint, originator_id uuid, originator_version bigint, topic text,
        recorded_at timestamptz, metadata jsonb, state bytea
    ) RETURNS bytea LANGUAGE sql IMMUTABLE RETURN previous
"""


def measure_appends(url: str, seconds: float) -> Iterator[Measured]:
    """One event per append; leaves a log without a valid chain behind.

    All take turns, and the best round counts: what else the machine does only makes a round slower.
    """
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute("SELECT pg_get_functiondef('log.link'::regproc)").fetchone()
        assert row is not None
        functions = {"chain": row[0], "no chain": WITHOUT_CHAIN}
        for concurrent in CONCURRENT:
            best = dict.fromkeys(("library", "no chain", "chain"), 0.0)
            with (
                library_recorder(url, concurrent, db_functions=False) as theirs,
                Datastore(url, pool_size=concurrent) as datastore,
            ):
                for _ in range(ROUNDS):
                    best["library"] = max(best["library"], appends_per_second(theirs, concurrent, seconds / ROUNDS))
                    for name, function in functions.items():
                        conn.execute(function.encode())
                        ours = appends_per_second(Recorder(datastore), concurrent, seconds / ROUNDS)
                        best[name] = max(best[name], ours)
            what = f"appends, {concurrent} at once"
            library = "the library's recorder"
            yield Measured(f"{what}, without the chain", best["no chain"], "1/s", best["library"], library)
            yield Measured(what, best["chain"], "1/s", best["library"], library)
            yield Measured(what, best["chain"], "1/s", best["no chain"], "ours without the chain")


def appends_per_second(recorder: ApplicationRecorder, concurrent: int, seconds: float) -> float:
    """Threads that append one event after another, each in its own stream."""
    deadline = time.perf_counter() + seconds

    def append(_: int) -> int:
        appended, stream = 0, uuid4()
        while time.perf_counter() < deadline:
            appended += 1
            recorder.insert_events([StoredEvent(stream, appended, "lead.status_changed", STATE)])
        return appended

    begun = time.perf_counter()
    with ThreadPoolExecutor(concurrent) as threads:
        appended = sum(threads.map(append, range(concurrent)))
    return appended / (time.perf_counter() - begun)


async def measure_commands(url: str, seconds: float) -> list[Measured]:
    """Cards moved by callers of one writer, which appends for all that wait (P1 without HTTP)."""
    async with with_leads(url, max(CONCURRENT)) as (writer, leads):
        return [
            Measured(
                f"commands, {concurrent} callers of one writer",
                await commands_per_second(writer, leads[:concurrent], seconds),
                "1/s",
                5000 if concurrent == max(CONCURRENT) else None,
                "the target of P1" if concurrent == max(CONCURRENT) else "",
            )
            for concurrent in CONCURRENT
        ]


@asynccontextmanager
async def with_leads(url: str, number: int) -> AsyncIterator[tuple[Writer[Clonnect], list[UUID]]]:
    """A creator with some leads."""
    with context.acting("person:ana"):
        async with writing(url) as writer:
            await writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
            captured = [writer.do(Clonnect.capture_lead, "ana", new_lead(each)) for each in range(number)]
            yield writer, [done.result.id for done in await asyncio.gather(*captured)]


def new_lead(number: int) -> NewLead:
    return NewLead(Platform.TELEGRAM, f"{number}", Details(name=f"Person {number}"))


async def commands_per_second(writer: Writer[Clonnect], leads: Sequence[UUID], seconds: float) -> float:
    """One caller per lead, who moves its card to and fro."""
    deadline = time.perf_counter() + seconds

    async def move(lead_id: UUID) -> int:
        moved = 0
        while time.perf_counter() < deadline:
            status = Status.HOT if moved % 2 == 0 else Status.NEW
            await writer.do(Clonnect.change_status, "ana", lead_id, status)
            moved += 1
        return moved

    begun = time.perf_counter()
    moved = sum(await asyncio.gather(*(move(lead_id) for lead_id in leads)))
    return moved / (time.perf_counter() - begun)
