"""The full torture on a durable server of its own: `python -m tests.chaos SCALE`."""

import sys
import time
from collections.abc import Callable

import psycopg

from tests.chaos.proxy import Rates
from tests.chaos.server import durable_server
from tests.chaos.torture import Findings, torture, torture_library

COMMANDS = 30_000
KILLS = 20
RATES = Rates(at_commit=0.05, per_second=1)


def main(scale: float) -> int:
    """Run both searches; 1 if ours found a fault, or the other one none."""
    with durable_server() as (url, folder):
        ours = _report(
            "Clonnect's log",
            lambda: torture(url, folder, commands=int(COMMANDS * scale), rates=RATES, kills=max(1, int(KILLS * scale))),
        )
        theirs = _report("The library's function", lambda: torture_library(url, folder, commands=10_000))
        with psycopg.connect(url) as conn:
            row = conn.execute("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'head'").fetchone()
            print(f"Dead rows of log.head at the end: {row[0] if row else '?'}")
    return 0 if not ours.faults and theirs.skipped else 1


def _report(name: str, run: Callable[[], Findings]) -> Findings:
    begun = time.monotonic()
    found = run()
    print(f"{name}: {found.events:,} events in {time.monotonic() - begun:.0f} s, 16 writers in 3 processes.")
    print(f"  faults: {found.faults or 'none'}")
    print(f"  acknowledged: {found.acknowledged:,}, refused: {dict(found.refused)}, killed: {found.kills}")
    print("  connections lost:", ", ".join(f"{times} {cut}" for cut, times in found.cuts.items()) or "none")
    return found


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
