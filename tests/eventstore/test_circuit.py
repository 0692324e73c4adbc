"""While nothing can be appended, it is known, and found out by itself when something can be again."""

import pytest
from eventsourcing.persistence import OperationalError

from eventstore.circuit_breaker import PATIENCE_SECONDS, PROBE_SECONDS, Circuit, Trouble
from eventstore.recorder import Held
from tests.world import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(100.0)


@pytest.fixture
def circuit(clock: ManualClock) -> Circuit:
    return Circuit(clock)


def test_all_is_well_until_something_fails(circuit: Circuit) -> None:
    assert circuit.trouble is None
    assert circuit.probe_in is None
    circuit.check()


def test_whoever_wants_to_append_while_somebody_holds_the_head_is_told_at_once(
    circuit: Circuit, clock: ManualClock
) -> None:
    circuit.failed(Held("head"))
    assert circuit.trouble == Trouble("head", clock.now)
    with pytest.raises(Held, match="head"):
        circuit.check()


def test_trouble_lasts_since_it_began_and_not_since_it_was_last_seen(circuit: Circuit, clock: ManualClock) -> None:
    circuit.failed(Held("head"))
    clock.now += 40
    circuit.failed(Held("head"))
    assert circuit.trouble == Trouble("head", 100.0)
    circuit.failed(OperationalError())
    assert circuit.trouble == Trouble("database", 140.0)


def test_it_is_seen_now_and_then_whether_the_trouble_is_over(circuit: Circuit, clock: ManualClock) -> None:
    circuit.failed(Held("head"))
    assert circuit.probe_in == PROBE_SECONDS
    clock.now += 2 * PROBE_SECONDS
    assert circuit.probe_in == 0
    circuit.worked(has_appended=True)
    assert circuit.trouble is None


def test_nobody_looks_whether_the_trouble_is_over_when_there_is_none(circuit: Circuit) -> None:
    circuit.failed(Held("disk"))
    circuit.worked(has_appended=True)
    assert circuit.probe_in is None


def test_a_read_says_that_the_database_is_back_but_not_that_the_head_is_free(circuit: Circuit) -> None:
    circuit.failed(OperationalError())
    circuit.worked(has_appended=False)
    assert circuit.trouble is None
    circuit.failed(Held("head"))
    circuit.worked(has_appended=False)
    assert circuit.trouble is not None


def test_a_row_that_two_want_is_nobody_elses_trouble(circuit: Circuit) -> None:
    circuit.failed(Held("row"))
    assert circuit.trouble is None


def test_a_database_that_gives_no_sign_is_in_trouble_before_anything_fails(
    circuit: Circuit, clock: ManualClock
) -> None:
    circuit.work()
    clock.now += PATIENCE_SECONDS + 1
    assert circuit.is_stuck
    assert circuit.trouble == Trouble("database", 100.0)
    circuit.worked(has_appended=True)
    assert circuit.trouble is None


def test_a_writer_with_nothing_to_do_is_in_no_trouble(circuit: Circuit, clock: ManualClock) -> None:
    circuit.work()
    circuit.rest()
    clock.now += 3600
    assert circuit.trouble is None


def test_who_comes_in_the_middle_of_an_outage_does_not_wait_as_long_as_who_met_its_beginning(
    circuit: Circuit, clock: ManualClock
) -> None:
    circuit.failed(OperationalError())
    assert not circuit.gives_up(clock.now)
    clock.now += PATIENCE_SECONDS + 1
    assert circuit.gives_up(clock.now)


def test_of_a_full_disk_an_append_of_nothing_tells_nothing(circuit: Circuit, caplog: pytest.LogCaptureFixture) -> None:
    needed = [circuit.needs_room]
    for why in ("head", "disk", "disk"):
        circuit.failed(Held(why))
        needed.append(circuit.needs_room)
    assert needed == [False, False, True, True]
    assert [vars(record)["why"] for record in caplog.records] == ["head", "disk"]
