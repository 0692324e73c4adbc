"""Injection: signs that a text of somebody else wants to instruct the model that reads it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from domain.answering.decodings import decoded, encoded_words, unmasked
from domain.answering.instructions import INSTRUCTIONS
from domain.answering.reading import folded

_LONG: Final = 40
"""Characters of an encoded word that is a sign whatever it says."""


def injection_signs(texts: Sequence[str]) -> tuple[str, ...]:
    """What in some texts, read alone and one after the other, would instruct a model; empty where nothing does.

    They are read as written and decoded, without hidden characters, look-alikes, letters apart and digits for letters.
    """
    together = "\n".join(texts)
    signs = (sign for reading in _readings(texts, together) for sign in _signs(reading))
    return tuple(dict.fromkeys((*signs, *encoded_words(together, _LONG))))


def _readings(texts: Sequence[str], together: str) -> Iterator[str]:
    yield from texts
    if len(texts) > 1:
        yield together
    yield re.sub(r"[^\w\s]+", " ", together)
    yield from decoded(together)


def _signs(reading: str) -> Iterator[str]:
    plain = re.sub(r"\s*\n\s*", "\n", folded(reading))
    for variant in dict.fromkeys((plain, plain.replace("\n", " "), *unmasked(plain))):
        for instruction in INSTRUCTIONS:
            if found := instruction.search(variant):
                yield found.group().strip()
