"""Debounce: messages that somebody sends one after the other are understood as one."""

from datetime import datetime, timedelta

import pytest

from domain.application import Clonnect
from domain.vocabulary import Intent
from tests.domain.builders import ANA, NOW, Business


@pytest.fixture
def business() -> Business:
    return Business()


RECEIVED = "follower.message_received"


def closes_at(business: Business) -> datetime:
    """When the burst that collects is understood."""
    burst = business.follower.burst
    assert burst is not None
    return burst.closes_at


def test_a_burst_closes_eight_seconds_after_its_last_message(business: Business) -> None:
    business.says("Hola")
    business.passes(seconds=7.9)
    business.says("una pregunta")
    assert business.follower.burst is not None
    assert business.follower.burst.text == "Hola\nuna pregunta"
    assert closes_at(business) == business.now + timedelta(seconds=8)


def test_a_burst_closes_thirty_seconds_after_its_first_message_at_the_latest(business: Business) -> None:
    for _ in range(5):
        business.says("y otra cosa")
        business.passes(seconds=7)
    assert closes_at(business) == NOW + timedelta(seconds=30)


def test_what_comes_after_a_burst_was_understood_is_another(business: Business) -> None:
    business.says("Hola")
    first = business.understood(Intent.GREETING)
    business.says("¿Cuánto cuesta?")
    assert business.understood(Intent.QUESTION_PRODUCT) != first


def test_what_comes_while_nobody_understands_belongs_to_what_waits(business: Business) -> None:
    business.says("Hola")
    business.passes(minutes=10)
    business.says("¿hay alguien?")
    assert [event["opens_burst"] for event in business.log() if event["topic"] == RECEIVED] == [True, False]
    assert closes_at(business) == business.now


@pytest.mark.parametrize(("setting", "after"), [(0, 0), (20, 20), (120, 120)])
def test_a_creator_says_how_long_to_wait(business: Business, setting: int, after: int) -> None:
    business.do(Clonnect.change_settings, ANA, {"debounce_seconds": setting}, None)
    business.says("Hola")
    assert closes_at(business) == NOW + timedelta(seconds=after)


def test_a_program_that_hands_a_message_in_waits_for_no_other(business: Business) -> None:
    business.says("Hola")
    business.says("¿Cuánto cuesta?", origin="api")
    assert closes_at(business) == NOW


def test_nobody_waits_after_twenty_messages_and_all_of_them_are_understood(business: Business) -> None:
    for number in range(25):
        business.says(str(number))
    assert closes_at(business) == NOW
    assert business.follower.burst is not None
    assert business.follower.burst.text.split() == [str(number) for number in range(25)]


def test_no_more_than_eight_thousand_characters_of_a_burst_are_understood(business: Business) -> None:
    for _ in range(4):
        business.says("a" * 3000)
    assert business.follower.burst is not None
    assert len(business.follower.burst.text) == 6001
    assert len(business.follower.burst.message_ids) == 4


def test_the_words_of_somebody_else_are_not_understood_as_theirs(business: Business) -> None:
    business.says("quiero darme de baja", forwarded=True)
    business.says("mira esto")
    assert business.follower.burst is not None
    assert business.follower.burst.text == "mira esto"
