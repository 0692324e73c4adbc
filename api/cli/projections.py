"""`clonnect projections`: progress, rebuilds and parked streams of the projections, served or not."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from api.cli.tables import table
from api.database.connect import open_database
from api.database.installation import bring_up_to_date, installation_key, open_application
from api.errors import StartupError
from api.settings import Settings
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from eventstore.session_limits import MAINTENANCE, session
from projections.engine.generations import DROPPED_AFTER, count_rows
from projections.engine.lag import Lag, lags
from projections.engine.parking import Outcome, Waits, discard, parked_streams, replay
from projections.engine.projection import Pool, Projection
from projections.engine.rebuild import Rebuild, RebuildStep, cancel
from projections.registry import PROJECTIONS

NO_POOL = cast(Pool, None)
"""For projections that are written and not asked."""


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, psycopg.Connection[DictRow]]]:
    with open_database(settings) as database:
        bring_up_to_date(database)
        with psycopg.connect(
            database.url, autocommit=True, row_factory=dict_row, **session(MAINTENANCE, database.url)
        ) as conn:
            yield database.url, conn


@contextmanager
def _log(settings: Settings) -> Iterator[tuple[str, psycopg.Connection[DictRow], Log]]:
    with _database(settings) as (url, conn), open_application(url, installation_key(settings)) as app:
        yield url, conn, Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))


def _named(conn: psycopg.Connection[DictRow], name: str) -> Projection:
    found = {kind.name: kind for kind in PROJECTIONS}
    if name in found:
        return found[name](NO_POOL)
    if conn.execute("SELECT FROM app.processes WHERE name = %s", (name,)).fetchone() is not None:
        raise StartupError(
            f"{name} is a process, not a projection. Replaying a process would answer years of messages."
        )
    raise StartupError(f"There is no projection {name}: they are {', '.join(found)}.")


def list_projections(settings: Settings) -> str:
    """A table of all projections: how far each is, and how many rows it has."""
    with _database(settings) as (url, conn):
        rows = [
            (
                lag.name,
                str(lag.version),
                lag.state,
                f"{lag.position:,}",
                f"{lag.head:,}",
                f"{lag.events:,}",
                f"{lag.seconds:,.1f}",
                f"{lag.parked:,}",
                f"{count_rows(conn, _named(conn, lag.name)):,}",
                lag.failure or _rebuilding(conn, lag),
            )
            for lag in asyncio.run(_lags(url))
        ]
    heads = ("projection", "version", "state", "position", "log", "behind", "seconds", "parked", "rows", "")
    return table([heads, *rows])


async def _lags(url: str) -> list[Lag]:
    async with await AsyncConnection.connect(
        url, autocommit=True, row_factory=dict_row, **session(MAINTENANCE, url)
    ) as conn:
        return await lags(conn, PROJECTIONS)


def _rebuilding(conn: psycopg.Connection[DictRow], lag: Lag) -> str:
    row = conn.execute(
        "SELECT position FROM read.rebuilds WHERE name = %s AND version = %s", (lag.name, lag.version)
    ).fetchone()
    return "" if row is None else f"a rebuild is at {row['position']:,}"


def rebuild_projection(settings: Settings, name: str, say: Callable[[str], None]) -> str:
    """Make the tables of a projection anew, or go on with it; `say` is told how far it is."""

    def report(step: RebuildStep) -> None:
        say(f"{name}: {step.position:,} of {step.head:,} events, {step.rate:,.0f}/s, {step.left:,.0f} s left")

    with _log(settings) as (url, conn, log):
        projection = _named(conn, name)
        reached = Rebuild(url, log, projection, report).run()
    return (
        f"{name} shows its new tables since position {reached}; the old ones are dropped"
        f" {DROPPED_AFTER.seconds // 60} minutes from now, by whatever program keeps the projections."
    )


def cancel_rebuild(settings: Settings, name: str) -> str:
    """Give up a rebuild, whether it runs or was cut short."""
    with _database(settings) as (_, conn):
        cancel(conn, _named(conn, name))
    return f"The rebuild of {name} is given up; what is shown has not changed."


def list_parked(settings: Settings, name: str | None) -> str:
    """A table of the streams that wait; empty when none does."""
    with _database(settings) as (_, conn):
        found = _waiting(conn, name)
    if not found:
        return ""
    heads = ("projection", "stream", "position", "event", "waiting", "since", "error")
    rows = [
        (
            each.name,
            str(each.stream),
            str(each.position),
            each.topic,
            str(each.events),
            f"{each.parked_at:%Y-%m-%d %H:%M}",
            each.error,
        )
        for each in found
    ]
    return table([heads, *rows])


def _waiting(conn: psycopg.Connection[DictRow], name: str | None) -> list[Waits]:
    projections = [kind(NO_POOL) for kind in PROJECTIONS] if name is None else [_named(conn, name)]
    return parked_streams(conn, projections)


def replay_parked(settings: Settings, name: str, stream: UUID | None) -> list[str]:
    """Show what waits of a stream, or of all streams of a projection; a sentence for each."""
    with _log(settings) as (_, conn, log):
        streams = [each.stream for each in _waiting(conn, name)] if stream is None else [stream]
        return [_said(each, replay(conn, log, _named(conn, name), each)) for each in streams]


def discard_parked(settings: Settings, name: str, stream: UUID) -> str:
    """Never show the event at which a stream waits, and show what waits behind it."""
    with _log(settings) as (_, conn, log):
        return _said(stream, discard(conn, log, _named(conn, name), stream))


def _said(stream: UUID, outcome: Outcome) -> str:
    if outcome.parked is None:
        return f"{stream}: {outcome.events} events are shown; nothing waits any more."
    return (
        f"{stream}: {outcome.events} events are shown; it waits at position {outcome.parked.position} now:"
        f" {outcome.parked.error}."
    )
