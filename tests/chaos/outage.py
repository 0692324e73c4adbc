"""People who write and read all the time, while the database is away or somebody holds the head of its log."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from random import randrange
from uuid import uuid4

import httpx
import psycopg

from tests.chaos.proxy import Cut, Proxy
from tests.harness.program import Person, Serving
from tests.harness.waiting import until

WRITERS = 6
LOOKS_EVERY = 0.1
UNAVAILABLE = 503
LATER = ("/problems/unavailable", "/problems/not-caught-up", "/problems/in-progress")
"""Answers after which the same request is sent again."""

PATIENCE_SECONDS = 60
REFUSED_WITHIN = 2.0
"""Seconds until somebody is told that it cannot be done now."""

STORED_WITHIN = 4.5
"""Seconds until somebody is told that it is stored: it waits two more for the screens, and is 202 then. The program
that asks is on the same machine."""

HEADINGS = (
    "trouble",
    "seconds",
    "answers",
    "slowest 503",
    "slowest other",
    "`ready` says it",
    "first write",
    "`ready` again",
    "faults",
)


@dataclass(frozen=True)
class TimedAnswer:
    """One answer: when it was asked for and how long it took, in seconds."""

    asked_at: float
    took: float
    status: int
    missing: tuple[str, ...] = ()

    @property
    def at(self) -> float:
        return self.asked_at + self.took


@dataclass
class OutageFindings:
    """How a program got through a trouble; `faults` is empty when nothing was lost, doubled or told otherwise."""

    name: str
    seconds: float
    word: str
    began: float = 0.0
    ended: float = 0.0
    answers: list[TimedAnswer] = field(default_factory=list)
    looks: list[TimedAnswer] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def meanwhile(self) -> list[TimedAnswer]:
        """What those were answered who waited while it lasted."""
        return [each for each in self.answers if each.at > self.began and each.asked_at < self.ended]

    @property
    def slowest_refusal(self) -> float:
        """The longest wait of those who were told that it could not be done."""
        return max((each.took for each in self.meanwhile if each.status == UNAVAILABLE), default=0)

    @property
    def slowest_other(self) -> float:
        """The longest wait of the others."""
        return max((each.took for each in self.meanwhile if each.status != UNAVAILABLE), default=0)

    @property
    def is_right(self) -> bool:
        """Whether nobody waited too long, was told wrong, or lost anything."""
        return not self.faults and self.slowest_refusal <= REFUSED_WITHIN and self.slowest_other <= STORED_WITHIN

    @property
    def first_write(self) -> float:
        """After its end."""
        return min((at for at in self.written if at > self.ended), default=float("inf")) - self.ended

    @property
    def ready_knew(self) -> float:
        """After its beginning."""
        return min((look.at for look in self.looks if self.word in look.missing), default=float("inf")) - self.began

    @property
    def ready_again(self) -> float:
        """After its end."""
        since = (look.at for look in self.looks if look.asked_at > self.ended and look.status != UNAVAILABLE)
        return min(since, default=float("inf")) - self.ended

    @property
    def row(self) -> str:
        """A line of the table."""
        statuses = Counter(each.status for each in self.answers)
        cells = (
            self.name,
            f"{self.seconds:g}",
            "; ".join(f"{times:,} {status}" for status, times in sorted(statuses.items())),
            f"{self.slowest_refusal:.2f} s",
            f"{self.slowest_other:.2f} s",
            f"after {self.ready_knew:.1f} s",
            f"after {self.first_write:.1f} s",
            f"after {self.ready_again:.1f} s",
            "; ".join(self.faults) or "none",
        )
        return f"| {' | '.join(cells)} |"


Trouble = Callable[[], AbstractContextManager[None]]


@contextmanager
def away(proxy: Proxy) -> Iterator[None]:
    """PostgreSQL is gone: connections are lost, new ones are refused."""
    proxy.close()
    yield
    proxy.open()


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody holds the head of the log with a transaction that they have left open."""
    with psycopg.connect(url) as conn:
        conn.execute("SELECT position FROM log.head FOR UPDATE")
        yield


@contextmanager
def silent(proxy: Proxy) -> Iterator[None]:
    """One connection hears and says nothing any more, behind the segment that brings an append."""
    proxy.plan(Cut.SILENT)
    yield


async def endure(program: Serving, person: Person, found: OutageFindings, trouble: Trouble) -> OutageFindings:
    """Let people write and read before, during and after a trouble, and compare the log with what they were told."""
    acknowledged: list[str] = []
    over = asyncio.Event()
    async with httpx.AsyncClient(
        base_url=program.address, headers={"X-API-Key": person.key}, timeout=PATIENCE_SECONDS
    ) as client:

        async def ask(method: str, path: str, **more: object) -> httpx.Response:
            asked_at = time.monotonic()
            answer = await client.request(method, path, **more)  # type: ignore[arg-type]
            found.answers.append(TimedAnswer(asked_at, time.monotonic() - asked_at, answer.status_code))
            return answer

        async def write() -> None:
            while not over.is_set():
                name, key = f"{randrange(10**9, 10**12)}", str(uuid4())
                lead = {"name": name, "platform": "telegram", "platform_user_id": name}
                while True:
                    answer = await ask("POST", f"/dm/leads/{person.name}", json=lead, headers={"Idempotency-Key": key})
                    if answer.is_success or answer.json()["type"] not in LATER:
                        break
                    await asyncio.sleep(LOOKS_EVERY)
                if answer.is_success:
                    acknowledged.append(answer.json()["lead"]["id"])
                    found.written.append(time.monotonic())
                else:
                    found.faults.append(f"{answer.status_code} for a lead: {answer.text[:200]}")

        async def read() -> None:
            while not over.is_set():
                answer = await ask("GET", f"/dm/leads/{person.name}", params={"limit": 1})
                if answer.status_code not in (200, UNAVAILABLE):
                    found.faults.append(f"{answer.status_code} for the board: {answer.text[:200]}")
                await asyncio.sleep(LOOKS_EVERY)

        async def look() -> None:
            while not over.is_set():
                asked_at = time.monotonic()
                answer = await client.get("/health/ready")
                took = time.monotonic() - asked_at
                found.looks.append(TimedAnswer(asked_at, took, answer.status_code, tuple(answer.json()["missing"])))
                await asyncio.sleep(LOOKS_EVERY)

        async with asyncio.TaskGroup() as tasks:
            for each in (look, read, *[write] * WRITERS):
                tasks.create_task(each())
            await until(lambda: len(found.written) > WRITERS)
            found.began = time.monotonic()
            with trouble():
                await asyncio.sleep(found.seconds)
            found.ended = time.monotonic()
            await until(lambda: found.first_write < float("inf") and found.ready_again < float("inf"))
            over.set()
    await asyncio.to_thread(_compare, program, acknowledged, found)
    return found


def _compare(program: Serving, acknowledged: list[str], found: OutageFindings) -> None:
    captured = Counter(event["metadata"]["lead_id"] for event in program.log() if event["topic"] == "lead.captured")
    lost = [lead for lead in acknowledged if lead not in captured]
    doubled = [lead for lead, times in captured.items() if times > 1]
    found.faults += [f"{len(those)} {what}" for what, those in (("lost", lost), ("doubled", doubled)) if those]
