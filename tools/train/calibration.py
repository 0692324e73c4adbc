"""Calibration: how scores become probabilities that may be believed, from messages that the weights have not seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from domain.understanding.classifier import cautious
from domain.understanding.intents import SURE
from domain.understanding.labelled import LabelledMessage
from domain.vocabulary import Intent
from tools.train.fit import INTENTS, Floats

RIGHT = 0.94
"""How much of what is read with a probability of `SURE` or more is right at least."""
FAITHFUL = 0.72
"""Up to here a probability is what it says."""
SUREST = 0.05
"""The share of all messages that the highest probability is measured on."""


@dataclass(frozen=True)
class Calibration:
    """A factor of the scores, and the map of the highest probability (`domain.understanding.classifier.cautious`)."""

    factor: float
    said: Floats
    meant: Floats

    def probabilities(self, scores: Floats) -> Floats:
        return cautious(_softmax(scores * self.factor), self.said, self.meant)


def calibrated(scores: Floats, messages: Sequence[LabelledMessage]) -> Calibration:
    """The calibration by which what is sure is right as often as `RIGHT` says, and the rest as often as it says."""
    right = rightness(scores, messages)
    factor = _steepness(scores, right)
    highest = _softmax(scores * factor).max(axis=1)
    order = np.argsort(-highest)
    shares = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    sure = highest[order][np.flatnonzero(shares >= RIGHT)[-1]]
    surest = order[: int(SUREST * len(order))]
    ends = (highest[surest].mean(), right[surest].mean())
    return Calibration(
        factor, np.array([0.0, FAITHFUL, sure, ends[0], 1.0]), np.array([0.0, FAITHFUL, SURE, ends[1], ends[1]])
    )


def rightness(scores: Floats, messages: Sequence[LabelledMessage]) -> Floats:
    """1 where the likeliest intent is right, 0 elsewhere."""
    return np.array(
        [float(each.accepts(INTENTS[best])) for each, best in zip(messages, scores.argmax(axis=1), strict=True)]
    )


def stops(shares: Floats, messages: Sequence[LabelledMessage], threshold: float) -> tuple[float, float]:
    """Precision and recall of the wish to be left alone, where it is seen from this probability on."""
    seen = shares[:, INTENTS.index(Intent.OPT_OUT)] >= threshold
    accepted = np.array([each.accepts(Intent.OPT_OUT) for each in messages])
    meant = np.array([each.intent is Intent.OPT_OUT for each in messages])
    return float(accepted[seen].mean()), float(seen[meant].mean())


def _steepness(scores: Floats, right: Floats) -> float:
    """The factor of the scores by which the likeliest intent is right as often as its probability says."""

    def error(factor: float) -> float:
        sure = _softmax(scores * factor).max(axis=1)
        return float(-np.mean(np.log(np.where(right > 0, sure, 1 - sure) + 1e-9)))

    return float(minimize_scalar(error, bounds=(0.3, 3.0), method="bounded").x)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
