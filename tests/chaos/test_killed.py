"""Workers are killed in the middle of what they do: nothing is lost, and nothing is done twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.peers.bots import bots
from tests.bench.peers.ground import Ground
from tests.chaos.killed_reactions import kill_while_reacting
from tests.chaos.killed_sends import kill_while_sending
from tests.chaos.reports.killing import KILLED_LEADER, KILLED_SENDER, reactions_tables, sends_tables


@pytest.fixture
def ground(database_url: str, data_dir: Path) -> Iterator[Ground]:
    with bots() as platform:
        yield Ground.of_one(database_url, data_dir, platform)


def test_follow_ups_go_out_once_although_two_workers_are_killed_while_they_send(ground: Ground) -> None:
    found = kill_while_sending(ground, ground.database(), 300, kills=2)
    assert found.faults == {}
    assert found.promised == found.sent + found.uncertain == 300
    assert [each.kill.others for each in found.kills] == [1, 0]
    assert sends_tables(found).splitlines()[-1].count("|") == len(KILLED_SENDER) + 1


def test_messages_are_understood_once_and_in_order_although_whoever_reacts_is_killed(ground: Ground) -> None:
    found = kill_while_reacting(ground, ground.database(), 240, 90, kills=1, seed=11)
    assert found.faults == {}
    assert found.understood == found.written >= 240
    assert reactions_tables(found, 90).splitlines()[-1].count("|") == len(KILLED_LEADER) + 1
