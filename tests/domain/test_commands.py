"""What a command refuses, whom it does not find, and what it saves together."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.errors import Conflict, DuplicateLead, Invalid, LostRace, NotFound
from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform, SequenceType, Status
from tests.domain.builders import ANA, BEA, MARTA, NAMESPACE, NOW, Business, a_message, an_id, at, nothing_happens


@pytest.fixture
def business() -> Business:
    business = Business()
    business.signs_up(BEA)
    return business


def new_lead(platform: Platform = Platform.INSTAGRAM, raw: str = MARTA, **fields: Any) -> NewLead:
    return NewLead(platform, raw, Details(name="Marta"), **fields)


def test_a_person_enters_a_lead(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead(status=Status.HOT))
    assert (lead.status, lead.source, lead.details.name) == (Status.HOT, "manual", "Marta")
    assert lead.score.value(NOW) == pytest.approx(0.7)


def test_an_intent_that_a_person_enters_is_kept_as_given(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead(status=Status.HOT, purchase_intent=0.4))
    assert lead.score.value(NOW) == pytest.approx(0.4)


def test_a_lead_that_exists_is_named_and_not_made_twice(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead())
    with nothing_happens(business), pytest.raises(DuplicateLead) as refused:
        business.do(Clonnect.capture_lead, ANA, new_lead())
    assert refused.value.existing_id == lead.id


def test_a_lead_that_was_deleted_may_be_entered_again(business: Business) -> None:
    first = business.do(Clonnect.capture_lead, ANA, new_lead())
    business.do(Clonnect.delete_lead, ANA, first.id)
    second = business.do(Clonnect.capture_lead, ANA, new_lead())
    assert second.id != first.id
    assert second.follower_id == first.follower_id


def test_who_was_entered_by_hand_and_then_writes_is_the_same_lead(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead(Platform.TELEGRAM))
    assert business.says("hola").lead_id == lead.id


@pytest.mark.parametrize(
    "command",
    [
        lambda app, creator_id, lead_id: app.change_status(creator_id, lead_id, Status.HOT),
        lambda app, creator_id, lead_id: app.edit_lead(creator_id, lead_id, {"notes": "x"}, None),
        lambda app, creator_id, lead_id: app.delete_lead(creator_id, lead_id),
        lambda app, creator_id, lead_id: app.send_by_hand(creator_id, lead_id, "hola", an_id(1)),
        lambda app, creator_id, lead_id: app.repeat_send(creator_id, lead_id, an_id(1)),
        lambda app, creator_id, lead_id: app.cancel_follow_ups(creator_id, lead_id, None),
        lambda app, creator_id, lead_id: app.lead_known_as(creator_id, str(lead_id)),
        lambda app, creator_id, lead_id: app.lead_known_as(creator_id, f"ig_{MARTA}"),
    ],
    ids=[
        "change_status",
        "edit_lead",
        "delete_lead",
        "send_by_hand",
        "repeat_send",
        "cancel_follow_ups",
        "by id",
        "by name",
    ],
)
def test_another_creators_lead_is_not_found(
    business: Business, command: Callable[[Clonnect, str, UUID], object]
) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead())
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(command, BEA, lead.id)


def test_a_deleted_leads_id_is_gone(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead())
    business.do(Clonnect.delete_lead, ANA, lead.id)
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.change_status, ANA, lead.id, Status.HOT)
    with pytest.raises(NotFound):
        business.do(Clonnect.lead_known_as, ANA, f"ig_{MARTA}")


@pytest.mark.parametrize("given", ["{id}", "ig_1001", "1001"])
def test_a_lead_is_known_by_any_of_its_ids(business: Business, given: str) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead())
    assert business.do(Clonnect.lead_known_as, ANA, given.format(id=lead.id)).id == lead.id


def test_an_id_that_means_two_people_is_refused(business: Business) -> None:
    for platform in (Platform.INSTAGRAM, Platform.WHATSAPP):
        business.do(Clonnect.capture_lead, ANA, new_lead(platform))
    with pytest.raises(Conflict):
        business.do(Clonnect.lead_known_as, ANA, MARTA)


def test_details_and_stage_change_together(business: Business) -> None:
    lead = business.do(Clonnect.capture_lead, ANA, new_lead())
    edited = business.do(Clonnect.edit_lead, ANA, lead.id, {"phone": "600"}, Status.ACTIVE)
    assert (edited.details.phone, edited.status) == ("600", Status.ACTIVE)


def test_what_a_command_does_to_a_lead_and_its_follower_is_saved_together(business: Business) -> None:
    business.says("me parece caro")
    business.enrolled(SequenceType.OBJECTION_PRICE)
    before = len(business.log())
    business.do(Clonnect.change_status, ANA, business.lead.id, Status.CUSTOMER)
    saved = business.log()[before:]
    assert {event["stream"] for event in saved} == {str(business.lead.id), str(business.follower.id)}


def test_who_comes_second_loses_the_race_and_leaves_nothing(business: Business) -> None:
    business.says("hola")
    first, second = business.lead, business.lead
    with at(NOW):
        for lead, status in ((first, Status.HOT), (second, Status.ACTIVE)):
            lead.change_status(status, by_hand=True, reason="moved", now=NOW)
        business.app.save_streams(first)
        with nothing_happens(business), pytest.raises(LostRace):
            business.app.save_streams(second)


def test_a_text_that_is_too_long_for_the_channel_is_refused_before_anything_is_kept(business: Business) -> None:
    business.says("hola")
    with nothing_happens(business), pytest.raises(Invalid) as refused:
        business.do(Clonnect.send_by_hand, ANA, business.lead.id, "ñ" * 4097, an_id(1))
    (error,) = refused.value.errors
    assert error.field == "/message"
    assert error.detail == "This channel takes at most 4,096 characters; this text has 4,097."
    business.do(Clonnect.send_by_hand, ANA, business.lead.id, "ñ" * 4096, an_id(2))


def test_a_message_to_an_unknown_creator_is_not_found(business: Business) -> None:
    with nothing_happens(business), pytest.raises(NotFound):
        business.do(Clonnect.receive_message, "nobody", a_message("hola", 1, NOW))


def test_every_event_stands_at_the_time_of_its_command(business: Business) -> None:
    business.passes(days=400)
    business.says("hola")
    assert {event["timestamp"] for event in business.log()[-3:]} == {"2027-04-07T11:00:00Z"}


def test_no_command_runs_where_nobody_says_who_acts_or_when() -> None:
    app = Clonnect({"NAMESPACE": str(NAMESPACE)})
    with pytest.raises(LookupError):
        app.sign_up_creator(ANA, None, CreatorSettings("Europe/Madrid"))
    with context.acting("person:ana"), pytest.raises(LookupError):
        app.sign_up_creator(ANA, None, CreatorSettings("Europe/Madrid"))


def test_an_event_says_who_caused_it_and_why() -> None:
    delivery_id = an_id(1)
    with context.acting("follower:x", correlation_id=an_id(2), delivery_id=delivery_id, at=NOW) as cause:
        metadata = cause.metadata()
    assert metadata == {"actor": "follower:x", "correlation_id": str(an_id(2)), "delivery_id": str(delivery_id)}


def test_an_event_says_whose_it_is(business: Business) -> None:
    business.says("hola")
    owners = {"creator_id": ANA, "lead_id": str(business.lead.id), "follower_id": str(business.follower.id)}
    assert business.follower.owners() == business.lead.owners() == owners
    assert business.creator.owners() == {"creator_id": ANA}
