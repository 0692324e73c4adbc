"""New steps for those who are enrolled already, and steps that a person does not want to wait for."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.application import Clonnect
from domain.errors import NotDue
from domain.nurturing.send_rules import GoAhead, Skip
from domain.nurturing.steps import Step
from domain.vocabulary import Intent, SequenceType
from tests.domain.builders import ANA, Business, nothing_happens, this_happens

PRICE, TIME = SequenceType.OBJECTION_PRICE, SequenceType.OBJECTION_TIME
SCHEDULED = "follower.follow_up_scheduled"
NEW_STEPS = (Step(5, "¿Hablamos del precio?"), Step(22, "¿Y en cuotas?"), Step(23, "¿Te ayudo?"))


@pytest.fixture
def business() -> Business:
    """Marta has just said that it is expensive, and the run for that has begun."""
    business = Business()
    business.says("me parece caro")
    business.understood(Intent.OBJECTION_PRICE)
    business.enrolled(PRICE)
    return business


def changed(business: Business, steps: tuple[Step, ...] = NEW_STEPS) -> None:
    business.do(Clonnect.change_steps, ANA, PRICE, steps)


def moved(business: Business, sequence_type: SequenceType = PRICE) -> int:
    return business.do(Clonnect.move_runs, ANA, sequence_type, [business.follower.id])


def test_who_is_enrolled_keeps_the_steps_that_were_promised(business: Business) -> None:
    promised = business.steps
    changed(business)
    assert business.steps == promised


def test_who_is_moved_is_promised_the_new_steps_counted_from_the_same_message(business: Business) -> None:
    began = business.now
    business.passes(hours=1)
    changed(business)
    with this_happens(business, "follower.enrolment_ended", "follower.enrolled", *[SCHEDULED] * 3):
        assert moved(business) == 1
    assert business.last("follower.enrolment_ended")["reason"] == "migrated"
    assert [each.message_template for each in business.steps.values()] == [step.message for step in NEW_STEPS]
    assert [each.wished_at - began for each in business.steps.values()] == [
        timedelta(hours=step.delay_hours) for step in NEW_STEPS
    ]
    assert business.last("follower.enrolled")["trigger"] == "moved"


def test_what_was_said_is_not_said_again(business: Business) -> None:
    business.accepted(business.goes_out(1))
    changed(business)
    assert moved(business) == 1
    assert [(step, each.message_template) for step, each in business.steps.items()] == [
        (2, NEW_STEPS[1].message),
        (3, NEW_STEPS[2].message),
    ]


def test_a_message_that_is_on_its_way_stays_the_only_one_of_its_step(business: Business) -> None:
    order = business.goes_out(1)
    changed(business)
    assert moved(business) == 1
    business.accepted(order)
    assert list(business.steps) == [2, 3]
    assert [event["topic"] for event in business.log()].count("follower.follow_up_sent") == 1


def test_where_the_new_steps_have_nothing_left_to_say_the_run_ends(business: Business) -> None:
    business.accepted(business.goes_out(1))
    changed(business, NEW_STEPS[:1])
    with this_happens(business, "follower.enrolment_ended"):
        assert moved(business) == 1
    assert business.run is None


def test_moving_twice_moves_once(business: Business) -> None:
    changed(business)
    moved(business)
    with nothing_happens(business):
        assert moved(business) == 0


def test_only_runs_of_this_sequence_with_older_steps_are_moved(business: Business) -> None:
    with nothing_happens(business):
        assert moved(business) == 0
        assert moved(business, TIME) == 0
    changed(business)
    business.says("vale")
    with nothing_happens(business):
        assert moved(business) == 0


def test_nobody_of_another_creator_is_moved(business: Business) -> None:
    business.signs_up("bea")
    business.do(Clonnect.change_steps, "bea", PRICE, NEW_STEPS)
    with nothing_happens(business):
        assert business.do(Clonnect.move_runs, "bea", PRICE, [business.follower.id]) == 0


def test_a_step_that_is_hastened_is_judged_now_by_every_rule(business: Business) -> None:
    step = business.steps[1]
    with pytest.raises(NotDue):
        business.decided(step)
    with this_happens(business, "follower.follow_up_released"):
        assert business.do(Clonnect.hasten_follow_ups, [(business.follower.id, step.follow_up_id)]) == 1
    assert business.decided(step) is not None


def test_both_steps_of_a_person_are_hastened_together(business: Business) -> None:
    waiting = [(business.follower.id, step.follow_up_id) for step in business.steps.values()]
    assert business.do(Clonnect.hasten_follow_ups, waiting) == 2
    assert {step.due_at for step in business.steps.values()} == {business.now}


def test_what_is_due_or_has_its_outcome_is_not_hastened(business: Business) -> None:
    due = business.falls_due(1)
    waiting = [(business.follower.id, due.follow_up_id), (business.follower.id, uuid4())]
    with nothing_happens(business):
        assert business.do(Clonnect.hasten_follow_ups, waiting) == 0


def test_what_would_become_of_a_step_can_be_asked_and_changes_nothing(business: Business) -> None:
    step = business.steps[1]

    def verdict() -> object:
        return business.do(Clonnect.verdict_on, business.follower.id, step.follow_up_id)[0]

    with nothing_happens(business):
        assert verdict() == GoAhead()
    business.do(Clonnect.switch_sequence, ANA, PRICE, False)
    with nothing_happens(business):
        assert verdict() == Skip("sequence_off")
