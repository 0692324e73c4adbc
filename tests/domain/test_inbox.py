"""What a person does with a whole conversation, and what the bot may still do in it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.application import Clonnect
from domain.errors import Conflict, DuplicateLead, Invalid, NotFound
from domain.follower.values import RefusalClass
from domain.lead import Details, Lead, Purchase
from domain.lead_and_follower import NewLead
from domain.vocabulary import Intent, Mark, Platform, SequenceType, Status
from tests.domain.builders import ANA, BEA, COURSE, MARTA, Business, an_id, nothing_happens, this_happens

HOUR = timedelta(hours=1)
PUT_ASIDE = [
    (Clonnect.archive_lead, "lead.archived", "archived"),
    (Clonnect.mark_as_spam, "lead.marked_as_spam", "spam"),
]


@pytest.fixture
def business() -> Business:
    """Marta found it too expensive, and will be asked again."""
    business = Business()
    business.says("me parece caro")
    business.understood(Intent.OBJECTION_PRICE)
    business.enrolled()
    return business


def told(business: Business, command: Any, *args: Any) -> Lead:
    lead: Lead = business.do(command, ANA, business.lead.id, *args)
    return lead


@pytest.mark.parametrize(("command", "topic", "reason"), PUT_ASIDE)
def test_what_is_put_aside_keeps_its_stage_and_is_promised_nothing(
    business: Business, command: Any, topic: str, reason: str
) -> None:
    with this_happens(business, topic, "follower.enrolment_ended"):
        lead = told(business, command)
    assert (lead.status, lead.mark) == (Status.ACTIVE, Mark(reason))
    assert business.last("follower.enrolment_ended")["reason"] == reason
    assert not business.enrolled()
    with nothing_happens(business):
        told(business, command)


@pytest.mark.parametrize(("command", "topic", "reason"), PUT_ASIDE)
def test_an_answer_that_waits_does_not_go_out_any_more(
    business: Business, command: Any, topic: str, reason: str
) -> None:
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    told(business, command)
    cancelled = business.last("follower.send_cancelled")
    assert (cancelled["send_id"], cancelled["reason"]) == (str(send_id), reason)


@pytest.mark.parametrize(("command", "topic", "reason"), PUT_ASIDE)
def test_an_answer_that_was_refused_on_its_way_is_not_tried_again(
    business: Business, command: Any, topic: str, reason: str
) -> None:
    business.says("¿cuánto cuesta?")
    send_id = business.answers(business.understood(Intent.QUESTION_PRODUCT))
    assert send_id is not None
    order = business.attempted(send_id)
    assert order is not None
    told(business, command)
    business.rejected(order, RefusalClass.NOT_SENT)
    business.passes(minutes=1)
    with this_happens(business, "follower.send_cancelled"):
        assert business.attempted(send_id) is None


def test_who_is_archived_comes_back_with_the_next_message_and_is_answered(business: Business) -> None:
    told(business, Clonnect.archive_lead)
    business.says("¿cuánto cuesta?")
    assert business.lead.mark is None
    assert (business.lead.status, business.last("lead.restored")["reason"]) == (Status.ACTIVE, "message")
    assert business.answers(business.understood(Intent.QUESTION_PRODUCT)) is not None


def test_a_reaction_brings_nobody_back(business: Business) -> None:
    told(business, Clonnect.archive_lead)
    business.says("", opens_window=False)
    assert business.lead.mark is Mark.ARCHIVED


def test_spam_stays_spam_whatever_is_written(business: Business) -> None:
    told(business, Clonnect.mark_as_spam)
    before = business.lead.score
    with this_happens(business, "follower.message_received", "follower.burst_understood"):
        business.says("quiero comprar, ¿hablo con una persona?")
        burst_id = business.understood(Intent.ESCALATION, Intent.INTEREST_STRONG, direct_purchase=True)
    with nothing_happens(business):
        assert business.answers(burst_id) is None
        assert not business.enrolled(SequenceType.ABANDONED)
    assert (business.lead.mark, business.lead.status, business.lead.score) == (Mark.SPAM, Status.ACTIVE, before)


@pytest.mark.parametrize(("command", "topic", "reason"), PUT_ASIDE)
def test_a_person_brings_a_lead_back_to_its_stage(business: Business, command: Any, topic: str, reason: str) -> None:
    told(business, command)
    with this_happens(business, "lead.restored"):
        lead = told(business, Clonnect.restore_lead)
    assert (lead.status, lead.mark) == (Status.ACTIVE, None)
    assert business.enrolled()


def test_nobody_is_restored_who_is_in_the_inbox(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Conflict):
        told(business, Clonnect.restore_lead)


def test_who_is_archived_is_still_the_same_lead(business: Business) -> None:
    lead = told(business, Clonnect.archive_lead)
    with nothing_happens(business), pytest.raises(DuplicateLead) as refused:
        business.do(Clonnect.capture_lead, ANA, NewLead(Platform.TELEGRAM, MARTA, Details(name="Marta")))
    assert refused.value.existing_id == lead.id


def test_a_new_life_is_not_put_aside(business: Business) -> None:
    told(business, Clonnect.mark_as_spam)
    told(business, Clonnect.delete_lead)
    business.says("hola")
    assert business.lead.mark is None


def a_purchase(**wishes: Any) -> Purchase:
    return Purchase(an_id(1), Decimal("97.50"), "EUR", **wishes)


def test_who_buys_is_not_asked_to_any_more(business: Business) -> None:
    topics = ("lead.purchased", "lead.status_changed", "lead.scored", "follower.enrolment_ended")
    with this_happens(business, *topics):
        told(business, Clonnect.record_purchase, a_purchase(product_id=COURSE.product_id, reference="A-1"))
    assert business.last("follower.enrolment_ended")["reason"] == "goal"
    bought = business.last("lead.purchased")
    assert (bought["amount"], bought["currency"], bought["reference"]) == ("97.50", "EUR", "A-1")
    assert bought["at"] == bought["timestamp"]
    with nothing_happens(business):
        told(business, Clonnect.record_purchase, a_purchase(reference="A-1"))


def test_a_purchase_leaves_alone_what_is_asked_of_customers(business: Business) -> None:
    told(business, Clonnect.record_purchase, a_purchase())
    business.enrolled(SequenceType.POST_PURCHASE)
    with this_happens(business, "lead.purchased"):
        told(business, Clonnect.record_purchase, a_purchase())


@pytest.mark.parametrize(
    ("wishes", "refusal"),
    [({"product_id": an_id(9)}, NotFound), ({"at": HOUR}, Invalid)],
    ids=["of something unknown", "tomorrow"],
)
def test_what_cannot_have_been_bought_is_not_recorded(
    business: Business, wishes: dict[str, Any], refusal: type[Exception]
) -> None:
    if "at" in wishes:
        wishes = {"at": business.now + wishes["at"]}
    with nothing_happens(business), pytest.raises(refusal):
        told(business, Clonnect.record_purchase, a_purchase(**wishes))


def test_a_person_who_takes_over_silences_the_bot_until_they_give_it_back(business: Business) -> None:
    with this_happens(business, "follower.bot_paused"):
        told(business, Clonnect.take_over, None)
    with nothing_happens(business):
        told(business, Clonnect.take_over, None)
    business.says("¿cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    assert business.answers(burst_id) is None
    business.passes(days=400)
    with nothing_happens(business):
        business.do(Clonnect.resume_bot, business.follower.id, "timer")
    with this_happens(business, "follower.bot_resumed"):
        told(business, Clonnect.hand_back)
    with nothing_happens(business):
        told(business, Clonnect.hand_back)
    business.says("¿sigues ahí?")
    assert business.answers(business.understood(Intent.QUESTION_GENERAL)) is not None


def test_a_message_by_hand_does_not_shorten_what_a_person_took(business: Business) -> None:
    for until in (None, business.now + timedelta(days=3)):
        told(business, Clonnect.take_over, until)
        told(business, Clonnect.send_by_hand, "Hola", an_id(until is None))
        assert (business.follower.is_paused, business.follower.paused_until) == (True, until)
    business.passes(days=3)
    told(business, Clonnect.send_by_hand, "¿Sigues ahí?", an_id(2))
    assert business.follower.paused_until == business.now + 12 * HOUR


def test_a_conversation_is_taken_over_until_a_time_to_come(business: Business) -> None:
    with nothing_happens(business), pytest.raises(Invalid):
        told(business, Clonnect.take_over, business.now)


def test_what_waited_for_a_person_goes_on_when_they_give_it_back(business: Business) -> None:
    told(business, Clonnect.take_over, None)
    business.decided(business.falls_due())
    assert business.last("follower.follow_up_held")["reason"] == "human_handling"
    with this_happens(business, "follower.bot_resumed", "follower.follow_up_released"):
        told(business, Clonnect.hand_back)


def test_who_gives_a_conversation_back_has_seen_to_what_was_asked_of_a_person(business: Business) -> None:
    business.says("quiero hablar con una persona")
    business.understood(Intent.ESCALATION)
    with this_happens(business, "follower.escalation_resolved"):
        told(business, Clonnect.hand_back)


def test_what_was_read_is_read_until_the_next_message(business: Business) -> None:
    with this_happens(business, "follower.read"):
        told(business, Clonnect.read_conversation)
    with nothing_happens(business):
        told(business, Clonnect.read_conversation)
    business.says("¿hola?")
    with this_happens(business, "follower.read"):
        told(business, Clonnect.read_conversation)


def test_who_answers_by_hand_has_read(business: Business) -> None:
    told(business, Clonnect.send_by_hand, "Hola", an_id(1))
    with nothing_happens(business):
        told(business, Clonnect.read_conversation)


@pytest.mark.parametrize(
    "command",
    [
        lambda app, creator_id, lead_id: app.archive_lead(creator_id, lead_id),
        lambda app, creator_id, lead_id: app.mark_as_spam(creator_id, lead_id),
        lambda app, creator_id, lead_id: app.restore_lead(creator_id, lead_id),
        lambda app, creator_id, lead_id: app.record_purchase(creator_id, lead_id, a_purchase()),
        lambda app, creator_id, lead_id: app.assign_lead(creator_id, lead_id, an_id(1)),
        lambda app, creator_id, lead_id: app.read_conversation(creator_id, lead_id),
        lambda app, creator_id, lead_id: app.take_over(creator_id, lead_id, None),
        lambda app, creator_id, lead_id: app.hand_back(creator_id, lead_id),
    ],
    ids=["archive", "spam", "restore", "purchase", "assign", "read", "take over", "hand back"],
)
@pytest.mark.parametrize("whose", ["another creator's", "deleted"])
def test_whoever_is_not_there_is_not_found(business: Business, command: Any, whose: str) -> None:
    business.signs_up(BEA)
    lead_id: UUID = business.lead.id
    if whose == "deleted":
        told(business, Clonnect.delete_lead)
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(command, ANA if whose == "deleted" else BEA, lead_id)
