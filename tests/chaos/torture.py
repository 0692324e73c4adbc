"""Many writers, a live subscriber, lost connections and killed programs; afterwards everything is counted."""

import itertools
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from eventsourcing.persistence import ApplicationRecorder

from api.database.installation import open_application
from domain import context
from domain.creator import CreatorSettings
from eventstore.factory import Datastore
from eventstore.integrity import check_log
from eventstore.listener import Listener
from eventstore.recorder import CHANNEL, Recorder
from tests.chaos.following import LogSubscriber, SeenEvent
from tests.chaos.library import library_recorder
from tests.chaos.proxy import Cut, Proxy, Rates
from tests.chaos.writing import CREATORS, KEY

ROOT = Path(__file__).parents[2]
WRITERS = (6, 5, 5)
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 600


@dataclass
class Findings:
    """What is not as it must be; all empty when all is well. The rest says how hard the test was."""

    skipped: list[SeenEvent] = field(default_factory=list)
    doubled: list[SeenEvent] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    torn_streams: list[str] = field(default_factory=list)
    lost_commands: list[str] = field(default_factory=list)
    repeated_commands: list[str] = field(default_factory=list)
    failed_programs: list[str] = field(default_factory=list)
    events: int = 0
    acknowledged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    cuts: Counter[Cut] = field(default_factory=Counter)

    @property
    def faults(self) -> dict[str, int]:
        """How many of each kind of fault, without those that did not happen."""
        found: dict[str, Sequence[object]] = {
            "skipped": self.skipped,
            "doubled": self.doubled,
            "gaps": self.gaps,
            "torn streams": self.torn_streams,
            "lost commands": self.lost_commands,
            "repeated commands": self.repeated_commands,
            "failed programs": self.failed_programs,
        }
        return {name: len(those) for name, those in found.items() if those}


def torture(url: str, folder: Path, *, commands: int, rates: Rates, kills: int, seed: int = 0) -> Findings:
    """Commands of Clonnect by 16 writers in 3 processes, on a fresh database. Raises `Broken` for a broken chain."""
    prepare(url)
    findings = Findings(kills=kills)
    with Proxy(url, rates, seed) as proxy, Datastore(proxy.url) as datastore:
        follower = LogSubscriber(Recorder(datastore))
        listener = Listener(proxy.url)
        listener.on(CHANNEL, follower.wake)
        listener.start()
        with following(follower):
            programs = Programs("clonnect", proxy.url, folder, commands, seed, findings)
            programs.run(kills)
            proxy.calm()
        listener.stop()
        findings.cuts = proxy.cuts
    with psycopg.connect(url, autocommit=True) as conn:
        rows = conn.execute(
            "SELECT notification_id, originator_id, originator_version, metadata->>'correlation_id', topic"
            "  FROM log.events ORDER BY notification_id"
        ).fetchall()
        compare(follower.seen, [SeenEvent(*row[:3]) for row in rows], findings)
        findings.gaps = [at for at, row in enumerate(rows, start=1) if row[0] != at]
        carried_out = Counter(row[3] for row in rows if row[4] in ("creator.mode_changed", "follower.message_received"))
        last = {row[3]: row[0] for row in rows}
        answered = programs.answered()
        findings.acknowledged = len(answered)
        findings.refused = programs.refused()
        findings.lost_commands = [each for each, position in answered.items() if last.get(each) != position]
        findings.repeated_commands = [each for each, times in carried_out.items() if times > 1]
        check_log(conn)
    return findings


def torture_library(url: str, folder: Path, *, commands: int, seed: int = 0) -> Findings:
    """The same writers, subscriber and comparison on the library's own function, with nothing cut or killed."""
    findings = Findings()
    with library_recorder(url, 2) as recorder:
        follower = LogSubscriber(recorder)
        with following(follower):
            Programs("library", url, folder, commands, seed, findings).run(0)
        compare(follower.seen, everything(recorder), findings)
    return findings


def prepare(url: str) -> None:
    """The creators whose bots are switched on and off."""
    with open_application(url, KEY) as app, context.acting("system", at=datetime.now(UTC)):
        for number in range(CREATORS):
            app.sign_up_creator(f"creator{number}", None, CreatorSettings())


@contextmanager
def following(follower: LogSubscriber) -> Iterator[LogSubscriber]:
    """A follower that reads until the end."""
    follower.start()
    try:
        yield follower
    finally:
        follower.stop()


def everything(recorder: ApplicationRecorder) -> list[SeenEvent]:
    found = recorder.select_notifications(None, 10_000_000)
    return [SeenEvent(each.id, each.originator_id, each.originator_version) for each in found]  # type: ignore[arg-type]


def compare(seen: Sequence[SeenEvent], stored: Sequence[SeenEvent], findings: Findings) -> None:
    """What the subscriber was given beside what a reader finds afterwards."""
    given = Counter(seen)
    findings.events = len(stored)
    findings.skipped = [each for each in stored if each not in given]
    findings.doubled = [each for each, times in given.items() if times > 1]
    streams = defaultdict(list)
    for each in stored:
        streams[each.stream].append(each.version)
    findings.torn_streams = [
        str(stream) for stream, versions in streams.items() if versions != list(range(1, len(versions) + 1))
    ]


class Programs:
    """The three writing programs, some of which are killed and replaced."""

    def __init__(self, target: str, url: str, folder: Path, commands: int, seed: int, findings: Findings) -> None:
        self._target = target
        self._url = url
        self._folder = folder
        self._share = commands // sum(WRITERS)
        self._seeds = itertools.count(seed)
        self._findings = findings
        self._journals: list[Path] = []

    def run(self, kills: int) -> None:
        """Start them, kill `kills` of them in the middle of their work, and wait for the others."""
        running = [self._start(writers) for writers in WRITERS]
        for number in range(kills):
            place = number % len(running)
            program, journal = running[place]
            self._wait_for_half(program, journal, WRITERS[place])
            program.kill()
            program.communicate()
            running[place] = self._start(WRITERS[place])
        for program, _ in running:
            _, said = program.communicate(timeout=PATIENCE_SECONDS)
            if program.returncode != 0:
                self._findings.failed_programs.append(said)

    def _start(self, writers: int) -> "tuple[subprocess.Popen[str], Path]":
        seed = next(self._seeds)
        journal = self._folder / f"{self._target}-{seed}.journal"
        journal.touch()
        self._journals.append(journal)
        command = ["-m", "tests.chaos.writing", self._target, self._url, str(writers), str(self._share * writers)]
        program = subprocess.Popen(
            [sys.executable, *command, str(seed), str(journal)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        return program, journal

    def _wait_for_half(self, program: "subprocess.Popen[str]", journal: Path, writers: int) -> None:
        while len(journal.read_text().splitlines()) < self._share * writers / 2:
            try:
                program.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return

    def _lines(self, word: str) -> Iterator[tuple[str, str]]:
        for journal in self._journals:
            for line in journal.read_text().splitlines():
                said, command_id, rest = line.split()
                if said == word:
                    yield command_id, rest

    def answered(self) -> dict[str, int]:
        """The position that each caller was told; 0 where it was said that nothing had changed."""
        return {command_id: 0 if position == "None" else int(position) for command_id, position in self._lines("done")}

    def refused(self) -> Counter[str]:
        return Counter(reason for _, reason in self._lines("refused"))
