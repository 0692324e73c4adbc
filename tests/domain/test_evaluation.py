"""The figures by which the understanding is judged: what they count is counted by hand here."""

from pathlib import Path

import pytest

from domain.understanding import evaluation as figures
from domain.understanding.evaluation import Judgement
from domain.understanding.intents import Stop, Understanding
from domain.understanding.labelled import LabelledMessage, labelled_messages
from domain.vocabulary import Intent, Language

PRICE, TIME, THANKS, STOP = Intent.OBJECTION_PRICE, Intent.OBJECTION_TIME, Intent.THANKS, Intent.OPT_OUT


def judged(
    meant: Intent, read: Intent, probability: float = 0.9, *, also: tuple[Intent, ...] = (), stop: Stop | None = None
) -> Judgement:
    shares = ((read, probability),)
    understood = Understanding(shares, shares, stop, False, False, False, None, True, read.value)
    return Judgement(LabelledMessage("…", meant, also, Language.ES), understood)


FOUR = [
    judged(PRICE, PRICE, 0.95),
    judged(PRICE, TIME, 0.65),
    judged(TIME, TIME, 0.75),
    judged(THANKS, TIME, 0.55, also=(TIME,)),
]


def test_what_a_careful_person_accepts_as_well_is_right() -> None:
    assert figures.accuracy(FOUR) == 0.75


def test_the_mean_of_the_f1_of_each_intent_counts_rare_ones_like_others() -> None:
    # price: 1 of 2 found, none too many; time: 2 of 2 found, 1 too many; thanks is neither meant nor read
    assert figures.f1_by_intent(FOUR) == {PRICE: pytest.approx(2 / 3), TIME: pytest.approx(4 / 5)}
    assert figures.macro_f1(FOUR) == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_only_what_is_wrong_is_confused() -> None:
    assert figures.confusion(FOUR) == {(PRICE, TIME): 1}


def test_a_probability_is_calibrated_if_it_is_right_as_often_as_it_says() -> None:
    certain = [judged(PRICE, PRICE, 1.0)] * 3
    assert figures.expected_calibration_error(certain) == 0.0
    half = [judged(PRICE, PRICE, 0.8), judged(PRICE, TIME, 0.8)]
    assert figures.expected_calibration_error(half) == pytest.approx(0.3)
    assert [held.count for held in figures.calibration([*certain, *half])] == [2, 3]


def test_what_is_sure_is_told_with_its_share_of_all() -> None:
    held = figures.sure(FOUR, 0.75)
    assert (held.share, held.right) == (0.5, 1.0)
    assert figures.sure(FOUR, 0.99).right == 0.0


def test_costly_mistakes_are_counted_apart() -> None:
    missed = judged(STOP, Intent.OTHER)
    held = judged(STOP, Intent.OTHER, stop="perhaps")
    silenced = judged(PRICE, STOP, stop="stop")
    refund = judged(Intent.ESCALATION, Intent.INTEREST_STRONG)
    broken = judged(Intent.SUPPORT, Intent.QUESTION_PRODUCT)
    counted = figures.costly([missed, held, silenced, refund, broken, *FOUR])
    assert list(counted.values()) == [[missed], [silenced], [refund], [broken], [refund]]


def test_labelled_messages_have_the_language_of_their_file_or_their_own(tmp_path: Path) -> None:
    path = tmp_path / "pt_own.jsonl"
    path.write_text('{"text": "oi", "intent": "greeting"}\n\n{"text": "hi", "intent": "greeting", "language": "en"}\n')
    assert [each.language for each in labelled_messages(path)] == [Language.PT, Language.EN]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Line 2: "),
        ('{"text": "a"}', "Line 2 has no 'intent'"),
        ('{"text": "a", "intent": "buys"}', "'buys' is not a valid Intent"),
        ('{"text": 1, "intent": "other"}', "text is no text"),
        ("[]", "Line 2: "),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "es.jsonl"
    path.write_text('{"text": "a", "intent": "other"}\n' + line)
    with pytest.raises(ValueError, match=r"^Line 2") as refused:
        labelled_messages(path)
    assert said in str(refused.value)
