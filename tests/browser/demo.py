"""Starts the demo as a newcomer does, and hands over the link that it prints."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLONNECT = Path(sys.executable).with_name("clonnect")
LINK = re.compile(r"http://\S+/app#link=\S+")
STOP_SECONDS = 10


class DemoDidNotStart(Exception):
    """The program ended before it printed its link."""


@contextmanager
def demo(data_dir: Path, environment: dict[str, str]) -> Iterator[str]:
    """A running demo on a data directory of its own, stopped with SIGTERM afterwards."""
    with (data_dir / "stderr").open("w+") as errors:
        process = subprocess.Popen(
            [CLONNECT, "demo", "--port", "0"],
            env={**environment, "CLONNECT_DATA_DIR": str(data_dir)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield _printed_link(process, data_dir)
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=STOP_SECONDS)


def _printed_link(process: subprocess.Popen[str], data_dir: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := LINK.search(line):
            return found[0]
    raise DemoDidNotStart((data_dir / "stderr").read_text())
