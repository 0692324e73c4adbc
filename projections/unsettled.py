"""What was begun, and has no end that anybody knows of?"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.follower import Follower
from domain.lead import Lead
from eventstore.log import Recorded
from projections.projection import Projection, Tables, handles


class Unfinished(StrEnum):
    """What it is that has no end."""

    UNCERTAIN = "uncertain"
    ERASURE = "erasure"


class Unsettled(Projection):
    """Messages of which nobody knows whether they arrived, and erasures that are not done.

    A message is left in doubt until evidence comes after all, another one to the same person arrives, or somebody has
    read the conversation since.
    """

    name = "unsettled"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"unsettled": ("ref",)}
    schema = """
        CREATE TABLE {unsettled} (
            ref uuid PRIMARY KEY, kind text NOT NULL, since timestamptz NOT NULL, creator_id text NOT NULL,
            follower_id uuid NOT NULL, lead_id uuid NOT NULL);
        CREATE INDEX ON {unsettled} (creator_id, since, ref);
        CREATE INDEX ON {unsettled} (follower_id);
    """

    @handles(Follower.SendUnresolved)
    def send_unresolved(self, event: Follower.SendUnresolved, tables: Tables, recorded: Recorded) -> None:
        _put(tables, recorded, event.send_id, Unfinished.UNCERTAIN, event.lead_id, event.timestamp)

    @handles(Follower.SendRejected)
    def send_rejected(self, event: Follower.SendRejected, tables: Tables, recorded: Recorded) -> None:
        tables["unsettled"].delete(event.send_id)

    @handles(Follower.SendAccepted, Follower.Read, Follower.LifeEnded)
    def goes_on(self, event: Follower.Event, tables: Tables, recorded: Recorded) -> None:
        tables["unsettled"].delete_where(follower_id=event.originator_id, kind=Unfinished.UNCERTAIN)

    @handles(Lead.ErasureRequested)
    def erasure_requested(self, event: Lead.ErasureRequested, tables: Tables, recorded: Recorded) -> None:
        _put(tables, recorded, event.originator_id, Unfinished.ERASURE, event.originator_id, event.timestamp)

    @handles(Lead.Erased)
    def erased(self, event: Lead.Erased, tables: Tables, recorded: Recorded) -> None:
        tables["unsettled"].delete(event.originator_id)


def _put(tables: Tables, recorded: Recorded, ref: UUID, kind: Unfinished, lead_id: UUID, since: datetime) -> None:
    tables["unsettled"].put(
        ref,
        kind=kind,
        since=since,
        creator_id=recorded.metadata["creator_id"],
        follower_id=recorded.metadata["follower_id"],
        lead_id=lead_id,
    )
