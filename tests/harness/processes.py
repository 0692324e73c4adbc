"""How a test starts Clonnect as a process of its own, whatever command it is and whatever it talks to."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from api.settings import variables

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, str(ROOT / "clonnect.py"))
LISTENS = "Clonnect listens on "
STOP_SECONDS = 15
ENDS_WITHIN = 120


class DidNotStart(Exception):
    """The program ended before it listened; carries what it said."""


def environment(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the settings of the person who runs the tests, but these."""
    theirs = {name: value for name, value in os.environ.items() if name not in variables()}
    return {**theirs, "CLONNECT_DATA_DIR": str(data_dir), **settings}


def clonnect(data_dir: Path, *arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=data_dir,
        env=environment(data_dir, settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )


def started(
    data_dir: Path, *arguments: str, out: int | IO[str], errors: int | IO[str], **settings: str
) -> subprocess.Popen[str]:
    """A program that runs until it is stopped."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=data_dir,
        env=environment(data_dir, settings),
        stdout=out,
        stderr=errors,
        text=True,
    )


@contextmanager
def listening(data_dir: Path, *arguments: str, **settings: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A program on a free port, with its address; what it says goes to `said.log`. Stopped with SIGTERM."""
    with (data_dir / "said.log").open("w") as said:
        program = started(data_dir, *arguments, "--port", "0", out=subprocess.PIPE, errors=said, **settings)
        try:
            yield program, _address(program, data_dir)
        finally:
            program.terminate()
            program.communicate(timeout=STOP_SECONDS)


def _address(program: "subprocess.Popen[Any]", data_dir: Path) -> str:
    assert program.stdout is not None
    for line in program.stdout:
        if line.startswith(LISTENS):
            return str(line.removeprefix(LISTENS).strip())
    raise DidNotStart((data_dir / "said.log").read_text())
