"""Drafts: an answer waits for a person, who settles it once."""

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.application import Clonnect
from domain.errors import Conflict, NotDue, NotFound, OutdatedDraft
from domain.follower.values import RefusalClass
from domain.vocabulary import Intent, Mark, Mode, Platform
from tests.domain.builders import ANA, Business, nothing_happens, this_happens

REQUESTED = "follower.send_requested"


@pytest.fixture
def business() -> Business:
    return Business(mode=Mode.REVIEW)


def asked(business: Business, text: str = "¿Cuánto cuesta?") -> UUID:
    """Somebody asks, and an answer is proposed."""
    business.says(text)
    draft_id = business.drafts(business.understood(Intent.QUESTION_PRODUCT))
    assert draft_id is not None
    return draft_id


def approves(business: Business, draft_id: UUID, text: str | None = None, *, sure: bool = False) -> UUID:
    return business.do(Clonnect.approve_draft, ANA, business.lead.id, draft_id, text, although_outdated=sure)


def test_in_review_nothing_leaves_without_a_person(business: Business) -> None:
    business.says("¿Cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    with this_happens(business, "follower.reply_drafted"):
        business.drafts(burst_id)
    assert not business.follower.sends


def test_what_the_bot_is_sure_of_leaves_by_itself_in_auto() -> None:
    business = Business()
    business.says("¿Cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    with this_happens(business, "follower.reply_drafted", REQUESTED):
        business.drafts(burst_id)
    assert business.follower.draft is None


def test_what_speaks_against_an_answer_makes_it_a_draft_in_auto_too() -> None:
    business = Business()
    business.says("¿Cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    with this_happens(business, "follower.reply_drafted"):
        business.drafts(burst_id, why=("amount",))


@pytest.mark.parametrize(
    ("creators", "own", "requested"),
    [
        (Mode.REVIEW, Mode.AUTO, True),
        (Mode.AUTO, Mode.REVIEW, False),
        (Mode.AUTO, None, True),
        (Mode.OFF, Mode.AUTO, False),
        (Mode.AUTO, Mode.OFF, False),
    ],
)
def test_a_conversation_has_a_mode_of_its_own_unless_the_bot_is_off(
    creators: Mode, own: Mode | None, requested: bool
) -> None:
    business = Business(mode=creators)
    business.says("¿Cuánto cuesta?")
    business.do(Clonnect.set_mode, ANA, business.lead.id, own)
    business.drafts(business.understood(Intent.QUESTION_PRODUCT))
    assert bool(business.follower.sends) is requested


def test_a_draft_that_is_approved_is_sent_as_it_is(business: Business) -> None:
    draft_id = asked(business)
    with this_happens(business, "follower.draft_approved", REQUESTED):
        send_id = approves(business, draft_id)
    order = business.attempted(send_id)
    assert order is not None
    assert order.text == "Cuesta 97 €."


def test_a_draft_that_is_edited_is_sent_in_the_words_of_the_person(business: Business) -> None:
    draft_id = asked(business)
    with this_happens(business, "follower.draft_edited", REQUESTED):
        send_id = approves(business, draft_id, "Son 97 €, con todo incluido.")
    assert business.follower.sends[send_id].text == "Son 97 €, con todo incluido."


def test_an_edit_that_changes_nothing_is_an_approval(business: Business) -> None:
    draft_id = asked(business)
    with this_happens(business, "follower.draft_approved", REQUESTED):
        approves(business, draft_id, "Cuesta 97 €.")


def test_a_draft_that_is_rejected_is_never_sent(business: Business) -> None:
    draft_id = asked(business)
    with this_happens(business, "follower.draft_rejected"):
        business.do(Clonnect.reject_draft, ANA, business.lead.id, draft_id, "too short")
    assert business.follower.draft is None


SETTLED: list[Callable[[Business, UUID], object]] = [
    lambda business, draft_id: approves(business, draft_id),
    lambda business, draft_id: approves(business, draft_id, "Otra cosa."),
    lambda business, draft_id: business.do(Clonnect.reject_draft, ANA, business.lead.id, draft_id, None),
    lambda business, draft_id: business.do(Clonnect.expire_draft, business.follower.id, draft_id),
    lambda business, _: business.do(Clonnect.send_by_hand, ANA, business.lead.id, "Te leo.", UUID(int=1)),
    lambda business, _: business.do(Clonnect.mark_as_spam, ANA, business.lead.id),
]


@pytest.mark.parametrize("settle", SETTLED)
def test_a_draft_is_settled_once(business: Business, settle: Callable[[Business, UUID], object]) -> None:
    draft_id = asked(business)
    settle(business, draft_id)
    with nothing_happens(business):
        with pytest.raises(Conflict):
            approves(business, draft_id)
        with pytest.raises(Conflict):
            business.do(Clonnect.reject_draft, ANA, business.lead.id, draft_id, None)
        with pytest.raises(NotDue):
            business.do(Clonnect.expire_draft, business.follower.id, draft_id)


def test_who_approves_an_answer_to_older_words_is_asked_again(business: Business) -> None:
    draft_id = asked(business)
    business.says("¿Y tiene certificado?")
    with nothing_happens(business), pytest.raises(OutdatedDraft):
        approves(business, draft_id)
    approves(business, draft_id, sure=True)


def test_the_answer_to_newer_words_takes_the_place_of_the_older_draft(business: Business) -> None:
    asked(business)
    business.says("¿Y tiene certificado?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    with this_happens(business, "follower.draft_superseded", "follower.reply_drafted"):
        business.drafts(burst_id, "No, no lo tiene.")


def test_a_person_may_approve_where_the_bot_is_silent(business: Business) -> None:
    draft_id = asked(business)
    business.do(Clonnect.take_over, ANA, business.lead.id, None)
    business.do(Clonnect.switch_bot, ANA, False)
    order = business.attempted(approves(business, draft_id))
    assert order is not None


def test_an_approval_answers_whoever_asked_for_a_person(business: Business) -> None:
    business.says("¿Puedo hablar con alguien?")
    draft_id = business.drafts(business.understood(Intent.ESCALATION), "Te escribe una persona en cuanto pueda.")
    assert draft_id is not None
    with this_happens(business, "follower.draft_approved", REQUESTED, "follower.escalation_resolved"):
        approves(business, draft_id)


def test_nobody_approves_what_the_platform_would_refuse() -> None:
    business = Business(Platform.WHATSAPP, mode=Mode.REVIEW)
    draft_id = asked(business)
    business.passes(hours=24)
    with nothing_happens(business), pytest.raises(Conflict, match="window_closed"):
        approves(business, draft_id)


def test_an_answer_that_would_leave_in_the_last_minutes_of_a_window_waits() -> None:
    business = Business(Platform.WHATSAPP)
    business.says("¿Cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    business.passes(hours=23, minutes=59)
    with this_happens(business, "follower.reply_drafted"):
        business.drafts(burst_id)


def test_a_person_who_is_escalated_gets_nothing_but_drafts() -> None:
    business = Business()
    business.says("¿Puedo hablar con alguien?")
    business.answers(business.understood(Intent.ESCALATION), intent=Intent.ESCALATION)
    business.says("¿Cuánto cuesta?")
    burst_id = business.understood(Intent.QUESTION_PRODUCT)
    with this_happens(business, "follower.reply_drafted"):
        business.drafts(burst_id)


def test_an_escalation_is_resolved_once_and_by_its_id(business: Business) -> None:
    business.says("¿Puedo hablar con alguien?")
    business.understood(Intent.ESCALATION)
    escalation_id = business.follower.escalation
    assert escalation_id is not None
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.resolve_escalation, ANA, business.lead.id, UUID(int=1), None)
    with this_happens(business, "follower.escalation_resolved"):
        business.do(Clonnect.resolve_escalation, ANA, business.lead.id, escalation_id, "called her")
    with pytest.raises(NotFound):
        business.do(Clonnect.resolve_escalation, ANA, business.lead.id, escalation_id, None)


def test_an_approved_answer_that_a_platform_refuses_is_not_held_back_by_the_mode(business: Business) -> None:
    send_id = approves(business, asked(business))
    order = business.attempted(send_id)
    assert order is not None
    business.do(Clonnect.record_send_rejected, business.follower.id, send_id, order.attempt, RefusalClass.NOT_SENT)
    business.passes(seconds=6)
    assert business.attempted(send_id) is not None


def test_a_lead_that_is_put_aside_has_no_draft(business: Business) -> None:
    asked(business)
    with this_happens(business, "lead.marked_as_spam", "follower.draft_superseded"):
        business.do(Clonnect.mark_as_spam, ANA, business.lead.id)
    assert business.lead.mark is Mark.SPAM
