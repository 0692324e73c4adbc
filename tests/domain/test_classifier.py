"""The classifier as it is packaged: weights that belong to the corpus, small, quick to read, the same on every call."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.understanding import classifier
from domain.understanding.classifier import cautious, load
from domain.understanding.intents import UNDERSTANDING_VERSION
from domain.understanding.text_features import MOST, folded, text_features
from domain.vocabulary import Intent
from tools.train import corpus

WEIGHTS = Path(classifier.__file__).with_name(classifier.WEIGHTS)
FOUR_MEGABYTES = 4 * 2**20
VERSIONS = Path(__file__).with_name("understanding_versions.json")
DECIDE_NO_MEANING = {"__init__", "evaluation", "labelled", "contact_details", "self_description"}


def test_the_weights_were_trained_on_the_corpus_as_it_is() -> None:
    assert load().about["data"] == corpus.digest("training"), "the corpus has changed: run `make train`"


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size <= FOUR_MEGABYTES


@given(st.text(max_size=200))
def test_the_probabilities_of_all_intents_add_up_to_one(text: str) -> None:
    shares = load().classify(text).intents
    assert set(shares) == set(Intent)
    assert sum(shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "as_read"),
    [
        ("¿Cuánto CUESTA?", "¿cuanto cuesta?"),
        ("siiiiii!!!!", "sii!!"),
        ("I don’t know", "i dont know"),
        ("97 €", "0 €"),
        ("mira https://a.example/x?y=1 ya", "mira url ya"),
        ("❤️", "❤"),
    ],
)
def test_spelling_that_means_nothing_is_folded_away(text: str, as_read: str) -> None:
    assert folded(text) == as_read


def test_grams_stay_inside_a_word() -> None:
    features = text_features("no ya")
    assert features.characters == {" n": 1, "no": 1, "o ": 1, " no": 1, "no ": 1, " no ": 1} | {
        " y": 1, "ya": 1, "a ": 1, " ya": 1, "ya ": 1, " ya ": 1,
    }  # fmt: skip
    assert features.words == {"no": 1, "ya": 1, "no ya": 1}
    assert features.spoken == ("no", "ya")


def test_what_the_rules_found_counts_as_words_that_nobody_can_write() -> None:
    assert "<support/True>" in text_features("no funciona", ["support/True"]).words
    assert "<support/True>" not in text_features("<support/True>").words


@pytest.mark.parametrize(
    ("shares", "then"),
    [
        ([0.9, 0.08, 0.02], [0.7, 0.24, 0.06]),  # what the highest loses the others get, each in its proportion
        ([0.06, 0.04, 0.9], [0.18, 0.12, 0.7]),
        ([0.5, 0.3, 0.2], [0.5, 0.3, 0.2]),
    ],
)
def test_what_is_likeliest_is_believed_less_than_the_weights_say(shares: list[float], then: list[float]) -> None:
    mapped = cautious(np.array([shares, shares]), np.array([0.0, 0.5, 0.9, 1.0]), np.array([0.0, 0.5, 0.7, 0.8]))
    assert mapped == pytest.approx(np.array([then, then]))


def test_a_message_of_any_length_is_read_up_to_a_bound() -> None:
    assert load().classify("a b " * MOST) == load().classify(("a b " * MOST)[:MOST])


def test_a_change_of_the_understanding_has_a_version_of_its_own() -> None:
    """Recorded decisions name it, so that two that differ can be told apart."""
    parts = sorted(
        path for path in WEIGHTS.parent.rglob("*") if path.suffix == ".py" and path.stem not in DECIDE_NO_MEANING
    )
    whole = sha256(b"".join(path.read_bytes() for path in (*parts, WEIGHTS))).hexdigest()
    known = json.loads(VERSIONS.read_text())
    assert whole == known[str(UNDERSTANDING_VERSION)], f"raise UNDERSTANDING_VERSION, and note {whole}"
