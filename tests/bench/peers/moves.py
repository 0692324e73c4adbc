"""Cards that are moved: how many a second, by 16 and by 64 callers that never pause."""

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager

from tests.bench.peers.comparison import Comparison, PeerFigure, RoundOf, cpu_figures, in_turns
from tests.bench.peers.ground import Ground, PeerProgram, ask, clonnect_program, wait_until_dealt_with, wait_until_shown
from tests.bench.peers.other_leads import capture_elsewhere, other_servers
from tests.bench.peers.people import LEADS_MOVED, capture, sign_up_measured
from tests.bench.peers.sender import Sender, sending
from tests.bench.peers.system import PeerSystem
from tests.bench.results import percentiles

MOVED = "SELECT count(*) FROM log.events WHERE topic = 'lead.status_changed'"
CONNECTIONS = (16, 64)
SECONDS = 5.0

Start = Callable[[Ground, str], AbstractContextManager[tuple[PeerProgram, ...]]]
"""Starts the programs of a system on its database; the first one is asked."""


def measure_moves(ground: Ground, scale: float, rounds: int, *, with_others: bool) -> Iterator[Comparison]:
    """All systems are up for all of the time, and are asked in turns."""
    starts = clonnect_systems(ground)
    if with_others:
        starts |= other_servers(ground, capture_elsewhere(ground, LEADS_MOVED))
    yield from compare_moves(ground, starts, SECONDS * scale, rounds)


def compare_moves(
    ground: Ground, starts: Mapping[str, AbstractContextManager[PeerSystem]], seconds: float, rounds: int
) -> Iterator[Comparison]:
    with ExitStack() as stack, sending() as sender:
        systems = {name: stack.enter_context(start) for name, start in starts.items()}
        for served in systems.values():  # what was never asked is slow, and a system's own affair
            _round(ground, sender, served, max(CONNECTIONS), seconds)
        for connections in CONNECTIONS:
            asked: dict[str, RoundOf] = {
                name: functools.partial(_round, ground, sender, served, connections, seconds)
                for name, served in systems.items()
            }
            yield in_turns(f"cards moved, {connections} connections", asked, rounds)


def _round(ground: Ground, sender: Sender, served: PeerSystem, connections: int, seconds: float) -> list[PeerFigure]:
    meter = ground.meter(*served.programs)
    answers = sender.ask(served.moving(connections, seconds))
    served.settle()
    cpu = meter.seconds()
    served.have_moved(len(answers.seconds))
    median, worst = percentiles(answers.seconds)
    return [
        PeerFigure("moves", answers.per_second, "1/s"),
        PeerFigure("a move, p50", median, "ms"),
        PeerFigure("a move, p99", worst, "ms"),
        *cpu_figures("a move", cpu, len(answers.seconds)),
    ]


def clonnect_systems(ground: Ground) -> dict[str, AbstractContextManager[PeerSystem]]:
    """Every way to start Clonnect, each on a copy of a database."""
    starts: dict[str, Start] = {
        "`api` alone": _api_alone,
        "`api`, then `work`": _work_after,
        "`work`, then `api`": _work_before,
        "`serve`": _serve,
    }
    url = ground.database()
    key = sign_up_measured(ground, url)
    capture(ground, url, LEADS_MOVED)
    return {f"Clonnect, {name}": _clonnect(ground, key, url, start) for name, start in starts.items()}


@contextmanager
def _clonnect(ground: Ground, key: str, filled: str, start: Start) -> Iterator[PeerSystem]:
    url = ground.database(filled)
    settle = wait_until_shown if start is _api_alone else wait_until_dealt_with
    with start(ground, url) as programs:
        yield PeerSystem(programs, key, functools.partial(settle, url), functools.partial(ask, url, MOVED))


@contextmanager
def _api_alone(ground: Ground, url: str) -> Iterator[tuple[PeerProgram, ...]]:
    with clonnect_program(ground, url, "api") as api:
        yield (api,)


@contextmanager
def _work_after(ground: Ground, url: str) -> Iterator[tuple[PeerProgram, ...]]:
    with clonnect_program(ground, url, "api") as api, clonnect_program(ground, url, "work") as work:
        yield api, work


@contextmanager
def _work_before(ground: Ground, url: str) -> Iterator[tuple[PeerProgram, ...]]:
    with clonnect_program(ground, url, "work") as work, clonnect_program(ground, url, "api") as api:
        yield api, work


@contextmanager
def _serve(ground: Ground, url: str) -> Iterator[tuple[PeerProgram, ...]]:
    with clonnect_program(ground, url, "serve") as serve:
        yield (serve,)
