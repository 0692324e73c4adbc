"""Two creators who ask everything at once, and what of one the other is told."""

import asyncio
import sys

from tests.bench.results import machine, write_section
from tests.chaos.reports.words import counted
from tests.chaos.server import durable_server
from tests.chaos.two_creators import TenancyFindings, mingle
from tests.harness.program import serving

MINGLING_SECONDS = 60
MINGLING = ("seconds", "answers", "at once", "about the other's", "events", "of them told live", "faults")


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


def mingling_row(found: TenancyFindings, seconds: float) -> str:
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
