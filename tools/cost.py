"""Makes targets one after the other, and says what each has cost: `python -m tools.cost make check test-frontend`."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What a part has cost: seconds of wall clock and of processor, for so many tests if it counts them."""

    name: str
    tests: int
    wall: float
    processor: float


def table(costs: Iterable[Cost]) -> Iterator[str]:
    """The costs as lines, under a heading."""
    told = list(costs)
    width = max(len(each.name) for each in told)
    yield f"{'':{width}}  tests    wall s     cpu s"
    for each in told:
        tests = str(each.tests) if each.tests else ""
        wall = f"{each.wall:.1f}" if each.wall else ""
        yield f"{each.name:{width}}  {tests:>5}  {wall:>8}  {each.processor:8.1f}"


def made(command: str, target: str) -> tuple[int, Cost]:
    """Make one target; its end and its cost."""
    before, began = _processor(), time.perf_counter()
    ended = subprocess.run([command, target], check=False).returncode
    return ended, Cost(target, 0, time.perf_counter() - began, _processor() - before)


def main(arguments: Sequence[str]) -> int:
    """Make all, up to the first that fails, whose end is the answer."""
    command, *targets = arguments
    costs: list[Cost] = []
    ended = 0
    for target in targets:
        ended, cost = made(command, target)
        costs.append(cost)
        if ended:
            break
    print("\n".join(table(costs)))
    return ended


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
