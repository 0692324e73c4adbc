"""The full torture on durable servers of its own, written to docs/benchmarks.md: `python -m tests.chaos SCALE`."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.bench.results import machine, write_section
from tests.chaos import far, hanging, outage
from tests.chaos.proxy import Proxy, Rates
from tests.chaos.server import durable_server
from tests.chaos.torture import WRITERS, Findings, torture, torture_library
from tests.chaos.two_creators import Found, mingle
from tests.faults.conftest import Installation
from tests.platforms.bot_api import BotApi
from tests.serving import serving

COMMANDS = 5_000
KILLS = 20
RATES = Rates(at_commit=0.05, per_second=1)
MINGLING_SECONDS = 60
AWAY_SECONDS = (5, 70, 130)
HELD_SECONDS = 60
SILENT_SECONDS = 20
HUNG_SECONDS = 60
PEOPLE_PER_SECOND = 2
FAR_SECONDS = 10
MESSAGES_PER_SECOND = 33
FAR_ONE_WAY_SECONDS = 0.03
HEADINGS = ("log", "events", "seconds", "acknowledged", "refused", "killed", "connections lost", "faults")
MINGLING = ("seconds", "answers", "at once", "about the other's", "events", "of them told live", "faults")
HUNG = (
    "stopped for",
    "people wrote",
    "were answered",
    "first answer after",
    "oldest event not shown",
    "last not ready after",
    "ready after waking",
    "faults",
)
FAR = ("away", "messages", "a second", "understood", "answered", "all done after", "faults")


def main(scale: float) -> int:
    """Torture everything in turn; 1 if anything is not as it must be."""
    tortures = (torture_the_log, torture_the_walls, torture_the_patient, stop_the_leader, move_the_worker)
    return max([torture(scale) for torture in tortures])


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


def torture_the_patient(scale: float) -> int:
    """Take the database away, hold the head of the log, fall silent; 1 if anybody waited too long or was told wrong."""
    endured = []
    with durable_server() as (url, folder), Proxy(url, Rates()) as proxy, serving(proxy.url, folder) as program:
        person = program.creator("ana")
        person.client.close()
        for seconds in AWAY_SECONDS:
            found = outage.Found("PostgreSQL is away", seconds * scale, "database")
            endured.append(asyncio.run(outage.endure(program, person, found, lambda: outage.away(proxy))))
        found = outage.Found("somebody holds the head", HELD_SECONDS * scale, "head")
        endured.append(asyncio.run(outage.endure(program, person, found, lambda: outage.held(url))))
        found = outage.Found("a connection falls silent before COMMIT", SILENT_SECONDS * scale, "database")
        endured.append(asyncio.run(outage.endure(program, person, found, lambda: outage.silent(proxy))))
    text = "\n".join(
        (
            f"| {' | '.join(outage.HEADINGS)} |",
            "|---|--:|---|--:|---|---|---|---|",
            *(found.row for found in endured),
            "",
            f"{outage.WRITERS} who write, one who reads; {machine()}; scale {scale:g}.",
        )
    )
    print(text)
    write_section("make chaos, waiting", text)
    return 1 if any(found.faults or found.slowest > outage.ANSWERED_WITHIN for found in endured) else 0


def stop_the_leader(scale: float) -> int:
    """Stop the program that leads everything for a minute, and write what others noticed; 1 if too much."""
    with installed() as installation:
        found = hanging.hang(installation, HUNG_SECONDS * scale, PEOPLE_PER_SECOND)
    print(text := "\n".join((hung_table(found, HUNG_SECONDS * scale), "", f"{machine()}; scale {scale:g}.")))
    for fault in found.faults:
        print(fault, file=sys.stderr)
    write_section("make chaos, a hung leader", text)
    return 1 if found.faults else 0


def move_the_worker(scale: float) -> int:
    """Let one person write to a worker far from the database, and write what became of it; 1 if not everything."""
    with installed() as installation:
        found = far.write_to_a_far_worker(installation, FAR_SECONDS * scale, MESSAGES_PER_SECOND, FAR_ONE_WAY_SECONDS)
    print(text := "\n".join((far_table(found, FAR_SECONDS * scale), "", f"{machine()}; scale {scale:g}.")))
    write_section("make chaos, a far worker", text)
    return 1 if found.faults else 0


@contextmanager
def installed() -> Iterator[Installation]:
    """An installation on a durable server of its own; what its programs said is printed when it fails."""
    with (
        durable_server() as (url, folder),
        BotApi() as bot_api,
        psycopg.connect(url, autocommit=True, row_factory=dict_row) as conn,
    ):
        installation = Installation(url, folder, bot_api, conn)
        try:
            yield installation
        except BaseException:
            print(installation.said, file=sys.stderr)
            raise
        finally:
            bot_api.release()
            installation.stop()


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


def hung_table(found: hanging.Found, seconds: float) -> str:
    """What others noticed of a leader that hung."""
    cells = (
        f"{seconds:.0f} s",
        f"{found.written}",
        f"{found.answered}",
        f"{found.first_answer:.1f} s",
        f"{found.unseen:.1f} s",
        f"{found.unready:.1f} s" if found.unready else "never",
        f"{found.woken:.1f} s",
        counted(Counter(found.faults)),
    )
    return table(HUNG, cells)


def far_table(found: far.Found, seconds: float) -> str:
    """What became of the messages to a far worker."""
    cells = (
        f"{AWAY_SECONDS * 1000:.0f} ms",
        f"{found.written}",
        f"{found.written / seconds:.0f}",
        f"{found.understood}",
        f"{found.answered}",
        f"{found.drained:.0f} s",
        counted(found.faults),
    )
    return table(FAR, cells)


def table(headings: Sequence[str], cells: Sequence[str]) -> str:
    """One row under its headings."""
    return "\n".join(
        (f"| {' | '.join(headings)} |", f"|{'--:|' * (len(headings) - 1)}---|", f"| {' | '.join(cells)} |")
    )


def counted(those: Mapping[Any, int]) -> str:
    """How many of each kind: `1 doubled; 3 skipped`."""
    return "; ".join(f"{times:,} {kind}" for kind, times in sorted(those.items())) or "none"


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
