"""Evaluation of the understanding: how often it is right, how well it knows that, and which mistakes are costly."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.understanding.intents import SURE, Understanding
from domain.understanding.labelled import LabelledMessage
from domain.understanding.products import BUYING, OBJECTIONS
from domain.vocabulary import Intent, Language

BINS = 10
_SALES = BUYING | OBJECTIONS


@dataclass(frozen=True)
class Judgement:
    """One labelled message and how it was understood; `read` is the likeliest intent, believed or not."""

    message: LabelledMessage
    understood: Understanding

    @property
    def read(self) -> Intent:
        return self.understood.best[0][0]

    @property
    def probability(self) -> float:
        return self.understood.best[0][1]

    @property
    def is_right(self) -> bool:
        return self.message.accepts(self.read)


@dataclass(frozen=True)
class Bin:
    """The messages whose probability lies between two tenths: their number, mean probability, and share right."""

    count: int
    probability: float
    right: float


@dataclass(frozen=True)
class Sure:
    """What is read with at least this probability: its share of all messages, and how much of it is right."""

    least: float
    share: float
    right: float


def accuracy(judged: Sequence[Judgement]) -> float:
    """The share that is right."""
    return sum(each.is_right for each in judged) / len(judged)


def macro_f1(judged: Sequence[Judgement]) -> float:
    """The mean of the F1 of all intents that are meant or read; a second label that was read is what was meant."""
    scores = f1_by_intent(judged)
    return sum(scores.values()) / len(scores)


def f1_by_intent(judged: Sequence[Judgement]) -> dict[Intent, float]:
    """The harmonic mean of precision and recall, intent by intent."""
    pairs = [(each.read if each.is_right else each.message.intent, each.read) for each in judged]
    hits = Counter(meant for meant, read in pairs if meant is read)
    there = Counter(meant for meant, _ in pairs) + Counter(read for _, read in pairs)
    return {intent: 2 * hits[intent] / there[intent] for intent in Intent if there[intent]}


def confusion(judged: Sequence[Judgement]) -> Counter[tuple[Intent, Intent]]:
    """How often one intent was meant and another one read."""
    return Counter((each.message.intent, each.read) for each in judged if not each.is_right)


def calibration(judged: Sequence[Judgement]) -> list[Bin]:
    """Ten bins of equal width, those that hold a message."""
    bins: list[list[Judgement]] = [[] for _ in range(BINS)]
    for each in judged:
        bins[min(BINS - 1, int(each.probability * BINS))].append(each)
    return [Bin(len(held), _mean(held, lambda each: each.probability), accuracy(held)) for held in bins if held]


def expected_calibration_error(judged: Sequence[Judgement]) -> float:
    """How far probability and share right are apart, over the bins, by the number of their messages."""
    return sum(held.count * abs(held.probability - held.right) for held in calibration(judged)) / len(judged)


def sure(judged: Sequence[Judgement], least: float = SURE) -> Sure:
    """What is read with at least this probability."""
    held = [each for each in judged if each.probability >= least]
    return Sure(least, len(held) / len(judged), accuracy(held) if held else 0.0)


def costly(judged: Sequence[Judgement]) -> dict[str, list[Judgement]]:
    """The mistakes that cost trust or money, by a sentence for each kind."""
    kinds: dict[str, Callable[[Judgement], bool]] = {
        "asked to be left alone, not seen": lambda each: (
            each.message.intent is Intent.OPT_OUT and each.understood.stop is None
        ),
        "left alone without having asked": lambda each: (
            not each.message.accepts(Intent.OPT_OUT) and each.understood.stop == "stop"
        ),
        "asked for a person or a refund, not seen": lambda each: (
            each.message.intent is Intent.ESCALATION and each.understood.intent in _SALES
        ),
        "has a problem, is sold to": lambda each: (
            each.message.intent is Intent.SUPPORT and each.understood.intent in _SALES
        ),
        "read as wanting to buy, does not": lambda each: (
            each.understood.intent is Intent.INTEREST_STRONG and not each.message.accepts(Intent.INTEREST_STRONG)
        ),
    }
    return {sentence: [each for each in judged if wrong(each)] for sentence, wrong in kinds.items()}


def by_language(judged: Sequence[Judgement]) -> dict[Language | None, list[Judgement]]:
    """The messages of each language that occurs."""
    groups: dict[Language | None, list[Judgement]] = {}
    for each in judged:
        groups.setdefault(each.message.language, []).append(each)
    return groups


def _mean(judged: Sequence[Judgement], of: Callable[[Judgement], float]) -> float:
    return sum(map(of, judged)) / len(judged)
