"""What an import does to strangers, to the known, and to those who were deleted; and how it is taken back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import context
from domain.application import Clonnect
from domain.commands.imports import Kept, People, Row, Taken, TakenBack, Trace
from domain.errors import NotFound
from domain.follower.follower import Follower
from domain.lead import Details, Lead
from domain.lead_and_follower import NewLead
from domain.scoring.score import Score
from domain.vocabulary import Intent, Platform, SequenceType, Status
from tests.domain.builders import (
    ANA,
    BEA,
    MARTA,
    NAMESPACE,
    NOW,
    Business,
    a_lead,
    an_id,
    at,
    nothing_happens,
    this_happens,
)

P = ParamSpec("P")
R = TypeVar("R")
NEW, ACTIVE, HOT, CUSTOMER = Status
IMPORT, AGAIN, REVERT = an_id(1), an_id(2), an_id(3)


@pytest.fixture
def business() -> Business:
    business = Business()
    business.signs_up(BEA)
    return business


@contextmanager
def story(business: Business, correlation_id: UUID) -> Iterator[None]:
    with context.acting("person:ana", correlation_id=correlation_id, at=business.now):
        yield


def within(
    business: Business,
    correlation_id: UUID,
    command: Callable[Concatenate[Clonnect, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """Give a command as part of a story."""
    with story(business, correlation_id):
        return command(business.app, *args, **kwargs)


def a_row(who: str = MARTA, line: int = 2, status: Status | None = None, **details: Any) -> Row:
    new = NewLead(Platform.TELEGRAM, who, Details(**{"name": "Marta"} | details), status or NEW)
    return Row(line, new, status)


def imports(business: Business, *rows: Row, import_id: UUID = IMPORT, creator_id: str = ANA) -> Taken:
    return within(business, import_id, Clonnect.import_leads, creator_id, rows, len(rows))


def lead_of(business: Business, who: str = MARTA, creator_id: str = ANA) -> Lead:
    return business.app.lead_known_as(creator_id, f"tg_{who}")


def untouched(business: Business, lead: Lead, before: Lead | None = None, **more: Any) -> Trace:
    """What the log tells of a lead that nobody has touched since."""
    follower = business.app.follower(lead.follower_id)
    return Trace(lead.id, lead.version, follower.version, before, **more)


def reverts(business: Business, *traces: Trace, creator_id: str = ANA) -> TakenBack:
    return within(business, REVERT, Clonnect.revert_import, creator_id, IMPORT, traces)


def test_a_stranger_becomes_a_lead_that_was_imported(business: Business) -> None:
    with this_happens(business, "lead_import.begun", "follower.met", "lead.captured", "lead.scored"):
        taken = imports(business, a_row(status=HOT, email="marta@example.com"))
    assert taken == Taken(IMPORT, created=1)
    lead = lead_of(business)
    assert (lead.source, lead.status, lead.details.email) == ("import", HOT, "marta@example.com")
    assert lead.score.value(NOW) == pytest.approx(0.7)


def test_of_a_known_person_only_what_the_row_gives_is_changed(business: Business) -> None:
    lead = business.do(
        Clonnect.capture_lead, ANA, a_row(email="marta@example.com", notes="met in Madrid", tags=("vip",)).new
    )
    taken = imports(business, a_row(notes="met in Lisbon"))
    assert taken == Taken(IMPORT, updated=1)
    changed = lead_of(business)
    assert changed.id == lead.id
    assert changed.details == Details(name="Marta", email="marta@example.com", notes="met in Lisbon", tags=("vip",))
    assert (changed.status, changed.source) == (NEW, "manual")


def test_a_stage_that_the_row_gives_is_a_move_by_hand(business: Business) -> None:
    business.do(Clonnect.capture_lead, ANA, a_row(status=HOT).new)
    imports(business, a_row(status=ACTIVE))
    moved = business.last("lead.status_changed")
    assert (moved["before"], moved["after"], moved["by_hand"], moved["reason"]) == ("hot", "active", True, "imported")
    assert lead_of(business).ceiling is ACTIVE


def test_a_customer_in_the_file_is_not_talked_into_buying_any_more(business: Business) -> None:
    business.says()
    business.understood(Intent.OBJECTION_PRICE)
    assert business.enrolled()
    imports(business, a_row(status=CUSTOMER))
    assert business.run is None


def test_what_is_so_already_leaves_no_event(business: Business) -> None:
    imports(business, a_row(status=HOT, tags=("vip",)))
    with nothing_happens(business):
        taken = imports(business, a_row(status=HOT, tags=("vip",)), import_id=AGAIN)
    assert taken == Taken(AGAIN, unchanged=1)
    with pytest.raises(NotFound):
        business.app.lead_import(ANA, AGAIN)


def test_the_later_row_about_a_person_changes_what_the_earlier_made(business: Business) -> None:
    taken = imports(business, a_row(notes="first"), a_row(line=3, notes="second"), a_row(line=4))
    assert taken == Taken(IMPORT, created=1, updated=1, unchanged=1)
    assert lead_of(business).details.notes == "second"


def test_who_was_deleted_begins_anew_and_is_counted_apart(business: Business) -> None:
    first = business.do(Clonnect.capture_lead, ANA, a_row(notes="old").new)
    business.do(Clonnect.delete_lead, ANA, first.id)
    assert imports(business, a_row()) == Taken(IMPORT, returned=1)
    lead = lead_of(business)
    assert (lead.id == first.id, lead.details.notes, lead.source) == (False, None, "import")
    with pytest.raises(NotFound):
        business.app.lead(ANA, first.id)


def test_a_stranger_needs_a_name_and_a_known_person_keeps_theirs(business: Business) -> None:
    imports(business, a_row())
    taken = imports(
        business,
        a_row(name=None, notes="still Marta"),
        a_row("2002", line=3, name=None),
        a_row("3003", line=4),
        import_id=AGAIN,
    )
    assert taken == Taken(AGAIN, created=1, updated=1, nameless=(3,))
    assert lead_of(business).details == Details(name="Marta", notes="still Marta")
    with pytest.raises(NotFound):
        lead_of(business, "2002")


def test_an_import_is_known_to_its_creator_alone(business: Business) -> None:
    imports(business, a_row())
    assert business.app.lead_import(ANA, IMPORT).import_id == IMPORT
    for creator_id, import_id in ((BEA, IMPORT), (ANA, AGAIN)):
        with pytest.raises(NotFound):
            business.app.lead_import(creator_id, import_id)


def test_all_parts_of_a_file_are_one_import(business: Business) -> None:
    imports(business, a_row())
    with this_happens(business, "follower.met", "lead.captured"):
        imports(business, a_row("2002", line=3))


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.builds(
            a_row,
            st.sampled_from(["1", "2", "3", "deleted"]),
            notes=st.sampled_from([None, "a", "b"]),
            name=st.sampled_from([None, "Marta"]),
            status=st.sampled_from([None, NEW, HOT]),
        ),
        max_size=12,
    ),
    size=st.integers(1, 4),
)
def test_a_trial_says_what_the_import_then_does_and_changes_nothing(rows: list[Row], size: int) -> None:
    business = Business()
    gone = business.do(Clonnect.capture_lead, ANA, a_row("deleted").new)
    business.do(Clonnect.delete_lead, ANA, gone.id)
    business.do(Clonnect.capture_lead, ANA, a_row("3").new)
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    people: People = {}
    persons = [row.person for row in rows]
    recurring = {person for person in persons if persons.count(person) > 1}
    with nothing_happens(business), story(business, IMPORT):
        tried = [business.app.try_import(ANA, part, people, recurring) for part in parts]
    assert tried == [imports(business, *part) for part in parts]
    assert len(people) <= len(recurring)


def test_a_trial_remembers_nobody_whom_the_file_does_not_name_again(business: Business) -> None:
    people: People = {}
    with story(business, IMPORT):
        business.app.try_import(ANA, [a_row(), a_row("2002")], people, {(Platform.TELEGRAM, "2002")})
    assert [follower.platform_user_id for follower, _ in people.values()] == ["2002"]


def test_what_an_import_made_is_deleted(business: Business) -> None:
    imports(business, a_row())
    lead = lead_of(business)
    with this_happens(business, "lead_import.reverted", "lead.deleted", "follower.life_ended"):
        assert reverts(business, untouched(business, lead)) == TakenBack(1, ())
    with pytest.raises(NotFound):
        lead_of(business)
    assert business.app.lead_import(ANA, IMPORT).reverts == {REVERT}


def test_what_an_import_changed_is_as_it_was(business: Business) -> None:
    business.do(Clonnect.capture_lead, ANA, a_row(status=ACTIVE, email="marta@example.com", tags=("vip",)).new)
    before = lead_of(business)
    business.passes(days=3)
    imports(business, a_row(status=HOT, name="Marta López", email="m@example.com", notes="x", tags=("new",)))
    business.passes(hours=1)
    lead = lead_of(business)
    assert reverts(business, untouched(business, lead, before)) == TakenBack(1, ())
    after = lead_of(business)
    assert (after.details, after.status, after.score) == (before.details, before.status, before.score)
    assert (after.id, after.ceiling) == (before.id, before.ceiling)


def test_a_run_that_the_import_began_ends_with_it(business: Business) -> None:
    business.says()
    before = lead_of(business)
    imports(business, a_row(status=CUSTOMER))
    with story(business, IMPORT):
        assert business.app.enrol(
            business.follower.id,
            SequenceType.POST_PURCHASE,
            trigger="status",
            trigger_event_id=an_id(9),
            anchor_at=business.now,
        )
    run = business.run
    assert run is not None
    trace = untouched(business, lead_of(business), before, begun_run=run.enrolment_id)
    assert reverts(business, trace) == TakenBack(1, ())
    assert business.run is None
    assert business.last("follower.enrolment_ended")["reason"] == "cancelled"


def test_a_run_from_before_the_import_goes_on(business: Business) -> None:
    business.says()
    business.understood(Intent.OBJECTION_PRICE)
    assert business.enrolled()
    before = lead_of(business)
    imports(business, a_row(notes="x"))
    reverts(business, untouched(business, lead_of(business), before))
    assert business.run is not None


@pytest.mark.parametrize("kept", ["changed", "conversation", "deleted", "reverted"])
def test_what_is_to_be_kept_is_kept(business: Business, kept: Kept) -> None:
    imports(business, a_row())
    lead = lead_of(business)
    with nothing_happens(business):
        assert reverts(business, untouched(business, lead, kept=kept)) == TakenBack(0, ((lead.id, kept),))


def test_a_lead_that_changes_at_the_last_moment_is_kept(business: Business) -> None:
    imports(business, a_row(), a_row("2002", line=3), a_row("3003", line=4), a_row("4004", line=5))
    marta, second, third, fourth = (lead_of(business, who) for who in (MARTA, "2002", "3003", "4004"))
    traces = [untouched(business, lead) for lead in (marta, second, third, fourth)]
    business.do(Clonnect.edit_lead, ANA, marta.id, {"notes": "x"}, None)
    business.says("hola", who="2002")
    business.do(Clonnect.delete_lead, ANA, third.id)
    assert reverts(business, *traces) == TakenBack(
        1, ((marta.id, "changed"), (second.id, "changed"), (third.id, "deleted"))
    )
    with pytest.raises(NotFound):
        lead_of(business, "4004")


def test_nobody_takes_back_another_creators_import(business: Business) -> None:
    imports(business, a_row())
    trace = untouched(business, lead_of(business))
    with nothing_happens(business), pytest.raises(NotFound):
        reverts(business, trace, creator_id=BEA)
    imports(business, a_row("2002"), creator_id=BEA)
    with nothing_happens(business):
        assert reverts(business, trace, creator_id=BEA) == TakenBack(0, ((trace.lead_id, "deleted"),))


def the_same_for_automation(left: Lead, right: Lead) -> bool:
    """Whether the machine may do the same to both."""
    for status in Status:
        for lead in (left, right):
            lead.change_status(status, by_hand=False, reason="interest", now=NOW)
        if left.status is not right.status:
            return False
    return True


@given(moves=st.lists(st.tuples(st.sampled_from(Status), st.booleans()), max_size=4), given=st.sampled_from(Status))
def test_a_lead_that_is_put_back_may_be_lifted_as_far_as_before(
    moves: list[tuple[Status, bool]], given: Status
) -> None:
    def moved() -> Lead:
        lead = a_lead(NEW)
        for status, by_hand in moves:
            lead.change_status(status, by_hand=by_hand, reason="moved", now=NOW)
        return lead

    with at(NOW):
        before, lead = moved(), moved()
        lead.change_status(given, by_hand=True, reason="imported", now=NOW)
        lead.put_back(before, NOW + timedelta(hours=1))
        assert (lead.status, lead.score, lead.details) == (before.status, before.score, before.details)
        assert the_same_for_automation(lead, before)


def test_a_score_that_is_put_back_keeps_the_age_of_its_reasons() -> None:
    with at(NOW):
        before, lead = a_lead(), a_lead()
        for each in (before, lead):
            each.rate(Score().given(0.8, NOW - timedelta(days=14)), NOW)
        lead.rate(Score().given(0.1, NOW), NOW)
        lead.put_back(before, NOW)
    assert lead.score.value(NOW) == pytest.approx(0.4)


def test_a_follower_is_found_by_the_id_that_the_file_gives(business: Business) -> None:
    received = business.says()
    assert imports(business, a_row(notes="knows us from the chat")).updated == 1
    assert lead_of(business).id == received.lead_id
    assert lead_of(business).follower_id == Follower.create_id(NAMESPACE, ANA, Platform.TELEGRAM, MARTA)


def test_a_row_says_whom_it_is_about() -> None:
    row = a_row()
    assert row.person == replace(row, line=9).person == (Platform.TELEGRAM, MARTA)
