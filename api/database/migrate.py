"""Migrations: brings a database to the schema of this program, each numbered SQL file once, in order."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from api.errors import StartupError
from eventstore.session_limits import MAINTENANCE, READS, session

MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 0x636C6F6E6E656374  # "clonnect": the advisory lock that migrating programs wait for
APPLIED = "SELECT number, name, sha256 FROM app.migrations"
FILE_NAME = re.compile(r"(?P<number>\d{4})_\w+\.sql")


class MigrationRefused(StartupError):
    """The database does not fit this program."""


@dataclass(frozen=True)
class Migration:
    """One numbered SQL file."""

    number: int
    name: str
    text: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


def migrate(url: str, directory: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; the names of what was applied.

    Programs that migrate at the same time wait for each other. Raises `MigrationRefused` when a file that was
    applied has changed since, or the database was migrated by a newer program.
    """
    with psycopg.connect(url, autocommit=True, **session(MAINTENANCE, url)) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        connection.execute("CREATE SCHEMA IF NOT EXISTS app")
        connection.execute(
            """
            CREATE TABLE IF NOT EXISTS app.migrations (
                number integer PRIMARY KEY,
                name text NOT NULL,
                sha256 text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        missing = _missing(connection, directory)
        for migration in missing:
            with connection.transaction():
                connection.execute(migration.text)
                connection.execute(
                    "INSERT INTO app.migrations (number, name, sha256) VALUES (%s, %s, %s)",
                    [migration.number, migration.name, migration.sha256],
                )
        return [migration.name for migration in missing]


def pending(url: str, directory: Path = MIGRATIONS) -> list[str]:
    """The names of what `migrate` would apply; changes nothing, and refuses what it refuses."""
    with psycopg.connect(url, autocommit=True, **session(READS, url)) as connection:
        return [migration.name for migration in _missing(connection, directory)]


def _missing(connection: psycopg.Connection, directory: Path) -> list[Migration]:
    if connection.execute("SELECT to_regclass('app.migrations')::text").fetchone() == (None,):
        return unapplied([], directory)
    return unapplied(connection.execute(APPLIED).fetchall(), directory)


def unapplied(rows: Iterable[tuple[int, str, str]], directory: Path = MIGRATIONS) -> list[Migration]:
    """What a database lacks in which `APPLIED` found these rows; raises `MigrationRefused`."""
    shipped = {migration.number: migration for migration in _shipped(directory)}
    applied = {number: (name, sha256) for number, name, sha256 in rows}
    for number, (name, sha256) in sorted(applied.items()):
        if number not in shipped:
            raise MigrationRefused(
                f"The database is newer than this program (it has {name}): install the newer Clonnect."
            )
        if shipped[number].sha256 != sha256:
            raise MigrationRefused(
                f"{name} was changed after it had been applied to this database: "
                "restore the file, and put the change into a new migration."
            )
    return [migration for number, migration in sorted(shipped.items()) if number not in applied]


def _shipped(directory: Path) -> list[Migration]:
    found = sorted(directory.glob("*.sql"))
    migrations = []
    for expected, path in enumerate(found, start=1):
        named = FILE_NAME.fullmatch(path.name)
        if not named or int(named["number"]) != expected:
            raise MigrationRefused(
                f"{path.name} should be migration number {expected:04}: "
                "they are numbered 0001_name.sql and on, without gaps."
            )
        migrations.append(Migration(expected, path.stem, path.read_bytes()))
    return migrations
