"""One program keeps the projections; when it is killed, the next one does. `make chaos` says how soon."""

from datetime import UTC, datetime

from domain.vocabulary import Mode
from projections.registry import PROJECTIONS
from tests.harness.installation import Installation
from tests.harness.waiting import wait_for_rows
from tests.world import CREATOR

AT_THE_HEAD = "SELECT FROM read.projections JOIN log.head USING (position)"
LISTENING = """SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN "%'"""


def test_when_the_program_that_leads_is_killed_another_leads(installation: Installation) -> None:
    installation.sign_up()
    leader = installation.start("api", port="0")
    wait_for_rows(installation.conn, AT_THE_HEAD, len(PROJECTIONS), lambda: installation.said)
    follower = installation.start("api", port="0")
    wait_for_rows(installation.conn, LISTENING, 2, lambda: installation.said)
    with installation.application(datetime.now(UTC)) as app:
        installation.kill(leader)
        app.change_mode(CREATOR, Mode.OFF)
        wait_for_rows(installation.conn, AT_THE_HEAD, len(PROJECTIONS), lambda: installation.said)
    assert follower.poll() is None
