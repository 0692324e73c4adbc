"""A program that is stopped as a whole, and wakes up later, holds nobody up and does nothing twice."""

from tests.chaos.hanging import hang
from tests.faults.conftest import Installation


def test_when_the_program_that_leads_everything_hangs_another_leads_within_five_seconds(
    installation: Installation,
) -> None:
    found = hang(installation, seconds=6, people_per_second=2)
    assert found.faults == []
    assert found.unseen < 5  # no screen shows anything that is older than that
    assert 0 < found.first_answer < 8  # a bot has to be asked anew first
    assert found.said.keys() <= {"leader"}
    assert 0 < found.woken < 5
