"""Which leads has a creator, and at which stage?"""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.follower import Follower
from domain.lead import Lead
from domain.runs import Purpose
from domain.vocabulary import Status
from eventstore.log import Recorded
from projections.listing import IN_STATUS, WHERE, Filters, Order, Page, page_clause, page_of, person_columns
from projections.listing import page_params as paging
from projections.listing import where_params as filtering
from projections.projection import Projection, Tables, handles

CARD = """lead.*, (SELECT jsonb_build_object('sequence_type', f.sequence_type, 'step', f.step,
                                             'scheduled_at', f.scheduled_at)
                     FROM {lead_follow_ups} AS f WHERE f.lead_id = lead.lead_id
                    ORDER BY f.scheduled_at, f.step LIMIT 1) AS next_follow_up"""


class Board(Projection):
    """The cards of the board and the numbers above its columns."""

    name = "board"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "leads": ("lead_id",),
        "lead_counts": ("creator_id", "status"),
        "lead_follow_ups": ("follow_up_id",),
    }
    schema = """
        CREATE TABLE {leads} (
            lead_id uuid PRIMARY KEY, creator_id text NOT NULL, follower_id uuid NOT NULL,
            platform text NOT NULL, platform_user_id text NOT NULL,
            name text, username text, email text, phone text, notes text, tags text[] NOT NULL,
            sort_name text NOT NULL, search text NOT NULL,
            status text NOT NULL, status_since timestamptz NOT NULL, source text NOT NULL,
            intent double precision NOT NULL DEFAULT 0, terms jsonb NOT NULL DEFAULT '[]',
            created_at timestamptz NOT NULL, contact_at timestamptz NOT NULL, last_contact_at timestamptz,
            last_message text, last_message_author text, last_message_at timestamptz,
            version bigint NOT NULL);
        CREATE INDEX ON {leads} (creator_id, status, contact_at DESC, lead_id DESC);
        CREATE INDEX ON {leads} (creator_id, contact_at DESC, lead_id DESC);
        CREATE INDEX ON {leads} (creator_id, platform_user_id);
        -- Statistics hold samples of a column, which would outlive an erasure.
        ALTER TABLE {leads}
            ALTER platform_user_id SET STATISTICS 0, ALTER name SET STATISTICS 0, ALTER username SET STATISTICS 0,
            ALTER email SET STATISTICS 0, ALTER phone SET STATISTICS 0, ALTER notes SET STATISTICS 0,
            ALTER tags SET STATISTICS 0, ALTER sort_name SET STATISTICS 0, ALTER search SET STATISTICS 0,
            ALTER last_message SET STATISTICS 0;
        CREATE TABLE {lead_counts} (
            creator_id text, status text, leads bigint NOT NULL, PRIMARY KEY (creator_id, status));
        CREATE TABLE {lead_follow_ups} (
            follow_up_id uuid PRIMARY KEY, lead_id uuid NOT NULL, sequence_type text NOT NULL,
            step int NOT NULL, scheduled_at timestamptz NOT NULL);
        CREATE INDEX ON {lead_follow_ups} (lead_id, scheduled_at);
    """

    @handles(Lead.Captured)
    def captured(self, event: Lead.Captured, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].put(
            event.originator_id,
            creator_id=event.creator_id,
            follower_id=event.follower_id,
            platform=event.platform,
            platform_user_id=event.platform_user_id,
            **person_columns(event.details),
            status=event.status,
            status_since=event.timestamp,
            source=event.source,
            intent=0,
            terms=[],
            created_at=event.timestamp,
            contact_at=event.timestamp,
            last_contact_at=None,
            version=event.originator_version,
        )
        tables["lead_counts"].count(event.creator_id, event.status, leads=1)

    @handles(Lead.DetailsChanged)
    def details_changed(self, event: Lead.DetailsChanged, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(event.originator_id, **person_columns(event.details), version=event.originator_version)

    @handles(Lead.StatusChanged)
    def status_changed(self, event: Lead.StatusChanged, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(
            event.originator_id,
            status=event.after,
            status_since=event.timestamp,
            version=event.originator_version,
        )
        creator_id = recorded.metadata["creator_id"]
        tables["lead_counts"].count(creator_id, event.before, leads=-1)
        tables["lead_counts"].count(creator_id, event.after, leads=1)

    @handles(Lead.Scored)
    def scored(self, event: Lead.Scored, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(
            event.originator_id,
            intent=event.value,
            terms=[{"what": term.what, "weight": term.weight, "at": term.at} for term in event.terms],
            version=event.originator_version,
        )

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].delete(event.originator_id)
        tables["lead_follow_ups"].delete_where(lead_id=event.originator_id)
        tables["lead_counts"].count(recorded.metadata["creator_id"], event.status, leads=-1)

    @handles(Follower.MessageReceived)
    def message_received(self, event: Follower.MessageReceived, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(
            event.lead_id,
            last_message=event.text or "".join(f"[{attachment.kind}]" for attachment in event.attachments),
            last_message_author="follower",
            last_message_at=event.occurred_at,
            contact_at=event.occurred_at,
            last_contact_at=event.occurred_at,
        )

    @handles(Follower.SendRequested)
    def send_requested(self, event: Follower.SendRequested, tables: Tables, recorded: Recorded) -> None:
        tables["leads"].set(
            event.lead_id,
            last_message=event.content,
            last_message_author="person" if event.purpose is Purpose.MANUAL else "bot",
            last_message_at=event.timestamp,
            contact_at=event.timestamp,
            last_contact_at=event.timestamp,
        )

    @handles(Follower.FollowUpScheduled)
    def follow_up_scheduled(self, event: Follower.FollowUpScheduled, tables: Tables, recorded: Recorded) -> None:
        tables["lead_follow_ups"].put(
            event.follow_up_id,
            lead_id=event.lead_id,
            sequence_type=event.sequence_type,
            step=event.step,
            scheduled_at=event.due_at,
        )

    @handles(Follower.FollowUpDeferred)
    def follow_up_deferred(self, event: Follower.FollowUpDeferred, tables: Tables, recorded: Recorded) -> None:
        tables["lead_follow_ups"].set(event.follow_up_id, scheduled_at=event.until)

    @handles(Follower.FollowUpReleased)
    def follow_up_released(self, event: Follower.FollowUpReleased, tables: Tables, recorded: Recorded) -> None:
        tables["lead_follow_ups"].set(event.follow_up_id, scheduled_at=event.due_at)

    @handles(
        Follower.FollowUpSent,
        Follower.FollowUpUncertain,
        Follower.FollowUpSkipped,
        Follower.FollowUpFailed,
        Follower.FollowUpConverted,
    )
    def follow_up_settled(self, event: Follower.FollowUpSent, tables: Tables, recorded: Recorded) -> None:
        tables["lead_follow_ups"].delete(event.follow_up_id)

    @handles(Follower.EnrolmentEnded)
    def enrolment_ended(self, event: Follower.EnrolmentEnded, tables: Tables, recorded: Recorded) -> None:
        for follow_up_id in event.cancelled:
            tables["lead_follow_ups"].delete(follow_up_id)

    async def page(self, creator_id: str, filters: Filters, order: Order, cursor: str | None, limit: int) -> Page:
        """One page of cards with the number of all that match."""
        where = filtering(creator_id, filters)
        after = paging(order, cursor, limit, creator_id, filters)
        rows = await self.select(
            f"SELECT {CARD} FROM {{leads}} AS lead WHERE {WHERE}{IN_STATUS}{page_clause(order, 'lead_id')}",
            **where,
            **after,
        )
        return page_of(
            rows,
            await self._total(filters, where),
            order=order,
            key="lead_id",
            limit=limit,
            creator_id=creator_id,
            filters=filters,
        )

    async def _total(self, filters: Filters, where: dict[str, object]) -> int:
        if filters.q or filters.platforms or filters.tags:
            query = f"SELECT count(*) AS n FROM {{leads}} WHERE {WHERE}{IN_STATUS}"
        else:
            query = f"""SELECT coalesce(sum(leads), 0)::bigint AS n FROM {{lead_counts}}
                         WHERE creator_id = %(creator_id)s{IN_STATUS}"""
        row = await self.select_one(query, **where)
        return int(row["n"]) if row else 0

    async def card(self, creator_id: str, lead_id: UUID) -> DictRow | None:
        """One lead as the board shows it."""
        return await self.select_one(
            f"""SELECT {CARD} FROM {{leads}} AS lead
                 WHERE lead_id = %(lead_id)s AND creator_id = %(creator_id)s""",
            creator_id=creator_id,
            lead_id=lead_id,
        )

    async def cards(self, creator_id: str, lead_ids: Sequence[UUID]) -> dict[UUID, DictRow]:
        """Several leads as the board shows them, by id."""
        rows = await self.select(
            f"""SELECT {CARD} FROM {{leads}} AS lead
                 WHERE lead_id = ANY(%(lead_ids)s) AND creator_id = %(creator_id)s""",
            creator_id=creator_id,
            lead_ids=list(lead_ids),
        )
        return {row["lead_id"]: row for row in rows}

    async def ids(self, creator_id: str, filters: Filters, order: Order) -> bytes:
        """Every lead that matches, in order: 16 bytes each, so that a list of any length takes little room."""
        direction = "DESC" if order.descending else "ASC"
        row = await self.select_one(
            f"""SELECT string_agg(uuid_send(lead_id), ''
                                  ORDER BY {order.column} {direction}, lead_id {direction}) AS ids
                  FROM {{leads}} WHERE {WHERE}{IN_STATUS}""",
            **filtering(creator_id, filters),
        )
        return bytes(row["ids"] or b"") if row else b""

    async def find(self, creator_id: str, platform_user_id: str) -> list[DictRow]:
        """The leads of a creator with this id on any platform."""
        return await self.select(
            """SELECT lead_id, platform FROM {leads}
                WHERE creator_id = %(creator_id)s AND platform_user_id = %(platform_user_id)s""",
            creator_id=creator_id,
            platform_user_id=platform_user_id,
        )

    async def counts(self, creator_id: str) -> dict[Status, int]:
        """How many leads stand in each column."""
        rows = await self.select(
            "SELECT status, leads FROM {lead_counts} WHERE creator_id = %(creator_id)s", creator_id=creator_id
        )
        return dict.fromkeys(Status, 0) | {Status(row["status"]): row["leads"] for row in rows}
