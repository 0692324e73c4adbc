"""A person of the creator's is told that somebody waits: once, once more when nobody came, and not every minute."""

from uuid import UUID

import pytest

from domain.application import Clonnect
from domain.errors import NotDue
from domain.vocabulary import Intent, NotificationKind
from tests.domain.builders import ANA, Business, nothing_happens, this_happens

NOTIFIED = "follower.person_notified"
ESCALATED, UNRESOLVED = NotificationKind.ESCALATED, NotificationKind.UNRESOLVED
TOLD = (("webhook", "delivered"),)
FAILED = (("webhook", "failed:it answered HTTP 410"),)


@pytest.fixture
def business() -> Business:
    return Business()


def asks_for_a_person(business: Business) -> UUID:
    """Somebody does; answers the escalation."""
    business.says("¿Puedo hablar con una persona?")
    business.understood(Intent.ESCALATION)
    escalation_id = business.follower.escalation
    assert escalation_id is not None
    return escalation_id


def told(business: Business, kind: NotificationKind = ESCALATED, outcomes: tuple[tuple[str, str], ...] = TOLD) -> None:
    """A person was told of whoever waits now."""
    follower = business.follower
    assert follower.escalation is not None
    business.do(Clonnect.record_notified, follower.id, follower.escalation, kind, outcomes)


def is_recent(business: Business, kind: NotificationKind = ESCALATED, *, retried: bool = False) -> bool:
    """Plan to tell a person of whoever waits now; answers whether one was told a moment ago."""
    follower = business.follower
    assert follower.escalation is not None
    return business.do(Clonnect.plan_notification, follower.id, follower.escalation, kind, retried=retried).is_recent


def resolves(business: Business) -> None:
    assert business.follower.escalation is not None
    business.do(Clonnect.resolve_escalation, ANA, business.lead.id, business.follower.escalation, None)


def test_a_person_is_told_who_waits_and_what_they_wrote(business: Business) -> None:
    escalation_id = asks_for_a_person(business)
    planned = business.do(Clonnect.plan_notification, business.follower.id, escalation_id, ESCALATED)
    assert (planned.creator_id, planned.lead_id) == (ANA, business.lead.id)
    assert planned.said == "¿Puedo hablar con una persona?"
    assert not planned.is_recent


def test_what_was_told_is_on_record_with_the_hour_of_the_reminder(business: Business) -> None:
    asks_for_a_person(business)
    with this_happens(business, NOTIFIED):
        told(business)
    event = business.last(NOTIFIED)
    business.passes(hours=4)
    assert event["again_at"] == business.now.isoformat().replace("+00:00", "Z")
    assert (event["kind"], event["outcomes"]) == ("escalated", [["webhook", "delivered"]])


def test_with_nobody_to_tell_it_is_on_record_all_the_same(business: Business) -> None:
    asks_for_a_person(business)
    told(business, outcomes=())
    assert business.last(NOTIFIED)["outcomes"] == []


def test_a_notification_is_recorded_once(business: Business) -> None:
    asks_for_a_person(business)
    told(business)
    with nothing_happens(business), pytest.raises(NotDue):
        told(business)


def test_who_still_waits_is_told_of_once_more_and_then_no_more(business: Business) -> None:
    asks_for_a_person(business)
    told(business)
    business.passes(hours=4)
    assert not is_recent(business, UNRESOLVED)
    told(business, UNRESOLVED)
    assert business.last(NOTIFIED)["again_at"] is None
    with pytest.raises(NotDue):
        is_recent(business, UNRESOLVED)


@pytest.mark.parametrize("kind", [ESCALATED, UNRESOLVED])
def test_of_whoever_was_answered_nobody_is_told(business: Business, kind: NotificationKind) -> None:
    escalation_id = asks_for_a_person(business)
    resolves(business)
    with pytest.raises(NotDue):
        business.do(Clonnect.plan_notification, business.follower.id, escalation_id, kind)


def test_who_was_answered_while_a_person_was_told_is_reminded_of_no_more(business: Business) -> None:
    escalation_id = asks_for_a_person(business)
    resolves(business)
    business.do(Clonnect.record_notified, business.follower.id, escalation_id, ESCALATED, TOLD)
    assert business.last(NOTIFIED)["again_at"] is None


@pytest.mark.parametrize(("minutes", "recent"), [(0, True), (4.9, True), (5, False)])
def test_of_one_conversation_a_person_is_told_at_most_every_five_minutes(
    business: Business, minutes: float, recent: bool
) -> None:
    asks_for_a_person(business)
    told(business)
    resolves(business)
    business.passes(minutes=minutes)
    asks_for_a_person(business)
    assert is_recent(business) is recent


def test_what_reached_nobody_keeps_nobody_from_being_told(business: Business) -> None:
    asks_for_a_person(business)
    told(business, outcomes=FAILED)
    resolves(business)
    asks_for_a_person(business)
    assert not is_recent(business)


def test_what_arrives_at_the_second_try_counts_too(business: Business) -> None:
    escalation_id = asks_for_a_person(business)
    told(business, outcomes=(("webhook", "postponed:it answered HTTP 500"),))
    business.do(Clonnect.record_notified_again, business.follower.id, escalation_id, ESCALATED, "webhook", "delivered")
    assert business.last(NOTIFIED)["retried"] is True
    resolves(business)
    asks_for_a_person(business)
    assert is_recent(business)


def test_a_retry_goes_on_until_the_reminder_takes_its_place(business: Business) -> None:
    asks_for_a_person(business)
    told(business, outcomes=(("webhook", "postponed:it answered HTTP 500"),))
    is_recent(business, retried=True)
    business.passes(hours=4)
    told(business, UNRESOLVED)
    is_recent(business, UNRESOLVED, retried=True)
    with pytest.raises(NotDue):
        is_recent(business, retried=True)


def test_of_whom_is_deleted_nobody_is_told(business: Business) -> None:
    escalation_id = asks_for_a_person(business)
    business.do(Clonnect.delete_lead, ANA, business.lead.id)
    with pytest.raises(NotDue):
        business.do(Clonnect.plan_notification, business.follower.id, escalation_id, ESCALATED)
    with nothing_happens(business), pytest.raises(NotDue):
        business.do(Clonnect.record_notified, business.follower.id, escalation_id, ESCALATED, TOLD)
