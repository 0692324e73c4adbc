"""The steps that a creator promises, and their editions."""

from dataclasses import replace

import pytest

from domain.application import Clonnect
from domain.errors import Invalid, NotFound
from domain.nurturing.steps import Step
from domain.vocabulary import SequenceType
from tests.domain.builders import ANA, Business, nothing_happens, this_happens

PRICE = SequenceType.OBJECTION_PRICE
STEPS = (Step(1, "¿Te ayudo?"), Step(30, "¿Seguimos?"))


@pytest.fixture
def business() -> Business:
    return Business()


def test_new_steps_are_a_new_edition(business: Business) -> None:
    with this_happens(business, "sequence.steps_changed"):
        business.do(Clonnect.change_steps, ANA, PRICE, STEPS)
    sequence = business.app.sequence(ANA, PRICE)
    assert (sequence.steps, sequence.steps_version) == (STEPS, 2)


def test_the_same_steps_are_no_new_edition(business: Business) -> None:
    business.do(Clonnect.change_steps, ANA, PRICE, STEPS)
    with nothing_happens(business):
        business.do(Clonnect.change_steps, ANA, PRICE, tuple(replace(step) for step in STEPS))


def test_steps_that_break_a_rule_are_refused_whole(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid) as refused:
        business.do(Clonnect.change_steps, ANA, PRICE, (STEPS[1], STEPS[0], Step(99, "{price}")))
    assert [error.field for error in refused.value.errors] == ["/steps/1/delay_hours", "/steps/2/message"]


def test_who_is_enrolled_keeps_the_steps_that_were_promised(business: Business) -> None:
    business.do(Clonnect.change_steps, ANA, PRICE, STEPS)
    business.says()
    business.enrolled(PRICE)
    business.do(Clonnect.change_steps, ANA, PRICE, (Step(2, "¿Otra cosa?"),))
    assert [step.message_template for step in business.steps.values()] == ["¿Te ayudo?", "¿Seguimos?"]
    assert business.last("follower.enrolled")["sequence_version"] == 2


def test_a_switch_that_is_already_so_leaves_no_trace(business: Business) -> None:
    with nothing_happens(business):
        business.do(Clonnect.switch_sequence, ANA, PRICE, True)


def test_a_switch_without_a_wish_turns_to_the_other_side(business: Business) -> None:
    assert not business.do(Clonnect.switch_sequence, ANA, PRICE, None).is_active
    assert business.do(Clonnect.switch_sequence, ANA, PRICE, None).is_active


def test_the_sequence_of_an_unknown_creator_is_not_found(business: Business) -> None:
    with pytest.raises(NotFound):
        business.do(Clonnect.switch_sequence, "nobody", PRICE, True)
