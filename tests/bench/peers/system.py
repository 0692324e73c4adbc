"""A system that is up and can be asked over HTTP, whosever it is."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.http_load import Load
from tests.bench.peers.ground import PeerProgram
from tests.bench.peers.people import CREATOR_ID, LEADS_MOVED

CARD = f"/dm/follower/{CREATOR_ID}/tg_{{m}}/status"
MOVE = '{"status": "{stage}"}'


@dataclass
class PeerSystem:
    """Whom to ask, with which key, and what to measure the CPU of; the first program is the one that serves.

    `settle` waits until it has done everything that follows from what was asked, and `moves_kept` counts the moves in
    its history. `moved` is how many cards were moved so far: each that follows goes to a column where it is not yet.
    """

    programs: tuple[PeerProgram, ...]
    key: str
    settle: Callable[[], None] = lambda: None
    moves_kept: Callable[[], int] = lambda: 0
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

    def have_moved(self, number: int) -> None:
        """Raises unless every move so far is in the history, once."""
        self.moved += number
        if (kept := self.moves_kept()) != self.moved:
            raise RuntimeError(f"{kept} of {self.moved} moves are in the history")
