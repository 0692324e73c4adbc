"""What is promised to a person, and what ends a promise before it is kept."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.application import Clonnect
from domain.errors import NotDue
from domain.follower.values import RefusalClass
from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.nurturing.steps import Step
from domain.vocabulary import Intent, Mode, Platform, SequenceType, Status
from tests.domain.builders import ANA, COURSE, MARTA, Business, a_message, an_id, nothing_happens, this_happens

PRICE, TIME = SequenceType.OBJECTION_PRICE, SequenceType.OBJECTION_TIME
COLD, POST_PURCHASE = SequenceType.INTEREST_COLD, SequenceType.POST_PURCHASE
SCHEDULED = "follower.follow_up_scheduled"


@pytest.fixture
def business() -> Business:
    """Marta has just said that it is expensive."""
    business = Business()
    business.says("me parece caro")
    business.understood(Intent.OBJECTION_PRICE)
    return business


def enrol_because_of(business: Business, trigger_event_id: UUID, sequence_type: SequenceType = PRICE) -> bool:
    return business.do(
        Clonnect.enrol,
        business.follower.id,
        sequence_type,
        trigger="intent",
        trigger_event_id=trigger_event_id,
        anchor_at=business.now,
    )


def test_every_step_is_promised_at_once_with_its_text_and_its_hour(business: Business) -> None:
    with this_happens(business, "follower.enrolled", SCHEDULED, SCHEDULED):
        assert business.enrolled(PRICE)
    assert [step.wished_at - business.now for step in business.steps.values()] == [
        timedelta(hours=4),
        timedelta(hours=21),
    ]
    enrolled = business.last("follower.enrolled")
    assert (enrolled["product_id"], enrolled["language"]) == (str(COURSE.product_id), "es")


def test_a_step_that_falls_into_the_night_is_promised_for_the_morning(business: Business) -> None:
    business.passes(hours=8)
    business.enrolled(PRICE)
    due_at = business.steps[1].due_at
    assert due_at.astimezone(business.creator.settings.zone).hour == 9


def test_the_same_occasion_enrols_once(business: Business) -> None:
    assert enrol_because_of(business, an_id(1))
    with nothing_happens(business):
        assert not enrol_because_of(business, an_id(1))


def test_the_same_occasion_enrols_once_however_many_came_after_it(business: Business) -> None:
    occasions = [(an_id(1), PRICE), (an_id(2), TIME), (an_id(3), COLD)]
    for occasion, sequence_type in occasions:
        enrol_because_of(business, occasion, sequence_type)
    with nothing_happens(business):
        for occasion, sequence_type in occasions:
            assert not enrol_because_of(business, occasion, sequence_type)


@pytest.mark.parametrize(
    "why", ["sequence off", "opted out", "blocked", "soft stop", "a person is asked for", "customer"]
)
def test_nobody_is_enrolled_who_is_not_to_be_written_to(business: Business, why: str) -> None:
    match why:
        case "sequence off":
            business.do(Clonnect.switch_sequence, ANA, PRICE, False)
        case "opted out":
            business.says("STOP")
        case "blocked":
            business.do(Clonnect.report_reachability, ANA, Platform.TELEGRAM, MARTA, False)
        case "soft stop":
            business.says("ya no quiero, déjame de escribir por hoy")
            business.understood(Intent.OTHER, soft_stop=True)
        case "a person is asked for":
            business.says("quiero hablar con una persona")
            business.understood(Intent.ESCALATION)
        case "customer":
            business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
    with nothing_happens(business):
        assert not business.enrolled(PRICE)


def test_only_a_customer_is_asked_how_it_goes(business: Business) -> None:
    assert not business.enrolled(POST_PURCHASE)
    business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
    assert business.enrolled(POST_PURCHASE, "status")


def test_nobody_is_enrolled_who_never_wrote(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, NewLead(Platform.TELEGRAM, "2002", Details()))
    with nothing_happens(business):
        assert not business.do(
            Clonnect.enrol,
            lead.follower_id,
            PRICE,
            trigger="intent",
            trigger_event_id=uuid4(),
            anchor_at=business.now,
        )


def test_a_deleted_lead_is_not_enrolled(business: Business) -> None:
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    with nothing_happens(business):
        assert not business.enrolled(PRICE)


def test_the_same_objection_again_starts_the_clock_anew(business: Business) -> None:
    business.enrolled(PRICE)
    first = business.steps[1]
    business.passes(hours=1)
    with this_happens(business, "follower.enrolment_ended", "follower.enrolled", SCHEDULED, SCHEDULED):
        assert business.enrolled(PRICE)
    assert business.last("follower.enrolment_ended")["reason"] == "restarted"
    assert business.steps[1].wished_at == first.wished_at + timedelta(hours=1)


def test_another_objection_takes_the_place_of_the_first(business: Business) -> None:
    business.enrolled(PRICE)
    cancelled = [str(step.follow_up_id) for step in business.steps.values()]
    business.enrolled(TIME)
    ended = business.last("follower.enrolment_ended")
    assert (ended["reason"], ended["cancelled"]) == ("superseded", cancelled)


def test_after_a_run_to_its_end_the_same_sequence_rests_for_seven_days(business: Business) -> None:
    business.enrolled(PRICE)
    for step in (1, 2):
        business.accepted(business.goes_out(step))
    assert business.last("follower.enrolment_ended")["reason"] == "completed"
    business.passes(days=7, seconds=-1)
    assert not business.enrolled(PRICE)
    assert business.enrolled(TIME)


def test_after_seven_days_the_same_sequence_may_run_again(business: Business) -> None:
    business.enrolled(PRICE)
    for step in (1, 2):
        business.accepted(business.goes_out(step))
    business.passes(days=7)
    assert business.enrolled(PRICE)


def test_a_reply_ends_the_run_in_the_same_save_and_cancels_what_is_pending(business: Business) -> None:
    business.enrolled(PRICE)
    pending = [str(step.follow_up_id) for step in business.steps.values()]
    with this_happens(business, "follower.message_received", "follower.enrolment_ended"):
        business.says("vale, lo pienso")
    ended = business.last("follower.enrolment_ended")
    assert (ended["reason"], ended["cancelled"]) == ("replied", pending)
    assert business.run is None


def test_what_opens_no_window_is_no_reply(business: Business) -> None:
    business.enrolled(PRICE)
    business.says("❤", opens_window=False)
    assert business.run is not None


@pytest.mark.parametrize("opens_window", [True, False])
def test_a_stop_ends_the_run_however_it_arrives(business: Business, opens_window: bool) -> None:
    business.enrolled(PRICE)
    with this_happens(business, "follower.message_received", "follower.opted_out", "follower.enrolment_ended"):
        business.says("STOP", opens_window=opens_window)
    assert business.last("follower.enrolment_ended")["reason"] == "opted_out"


def test_a_person_who_blocks_us_ends_the_run(business: Business) -> None:
    business.enrolled(PRICE)
    business.do(Clonnect.report_reachability, ANA, Platform.TELEGRAM, MARTA, False)
    assert business.last("follower.enrolment_ended")["reason"] == "suppressed"


def test_a_purchase_ends_the_run_in_the_same_save(business: Business) -> None:
    business.enrolled(PRICE)
    with this_happens(business, "lead.status_changed", "lead.scored", "follower.enrolment_ended"):
        business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
    assert business.last("follower.enrolment_ended")["reason"] == "goal"


def test_a_purchase_does_not_end_what_follows_a_purchase(business: Business) -> None:
    business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
    business.enrolled(POST_PURCHASE, "status")
    business.do(Clonnect.edit_lead, ANA, business.lead.id, {"notes": "feliz"}, Status.CUSTOMER)
    assert business.run is not None


def test_a_deletion_ends_the_run(business: Business) -> None:
    business.enrolled(PRICE)
    with this_happens(business, "lead.deleted", "follower.enrolment_ended", "follower.life_ended"):
        business.do(Clonnect.delete_lead, ANA, business.lead.id)


def test_a_person_cancels_what_runs_and_is_told_how_much_that_was(business: Business) -> None:
    business.enrolled(PRICE)
    with nothing_happens(business):
        assert business.do(Clonnect.cancel_follow_ups, ANA, business.lead.id, TIME)[0] == 0
    assert business.do(Clonnect.cancel_follow_ups, ANA, business.lead.id, PRICE)[0] == 2
    with nothing_happens(business):
        assert business.do(Clonnect.cancel_follow_ups, ANA, business.lead.id, None)[0] == 0


def test_a_message_by_hand_holds_follow_ups_and_ends_none(business: Business) -> None:
    business.enrolled(PRICE)
    business.passes(hours=3)
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    follow_up = business.falls_due()
    assert business.decided(follow_up) is None
    assert business.last("follower.follow_up_held")["reason"] == "human_handling"
    business.passes(hours=12)
    business.do(Clonnect.resume_bot, business.follower.id, "timer")
    assert business.steps[1].state == "pending"
    assert business.steps[1].due_at == business.now


def test_what_was_held_for_a_person_goes_on_when_the_person_is_done(business: Business) -> None:
    business.enrolled(PRICE)
    business.says("❤", opens_window=False)
    business.understood(Intent.ESCALATION)
    assert business.decided(business.falls_due()) is None
    assert business.last("follower.follow_up_held")["reason"] == "escalation"
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    business.do(Clonnect.resume_bot, business.follower.id, "person")
    assert business.steps[1].state == "pending"


def test_a_bot_that_is_off_holds_follow_ups_and_one_that_is_on_lets_them_go(business: Business) -> None:
    business.enrolled(PRICE)
    business.do(Clonnect.change_mode, ANA, Mode.OFF)
    follow_up = business.falls_due()
    assert business.decided(follow_up) is None
    assert business.last("follower.follow_up_held")["reason"] == "sending_off"
    business.do(Clonnect.change_mode, ANA, Mode.AUTO)
    business.do(Clonnect.release_follow_up, business.follower.id, follow_up.follow_up_id, "sending_on")
    assert business.decided(business.falls_due()) is not None


def test_what_is_not_held_cannot_be_let_go(business: Business) -> None:
    business.enrolled(PRICE)
    with nothing_happens(business):
        business.do(Clonnect.release_follow_up, business.follower.id, business.steps[1].follow_up_id, "sending_on")


@pytest.mark.parametrize(("off", "hours"), [(True, 48), (False, 72)])
def test_a_hold_that_nobody_ends_lets_the_step_go(business: Business, off: bool, hours: int) -> None:
    business.enrolled(PRICE)
    if off:
        business.do(Clonnect.change_mode, ANA, Mode.OFF)
    else:
        business.says("❤", opens_window=False)
        business.understood(Intent.ESCALATION)
    follow_up = business.falls_due()
    business.decided(follow_up)
    business.passes(hours=hours, seconds=-1)
    with nothing_happens(business), pytest.raises(NotDue):
        business.do(Clonnect.expire_follow_up, business.follower.id, follow_up.follow_up_id)
    business.passes(seconds=1)
    with this_happens(business, "follower.follow_up_skipped"):
        business.do(Clonnect.expire_follow_up, business.follower.id, follow_up.follow_up_id)
    assert business.last("follower.follow_up_skipped")["reason"] == "hold_expired"


def test_where_no_machine_may_write_any_more_a_step_becomes_a_persons_task() -> None:
    business = Business(Platform.INSTAGRAM)
    business.says("me interesa")
    business.enrolled(COLD)
    for step in (1, 2):
        business.accepted(business.goes_out(step))
    follow_up = business.falls_due(3)
    with this_happens(business, "follower.follow_up_converted"):
        assert business.decided(follow_up) is None
    business.now = business.steps[3].due_at
    business.do(Clonnect.expire_follow_up, business.follower.id, follow_up.follow_up_id)
    assert business.last("follower.follow_up_skipped")["reason"] == "task_expired"
    assert business.run is None


def test_a_follow_up_is_decided_when_it_is_due_and_not_before(business: Business) -> None:
    business.enrolled(PRICE)
    follow_up = business.steps[1]
    business.now = follow_up.due_at - timedelta(seconds=1)
    with nothing_happens(business), pytest.raises(NotDue):
        business.decided(follow_up)


def test_a_follow_up_has_one_outcome(business: Business) -> None:
    business.enrolled(PRICE)
    follow_up = business.falls_due()
    business.accepted(business.goes_out())
    with nothing_happens(business), pytest.raises(NotDue):
        business.decided(follow_up)


def test_after_a_mere_thank_you_the_silence_starts_anew(business: Business) -> None:
    business.enrolled(PRICE)
    ended = business.last("follower.enrolled")["enrolment_id"]
    business.passes(hours=1)
    business.says("gracias")
    assert business.do(Clonnect.resume_run, business.follower.id, uuid4())
    enrolled = business.last("follower.enrolled")
    assert (enrolled["trigger"], enrolled["resumed_from"]) == ("courtesy", ended)
    assert business.steps[1].wished_at == business.now + timedelta(hours=4)


@pytest.mark.parametrize("certain", [True, False])
def test_after_a_thank_you_for_a_follow_up_nothing_starts_anew(business: Business, certain: bool) -> None:
    business.enrolled(PRICE)
    order = business.goes_out()
    if certain:
        business.accepted(order)
    else:
        business.silent(order, timedelta(0))
    business.says("gracias")
    with nothing_happens(business):
        assert not business.do(Clonnect.resume_run, business.follower.id, uuid4())


def test_after_a_thank_you_without_a_run_nothing_starts(business: Business) -> None:
    with nothing_happens(business):
        assert not business.do(Clonnect.resume_run, business.follower.id, uuid4())


def test_two_steps_at_the_same_hour_do_not_arrive_together(business: Business) -> None:
    business.do(Clonnect.change_steps, ANA, PRICE, (Step(1, "¿Te ayudo?"), Step(1, "¿Seguimos?")))
    business.enrolled(PRICE)
    assert business.steps[2].due_at >= business.steps[1].due_at + timedelta(hours=4)


def test_a_run_ends_with_its_last_step_whatever_became_of_the_steps(business: Business) -> None:
    business.enrolled(PRICE)
    business.rejected(business.goes_out(1), RefusalClass.REJECTED)
    assert business.run is not None
    business.do(Clonnect.switch_sequence, ANA, PRICE, False)
    business.decided(business.falls_due(2))
    assert business.last("follower.follow_up_skipped")["reason"] == "sequence_off"
    assert business.last("follower.enrolment_ended")["reason"] == "completed"


def test_an_older_message_that_arrives_late_is_a_reply_all_the_same(business: Business) -> None:
    business.enrolled(PRICE)
    business.do(Clonnect.receive_message, ANA, a_message("espera", "late", business.now - timedelta(hours=2)))
    assert business.run is None
