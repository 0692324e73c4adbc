"""Where a lead stands, who may move it, and what is known about the person."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotFound
from domain.lead import Details, Lead
from domain.scoring import Score
from domain.vocabulary import Intent, Status
from tests.domain.builders import NOW, a_lead, at

NEW, ACTIVE, HOT, CUSTOMER = Status


@pytest.fixture(autouse=True)
def ana_acts() -> Iterator[None]:
    with at(NOW):
        yield


def lifted(lead: Lead, status: Status) -> None:
    lead.change_status(status, by_hand=False, reason="interest", now=NOW)


def moved(lead: Lead, status: Status) -> None:
    lead.change_status(status, by_hand=True, reason="moved", now=NOW)


def topics(lead: Lead) -> list[str]:
    return [event.TOPIC for event in lead.pending_events]  # type: ignore[attr-defined]  # every event has one


def test_automation_lifts_a_lead() -> None:
    lead = a_lead(NEW)
    lifted(lead, HOT)
    assert lead.status is HOT


def test_automation_never_lowers_a_lead() -> None:
    lead = a_lead(HOT)
    lifted(lead, ACTIVE)
    assert lead.status is HOT


def test_automation_never_lifts_a_lead_above_where_a_person_put_it() -> None:
    lead = a_lead(HOT)
    moved(lead, ACTIVE)
    lifted(lead, HOT)
    assert lead.status is ACTIVE


def test_a_person_who_moves_a_lead_up_lets_automation_go_on() -> None:
    lead = a_lead(HOT)
    moved(lead, NEW)
    moved(lead, ACTIVE)
    lifted(lead, HOT)
    assert lead.status is HOT


@given(st.lists(st.tuples(st.sampled_from(Status), st.booleans())))
def test_whatever_happens_automation_stays_below_the_last_move_down(moves: list[tuple[Status, bool]]) -> None:
    with at(NOW):
        lead = a_lead(NEW)
        ceiling = CUSTOMER
        for status, by_hand in moves:
            before = lead.status
            lead.change_status(status, by_hand=by_hand, reason="any", now=NOW)
            if by_hand and status is not before:
                ceiling = status if status < before else CUSTOMER
            assert lead.status is status if by_hand else lead.status >= before
            assert by_hand or lead.status is before or lead.status <= ceiling


def test_a_move_to_where_the_lead_is_leaves_no_trace() -> None:
    lead = a_lead(ACTIVE)
    moved(lead, ACTIVE)
    assert topics(lead) == ["lead.captured"]


def test_a_move_by_hand_replaces_what_the_score_was_made_of() -> None:
    lead = a_lead()
    lead.rate(Score().after([Intent.INTEREST_STRONG], direct_purchase=False, refusal=False, at=NOW), NOW)
    moved(lead, ACTIVE)
    assert lead.score.value(NOW) == pytest.approx(0.35)
    assert [term.what for term in lead.score.terms] == ["person:active"]


def test_a_score_that_stays_the_same_leaves_no_trace() -> None:
    lead = a_lead()
    lead.rate(Score(), NOW)
    assert topics(lead) == ["lead.captured"]


def test_only_what_changes_is_said_to_have_changed() -> None:
    lead = a_lead(details=Details(name="Marta", email="m@x.org"))
    lead.change_details({"name": "Marta", "phone": "600", "tags": ("vip",)})
    changed = lead.pending_events[-1]
    assert isinstance(changed, Lead.DetailsChanged)
    assert changed.changed == ("phone", "tags")
    assert lead.details == Details(name="Marta", email="m@x.org", phone="600", tags=("vip",))


def test_details_that_are_already_so_leave_no_trace() -> None:
    lead = a_lead(details=Details(name="Marta"))
    lead.change_details({"name": "Marta"})
    assert topics(lead) == ["lead.captured"]


def test_what_a_person_wrote_is_not_overwritten_by_what_the_channel_tells() -> None:
    lead = a_lead(details=Details(name="Marta del curso"))
    lead.learn_name("marta_99", "marta")
    assert (lead.details.name, lead.details.username) == ("Marta del curso", "marta")


def test_a_channel_that_tells_no_name_takes_none_away() -> None:
    lead = a_lead(details=Details(name="Marta"))
    lead.learn_name(None, "")
    assert topics(lead) == ["lead.captured"]


def test_a_lead_is_deleted_once() -> None:
    lead = a_lead()
    lead.delete()
    with pytest.raises(NotFound):
        lead.delete()
    assert lead.is_deleted


def test_the_lives_of_a_person_have_ids_that_anybody_can_compute() -> None:
    follower_id = a_lead().follower_id
    assert Lead.create_id(follower_id, 1) == a_lead().id
    assert Lead.create_id(follower_id, 1) != Lead.create_id(follower_id, 2)
