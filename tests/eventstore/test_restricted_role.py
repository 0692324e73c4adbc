"""The program works as a role that can add to the log and change nothing in it, made as docs/operations.md says."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow

from api.bootstrap import run
from api.database.installation import installation_key, open_application
from api.settings import Settings
from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.vocabulary import Status
from eventstore.integrity import check_log
from eventstore.snapshots import GROWN
from tests.harness.runtime import MONDAY, acting, events, on_the_phone, say
from tests.world import CREATOR, sign_up

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
PHONE = "ig_7712039485711"
Conn = psycopg.Connection[DictRow]


def statements(role: str) -> str:
    """What the page tells the owner of a database to do, for a role of this test's own."""
    found = re.search(r"### A role that can only append.*?```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    return found[1].replace("clonnect_app", role)


@pytest.fixture
def role(conn: Conn) -> Iterator[str]:
    name = f"clonnect_app_{uuid4().hex[:12]}"
    yield name
    conn.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER; DROP OWNED BY {name}; DROP ROLE {name}".encode())


@pytest.fixture
async def restricted(database_url: str, conn: Conn, role: str, settings: Settings) -> str:
    """An installation that its owner has run before it is handed over; the role's address."""
    conn.execute(f"UPDATE app.clock SET is_demo = true, ahead = {MONDAY} - now()".encode())
    with open_application(database_url, installation_key(settings)) as app:
        sign_up(app, settings)
    async with run(settings, database_url, work=True) as runtime:
        await say(runtime, PHONE, "hola", "0", "Marta")
    conn.execute(statements(role).replace("'choose one'", "'secret'").encode())
    return make_conninfo(database_url, user=role, password="secret")


async def test_the_main_job_is_done_by_a_role_that_can_only_append(
    restricted: str, settings: Settings, conn: Conn
) -> None:
    async with run(settings, restricted, work=True) as runtime:
        lead_id = await say(runtime, PHONE, "me parece caro el curso", "1", "Marta")
        assert await move_clock(runtime, runtime.clock() + timedelta(days=4))
        assert len(on_the_phone(conn, PHONE)) > 2
        assert events(runtime, Follower.FollowUpSent)
        for number in range(GROWN):
            details = {"notes": f"Nota {number}"}
            await acting(runtime, Clonnect.edit_lead, CREATOR, lead_id, details, (Status.HOT, Status.NEW)[number % 2])
        with context.acting("person:1"):
            await runtime.erasure.erase(CREATOR, PHONE)
        assert await settle(runtime)
        assert len(events(runtime, Lead.Erased)) == 1
        assert (await runtime.board.counts(CREATOR))[Status.NEW] == 0
    with psycopg.connect(restricted) as reading:
        assert check_log(reading).position > 2 * GROWN


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO log.events SELECT * FROM log.events",
        "UPDATE log.events SET topic = 'lead.deleted'",
        "DELETE FROM log.events",
        "TRUNCATE log.events",
        "UPDATE log.head SET position = 0",
        "DELETE FROM log.head",
        "ALTER TABLE log.events DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON log.events",
        "CREATE OR REPLACE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP SCHEMA log CASCADE",
        "DELETE FROM vault.data_keys",
    ],
)
async def test_the_role_can_change_nothing_that_was_written(restricted: str, conn: Conn, change: str) -> None:
    before = conn.execute("SELECT * FROM log.events").fetchall()
    with psycopg.connect(restricted, autocommit=True) as role, pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(change.encode())
    assert conn.execute("SELECT * FROM log.events").fetchall() == before


async def test_who_may_only_read_the_log_cannot_append_to_it(conn: Conn, database_url: str, role: str) -> None:
    conn.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA log TO {role}".encode())
    with (
        psycopg.connect(make_conninfo(database_url, user=role, password="secret")) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        reader.execute("SELECT log.append_events('{}', '{}', '{}', '{}', '{}', '{}')")
