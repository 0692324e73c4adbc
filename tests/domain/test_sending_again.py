"""What may have arrived is sent again by no machine: a person decides, once for each message."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.application import Clonnect
from domain.errors import Conflict, NotDue
from domain.follower.values import RefusalClass, SendOrder
from domain.vocabulary import Intent, Platform, SequenceType
from tests.domain.builders import ANA, MARTA, Business, an_id, nothing_happens, this_happens


@pytest.fixture(params=[Platform.TELEGRAM, Platform.INSTAGRAM])
def business(request: pytest.FixtureRequest) -> Business:
    """A follow-up is promised to Marta."""
    business = Business(request.param)
    business.says("me parece caro")
    business.understood(Intent.OBJECTION_PRICE)
    business.enrolled(SequenceType.OBJECTION_PRICE)
    return business


def in_doubt(business: Business) -> SendOrder:
    """The follow-up may have arrived; nobody will find out."""
    order = business.goes_out()
    business.silent(order, timedelta(0))
    return order


def sent_again(business: Business, order: SendOrder) -> SendOrder:
    """A person wants it sent again; the call is about to be made."""
    again = business.attempted(business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id))
    assert again is not None
    return again


def test_it_is_the_same_text_under_a_new_id_and_in_the_persons_name(business: Business) -> None:
    order = in_doubt(business)
    with this_happens(business, "follower.send_requested"):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
    requested = business.last("follower.send_requested")
    assert requested["repeats"] == str(order.send_id) != requested["send_id"]
    assert (requested["purpose"], requested["requested_by"]) == ("manual", "person:ana")
    assert (requested["content"], requested["follow_up_id"]) == (order.text, None)


def test_it_is_repeated_once(business: Business) -> None:
    order = in_doubt(business)
    business.rejected(sent_again(business, order), RefusalClass.REJECTED)
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)


def test_a_repeat_that_is_in_doubt_itself_may_be_repeated(business: Business) -> None:
    again = sent_again(business, in_doubt(business))
    business.silent(again, timedelta(0))
    business.accepted(sent_again(business, again))
    assert len([topic for topic in business.happened() if topic == "follower.send_requested"]) == 3


@pytest.mark.parametrize(
    "known",
    [
        lambda business, order: business.accepted(order),
        lambda business, order: business.rejected(order, RefusalClass.REJECTED),
        lambda business, order: business.silent(order, timedelta(minutes=5)),
        lambda business, order: None,
    ],
    ids=["arrived", "refused", "may still be found out", "under way"],
)
def test_only_what_is_in_doubt_for_good_is_sent_again(
    business: Business, known: Callable[[Business, SendOrder], None]
) -> None:
    order = business.goes_out()
    known(business, order)
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)


def test_what_becomes_of_the_first_is_recorded_all_the_same(business: Business) -> None:
    order = in_doubt(business)
    sent_again(business, order)
    with this_happens(business, "follower.send_accepted", "follower.follow_up_sent"):
        business.accepted(order)
    with nothing_happens(business), pytest.raises(NotDue):
        business.accepted(order)


def test_what_a_machine_wrote_is_not_repeated_to_somebody_who_asked_to_be_left_alone(business: Business) -> None:
    order = in_doubt(business)
    business.says("STOP", opens_window=True)
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)


def test_nor_when_the_repeat_is_in_doubt_as_well(business: Business) -> None:
    again = sent_again(business, in_doubt(business))
    business.silent(again, timedelta(0))
    business.says("STOP", opens_window=True)
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, again.send_id)


def test_who_asks_to_be_left_alone_before_the_call_is_left_alone(business: Business) -> None:
    order = in_doubt(business)
    again = business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
    business.says("STOP", opens_window=True)
    with this_happens(business, "follower.send_cancelled"):
        assert business.attempted(again) is None
    assert business.last("follower.send_cancelled")["reason"] == "opted_out"


def test_what_arrived_after_all_is_not_sent_again(business: Business) -> None:
    order = in_doubt(business)
    again = business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
    with this_happens(business, "follower.send_accepted", "follower.send_cancelled", "follower.follow_up_sent"):
        business.accepted(order)
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(again)


def test_nobody_has_read_or_answered_anything_by_it(business: Business) -> None:
    order = in_doubt(business)
    business.says("¿y el horario?")
    business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
    assert business.follower.has_unread
    assert not business.follower.is_paused


def test_nor_before_a_person_decided_whether_they_did(business: Business) -> None:
    order = in_doubt(business)
    business.says("mejor no me escribas tanto")
    business.understood(Intent.OTHER, soft_stop=True)
    with nothing_happens(business), pytest.raises(Conflict):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
    business.do(Clonnect.hand_back, ANA, business.lead.id)
    assert sent_again(business, order).text == order.text


def test_a_word_of_ones_own_may_be_repeated_even_then(business: Business) -> None:
    requested = business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    order = business.attempted(requested.send_id)
    assert order is not None
    business.silent(order, timedelta(0))
    business.says("STOP", opens_window=True)
    assert sent_again(business, order).text == "Soy Ana"


def test_nobody_is_written_to_again_who_cannot_be_written_to(business: Business) -> None:
    order = in_doubt(business)
    business.do(Clonnect.report_reachability, ANA, business.platform, MARTA, False)
    with nothing_happens(business), pytest.raises(Conflict, match="unreachable"):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
    business.do(Clonnect.report_reachability, ANA, business.platform, MARTA, True)
    business.do(Clonnect.disconnect_channel, ANA, business.platform, "ana-account", in_transaction=[])
    with nothing_happens(business), pytest.raises(Conflict, match="channel_not_connected"):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)


def test_a_closed_window_stays_closed() -> None:
    business = Business(Platform.INSTAGRAM)
    business.says("hola")
    requested = business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    order = business.attempted(requested.send_id)
    assert order is not None
    business.silent(order, timedelta(0))
    business.passes(hours=24)
    with nothing_happens(business), pytest.raises(Conflict, match="window_closed"):
        business.do(Clonnect.repeat_send, ANA, business.lead.id, order.send_id)
