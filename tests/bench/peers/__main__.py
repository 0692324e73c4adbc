"""Measures Clonnect beside its peers, in turns, and writes docs/benchmarks.md.

`python -m tests.bench.peers SCALE [PART …]`: the parts are `sends`, `messages`, `streams`, `moves` and `pages`. Where
only some are named, what is found is printed and not written, and `--alone` leaves the peers out.
"""

import argparse
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Identifier

from tests.bench.peers.bots import bots
from tests.bench.peers.comparison import Comparison
from tests.bench.peers.cpu import postmaster_of
from tests.bench.peers.ground import Ground, database_name
from tests.bench.peers.messages import measure_messages
from tests.bench.peers.moves import measure_moves
from tests.bench.peers.others import are_installed
from tests.bench.peers.pages import measure_pages
from tests.bench.peers.sends import measure_sends
from tests.bench.peers.streams import measure_streams
from tests.bench.results import machine, write_section
from tests.chaos.server import durable_server

ROUNDS = 3
COMMAND = "make bench-peers"

Part = Callable[[Ground, float, int], Iterator[Comparison]]


def parts(with_others: bool) -> Mapping[str, Part]:
    return {
        "sends": functools.partial(measure_sends, with_others=with_others),
        "messages": measure_messages,
        "streams": measure_streams,
        "moves": functools.partial(measure_moves, with_others=with_others),
        "pages": functools.partial(measure_pages, with_others=with_others),
    }


@contextmanager
def durable_ground() -> Iterator[Ground]:
    """A server with the settings of a real one, and the platform."""
    with durable_server() as (url, folder), bots() as platform:
        numbers = itertools.count(1)

        def new_database(template: str) -> str:
            name = f"measured{next(numbers)}"
            with psycopg.connect(url.replace("/clonnect?", "/postgres?"), autocommit=True) as conn:
                conn.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
            return url.replace("/clonnect?", f"/{name}?")

        yield Ground(new_database, database_name(url), folder, postmaster_of(url), platform)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__)
    parser.add_argument("scale", type=float, nargs="?", default=1.0)
    parser.add_argument("part", nargs="*", choices=[*parts(with_others=False), []])
    parser.add_argument("--alone", action="store_true")
    given = parser.parse_args()
    if not given.alone and not are_installed():
        parser.error(f"the peers are not installed: `{COMMAND}` does it, and --alone measures without them")
    tables = []
    with durable_ground() as ground:
        for name, measure in parts(with_others=not given.alone).items():
            if name in given.part or not given.part:
                for comparison in measure(ground, given.scale, ROUNDS):
                    tables.append(comparison.markdown())
                    print(f"\n{tables[-1]}\n", flush=True)
    if not given.part and not given.alone:
        write_section(COMMAND, "\n\n".join([*tables, f"{machine()}; scale {given.scale:g}."]))


if __name__ == "__main__":
    main()
