from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from api.database.migrate import MIGRATIONS, MigrationRefused, migrate, pending
from projections.agenda import Agenda
from tests.earlier import migrations_before
from tests.world import NO_POOL


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (i int); CREATE TABLE again (i int);")
    (tmp_path / "0002_second.sql").write_text("CREATE TABLE second (i int);")
    return tmp_path


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in rows}


def test_every_migration_is_applied_once_and_in_order(empty_database_url: str, directory: Path) -> None:
    assert pending(empty_database_url, directory) == ["0001_first", "0002_second"]
    assert migrate(empty_database_url, directory) == ["0001_first", "0002_second"]
    assert tables(empty_database_url) == {"first", "again", "second"}
    assert pending(empty_database_url, directory) == []
    assert migrate(empty_database_url, directory) == []


def test_who_could_log_in_for_a_creator_is_a_member_of_theirs(empty_database_url: str, tmp_path: Path) -> None:
    migrate(empty_database_url, migrations_before("0014_memberships", tmp_path))
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO app.users (creator_id, email, name, role, password_hash)
               VALUES ('maria', 'bea@example.com', 'Bea', 'agent', 'kept'),
                      (NULL, 'root@example.com', NULL, 'admin', NULL)"""
        )
        migrate(empty_database_url)
        members = connection.execute(
            """SELECT creator_id, memberships.email, memberships.name, memberships.role, password_hash,
                      member_id = user_id, memberships.created_at = accounts.created_at
                 FROM app.memberships JOIN app.accounts USING (user_id) ORDER BY creator_id"""
        ).fetchall()
    assert members == [
        ("maria", "bea@example.com", "Bea", "agent", "kept", True, True),
        (None, "root@example.com", None, "admin", None, True, True),
    ]


def test_asking_what_is_missing_changes_nothing(empty_database_url: str, directory: Path) -> None:
    pending(empty_database_url, directory)
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT to_regnamespace('app')").fetchone() == (None,)


def test_programs_that_migrate_at_the_same_time_apply_each_file_once(empty_database_url: str, directory: Path) -> None:
    with ThreadPoolExecutor(4) as programs:
        applied = [programs.submit(migrate, empty_database_url, directory) for _ in range(4)]
    assert sorted(name for each in applied for name in each.result()) == ["0001_first", "0002_second"]


def test_a_migration_that_fails_leaves_nothing_and_keeps_what_came_before(
    empty_database_url: str, directory: Path
) -> None:
    (directory / "0002_second.sql").write_text("CREATE TABLE second (i int); SELECT no_such_function();")
    with pytest.raises(psycopg.errors.UndefinedFunction):
        migrate(empty_database_url, directory)
    assert tables(empty_database_url) == {"first", "again"}
    (directory / "0002_second.sql").write_text("CREATE TABLE second (i int);")
    assert migrate(empty_database_url, directory) == ["0002_second"]


def test_a_migration_changed_after_it_was_applied_is_refused(empty_database_url: str, directory: Path) -> None:
    migrate(empty_database_url, directory)
    (directory / "0001_first.sql").write_text("CREATE TABLE other (i int);")
    for refuse in (migrate, pending):
        with pytest.raises(MigrationRefused, match="0001_first was changed after it had been applied"):
            refuse(empty_database_url, directory)


def test_a_database_of_a_newer_program_is_refused(empty_database_url: str, directory: Path) -> None:
    migrate(empty_database_url, directory)
    (directory / "0002_second.sql").unlink()
    with pytest.raises(MigrationRefused, match=r"newer than this program \(it has 0002_second\)"):
        migrate(empty_database_url, directory)


@pytest.mark.parametrize("name", ["0004_gap.sql", "0002_double.sql", "three.sql"])
def test_migrations_are_numbered_without_gaps(empty_database_url: str, directory: Path, name: str) -> None:
    (directory / name).write_text("SELECT 1;")
    with pytest.raises(MigrationRefused, match="should be migration number 000"):
        migrate(empty_database_url, directory)


def test_a_database_of_a_test_has_every_migration_of_the_program(database_url: str) -> None:
    assert pending(database_url) == []
    with psycopg.connect(database_url) as connection:
        applied = connection.execute("SELECT name FROM app.migrations ORDER BY number").fetchall()
    assert [name for (name,) in applied] == sorted(path.stem for path in MIGRATIONS.glob("*.sql"))


def test_what_the_release_before_had_dismissed_stays_dismissed(empty_database_url: str, tmp_path: Path) -> None:
    """It had noted so in the tables of the agenda alone, which may be made anew."""
    migrate(empty_database_url, migrations_before("0012_set_aside", tmp_path))
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        conn.execute(Agenda(NO_POOL).ddl().encode())
        conn.execute("INSERT INTO read.projections (name, version, tables) VALUES ('agenda', 3, '{read.agenda_v3}')")
        for key, leased_until in (("silence/1", "infinity"), ("silence/2", None)):
            conn.execute(
                """INSERT INTO read.agenda_v3 (key, kind, due_at, creator_id, follower_id, event_id, correlation_id,
                                               leased_until)
                   VALUES (%s, 'silence', now(), 'ana', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s)""",
                (key, leased_until),
            )
        migrate(empty_database_url)
        assert conn.execute("SELECT key, kind, creator_id FROM app.dismissed").fetchall() == [
            ("silence/1", "silence", "ana")
        ]


def test_the_agenda_of_the_release_before_gets_the_indexes_of_a_new_one(
    empty_database_url: str, tmp_path: Path
) -> None:
    indexes = (
        "SELECT regexp_replace(indexdef, '^.* USING ', '') FROM pg_indexes WHERE tablename = 'agenda_v3' ORDER BY 1"
    )
    migrate(empty_database_url, migrations_before("0018_due_in_order", tmp_path))
    with psycopg.connect(empty_database_url, autocommit=True) as conn:
        ddl = Agenda(NO_POOL).ddl()
        conn.execute(ddl.encode())
        new = conn.execute(indexes).fetchall()
        conn.execute("DROP TABLE read.agenda_v3")
        conn.execute(ddl.replace("(due_at, key)", "(due_at)").encode())
        conn.execute("INSERT INTO read.projections (name, version, tables) VALUES ('agenda', 3, '{read.agenda_v3}')")
        assert conn.execute(indexes).fetchall() != new
        migrate(empty_database_url)
        assert conn.execute(indexes).fetchall() == new
