"""What every test may ask for: a database of its own, a data directory of its own."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as properties
from psycopg import sql
from psycopg.rows import dict_row

from api.database.cluster import DURABLE
from api.database.embedded import embedded_server
from api.database.migrate import migrate
from api.settings import Settings, variables
from eventstore import circuit_breaker, writer
from projections.engine.generations import set_up
from projections.registry import PROJECTIONS
from tests.harness.waiting import PATIENCE
from tests.world import NO_POOL

# How long an example takes, to make or to try, says how busy the machine is. New examples are for `make fuzz`.
properties.register_profile(
    "patient", deadline=None, derandomize="FUZZ" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
properties.load_profile("patient")

pytest_plugins = ("tests.cost", "tests.harness.runtime", "tests.harness.program", "tests.harness.installation")

RUN = "PYTEST_CLONNECT_RUN"
"""Names the folder that the processes of one test run share."""

GIVEN = os.environ.get("DATABASE_URL")
"""A server to test on instead of the embedded one."""

PASSING: dict[str, str] = {**DURABLE, "fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB"}
"""A server that nobody mourns: it is thrown away with its folder when the run ends."""

MEMORY = Path("/dev/shm")  # only where it is, and with a folder of our own in it
ROOM = 2 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run makes what all share; the workers of xdist inherit its name."""
    if RUN in os.environ:
        return
    # Not below pytest's own folder, which the database's account may not enter when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="clonnect-tests-", dir=_memory()))
    os.environ[RUN] = str(folder)

    def clear_away() -> None:
        if GIVEN:
            with psycopg.connect(GIVEN, autocommit=True) as connection:
                _drop(connection, _template_name())
        del os.environ[RUN]
        shutil.rmtree(folder)

    config.add_cleanup(clear_away)


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A PostgreSQL server for the whole run: `DATABASE_URL`, else an embedded one that the workers share."""
    home = Path(os.environ[RUN]) / "postgres"
    with nullcontext(GIVEN) if GIVEN else embedded_server(home, PASSING) as url:
        yield url
        with psycopg.connect(url, autocommit=True) as connection:
            _drop_what_is_left(connection)
        request.config.pluginmanager.getplugin("cost").server_used(home)


@pytest.fixture(scope="session")
def template_database(server_url: str) -> str:
    """The name of a database in which every migration has been applied, and every projection has its tables.

    A program would make them when it starts, which costs it more than the rest of its start.
    """
    name = _template_name()
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _create(connection, name, "template1")
            migrate(_named(server_url, name))
            with psycopg.connect(_named(server_url, name), autocommit=True, row_factory=dict_row) as inside:
                for projection in PROJECTIONS:
                    set_up(inside, projection(NO_POOL))
    return name


@pytest.fixture(scope="session")
def shared_database_url(server_url: str, template_database: str) -> Iterator[str]:
    """A migrated database for all tests of a process that share a program."""
    with _database(server_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(server_url: str, template_database: str) -> Iterator[str]:
    """A migrated database for the tests of a module that share a program of their own."""
    with _database(server_url, template_database) as url:
        yield url


@pytest.fixture
def database_url(server_url: str, template_database: str) -> Iterator[str]:
    """A migrated database for one test, dropped after it."""
    with _database(server_url, template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """A database without a schema for one test, dropped after it."""
    name = f"clonnect_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        _create(connection, name, "template1")
    yield _named(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        _drop(connection, name)


@pytest.fixture(scope="session")
def database_like(server_url: str) -> Callable[[str], AbstractContextManager[str]]:
    """Makes a database like the one of a name, for as long as it is needed; answers its URL."""
    return partial(_database, server_url)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory for one test, where an embedded server may run whoever runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="clonnect-data-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _only_the_settings_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the settings of the person who runs it."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


_left: list[str] = []
"""Databases of tests that are over: dropping one at once would wait until everybody has hung up."""


def _drop_what_is_left(connection: psycopg.Connection) -> None:
    while _left:
        _drop(connection, _left.pop())


@contextmanager
def _database(server_url: str, template: str) -> Iterator[str]:
    name = f"{template.removesuffix('template')}{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        _drop_what_is_left(connection)
        _create(connection, name, template)
    yield _named(server_url, name)
    _left.append(name)


def _memory() -> Path | None:
    """A file system in memory, if there is one with room: ext4 takes 0.3 s to copy a database where one was dropped.

    It looks for a place that no file had within the last minute, for each of 400 files, among thousands that had one.
    """
    try:
        room = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    except OSError:
        return None
    return MEMORY if room > ROOM and os.access(MEMORY, os.W_OK) else None


def _template_name() -> str:
    return f"clonnect_test_{uuid.uuid5(uuid.NAMESPACE_URL, os.environ[RUN]).hex[:12]}_template"


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY"
    connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(template)))


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _named(server_url: str, database: str) -> str:
    parts = urlsplit(server_url)
    return urlunsplit(parts._replace(path=f"/{database}"))


@pytest.fixture
def patient_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that takes nothing for silence: on a busy machine a long batch looks like it."""
    for module in (circuit_breaker, writer):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", PATIENCE)
