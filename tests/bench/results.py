"""What was measured, as a section of docs/benchmarks.md."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Measured:
    """One line: what was measured, the figure, and what it is to be compared with."""

    what: str
    ours: float
    unit: str
    yardstick: float | None = None
    against: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.yardstick if self.yardstick else None


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds."""
    hundredths = statistics.quantiles(seconds, n=100, method="inclusive")
    return hundredths[49] * 1000, hundredths[98] * 1000


def machine() -> str:
    """Where and when, in one line."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB,"
        f" {platform.system()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} when it ended"
    )


def table(lines: Iterable[Measured]) -> str:
    """The lines in Markdown."""
    rows = ["| what | ours | unit | yardstick | ratio | against |", "|---|--:|---|--:|--:|---|"]
    for line in lines:
        yardstick = "" if line.yardstick is None else _figure(line.yardstick)
        ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
        rows.append(f"| {line.what} | {_figure(line.ours)} | {line.unit} | {yardstick} | {ratio} | {line.against} |")
    return "\n".join(rows)


def write_section(command: str, text: str, page: Path = PAGE) -> None:
    """Put what a command has measured in the place of what it measured before, between its marks on the page."""
    begin, end = f"<!-- {command} -->", "<!-- end -->"
    before, found, rest = page.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise LookupError(f"{page} has no section for {command}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
