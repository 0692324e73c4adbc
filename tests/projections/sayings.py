"""A projection that can be made to stumble, and what the tests of parking ask of it."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from domain.follower.follower import Follower
from domain.lead import Lead
from eventstore.log import Log, Recorded
from projections.engine.progress import Progress
from projections.engine.projection import Projection, Tables, handles
from projections.engine.projector import Projector
from tests.world import NO_POOL

Connection = psycopg.Connection[DictRow]


class Sayings(Projection):
    """Who said what, in which order did it arrive, and what was the last?"""

    name = "sayings"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"sayings": ("event_id",), "last_sayings": ("lead_id",)}
    schema = """
        CREATE TABLE {sayings} (
            event_id uuid PRIMARY KEY, lead_id uuid NOT NULL, said text NOT NULL CHECK (said <> 'refuse me'),
            arrived bigint GENERATED ALWAYS AS IDENTITY);
        CREATE TABLE {last_sayings} (lead_id uuid PRIMARY KEY, last text, sayings bigint NOT NULL DEFAULT 0);
    """
    stumbles_over: ClassVar[str | None] = None

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded) -> None:
        tables["last_sayings"].put(event.originator_id)

    @handles(Follower.MessageReceived)
    def message_received(self, event: Follower.MessageReceived, tables: Tables, recorded: Recorded) -> None:
        tables["sayings"].put(recorded.event_id, lead_id=event.lead_id, said=event.text)
        if event.text == self.stumbles_over:
            raise ValueError(f"I stumble over {event.text}")
        tables["last_sayings"].set(event.lead_id, last=event.text)
        tables["last_sayings"].add(event.lead_id, sayings=1)


def a_projector(url: str, log: Log, *kinds: type[Projection]) -> tuple[Projector, Progress]:
    progress = Progress(kind.name for kind in kinds)
    return Projector(url, log, [kind(NO_POOL) for kind in kinds], progress), progress


def said(conn: Connection, lead_id: UUID, suffix: str = "v1") -> list[str]:
    """What is shown of a person, in the order in which it was written."""
    rows = conn.execute(
        f"SELECT said FROM read.sayings_{suffix} WHERE lead_id = %s ORDER BY arrived".encode(), (lead_id,)
    )
    return [row["said"] for row in rows]


def last_said(conn: Connection, lead_id: UUID) -> tuple[str, int] | None:
    row = conn.execute("SELECT last, sayings FROM read.last_sayings_v1 WHERE lead_id = %s", (lead_id,)).fetchone()
    return None if row is None else (row["last"], row["sayings"])


def position_of(conn: Connection, kind: type[Projection] = Sayings) -> int:
    row = conn.execute(
        "SELECT position FROM read.projections WHERE name = %s AND version = %s", (kind.name, kind.version)
    ).fetchone()
    assert row is not None
    return int(row["position"])
