"""Where a lead stands, who may move it, and what is known about the person."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Conflict, NotFound
from domain.lead import Details, Lead, Purchase
from domain.scoring.score import Score
from domain.vocabulary import Intent, Mark, Status
from tests.domain.builders import NOW, a_lead, an_id, at

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


HAPPENINGS = st.one_of(
    st.tuples(st.just("moved"), st.sampled_from(Status)),
    st.tuples(st.sampled_from(["lifted", "lifted"]), st.sampled_from([ACTIVE, HOT, CUSTOMER, NEW])),
    st.tuples(st.sampled_from(["bought", "archived", "spam", "restored"]), st.none()),
)


@given(st.lists(HAPPENINGS, max_size=40))
def test_whatever_happens_automation_stays_below_the_last_move_down_until_there_is_a_purchase(
    story: list[tuple[str, Status | None]],
) -> None:
    with at(NOW):
        lead = a_lead(NEW)
        ceiling = CUSTOMER
        for what, status in story:
            before = lead.status
            match what:
                case "moved" if status is not None:
                    moved(lead, status)
                    if status is not before:
                        ceiling = status if status < before else CUSTOMER
                    assert lead.status is status
                case "lifted" if status is not None:
                    lifted(lead, status)
                    assert lead.status is (status if before < status <= ceiling else before)
                case "bought":
                    lead.buy(a_purchase(), NOW)
                    ceiling = CUSTOMER
                    assert lead.status is CUSTOMER
                case "archived":
                    lead.archive()
                case "spam":
                    lead.mark_as_spam()
                case _ if lead.mark is not None:
                    lead.restore("person")
            assert lead.status is before or what in ("moved", "lifted", "bought")


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


def names(lead: Lead) -> tuple[str | None, str | None]:
    return lead.details.name, lead.details.username


def test_name_and_username_are_what_the_platform_says_now() -> None:
    lead = a_lead(details=Details(name="Anita", username="anita"))
    lead.follow_platform("Ana García", "ana.garcia")
    assert names(lead) == ("Ana García", "ana.garcia")
    lead.follow_platform("Ana García", "")
    assert names(lead) == ("Ana García", None)


def test_what_a_person_wrote_is_not_overwritten_by_what_the_platform_says() -> None:
    lead = a_lead(details=Details(name="Anita", username="anita"))
    lead.change_details({"name": "Ana (boda mayo)"})
    lead.follow_platform("Anita 💅", "anita_nueva")
    assert names(lead) == ("Ana (boda mayo)", "anita_nueva")
    lead.change_details({"username": "ana_de_verdad"})
    lead.follow_platform("Anita 💅", "otra")
    assert names(lead) == ("Ana (boda mayo)", "ana_de_verdad")


def test_a_name_that_a_person_took_away_is_the_platforms_again() -> None:
    lead = a_lead(details=Details(name="Anita"))
    lead.change_details({"name": "Ana"})
    lead.change_details({"name": None})
    lead.follow_platform("Anita", None)
    assert lead.details.name == "Anita"


@pytest.mark.parametrize("source", ["manual", "import"])
def test_the_name_under_which_somebody_was_entered_stays_and_the_username_is_the_platforms(source: str) -> None:
    lead = a_lead(details=Details(name="Marta del curso", username="viejo"), source=source)
    lead.follow_platform("marta_99", "marta")
    assert names(lead) == ("Marta del curso", "marta")


def test_a_name_that_an_older_version_changed_counts_as_written_by_a_person() -> None:
    state = {"changed": ("name",), "details": {}}
    Lead.DetailsChanged.upcast_v1_v2(state)
    assert state["by_hand"]


def test_a_platform_that_tells_no_name_takes_none_away() -> None:
    lead = a_lead(details=Details(name="Marta"))
    lead.follow_platform(None, None)
    assert topics(lead) == ["lead.captured"]


@pytest.mark.parametrize("nothing", ["\u3164", "\u200d", "\u200b", " ", "\u2800", "\u0301"])
def test_a_name_that_shows_nothing_is_none(nothing: str) -> None:
    lead = a_lead(details=Details(name="Marta"))
    lead.follow_platform(nothing, None)
    assert lead.details.name is None


def test_what_an_import_changed_and_gave_back_follows_the_platform_as_before() -> None:
    before = a_lead(details=Details(name="Marta", username="marta", email="m@x.org"))
    lead = a_lead(details=Details(name="Marta", username="marta", email="m@x.org"))
    lead.change_details({"name": "Clienta 17", "email": "n@x.org"})
    lead.put_back(before, NOW)
    assert lead.details == before.details
    lead.follow_platform("Marta G.", None)
    assert lead.details.name == "Marta G."


def a_purchase(reference: str | None = None) -> Purchase:
    return Purchase(uuid4(), Decimal("97.50"), "EUR", None, reference)


def test_who_buys_is_a_customer_wherever_a_person_has_put_them() -> None:
    lead = a_lead(HOT)
    moved(lead, NEW)
    assert lead.buy(a_purchase(), NOW)
    assert (lead.status, lead.score.value(NOW + timedelta(days=90))) == (CUSTOMER, 1.0)
    assert topics(lead)[-3:] == ["lead.purchased", "lead.status_changed", "lead.scored"]
    moved(lead, ACTIVE)
    lead.buy(a_purchase(), NOW)
    assert lead.status is CUSTOMER


def test_a_customer_who_buys_again_stays_one() -> None:
    lead = a_lead()
    lead.buy(a_purchase(), NOW)
    lead.buy(a_purchase(), NOW + timedelta(days=1))
    assert topics(lead)[-2:] == ["lead.scored", "lead.purchased"]


def test_a_purchase_is_known_by_its_reference_however_many_there_are() -> None:
    lead = a_lead()
    assert all(lead.buy(a_purchase(f"A-{number}"), NOW) for number in range(300))
    moved(lead, ACTIVE)
    before = topics(lead)
    assert not any(lead.buy(a_purchase(f"A-{number}"), NOW) for number in range(300))
    assert (topics(lead), lead.status) == (before, ACTIVE)


def test_purchases_without_a_reference_are_all_different() -> None:
    lead = a_lead()
    assert lead.buy(a_purchase(), NOW)
    assert lead.buy(a_purchase(), NOW)
    assert topics(lead).count("lead.purchased") == 2


@pytest.mark.parametrize("status", Status)
def test_who_is_put_aside_and_brought_back_stands_where_they_stood(status: Status) -> None:
    for put_aside in (Lead.archive, Lead.mark_as_spam):
        lead = a_lead(status)
        put_aside(lead)
        lead.restore("person")
        assert (lead.status, lead.mark) == (status, None)


def test_the_last_mark_counts_and_the_same_one_leaves_no_trace() -> None:
    lead = a_lead()
    marks = []
    for put_aside in (Lead.archive, Lead.archive, Lead.mark_as_spam, Lead.mark_as_spam, Lead.archive):
        put_aside(lead)
        marks.append(lead.mark)
    assert marks == [Mark.ARCHIVED, Mark.ARCHIVED, Mark.SPAM, Mark.SPAM, Mark.ARCHIVED]
    assert topics(lead)[1:] == ["lead.archived", "lead.marked_as_spam", "lead.archived"]


def test_nobody_is_brought_back_who_was_not_put_aside() -> None:
    lead = a_lead()
    with pytest.raises(Conflict):
        lead.restore("person")
    assert topics(lead) == ["lead.captured"]


def test_a_lead_is_assigned_and_let_go() -> None:
    lead = a_lead()
    lead.assign(None)
    for user_id in (an_id(1), an_id(1), an_id(2), None):
        lead.assign(user_id)
    assert [event.user_id for event in lead.pending_events if isinstance(event, Lead.Assigned)] == [
        an_id(1),
        an_id(2),
        None,
    ]


def test_an_event_says_whether_the_lead_was_put_aside() -> None:
    lead = a_lead()
    lead.archive()
    moved(lead, HOT)
    lead.delete()
    marks = [event.mark for event in lead.pending_events if isinstance(event, Lead.StatusChanged | Lead.Deleted)]
    assert marks == [Mark.ARCHIVED, Mark.ARCHIVED]


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
