"""Read model of the inbox: what was said with whom, on which channel, and who has the next word?"""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.follower.follower import Follower
from domain.follower.values import Purpose
from domain.lead import Lead
from domain.vocabulary import Platform, Status
from eventstore.log import Recorded
from projections.engine.projection import Tables, handles
from projections.people.filters import Filters, List, Order, Page, Place
from projections.people.follow_ups import follow_ups_table, next_follow_up
from projections.people.projection import PeopleProjection
from projections.people.queries import Query, page_of
from projections.people.table import COLUMNS, PeopleTables

ITEM = f"lead.*, {next_follow_up('conversation_follow_ups')} AS next_follow_up"

INBOX = PeopleTables("conversations", "conversation_words", "conversation_counts")


class Conversations(PeopleProjection):
    """The inbox: one row per conversation, and every message of both sides; what was put aside has its own list."""

    name, version = "conversations", 5
    people, follow_ups = INBOX, "conversation_follow_ups"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **INBOX.keys(),
        "messages": ("message_row",),
        "conversation_follow_ups": ("follow_up_id",),
    }
    schema = f"""
        CREATE TABLE {{conversations}} ({COLUMNS},
            messages_in bigint NOT NULL, messages_all bigint NOT NULL, unread bigint NOT NULL,
            notes_in bigint NOT NULL DEFAULT 0,
            unanswered boolean NOT NULL DEFAULT false, escalated boolean NOT NULL DEFAULT false,
            needs_person boolean GENERATED ALWAYS AS (unanswered OR escalated) STORED,
            bot_paused boolean NOT NULL DEFAULT false, paused_until timestamptz,
            language text, products uuid[] NOT NULL,
            first_contact timestamptz, last_contact timestamptz, last_inbound timestamptz);
        CREATE INDEX ON {{conversations}} (creator_id, shelf, contact_at, lead_id) WHERE unread > 0;
        CREATE INDEX ON {{conversations}} (creator_id, shelf, contact_at, lead_id) WHERE needs_person;
        {INBOX.schema()}
        CREATE TABLE {{messages}} (
            message_row uuid PRIMARY KEY, lead_id uuid NOT NULL, position bigint NOT NULL,
            occurred_at timestamptz NOT NULL, author text NOT NULL, content text NOT NULL,
            attachments jsonb NOT NULL, delivery text NOT NULL, reason text, message_id text,
            forwarded boolean NOT NULL DEFAULT false, note text);
        CREATE INDEX ON {{messages}} (lead_id, occurred_at DESC, position DESC);
        ALTER TABLE {{messages}}
            ALTER content SET STATISTICS 0, ALTER attachments SET STATISTICS 0, ALTER message_id SET STATISTICS 0;
        {follow_ups_table("conversation_follow_ups")}"""

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded, **more: object) -> None:
        first_contact = None if event.source == "manual" else event.timestamp
        known = {"messages_in": 0, "messages_all": 0, "unread": 0, "products": [], "first_contact": first_contact}
        super().captured(event, tables, recorded, **known)

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        super().deleted(event, tables, recorded)
        tables["messages"].delete_where(lead_id=event.originator_id)

    @handles(Follower.MessageReceived)
    def message_received(self, event: Follower.MessageReceived, tables: Tables, recorded: Recorded) -> None:
        tables["messages"].put(
            recorded.event_id,
            lead_id=event.lead_id,
            position=recorded.position,
            occurred_at=event.occurred_at,
            author="follower",
            content=event.text,
            attachments=[{"kind": each.kind, "caption": each.caption} for each in event.attachments],
            delivery="received",
            reason=None,
            message_id=event.message_id,
            forwarded=event.forwarded,
        )
        conversations = tables["conversations"]
        conversations.set(
            event.lead_id,
            contact_at=event.occurred_at,
            last_contact=event.occurred_at,
            last_inbound=event.occurred_at,
        )
        conversations.add(event.lead_id, messages_in=1, messages_all=1, unread=1)

    @handles(Follower.ServiceNoted)
    def service_noted(self, event: Follower.ServiceNoted, tables: Tables, recorded: Recorded) -> None:
        tables["messages"].put(
            recorded.event_id,
            lead_id=event.lead_id,
            position=recorded.position,
            occurred_at=event.occurred_at,
            author="platform",
            content="",
            attachments=[],
            delivery="received",
            reason=None,
            message_id=None,
            note=event.kind,
        )
        tables["conversations"].add(event.lead_id, notes_in=1)

    @handles(Follower.Read)
    def read(self, event: Follower.Read, tables: Tables, recorded: Recorded) -> None:
        tables["conversations"].set(event.lead_id, unread=0)

    @handles(Follower.BotPaused)
    def bot_paused(self, event: Follower.BotPaused, tables: Tables, recorded: Recorded) -> None:
        tables["conversations"].set(event.lead_id, bot_paused=True, paused_until=event.until)

    @handles(Follower.BotResumed)
    def bot_resumed(self, event: Follower.BotResumed, tables: Tables, recorded: Recorded) -> None:
        tables["conversations"].set(event.lead_id, bot_paused=False, paused_until=None)

    @handles(Follower.BurstUnderstood)
    def burst_understood(self, event: Follower.BurstUnderstood, tables: Tables, recorded: Recorded) -> None:
        changes: dict[str, Any] = {"language": event.language}
        if event.needs_reply or event.soft_stop:
            changes["unanswered"] = True
        if event.product_id is not None:
            changes["products"] = [event.product_id]
        tables["conversations"].set(event.lead_id, **changes)

    @handles(Follower.SendRequested)
    def send_requested(self, event: Follower.SendRequested, tables: Tables, recorded: Recorded) -> None:
        tables["messages"].put(
            event.send_id,
            lead_id=event.lead_id,
            position=recorded.position,
            occurred_at=event.timestamp,
            author="person" if event.purpose is Purpose.MANUAL else "bot",
            content=event.content,
            attachments=[],
            delivery="manual" if event.channel is Platform.MANUAL else "queued",
            reason=None,
            message_id=None,
        )
        changes: dict[str, Any] = {"contact_at": event.timestamp, "last_contact": event.timestamp}
        if event.repeats is None:  # by a repeat nobody has read or answered anything
            if event.purpose in (Purpose.MANUAL, Purpose.REPLY):
                changes["unanswered"] = False
            if event.purpose is Purpose.MANUAL:
                changes["unread"] = 0
        tables["conversations"].set(event.lead_id, **changes)
        tables["conversations"].add(event.lead_id, messages_all=1)

    @handles(Follower.SendAccepted)
    def send_accepted(self, event: Follower.SendAccepted, tables: Tables, recorded: Recorded) -> None:
        delivery = "manual" if event.via == "person" else "sent"
        tables["messages"].set(event.send_id, delivery=delivery, reason=None)

    @handles(Follower.SendRejected)
    def send_rejected(self, event: Follower.SendRejected, tables: Tables, recorded: Recorded) -> None:
        tables["messages"].set(event.send_id, delivery="failed" if event.final else "queued", reason=event.error_class)

    @handles(Follower.SendUncertain)
    def send_uncertain(self, event: Follower.SendUncertain, tables: Tables, recorded: Recorded) -> None:
        tables["messages"].set(event.send_id, delivery="uncertain", reason=event.cause)

    @handles(Follower.SendCancelled)
    def send_cancelled(self, event: Follower.SendCancelled, tables: Tables, recorded: Recorded) -> None:
        tables["messages"].set(event.send_id, delivery="held", reason=event.reason)

    @handles(Follower.Escalated)
    def escalated(self, event: Follower.Escalated, tables: Tables, recorded: Recorded) -> None:
        tables["conversations"].set(event.lead_id, escalated=True)

    @handles(Follower.EscalationResolved)
    def escalation_resolved(self, event: Follower.EscalationResolved, tables: Tables, recorded: Recorded) -> None:
        tables["conversations"].set(event.lead_id, escalated=False)

    async def page(
        self,
        creator_id: str,
        filters: Filters,
        order: Order,
        place: Place | None,
        limit: int,
        item: str = ITEM,
        **values: object,
    ) -> tuple[Page, dict[Status, int]]:
        """One page of conversations, and under the same filters how many of them each stage has.

        `item` is what to select of `lead`.
        """
        return await page_of(self, INBOX, List(creator_id, filters, order), place, limit, item, **values)

    async def one(self, creator_id: str, lead_id: UUID) -> DictRow | None:
        """One conversation."""
        return await self.select_one(
            f"""SELECT {ITEM} FROM {{conversations}} AS lead
                 WHERE lead_id = %(lead_id)s AND creator_id = %(creator_id)s""",
            creator_id=creator_id,
            lead_id=lead_id,
        )

    async def by_lead(self, lead_ids: list[UUID]) -> dict[UUID, DictRow]:
        """Conversations by the id of their lead."""
        rows = await self.select("SELECT * FROM {conversations} WHERE lead_id = ANY(%(lead_ids)s)", lead_ids=lead_ids)
        return {row["lead_id"]: row for row in rows}

    async def texts(self, wanted: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], str]:
        """What messages of followers say, by lead and by the platform's id of the message."""
        rows = await self.select(
            """SELECT m.lead_id, m.message_id, m.content
                 FROM unnest(%(lead_ids)s::uuid[], %(message_ids)s::text[]) AS wanted(lead_id, message_id)
                 JOIN {messages} AS m USING (lead_id, message_id)""",
            lead_ids=[lead_id for lead_id, _ in wanted],
            message_ids=[message_id for _, message_id in wanted],
        )
        return {(row["lead_id"], row["message_id"]): row["content"] for row in rows}

    async def latest(self, lead_ids: list[UUID], limit: int) -> dict[UUID, list[DictRow]]:
        """The last messages of each conversation, oldest first; what the platform notes is none."""
        rows = await self.select(
            """SELECT m.* FROM unnest(%(lead_ids)s::uuid[]) AS wanted(lead_id),
                      LATERAL (SELECT * FROM {messages} WHERE lead_id = wanted.lead_id AND note IS NULL
                                ORDER BY occurred_at DESC, position DESC LIMIT %(limit)s) AS m
                ORDER BY m.occurred_at, m.position""",
            lead_ids=lead_ids,
            limit=limit,
        )
        latest: dict[UUID, list[DictRow]] = {lead_id: [] for lead_id in lead_ids}
        for row in rows:
            latest[row["lead_id"]].append(row)
        return latest

    async def message(self, message_row: UUID) -> DictRow | None:
        """One message; of ours, by the id of its send."""
        return await self.select_one("SELECT * FROM {messages} WHERE message_row = %(row)s", row=message_row)

    async def messages(self, lead_id: UUID, before: tuple[str, int] | None, limit: int) -> tuple[list[DictRow], int]:
        """Messages and notes of a conversation, newest first, before a place in it; and how many there are in all."""
        some = thread(lead_id, before, limit)
        rows = await self.select(some.sql, **some.values)
        counted = await self.select_one(
            "SELECT messages_all + notes_in AS n FROM {conversations} WHERE lead_id = %(lead_id)s", lead_id=lead_id
        )
        return rows, int(counted["n"]) if counted else 0


def thread(lead_id: UUID, before: tuple[str, int] | None, limit: int) -> Query:
    """The newest messages of a conversation, or those before a place in it."""
    values: dict[str, Any] = {"lead_id": lead_id, "limit": limit}
    behind = ""
    if before is not None:
        behind = " AND (occurred_at, position) < (%(at)s::timestamptz, %(position)s)"
        values |= {"at": before[0], "position": before[1]}
    return Query(
        f"""SELECT * FROM {{messages}} WHERE lead_id = %(lead_id)s{behind}
             ORDER BY occurred_at DESC, position DESC LIMIT %(limit)s""",
        values,
    )
