"""The log keeps its promises while connections are lost and programs are killed."""

from pathlib import Path

from tests.chaos.proxy import AT_COMMIT, Cut, Rates
from tests.chaos.reports.log import HEADINGS, row_of
from tests.chaos.torture import WRITERS, torture, torture_library

MOST_ATTEMPTS = 10


def test_nothing_is_skipped_doubled_or_lost_while_connections_break_and_programs_die(
    database_url: str, tmp_path: Path
) -> None:
    found = torture(database_url, tmp_path, commands=480, rates=Rates(at_commit=0.15, per_second=2), kills=1)

    assert found.faults == {}
    assert all(found.cuts[cut] > 0 for cut in (Cut.ANYWHERE, *AT_COMMIT))
    assert found.acknowledged > 300
    assert row_of("ours", found, 1).count("|") == len(HEADINGS) + 1


def test_the_same_search_finds_what_the_librarys_own_function_skips(database_url: str, tmp_path: Path) -> None:
    for attempt in range(MOST_ATTEMPTS):
        found = torture_library(database_url, tmp_path, commands=480, seed=attempt * len(WRITERS))
        assert not found.failed_programs
        if found.skipped:
            return
    raise AssertionError("the search cannot find a skipped event, so that it proves nothing about ours")
