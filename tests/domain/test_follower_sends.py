"""The one gate: an attempt before each call, one outcome for each attempt, and never a second message by mistake."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from domain.application import Clonnect
from domain.errors import NotDue
from domain.follower.values import MAX_ATTEMPTS, RefusalClass, SendOrder
from domain.vocabulary import Intent, Mode, Platform, SequenceType, Status
from tests.domain.builders import ANA, MARTA, Business, an_id, nothing_happens, this_happens

RETRIED = {RefusalClass.DEFER, RefusalClass.NOT_SENT}
NOW_OR_NEVER = timedelta(0)


@pytest.fixture
def business() -> Business:
    """Two follow-ups are promised to Marta."""
    business = Business()
    business.says("me parece caro")
    business.understood(Intent.OBJECTION_PRICE)
    business.enrolled(SequenceType.OBJECTION_PRICE)
    return business


def by_hand(business: Business, number: int = 1) -> SendOrder:
    """A message by hand whose call is about to be made."""
    requested = business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(number))
    order = business.attempted(requested.send_id)
    assert order is not None
    return order


def retry(business: Business, order: SendOrder, refusal: RefusalClass = RefusalClass.NOT_SENT) -> SendOrder:
    """The attempt was definitely refused; the next one is about to be made."""
    business.rejected(order, refusal)
    business.now += timedelta(minutes=3)
    again = business.attempted(order.send_id)
    assert again is not None
    return again


def test_an_attempt_is_recorded_with_what_it_was_decided_on(business: Business) -> None:
    with this_happens(business, "follower.send_requested", "follower.send_attempted"):
        order = business.goes_out()
    attempted = business.last("follower.send_attempted")
    assert (attempted["attempt"], attempted["worker"]) == (1, "worker")
    assert attempted["judged"]["zone"] == "Europe/Madrid"
    assert (order.to, order.channel, order.account_id) == (MARTA, Platform.TELEGRAM, "ana-account")


def test_an_accepted_follow_up_is_sent(business: Business) -> None:
    order = business.goes_out()
    with this_happens(business, "follower.send_accepted", "follower.follow_up_sent"):
        business.accepted(order)
    assert business.last("follower.send_accepted")["late"] is False
    assert list(business.steps) == [2]


def test_an_outcome_is_recorded_once(business: Business) -> None:
    order = business.goes_out()
    business.accepted(order)
    outcomes: list[Callable[[], None]] = [
        lambda: business.accepted(order),
        lambda: business.rejected(order, RefusalClass.REJECTED),
        lambda: business.silent(order),
        lambda: business.unresolved(order),
    ]
    for outcome in outcomes:
        with nothing_happens(business), pytest.raises(NotDue):
            outcome()


def test_the_outcome_of_an_earlier_attempt_comes_too_late_for_the_next(business: Business) -> None:
    first = business.goes_out()
    retry(business, first)
    with nothing_happens(business), pytest.raises(NotDue):
        business.accepted(first)


def test_while_an_attempt_is_open_no_other_is_made(business: Business) -> None:
    by_hand(business, 1)
    requested = business.do(Clonnect.send_by_hand, ANA, business.lead.id, "¿Hola?", an_id(2))
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(requested.send_id)


def test_a_follow_up_waits_a_minute_for_an_open_attempt(business: Business) -> None:
    by_hand(business)
    business.do(Clonnect.resume_bot, business.follower.id, "person")
    business.decided(business.falls_due())
    deferred = business.last("follower.follow_up_deferred")
    assert deferred["reason"] == "open_attempt"
    assert business.steps[1].due_at == business.now + timedelta(seconds=60)


@pytest.mark.parametrize("refusal", sorted(RETRIED))
def test_what_was_definitely_not_taken_is_tried_four_times(business: Business, refusal: RefusalClass) -> None:
    order = business.goes_out()
    for attempt in range(1, MAX_ATTEMPTS):
        assert order.attempt == attempt
        order = retry(business, order, refusal)
    assert order.attempt == MAX_ATTEMPTS
    with this_happens(business, "follower.send_rejected", "follower.follow_up_failed"):
        business.rejected(order, refusal)
    assert business.last("follower.send_rejected")["final"] is True
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(order.send_id)


def test_each_try_waits_longer_than_the_one_before(business: Business) -> None:
    order = business.goes_out()
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        asked_at = business.now
        again = retry(business, order)
        waits.append(retry_at(business) - asked_at)
        order = again
    assert waits == [timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120)]


def retry_at(business: Business) -> datetime:
    return datetime.fromisoformat(business.last("follower.send_rejected")["retry_at"])


def test_a_platform_that_names_a_time_is_asked_again_then(business: Business) -> None:
    order = business.goes_out()
    business.rejected(order, RefusalClass.DEFER, retry_after=timedelta(seconds=77))
    assert retry_at(business) == business.now + timedelta(seconds=77)


@pytest.mark.parametrize("refusal", sorted(set(RefusalClass) - RETRIED))
def test_what_was_refused_for_good_is_not_tried_again(business: Business, refusal: RefusalClass) -> None:
    order = business.goes_out()
    business.rejected(order, refusal)
    assert business.last("follower.send_rejected")["final"] is True
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(order.send_id)


@pytest.mark.parametrize(
    ("refusal", "outcome", "reason"),
    [
        (RefusalClass.WINDOW_CLOSED, "follower.follow_up_deferred", "window_closed"),
        (RefusalClass.DEFER_24H, "follower.follow_up_deferred", "rate"),
        (RefusalClass.PAUSE_ACCOUNT, "follower.follow_up_held", "channel_down"),
        (RefusalClass.CHANNEL_DOWN, "follower.follow_up_held", "channel_down"),
        (RefusalClass.HOLD, "follower.follow_up_held", "content:hold"),
        (RefusalClass.CONTENT, "follower.follow_up_held", "content:content"),
        (RefusalClass.CONFIG, "follower.follow_up_held", "content:config"),
        (RefusalClass.SKIP, "follower.follow_up_skipped", "refused"),
        (RefusalClass.SUPPRESS, "follower.follow_up_skipped", "unreachable"),
        (RefusalClass.OPT_OUT, "follower.follow_up_skipped", "opted_out"),
    ],
)
def test_what_a_refusal_means_decides_what_becomes_of_the_step(
    business: Business, refusal: RefusalClass, outcome: str, reason: str
) -> None:
    business.rejected(business.goes_out(), refusal)
    assert business.last(outcome)["reason"] == reason


@pytest.mark.parametrize(
    ("refusal", "event", "ended"),
    [
        (RefusalClass.SUPPRESS, "follower.suppressed", "suppressed"),
        (RefusalClass.OPT_OUT, "follower.opted_out", "opted_out"),
    ],
)
def test_a_refusal_that_is_about_the_person_ends_the_run(
    business: Business, refusal: RefusalClass, event: str, ended: str
) -> None:
    business.rejected(business.goes_out(), refusal)
    assert event in business.happened()
    assert business.last("follower.enrolment_ended")["reason"] == ended


def test_a_platform_that_calls_the_window_closed_is_believed() -> None:
    business = Business(Platform.INSTAGRAM)
    business.says("me parece caro")
    business.enrolled()
    business.rejected(business.goes_out(), RefusalClass.WINDOW_CLOSED)
    assert business.follower.is_reachable(business.now) == "window_closed"
    business.decided(business.falls_due())
    assert business.last("follower.follow_up_skipped")["reason"] == "window_closed"


def test_a_window_that_was_closed_at_the_attempt_is_open_for_who_has_written_since() -> None:
    business = Business(Platform.INSTAGRAM)
    business.says("me parece caro")
    business.enrolled()
    order = business.goes_out()
    business.passes(seconds=1)
    business.says("¿sigues ahí?")
    business.passes(seconds=1)
    business.rejected(order, RefusalClass.WINDOW_CLOSED)
    assert business.follower.is_reachable(business.now) is None


def test_before_each_try_the_rules_are_asked_again(business: Business) -> None:
    order = business.goes_out()
    business.rejected(order, RefusalClass.NOT_SENT)
    business.do(Clonnect.change_mode, ANA, Mode.OFF)
    business.passes(seconds=5)
    with this_happens(business, "follower.send_cancelled", "follower.follow_up_held"):
        assert business.attempted(order.send_id) is None
    claims = [event["claim"] for event in business.log() if "claim" in event]
    assert claims == [2]


@pytest.mark.parametrize("end", ["reply", "purchase", "cancelled", "another objection", "deleted"])
def test_what_waits_for_another_try_ends_with_its_run(business: Business, end: str) -> None:
    order = business.goes_out()
    business.rejected(order, RefusalClass.NOT_SENT)
    match end:
        case "reply":
            business.says("vale")
        case "purchase":
            business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
        case "cancelled":
            business.do(Clonnect.cancel_follow_ups, ANA, business.lead.id, None)
        case "another objection":
            business.enrolled(SequenceType.OBJECTION_TIME)
        case "deleted":
            business.do(Clonnect.delete_lead, ANA, business.lead.id)
    assert business.last("follower.send_cancelled")["send_id"] == str(order.send_id)
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(order.send_id)


def test_a_reply_between_the_claim_and_the_attempt_leaves_nothing_to_send(business: Business) -> None:
    follow_up = business.falls_due()
    business.says("vale")
    with nothing_happens(business), pytest.raises(NotDue):
        business.decided(follow_up)


def test_a_reply_between_the_attempt_and_its_outcome_lets_the_message_stand_and_ends_the_rest(
    business: Business,
) -> None:
    order = business.goes_out()
    business.says("vale")
    ended = business.last("follower.enrolment_ended")
    assert len(ended["cancelled"]) == 1
    with this_happens(business, "follower.send_accepted", "follower.follow_up_sent"):
        business.accepted(order)


@pytest.mark.parametrize("refusal", list(RefusalClass))
def test_a_refusal_after_the_run_has_ended_fails_the_step_for_good(business: Business, refusal: RefusalClass) -> None:
    order = business.goes_out()
    business.says("vale")
    business.rejected(order, refusal)
    assert business.last("follower.send_rejected")["final"] is True
    assert business.last("follower.follow_up_failed")["follow_up_id"] is not None


def test_the_outcome_of_a_step_is_recorded_however_many_runs_have_ended_since(business: Business) -> None:
    order = business.goes_out()
    step = business.last("follower.send_requested")["follow_up_id"]
    for sequence_type in (SequenceType.OBJECTION_TIME, SequenceType.INTEREST_COLD):
        business.says("vale")
        business.enrolled(sequence_type)
    business.accepted(order)
    assert business.last("follower.follow_up_sent")["follow_up_id"] == step


@pytest.mark.parametrize("gave_up", [False, True])
def test_what_nobody_knows_is_never_sent_again_by_a_machine(business: Business, gave_up: bool) -> None:
    order = business.goes_out()
    business.silent(order, NOW_OR_NEVER if gave_up else timedelta(minutes=5))
    for hours in (0, 24):
        business.passes(hours=hours)
        with nothing_happens(business), pytest.raises(NotDue):
            business.attempted(order.send_id)


def test_a_worker_that_comes_second_leaves_an_open_attempt_alone(business: Business) -> None:
    order = business.goes_out()
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(order.send_id)
    business.accepted(order)


def test_evidence_that_it_arrived_settles_what_nobody_knew(business: Business) -> None:
    order = business.goes_out()
    business.silent(order)
    business.passes(minutes=1)
    with this_happens(business, "follower.send_accepted", "follower.follow_up_sent"):
        business.accepted(order)
    assert business.last("follower.send_accepted")["late"] is True
    assert business.last("follower.follow_up_sent")["reconciled"] is True


def test_without_evidence_in_time_the_step_counts_as_done(business: Business) -> None:
    order = business.goes_out()
    business.silent(order)
    with this_happens(business, "follower.send_unresolved", "follower.follow_up_uncertain"):
        business.unresolved(order)
    with nothing_happens(business), pytest.raises(NotDue):
        business.unresolved(order)
    assert list(business.steps) == [2]


def test_where_no_evidence_can_come_it_is_unresolved_at_once(business: Business) -> None:
    order = business.goes_out()
    with this_happens(business, "follower.send_uncertain", "follower.send_unresolved", "follower.follow_up_uncertain"):
        business.silent(order, NOW_OR_NEVER)


def test_an_answer_that_comes_after_everybody_gave_up_is_recorded_all_the_same(business: Business) -> None:
    order = business.goes_out()
    business.silent(order, NOW_OR_NEVER)
    with this_happens(business, "follower.send_accepted", "follower.follow_up_sent"):
        business.accepted(order)
    with nothing_happens(business), pytest.raises(NotDue):
        business.accepted(order)


def test_a_refusal_that_comes_after_everybody_gave_up_changes_nothing_about_the_step(business: Business) -> None:
    order = business.goes_out()
    business.silent(order, NOW_OR_NEVER)
    with this_happens(business, "follower.send_rejected"):
        business.rejected(order, RefusalClass.NOT_SENT)
    assert business.last("follower.send_rejected")["final"] is True


def test_a_refusal_of_what_nobody_knew_is_final(business: Business) -> None:
    order = business.goes_out()
    business.silent(order)
    with this_happens(business, "follower.send_rejected", "follower.follow_up_failed"):
        business.rejected(order, RefusalClass.NOT_SENT)


def test_a_message_counts_once_towards_the_caps_however_late_its_answer(business: Business) -> None:
    order = business.goes_out()
    attempted_at = business.now
    business.silent(order)
    business.passes(minutes=2)
    business.accepted(order)
    assert business.follower.automated_sends == (attempted_at,)
    assert business.follower.last_outbound_at == attempted_at


def test_what_may_have_arrived_counts_towards_the_caps_and_what_was_refused_does_not(business: Business) -> None:
    order = business.goes_out()
    business.rejected(order, RefusalClass.DEFER_24H)
    assert business.follower.automated_sends == ()
    business.silent(business.goes_out())
    assert len(business.follower.automated_sends) == 1


def test_a_deletion_during_the_call_leaves_no_attempt_open(business: Business) -> None:
    order = business.goes_out()
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    assert not business.follower.has_open_attempt
    assert "follower.follow_up_uncertain" in business.happened()
    business.accepted(order)
    assert business.last("follower.send_accepted")["late"] is True


def test_a_new_life_begins_without_the_sends_of_the_last(business: Business) -> None:
    order = business.goes_out()
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    business.says("he vuelto")
    with nothing_happens(business), pytest.raises(NotDue):
        business.accepted(order)


@pytest.mark.parametrize(
    ("change", "reason"),
    [("off", "bot_off"), ("person", "human_handling"), ("blocked", "unreachable"), ("closed", "window_closed")],
)
def test_an_answer_that_may_not_leave_any_more_is_given_up(change: str, reason: str) -> None:
    business = Business(Platform.INSTAGRAM)
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    match change:
        case "off":
            business.do(Clonnect.change_mode, ANA, Mode.OFF)
        case "person":
            business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
        case "blocked":
            business.do(Clonnect.report_reachability, ANA, Platform.INSTAGRAM, MARTA, False)
        case "closed":
            business.passes(hours=24)
    with this_happens(business, "follower.send_cancelled"):
        assert business.attempted(send_id) is None
    assert business.last("follower.send_cancelled")["reason"] == reason


def test_a_message_by_hand_leaves_although_the_bot_is_off(business: Business) -> None:
    business.do(Clonnect.change_mode, ANA, Mode.OFF)
    business.accepted(by_hand(business))
    assert "follower.follow_up_sent" not in business.happened()


def test_what_is_requested_is_cancelled_when_the_lead_is_deleted(business: Business) -> None:
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Soy Ana", an_id(1))
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    assert business.last("follower.send_cancelled")["reason"] == "lead_deleted"


def test_a_send_that_nobody_asked_for_is_not_due(business: Business) -> None:
    with nothing_happens(business), pytest.raises(NotDue):
        business.attempted(an_id(9))
