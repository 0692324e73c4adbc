"""Read model of due work, claimed by leases: what falls due, and when?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.follower.follower import BOT, Follower
from domain.follower.values import SILENCE, Urgency
from domain.lead import Lead
from eventstore.log import Recorded
from projections.engine.projection import Projection, Tables, handles

CHANNEL = "read_agenda"
"""PostgreSQL notifies this channel when rows have changed."""

LEASE = timedelta(seconds=30)
GENERATION_LEASE = timedelta(minutes=3)
"""For what waits for a language model; a worker that has died loses its leases at once."""
NOTIFICATION_LEASE = timedelta(minutes=3)
"""The same for what waits for somebody's mail server, bot and webhook."""
COLUMNS = """a.key, kind, due_at, creator_id, follower_id, ref, attempt, worker, event_id, correlation_id,
             EXISTS (SELECT FROM app.dismissed AS d WHERE d.key = a.key AND d.event_id = a.event_id) AS dismissed"""
LEASED = "a.kind <> 'attempt' AND a.leased_until > clock_timestamp() AND a.leased_until < 'infinity'"
"""Somebody has it in hand: neither on its way nor dismissed."""
HELD = """EXISTS (SELECT FROM app.presence AS p
                      WHERE p.follower_id = a.follower_id AND p.held_until > clock_timestamp())"""
"""A person is writing to the same person by hand."""
FREE = f"""(a.leased_until IS NULL OR a.leased_until < clock_timestamp())
      AND NOT (a.automatic AND {HELD})
      AND (a.kind IN ('attempt', 'burst') OR NOT EXISTS (
               SELECT FROM {{agenda}} AS other
                WHERE other.follower_id = a.follower_id
                  AND CASE other.kind
                      WHEN 'attempt' THEN true
                      WHEN 'send' THEN a.kind = 'send' AND (other.due_at, other.key) < (a.due_at, a.key)
                                       AND other.leased_until IS DISTINCT FROM 'infinity'
                                       AND NOT (other.automatic AND {HELD})
                      ELSE false END))"""
"""Nobody has it; unless it is a burst, nothing is on its way to the same person or to be sent to them before it.

By CASE, so that PostgreSQL reads the rows of one person, and not those of all others that are to be sent something.
"""
CLAIM = f"""WITH said AS MATERIALIZED (
      SELECT key FROM {{agenda}} AS a
       WHERE kind = 'send' AND due_at <= %(now)s AND {FREE}
       ORDER BY due_at, key LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
  promised AS MATERIALIZED (
      SELECT key FROM {{agenda}} AS a
       WHERE kind NOT IN ('send', 'generate', 'notify') AND due_at <= %(now)s AND {FREE}
       ORDER BY due_at, key LIMIT %(limit)s - (SELECT count(*) FROM said) FOR UPDATE SKIP LOCKED)
  UPDATE {{agenda}} AS a SET leased_until = clock_timestamp() + %(lease)s,
         worker = CASE kind WHEN 'attempt' THEN worker ELSE %(worker)s END
    FROM (SELECT key FROM said UNION ALL SELECT key FROM promised) AS due
   WHERE a.key = due.key RETURNING {COLUMNS}"""
CLAIM_SLOW = f"""WITH due AS MATERIALIZED (
      SELECT key FROM {{agenda}} AS a
       WHERE kind = %(kind)s AND due_at <= %(now)s
         AND (leased_until IS NULL OR leased_until < clock_timestamp())
       ORDER BY attempt, due_at, key LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
  UPDATE {{agenda}} AS a SET leased_until = clock_timestamp() + %(lease)s, worker = %(worker)s
    FROM due WHERE a.key = due.key RETURNING {COLUMNS}"""
"""The most urgent first; of an answer `attempt` is the rank of the urgency, of a notification whether it reminds."""


class Kind(StrEnum):
    """What has to be done when a row falls due."""

    FOLLOW_UP = "follow_up"
    EXPIRY = "expiry"
    SEND = "send"
    ATTEMPT = "attempt"
    RECONCILE = "reconcile"
    BURST = "burst"
    DRAFT = "draft"
    GENERATE = "generate"
    NOTIFY = "notify"
    RESUME = "resume"
    SILENCE = "silence"


@dataclass(frozen=True)
class Due:
    """One row that fell due.

    `ref` is the id of the follow-up, send, burst, draft or escalation, or of the event that a silence began with.

    `worker` is whoever makes the attempt, or has last leased the row.
    A row that is `dismissed` was given up before the tables were made anew, and no event has said so.
    """

    key: str
    kind: Kind
    due_at: datetime
    creator_id: str
    follower_id: UUID
    ref: UUID | None
    attempt: int | None
    worker: str | None
    event_id: UUID
    correlation_id: UUID
    dismissed: bool


