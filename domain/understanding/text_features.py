"""Features of a message for the linear classifier: n-grams of characters and words, and its words, from folded text."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST = 1000
"""Characters of a message that are read: the rest of a longer one changes its meaning no more."""
CHARACTERS = range(2, 6)
"""Lengths of the n-grams of characters, which stay inside one word and its two borders."""

_LINK = re.compile(r"https?://\S+|www\.\S+")
_DIGITS = re.compile(r"\d+")
_LONG_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)
_APOSTROPHES = re.compile("['’‘`´]")
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class TextFeatures:
    """How often each n-gram of characters and of words (one or two) occurs, and the words in their order."""

    characters: Counter[str]
    words: Counter[str]
    spoken: tuple[str, ...]


def folded(text: str) -> str:
    """Lower case without accents and apostrophes; a link is `url`, a number `0`, a letter never stands thrice."""
    plain = unicodedata.normalize("NFKD", text[:MOST].casefold())
    plain = "".join(each for each in plain if unicodedata.category(each) not in ("Mn", "Cf"))
    plain = _DIGITS.sub("0", _LINK.sub("url", _APOSTROPHES.sub("", plain)))
    return _LONG_RUN.sub(r"\1\1", plain)


def text_features(text: str, hints: Iterable[str] = ()) -> TextFeatures:
    """Count the n-grams of a message; each hint of the rules counts as a word that nobody can write."""
    plain = folded(text)
    tokens = _TOKEN.findall(plain)
    words = Counter(tokens)
    words.update(f"{first} {second}" for first, second in itertools.pairwise(tokens))
    words.update(f"<{hint}>" for hint in hints)
    return TextFeatures(
        Counter(gram for piece in plain.split() for gram in _grams(f" {piece} ")),
        words,
        tuple(token for token in tokens if token.isalpha()),
    )


def _grams(padded: str) -> Iterator[str]:
    """The n-grams of a word between blanks; of a shorter one the whole."""
    for length in CHARACTERS:
        if length >= len(padded):
            yield padded
            return
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]
