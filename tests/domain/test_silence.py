"""A long silence brings one friendly word or a reason why not, and either is for good."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.application import Clonnect
from domain.errors import NotDue
from domain.follower.values import SILENCE, STALE_AFTER, RefusalClass
from domain.vocabulary import Intent, SequenceType
from tests.domain.builders import ANA, Business, an_id, nothing_happens, this_happens

LAST_MESSAGE = an_id(1)
DECLINED = "follower.enrolment_declined"


@pytest.fixture
def business() -> Business:
    """Somebody has written, and has been silent for two weeks."""
    business = Business()
    business.says("Hola")
    business.now += SILENCE
    return business


def broken(business: Business, late: timedelta = timedelta(0), last_message: UUID = LAST_MESSAGE) -> bool:
    """A worker finds that somebody has been silent for long enough."""
    follower_id, due_at = business.follower.id, business.now - late
    return business.do(Clonnect.break_silence, follower_id, last_message, due_at)


def test_who_has_been_silent_for_two_weeks_is_enrolled(business: Business) -> None:
    assert broken(business)
    assert business.run is not None
    assert business.run.sequence_type is SequenceType.RE_ENGAGEMENT


def test_a_silence_while_the_sequence_is_off_is_over_also_when_it_is_switched_on(business: Business) -> None:
    business.do(Clonnect.switch_sequence, ANA, SequenceType.RE_ENGAGEMENT, False)
    with this_happens(business, DECLINED):
        assert not broken(business)
    assert business.last(DECLINED)["reason"] == "sequence_off"
    business.do(Clonnect.switch_sequence, ANA, SequenceType.RE_ENGAGEMENT, True)
    with nothing_happens(business), pytest.raises(NotDue):
        broken(business)


def test_a_silence_that_was_noticed_days_too_late_is_let_go(business: Business) -> None:
    assert not broken(business, late=STALE_AFTER + timedelta(minutes=1))
    assert business.last(DECLINED)["reason"] == "late"


def test_who_has_written_since_is_not_silent(business: Business) -> None:
    business.says("¿Sigues ahí?", ago=timedelta(minutes=1))
    with nothing_happens(business), pytest.raises(NotDue):
        broken(business)


def test_the_next_silence_is_another(business: Business) -> None:
    broken(business, late=timedelta(days=90))
    business.says("¿Sigues ahí?")
    business.now += SILENCE
    assert broken(business, last_message=an_id(2))


def test_a_step_that_cannot_be_decided_is_let_go_with_the_reason() -> None:
    business = Business()
    business.says("me parece caro")
    business.enrolled()
    step = business.falls_due()
    with this_happens(business, "follower.follow_up_skipped"):
        assert business.do(Clonnect.dismiss, business.follower.id, step.follow_up_id, "refused:NotFound")
    assert business.last("follower.follow_up_skipped")["reason"] == "refused:NotFound"


def test_a_send_that_cannot_be_attempted_is_cancelled_with_the_reason() -> None:
    business = Business()
    business.says("hola")
    send_id = business.answers(business.understood(Intent.GREETING))
    assert send_id is not None
    with this_happens(business, "follower.send_cancelled"):
        assert business.do(Clonnect.dismiss, business.follower.id, send_id, "dismissed")
    with nothing_happens(business):
        assert not business.do(Clonnect.dismiss, business.follower.id, send_id, "dismissed")


def test_a_step_that_waits_for_another_attempt_is_let_go_with_its_send() -> None:
    business = Business()
    business.says("me parece caro")
    business.enrolled()
    order = business.goes_out()
    business.rejected(order, RefusalClass.NOT_SENT)
    with this_happens(business, "follower.send_cancelled", "follower.follow_up_skipped"):
        assert business.do(Clonnect.dismiss, business.follower.id, order.send_id, "refused:NotFound")


def test_what_is_on_its_way_cannot_be_dismissed() -> None:
    business = Business()
    business.says("me parece caro")
    business.enrolled()
    order, step = business.goes_out(), business.steps[1]
    with nothing_happens(business):
        assert not business.do(Clonnect.dismiss, business.follower.id, order.send_id, "dismissed")
        assert not business.do(Clonnect.dismiss, business.follower.id, step.follow_up_id, "dismissed")
