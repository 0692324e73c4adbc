"""Addresses and numbers leave only if they are the creator's or this follower's."""

import pytest

from domain.answering.checks import AnswerProblem
from tests.domain.answering.facts import problems


@pytest.mark.parametrize(
    "contact",
    [
        "hola@ana.example",
        "HOLA@ana.example",
        "@ana.fotos",
        "+34 911 234 567",
        "911234567",
        "luis@correo.example",
        "612 345 678",
        "@luis_gomez",
    ],
)
def test_those_of_the_creator_and_of_this_follower_may_be_said(contact: str) -> None:
    assert AnswerProblem.CONTACT not in problems(f"Es {contact}, ¿verdad?")


@pytest.mark.parametrize(
    "contact",
    [
        "marta@correo.example",
        "marta arroba correo punto com",
        "marta [at] correo [dot] com",
        "marta\u200b@correo.example",
        "@ana_fotos2",
        "+44 7700 900123",
        "(555) 010-9988",
        "655 44 33 22",
        "llámame al 555 12 34",
        "six five five four four three three two two",
        "ES91 2100 0418 4502 0005 1332",
        "de89370400440532013000",
        "123.456.789-09",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "9b2d1c3e-4f5a-4b6c-8d7e-0f1a2b3c4d5e",
    ],
)
def test_those_of_anybody_else_are_held(contact: str) -> None:
    assert AnswerProblem.CONTACT in problems(f"Es {contact}, ¿verdad?")


@pytest.mark.parametrize(
    "text",
    [
        "Nos vemos el 12-05-2026, de 10.30 - 11.30.",
        "Entre 2024-2025 hubo 1.250.000 visitas.",
        "Cuesta 1.250.000,00 COP.",
        "Uno, dos, tres: respira.",
    ],
)
def test_dates_times_and_amounts_are_no_numbers_to_call(text: str) -> None:
    assert AnswerProblem.CONTACT not in problems(text)
