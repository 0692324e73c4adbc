"""Which language a follower is answered in, and how hard it is to change it by accident."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.vocabulary import Language
from processes import language as languages
from processes.language import CAP, count_words, decide, evidence, margin

EN, ES, PT = Language.EN, Language.ES, Language.PT
SPANISH_CREATOR = {ES: 0.5}
NOTHING = dict.fromkeys(Language, 0.0)


def says(language: Language, nats: float) -> dict[Language, float]:
    return {one: 0.0 if one is language else -nats for one in Language}


def converse(
    texts: Sequence[str], current: Language | None = None, prior: Mapping[Language, float] = SPANISH_CREATOR
) -> Language:
    past: list[dict[Language, float]] = []
    for text in texts:
        new = evidence(text)
        current = decide(current, past, new, count_words(text), prior)
        past.append(new)
    assert current is not None
    return current


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hola, cuánto cuesta el curso?", ES),
        ("me gustaría saber más sobre la mentoría", ES),
        ("¿tienes algo más barato?", ES),
        ("hi, how much is the course?", EN),
        ("I would like to know more", EN),
        ("oi, quanto custa o curso?", PT),
        ("vc tem mais informações?", PT),
        ("não tenho tempo agora", PT),
        ("kkkkk", PT),
        ("jajaja", ES),
    ],
)
def test_a_first_message_is_answered_in_its_language(text: str, language: Language) -> None:
    assert converse([text], prior={}) is language


@pytest.mark.parametrize("text", ["ok", "info por favor", "parar", "👍", "12345", "https://example.org/hola @thanks"])
def test_words_of_every_language_say_nothing(text: str) -> None:
    assert evidence(text) == NOTHING


@pytest.mark.parametrize("text", ["ok", "info por favor", "parar"])
@pytest.mark.parametrize("current", [ES, PT])
def test_a_word_of_both_never_flips_between_spanish_and_portuguese(text: str, current: Language) -> None:
    prior = {PT if current is ES else ES: 1.5}
    assert converse([text] * 5, current, prior) is current


def test_names_of_people_and_products_say_nothing() -> None:
    assert evidence("Thanks Obrigado", ignore=["Thanks", "obrigado"]) == NOTHING
    assert count_words("Ana quiere 3 cosas https://example.org", ignore=["Ana"]) == 2


@given(st.text(max_size=200))
def test_one_burst_says_no_more_than_its_share(text: str) -> None:
    said = evidence(text)
    assert set(said) == set(Language)
    assert max(said.values()) == 0.0
    assert min(said.values()) >= -CAP


def test_weak_evidence_leaves_the_creators_language() -> None:
    assert decide(None, [], says(PT, 0.4), 1, {ES: 0.5}) is ES


def test_a_prior_and_a_hint_together_are_enough() -> None:
    assert decide(None, [], says(PT, 0.6), 1, {PT: 0.5}) is PT


def test_only_the_last_ten_bursts_count_for_a_first_language() -> None:
    past = [says(EN, 6.0), *[says(PT, 0.2)] * 9]
    assert margin(past, says(PT, 0.2), {}) == pytest.approx(2.0)
    assert decide(None, past, says(PT, 0.2), 1, {}) is PT


def test_one_burst_in_another_language_changes_nothing() -> None:
    assert decide(ES, [says(ES, 6.0)], says(EN, 6.0), 3, SPANISH_CREATOR) is ES


def test_two_bursts_running_change_the_language() -> None:
    assert decide(ES, [says(EN, 2.0)], says(EN, 2.0), 3, SPANISH_CREATOR) is EN


def test_two_weak_bursts_running_change_nothing() -> None:
    assert decide(ES, [says(EN, 6.0)], says(EN, 1.9), 3, SPANISH_CREATOR) is ES


def test_two_bursts_for_two_other_languages_change_nothing() -> None:
    past = {EN: 0.0, ES: -3.0, PT: -6.0}
    new = {PT: 0.0, ES: -3.0, EN: -6.0}
    assert decide(ES, [past], new, 3, SPANISH_CREATOR) is ES


@pytest.mark.parametrize(("words", "nats", "language"), [(8, 4.0, EN), (7, 6.0, ES), (8, 3.9, ES)])
def test_one_long_clear_burst_changes_the_language(words: int, nats: float, language: Language) -> None:
    assert decide(ES, [says(ES, 6.0)], says(EN, nats), words, SPANISH_CREATOR) is language


def test_a_conversation_changes_its_language_with_the_follower() -> None:
    texts = ["hola, cuánto cuesta?", "sorry, can we speak English?", "how much is the course"]
    assert converse(texts[:1]) is ES
    assert converse(texts[:2]) is ES
    assert converse(texts) is EN


def test_many_threads_share_one_model() -> None:
    languages._model.cache_clear()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(evidence, ["quanto custa o programa completo?"] * 8))
    assert languages._model.cache_info().misses == 1
    assert all(answer == evidence("quanto custa o programa completo?") for answer in answers)
