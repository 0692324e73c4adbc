"""The disk of the embedded database fills up while the program serves, and has room again some time later."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

from tests.harness.processes import LISTENS, STOP_SECONDS, clonnect, started
from tests.harness.program import UNLIMITED

DISK = "300m"
FILLING = 1 << 20
WAITS_SECONDS = 30
ASKS_EVERY = 0.1
NOTES = "x" * 4_000


@dataclass
class FullDisk:
    """What was seen; `faults` is empty when all is well."""

    stored: int = 0
    refused: int = 0
    slowest_refusal: float = 0
    told_after: float = 0
    first_write_after: float = 0
    faults: list[str] = field(default_factory=list)


class Client:
    """Adds leads, and knows which of them were acknowledged."""

    def __init__(self, address: str, key: str) -> None:
        self._http = httpx.Client(base_url=address, headers={"X-API-Key": key}, timeout=WAITS_SECONDS)
        self.acknowledged: set[str] = set()
        self._number = 0

    def add(self) -> tuple[int, float]:
        """The status of the answer and how many seconds it took."""
        self._number += 1
        name = f"Lead {self._number}"
        began = time.monotonic()
        answer = self._http.post("/dm/leads/maria", json={"name": name, "notes": NOTES})
        if answer.is_success:
            self.acknowledged.add(name)
        return answer.status_code, time.monotonic() - began

    def missing(self) -> list[str]:
        """What `/health/ready` says is missing."""
        return list(self._http.get("/health/ready").json()["missing"])

    def shown(self) -> set[str]:
        """The names of all leads."""
        names: set[str] = set()
        cursor: dict[str, str] = {}
        while True:
            page = self._http.get("/dm/leads/maria", params={"limit": "1000", **cursor}).json()
            names |= {lead["name"] for lead in page["leads"]}
            if page["next_cursor"] is None:
                return names
            cursor = {"cursor": page["next_cursor"]}


def fill_the_disk(seconds: float) -> FullDisk:
    """Write until nothing can be stored, for `seconds` more, then make room and write on.

    Needs root, who alone may make a small disk.
    """
    found = FullDisk()
    with small_disk() as disk, tempfile.TemporaryFile("w+") as said, serving_on(disk, said) as client:
        client.add()
        ballast = disk / "ballast"
        fill(ballast)
        while client.add()[0] < 500:
            pass
        began = time.monotonic()
        found.told_after = until(
            lambda: "disk" in client.missing(), "`ready` does not say that the disk is full", found
        )
        while time.monotonic() - began < seconds:
            status, took = client.add()
            found.refused += status == 503
            found.slowest_refusal = max(found.slowest_refusal, took)
            if "disk" not in client.missing():
                found.faults.append("`ready` does not say so for as long as it lasts")
        ballast.unlink()
        found.first_write_after = until(
            lambda: client.add()[0] == 200, "nothing is stored although there is room", found
        )
        until(lambda: not client.missing(), "`ready` does not recover", found)
        found.stored = len(client.acknowledged)
        if lost := client.acknowledged - client.shown():
            found.faults.append(f"{len(lost)} acknowledged leads are lost")
        run(disk, "check-log")
        said.seek(0)
        if "is full" not in said.read():
            found.faults.append("the program's log does not say that the disk is full")
    return found


def until(holds: Callable[[], bool], fault: str, found: FullDisk) -> float:
    """How many seconds it takes until something holds; a fault if it does not within some time."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > WAITS_SECONDS:
            found.faults.append(fault)
            break
        time.sleep(ASKS_EVERY)
    return time.monotonic() - began


def fill(ballast: Path) -> None:
    """Take all the room that is left."""
    with ballast.open("wb", buffering=0) as file:
        size = FILLING
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of a few hundred megabytes, in memory."""
    with tempfile.TemporaryDirectory(prefix="clonnect-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=711", "tmpfs", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


@contextmanager
def serving_on(disk: Path, said: IO[str]) -> Iterator[Client]:
    """`clonnect serve` with its own database on a disk, and somebody who has a key."""
    program = started(disk, "serve", "--port", "0", out=subprocess.PIPE, errors=said, **UNLIMITED)
    try:
        assert program.stdout
        address = program.stdout.readline().removeprefix(LISTENS).strip()
        run(disk, "creators", "add", "maria")
        key = run(disk, "keys", "add", "maria", "--role", "owner").strip()
        yield Client(address, key)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(STOP_SECONDS)


def run(disk: Path, *arguments: str) -> str:
    """What a command prints."""
    done = clonnect(disk, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
