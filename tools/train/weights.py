"""The weights' file: fitted weights as small whole numbers, and what they were made from, in one NumPy archive."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.train.calibration import Calibration
from tools.train.fit import INTENTS, Features, Fitted, Floats, Vocabulary

MADE_AT = (1980, 1, 1, 0, 0, 0)
"""The same time in every archive, so that the same arrays are the same bytes."""


def arrays(
    features: Features, fitted: Fitted, calibration: Calibration, about: dict[str, Any]
) -> dict[str, NDArray[Any]]:
    """What `domain.understanding.classifier` reads.

    `<block>_keys` uint32, sorted; `<block>_idf` float16; `<block>_weights` int8 and `<block>_scale` float32, by which
    they are multiplied; `vectors` int8 of the words `vector_keys`, their `vector_mean` over messages and
    `vector_weights` float32; `bias` float32; `said` and `meant` float32, the map of the highest probability; `about` is
    JSON.
    """
    ends = np.cumsum([0, len(features.characters.keys), len(features.words.keys)])
    return {
        **_block("characters", features.characters, fitted.weights[ends[0] : ends[1]]),
        **_block("words", features.words, fitted.weights[ends[1] : ends[2]]),
        **_vectors(features, fitted.weights[ends[2] :]),
        "bias": fitted.bias.astype(np.float32),
        "said": np.array(calibration.said, np.float32),
        "meant": np.array(calibration.meant, np.float32),
        "about": np.array(json.dumps({"intents": [intent.value for intent in INTENTS], **about}, sort_keys=True)),
    }


def _block(name: str, vocabulary: Vocabulary, weights: Floats) -> dict[str, NDArray[Any]]:
    scale = np.abs(weights).max(axis=0) / 127
    return {
        f"{name}_keys": vocabulary.keys,
        f"{name}_idf": vocabulary.idf.astype(np.float16),
        f"{name}_weights": np.round(weights / scale).astype(np.int8),
        f"{name}_scale": scale.astype(np.float32),
    }


def _vectors(features: Features, weights: Floats) -> dict[str, NDArray[Any]]:
    return {
        "vector_keys": np.array(list(features.vectors.keys), np.uint32),
        "vectors": features.vectors.table,
        "vector_mean": features.mean.astype(np.float32),
        "vector_weights": weights.astype(np.float32),
    }


def write(path: Path, content: dict[str, NDArray[Any]]) -> int:
    """Write the archive; answers its size in bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in content.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", MADE_AT), buffer.getvalue(), zipfile.ZIP_DEFLATED)
    return path.stat().st_size
