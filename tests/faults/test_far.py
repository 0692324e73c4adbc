"""A worker far from the database loses nothing of what somebody writes faster than it can react."""

from tests.chaos.far import write_to_a_far_worker
from tests.chaos.reports.leading import FAR, far_table
from tests.harness.installation import Installation


def test_whoever_writes_faster_than_a_far_worker_reacts_is_understood_each_time_and_answered_once(
    installation: Installation,
) -> None:
    found = write_to_a_far_worker(installation, seconds=0.5, per_second=20, away=0.03)
    assert found.faults == {}
    assert found.understood == found.written > 0
    assert found.answered > 0
    assert far_table(found, 0.5).splitlines()[-1].count("|") == len(FAR) + 1
