"""Read model of what waits for a person: which answers are to be approved, and who has asked for somebody?"""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.follower.follower import Follower
from domain.lead import Lead
from eventstore.log import Recorded
from projections.engine.projection import Projection, Tables, handles

WAITING = "waiting"


class AwaitingPerson(Projection):
    """One row for each draft and for each escalation.

    What is settled keeps its row, a draft without its text: so it is told from what never was.
    """

    name = "awaiting_person"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"drafts": ("draft_id",), "escalations": ("escalation_id",)}
    schema = """
        CREATE TABLE {drafts} (
            draft_id uuid PRIMARY KEY, creator_id text NOT NULL, lead_id uuid NOT NULL, follower_id uuid NOT NULL,
            burst_id uuid NOT NULL, text text NOT NULL, language text NOT NULL, intent text NOT NULL,
            confidence double precision NOT NULL, source text NOT NULL, product_id uuid, why text[] NOT NULL,
            created_at timestamptz NOT NULL, expires_at timestamptz, state text NOT NULL);
        CREATE INDEX ON {drafts} (creator_id, created_at, draft_id) WHERE state = 'waiting';
        CREATE INDEX ON {drafts} (lead_id);
        CREATE TABLE {escalations} (
            escalation_id uuid PRIMARY KEY, creator_id text NOT NULL, lead_id uuid NOT NULL,
            follower_id uuid NOT NULL, reason text NOT NULL, message_id text NOT NULL,
            created_at timestamptz NOT NULL, is_resolved boolean NOT NULL);
        CREATE INDEX ON {escalations} (creator_id, created_at, escalation_id) WHERE NOT is_resolved;
        CREATE INDEX ON {escalations} (lead_id);
    """

    @handles(Follower.ReplyDrafted)
    def reply_drafted(self, event: Follower.ReplyDrafted, tables: Tables, recorded: Recorded) -> None:
        if event.why_draft:
            tables["drafts"].put(
                event.draft_id,
                creator_id=recorded.metadata["creator_id"],
                lead_id=event.lead_id,
                follower_id=event.originator_id,
                burst_id=event.burst_id,
                text=event.text,
                language=event.language,
                intent=event.intent,
                confidence=event.confidence,
                source=event.source,
                product_id=event.product_id,
                why=list(event.why_draft),
                created_at=event.timestamp,
                expires_at=event.expires_at,
                state=WAITING,
            )

    @handles(
        Follower.DraftApproved,
        Follower.DraftEdited,
        Follower.DraftRejected,
        Follower.DraftSuperseded,
        Follower.DraftExpired,
    )
    def draft_settled(self, event: Follower.DraftApproved, tables: Tables, recorded: Recorded) -> None:
        tables["drafts"].set(event.draft_id, state=event.TOPIC.rpartition("_")[2], text="")

    @handles(Follower.Escalated)
    def escalated(self, event: Follower.Escalated, tables: Tables, recorded: Recorded) -> None:
        tables["escalations"].put(
            event.escalation_id,
            creator_id=recorded.metadata["creator_id"],
            lead_id=event.lead_id,
            follower_id=event.originator_id,
            reason=event.reason,
            message_id=event.message_id,
            created_at=event.timestamp,
            is_resolved=False,
        )

    @handles(Follower.EscalationResolved)
    def escalation_resolved(self, event: Follower.EscalationResolved, tables: Tables, recorded: Recorded) -> None:
        tables["escalations"].set(event.escalation_id, is_resolved=True)

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        tables["drafts"].delete_where(lead_id=event.originator_id)
        tables["escalations"].delete_where(lead_id=event.originator_id)

    async def draft(self, creator_id: str, draft_id: UUID) -> DictRow | None:
        """One draft, waiting or settled."""
        return await self.select_one(
            "SELECT * FROM {drafts} WHERE draft_id = %(draft_id)s AND creator_id = %(creator_id)s",
            draft_id=draft_id,
            creator_id=creator_id,
        )

    async def escalation(self, creator_id: str, escalation_id: UUID) -> DictRow | None:
        """One escalation, waiting or resolved."""
        return await self.select_one(
            """SELECT * FROM {escalations}
                WHERE escalation_id = %(escalation_id)s AND creator_id = %(creator_id)s""",
            escalation_id=escalation_id,
            creator_id=creator_id,
        )

    async def drafts(
        self, creator_id: str, lead_id: UUID | None, after: tuple[str, UUID] | None, limit: int
    ) -> tuple[list[DictRow], int]:
        """Drafts that wait, those that wait longest first, behind a place in the list; and how many there are."""
        wanted = "creator_id = %(creator_id)s AND state = 'waiting'" + (" AND lead_id = %(lead_id)s" if lead_id else "")
        return await self._oldest_first("drafts", "draft_id", wanted, after, limit, creator_id, lead_id)

    async def escalations(
        self, creator_id: str, after: tuple[str, UUID] | None, limit: int
    ) -> tuple[list[DictRow], int]:
        """People who wait for a person, those who wait longest first; and how many there are."""
        wanted = "creator_id = %(creator_id)s AND NOT is_resolved"
        return await self._oldest_first("escalations", "escalation_id", wanted, after, limit, creator_id, None)

    async def _oldest_first(
        self,
        table: str,
        key: str,
        wanted: str,
        after: tuple[str, UUID] | None,
        limit: int,
        creator_id: str,
        lead_id: UUID | None,
    ) -> tuple[list[DictRow], int]:
        values = {"creator_id": creator_id} | ({"lead_id": lead_id} if lead_id else {})
        counted = await self.select_one(f"SELECT count(*) AS n FROM {{{table}}} WHERE {wanted}", **values)
        behind = f" AND (created_at, {key}) > (%(at)s::timestamptz, %(row_id)s::uuid)" if after else ""
        place = {"at": after[0], "row_id": after[1]} if after else {}
        rows = await self.select(
            f"""SELECT * FROM {{{table}}} WHERE {wanted}{behind}
                 ORDER BY created_at, {key} LIMIT %(limit)s""",
            **values,
            **place,
            limit=limit,
        )
        return rows, int(counted["n"]) if counted else 0
