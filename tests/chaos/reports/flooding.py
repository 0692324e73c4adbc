"""Floods of the ways in, and what they cost the program and others."""

import asyncio
from contextlib import closing

from tests.bench.results import machine, write_section
from tests.chaos.flood import Drowned, drowning, floods
from tests.chaos.reports.words import counted
from tests.chaos.server import durable_server
from tests.harness.program import serving

FLOODS = (
    "flood",
    "connections at once",
    "opened",
    "MiB sent",
    "answered",
    "memory, MiB",
    "others' p99 before, ms",
    "and meanwhile",
    "times as long",
    "faults",
)


def flood_the_ways_in(scale: float) -> int:
    """Flood a served installation in every way, and write what that cost it, and others; 1 if it cost too much."""
    with durable_server() as (url, folder), serving(url, folder) as program:
        person = program.creator()
        with closing(person.client):
            for number in range(100):
                person.ask("POST /dm/leads/{c}", {"name": f"Ana {number}"})
        found = [asyncio.run(drowning(program, person, flood)) for flood in floods(program, person, scale)]
    rule = "|---|--:|--:|--:|---|--:|--:|--:|--:|---|"
    rows = [flood_row(each) for each in found]
    text = "\n".join((f"| {' | '.join(FLOODS)} |", rule, *rows, "", f"{machine()}; scale {scale:g}."))
    print(text)
    write_section("make chaos, floods", text)
    return 1 if any(each.faults for each in found) else 0


def flood_row(found: Drowned) -> str:
    """What one flood did, as a line of the table."""
    flood, sent = found.flood, found.sent
    about = f"{flood.kind} {'with a key' if flood.key else 'of strangers'}"
    cells = (
        f"{about}, {flood.a_second:g}/s" if flood.a_second else about,
        f"{flood.connections}",
        f"{sent.connections:,}",
        f"{sent.mebibytes:,.0f}",
        counted(sent.answers),
        f"{found.mebibytes:.0f}",
        f"{found.quiet * 1000:.0f}",
        f"{found.under * 1000:.0f}",
        f"{found.under / found.quiet:.1f}",
        "; ".join(found.faults) or "none",
    )
    return f"| {' | '.join(cells)} |"
