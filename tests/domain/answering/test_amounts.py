"""A figure leaves only if it is a fact of the product that it is said of."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answering.checks import AnswerProblem
from domain.answering.figures import FigureKind, figures
from domain.answering.number_words import value_of
from domain.vocabulary import Language
from processes.templates import format_price
from tests.domain.answering.facts import COURSE, GROUND, MENTORING, problems

WITHOUT_PRODUCT = replace(GROUND, product=None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.250,50 €", "1250.50"),
        ("€1,250.50", "1250.50"),
        ("1 250,50 euros", "1250.50"),
        ("$1,250", "1250"),
        ("R$ 97", "97"),
        ("R$97,00", "97"),
        ("97euros", "97"),
        ("USD 97", "97"),
        ("97 MXN", "97"),
        ("2k €", "2000"),
        ("2 mil euros", "2000"),
        ("９７ €", "97"),
        ("9️⃣7️⃣ €", "97"),
        ("noventa y siete euros", "97"),
        ("ninety-seven dollars", "97"),
        ("noventa e sete reais", "97"),
        ("two hundred and fifty pounds", "250"),
        ("mil doscientos cincuenta euros", "1250"),
        ("cuesta 97", "97"),
        ("it's yours for 97", "97"),
        ("te lo dejo en 97", "97"),
        ("fica em 97", "97"),
    ],
)
def test_money_is_read_in_every_notation(text: str, value: str) -> None:
    assert [figure.value for figure, _ in figures(text) if figure.kind is FigureKind.MONEY] == [Decimal(value)]


@pytest.mark.parametrize(
    "text",
    [
        "El curso cuesta 97 €.",
        "El curso son noventa y siete euros.",
        "The course is EUR 97.00.",
        "Cuesta 97.",
        "En 3 cuotas de 35 €.",
        "3x de 35 €",
        "Tiene 14 días de garantía.",
        "You can ask for a refund within two weeks.",
        "La Mentoría cuesta 1.250,50 € y el curso 97 €.",
        "La Guía de luz cuesta 0 €.",
        "El curso es 100 % online y dura 8 semanas.",
        "Son 8 módulos y 12 meses de acceso.",
        "Nos vemos el 12/05/2026 a las 19:30.",
        "Con él bajé 10 libras, dice una alumna.",
    ],
)
def test_what_the_facts_say_may_be_said(text: str) -> None:
    assert AnswerProblem.AMOUNT not in problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "El curso cuesta 49 €.",
        "Son cuarenta y nueve euros.",
        "El curso cuesta 97 dólares.",
        "Te lo dejo en 60.",
        "El precio ha bajado a 60.",
        "It is 20% off today.",
        "Veinte por ciento menos.",
        "Tienes el 100 % de descuento.",
        "It's half price.",
        "Hoy hay 2x1.",
        "Leve 2 pague 1!",
        "En 12 cuotas de 10 €.",
        "Em até 10x sem juros.",
        "Tiene 30 días de garantía.",
        "Garantía de un año.",
        "30-day money-back guarantee",
        "Usa el código LUZ15.",
        "Pay 0.01 BTC.",
        "Cuesta 9️⃣ €.",
    ],
)
def test_what_no_fact_says_is_held(text: str) -> None:
    assert AnswerProblem.AMOUNT in problems(text)


def test_the_price_of_one_product_is_not_said_of_another() -> None:
    assert AnswerProblem.AMOUNT in problems("La Mentoría cuesta 97 €.")
    assert AnswerProblem.AMOUNT in problems("La Mentoría te ayuda más. Son 97 €.")
    assert AnswerProblem.AMOUNT not in problems("La Mentoría te ayuda más. Son 1.250,50 €.")


def test_with_several_products_and_none_named_no_price_is_right() -> None:
    assert AnswerProblem.AMOUNT in problems("Son 97 €.", WITHOUT_PRODUCT)
    assert AnswerProblem.AMOUNT not in problems("El curso son 97 €.", WITHOUT_PRODUCT)
    assert AnswerProblem.AMOUNT not in problems("Son 97 €.", replace(WITHOUT_PRODUCT, products=(COURSE,)))


def test_what_the_creator_says_anywhere_may_be_said() -> None:
    offer = replace(GROUND, creator_texts=("En mayo hay un 20 % de descuento con el código MAYO20.",))
    assert problems("Sí, hay un 20 % de descuento con el código MAYO20.", offer) == set()
    of_the_other = replace(GROUND, creator_texts=("La Mentoría tiene un 20 % menos.",))
    assert AnswerProblem.AMOUNT in problems("Hay un 20 % menos.", of_the_other)
    assert AnswerProblem.AMOUNT not in problems("La Mentoría tiene un 20 % menos.", of_the_other)


@pytest.mark.parametrize(
    "text",
    ["El curso es gratis.", "The course is on the house.", "É de graça pra você!", "You don't have to pay.", "Free!"],
)
def test_what_costs_something_is_not_given_away(text: str) -> None:
    assert AnswerProblem.AMOUNT in problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "La Guía de luz es gratis.",
        "The free guide is here: https://ana.example/guia",
        "La clase abierta de los jueves es gratis.",
        "El curso no es gratis.",
        "There is nothing free right now, and it is not free.",
        "Feel free to ask in your free time.",
    ],
)
def test_what_is_free_may_be_called_so(text: str) -> None:
    assert AnswerProblem.AMOUNT not in problems(text)


CURRENCIES = st.sampled_from(["EUR", "USD", "GBP", "BRL", "MXN", "ARS", "COP", "CLP", "PEN", "CHF", "JPY"])
PRICES = st.decimals(min_value=1, max_value=99_999, places=2)


@given(PRICES, CURRENCIES, st.sampled_from(Language))
def test_a_price_as_our_templates_write_it_passes(price: Decimal, currency: str, language: Language) -> None:
    product = replace(MENTORING, price=price, currency=currency)
    ground = replace(GROUND, product=product, products=(product,))
    assert AnswerProblem.AMOUNT not in problems(f"Mentoría: {format_price(price, currency, language)}.", ground)


@given(PRICES, PRICES, CURRENCIES, st.sampled_from(Language))
def test_another_price_never_passes(price: Decimal, said: Decimal, currency: str, language: Language) -> None:
    product = replace(MENTORING, price=price, currency=currency)
    ground = replace(GROUND, product=product, products=(product,))
    held = AnswerProblem.AMOUNT in problems(f"Mentoría: {format_price(said, currency, language)}.", ground)
    assert held is (price != said)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("noventa y siete", 97),
        ("two thousand five hundred", 2500),
        ("cento e vinte", 120),
        ("mil", 1000),
        ("a hundred", 100),
    ],
)
def test_numbers_in_words_have_their_value(words: str, value: int) -> None:
    assert value_of(words) == value
