"""Measures everything on durable servers of its own and writes docs/benchmarks.md: `python -m tests.bench SCALE`."""

import asyncio
import base64
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from pydantic import SecretStr

from api.database.installation import open_application
from api.settings import Settings
from tests.bench.appends import measure_appends, measure_commands
from tests.bench.codec import measure_codec
from tests.bench.growth import command_milliseconds, measure_growth
from tests.bench.history import write_history
from tests.bench.http import measure_http
from tests.bench.projecting import measure_freshness, measure_rebuild
from tests.bench.results import Measured, machine, table, write_section
from tests.chaos.server import durable_server
from tests.chaos.writing import KEY


def measure(url: str, beside: str, folder: Path, scale: float) -> Iterator[Measured]:
    """Everything, on two databases: one for a history that stays whole, one for bare appends."""
    seconds = 5 * scale
    settings = Settings(data_dir=folder, key=SecretStr(base64.b64encode(KEY).decode()))
    yield from measure_appends(beside, seconds / 2)
    yield from asyncio.run(measure_commands(beside, seconds))
    events = int(100_000 * scale)
    few = asyncio.run(write_history(url, events // 100))
    before = asyncio.run(command_milliseconds(url, few, int(200 * scale)))
    leads = asyncio.run(write_history(url, events))
    after = asyncio.run(command_milliseconds(url, leads, int(200 * scale)))
    yield Measured(f"a command in a log of {events:,} events", after, "ms", before, f"in one of {events // 100:,}")
    with open_application(url, KEY) as app:
        yield from measure_codec(app, seconds / 5)
    yield from measure_rebuild(url, int(10_000 * scale))
    yield from asyncio.run(measure_freshness(url, settings, leads, 2 * seconds))
    yield from asyncio.run(measure_growth(url, int(10_000 * scale), int(200 * scale)))


def main(scale: float) -> None:
    with durable_server() as (url, folder):
        lines = []
        beside, served = database_beside(url), database_beside(url, "served")
        leads = [int(size * min(scale, 1)) for size in (1_000, 10_000, 100_000)] + [1_000_000] * (scale >= 10)
        for line in chain(measure(url, beside, folder, scale), measure_http(served, folder, 5 * scale, leads)):
            lines.append(line)
            print(f"{line.what}: {line.ours:,.1f} {line.unit}", flush=True)
    write_section("make bench", f"{table(lines)}\n\n{machine()}; scale {scale:g}.")


def database_beside(url: str, name: str = "beside") -> str:
    """A copy of the database, which is still empty."""
    with psycopg.connect(url.replace("/clonnect?", "/postgres?"), autocommit=True) as conn:
        conn.execute(SQL("CREATE DATABASE {} TEMPLATE clonnect").format(Identifier(name)))
    return url.replace("/clonnect?", f"/{name}?")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
