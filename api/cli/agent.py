"""`clonnect agent evaluate`: judges the understanding by labelled messages, without a database or a network."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from api.cli.exits import Misuse
from api.cli.tables import table
from domain.understanding import evaluation as figures
from domain.understanding.evaluation import Judgement
from domain.understanding.intents import UNDERSTANDING_VERSION, understand
from domain.understanding.labelled import labelled_messages
from domain.vocabulary import Intent, Language

CONFUSIONS = 12
EXAMPLES = 3
SURE = (0.50, 0.75, 0.90)


def evaluate(paths: Sequence[Path]) -> str:
    """What the understanding makes of the messages of these files; raises `Misuse` where one cannot be read."""
    judged: list[Judgement] = []
    for path in paths:
        try:
            messages = labelled_messages(path)
        except OSError as error:
            raise Misuse(f"{path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise Misuse(f"{path}: {error}") from error
        judged += [Judgement(message, understand(message.text)) for message in messages]
    if not judged:
        raise Misuse("There is no message in these files.")
    return "\n".join(_report(judged))


def _report(judged: Sequence[Judgement]) -> Iterator[str]:
    yield f"{len(judged):,} messages, understanding {UNDERSTANDING_VERSION}\n"
    groups = sorted(figures.by_language(judged).items(), key=lambda each: each[0] or "")
    yield table(
        [
            ("language", "messages", "right", "macro-F1", "calibration error"),
            *(_line(_name(language), held) for language, held in groups),
            *([_line("all", judged)] if len(groups) > 1 else []),
        ]
    )
    yield "\n" + table(
        [
            ("probability", "of all", "right"),
            *(
                (f"≥ {held.least:.2f}", _percent(held.share), _percent(held.right))
                for held in (figures.sure(judged, least) for least in SURE)
            ),
        ]
    )
    yield "\n" + table(
        [
            ("says", "messages", "right"),
            *(
                (f"{held.probability:.2f}", str(held.count), f"{held.right:.2f}")
                for held in figures.calibration(judged)
            ),
        ]
    )
    yield "\n" + table([("intent", "F1"), *((intent.value, f"{score:.2f}") for intent, score in _worst_first(judged))])
    yield "\n" + table(
        [
            ("meant", "read", "times"),
            *(
                (meant.value, read.value, str(times))
                for (meant, read), times in figures.confusion(judged).most_common(CONFUSIONS)
            ),
        ]
    )
    yield "\ncostly mistakes"
    for sentence, held in figures.costly(judged).items():
        yield f"{len(held):5}  {sentence}"
        yield from (f"         {each.message.text!r}" for each in held[:EXAMPLES])


def _line(name: str, judged: Sequence[Judgement]) -> tuple[str, ...]:
    return (
        name,
        str(len(judged)),
        f"{figures.accuracy(judged):.3f}",
        f"{figures.macro_f1(judged):.3f}",
        f"{figures.expected_calibration_error(judged):.3f}",
    )


def _worst_first(judged: Sequence[Judgement]) -> list[tuple[Intent, float]]:
    return sorted(figures.f1_by_intent(judged).items(), key=lambda each: each[1])


def _name(language: Language | None) -> str:
    return language.value if language else "-"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
