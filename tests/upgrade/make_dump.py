"""Makes a database as this version of the program leaves it: `python -m tests.upgrade.make_dump 2026-11-30`.

To be run before something changes of how a database is read, on the version that is released; the files stay as they
are from then on. What it has written, and what it has not, it says at the end. Nothing in it is of a real person, and
no secret opens anything else (`tests/upgrade/dumps.py`).
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from api.database.cluster import DURABLE
from api.database.embedded import embedded_server
from api.database.migrate import migrate
from api.database.postgres_install import find_programs
from tests.harness.http import Served, opened
from tests.topics import EVENTS
from tests.upgrade.dumps import Dump, asked, be_of_today, lived_on, settings_of, standing_still
from tests.upgrade.story import BEGINS, EVA, UpgradeStory
from tests.world import CREATOR as MARIA
from tests.world import OTHER as PEDRO

OF_A_CREATOR = [
    "/settings/{c}",
    "/settings/{c}/channels",
    "/creator/config/{c}",
    "/creator/{c}/products",
    "/bot/{c}/status",
    "/access/{c}/keys",
    "/access/{c}/users",
    "/attention/{c}",
    "/dashboard/{c}/overview",
    "/dm/metrics/{c}",
    "/nurturing/{c}/stats",
    "/nurturing/{c}/followups?limit=1000",
    "/nurturing/{c}/sequences/re_engagement/enrolled",
    "/nurturing/{c}/sequences/objection_price/enrolled",
    "/nurturing/{c}/sequences/interest_cold/enrolled",
    "/dm/leads/{c}",
    "/dm/leads/{c}?limit=3&sort=name",
    "/dm/leads/{c}?status=hot",
    "/dm/leads/{c}/export",
    "/dm/conversations/{c}",
    "/dm/conversations/{c}/archived",
]
OF_A_LEAD = ("/dm/leads/{c}/{lead}", "/dm/follower/{c}/{lead}", "/dm/conversations/{c}/{lead}/messages?limit=1000")
SCHEMAS = ("log", "vault", "app", "read")


def main(name: str) -> None:
    """Let it all happen on a server of its own, and keep what is left."""
    dump = Dump(name)
    with tempfile.TemporaryDirectory(prefix="clonnect-dump-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with embedded_server(home / "postgres", {**DURABLE, "fsync": "off"}) as url:
            migrate(url)
            known = asyncio.run(_live(url, home))
            dump.sql.write_text(_dumped(url, home))
            _say(url)
            dump.write(known | {"lived_on": asyncio.run(_live_on(url, home, known))})
    for path in (dump.sql, dump.facts):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


async def _live(url: str, home: Path) -> dict[str, Any]:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("UPDATE app.clock SET is_demo = true, ahead = %s - now()", (BEGINS,))
    settings = settings_of(home)
    async with opened(url, settings) as served:
        for creator in (MARIA, PEDRO):
            await served.creator(creator)
        story = UpgradeStory(served)
        await story.told()
        then = served.runtime.clock()
    async with opened(url, settings, work=False) as served:
        with standing_still(served.runtime.clock, then):
            answers = await asked(served.client, [path async for path in _paths(served, story.keys)], story.keys)
    with psycopg.connect(url, autocommit=True) as conn:
        head = conn.execute("SELECT position || ':' || encode(chain, 'hex') FROM log.head").fetchone()
        topics = conn.execute("SELECT topic FROM log.events ORDER BY notification_id").fetchall()
    assert head is not None
    known: dict[str, Any] = {"then": then.isoformat(), "keys": story.keys, **story.known}
    return known | {"head": head[0], "topics": [topic for (topic,) in topics], "answers": answers}


async def _live_on(url: str, home: Path, known: dict[str, Any]) -> dict[str, dict[str, int]]:
    then = datetime.fromisoformat(known["then"])
    be_of_today(url, then)
    async with opened(url, settings_of(home)) as served:
        return await lived_on(served, known | {"then": then})


async def _paths(served: Served, keys: dict[str, str]) -> AsyncIterator[str]:
    """What is asked about all creators, and about every third lead."""
    for creator in (MARIA, PEDRO, EVA):
        for path in OF_A_CREATOR:
            yield path.replace("{c}", creator)
        client = {"X-API-Key": keys[creator]}
        leads = (await served.client.get(f"/dm/leads/{creator}?limit=1000", headers=client)).json()["leads"]
        for lead in leads[::3]:
            for path in OF_A_LEAD:
                yield path.replace("{c}", creator).replace("{lead}", lead["id"])
    yield f"/nurturing/{MARIA}/sequences"
    yield "/creator/list"


def _dumped(url: str, home: Path) -> str:
    """The database as text; what is text in it can be read there."""
    command = [str(find_programs(home) / "pg_dump"), "--no-owner", *(f"--schema={name}" for name in SCHEMAS), url]
    environment = os.environ | {"PGOPTIONS": "-c bytea_output=escape"}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def _say(url: str) -> None:
    with psycopg.connect(url, row_factory=tuple_row) as conn:
        topics = {topic for (topic,) in conn.execute("SELECT DISTINCT topic FROM log.events")}
        counts = [
            f"{table} {(conn.execute(f'SELECT count(*) FROM {table}'.encode()).fetchone() or (0,))[0]}"
            for (table,) in conn.execute(
                """SELECT schemaname || '.' || tablename FROM pg_tables
                    WHERE schemaname = ANY(%s) ORDER BY 1""",
                (list(SCHEMAS),),
            ).fetchall()
        ]
    print(", ".join(counts))
    print(
        f"{len(topics)} of {len(EVENTS)} kinds of events; not there: {', '.join(sorted(set(EVENTS) - topics)) or '-'}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
