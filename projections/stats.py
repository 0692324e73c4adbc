"""Read model of the dashboard: leads at each stage, messages, who is about to buy, who waits for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from domain.follower.follower import Follower
from domain.lead import Lead
from domain.scoring.score import Score
from domain.vocabulary import Status
from eventstore.log import Recorded
from projections.engine.counter_triggers import counts
from projections.engine.projection import Projection, Tables, handles

HIGH_INTENT = 0.5


@dataclass(frozen=True)
class CreatorFigures:
    """The numbers of one creator at one instant."""

    by_status: Mapping[Status, int]
    messages: int
    escalations: int
    high_intent: int

    @property
    def leads(self) -> int:
        return sum(self.by_status.values())


class Stats(Projection):
    """One row for each lead, and sums over those that are listed.

    A lead that is `listed` no more is counted nowhere, and keeps its row for the day that it is again.
    """

    name = "stats"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "counted_leads": ("lead_id",),
        "stage_numbers": ("creator_id", "status"),
        "high_intent": ("creator_id", "last_hour"),
    }
    schema = (
        """
        CREATE TABLE {counted_leads} (
            lead_id uuid PRIMARY KEY, creator_id text NOT NULL, status text NOT NULL,
            messages bigint NOT NULL DEFAULT 0, escalated boolean NOT NULL DEFAULT false,
            high_until timestamptz, listed boolean NOT NULL DEFAULT true);
        CREATE INDEX ON {counted_leads} (creator_id, high_until) WHERE listed AND high_until IS NOT NULL;
        CREATE TABLE {stage_numbers} (
            creator_id text, status text, leads bigint NOT NULL, messages bigint NOT NULL,
            escalations bigint NOT NULL, PRIMARY KEY (creator_id, status)) WITH (fillfactor = 50);
        CREATE TABLE {high_intent} (
            creator_id text, last_hour timestamptz, leads bigint NOT NULL,
            PRIMARY KEY (creator_id, last_hour)) WITH (fillfactor = 50);
        """
        + counts(
            "stage_numbers",
            "counted_leads",
            by={"creator_id": "creator_id", "status": "status"},
            sums={
                "leads": "listed::int",
                "messages": "CASE WHEN listed THEN messages ELSE 0 END",
                "escalations": "(listed AND escalated)::int",
            },
        )
        + counts(
            "high_intent",
            "counted_leads",
            by={"creator_id": "creator_id", "last_hour": "date_trunc('hour', high_until, 'UTC')"},
            sums={"leads": "(listed AND high_until IS NOT NULL)::int"},
        )
    )

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].put(
            event.originator_id,
            creator_id=event.creator_id,
            status=event.status,
            messages=0,
            escalated=False,
            high_until=None,
            listed=True,
        )

    @handles(Lead.StatusChanged)
    def status_changed(self, event: Lead.StatusChanged, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].set(event.originator_id, status=event.after)

    @handles(Lead.Scored)
    def scored(self, event: Lead.Scored, tables: Tables, recorded: Recorded) -> None:
        high_until = Score(event.terms).lasts_until(HIGH_INTENT, event.timestamp)
        tables["counted_leads"].set(event.originator_id, high_until=high_until)

    @handles(Lead.Archived, Lead.MarkedAsSpam)
    def put_aside(self, event: Lead.Archived, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].set(event.originator_id, listed=False)

    @handles(Lead.Restored)
    def restored(self, event: Lead.Restored, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].set(event.originator_id, listed=True)

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].delete(event.originator_id)

    @handles(Follower.MessageReceived)
    def message_received(self, event: Follower.MessageReceived, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].add(event.lead_id, messages=1)

    @handles(Follower.Escalated)
    def escalated(self, event: Follower.Escalated, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].set(event.lead_id, escalated=True)

    @handles(Follower.EscalationResolved)
    def escalation_resolved(self, event: Follower.EscalationResolved, tables: Tables, recorded: Recorded) -> None:
        tables["counted_leads"].set(event.lead_id, escalated=False)

    async def numbers(self, creator_id: str, now: datetime) -> CreatorFigures:
        """The numbers at `now`. High intents are summed by the hour in which they end, this hour's one by one."""
        next_hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        rows = await self.select(
            """SELECT status, leads, messages, escalations, 0 AS high FROM {stage_numbers}
                WHERE creator_id = %(creator_id)s
               UNION ALL
               SELECT NULL, 0, 0, 0, (SELECT coalesce(sum(leads), 0)::bigint FROM {high_intent}
                                       WHERE creator_id = %(creator_id)s
                                         AND last_hour >= %(next_hour)s)
                                   + (SELECT count(*) FROM {counted_leads}
                                       WHERE creator_id = %(creator_id)s AND listed
                                         AND high_until >= %(now)s AND high_until < %(next_hour)s)""",
            creator_id=creator_id,
            now=now,
            next_hour=next_hour,
        )
        return CreatorFigures(
            by_status=dict.fromkeys(Status, 0) | {Status(row["status"]): row["leads"] for row in rows if row["status"]},
            messages=sum(row["messages"] for row in rows),
            escalations=sum(row["escalations"] for row in rows),
            high_intent=sum(row["high"] for row in rows),
        )
