"""The log keeps its promises while connections are lost and programs are killed."""

from pathlib import Path
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from tests.chaos.following import LogSubscriber
from tests.chaos.library import library_recorder
from tests.chaos.proxy import AT_COMMIT, Cut, Rates
from tests.chaos.reports.log import HEADINGS, row_of
from tests.chaos.torture import Findings, compare, everything, following, torture
from tests.harness.waiting import wait_until


def test_nothing_is_skipped_doubled_or_lost_while_connections_break_and_programs_die(
    database_url: str, tmp_path: Path
) -> None:
    found = torture(database_url, tmp_path, commands=480, rates=Rates(at_commit=0.15, per_second=2), kills=1)

    assert found.failed_programs == []
    assert found.faults == {}
    assert all(found.cuts[cut] > 0 for cut in (Cut.ANYWHERE, *AT_COMMIT))
    assert found.acknowledged > 300
    assert row_of("ours", found, 1).count("|") == len(HEADINGS) + 1


def test_the_same_search_finds_what_the_librarys_own_function_skips(database_url: str) -> None:
    """Two appends, of which the one that got its position first commits last."""
    with library_recorder(database_url, 3) as recorder, following(LogSubscriber(recorder)) as follower:
        with recorder.datastore.get_connection() as slow, slow.transaction():
            first = recorder.construct_pg_stored_event(uuid4(), 1, "first", b"{}")
            slow.execute(recorder.sql_invoke_pg_function_insert_events, ([first],))
            recorder.insert_events([StoredEvent(uuid4(), 1, "second", b"{}")])
            wait_until(lambda: follower.seen)
        found = Findings()
        compare(follower.seen, everything(recorder), found)
    assert [each.position for each in found.skipped] == [1]
