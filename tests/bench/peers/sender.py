"""The program that sends requests, in a process of its own, for whoever measures."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from tests.bench.http_load import Answers, Load


@dataclass(frozen=True)
class Sender:
    """`tests.bench.http_load`, which takes one load after another."""

    process: "subprocess.Popen[str]"

    def ask(self, load: Load) -> Answers:
        """Send until the time is up; raises unless every answer was 200."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(load)) + "\n")
        self.process.stdin.flush()
        answers = Answers(**json.loads(self.process.stdout.readline()))
        if answers.statuses.keys() != {"200"}:
            raise RuntimeError(f"{load.method} {load.path} was answered {answers.statuses}")
        return answers


@contextmanager
def sending() -> Iterator[Sender]:
    command = [sys.executable, "-m", "tests.bench.http_load"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Sender(process)
        assert process.stdin is not None
        process.stdin.close()
