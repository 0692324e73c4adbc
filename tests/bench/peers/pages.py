"""Pages of the board and of the inbox, fifty rows each, of a creator with many leads."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack

from tests.bench.http_load import Load
from tests.bench.lived import come, live
from tests.bench.peers.comparison import Comparison, PeerFigure, RoundOf, cpu_figures, in_turns
from tests.bench.peers.ground import Ground, clonnect_program
from tests.bench.peers.moves import PeerSystem
from tests.bench.peers.people import CREATOR_ID, sign_up_measured
from tests.bench.peers.sender import Sender, sending
from tests.bench.results import percentiles

LEADS = 20_000
SECONDS = 3.0
CONNECTIONS = (16, 64)
PAGES = {
    "a column of 50": f"/dm/leads/{CREATOR_ID}?limit=50&status={{column}}",
    "an inbox of 50": f"/dm/conversations/{CREATOR_ID}?limit=50",
}


def measure_pages(ground: Ground, scale: float, rounds: int) -> Iterator[Comparison]:
    """All systems are up for all of the time, and are asked in turns."""
    leads = max(int(LEADS * min(scale, 1)), 200)
    with ExitStack() as stack, sending() as sender:
        url = ground.database("pages")
        key = sign_up_measured(ground, url)
        api = stack.enter_context(clonnect_program(ground, url, "api"))
        come(url, CREATOR_ID, range(1, leads + 1))
        live(url, CREATOR_ID)
        systems = {"Clonnect (`api`)": PeerSystem((api,), key)}
        for served in systems.values():
            for path in PAGES.values():
                _round(ground, sender, served, path, max(CONNECTIONS), SECONDS * scale)
        for what, path in PAGES.items():
            for connections in CONNECTIONS:
                asked: dict[str, RoundOf] = {
                    name: functools.partial(_round, ground, sender, served, path, connections, SECONDS * scale)
                    for name, served in systems.items()
                }
                yield in_turns(f"{what}, {leads:,} leads, {connections} connections", asked, rounds)


def _round(
    ground: Ground, sender: Sender, served: PeerSystem, path: str, connections: int, seconds: float
) -> list[PeerFigure]:
    load = Load(served.programs[0].port, "GET", path, "", {"X-API-Key": served.key}, connections, seconds)
    meter = ground.meter(*served.programs)
    answers = sender.ask(load)
    cpu = meter.seconds()
    median, worst = percentiles(answers.seconds)
    return [
        PeerFigure("pages", answers.per_second, "1/s"),
        PeerFigure("a page, p50", median, "ms"),
        PeerFigure("a page, p99", worst, "ms"),
        *cpu_figures("a page", cpu, len(answers.seconds)),
    ]
