"""Loops and repeats: whoever may be a machine, or goes round in circles, is left to a person."""

import pytest

from domain.application import Clonnect
from domain.vocabulary import Intent
from tests.domain.builders import ANA, Business, this_happens

ESCALATED = "follower.escalated"


@pytest.fixture
def business() -> Business:
    return Business()


def answered(business: Business, text: str, intent: Intent = Intent.QUESTION_PRODUCT, reply: str = "Son 97 €.") -> bool:
    """Somebody writes, and the bot answers if it may; whether it did."""
    business.says(text)
    send_id = business.answers(business.understood(intent), reply)
    order = business.attempted(send_id) if send_id in business.follower.sends else None
    if order is not None:
        business.accepted(order)
    return order is not None


def test_who_answers_at_once_three_times_is_left_to_a_person(business: Business) -> None:
    told = []
    for number in range(5):
        told.append(answered(business, f"mensaje número {number}", reply=f"Respuesta {number}."))
        business.passes(seconds=2)
    assert told == [True, True, True, False, False]
    assert business.last(ESCALATED)["reason"] == "repeat"


def test_who_takes_their_time_is_answered_as_often_as_they_like(business: Business) -> None:
    for number in range(6):
        assert answered(business, f"mensaje número {number}", reply=f"Respuesta {number}.")
        business.passes(seconds=20)


def test_who_sends_our_own_words_back_is_left_to_a_person(business: Business) -> None:
    ours = "Hola, soy el asistente. ¿En qué te puedo ayudar?"
    answered(business, "hola", Intent.GREETING, ours)
    business.passes(minutes=1)
    assert not answered(business, ours, Intent.GREETING)
    assert business.last(ESCALATED)["reason"] == "repeat"


def test_a_question_that_comes_again_after_its_answer_is_for_a_person(business: Business) -> None:
    answered(business, "¿El curso tiene certificado al final?")
    business.passes(minutes=5)
    business.says("el curso tiene certificado al final")
    with this_happens(business, "follower.burst_understood", ESCALATED, "lead.scored"):
        business.understood(Intent.QUESTION_PRODUCT)


def test_three_bursts_of_which_nothing_was_understood_are_for_a_person(business: Business) -> None:
    for text in ("mmm a ver", "pues eso", "ya me dices"):
        business.says(text)
        business.understood(Intent.OTHER)
        business.passes(minutes=1)
    assert business.last(ESCALATED)["reason"] == "repeat"


def test_a_person_who_answers_in_between_begins_the_count_anew(business: Business) -> None:
    for text in ("mmm a ver", "pues eso"):
        business.says(text)
        business.understood(Intent.OTHER)
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Te leo.", business.lead.id)
    business.says("ya me dices")
    business.understood(Intent.OTHER)
    assert ESCALATED not in business.happened()
