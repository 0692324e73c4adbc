"""The log, written by many at once, cut off and killed, beside what the library does of itself."""

import sys
import time
from collections.abc import Callable

import psycopg

from tests.bench.results import machine, write_section
from tests.chaos.proxy import Rates
from tests.chaos.reports.words import counted
from tests.chaos.server import durable_server
from tests.chaos.torture import WRITERS, Findings, torture, torture_library

COMMANDS = 5_000
KILLS = 20
RATES = Rates(at_commit=0.05, per_second=1)
HEADINGS = ("log", "events", "seconds", "acknowledged", "refused", "killed", "connections lost", "faults")


def torture_the_log(scale: float) -> int:
    """Run both searches and write what they found; 1 if ours found a fault, or the other one none."""
    with durable_server() as (url, folder):
        kills = max(1, int(KILLS * scale))
        ours, mine = _timed(lambda: torture(url, folder, commands=int(COMMANDS * scale), rates=RATES, kills=kills))
        theirs, others = _timed(lambda: torture_library(url, folder, commands=3_000))
        with psycopg.connect(url) as conn:
            row = conn.execute("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'head'").fetchone()
            dead = row[0] if row else "?"
    text = "\n".join(
        (
            f"| {' | '.join(HEADINGS)} |",
            "|---|--:|--:|--:|---|--:|---|---|",
            row_of("Clonnect's", ours, mine),
            row_of("the library's function", theirs, others),
            "",
            f"{sum(WRITERS)} writers in {len(WRITERS)} programs; {dead} dead rows of `log.head` at the end."
            f" {machine()}; scale {scale:g}.",
        )
    )
    print(text)
    for said in ours.failed_programs + theirs.failed_programs:
        print(said, file=sys.stderr)
    write_section("make chaos", text)
    return 0 if not ours.faults and theirs.skipped else 1


def _timed(run: Callable[[], Findings]) -> tuple[Findings, float]:
    begun = time.monotonic()
    return run(), time.monotonic() - begun


def row_of(name: str, found: Findings, seconds: float) -> str:
    """What one search found, as a line of the table."""
    cells = (
        name,
        f"{found.events:,}",
        f"{seconds:.0f}",
        f"{found.acknowledged:,}",
        counted(found.refused),
        f"{found.kills}",
        counted(found.cuts),
        counted(found.faults),
    )
    return f"| {' | '.join(cells)} |"
