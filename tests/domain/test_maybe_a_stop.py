"""Who may have asked to be left alone hears nothing automatic until somebody decides."""

from datetime import timedelta

import pytest

from domain.application import Clonnect
from domain.follower.values import MAYBE_STOP
from domain.vocabulary import Intent, SequenceType, Status
from tests.domain.builders import ANA, Business, an_id, this_happens

DAYS = timedelta(days=30)


@pytest.fixture
def business() -> Business:
    """Marta has said something that may be meant as a stop."""
    business = Business()
    business.says("ya no quiero, déjame de escribir por hoy")
    business.understood(Intent.OTHER, soft_stop=True)
    return business


def test_the_bot_is_silent_until_a_person_gives_the_conversation_back(business: Business) -> None:
    assert business.last("follower.bot_paused")["reason"] == MAYBE_STOP
    business.passes(days=30)
    business.says("¿cuánto cuesta?")
    asked = business.understood(Intent.QUESTION_PRODUCT)
    assert business.answers(asked) is None
    business.do(Clonnect.hand_back, ANA, business.lead.id)
    assert business.answers(asked) is not None


@pytest.mark.parametrize("trigger", ["intent", "silence", "courtesy"])
def test_no_occasion_begins_a_sequence_however_long_it_takes(business: Business, trigger: str) -> None:
    business.passes(days=30)
    assert not business.enrolled(SequenceType.RE_ENGAGEMENT, trigger)
    business.do(Clonnect.hand_back, ANA, business.lead.id)
    assert business.enrolled(SequenceType.RE_ENGAGEMENT, trigger)


def test_a_purchase_begins_none_either(business: Business) -> None:
    business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
    assert not business.enrolled(SequenceType.POST_PURCHASE, "status")


def test_what_was_promised_before_is_held_also_when_it_is_hastened() -> None:
    business = Business()
    business.says("ya no quiero, déjame de escribir por hoy")
    business.enrolled()  # by an occasion that was faster than the understanding
    business.understood(Intent.OTHER, soft_stop=True)
    follow_up = business.steps[1]
    business.do(Clonnect.hasten_follow_ups, [(business.follower.id, follow_up.follow_up_id)])
    assert business.decided(follow_up) is None
    assert business.last("follower.follow_up_held")["reason"] == "human_handling"


def test_an_answer_that_was_on_its_way_is_cancelled() -> None:
    business = Business()
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    business.says("ya no quiero, déjame de escribir por hoy")
    business.understood(Intent.OTHER, soft_stop=True)
    assert business.attempted(send_id) is None


def test_a_person_who_writes_or_takes_over_for_a_while_has_not_decided(business: Business) -> None:
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Perdona, ¿te molesto?", an_id(1))
    business.do(Clonnect.take_over, ANA, business.lead.id, business.now + timedelta(hours=1))
    business.passes(hours=13)
    with this_happens(business, "follower.bot_paused"):
        business.do(Clonnect.resume_bot, business.follower.id, "timer")
    assert business.follower.is_paused
    assert business.follower.paused_until is None
    assert not business.enrolled()


def test_a_conversation_that_a_person_has_for_good_is_held_as_well() -> None:
    business = Business()
    business.says("ya no quiero, déjame de escribir por hoy")
    business.do(Clonnect.take_over, ANA, business.lead.id, None)
    business.understood(Intent.OTHER, soft_stop=True)
    assert business.follower.may_want_a_stop


def test_a_stop_to_the_letter_decides_it_and_questions_are_answered_again(business: Business) -> None:
    business.says("STOP")
    assert business.follower.opted_out
    assert not business.follower.is_paused
    business.says("¿cuánto cuesta?")
    assert business.answers(business.understood(Intent.QUESTION_PRODUCT)) is not None


def test_a_stop_to_the_letter_leaves_a_person_the_conversation_that_they_took(business: Business) -> None:
    business.do(Clonnect.take_over, ANA, business.lead.id, business.now + DAYS)
    business.says("STOP")
    assert business.follower.is_paused


def test_who_is_opted_out_already_has_nothing_to_be_asked(business: Business) -> None:
    business.says("STOP")
    business.says("que me dejes de escribir")
    business.understood(Intent.OTHER, soft_stop=True)
    assert not business.follower.is_paused
