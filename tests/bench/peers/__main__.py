"""Measures Clonnect beside its peers, in turns, and writes docs/benchmarks.md.

`python -m tests.bench.peers SCALE [PART …]`: parts are `sends`, `messages`, `streams`, `moves` and `pages`; where only
some are named, what they find is printed and not written.
"""

import sys
from collections.abc import Callable, Iterator, Mapping

from tests.bench.peers.bots import bots
from tests.bench.peers.comparison import Comparison
from tests.bench.peers.cpu import postmaster_of
from tests.bench.peers.ground import Ground
from tests.bench.peers.messages import measure_messages
from tests.bench.peers.moves import measure_moves
from tests.bench.peers.pages import measure_pages
from tests.bench.peers.sends import measure_sends
from tests.bench.peers.streams import measure_streams
from tests.bench.results import machine, write_section
from tests.chaos.server import durable_server

ROUNDS = 3

Part = Callable[[Ground, float, int], Iterator[Comparison]]
PARTS: Mapping[str, Part] = {
    "sends": measure_sends,
    "messages": measure_messages,
    "streams": measure_streams,
    "moves": measure_moves,
    "pages": measure_pages,
}


def main(scale: float, *asked: str) -> None:
    tables = []
    with durable_server() as (url, folder), bots() as platform:
        ground = Ground(url, folder, postmaster_of(url), platform)
        for part in asked or PARTS:
            for comparison in PARTS[part](ground, scale, ROUNDS):
                tables.append(comparison.markdown())
                print(f"\n{tables[-1]}\n", flush=True)
    if not asked:
        write_section("make bench-peers", "\n\n".join([*tables, f"{machine()}; scale {scale:g}."]))


if __name__ == "__main__":
    main(*([float(sys.argv[1]), *sys.argv[2:]] if len(sys.argv) > 1 else [1.0]))
