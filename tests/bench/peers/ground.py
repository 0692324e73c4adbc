"""What all systems share: a durable PostgreSQL with a database for each, and the platform; how Clonnect is started."""

import base64
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
from pydantic import SecretStr

from api.settings import Settings
from projections.agenda import Agenda
from tests.bench.peers.bots import BotPlatform
from tests.bench.peers.cpu import CpuMeter
from tests.chaos.writing import KEY
from tests.harness.processes import STOP_SECONDS, started
from tests.harness.waiting import wait_until
from tests.world import NO_POOL

READY_WITHIN = 900.0
"""Seconds: the first reads of a log that was written beforehand are among them."""
DEALT_WITH_WITHIN = 1800.0
LOOK_SECONDS = 0.1
"""Rarely enough to cost PostgreSQL nothing that could be told."""
LOCAL_SETTINGS = {
    "CLONNECT_KEY": base64.b64encode(KEY).decode(),
    "CLONNECT_TELEGRAM_POLLING": "false",
    "CLONNECT_LOG_LEVEL": "warning",
    "CLONNECT_ANSWERS_PER_HOUR": "1000",
    "CLONNECT_ANSWERS_PER_DAY": "1000",
    "CLONNECT_REQUESTS_PER_MINUTE": "1000000",
    "CLONNECT_STREAMS_AT_ONCE": "1000",
    "CLONNECT_CONNECTIONS_LIMIT_PER_ADDRESS": "1000",
}
"""Limits for one caller are lifted: here one caller stands for many."""

BEHIND = """SELECT (SELECT position FROM log.head) - least((SELECT min(position) FROM app.processes),
                                                           (SELECT min(position) FROM read.projections))
                 + (SELECT count(*) FROM {agenda} WHERE due_at <= now() OR kind = 'attempt')"""
UNSHOWN = "SELECT (SELECT position FROM log.head) - (SELECT coalesce(min(position), -1) FROM read.projections)"
LEADS = "SELECT count(*) FROM app.leases WHERE name = %s AND clock_timestamp() - beat_at < interval '2 seconds'"


@dataclass(frozen=True)
class Ground:
    """`new_database` makes one like the one of a name; `migrated` names one of Clonnect's in which nothing is yet."""

    new_database: Callable[[str], str]
    migrated: str
    folder: Path
    postmaster: int
    bots: BotPlatform

    @classmethod
    def of_one(cls, url: str, folder: Path, bots: BotPlatform) -> "Ground":
        """With one database, for what is not measured."""
        return cls(lambda _: url, database_name(url), folder, 0, bots)

    def database(self, like: str | None = None) -> str:
        """A new database of Clonnect's; `like` is the URL of one that nobody uses."""
        return self.new_database(self.migrated if like is None else database_name(like))

    def empty_database(self, like: str | None = None) -> str:
        """A new database without anything of Clonnect's."""
        return self.new_database("template0" if like is None else database_name(like))

    def settings(self) -> Settings:
        """Those of every program, for what is written beforehand by no program of theirs."""
        return Settings(data_dir=self.folder, key=SecretStr(LOCAL_SETTINGS["CLONNECT_KEY"]))

    def meter(self, *programs: "PeerProgram") -> CpuMeter:
        return CpuMeter([program.process.pid for program in programs], self.postmaster)


@dataclass(frozen=True)
class PeerProgram:
    """A program that is measured; port 0: it serves nobody."""

    process: "subprocess.Popen[str]"
    port: int = 0


@contextmanager
def clonnect_program(ground: Ground, url: str, command: str) -> Iterator[PeerProgram]:
    """`clonnect api`, `work` or `serve`, ready, as a user starts it; stopped with SIGTERM."""
    settings = LOCAL_SETTINGS | {"DATABASE_URL": url, "CLONNECT_TELEGRAM_BASE_URL": ground.bots.url}
    port = 0 if command == "work" else free_port()
    arguments = (command, "--port", str(port)) if port else (command,)
    with tempfile.TemporaryDirectory(dir=ground.folder) as folder, (Path(folder) / "said.log").open("w") as file:
        said = Path(file.name)
        process = started(Path(folder), *arguments, out=file, errors=file, **settings)
        with stopped_at_the_end(process, said):
            if port:
                wait_until(lambda: answers(port, "/health/ready"), said.read_text, READY_WITHIN)
            if command != "api":
                wait_until(lambda: ask(url, LEADS, "processes"), said.read_text, READY_WITHIN)
            wait_until_shown(url)
            yield PeerProgram(process, port)


@contextmanager
def stopped_at_the_end(process: "subprocess.Popen[str]", said: Path) -> Iterator[None]:
    """Stop a program; one that has ended before has failed, and is told with what it said."""
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError(f"a program ended while it was measured: {said.read_text()}")
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def ask(url: str, query: str, *values: object) -> int:
    """The one number that a query answers."""
    with psycopg.connect(url, autocommit=True) as conn:
        row = conn.execute(query.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


def wait_until_shown(url: str) -> None:
    """Wait until the reads of Clonnect show everything that has happened."""
    wait_until_nothing(url, UNSHOWN)


def wait_until_dealt_with(url: str) -> None:
    """Wait until Clonnect has also dealt with everything that has happened or fallen due."""
    wait_until_nothing(url, BEHIND.format(agenda=Agenda(NO_POOL).table_names["agenda"]))


def wait_until_nothing(url: str, query: str) -> None:
    """Wait until a query that counts what is left to do answers 0."""
    deadline = time.monotonic() + DEALT_WITH_WITHIN
    with psycopg.connect(url, autocommit=True) as conn:
        while (row := conn.execute(query.encode()).fetchone()) != (0,):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{row} are left after {DEALT_WITH_WITHIN} s")
            time.sleep(LOOK_SECONDS)


def react_from_here(url: str) -> None:
    """Have the worker react to what happens from now on: what was written before is taken for dealt with."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("UPDATE app.processes SET position = (SELECT position FROM log.head)")


def database_name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def answers(port: int, path: str) -> bool:
    """Whether somebody listens there, and is ready."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=10, verify=False).is_success
    except httpx.TransportError:
        return False
