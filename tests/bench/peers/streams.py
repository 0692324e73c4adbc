"""Commands at a pace while nobody, some and many follow a creator live."""

import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict

from tests.bench.peers.comparison import Comparison, PeerFigure, cpu_figures, in_turns
from tests.bench.peers.ground import Ground, clonnect_program, wait_until_dealt_with
from tests.bench.peers.listening_in import Listened, ListeningLoad
from tests.bench.peers.moves import PeerSystem
from tests.bench.peers.people import CREATOR_ID, LEADS_MOVED, capture, sign_up_measured
from tests.bench.results import percentiles

STREAMS = (0, 20, 200)
PACE = 50
SECONDS = 10.0
CONNECTIONS = 16


def measure_streams(
    ground: Ground, scale: float, rounds: int, open_streams: tuple[int, ...] = STREAMS
) -> Iterator[Comparison]:
    """`clonnect serve`; all streams are of one key."""
    url = ground.database("streams")
    key = sign_up_measured(ground, url)
    capture(ground, url, LEADS_MOVED)
    with clonnect_program(ground, url, "serve") as program:
        served = PeerSystem((program,), key, functools.partial(wait_until_dealt_with, url))
        systems = {
            f"{number} streams": functools.partial(_round, ground, served, number, SECONDS * scale)
            for number in open_streams
        }
        yield in_turns(f"{PACE} commands/s while streams are open, Clonnect (`serve`)", systems, rounds)


def _round(ground: Ground, served: PeerSystem, streams: int, seconds: float) -> list[PeerFigure]:
    load = ListeningLoad(served.moving(CONNECTIONS, seconds, PACE), f"/stream/{CREATOR_ID}", streams)
    meter = ground.meter(*served.programs)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.peers.listening_in"],
        input=json.dumps(asdict(load)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    served.settle()
    cpu = meter.seconds()
    listened = Listened(**json.loads(done.stdout))
    served.moved += len(listened.answered)
    answered = percentiles(listened.answered)
    figures = [PeerFigure("command, p50", answered[0], "ms"), PeerFigure("command, p99", answered[1], "ms")]
    if listened.told:
        told = percentiles(listened.told)
        figures += [
            PeerFigure("command → stream, p50", told[0], "ms"),
            PeerFigure("command → stream, p99", told[1], "ms"),
        ]
    return [*figures, *cpu_figures("a command", cpu, len(listened.answered))]
