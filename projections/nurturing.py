"""Read model of nurturing: which sequences run for whom, what was promised, and what became of it?"""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Sequence as Several
from dataclasses import asdict
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.follower.follower import Follower
from domain.lead import Lead
from domain.nurturing.sequence import Sequence
from domain.vocabulary import SequenceType
from eventstore.log import Recorded
from projections.engine.counter_triggers import counts
from projections.engine.projection import Projection, Tables, handles


class Nurturing(Projection):
    """The eight sequences, the people enrolled, and each follow-up with its state."""

    name = "nurturing"
    version = 2
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "sequences": ("creator_id", "sequence_type"),
        "runs": ("enrolment_id",),
        "follow_ups": ("follow_up_id",),
        "follow_up_counts": ("creator_id", "sequence_type", "status"),
        "run_counts": ("creator_id", "sequence_type"),
        "run_people": ("creator_id", "sequence_type", "follower_id"),
        "people_counts": ("creator_id", "sequence_type"),
    }
    schema = (
        """
        CREATE TABLE {sequences} (
            creator_id text, sequence_type text, is_active boolean NOT NULL, steps jsonb NOT NULL,
            version bigint NOT NULL, updated_at timestamptz NOT NULL,
            PRIMARY KEY (creator_id, sequence_type));
        CREATE TABLE {runs} (
            enrolment_id uuid PRIMARY KEY, creator_id text NOT NULL, sequence_type text NOT NULL,
            lead_id uuid NOT NULL, follower_id uuid NOT NULL, product_id uuid,
            started_at timestamptz NOT NULL, sent bigint NOT NULL DEFAULT 0, ended_reason text);
        CREATE INDEX ON {runs} (creator_id, sequence_type, started_at DESC, enrolment_id DESC)
            WHERE ended_reason IS NULL;
        CREATE INDEX ON {runs} (lead_id);
        CREATE TABLE {follow_ups} (
            follow_up_id uuid PRIMARY KEY, enrolment_id uuid NOT NULL, creator_id text NOT NULL,
            sequence_type text NOT NULL, lead_id uuid NOT NULL, follower_id uuid NOT NULL, step int NOT NULL,
            wished_at timestamptz NOT NULL, scheduled_at timestamptz NOT NULL, plan text NOT NULL,
            message_template text NOT NULL, product_id uuid, status text NOT NULL, reason text,
            created_at timestamptz NOT NULL, sent_at timestamptz);
        CREATE INDEX ON {follow_ups} (creator_id, scheduled_at, follow_up_id);
        CREATE INDEX ON {follow_ups} (creator_id, sequence_type, status);
        CREATE INDEX ON {follow_ups} (creator_id, scheduled_at) WHERE status = 'pending';
        CREATE INDEX ON {follow_ups} (enrolment_id);
        CREATE INDEX ON {follow_ups} (lead_id);
        CREATE TABLE {follow_up_counts} (
            creator_id text, sequence_type text, status text, follow_ups bigint NOT NULL,
            PRIMARY KEY (creator_id, sequence_type, status)) WITH (fillfactor = 50);
        CREATE TABLE {run_counts} (
            creator_id text, sequence_type text, under_way bigint NOT NULL, replied bigint NOT NULL,
            PRIMARY KEY (creator_id, sequence_type)) WITH (fillfactor = 50);
        -- Here and below an empty type stands for any: a person in two sequences is one person.
        CREATE TABLE {run_people} (
            creator_id text, sequence_type text, follower_id uuid, runs bigint NOT NULL,
            PRIMARY KEY (creator_id, sequence_type, follower_id));
        CREATE TABLE {people_counts} (
            creator_id text, sequence_type text, people bigint NOT NULL,
            PRIMARY KEY (creator_id, sequence_type)) WITH (fillfactor = 50);
        """
        + counts(
            "follow_up_counts",
            "follow_ups",
            by={"creator_id": "creator_id", "sequence_type": "sequence_type", "status": "status"},
            sums={"follow_ups": "1"},
        )
        + counts(
            "run_counts",
            "runs",
            by={"creator_id": "creator_id", "sequence_type": "sequence_type"},
            sums={
                "under_way": "(ended_reason IS NULL)::int",
                "replied": "(ended_reason IS NOT DISTINCT FROM 'replied' AND sent > 0)::int",
            },
        )
        + counts(
            "run_people",
            "runs",
            by={
                "creator_id": "creator_id",
                "sequence_type": "unnest(ARRAY[sequence_type, ''])",
                "follower_id": "follower_id",
            },
            sums={"runs": "1"},
        )
        + counts(
            "people_counts",
            "run_people",
            by={"creator_id": "creator_id", "sequence_type": "sequence_type"},
            sums={"people": "(runs > 0)::int"},
        )
    )

    @handles(Sequence.Defined)
    def defined(self, event: Sequence.Defined, tables: Tables, recorded: Recorded) -> None:
        tables["sequences"].put(
            event.creator_id,
            event.sequence_type,
            is_active=False,
            steps=[asdict(step) for step in event.steps],
            version=event.originator_version,
            updated_at=event.timestamp,
        )

    @handles(Sequence.StepsChanged)
    def steps_changed(self, event: Sequence.StepsChanged, tables: Tables, recorded: Recorded) -> None:
        tables["sequences"].set(
            recorded.metadata["creator_id"],
            event.sequence_type,
            steps=[asdict(step) for step in event.steps],
            version=event.originator_version,
            updated_at=event.timestamp,
        )

    @handles(Sequence.Switched)
    def switched(self, event: Sequence.Switched, tables: Tables, recorded: Recorded) -> None:
        tables["sequences"].set(
            recorded.metadata["creator_id"],
            event.sequence_type,
            is_active=event.is_active,
            version=event.originator_version,
            updated_at=event.timestamp,
        )

    @handles(Follower.Enrolled)
    def run_began(self, event: Follower.Enrolled, tables: Tables, recorded: Recorded) -> None:
        tables["runs"].put(
            event.enrolment_id,
            creator_id=recorded.metadata["creator_id"],
            sequence_type=event.sequence_type,
            lead_id=event.lead_id,
            follower_id=event.originator_id,
            product_id=event.product_id,
            started_at=event.timestamp,
            sent=0,
            ended_reason=None,
        )

    @handles(Follower.EnrolmentEnded)
    def enrolment_ended(self, event: Follower.EnrolmentEnded, tables: Tables, recorded: Recorded) -> None:
        tables["runs"].set(event.enrolment_id, ended_reason=event.reason)
        for follow_up_id in event.cancelled:
            tables["follow_ups"].set(follow_up_id, status="cancelled", reason=event.reason)

    @handles(Follower.FollowUpScheduled)
    def scheduled(self, event: Follower.FollowUpScheduled, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].put(
            event.follow_up_id,
            enrolment_id=event.enrolment_id,
            creator_id=recorded.metadata["creator_id"],
            sequence_type=event.sequence_type,
            lead_id=event.lead_id,
            follower_id=event.originator_id,
            step=event.step,
            wished_at=event.wished_at,
            scheduled_at=event.due_at,
            plan=event.plan,
            message_template=event.message_template,
            product_id=event.product_id,
            status="pending",
            reason=event.plan_reason,
            created_at=event.timestamp,
            sent_at=None,
        )

    @handles(Follower.FollowUpDeferred)
    def deferred(self, event: Follower.FollowUpDeferred, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="pending", reason=event.reason, scheduled_at=event.until)

    @handles(Follower.FollowUpHeld)
    def follow_up_held(self, event: Follower.FollowUpHeld, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="held", reason=event.reason)

    @handles(Follower.FollowUpReleased)
    def released(self, event: Follower.FollowUpReleased, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="pending", reason=event.cause, scheduled_at=event.due_at)

    @handles(Follower.FollowUpConverted)
    def converted(self, event: Follower.FollowUpConverted, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="converted", reason=event.to)

    @handles(Follower.FollowUpSent)
    def follow_up_sent(self, event: Follower.FollowUpSent, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="sent", reason=None, sent_at=event.at)
        tables["runs"].add(event.enrolment_id, sent=1)

    @handles(Follower.FollowUpUncertain)
    def uncertain(self, event: Follower.FollowUpUncertain, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="uncertain", reason=None)

    @handles(Follower.FollowUpSkipped)
    def skipped(self, event: Follower.FollowUpSkipped, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="skipped", reason=event.reason)

    @handles(Follower.FollowUpFailed)
    def failed(self, event: Follower.FollowUpFailed, tables: Tables, recorded: Recorded) -> None:
        tables["follow_ups"].set(event.follow_up_id, status="failed", reason=event.error_class)

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        tables["runs"].delete_where(lead_id=event.originator_id)
        tables["follow_ups"].delete_where(lead_id=event.originator_id)

    async def sequences(self, creator_id: str) -> list[DictRow]:
        """The sequences of a creator with the numbers of each."""
        return await self.select(
            """SELECT s.*, coalesce(r.under_way, 0) AS enrolled_count, coalesce(r.replied, 0) AS replied_count,
                      f.pending AS pending_count, f.sent AS sent_count
                 FROM {sequences} AS s LEFT JOIN {run_counts} AS r USING (creator_id, sequence_type),
                      LATERAL (SELECT coalesce(sum(follow_ups) FILTER (
                                          WHERE status IN ('pending', 'held', 'converted')), 0)::bigint AS pending,
                                      coalesce(sum(follow_ups) FILTER (
                                          WHERE status IN ('sent', 'uncertain')), 0)::bigint AS sent
                                 FROM {follow_up_counts} AS f
                                WHERE f.creator_id = s.creator_id
                                  AND f.sequence_type = s.sequence_type) AS f
                WHERE s.creator_id = %(creator_id)s""",
            creator_id=creator_id,
        )

    async def numbers(self, creator_id: str) -> dict[str | None, dict[str, int]]:
        """How many follow-ups are in each state, and of how many `people`: by sequence, and of all under `None`."""
        rows = await self.select(
            """SELECT sequence_type, status AS number, follow_ups AS n FROM {follow_up_counts}
                WHERE creator_id = %(creator_id)s
               UNION ALL
               SELECT nullif(sequence_type, ''), 'people', people FROM {people_counts}
                WHERE creator_id = %(creator_id)s""",
            creator_id=creator_id,
        )
        numbers: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            numbers[row["sequence_type"]][row["number"]] += row["n"]
            if row["number"] != "people":
                numbers[None][row["number"]] += row["n"]
        return numbers

    async def due(self, creator_id: str, now: datetime) -> int:
        """How many follow-ups ought to be judged by now and are not."""
        row = await self.select_one(
            """SELECT count(*) AS n FROM {follow_ups}
                WHERE creator_id = %(creator_id)s AND status = 'pending' AND scheduled_at <= %(now)s""",
            creator_id=creator_id,
            now=now,
        )
        return int(row["n"]) if row else 0

    async def enrolled(
        self, creator_id: str, sequence_type: SequenceType, before: tuple[str, UUID] | None, limit: int
    ) -> tuple[list[DictRow], int]:
        """The active runs of a sequence, the latest first, each with its pending steps; and how many there are."""
        rows = await self.select(
            """SELECT r.*, (SELECT jsonb_agg(jsonb_build_object(
                                       'step', f.step, 'scheduled_at', f.scheduled_at, 'status', f.status,
                                       'reason', f.reason, 'message_template', f.message_template)
                                     ORDER BY f.step)
                              FROM {follow_ups} AS f
                             WHERE f.enrolment_id = r.enrolment_id
                               AND f.status IN ('pending', 'held', 'converted')) AS steps
                 FROM {runs} AS r
                WHERE creator_id = %(creator_id)s AND sequence_type = %(sequence_type)s
                  AND ended_reason IS NULL
                  AND (%(id)s::uuid IS NULL
                       OR (started_at, enrolment_id) < (%(at)s::timestamptz, %(id)s::uuid))
                ORDER BY started_at DESC, enrolment_id DESC LIMIT %(limit)s""",
            creator_id=creator_id,
            sequence_type=sequence_type,
            at=before[0] if before else None,
            id=before[1] if before else None,
            limit=limit,
        )
        counted = await self.select_one(
            """SELECT under_way AS n FROM {run_counts}
                WHERE creator_id = %(creator_id)s AND sequence_type = %(sequence_type)s""",
            creator_id=creator_id,
            sequence_type=sequence_type,
        )
        return rows, int(counted["n"]) if counted else 0

    async def follow_ups(
        self,
        creator_id: str,
        *,
        statuses: list[str],
        sequence_types: list[str],
        lead_id: UUID | None,
        due_before: datetime | None,
        after: tuple[str, UUID] | None,
        limit: int,
    ) -> tuple[list[DictRow], int]:
        """Follow-ups in the order of their times, behind a place in it; and how many match."""
        where = """creator_id = %(creator_id)s
                  AND (cardinality(%(statuses)s::text[]) = 0 OR status = ANY(%(statuses)s))
                  AND (cardinality(%(types)s::text[]) = 0 OR sequence_type = ANY(%(types)s))
                  AND (%(lead_id)s::uuid IS NULL OR lead_id = %(lead_id)s)
                  AND (%(due_before)s::timestamptz IS NULL OR scheduled_at < %(due_before)s)"""
        params = {
            "creator_id": creator_id,
            "statuses": statuses,
            "types": sequence_types,
            "lead_id": lead_id,
            "due_before": due_before,
        }
        rows = await self.select(
            f"""SELECT * FROM {{follow_ups}} WHERE {where}
                   AND (%(id)s::uuid IS NULL
                        OR (scheduled_at, follow_up_id) > (%(at)s::timestamptz, %(id)s::uuid))
                 ORDER BY scheduled_at, follow_up_id LIMIT %(limit)s""",
            **params,
            at=after[0] if after else None,
            id=after[1] if after else None,
            limit=limit,
        )
        counting = f"SELECT count(*) AS n FROM {{follow_ups}} WHERE {where}"
        if lead_id is None and due_before is None:
            counting = """SELECT coalesce(sum(follow_ups), 0) AS n FROM {follow_up_counts}
                           WHERE creator_id = %(creator_id)s
                             AND (cardinality(%(statuses)s::text[]) = 0 OR status = ANY(%(statuses)s))
                             AND (cardinality(%(types)s::text[]) = 0 OR sequence_type = ANY(%(types)s))"""
        counted = await self.select_one(counting, **params)
        return rows, int(counted["n"]) if counted else 0

    async def outcomes(self, follow_up_ids: Several[UUID], now: datetime) -> dict[UUID, str]:
        """What has become of those follow-ups that were judged: their state, `pending` for what waits anew."""
        rows = await self.select(
            """SELECT follow_up_id, status FROM {follow_ups}
                WHERE follow_up_id = ANY(%(ids)s) AND (status <> 'pending' OR scheduled_at > %(now)s)""",
            ids=list(follow_up_ids),
            now=now,
        )
        return {row["follow_up_id"]: row["status"] for row in rows}

    async def held(self, creator_id: str, reason: str) -> list[DictRow]:
        """The follow-ups of a creator that are held for one reason."""
        return await self.select(
            """SELECT follower_id, follow_up_id FROM {follow_ups}
                WHERE creator_id = %(creator_id)s AND status = 'held' AND reason = %(reason)s
                ORDER BY scheduled_at""",
            creator_id=creator_id,
            reason=reason,
        )
