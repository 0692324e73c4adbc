"""Linear intent classifier: what a message means, with calibrated probabilities, from weights learned beforehand.

One model for the three languages. Its features are n-grams of characters and words (tf-idf) and the mean of the
message's word vectors; `tools.train` makes the weights from the labelled messages of `corpus/`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from domain.understanding.text_features import text_features
from domain.vocabulary import Intent

WEIGHTS = "weights.npz"
CHARACTERS, WORDS, VECTOR = range(3)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Classification:
    """The probability of each intent; they add up to 1."""

    intents: Mapping[Intent, float]

    @property
    def ranked(self) -> list[tuple[Intent, float]]:
        """The likeliest first."""
        return sorted(self.intents.items(), key=lambda each: -each[1])


def hashed(text: str, block: int) -> int:
    """The 32-bit number that stands for an n-gram of characters or words, or for a word that has a vector."""
    return crc32(text.encode(), block)


def cautious(shares: NDArray[Any], said: NDArray[Any], meant: NDArray[Any]) -> NDArray[Any]:
    """Probabilities, one message a row, of which the highest is mapped from `said` to `meant`, straight in between.

    The others share what it leaves, each in its proportion.
    """
    first = shares.argmax(axis=-1)[..., None]
    highest = np.take_along_axis(shares, first, axis=-1)
    mapped = np.interp(highest, said, meant)
    rest = shares.copy()
    np.put_along_axis(rest, first, 0.0, axis=-1)
    left = rest.sum(axis=-1, keepdims=True)
    rest *= (1 - mapped) / np.maximum(left, np.finfo(left.dtype).tiny)
    np.put_along_axis(rest, first, mapped, axis=-1)
    return rest


class Block:
    """A vocabulary of n-grams, each with its inverse document frequency and a weight for each output."""

    def __init__(self, number: int, keys: NDArray[np.uint32], idf: Floats, weights: NDArray[np.int8]) -> None:
        self._number, self._keys, self._idf, self._weights = number, keys, idf, weights

    def scores(self, counted: Counter[str]) -> Floats:
        """What the n-grams say for each output: weights by tf-idf, the message's vector having length 1."""
        hashes = np.fromiter((hashed(gram, self._number) for gram in counted), np.uint32, len(counted))
        counts = np.fromiter(counted.values(), np.float32, len(counted))
        places = np.searchsorted(self._keys, hashes)
        places[places == len(self._keys)] = 0
        known = self._keys[places] == hashes
        places, counts = places[known], counts[known]
        values = (1 + np.log(counts)) * self._idf[places]
        length = float(np.sqrt(values @ values))
        said: Floats = (values / (length or 1.0)) @ self._weights[places].astype(np.float32)
        return said


class Classifier:
    """Reads the arrays that `tools.train` wrote: see there for their shapes."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.about: dict[str, Any] = json.loads(arrays["about"].item())
        self._outputs = [Intent(name) for name in self.about["intents"]]
        self._blocks = [
            Block(number, arrays[f"{name}_keys"], arrays[f"{name}_idf"].astype(np.float32), arrays[f"{name}_weights"])
            for number, name in enumerate(("characters", "words"))
        ]
        self._scales = [arrays[f"{name}_scale"] for name in ("characters", "words")]
        self._vectors = {int(key): place for place, key in enumerate(arrays["vector_keys"])}
        self._vector_table = arrays["vectors"]
        self._vector_mean = arrays["vector_mean"]
        self._vector_weights = arrays["vector_weights"]
        self._bias = arrays["bias"]
        self._said, self._meant = arrays["said"], arrays["meant"]

    def classify(self, text: str, hints: Iterable[str] = ()) -> Classification:
        """What a message means, given what the rules found in it.

        One without a known n-gram has the probabilities of any message.
        """
        features = text_features(text, hints)
        scores = self._bias.copy()
        for block, scale, counted in zip(
            self._blocks, self._scales, (features.characters, features.words), strict=True
        ):
            scores += block.scores(counted) * scale
        scores += self._meaning(features.spoken) @ self._vector_weights
        intents = np.exp(scores - scores.max())
        intents = cautious(intents / intents.sum(), self._said, self._meant)
        return Classification(dict(zip(self._outputs, map(float, intents), strict=True)))

    def _meaning(self, spoken: tuple[str, ...]) -> Floats:
        """The mean of the words' vectors, of length 1 before the mean of all messages is taken off."""
        places = [place for word in spoken if (place := self._vectors.get(hashed(word, VECTOR))) is not None]
        if not places:
            return np.zeros_like(self._vector_mean)
        total = self._vector_table[places].astype(np.float32).sum(axis=0)
        meaning: Floats = total / (float(np.sqrt(total @ total)) or 1.0) - self._vector_mean
        return meaning


@cache
def load() -> Classifier:
    """The classifier that is part of this package; some tens of milliseconds at the first use."""
    with resources.files(__package__).joinpath(WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return Classifier(arrays)
