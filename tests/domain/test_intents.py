"""What a burst means: the rules where they are certain, the classifier where people use words of their own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.understanding.intents import BEST, SURE, may_be_answered, understand
from domain.vocabulary import Intent, Language

SENTENCES = Path(__file__).parent / "sentences"
EVERYDAY = 0.90  # share of ordinary messages, none of which the rules or the classifier were made from


@pytest.mark.parametrize("language", list(Language))
def test_ordinary_messages_are_understood(language: Language) -> None:
    lines = (SENTENCES / f"held_out_{language}.tsv").read_text(encoding="utf-8").splitlines()
    cases = [line.split("\t") for line in lines]
    wrong = []
    for meant, text in cases:
        understood = understand(text)
        if ("refusal" if understood.refusal else understood.best[0][0].value) != meant:
            wrong.append(f"{text!r} is {meant}, read as {understood.best}")
    assert 1 - len(wrong) / len(cases) >= EVERYDAY, "\n".join(wrong)


MISREAD = [
    ("no quiero comprar nada", "other"),
    ("I don't want to buy anything", "other"),
    ("não quero comprar nada", "other"),
    ("no puedo pagar", "objection_price"),
    ("I can't pay", "objection_price"),
    ("não posso pagar", "objection_price"),
    ("no me interesa", "other"),
    ("not interested", "other"),
    ("não me interessa", "other"),
    ("this is nice", "other"),
    ("whisky", "other"),
    ("shipping", "other"),
    ("no funciona el link", "support"),
    ("the link doesn't work", "support"),
    ("o link não funciona", "support"),
    ("quiero comprar", "interest_strong"),
    ("I want to buy", "interest_strong"),
    ("quero comprar", "interest_strong"),
    ("cuánto es", "question_product"),
    ("how much is it", "question_product"),
    ("quanto é", "question_product"),
    ("¿Cuánto cuesta?", "question_product"),
    ("adiós", "goodbye"),
    ("goodbye", "goodbye"),
    ("tchau", "goodbye"),
    ("no se si es para mi", "objection_not_for_me"),
    ("not sure if it's for me", "objection_not_for_me"),
    ("nao sei se e pra mim", "objection_not_for_me"),
    ("Hola! cuánto cuesta?", "question_product"),
    ("Hi! how much is it?", "question_product"),
    ("Oi! quanto custa?", "question_product"),
    ("hasta luego", "goodbye"),
    ("see you later", "goodbye"),
    ("até logo", "goodbye"),
    ("gracias", "thanks"),
    ("thanks", "thanks"),
    ("obrigada", "thanks"),
    ("comprar unas placas", "other"),
    ("¿eres un bot?", "escalation"),
    ("are you a bot?", "escalation"),
    ("você é um robô?", "escalation"),
]


@pytest.mark.parametrize(("text", "meant"), MISREAD)
def test_what_keywords_misread_is_read_as_it_is_meant(text: str, meant: str) -> None:
    assert understand(text).intent == meant


@pytest.mark.parametrize("text", ["no quiero comprar nada", "not interested, thanks", "não quero, obrigada"])
def test_who_declines_is_never_read_as_wanting_to_buy(text: str) -> None:
    understood = understand(text)
    assert understood.refusal
    assert not understood.direct_purchase
    assert {Intent.INTEREST_STRONG, Intent.INTEREST_SOFT}.isdisjoint(intent for intent, _ in understood.intents)


@pytest.mark.parametrize("text", ["barato", "cheap"])
def test_cheap_is_no_objection_to_the_price(text: str) -> None:
    assert understand(text).intent in (Intent.OTHER, Intent.QUESTION_PRODUCT)


@pytest.mark.parametrize(
    "text",
    [
        "I've asked you before, let me be and don't write again",
        "prefiero que no me escriban más por acá",
        "tira o meu número daí, não quero mais receber nada",
        "please leave me alone",
    ],
)
def test_who_asks_to_be_left_alone_in_their_own_words_is_left_alone(text: str) -> None:
    understood = understand(text)
    assert understood.stop == "stop"
    assert understood.intent is Intent.OPT_OUT


@pytest.mark.parametrize(
    "text",
    [
        "stop, o Zé não vem",
        "We have got to STOP this bill",
        "baja el precio?",
        "no puedo parar de ver tus videos",
        "quiero bajar de peso con tu plan",
        "can I cancel the plan whenever I want?",
    ],
)
def test_the_words_of_a_stop_about_something_else_leave_nobody_alone(text: str) -> None:
    assert understand(text).stop != "stop"


def test_what_is_meant_beside_the_first_is_kept_and_the_highest_rank_decides() -> None:
    understood = understand("Hola, ¿cuánto cuesta el curso? me parece caro")
    assert [intent for intent, _ in understood.intents] == [Intent.OBJECTION_PRICE, Intent.QUESTION_PRODUCT]


def test_the_three_likeliest_are_kept_also_where_nothing_was_understood() -> None:
    understood = understand("xyzzy plugh quux")
    assert understood.intent is Intent.OTHER
    assert len(understood.best) == BEST


def test_what_is_not_sure_is_answered_by_a_person_unless_the_answer_commits_to_nothing() -> None:
    price, question = Intent.OBJECTION_PRICE, Intent.QUESTION_PRODUCT
    assert may_be_answered([(price, SURE)], [(price, SURE), (question, 0.1)])
    assert not may_be_answered([(price, 0.7)], [(price, 0.7), (question, 0.2)])
    assert may_be_answered([(price, 0.6), (question, 0.3)], [(price, 0.6), (question, 0.3)])
    assert may_be_answered([(Intent.INTEREST_SOFT, 0.5)], [(Intent.INTEREST_SOFT, 0.5)])


@pytest.mark.parametrize("text", ["👍", "jajaja", "", "ok"])
def test_what_says_nothing_is_not_guessed_at(text: str) -> None:
    assert understand(text).intents == ((Intent.OTHER, 0.0),)


@given(st.text(max_size=300))
def test_whatever_is_written_is_understood_alike_each_time(text: str) -> None:
    understood = understand(text)
    assert all(0.0 <= share <= 1.0 for _, share in (*understood.intents, *understood.best))
    assert understood == understand(text)


@given(st.text(max_size=100))
def test_a_stop_is_always_the_only_intent(text: str) -> None:
    understood = understand(text)
    assert understood.stop != "stop" or [intent for intent, _ in understood.intents] == [Intent.OPT_OUT]
