"""Measures everything on durable servers of its own and writes docs/benchmarks.md: `python -m tests.bench SCALE`."""

import asyncio
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import psycopg
from pydantic import SecretStr

from api.bootstrap import open_application
from api.settings import Settings
from tests.bench.appends import measure_appends, measure_commands
from tests.bench.codec import measure_codec
from tests.bench.growth import measure_growth
from tests.bench.history import write_history
from tests.bench.projecting import measure_freshness, measure_rebuild
from tests.bench.results import Measured, machine, table
from tests.chaos.server import durable_server

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- make bench -->", "<!-- end -->"


def measure(url: str, beside: str, folder: Path, scale: float) -> Iterator[Measured]:
    """Everything, on two databases: one for a history that stays whole, one for bare appends."""
    seconds = 5 * scale
    yield from measure_appends(beside, seconds / 2)
    yield from asyncio.run(measure_commands(beside, seconds))
    leads = asyncio.run(write_history(url, int(100_000 * scale)))
    with open_application(url, bytes(32)) as app:
        yield from measure_codec(app, seconds / 5)
    yield from measure_rebuild(url, int(10_000 * scale))
    settings = Settings(data_dir=folder, key=SecretStr(b64encode(bytes(32)).decode()))
    yield from asyncio.run(measure_freshness(url, settings, leads, 2 * seconds))
    yield from asyncio.run(measure_growth(url, int(10_000 * scale), int(200 * scale)))


def main(scale: float) -> None:
    with durable_server() as (url, folder):
        lines = []
        for line in measure(url, database_beside(url), folder, scale):
            lines.append(line)
            print(f"{line.what}: {line.ours:,.1f} {line.unit}", flush=True)
        place = machine()
    written = PAGE.read_text()
    before, _, rest = written.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(lines)}\n\n{place}; scale {scale:g}.\n{END}{after}")


def database_beside(url: str) -> str:
    """A copy of the database, which is still empty."""
    with psycopg.connect(url.replace("/clonnect?", "/postgres?"), autocommit=True) as conn:
        conn.execute("CREATE DATABASE beside TEMPLATE clonnect")
    return url.replace("/clonnect?", "/beside?")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
