"""What a flood does to a served installation: to its memory, and to somebody else who reads meanwhile."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from tests.chaos.flooding import MEBIBYTE, Flood, Sent
from tests.harness.processes import ROOT
from tests.harness.program import Person, Serving

PACE = 20
"""How often a second somebody else reads."""
MOST_MEMORY = 64
"""MiB that a flood may cost."""
MOST_PATIENCE = 3
"""How many times as long the slowest of a hundred reads may take."""


@dataclass(frozen=True)
class Drowned:
    """What one flood did: seconds of the 99th percentile of others' reads before and during it, and memory."""

    flood: Flood
    sent: Sent
    quiet: float
    under: float
    mebibytes: float
    others: Mapping[int, int]

    @property
    def faults(self) -> Sequence[str]:
        """What must not be, however busy the machine is."""
        memory = [f"{self.mebibytes:.0f} MiB of memory"] if self.mebibytes > MOST_MEMORY else []
        return memory + [f"{times} × {status} for others" for status, times in self.others.items() if status != 200]


def floods(program: Serving, person: Person, scale: float) -> Sequence[Flood]:
    """Each kind, for so many times ten seconds."""
    port, seconds = urlsplit(program.address).port or 0, 10 * scale
    sheet, lead = f"/dm/leads/{person.name}/import", f"/dm/leads/{person.name}"
    return (
        Flood("slow heads", port, 500, seconds),
        Flood("slow bodies", port, 24, seconds, sheet),
        Flood("slow bodies", port, 24, seconds, sheet, person.key),
        Flood("trailers", port, 8, seconds, lead),
        Flood("trailers", port, 8, seconds, lead, person.key),
        Flood("requests", port, 50, seconds, "/health/ready", a_second=1000),
    )


async def drowning(program: Serving, person: Person, flood: Flood) -> Drowned:
    """Read as somebody else, first alone and then while others flood."""
    server = serving_process(flood.port)
    async with httpx.AsyncClient(base_url=program.address, headers={"X-API-Key": person.key}, timeout=30) as client:
        await _reads(client, person, 1)
        quiet, _, _ = await _watched(server, _reads(client, person, flood.seconds))
        others = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.flooding"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        before = server.memory_info().rss
        said = asyncio.create_task(others.communicate(json.dumps(asdict(flood)).encode()))
        under, answers, most = await _watched(server, _reads(client, person, flood.seconds))
        sent = Sent(**json.loads((await said)[0]))
    return Drowned(flood, sent, quiet, under, max(0, most - before) / MEBIBYTE, answers)


async def _reads(client: httpx.AsyncClient, person: Person, seconds: float) -> tuple[list[float], Counter[int]]:
    """How long each page of the board took, at a pace that is kept, and the statuses."""
    took: list[float] = []
    statuses: Counter[int] = Counter()
    end = time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        statuses[(await client.get(f"/dm/leads/{person.name}?limit=50")).status_code] += 1
        took.append(time.monotonic() - began)
        await asyncio.sleep(max(0, began + 1 / PACE - time.monotonic()))
    return took, statuses


async def _watched(
    server: psutil.Process, reading: Coroutine[Any, Any, tuple[list[float], Counter[int]]]
) -> tuple[float, Counter[int], int]:
    """The 99th percentile and the statuses of what is read, and the most memory that the server has meanwhile."""
    task = asyncio.ensure_future(reading)
    most = 0
    while not task.done():
        most = max(most, server.memory_info().rss)
        await asyncio.wait([task], timeout=0.05)
    took, statuses = task.result()
    return sorted(took)[int(len(took) * 0.99)], statuses, most


def serving_process(port: int) -> psutil.Process:
    """The process, started by this one, that listens there."""
    ours = psutil.Process().children()
    return next(each for each in ours if any(line.laddr and line.laddr.port == port for line in each.net_connections()))
