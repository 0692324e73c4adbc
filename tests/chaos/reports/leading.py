"""A leader that hangs, and a worker that is far from the database."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import dict_row

from tests.bench.results import machine, write_section
from tests.chaos import far, hanging
from tests.chaos.reports.words import counted, table
from tests.chaos.server import durable_server
from tests.harness.installation import Installation
from tests.platforms.bot_api import BotApi

HUNG_SECONDS = 60
PEOPLE_PER_SECOND = 2
FAR_SECONDS = 10
MESSAGES_PER_SECOND = 33
FAR_ONE_WAY_SECONDS = 0.03
HUNG = (
    "stopped for",
    "people wrote",
    "were answered",
    "first answer after",
    "oldest event not shown",
    "last not ready after",
    "ready after waking",
    "faults",
)
FAR = ("away", "messages", "a second", "understood", "answered", "all done after", "faults")


def stop_the_leader(scale: float) -> int:
    """Stop the program that leads everything for a minute, and write what others noticed; 1 if too much."""
    with installed() as installation:
        found = hanging.hang(installation, HUNG_SECONDS * scale, PEOPLE_PER_SECOND)
    print(text := "\n".join((hung_table(found, HUNG_SECONDS * scale), "", f"{machine()}; scale {scale:g}.")))
    for fault in found.faults:
        print(fault, file=sys.stderr)
    write_section("make chaos, a hung leader", text)
    return 1 if found.faults else 0


def move_the_worker(scale: float) -> int:
    """Let one person write to a worker far from the database, and write what became of it; 1 if not everything."""
    with installed() as installation:
        found = far.write_to_a_far_worker(installation, FAR_SECONDS * scale, MESSAGES_PER_SECOND, FAR_ONE_WAY_SECONDS)
    print(text := "\n".join((far_table(found, FAR_SECONDS * scale), "", f"{machine()}; scale {scale:g}.")))
    write_section("make chaos, a far worker", text)
    return 1 if found.faults else 0


@contextmanager
def installed() -> Iterator[Installation]:
    """An installation on a durable server of its own; what its programs said is printed when it fails."""
    with (
        durable_server() as (url, folder),
        BotApi() as bot_api,
        psycopg.connect(url, autocommit=True, row_factory=dict_row) as conn,
    ):
        installation = Installation(url, folder, bot_api, conn)
        try:
            yield installation
        except BaseException:
            print(installation.said, file=sys.stderr)
            raise
        finally:
            bot_api.release()
            installation.stop()


def hung_table(found: hanging.HangingFindings, seconds: float) -> str:
    """What others noticed of a leader that hung."""
    cells = (
        f"{seconds:.0f} s",
        f"{found.written}",
        f"{found.answered}",
        f"{found.first_answer:.1f} s",
        f"{found.unseen:.1f} s",
        f"{found.unready:.1f} s" if found.unready else "never",
        f"{found.woken:.1f} s",
        counted(Counter(found.faults)),
    )
    return table(HUNG, cells)


def far_table(found: far.FarFindings, seconds: float) -> str:
    """What became of the messages to a far worker."""
    cells = (
        f"{FAR_ONE_WAY_SECONDS * 1000:.0f} ms",
        f"{found.written}",
        f"{found.written / seconds:.0f}",
        f"{found.understood}",
        f"{found.answered}",
        f"{found.drained:.0f} s",
        counted(found.faults),
    )
    return table(FAR, cells)
