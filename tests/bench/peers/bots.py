"""The platform that all systems send to, in a process of its own, as whoever measures sees it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from tests.harness.waiting import wait_until

ARRIVE_WITHIN = 900.0
"""Seconds."""


class BotCall(NamedTuple):
    """A message that arrived; `at` in seconds of the machine's monotonic clock."""

    at: float
    chat: int
    message_id: int
    text: str


@dataclass(frozen=True)
class ArrivedCalls:
    """Everything that arrived since it was last taken, in order, and how many calls were answered at the same time."""

    calls: list[BotCall]
    most_at_once: int


@dataclass(frozen=True)
class BotPlatform:
    """The platform's address, and what has arrived there."""

    client: httpx.Client

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def count(self) -> int:
        count: int = self.client.get("/control/count").json()["count"]
        return count

    def wait_for(self, number: int) -> None:
        """Wait until so many messages have arrived."""
        wait_until(lambda: self.count() >= number, lambda: f"{self.count()} of {number}", ARRIVE_WITHIN)

    def take(self) -> ArrivedCalls:
        """Raises when a call was refused: then something else was measured than what was meant."""
        seen = self.client.post("/control/take").json()
        if seen["refused"]:
            raise RuntimeError(f"the platform refused {len(seen['refused'])} calls, such as {seen['refused'][0]}")
        return ArrivedCalls([BotCall(*call) for call in seen["calls"]], seen["most_at_once"])


@contextmanager
def bots() -> Iterator[BotPlatform]:
    """The platform, until it is needed no more."""
    command = [sys.executable, "-m", "tests.bench.peers.bot_platform"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            port = int(program.stdout.readline())
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, verify=False) as client:
                yield BotPlatform(client)
        finally:
            program.terminate()


def lateness(calls: list[BotCall], due_at: float) -> list[float]:
    """Seconds from when all was due until each call."""
    return [call.at - due_at for call in calls]


def monotonic_at(epoch: float) -> float:
    """A time of the wall clock on the monotonic one."""
    return time.monotonic() + epoch - time.time()
