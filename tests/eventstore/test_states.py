"""A state is read back as it was written, whatever happened before, and goes on from there like any other."""

import copy
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from domain.aggregate import Aggregate
from domain.application import Clonnect
from domain.lead import Details, Lead
from domain.nurturing.steps import Step
from domain.vocabulary import Language, Mode, Role, SequenceType
from eventstore.state_codec import read, written
from tests.domain.builders import ANA, a_lead
from tests.domain.test_follower_always import Anything, may_be_refused

MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])).map(
    lambda moment: moment.replace(fold=0)  # of an offset there is only one
)
SIMPLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.uuids(),
    MOMENTS,
    st.dates(),
    st.times().map(lambda each: each.replace(fold=0)),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.sampled_from(Language),
)
KEYS = st.one_of(st.text(), st.uuids(), st.integers(), st.sampled_from(Language), st.tuples(st.text(), st.uuids()))
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(KEYS, inner),
        st.builds(lambda each: Details(notes=each), inner),
    ),
)


def read_back(aggregate: Aggregate) -> Any:
    """What a program that finds the written state has in hand."""
    return read(type(aggregate), aggregate.id, aggregate.version, written(aggregate))


def spelled_out(aggregate: Aggregate) -> str:
    """The whole state, with the type of each value and the order of each collection."""
    return re.sub(
        r"tzinfo=(TzInfo\(\w+\)|datetime\.timezone\.utc)", "tzinfo=UTC", repr(sorted(vars(aggregate).items()))
    )


def happens(aggregate: Any, event: Any) -> Any:
    return event.mutate(aggregate)


class Histories(Anything):
    """Anything that happens to a person, a creator, their keys and a sequence, looked at from points on the way."""

    @rule(quiet=st.integers(0, 23), zone=st.sampled_from(["Europe/Madrid", "UTC"]), mode=st.sampled_from([None, *Mode]))
    def the_creator_has_other_wishes(self, quiet: int, zone: str, mode: Mode | None) -> None:
        with may_be_refused():
            wishes = {"quiet_from": time(quiet), "timezone": zone}
            self.business.do(Clonnect.change_settings, ANA, wishes, mode)

    @rule(messages=st.dictionaries(st.sampled_from(Language), st.just("¿Te ayudo?")))
    def the_steps_change(self, messages: dict[Language, str]) -> None:
        steps = (Step(2, "¿Te lo pensaste?", messages=messages or None),)
        self.business.do(Clonnect.change_steps, ANA, SequenceType.OBJECTION_PRICE, steps)

    @rule(name=st.text(max_size=3), tags=st.lists(st.sampled_from("ab")).map(tuple))
    def the_details_change(self, name: str, tags: tuple[str, ...]) -> None:
        with may_be_refused():
            lead_id = self.business.follower.lead_id
            self.business.do(Clonnect.edit_lead, ANA, lead_id, {"name": name, "tags": tags}, None)

    @rule(prefix=st.sampled_from("abc"), role=st.sampled_from(Role), revoked=st.booleans())
    def the_keys_change(self, prefix: str, role: Role, revoked: bool) -> None:
        with may_be_refused():
            if revoked:
                self.business.do(Clonnect.revoke_key, ANA, prefix, role, in_transaction=())
            else:
                self.business.do(Clonnect.issue_key, ANA, prefix, role, None, self.business.now, in_transaction=())

    def teardown(self) -> None:
        app = self.business.app
        found: Any = app.recorder.select_notifications(1, 100_000)
        for stream in {each.originator_id for each in found}:
            events = list(app.events.get(stream))
            whole: Any = reduce(happens, events, None)
            for kept in range(1, len(events) + 1, max(1, len(events) // 10)):
                then: Aggregate = reduce(happens, events[:kept], None)
                now: Any = reduce(happens, events[kept:], read_back(then))
                assert type(now) is type(whole)
                assert vars(now) == vars(whole)
                assert spelled_out(now) == spelled_out(whole)


Histories.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestHistories = Histories.TestCase


@given(VALUES)
@settings(deadline=None)
def test_every_kind_of_value_comes_back_as_what_it_was(value: Any) -> None:
    lead = a_lead()
    lead.collect_events()
    vars(lead)["value"] = value
    again = read_back(lead)
    assert again.value == value
    assert spelled_out(again) == spelled_out(lead)


def test_a_number_too_big_and_a_moment_too_exact_for_others_come_back() -> None:
    lead = a_lead()
    values = (10**40, -0.0, float("inf"), datetime(1, 1, 1, tzinfo=UTC), date.max, timedelta.min, Decimal("1.10"))
    vars(lead)["value"] = values
    assert str(read_back(lead).value) == str(values)


def test_what_is_read_shares_nothing_with_what_was_written() -> None:
    lead = a_lead(details=Details(tags=("a",)))
    before = copy.deepcopy(lead)
    read_back(lead).erased_counts["events"] = 1
    assert lead.erased_counts == before.erased_counts == {}


class NotAValue:
    pass


@dataclass
class Elsewhere:
    """A dataclass outside of the aggregates' package."""

    ran: bool = True


def test_what_could_not_be_read_back_is_not_written() -> None:
    lead = a_lead()
    vars(lead)["value"] = [NotAValue()]
    with pytest.raises(TypeError, match="NotAValue"):
        written(lead)


@pytest.mark.parametrize(
    "name",
    [
        "tests.eventstore.test_states:Elsewhere",
        "subprocess:Popen",
        "domain.nurturing.steps:Step",
        "domain.person.names:visible",
    ],
)
def test_a_state_brings_nothing_to_life_but_values_of_the_modules_that_its_aggregate_is_made_of(name: str) -> None:
    with pytest.raises(TypeError, match=r"is none of|is no value"):
        read(Lead, UUID(int=1), 1, b'{"value":["%s",{}]}' % name.encode())
