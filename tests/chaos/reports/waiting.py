"""Those who wait: for a database that is away, for a head that is held, for a connection that is silent."""

import asyncio

from tests.bench.results import machine, write_section
from tests.chaos import outage
from tests.chaos.proxy import Proxy, Rates
from tests.chaos.server import durable_server
from tests.harness.program import serving

AWAY_SECONDS = (5, 70, 130)
HELD_SECONDS = 60
SILENT_SECONDS = 20


def torture_the_patient(scale: float) -> int:
    """Take the database away, hold the head of the log, fall silent; 1 if anybody waited too long or was told wrong."""
    endured = []
    with durable_server() as (url, folder), Proxy(url, Rates()) as proxy, serving(proxy.url, folder) as program:
        person = program.creator("ana")
        person.client.close()
        for seconds in AWAY_SECONDS:
            found = outage.OutageFindings("PostgreSQL is away", seconds * scale, "database")
            endured.append(asyncio.run(outage.endure(program, person, found, lambda: outage.away(proxy))))
        found = outage.OutageFindings("somebody holds the head", HELD_SECONDS * scale, "head")
        endured.append(asyncio.run(outage.endure(program, person, found, lambda: outage.held(url))))
        found = outage.OutageFindings("a connection falls silent before COMMIT", SILENT_SECONDS * scale, "database")
        endured.append(asyncio.run(outage.endure(program, person, found, lambda: outage.silent(proxy))))
    text = "\n".join(
        (
            f"| {' | '.join(outage.HEADINGS)} |",
            "|---|--:|---|--:|--:|---|---|---|---|",
            *(found.row for found in endured),
            "",
            f"{outage.WRITERS} who write, one who reads; {machine()}; scale {scale:g}.",
        )
    )
    print(text)
    write_section("make chaos, waiting", text)
    return 0 if all(found.is_right for found in endured) else 1
