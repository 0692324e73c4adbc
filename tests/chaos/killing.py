"""Workers of one installation that are killed while they work."""

import os
import random
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from processes.worker import LEASE, WORKER_LOCKS
from tests.bench.peers.ground import LOCAL_SETTINGS, Ground, ask
from tests.harness.processes import STOP_SECONDS, started
from tests.harness.waiting import wait_until

MIDDLE = 0.75
"""Of all that there is to do; the last kill comes before so much of it is done."""
WITHIN = 0.15
"""Seconds; at any moment within them, for what is done comes in waves, of attempts, calls and outcomes."""
READY_SECONDS = 300.0
LIVING = """
    SELECT session.application_name, held.objid::bigint::text,
           EXISTS (SELECT FROM pg_locks AS lease
                    WHERE lease.pid = held.pid AND lease.locktype = 'advisory' AND lease.granted AND lease.objsubid = 1
                      AND lease.classid::bigint << 32 | lease.objid::bigint = hashtextextended(%s, 0))
      FROM pg_locks AS held JOIN pg_stat_activity AS session USING (pid)
     WHERE held.locktype = 'advisory' AND held.classid = %s AND held.objsubid = 2 AND held.granted
       AND session.datname = current_database()"""

LEFT: Mapping[str, str] = {
    "parked": "SELECT count(*) FROM app.parked",
    "dismissed": "SELECT count(*) FROM app.dismissed",
}


@dataclass(frozen=True)
class LivingWorker:
    """A worker by the number that stands in its attempts, and whether it is the one that reacts."""

    number: str
    leads: bool


@dataclass(frozen=True)
class WorkerKill:
    """`at` is the monotonic clock's reading just before; `others` were at work beside, `done` was done before."""

    worker: str
    at: float
    others: int
    done: int


class KillableWorkers:
    """`clonnect work`, several times on one database; the names of their sessions tell them apart."""

    def __init__(self, ground: Ground, url: str) -> None:
        self._ground = ground
        self._url = url
        self._said = Path(ground.folder) / f"workers-{os.getpid()}.log"
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._started = 0

    def __enter__(self) -> Self:
        self._conn = psycopg.connect(self._url, autocommit=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._conn.close()
        for program in self._running.values():
            program.terminate()
        for program in self._running.values():
            program.wait(STOP_SECONDS)

    @property
    def running(self) -> Sequence[str]:
        return list(self._running)

    @property
    def said(self) -> str:
        """What all of them have said so far."""
        return self._said.read_text()

    def start(self, number: int) -> None:
        """Start so many more, and wait until each is at work."""
        for _ in range(number):
            self._started += 1
            name = f"worker{self._started}"
            settings = LOCAL_SETTINGS | {
                "DATABASE_URL": f"{self._url}&application_name={name}",
                "CLONNECT_TELEGRAM_BASE_URL": self._ground.bots.url,
            }
            with self._said.open("a") as log:
                self._running[name] = started(self._ground.folder, "work", out=log, errors=log, **settings)
        wait_until(lambda: self.living().keys() >= self._running.keys(), lambda: self.said, READY_SECONDS)

    def living(self) -> Mapping[str, LivingWorker]:
        """Those that hold the lock of a worker, by their names."""
        rows = self._conn.execute(LIVING, (LEASE, WORKER_LOCKS))
        return {name: LivingWorker(number, leads) for name, number, leads in rows if name in self._running}

    def leader(self) -> str:
        """The name of the one that reacts, as soon as there is one."""
        wait_until(lambda: any(each.leads for each in self.living().values()), lambda: self.said)
        return next(name for name, each in self.living().items() if each.leads)

    def kill(self, name: str, done: int, chance: random.Random) -> WorkerKill:
        """End one in a moment, as `kill -9` does, at whatever it is."""
        number = self.living()[name].number
        program = self._running.pop(name)
        time.sleep(chance.random() * WITHIN)
        at = time.monotonic()
        program.kill()
        program.wait()
        return WorkerKill(number, at, len(self._running), done)

    def ended(self) -> int:
        """How many have ended although nobody killed them."""
        return sum(program.poll() is not None for program in self._running.values())


def moments(kills: int, there_is: int, chance: random.Random) -> list[int]:
    """After how much of all that there is to do each kill comes: one in each part of the middle, anywhere in it."""
    return [1 + int((each + chance.random()) * MIDDLE * there_is / kills) for each in range(kills)]


def left_lying(url: str) -> dict[str, int]:
    """How much waits for a person, although nothing should."""
    return {name: ask(url, query) for name, query in LEFT.items()}
