"""The commands about projections: they show how far each is, make one anew, and show or give up what waits."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.rows import DictRow

from api.database.installation import installation_key, open_application
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.lead import Details, Lead
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform, Status
from projections.board import Board
from projections.registry import PROJECTIONS
from tests.api.cli.test_cli import refusal
from tests.harness.processes import in_process, listening, started
from tests.harness.waiting import wait_for_rows
from tests.projections.test_rebuild import WAITS
from tests.world import NO_POOL

Connection = psycopg.Connection[DictRow]


@pytest.fixture
def marta(database_url: str, settings: Settings) -> Iterator[tuple[Clonnect, Lead]]:
    """A lead of the creator `maria`."""
    with (
        open_application(database_url, installation_key(settings)) as app,
        context.acting("system", at=datetime.now(UTC)),
    ):
        app.sign_up_creator("maria", None, CreatorSettings())
        yield app, app.capture_lead("maria", NewLead(Platform.TELEGRAM, "4711", Details("Marta")))


def leads(generation: int) -> str:
    """The table of the cards."""
    board = Board(NO_POOL)
    board.show(generation)
    return board.table_names["leads"]


def columns(printed: str) -> dict[str, list[str]]:
    """A table as it was printed, by the first cell of each row."""
    return {line.split()[0]: line.split()[1:] for line in printed.splitlines()[1:]}


def shows_all(conn: Connection) -> str:
    """Finds something once every projection is at the head of the log."""
    return f"""SELECT count(*) FROM read.projections AS p JOIN log.head AS h USING (position)
              HAVING count(*) = {len(PROJECTIONS)}"""


@pytest.mark.usefixtures("marta")
def test_the_list_says_how_far_each_is(data_dir: Path, database_url: str, conn: Connection) -> None:
    before = columns(in_process(data_dir, "projections", "list", DATABASE_URL=database_url).stdout)
    assert list(before) == [kind.name for kind in PROJECTIONS]
    assert all(each[1:4] == ["live", "0", each[4]] and each[3] == each[4] != "0" for each in before.values())
    with listening(data_dir, "api", DATABASE_URL=database_url):
        wait_for_rows(conn, shows_all(conn))
    after = columns(in_process(data_dir, "projections", "list", DATABASE_URL=database_url).stdout)
    head = after["board"][3]
    assert after["board"][:-1] == [str(Board.version), "live", head, head, "0", "0.0", "0"]
    assert int(after["board"][-1]) > 0


def test_a_rebuild_by_a_command_is_shown_by_the_program_that_runs(
    data_dir: Path, database_url: str, conn: Connection, marta: tuple[Clonnect, Lead]
) -> None:
    app, lead = marta
    with listening(data_dir, "api", DATABASE_URL=database_url):
        wait_for_rows(conn, shows_all(conn))
        done = in_process(data_dir, "projections", "rebuild", "board", DATABASE_URL=database_url)
        assert re.match(r"board shows its new tables since position \d+", done.stdout), done.stderr
        app.edit_lead("maria", lead.id, {}, Status.HOT)
        wait_for_rows(conn, shows_all(conn))
        wait_for_rows(conn, f"SELECT FROM {leads(2)} WHERE status = 'hot'")
        assert conn.execute(f"SELECT status FROM {leads(1)}".encode()).fetchall() == [{"status": "new"}]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["rebuild", "ledger"], r"There is no projection ledger: they are board, .*agenda.*\."),
        (["rebuild", "replies"], r"replies is a process, .* would answer years of messages\."),
        (["rebuild", "board", "--cancel"], r"board is not being rebuilt\."),
        (["park", "list", "ledger"], r"There is no projection ledger: .*"),
        (["park", "replay", "board", "6f9d2c36-6a55-4c0e-8d0b-0f6cbb1d6a11"], r"The projection board has no tables.*"),
        (["park", "discard", "board", "6f9d2c36-6a55-4c0e-8d0b-0f6cbb1d6a11"], r"The projection board has no tables.*"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    data_dir: Path, database_url: str, arguments: list[str], sentence: str
) -> None:
    with psycopg.connect(database_url) as no_program_has_ever_run:
        no_program_has_ever_run.execute("DELETE FROM read.projections")
    assert re.fullmatch(sentence, refusal(in_process(data_dir, "projections", *arguments, DATABASE_URL=database_url)))


def test_a_killed_rebuild_is_gone_on_with_or_given_up(
    data_dir: Path, database_url: str, conn: Connection, marta: tuple[Clonnect, Lead]
) -> None:
    pipe = subprocess.DEVNULL
    for _ in range(2):
        with psycopg.connect(database_url) as erasing:
            erasing.execute("SELECT read.forget_lead(gen_random_uuid())")
            rebuild = started(
                data_dir, "projections", "rebuild", "board", out=pipe, errors=pipe, DATABASE_URL=database_url
            )
            with rebuild as program:
                wait_for_rows(conn, WAITS)
                program.kill()
        begun = conn.execute("SELECT generation, position FROM read.rebuilds").fetchall()
        assert begun == [{"generation": 2, "position": 0}]
    given_up = in_process(data_dir, "projections", "rebuild", "board", "--cancel", DATABASE_URL=database_url)
    assert given_up.stdout == "The rebuild of board is given up; what is shown has not changed.\n"
    assert conn.execute("SELECT to_regclass(%s) AS made", (leads(2),)).fetchall() == [{"made": None}]
    assert in_process(data_dir, "projections", "rebuild", "board", DATABASE_URL=database_url).returncode == 0
    assert conn.execute(f"SELECT count(*) AS n FROM {leads(2)}".encode()).fetchall() == [{"n": 1}]


def test_what_waits_is_listed_replayed_and_discarded(
    data_dir: Path, database_url: str, conn: Connection, marta: tuple[Clonnect, Lead]
) -> None:
    app, lead = marta
    assert in_process(data_dir, "projections", "park", "list", DATABASE_URL=database_url).stderr == "Nothing waits.\n"
    app.recorder.insert_events([StoredEvent(lead.id, lead.version + 1, Lead.StatusChanged.TOPIC, b"{}")])
    with listening(data_dir, "api", DATABASE_URL=database_url):
        wait_for_rows(conn, shows_all(conn))
    listed = in_process(data_dir, "projections", "park", "list", DATABASE_URL=database_url).stdout.splitlines()
    assert {"projection", "board", "conversations"} <= {line.split()[0] for line in listed}
    assert re.search(rf"{lead.id} +\d+ +lead\.status_changed +1 +.*unreadable \(ValidationError\)", listed[1])

    replayed = in_process(data_dir, "projections", "park", "replay", "board", DATABASE_URL=database_url)
    assert re.fullmatch(rf"{lead.id}: 0 events are shown; it waits at position \d+ now: unread.*\n", replayed.stdout)
    discarded = in_process(data_dir, "projections", "park", "discard", "board", str(lead.id), DATABASE_URL=database_url)
    assert discarded.stdout == f"{lead.id}: 0 events are shown; nothing waits any more.\n"
    again = in_process(data_dir, "projections", "park", "discard", "board", str(lead.id), DATABASE_URL=database_url)
    assert refusal(again) == f"Nothing of the stream {lead.id} waits in board."
