import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from pydantic import SecretStr

from api.database.cluster import explain
from api.database.connect import open_database
from api.errors import DatabaseUnavailable
from api.settings import Settings
from tests.harness.processes import LISTENS, ROOT, started
from tests.harness.waiting import PATIENCE, wait_until

GONE_SECONDS = 30
"""How long a test waits at most for a server to be started again, on however busy a machine."""

HOLDER = """
    import select
    import signal
    import sys
    from pathlib import Path
    from api.database.embedded import embedded_server

    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a suite in the background passes on as ignored
    with embedded_server(Path(sys.argv[1])) as url:
        print(url, flush=True)
        while not select.select([sys.stdin], [], [], 0.1)[0]:
            pass  # a read is not ended by a signal that comes just before it begins
"""


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir)


@contextmanager
def another_program(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """A program of its own that uses the embedded server until its stdin closes."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDER), str(data_dir / "postgres")]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout
        assert program.stdout.readline().startswith("postgresql://")
        yield program


def postmaster(data_dir: Path) -> psutil.Process:
    return psutil.Process(int((data_dir / "postgres/postmaster.pid").read_text().splitlines()[0]))


def runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS remembered (word text)")
        connection.execute("INSERT INTO remembered VALUES (%s)", [word])


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM remembered ORDER BY word")]


def reach_again(url: str) -> None:
    """Ask until the server answers: it is looked for every half second, and recovers first."""

    def answers() -> bool:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    wait_until(answers)


def test_without_a_server_of_its_own_the_program_brings_one(settings: Settings) -> None:
    with open_database(settings) as database:
        assert database.embedded
        server = postmaster(settings.data_dir)
        with psycopg.connect(database.url) as connection:
            for name, value in {"fsync": "on", "synchronous_commit": "on", "listen_addresses": ""}.items():
                assert connection.execute(f"SHOW {name}").fetchone() == (value,)
        remember(database.url, "kept")
    wait_until(lambda: not runs(server))
    with open_database(settings) as database:
        assert remembered(database.url) == ["kept"]


def test_the_database_is_closed_to_other_people_of_the_machine(settings: Settings) -> None:
    with open_database(settings):
        folder = settings.data_dir / "postgres"
        assert folder.stat().st_mode & 0o077 == 0
        assert (settings.data_dir / "postgres.users").stat().st_mode & 0o077 == 0


def test_the_last_program_to_leave_stops_the_server(settings: Settings) -> None:
    with another_program(settings.data_dir) as first:
        server = postmaster(settings.data_dir)
        with open_database(settings) as database:
            first.communicate("")
            remember(database.url, "still there")
            assert postmaster(settings.data_dir) == server
        wait_until(lambda: not runs(server))


def test_a_program_that_was_killed_does_not_keep_the_server_from_stopping(settings: Settings) -> None:
    with another_program(settings.data_dir) as killed:
        killed.kill()
    server = postmaster(settings.data_dir)
    with open_database(settings):
        assert postmaster(settings.data_dir) == server
    wait_until(lambda: not runs(server))


def test_after_everything_was_killed_the_next_start_recovers_what_was_committed(settings: Settings) -> None:
    with another_program(settings.data_dir) as program:
        with open_database(settings) as database:
            remember(database.url, "committed")
        server = postmaster(settings.data_dir)
        program.kill()
        server.kill()
    with open_database(settings) as database:
        assert remembered(database.url) == ["committed"]


def test_a_server_that_is_killed_is_started_again_by_the_program_that_uses_it(settings: Settings) -> None:
    with open_database(settings) as database:
        remember(database.url, "committed")
        killed = postmaster(settings.data_dir)
        killed.kill()
        reach_again(database.url)
        assert remembered(database.url) == ["committed"]
        server = postmaster(settings.data_dir)
        assert server != killed
    wait_until(lambda: not runs(server))


def test_of_two_programs_that_miss_their_server_one_starts_it(settings: Settings) -> None:
    with another_program(settings.data_dir) as other, open_database(settings) as database:
        postmaster(settings.data_dir).kill()
        reach_again(database.url)
        server = postmaster(settings.data_dir)
        other.communicate("")
        remember(database.url, "still there")
        assert postmaster(settings.data_dir) == server


def test_a_program_whose_data_was_taken_away_ends_and_makes_no_empty_database(data_dir: Path) -> None:
    program = started(data_dir, "serve", "--port", "0", out=subprocess.PIPE, errors=subprocess.PIPE)
    try:
        assert program.stdout
        assert program.stdout.readline().startswith(LISTENS)
        server = postmaster(data_dir)
        (data_dir / "postgres").rename(data_dir / "elsewhere")
        server.kill()
        _, said = program.communicate(timeout=GONE_SECONDS)
    finally:
        program.kill()
    assert program.returncode == 1
    assert said.splitlines()[-1].startswith(f"clonnect: The database in {data_dir}/postgres is gone")
    assert not (data_dir / "postgres").exists()


def test_the_server_starts_although_its_old_number_now_is_another_program(settings: Settings) -> None:
    with open_database(settings):
        pid_file = (settings.data_dir / "postgres/postmaster.pid").read_text()
    (settings.data_dir / "postgres/postmaster.pid").write_text(pid_file.replace(pid_file.split()[0], str(os.getppid())))
    with open_database(settings) as database:
        remember(database.url, "started")


def test_a_program_that_was_told_to_stop_stops_the_server_as_well(settings: Settings) -> None:
    with another_program(settings.data_dir) as program:
        server = postmaster(settings.data_dir)
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=PATIENCE) != 0
    wait_until(lambda: not runs(server))


def test_a_long_path_with_spaces_and_quotes_is_no_obstacle(data_dir: Path) -> None:
    far = data_dir / "Ana's data, all of it" / ("x" * 120)
    with open_database(Settings(data_dir=far)) as database:
        remember(database.url, "reached")


def test_a_database_of_another_major_version_is_refused_with_the_way_out(settings: Settings) -> None:
    with open_database(settings):
        pass
    version = settings.data_dir / "postgres/PG_VERSION"
    version.write_text("16\n")
    with (
        pytest.raises(DatabaseUnavailable, match="is of PostgreSQL 16 and this program brings 18: dump it"),
        open_database(settings),
    ):
        pass


def test_a_database_that_was_left_half_made_is_made_anew(settings: Settings) -> None:
    half = settings.data_dir / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with open_database(settings) as database:
        remember(database.url, "made")
    assert not half.exists()


def test_a_folder_with_something_else_in_it_is_left_alone(settings: Settings) -> None:
    (settings.data_dir / "postgres").mkdir()
    (settings.data_dir / "postgres/letters.txt").write_text("mine")
    with pytest.raises(DatabaseUnavailable, match="not a PostgreSQL database"), open_database(settings):
        pass
    assert (settings.data_dir / "postgres/letters.txt").read_text() == "mine"


def test_a_data_directory_that_cannot_be_made_is_one_sentence(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    refusal = r"cannot be written \(not a directory\): give it to the user"
    below = Settings(data_dir=data_dir / "file" / "below")
    with pytest.raises(DatabaseUnavailable, match=refusal), open_database(below):
        pass


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("initdb: error: could not write file: No space left on device", "is full: free some space"),
        ("FATAL:  could not write lock file: Disk quota exceeded", "is full: free some space"),
        ("FATAL:  could not open file: Permission denied", "may not write in /data: give it to the user"),
        ("LOG:  starting\nFATAL:  could not map memory\nHINT: see the log", "it says: FATAL:  could not map memory"),
        ("", "it says: nothing"),
    ],
)
def test_what_postgresql_says_becomes_a_sentence(said: str, meant: str) -> None:
    assert meant in explain(said, Path("/data"))
    assert "\n" not in explain(said, Path("/data"))


def test_a_server_that_is_named_is_used_and_none_is_started(database_url: str, data_dir: Path) -> None:
    settings = Settings(database_url=SecretStr(database_url), data_dir=data_dir)
    with open_database(settings) as database:
        assert (database.url, database.embedded) == (database_url, False)
        assert database_url not in repr(database)
    assert list(data_dir.iterdir()) == []


def test_a_server_that_does_not_answer_is_one_sentence_without_the_password(data_dir: Path) -> None:
    url = SecretStr("postgresql://maria:hunter2@127.0.0.1:1/clonnect")
    settings = Settings(database_url=url, data_dir=data_dir)
    with pytest.raises(DatabaseUnavailable) as refusal, open_database(settings):
        pass
    assert str(refusal.value).startswith("The database cannot be reached: start it or mend DATABASE_URL")
    assert "hunter2" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
