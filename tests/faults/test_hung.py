"""A program that is stopped as a whole, and wakes up later, holds nobody up and does nothing twice."""

from tests.chaos.hanging import hang
from tests.chaos.reports.leading import HUNG, hung_table
from tests.harness.installation import Installation

STOPPED_SECONDS = 25.0
SOON_SECONDS = 20.0
"""What takes three to five seconds on a machine that has time for it; `make chaos` says how long."""


def test_when_the_program_that_leads_everything_hangs_another_leads_long_before_it_wakes(
    installation: Installation,
) -> None:
    found = hang(installation, STOPPED_SECONDS, people_per_second=1)
    assert found.faults == []
    assert found.unseen < SOON_SECONDS
    assert 0 < found.first_answer < SOON_SECONDS
    assert found.said.keys() <= {"leader"}
    assert 0 < found.woken < SOON_SECONDS
    assert hung_table(found, STOPPED_SECONDS).splitlines()[-1].count("|") == len(HUNG) + 1
