"""Cards that are moved: how many a second, by 16 and by 64 callers that never pause."""

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench.http_load import Load
from tests.bench.peers.comparison import Comparison, PeerFigure, RoundOf, cpu_figures, in_turns
from tests.bench.peers.ground import Ground, PeerProgram, clonnect_program, wait_until_dealt_with, wait_until_shown
from tests.bench.peers.people import CREATOR_ID, LEADS_MOVED, capture, sign_up_measured
from tests.bench.peers.sender import Sender, sending
from tests.bench.results import percentiles

CARD = f"/dm/follower/{CREATOR_ID}/tg_{{m}}/status"
MOVE = '{"status": "{stage}"}'
CONNECTIONS = (16, 64)
SECONDS = 5.0

Start = Callable[[Ground, str], AbstractContextManager[tuple[PeerProgram, ...]]]
"""Starts the programs of a system on its database; the first one is asked."""


@dataclass
class PeerSystem:
    """A system that is up: whom to ask, with which key, and what to measure the CPU of.

    `settle` waits until it has done everything that follows from what was asked. `moved` is how many cards were moved
    so far: each that follows goes to a column where it is not yet.
    """

    programs: tuple[PeerProgram, ...]
    key: str
    settle: Callable[[], None] = lambda: None
    moved: int = 0

    def moving(self, connections: int, seconds: float, per_second: float | None = None) -> Load:
        """The next moves."""
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        return Load(
            *(self.programs[0].port, "PUT", CARD, MOVE, headers, connections, seconds),
            among=LEADS_MOVED,
            begin=self.moved,
            per_second=per_second,
        )


def measure_moves(ground: Ground, scale: float, rounds: int) -> Iterator[Comparison]:
    """All systems are up for all of the time, and are asked in turns."""
    with ExitStack() as stack, sending() as sender:
        systems = {name: stack.enter_context(start) for name, start in _systems(ground).items()}
        for served in systems.values():  # what was never asked is slow, and a system's own affair
            _round(ground, sender, served, max(CONNECTIONS), SECONDS * scale)
        for connections in CONNECTIONS:
            asked: dict[str, RoundOf] = {
                name: functools.partial(_round, ground, sender, served, connections, SECONDS * scale)
                for name, served in systems.items()
            }
            yield in_turns(f"cards moved, {connections} connections", asked, rounds)


def _round(ground: Ground, sender: Sender, served: PeerSystem, connections: int, seconds: float) -> list[PeerFigure]:
    meter = ground.meter(*served.programs)
    answers = sender.ask(served.moving(connections, seconds))
    served.settle()
    cpu = meter.seconds()
    served.moved += len(answers.seconds)
    median, worst = percentiles(answers.seconds)
    return [
        PeerFigure("moves", answers.per_second, "1/s"),
        PeerFigure("a move, p50", median, "ms"),
        PeerFigure("a move, p99", worst, "ms"),
        *cpu_figures("a move", cpu, len(answers.seconds)),
    ]


def _systems(ground: Ground) -> dict[str, AbstractContextManager[PeerSystem]]:
    starts: dict[str, Start] = {
        "`api` alone": _api_alone,
        "`api`, then `work`": _work_after,
        "`work`, then `api`": _work_before,
        "`serve`": _serve,
    }
    url = ground.database("moves")
    key = sign_up_measured(ground, url)
    capture(ground, url, LEADS_MOVED)
    return {
        f"Clonnect, {name}": _clonnect(ground, key, f"moves{number}", start)
        for number, (name, start) in enumerate(starts.items())
    }


@contextmanager
def _clonnect(ground: Ground, key: str, name: str, start: Start) -> Iterator[PeerSystem]:
    url = ground.database(name, "moves")
    settle = wait_until_shown if start is _api_alone else wait_until_dealt_with
    with start(ground, url) as programs:
        yield PeerSystem(programs, key, functools.partial(settle, url))


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
