"""Echoes: texts that repeat one of ours, and conversations that go on as if with another bot."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.answering.reading import words

ROUNDS: Final = 3
WITHIN: Final = timedelta(seconds=60)
AT_ONCE: Final = timedelta(seconds=3)
TELLING: Final = 4
"""So many words nobody writes by chance as we did; people do say "hola", as we do."""


def is_repeated(text: str, our_texts: Iterable[str]) -> bool:
    """Whether a text says, but for signs, case and accents, the same as one of ours."""
    return _said(text) in {_said(ours) for ours in our_texts}


def is_echo(burst_text: str, our_texts: Iterable[str]) -> bool:
    """Whether somebody sends back one of our own texts, of at least `TELLING` words."""
    return len(words(burst_text)) >= TELLING and is_repeated(burst_text, our_texts)


def looks_like_loop(rounds: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether the last three rounds lie within 60 s, and each was answered in under 3 s.

    A round is when we wrote and when they did after that, the oldest first.
    """
    last = rounds[-ROUNDS:]
    if len(last) < ROUNDS:
        return False
    return last[-1][1] - last[0][0] <= WITHIN and all(answered - wrote < AT_ONCE for wrote, answered in last)


def _said(text: str) -> str:
    """The words of a text; of one without any, such as an emoji, the text."""
    return " ".join(words(text)) or text.strip()
