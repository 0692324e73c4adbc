"""What was counted, in words and in tables."""

from collections.abc import Mapping, Sequence
from typing import Any


def counted(those: Mapping[Any, int]) -> str:
    """How many of each kind: `1 doubled; 3 skipped`."""
    return "; ".join(f"{times:,} {kind}" for kind, times in sorted(those.items())) or "none"


def table(headings: Sequence[str], *rows: Sequence[str]) -> str:
    """Rows under their headings: numbers, and words in the last column."""
    lines = (headings, *rows)
    head, *rest = (f"| {' | '.join(cells)} |" for cells in lines)
    return "\n".join((head, f"|{'--:|' * (len(headings) - 1)}---|", *rest))
