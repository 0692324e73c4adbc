"""The full torture on servers of its own, written to docs/benchmarks.md: `python -m tests.chaos SCALE [NAME …]`."""

import sys
from collections.abc import Callable, Mapping, Sequence

from tests.chaos.reports.filling import fill_it_up
from tests.chaos.reports.flooding import flood_the_ways_in
from tests.chaos.reports.killing import kill_leaders, kill_senders
from tests.chaos.reports.leading import move_the_worker, stop_the_leader
from tests.chaos.reports.log import torture_the_log
from tests.chaos.reports.waiting import torture_the_patient
from tests.chaos.reports.walls import torture_the_walls

TORTURES: Mapping[str, Callable[[float], int]] = {
    "log": torture_the_log,
    "walls": torture_the_walls,
    "waiting": torture_the_patient,
    "leader": stop_the_leader,
    "far": move_the_worker,
    "sends": kill_senders,
    "reactions": kill_leaders,
    "floods": flood_the_ways_in,
    "disk": fill_it_up,
}


def main(scale: float, names: Sequence[str]) -> int:
    """Torture everything in turn, or what is named; 1 if anything is not as it must be."""
    return max([TORTURES[name](scale) for name in names or TORTURES])


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0, sys.argv[2:]))
