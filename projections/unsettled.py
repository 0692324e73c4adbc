"""Read model of uncertain sends: of which messages does nobody know whether they arrived?"""

from collections.abc import Mapping
from typing import ClassVar

from domain.follower.follower import Follower
from eventstore.log import Recorded
from projections.engine.projection import Projection, Tables, handles


class Unsettled(Projection):
    """Messages in doubt, until evidence comes after all or a person has dealt with it.

    A person has when they had it sent again, when another message to the same person arrived, or when somebody has
    read the conversation since.
    """

    name, version = "unsettled", 2
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"unsettled": ("send_id",)}
    schema = """
        CREATE TABLE {unsettled} (
            send_id uuid PRIMARY KEY, since timestamptz NOT NULL, creator_id text NOT NULL,
            follower_id uuid NOT NULL, lead_id uuid NOT NULL);
        CREATE INDEX ON {unsettled} (creator_id, since, send_id);
        CREATE INDEX ON {unsettled} (follower_id);
    """

    @handles(Follower.SendUnresolved)
    def send_unresolved(self, event: Follower.SendUnresolved, tables: Tables, recorded: Recorded) -> None:
        tables["unsettled"].put(
            event.send_id,
            since=event.timestamp,
            creator_id=recorded.metadata["creator_id"],
            follower_id=event.originator_id,
            lead_id=event.lead_id,
        )

    @handles(Follower.SendRequested)
    def send_requested(self, event: Follower.SendRequested, tables: Tables, recorded: Recorded) -> None:
        if event.repeats is not None:
            tables["unsettled"].delete(event.repeats)

    @handles(Follower.SendRejected)
    def send_rejected(self, event: Follower.SendRejected, tables: Tables, recorded: Recorded) -> None:
        tables["unsettled"].delete(event.send_id)

    @handles(Follower.SendAccepted, Follower.Read, Follower.LifeEnded)
    def goes_on(self, event: Follower.Event, tables: Tables, recorded: Recorded) -> None:
        tables["unsettled"].delete_where(follower_id=event.originator_id)