class Agenda(Projection):
    """One row for each thing that waits for its time; whoever works takes a lease on it."""

    name, version = "agenda", 3
    announced_on = CHANNEL
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"agenda": ("key",)}
    schema = """
        CREATE TABLE {agenda} (
            key text PRIMARY KEY, kind text NOT NULL, due_at timestamptz NOT NULL,
            creator_id text NOT NULL, follower_id uuid NOT NULL, ref uuid, attempt int, worker text,
            event_id uuid NOT NULL, correlation_id uuid NOT NULL, leased_until timestamptz,
            automatic boolean NOT NULL DEFAULT false);
        CREATE INDEX ON {agenda} (due_at, key);
        CREATE INDEX ON {agenda} (due_at, key) WHERE kind = 'send';
        CREATE INDEX ON {agenda} (follower_id);
        CREATE INDEX ON {agenda} (kind) WHERE kind = 'attempt';
    """

    def _put(
        self,
        tables: Tables,
        recorded: Recorded,
        kind: Kind,
        due_at: datetime,
        *,
        key: str | None = None,
        ref: UUID | None = None,
        attempt: int | None = None,
        worker: str | None = None,
        automatic: bool = False,
    ) -> None:
        tables["agenda"].put(
            key or str(ref),
            kind=kind,
            due_at=due_at,
            creator_id=recorded.metadata["creator_id"],
            follower_id=recorded.metadata["follower_id"],
            ref=ref,
            attempt=attempt,
            worker=worker,
            event_id=recorded.event_id,
            correlation_id=recorded.metadata["correlation_id"],
            leased_until=None,
            automatic=automatic,
        )

    @handles(Follower.FollowUpScheduled, Follower.FollowUpReleased)
    def follow_up_waits(
        self,
        event: Follower.FollowUpScheduled | Follower.FollowUpReleased,
        tables: Tables,
        recorded: Recorded,
    ) -> None:
        self._put(tables, recorded, Kind.FOLLOW_UP, event.due_at, ref=event.follow_up_id, automatic=True)

    @handles(Follower.FollowUpDeferred)
    def follow_up_deferred(self, event: Follower.FollowUpDeferred, tables: Tables, recorded: Recorded) -> None:
        self._put(tables, recorded, Kind.FOLLOW_UP, event.until, ref=event.follow_up_id, automatic=True)

    @handles(Follower.FollowUpHeld)
    def follow_up_held(self, event: Follower.FollowUpHeld, tables: Tables, recorded: Recorded) -> None:
        self._put(tables, recorded, Kind.EXPIRY, event.expires_at, ref=event.follow_up_id)

    @handles(Follower.FollowUpConverted)
    def follow_up_converted(self, event: Follower.FollowUpConverted, tables: Tables, recorded: Recorded) -> None:
        self._put(tables, recorded, Kind.EXPIRY, event.deadline, ref=event.follow_up_id)

    @handles(
        Follower.FollowUpSent,
        Follower.FollowUpUncertain,
        Follower.FollowUpSkipped,
        Follower.FollowUpFailed,
    )
    def follow_up_settled(self, event: Follower.FollowUpSent, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(str(event.follow_up_id))

    @handles(Follower.EnrolmentEnded)
    def enrolment_ended(self, event: Follower.EnrolmentEnded, tables: Tables, recorded: Recorded) -> None:
        for follow_up_id in event.cancelled:
            tables["agenda"].delete(str(follow_up_id))

    @handles(Follower.SendRequested)
    def send_requested(self, event: Follower.SendRequested, tables: Tables, recorded: Recorded) -> None:
        automatic = event.requested_by == BOT
        self._put(tables, recorded, Kind.SEND, event.timestamp, ref=event.send_id, automatic=automatic)
        if event.follow_up_id is not None:
            tables["agenda"].delete(str(event.follow_up_id))

    @handles(Follower.SendAttempted)
    def send_attempted(self, event: Follower.SendAttempted, tables: Tables, recorded: Recorded) -> None:
        self._put(
            tables,
            recorded,
            Kind.ATTEMPT,
            event.give_up_at,
            ref=event.send_id,
            attempt=event.attempt,
            worker=event.worker,
        )

    @handles(Follower.SendRejected)
    def send_rejected(self, event: Follower.SendRejected, tables: Tables, recorded: Recorded) -> None:
        if event.retry_at is None:
            tables["agenda"].delete(str(event.send_id))
        else:
            self._put(tables, recorded, Kind.SEND, event.retry_at, ref=event.send_id)

    @handles(Follower.SendUncertain)
    def send_uncertain(self, event: Follower.SendUncertain, tables: Tables, recorded: Recorded) -> None:
        self._put(
            tables,
            recorded,
            Kind.RECONCILE,
            event.reconcile_until,
            ref=event.send_id,
            attempt=event.attempt,
        )

    @handles(Follower.SendAccepted, Follower.SendUnresolved, Follower.SendCancelled)
    def send_settled(self, event: Follower.SendAccepted, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(str(event.send_id))

    @handles(Follower.BotPaused)
    def bot_paused(self, event: Follower.BotPaused, tables: Tables, recorded: Recorded) -> None:
        key = f"resume/{event.originator_id}"
        if event.until is None:
            tables["agenda"].delete(key)
        else:
            self._put(tables, recorded, Kind.RESUME, event.until, key=key)

    @handles(Follower.BotResumed)
    def bot_resumed(self, event: Follower.BotResumed, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(f"resume/{event.originator_id}")

    @handles(Follower.BurstUnderstood)
    def burst_understood(self, event: Follower.BurstUnderstood, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(f"burst/{event.burst_id}")

    @handles(Follower.AnswerRequested)
    def answer_requested(self, event: Follower.AnswerRequested, tables: Tables, recorded: Recorded) -> None:
        self._put(
            tables,
            recorded,
            Kind.GENERATE,
            event.timestamp,
            key=f"generate/{event.burst_id}",
            ref=event.burst_id,
            attempt=list(Urgency).index(event.urgency),
        )

    @handles(Follower.AnswerDropped)
    def answer_dropped(self, event: Follower.AnswerDropped, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(f"generate/{event.burst_id}")

    @handles(Follower.ReplyDrafted)
    def reply_drafted(self, event: Follower.ReplyDrafted, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(f"generate/{event.burst_id}")
        if event.expires_at is not None:
            key = f"draft/{event.draft_id}"
            self._put(tables, recorded, Kind.DRAFT, event.expires_at, key=key, ref=event.draft_id)

    @handles(
        Follower.DraftApproved,
        Follower.DraftEdited,
        Follower.DraftRejected,
        Follower.DraftSuperseded,
        Follower.DraftExpired,
    )
    def draft_settled(self, event: Follower.DraftApproved, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(f"draft/{event.draft_id}")

    @handles(Follower.MessageReceived)
    def message_received(self, event: Follower.MessageReceived, tables: Tables, recorded: Recorded) -> None:
        closes_at = event.burst_closes_at
        if event.burst_id is not None and closes_at is not None and closes_at > event.timestamp:
            key = f"burst/{event.burst_id}"
            self._put(tables, recorded, Kind.BURST, closes_at, key=key, ref=event.burst_id)
        key = f"silence/{event.originator_id}"
        self._put(tables, recorded, Kind.SILENCE, event.occurred_at + SILENCE, key=key, ref=recorded.event_id)

    @handles(Follower.Enrolled)
    def enrolled(self, event: Follower.Enrolled, tables: Tables, recorded: Recorded) -> None:
        if event.trigger == "silence":
            tables["agenda"].delete(f"silence/{event.originator_id}")

    @handles(Follower.EnrolmentDeclined)
    def enrolment_declined(self, event: Follower.EnrolmentDeclined, tables: Tables, recorded: Recorded) -> None:
        if event.trigger == "silence":
            tables["agenda"].delete(f"silence/{event.originator_id}")

    @handles(Follower.Escalated)
    def escalated(self, event: Follower.Escalated, tables: Tables, recorded: Recorded) -> None:
        key = f"notify/{event.escalation_id}"
        self._put(tables, recorded, Kind.NOTIFY, event.timestamp, key=key, ref=event.escalation_id, attempt=0)

    @handles(Follower.PersonNotified)
    def person_notified(self, event: Follower.PersonNotified, tables: Tables, recorded: Recorded) -> None:
        key = f"notify/{event.escalation_id}"
        if event.again_at is not None:
            self._put(tables, recorded, Kind.NOTIFY, event.again_at, key=key, ref=event.escalation_id, attempt=1)
        elif not event.retried:
            tables["agenda"].delete(key)

    @handles(Follower.EscalationResolved)
    def escalation_resolved(self, event: Follower.EscalationResolved, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete(f"notify/{event.escalation_id}")

    @handles(Lead.Deleted)
    def deleted(self, event: Lead.Deleted, tables: Tables, recorded: Recorded) -> None:
        tables["agenda"].delete_where(follower_id=recorded.metadata["follower_id"])

    async def next_due_at(self) -> datetime | None:
        """When the next row that nobody has leased falls due."""
        row = await self.select_one(
            f"SELECT due_at FROM {{agenda}} AS a WHERE kind NOT IN ('generate', 'notify') AND {FREE}"
            " ORDER BY due_at, key LIMIT 1"
        )
        return row["due_at"] if row else None

    async def unfinished(self, now: datetime) -> int:
        """How many rows are due by `now` or under way, and not held by somebody who types."""
        row = await self.select_one(
            f"""SELECT count(*) AS n FROM {{agenda}} AS a
                 WHERE (due_at <= %(now)s OR kind = 'attempt') AND leased_until IS DISTINCT FROM 'infinity'
                   AND NOT (automatic AND {HELD})""",
            now=now,
        )
        return int(row["n"]) if row else 0

    async def claim(self, now: datetime, limit: int, worker: str) -> list[Due]:
        """Lease the rows that are due: first what was requested to be said, then the longest due.

        Another worker's leases are passed over.
        """
        rows = await self.select(
            CLAIM,
            now=now,
            limit=limit,
            lease=LEASE,
            worker=worker,
        )
        return sorted((_due(row) for row in rows), key=lambda due: (due.kind is not Kind.SEND, due.due_at, due.key))

    async def claim_generations(self, now: datetime, limit: int, worker: str) -> list[Due]:
        """Lease answers that are to be written, the most urgent first."""
        return await self._claim_slow(Kind.GENERATE, GENERATION_LEASE, now, limit, worker)

    async def claim_notifications(self, now: datetime, limit: int, worker: str) -> list[Due]:
        """Lease what a person is to be told of, who begins to wait before who still waits."""
        return await self._claim_slow(Kind.NOTIFY, NOTIFICATION_LEASE, now, limit, worker)

    async def _claim_slow(self, kind: Kind, lease: timedelta, now: datetime, limit: int, worker: str) -> list[Due]:
        rows = await self.select(CLAIM_SLOW, kind=kind, now=now, limit=limit, lease=lease, worker=worker)
        return sorted((_due(row) for row in rows), key=lambda due: (due.attempt or 0, due.due_at, due.key))

    async def give_back(self, due: Due, after: timedelta) -> None:
        """Let a row be claimed again after a pause."""
        await self.select(
            """UPDATE {agenda} SET leased_until = clock_timestamp() + %(after)s
                WHERE key = %(key)s AND event_id = %(event_id)s RETURNING key""",
            key=due.key,
            event_id=due.event_id,
            after=after,
        )

    async def holders(self, now: datetime) -> set[str]:
        """The workers that have leased what is due."""
        rows = await self.select(
            f"SELECT DISTINCT worker FROM {{agenda}} AS a WHERE due_at <= %(now)s AND worker IS NOT NULL AND {LEASED}",
            now=now,
        )
        return {str(row["worker"]) for row in rows}

    async def end_leases(self, workers: Collection[str], now: datetime) -> None:
        """Let what these have leased, and will never do, be claimed at once."""
        await self.select(
            f"""UPDATE {{agenda}} AS a SET leased_until = NULL
                WHERE due_at <= %(now)s AND worker = ANY(%(workers)s) AND {LEASED} RETURNING key""",
            workers=list(workers),
            now=now,
        )

    async def dismiss(self, due: Due, reason: str) -> None:
        """Look at a row no more, which no event can settle, until an event puts it there again or a person says so.

        It is noted beside the tables of the agenda too, which may be made anew.
        """
        await self.select(
            """WITH noted AS (
                   INSERT INTO app.dismissed (key, event_id, kind, creator_id, follower_id, due_at, reason)
                   SELECT key, event_id, kind, creator_id, follower_id, due_at, %(reason)s
                     FROM {agenda} WHERE key = %(key)s AND event_id = %(event_id)s
                   ON CONFLICT DO NOTHING)
               UPDATE {agenda} SET leased_until = 'infinity'
                WHERE key = %(key)s AND event_id = %(event_id)s RETURNING key""",
            key=due.key,
            event_id=due.event_id,
            reason=reason,
        )

    async def take_up(self, key: str) -> None:
        """Let a row be claimed at once that a worker has left lying, or had given up."""
        await self.select(
            """WITH known AS (DELETE FROM app.dismissed WHERE key = %(key)s)
               UPDATE {agenda} SET leased_until = NULL WHERE key = %(key)s RETURNING key""",
            key=key,
        )

    async def open_attempts(self) -> list[Due]:
        """The sends whose outcome is not recorded."""
        rows = await self.select(f"SELECT {COLUMNS} FROM {{agenda}} AS a WHERE kind = 'attempt'")
        return [_due(row) for row in rows]


def _due(row: dict[str, object]) -> Due:
    return Due(**row | {"kind": Kind(str(row["kind"]))})  # type: ignore[arg-type]  # as the schema says
