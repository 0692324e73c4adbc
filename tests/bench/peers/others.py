"""How the programs of others are started: from this folder, with what `make bench-peers` has installed beside them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.bench.peers.ground import Ground, PeerProgram, stopped_at_the_end
from tests.harness.waiting import wait_until

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
WORKING = "working"
OTHERS_READY_WITHIN = 120.0
"""Seconds."""


def are_installed() -> bool:
    """Whether `make bench-peers` has installed them."""
    return all((HERE / folder / ".ready").exists() for folder in (".venv", "node_modules"))


def command_of(program: str) -> list[str]:
    """How a program is started, by the end of its name."""
    if program.endswith(".py"):
        return [str(HERE / ".venv" / "bin" / "python"), program]
    node = shutil.which("node")
    if node is None:
        raise FileNotFoundError("node is not on the path")
    return [node, program]


def environment_of(program: str, url: str, values: Mapping[str, str]) -> dict[str, str]:
    """What a program is told: where its database is, in the words of its driver, and `values`."""
    if program == "with_fastapi.py":
        url = url.replace("postgresql://", "postgresql+asyncpg://")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"DATABASE_URL": url, "NODE_ENV": "production", **values}


@contextmanager
def other_program(
    ground: Ground,
    program: str,
    url: str,
    is_ready: Callable[[str], bool],
    values: Mapping[str, str],
    port: int = 0,
) -> Iterator[PeerProgram]:
    """A program of another system, ready as it says itself, or as it is found; stopped with SIGTERM."""
    with tempfile.NamedTemporaryFile("w", dir=ground.folder) as file:
        said = Path(file.name)
        process = subprocess.Popen(
            command_of(program),
            cwd=PROGRAMS,
            env=environment_of(program, url, values),
            stdout=file,
            stderr=file,
            text=True,
        )
        with stopped_at_the_end(process, said):
            wait_until(
                lambda: process.poll() is not None or is_ready(said.read_text()),
                said.read_text,
                OTHERS_READY_WITHIN,
            )
            yield PeerProgram(process, port)


def is_working(said: str) -> bool:
    """Whether a program has said so."""
    return WORKING in said.split()


def run_script(url: str, path: Path) -> None:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(path.read_text().encode())
