"""What a follower reads when no language model answers."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.vocabulary import Intent, Language
from processes.templates import MAX_REPLY, Facts, format_price, reply

LINK = "https://ana.example/foto"
ALL_KNOWN = Facts(
    creator_name="Ana",
    first_name="Luis",
    product_name="Curso de fotografía",
    price="97 €",
    link=LINK,
    product_names=("Curso de fotografía", "Mentoría"),
)
NOTHING_KNOWN = Facts("Ana", None, None, None, None, ())
FREE = replace(ALL_KNOWN, product_name="Guía de luz", price=None)
ANSWERED = [intent for intent in Intent if intent is not Intent.OTHER]
OBJECTIONS = [intent for intent in Intent if intent.value.startswith("objection_")]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", [intent for intent in ANSWERED if intent is not Intent.LEAD_MAGNET])
def test_every_intent_is_answered_in_the_followers_language(intent: Intent, language: Language) -> None:
    answer = reply(intent, language, ALL_KNOWN)
    assert answer
    others = [reply(intent, other, ALL_KNOWN) for other in Language if other is not language]
    assert answer not in others


@pytest.mark.parametrize("language", Language)
def test_what_nobody_understood_is_left_to_a_person(language: Language) -> None:
    assert reply(Intent.OTHER, language, ALL_KNOWN) is None


def test_a_price_asked_for_along_with_an_objection_is_named_first() -> None:
    answer = reply(
        Intent.OBJECTION_PRICE,
        Language.ES,
        replace(ALL_KNOWN, first_name=None),
        also=[Intent.QUESTION_PRODUCT, Intent.GREETING],
    )
    assert answer == (
        "¡Hola! “Curso de fotografía” cuesta 97 €. Entiendo que es una decisión y que hay que pensarla. "
        "¿Qué te gustaría conseguir? Así vemos si de verdad te merece la pena."
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", OBJECTIONS)
def test_an_objection_alone_is_not_answered_with_a_price(intent: Intent, language: Language) -> None:
    assert "97" not in (reply(intent, language, ALL_KNOWN) or "")
    assert "97 €" in (reply(intent, language, ALL_KNOWN, also=[Intent.QUESTION_PRODUCT]) or "")


@pytest.mark.parametrize("language", Language)
def test_a_greeting_is_returned_once_and_by_name(language: Language) -> None:
    hello = {Language.ES: "¡Hola, Luis!", Language.EN: "Hi, Luis!", Language.PT: "Oi, Luis!"}[language]
    for intent in (Intent.GREETING, Intent.QUESTION_PRODUCT):
        answer = reply(intent, language, ALL_KNOWN, also=[intent, Intent.GREETING])
        assert answer is not None
        assert answer.startswith(hello)
        assert answer.count(hello) == 1


@pytest.mark.parametrize("language", Language)
def test_who_wants_to_buy_gets_price_and_link(language: Language) -> None:
    answer = reply(Intent.INTEREST_STRONG, language, ALL_KNOWN) or ""
    assert "97 €" in answer
    assert LINK in answer.split()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "intent", [Intent.INTEREST_STRONG, Intent.QUESTION_PRODUCT, Intent.INTEREST_SOFT, Intent.OBJECTION_DOUBT]
)
def test_a_reply_that_needs_a_product_asks_which_one(intent: Intent, language: Language) -> None:
    undecided = replace(ALL_KNOWN, product_name=None, price=None, link=None)
    answer = reply(intent, language, undecided, also=[Intent.QUESTION_PRODUCT]) or ""
    assert "Curso de fotografía, Mentoría" in answer
    assert answer.endswith("?")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", [Intent.INTEREST_STRONG, Intent.QUESTION_PRODUCT, Intent.LEAD_MAGNET])
def test_a_reply_whose_facts_are_missing_is_left_to_a_person(intent: Intent, language: Language) -> None:
    assert reply(intent, language, NOTHING_KNOWN) is None
    assert reply(intent, language, replace(ALL_KNOWN, price=None, link=None)) is None


@pytest.mark.parametrize("language", Language)
def test_a_price_nobody_entered_is_answered_with_the_link_and_never_guessed(language: Language) -> None:
    without_price = replace(ALL_KNOWN, price=None)
    answer = reply(Intent.OBJECTION_PRICE, language, without_price, also=[Intent.QUESTION_PRODUCT]) or ""
    assert LINK in answer.split()
    assert not re.search(r"\d", answer)


@pytest.mark.parametrize("language", Language)
def test_only_what_costs_nothing_is_given_away(language: Language) -> None:
    assert LINK in (reply(Intent.LEAD_MAGNET, language, FREE) or "").split()
    assert reply(Intent.LEAD_MAGNET, language, ALL_KNOWN) is None


@pytest.mark.parametrize(
    ("language", "assistant", "person"),
    [
        (Language.ES, "asistente automático de Ana, no una persona", "una persona te contestará"),
        (Language.EN, "Ana's automated assistant, not a person", "a person will answer you"),
        (Language.PT, "assistente automático de Ana, não uma pessoa", "uma pessoa vai responder"),
    ],
)
def test_who_wants_a_person_learns_that_this_is_an_assistant_and_that_a_person_will_answer(
    language: Language, assistant: str, person: str
) -> None:
    answer = reply(Intent.ESCALATION, language, ALL_KNOWN) or ""
    assert assistant in answer
    assert person in answer


@pytest.mark.parametrize(
    ("language", "way_back"), [(Language.ES, "ALTA"), (Language.EN, "START"), (Language.PT, "VOLTAR")]
)
def test_who_opts_out_is_told_once_and_asked_nothing(language: Language, way_back: str) -> None:
    answer = reply(Intent.OPT_OUT, language, ALL_KNOWN) or ""
    assert way_back in answer.split(". ")[1]
    assert "?" not in answer
    assert LINK not in answer


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", ANSWERED)
def test_no_reply_invents_a_figure(intent: Intent, language: Language) -> None:
    assert not re.search(r"\d|%|€|\$", reply(intent, language, NOTHING_KNOWN) or "")


@pytest.mark.parametrize("name", ["www.spam.example", "{link}", "Ana 💸", "a" * 41, "4ever", "  ", "-", "Ana\nStop"])
def test_a_name_that_is_no_name_is_not_said_aloud(name: str) -> None:
    assert reply(Intent.GOODBYE, Language.EN, replace(ALL_KNOWN, first_name=name)) == "See you soon! All the best 😊"


@pytest.mark.parametrize("name", ["Luis", " Zoë ", "O’Brien", "Ana-María", "María José", "李雷"])
def test_a_name_is_said_aloud(name: str) -> None:
    answer = reply(Intent.GOODBYE, Language.EN, replace(ALL_KNOWN, first_name=name))
    assert answer == f"See you soon, {name.strip()}! All the best 😊"


words = st.text(alphabet="abc ñé.", min_size=1, max_size=700)


@given(
    intent=st.sampled_from(Intent),
    language=st.sampled_from(Language),
    also=st.lists(st.sampled_from(Intent), max_size=3),
    facts=st.builds(
        Facts,
        creator_name=words,
        first_name=st.none() | st.text(max_size=50),
        product_name=st.none() | words,
        price=st.none() | st.just("97 €"),
        link=st.none() | st.just(LINK),
        product_names=st.lists(words, max_size=8).map(tuple),
    ),
)
def test_a_reply_is_short_and_complete_or_there_is_none(
    intent: Intent, language: Language, also: list[Intent], facts: Facts
) -> None:
    answer = reply(intent, language, facts, also)
    if answer is not None:
        assert 0 < len(answer) <= MAX_REPLY
        assert not re.search(r"[{}…|]", answer)
        assert "None" not in answer


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("97", "EUR", Language.ES, "97 €"),
        ("97.00", "EUR", Language.PT, "97 €"),
        ("97", "EUR", Language.EN, "€97"),
        ("19.90", "EUR", Language.ES, "19,90 €"),
        ("19.90", "USD", Language.EN, "$19.90"),
        ("1250.5", "EUR", Language.ES, "1.250,50 €"),
        ("1250.5", "GBP", Language.EN, "£1,250.50"),
        ("1000", "EUR", Language.PT, "1.000 €"),
        ("497", "BRL", Language.PT, "R$ 497"),
        ("97", "USD", Language.PT, "US$ 97"),
        ("97", "USD", Language.ES, "97 US$"),
        ("1999", "MXN", Language.ES, "1.999 MXN"),
        ("1999", "MXN", Language.EN, "1,999 MXN"),
    ],
)
def test_a_price_is_written_as_in_the_language(amount: str, currency: str, language: Language, written: str) -> None:
    assert format_price(Decimal(amount), currency, language) == written
