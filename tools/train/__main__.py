"""`python -m tools.train`: train the intent classifier on `corpus/training`, and write its weights into the package."""

import sys
from pathlib import Path

from threadpoolctl import threadpool_limits

from domain.understanding import classifier
from domain.understanding.intents import PERHAPS_STOP, STOP
from tools.train import corpus, fit, weights
from tools.train.word_vectors import word_vectors

TRAINING = "training"
PACKAGE = Path(classifier.__file__).parent


def main() -> int:
    """Train on one thread, for the order of additions decides the last bits."""
    with threadpool_limits(limits=1):
        messages = corpus.read(TRAINING)
        print(f"{len(messages):,} labelled messages")
        vectors = word_vectors(each.text for each in messages)
        print(f"{len(vectors.keys):,} word vectors")
        scores = fit.out_of_fold(messages, vectors)
        factor = fit.steepness(scores, messages)
        print(f"steepness {factor:.3f}")
        shares = fit.probabilities(scores * factor)
        for threshold in (PERHAPS_STOP, STOP):
            print(
                "opt-out from {} on: precision {:.3f}, recall {:.3f}".format(
                    threshold, *fit.stops(shares, messages, threshold)
                )
            )
        read = [fit.features_of(each) for each in messages]
        features = fit.Features.of(read, vectors)
        fitted = fit.fit(features.matrix(read), messages)
    calibrated = fit.Fitted(fitted.weights * factor, fitted.bias * factor)
    about = {"messages": len(messages), "data": corpus.digest(TRAINING)}
    size = weights.write(PACKAGE / classifier.WEIGHTS, weights.arrays(features, calibrated, about))
    print(f"{size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
