"""Fitting: from labelled messages to the arrays that `domain.understanding.classifier` reads."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import normalize

from domain.understanding.classifier import CHARACTERS, VECTOR, WORDS, hashed
from domain.understanding.labelled import LabelledMessage
from domain.understanding.rules import read_by_rules
from domain.understanding.text_features import TextFeatures, text_features
from domain.vocabulary import Intent
from tools.train.word_vectors import WordVectors

INTENTS = tuple(Intent)
LEAST = {"characters": 4, "words": 2}
"""Messages in which an n-gram occurs at least."""
INVERSE_REGULARISATION = 10.0
ITERATIONS = 200
ALSO_WEIGHT = 0.3
"""What a second label counts in training, where the first and it count 1 together."""
FOLDS = 5
SEED = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Vocabulary:
    """The n-grams of one block as sorted hashes, with their inverse document frequencies."""

    number: int
    keys: NDArray[np.uint32]
    idf: Floats

    @classmethod
    def of(cls, number: int, counted: Sequence[Counter[str]], least: int) -> "Vocabulary":
        documents = Counter(key for counts in counted for key in {hashed(gram, number) for gram in counts})
        keys = np.array(sorted(key for key, count in documents.items() if count >= least), np.uint32)
        frequency = np.array([documents[int(key)] for key in keys])
        return cls(number, keys, np.log((1 + len(counted)) / (1 + frequency)) + 1)

    def matrix(self, counted: Sequence[Counter[str]]) -> csr_matrix:
        """One row of length 1 for each message."""
        place = {int(key): column for column, key in enumerate(self.keys)}
        rows, columns, values = [], [], []
        for row, counts in enumerate(counted):
            for gram, count in counts.items():
                if (column := place.get(hashed(gram, self.number))) is not None:
                    rows.append(row)
                    columns.append(column)
                    values.append((1 + np.log(count)) * self.idf[column])
        return normalize(csr_matrix((values, (rows, columns)), (len(counted), len(self.keys))))


@dataclass(frozen=True)
class Features:
    """How a message becomes a row: two vocabularies, the word vectors and their mean over all messages."""

    characters: Vocabulary
    words: Vocabulary
    vectors: WordVectors
    mean: Floats

    @classmethod
    def of(cls, read: Sequence[TextFeatures], vectors: WordVectors) -> "Features":
        return cls(
            Vocabulary.of(CHARACTERS, [each.characters for each in read], LEAST["characters"]),
            Vocabulary.of(WORDS, [each.words for each in read], LEAST["words"]),
            vectors,
            _meanings(read, vectors).mean(axis=0),
        )

    def matrix(self, read: Sequence[TextFeatures]) -> csr_matrix:
        meanings = _meanings(read, self.vectors)
        known = np.abs(meanings).sum(axis=1, keepdims=True) > 0
        return hstack(
            [
                self.characters.matrix([each.characters for each in read]),
                self.words.matrix([each.words for each in read]),
                csr_matrix((meanings - self.mean) * known),
            ]
        ).tocsr()


@dataclass(frozen=True)
class Fitted:
    """Weights by feature and intent, not yet calibrated."""

    weights: Floats
    bias: Floats

    def scores(self, matrix: csr_matrix) -> Floats:
        return np.asarray(matrix @ self.weights + self.bias)


def _meanings(read: Sequence[TextFeatures], vectors: WordVectors) -> Floats:
    place = {int(key): row for row, key in enumerate(vectors.keys)}
    table = vectors.table.astype(np.float64)
    rows = np.zeros((len(read), table.shape[1]))
    for row, each in enumerate(read):
        known = [place[key] for word in each.spoken if (key := hashed(word, VECTOR)) in place]
        if known:
            total = table[known].sum(axis=0)
            rows[row] = total / (np.linalg.norm(total) or 1.0)
    return rows


def features_of(message: LabelledMessage) -> TextFeatures:
    """A message as the classifier will see it, with what the rules find in it."""
    return text_features(message.text, read_by_rules(message.text).hints)


def fit(matrix: csr_matrix, messages: Sequence[LabelledMessage]) -> Fitted:
    """Multinomial logistic regression; a second label counts a little."""
    second = [(row, other) for row, each in enumerate(messages) for other in each.also]
    both = vstack([matrix, matrix[[row for row, _ in second]]]).tocsr() if second else matrix
    weight = np.array(
        [1 - ALSO_WEIGHT * bool(each.also) for each in messages]
        + [ALSO_WEIGHT / len(messages[row].also) for row, _ in second]
    )
    labels = np.array([INTENTS.index(each.intent) for each in messages] + [INTENTS.index(other) for _, other in second])
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=ITERATIONS).fit(both, labels, weight)
    return Fitted(model.coef_.T, model.intercept_)


def out_of_fold(messages: Sequence[LabelledMessage], origins: Sequence[int], vectors: WordVectors) -> Floats:
    """Scores of each message by weights that have seen neither it nor another of the same origin."""
    read = [features_of(each) for each in messages]
    scores = np.zeros((len(messages), len(INTENTS)))
    for seen, unseen in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(read, groups=origins):
        features = Features.of([read[row] for row in seen], vectors)
        fitted = fit(features.matrix([read[row] for row in seen]), [messages[row] for row in seen])
        scores[unseen] = fitted.scores(features.matrix([read[row] for row in unseen]))
    return scores
