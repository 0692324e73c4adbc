"""Systems measured in turns, and their figures side by side."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PeerFigure:
    """One figure of one round of one system; `unit` as it is to be read."""

    what: str
    value: float
    unit: str


RoundOf = Callable[[], Sequence[PeerFigure]]


@dataclass(frozen=True)
class Comparison:
    """The medians of several systems; the first one is what the others are compared with."""

    title: str
    systems: tuple[str, ...]
    rows: Mapping[tuple[str, str], Mapping[str, float]]

    def markdown(self) -> str:
        """A table with a column for each system; in brackets how many times the first one's figure it is."""
        lines = [
            f"| {self.title} | unit | {' | '.join(self.systems)} |",
            f"|---|---|{'--:|' * len(self.systems)}",
        ]
        for (what, unit), values in self.rows.items():
            cells = (self._cell(values, system) for system in self.systems)
            lines.append(f"| {what} | {unit} | {' | '.join(cells)} |")
        return "\n".join(lines)

    def _cell(self, values: Mapping[str, float], system: str) -> str:
        if system not in values:
            return ""
        figure, first = _rounded(values[system]), values.get(self.systems[0])
        if system == self.systems[0] or not first:
            return figure
        return f"{figure} ({values[system] / first:.2f} ×)"


def in_turns(title: str, systems: Mapping[str, RoundOf], rounds: int) -> Comparison:
    """Measure A B C A B C …: whatever else the machine does meets all of them."""
    found: dict[tuple[str, str], dict[str, list[float]]] = {}
    for _ in range(rounds):
        for name, measure in systems.items():
            for figure in measure():
                print(f"{title}, {name}: {figure.what} {figure.value:,.4g} {figure.unit}", flush=True)
                of_system = found.setdefault((figure.what, figure.unit), {})
                of_system.setdefault(name, []).append(figure.value)
    rows = {
        row: {name: statistics.median(values) for name, values in of_system.items()} for row, of_system in found.items()
    }
    return Comparison(title, tuple(systems), rows)


def cpu_figures(what: str, seconds: tuple[float, float], number: int) -> list[PeerFigure]:
    """Milliseconds of CPU for each of so many: of the system's own processes, and of PostgreSQL."""
    programs, postgres = seconds
    return [
        PeerFigure(f"{what}, CPU of its processes", programs / number * 1000, "ms each"),
        PeerFigure(f"{what}, CPU of PostgreSQL", postgres / number * 1000, "ms each"),
    ]


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
