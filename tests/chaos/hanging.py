"""One of two programs is stopped as a whole, as a paused machine stops it, and wakes up much later."""

import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import httpx

from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform
from tests.chaos.two_creators import exported
from tests.domain.invariants import broken
from tests.harness.installation import Installation
from tests.harness.waiting import wait_until
from tests.world import CREATOR

BEFORE_SECONDS = 1.5
AFTER_SECONDS = 3.0
PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.05
HELLO = "Hola"

LEADS = "SELECT count(*) AS n FROM app.leases WHERE clock_timestamp() - beat_at < interval '1 second'"
UNSEEN = """SELECT coalesce(max(extract(epoch FROM clock_timestamp() - e.recorded_at)), 0)::float8 AS seconds
              FROM read.projections AS p JOIN log.events AS e ON e.notification_id = p.position + 1"""


@dataclass
class HangingFindings:
    """What was seen while one of two programs was stopped; times in seconds from the stop, `woken` from the waking.

    `unready` is when the other one's last "not ready" was, 0 if it never was, and `unseen` the greatest age that an
    event had reached before every screen showed it.
    """

    written: int = 0
    answered: int = 0
    first_answer: float = 0.0
    unseen: float = 0.0
    unready: float = 0.0
    woken: float = 0.0
    stopped_at: float = 0.0
    said: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass
class Program:
    """A program that serves, and the way to ask it whether it is ready."""

    process: subprocess.Popen[str]
    port: int

    def missing(self) -> list[str]:
        """What it says is missing; `answer` if it gives none."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=10)
        except httpx.TransportError:
            return ["answer"]
        missing: list[str] = answer.json()["missing"]
        return missing


def hang(installation: Installation, seconds: float, people_per_second: float) -> HangingFindings:
    """Stop the program that leads everything for so long, while people go on writing."""
    installation.sign_up()
    leader = start(installation)
    wait_until(lambda: number(installation, LEADS) >= 8)  # six projections, the reactions, the bot
    other = start(installation)
    found = HangingFindings()
    chats = iter(range(1, 1_000_000))
    with paused(leader.process) as wake, installation.application(datetime.now(UTC)) as app:
        begun = time.monotonic()
        stopped_at = 0.0
        woken_at = 0.0
        while not woken_at or time.monotonic() - woken_at < (AFTER_SECONDS if found.woken else PATIENCE_SECONDS):
            now = time.monotonic()
            if not stopped_at and now - begun > BEFORE_SECONDS:
                leader.process.send_signal(signal.SIGSTOP)
                stopped_at, found.stopped_at = time.monotonic(), time.time()
            if stopped_at and not woken_at and now - stopped_at > seconds:
                wake()
                woken_at = time.monotonic()
            while found.written < (now - begun) * people_per_second:
                installation.api.receive_from_user(next(chats), HELLO)
                found.written += 1
            if stopped_at:
                app.capture_lead(CREATOR, NewLead(Platform.MANUAL, str(uuid4()), Details(name="Ana")))
                look(installation, other, found, stopped_at)
            if woken_at and not found.woken and leader.missing() == []:
                found.woken = time.monotonic() - woken_at
            installation.conn.execute("SELECT pg_sleep(%s)", (LOOK_SECONDS,))
    wait_until(lambda: len(installation.api.sent) + unknown(installation) >= found.written)
    judge(installation, found, leader, other)
    return found


def look(installation: Installation, other: Program, found: HangingFindings, stopped_at: float) -> None:
    missing = other.missing()
    since = time.monotonic() - stopped_at
    found.said.update(missing)
    if missing:
        found.unready = since
    found.unseen = max(found.unseen, number(installation, UNSEEN))
    if not found.first_answer and any(sent.at > found.stopped_at + 0.5 for sent in installation.api.sent):
        found.first_answer = since


def judge(installation: Installation, found: HangingFindings, *programs: Program) -> None:
    """Compare what arrived on the phones with the log, and the log with its rules."""
    arrived = Counter(sent.chat_id for sent in installation.api.sent)
    found.answered = len(arrived)
    found.faults += [f"{chat} was answered {times} times" for chat, times in arrived.items() if times > 1]
    received = len(installation.events("follower.message_received"))
    if received != found.written:
        found.faults.append(f"{received} of {found.written} messages were taken in")
    found.faults += [f"{programs.index(each)} says {missing}" for each in programs if (missing := each.missing())]
    with installation.application(datetime.now(UTC)) as app:
        found.faults += broken(exported(app))
    found.faults += [str(row) for row in installation.conn.execute("SELECT * FROM app.parked")]


def start(installation: Installation, command: str = "serve", **settings: str) -> Program:
    """A program on a port of its own that is ready."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    program = Program(installation.start(command, port=str(port), **settings), port)
    wait_until(lambda: program.missing() == [])
    return program


@contextmanager
def paused(process: subprocess.Popen[str]) -> Iterator[Callable[[], None]]:
    """A process that may be stopped inside, and is awake afterwards."""

    def wake() -> None:
        process.send_signal(signal.SIGCONT)

    try:
        yield wake
    finally:
        wake()


def unknown(installation: Installation) -> int:
    """Of how many answers nobody can know whether they arrived."""
    return len(installation.events("follower.send_uncertain"))


def number(installation: Installation, query: str) -> float:
    row = installation.conn.execute(query.encode()).fetchone()
    assert row is not None
    return float(next(iter(row.values())))
