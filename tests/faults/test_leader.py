"""One program keeps the projections; when it is killed, the next one does within a second."""

import time
from datetime import UTC, datetime

from domain.vocabulary import Mode
from projections.registry import PROJECTIONS
from tests.harness.installation import Installation
from tests.world import CREATOR

AT_THE_HEAD = "SELECT FROM read.projections JOIN log.head USING (position)"
LISTENING = """SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN "%'"""


def wait_for_rows(installation: Installation, query: str, number: int, seconds: float) -> float:
    """Wait until a query finds that many rows; answers how long it took."""
    installation.conn.execute("LISTEN read_progress")
    begun = time.monotonic()
    while len(installation.conn.execute(query.encode()).fetchall()) < number:
        assert time.monotonic() - begun < seconds, installation.said
        list(installation.conn.notifies(timeout=0.02, stop_after=1))
    return time.monotonic() - begun


def test_when_the_program_that_leads_is_killed_another_leads_within_a_second(installation: Installation) -> None:
    installation.sign_up()
    leader = installation.start("api", port="0")
    wait_for_rows(installation, AT_THE_HEAD, len(PROJECTIONS), 30)
    follower = installation.start("api", port="0")
    wait_for_rows(installation, LISTENING, 2, 30)
    with installation.application(datetime.now(UTC)) as app:
        installation.kill(leader)
        app.change_mode(CREATOR, Mode.OFF)
        assert wait_for_rows(installation, AT_THE_HEAD, len(PROJECTIONS), 5) < 1
    assert follower.poll() is None
