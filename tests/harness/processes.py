"""How a test starts Clonnect as a process of its own, whatever command it is and whatever it talks to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any

import pytest

from api.cli.main import main
from api.settings import variables

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, str(ROOT / "clonnect.py"))
LISTENS = "Clonnect listens on "
WORKS = "Clonnect works"
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


def in_process(data_dir: Path, *arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """The same command in the test's own process: a start of Python cheaper, for what is not about the process."""
    on_sigterm = signal.getsignal(signal.SIGTERM)
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(StringIO()) as out,
        redirect_stderr(StringIO()) as errors,
    ):
        patch.chdir(data_dir)
        patch.setattr(sys, "argv", ["clonnect", *arguments])
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(given.encode()), encoding="utf-8"))
        for name, value in environment(data_dir, settings).items():
            patch.setenv(name, value)
        try:
            code: object = main(arguments)
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            signal.signal(signal.SIGTERM, on_sigterm)
    assert isinstance(code, int)
    return subprocess.CompletedProcess([*COMMAND, *arguments], code, out.getvalue(), errors.getvalue())


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
