"""`python -m tools.train`: train the intent classifier on `corpus/training`, and write its weights into the package."""

import sys
from itertools import chain
from pathlib import Path

from threadpoolctl import threadpool_limits

from domain.understanding import classifier
from domain.understanding.intents import PERHAPS_STOP, STOP, SURE
from domain.vocabulary import Language
from tools.train import calibration, corpus, fit, weights
from tools.train.origins import origins
from tools.train.word_vectors import word_vectors

TRAINING = "training"
HARD = frozenset(Language)
"""The files that the messages held out were taken from, and no easier: they alone decide the calibration."""
PACKAGE = Path(classifier.__file__).parent


def main() -> int:
    """Train on one thread, for the order of additions decides the last bits."""
    with threadpool_limits(limits=1):
        parts = corpus.read(TRAINING)
        messages = list(chain(*parts.values()))
        print(f"{len(messages):,} labelled messages")
        vectors = word_vectors(each.text for each in messages)
        print(f"{len(vectors.keys):,} word vectors")
        scores = fit.out_of_fold(messages, origins(parts), vectors)
        names = [name for name, part in parts.items() for _ in part]
        hard = [row for row, name in enumerate(names) if name in HARD]
        held, unseen = [messages[row] for row in hard], scores[hard]
        found = calibration.calibrated(unseen, held)
        print(f"factor {found.factor:.3f}, {found.said.round(3)} → {found.meant.round(3)}")
        sure = found.probabilities(unseen).max(axis=1) >= SURE
        right = calibration.rightness(unseen, held)
        print(f"from {SURE} on, {sure.mean():.3f} of all: {right[sure].mean():.3f} right")
        shares = found.probabilities(scores)
        for threshold in (PERHAPS_STOP, STOP):
            print(
                "opt-out from {} on: precision {:.3f}, recall {:.3f}".format(
                    threshold, *calibration.stops(shares, messages, threshold)
                )
            )
        read = [fit.features_of(each) for each in messages]
        features = fit.Features.of(read, vectors)
        fitted = fit.fit(features.matrix(read), messages)
    scaled = fit.Fitted(fitted.weights * found.factor, fitted.bias * found.factor)
    about = {"messages": len(messages), "data": corpus.digest(TRAINING)}
    size = weights.write(PACKAGE / classifier.WEIGHTS, weights.arrays(features, scaled, found, about))
    print(f"{size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
