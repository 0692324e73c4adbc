"""The full torture on durable servers of its own, written to docs/benchmarks.md: `python -m tests.chaos SCALE`."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import psycopg

from tests.bench.results import machine, write_section
from tests.chaos.flood import Drowned, drowning, floods
from tests.chaos.proxy import Rates
from tests.chaos.server import durable_server
from tests.chaos.torture import WRITERS, Findings, torture, torture_library
from tests.chaos.two_creators import Found, mingle
from tests.serving import serving

COMMANDS = 5_000
KILLS = 20
RATES = Rates(at_commit=0.05, per_second=1)
MINGLING_SECONDS = 60
HEADINGS = ("log", "events", "seconds", "acknowledged", "refused", "killed", "connections lost", "faults")
MINGLING = ("seconds", "answers", "at once", "about the other's", "events", "of them told live", "faults")
FLOODS = (
    "flood",
    "connections at once",
    "opened",
    "MiB sent",
    "answered",
    "memory, MiB",
    "others' p99 before, ms",
    "and meanwhile",
    "times as long",
    "faults",
)


def main(scale: float) -> int:
    """Torture the log, the walls between creators, and the ways in; 1 if anything is not as it must be."""
    return max(torture_the_log(scale), torture_the_walls(scale), flood_the_ways_in(scale))


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


def torture_the_walls(scale: float) -> int:
    """Have two creators ask everything at once, and write what of one the other was told; 1 if that is anything."""
    with durable_server() as (url, folder), serving(url, folder, is_demo=True) as program:
        found = asyncio.run(mingle(program, MINGLING_SECONDS * scale))
    text = "\n".join(
        (
            f"| {' | '.join(MINGLING)} |",
            "|--:|---|--:|--:|--:|--:|---|",
            mingling_row(found, MINGLING_SECONDS * scale),
            "",
            f"{machine()}; scale {scale:g}.",
        )
    )
    print(text)
    for kind, those in found.faults.items():
        print(f"{kind}:", *those, sep="\n  ", file=sys.stderr)
    write_section("make chaos, two creators", text)
    return 1 if found.faults else 0


def flood_the_ways_in(scale: float) -> int:
    """Flood a served installation in every way, and write what that cost it, and others; 1 if it cost too much."""
    with durable_server() as (url, folder), serving(url, folder) as program:
        person = program.creator()
        with closing(person.client):
            for number in range(100):
                person.ask("POST /dm/leads/{c}", {"name": f"Ana {number}"})
        found = [asyncio.run(drowning(program, person, flood)) for flood in floods(program, person, scale)]
    rule = "|---|--:|--:|--:|---|--:|--:|--:|--:|---|"
    rows = [flood_row(each) for each in found]
    text = "\n".join((f"| {' | '.join(FLOODS)} |", rule, *rows, "", f"{machine()}; scale {scale:g}."))
    print(text)
    write_section("make chaos, floods", text)
    return 1 if any(each.faults for each in found) else 0


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


def mingling_row(found: Found, seconds: float) -> str:
    """What two creators were told, as a line of the table."""
    cells = (
        f"{seconds:.0f}",
        counted(found.answers),
        f"{found.most_under_way}",
        f"{found.about_the_other:,}",
        f"{found.events:,}",
        f"{found.heard:,}",
        counted({kind: len(those) for kind, those in found.faults.items()}),
    )
    return f"| {' | '.join(cells)} |"


def flood_row(found: Drowned) -> str:
    """What one flood did, as a line of the table."""
    flood, sent = found.flood, found.sent
    about = f"{flood.kind} {'with a key' if flood.key else 'of strangers'}"
    cells = (
        f"{about}, {flood.a_second:g}/s" if flood.a_second else about,
        f"{flood.connections}",
        f"{sent.connections:,}",
        f"{sent.mebibytes:,.0f}",
        counted(sent.answers),
        f"{found.mebibytes:.0f}",
        f"{found.quiet * 1000:.0f}",
        f"{found.under * 1000:.0f}",
        f"{found.under / found.quiet:.1f}",
        "; ".join(found.faults) or "none",
    )
    return f"| {' | '.join(cells)} |"


def counted(those: Mapping[Any, int]) -> str:
    """How many of each kind: `1 doubled; 3 skipped`."""
    return "; ".join(f"{times:,} {kind}" for kind, times in sorted(those.items())) or "none"


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
