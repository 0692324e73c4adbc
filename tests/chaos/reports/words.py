"""What was counted, in words."""

from collections.abc import Mapping
from typing import Any


def counted(those: Mapping[Any, int]) -> str:
    """How many of each kind: `1 doubled; 3 skipped`."""
    return "; ".join(f"{times:,} {kind}" for kind, times in sorted(those.items())) or "none"
