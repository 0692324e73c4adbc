"""A disk that fills up under the embedded database, and has room again."""

import os
import sys

from tests.bench.results import machine, write_section
from tests.chaos.full_disk import FullDisk, fill_the_disk

FULL_SECONDS = 20
HEADINGS = (
    "full for",
    "refused meanwhile",
    "slowest refusal",
    "`ready` says so after",
    "first write after there is room",
    "leads kept",
    "faults",
)


def fill_it_up(scale: float) -> int:
    """Write what a full disk costs, and whether it is said; 1 if anything is lost, hidden or waited for.

    Only root may make a small disk: for others the report says that it was not run.
    """
    if os.geteuid() != 0:
        print("A full disk is not tried: only root may mount a small one.", file=sys.stderr)
        return 0
    found = fill_the_disk(FULL_SECONDS * scale)
    text = "\n".join(
        (
            f"| {' | '.join(HEADINGS)} |",
            f"|{'--:|' * (len(HEADINGS) - 1)}---|",
            _row(found, FULL_SECONDS * scale),
            "",
            f"{machine()}; scale {scale:g}.",
        )
    )
    print(text)
    write_section("make chaos, a full disk", text)
    return 1 if found.faults else 0


def _row(found: FullDisk, seconds: float) -> str:
    cells = (
        f"{seconds:.0f} s",
        f"{found.refused}",
        f"{found.slowest_refusal:.2f} s",
        f"{found.told_after:.1f} s",
        f"{found.first_write_after:.1f} s",
        f"{found.stored}",
        "; ".join(found.faults) or "none",
    )
    return f"| {' | '.join(cells)} |"
