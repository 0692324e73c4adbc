"""At which addresses a notification was tried, and when it is tried there again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg.rows import DictRow

from domain.vocabulary import NotificationKind
from processes.notifying.notification import Notification
from processes.notifying.targets import TargetKind
from projections.engine.projection import Pool

LEASE: Final = timedelta(minutes=3)
"""As long as one try may take, before another worker may make it."""
KEPT: Final = timedelta(days=1)
"""What is settled is known for longer than a worker can need to record it."""

WAITING_RETRIES: Final = """FROM app.notification_attempts AS waiting
                              WHERE (waiting.creator_id, waiting.target) = (t.creator_id, t.kind)
                                AND waiting.next_try_at IS NOT NULL"""
"""What waits to be told again at the target `t`."""


@dataclass(frozen=True)
class DueRetry:
    """A notification that is to be tried at an address again; `attempts` were made before, this one included."""

    notification_id: UUID
    target: TargetKind
    kind: NotificationKind
    creator_id: str
    follower_id: UUID
    escalation_id: UUID
    at: datetime
    attempts: int

    @classmethod
    def of(cls, row: DictRow) -> "DueRetry":
        """From its row."""
        known = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**known | {"target": TargetKind(row["target"]), "kind": NotificationKind(row["kind"])})


class NotificationAttempts:
    """What was tried, beside the log: times are those of the database, for receivers know nothing of a demo's clock."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def outcomes(self, notification_id: UUID) -> dict[TargetKind, str]:
        """What became of a notification at each address at which it was tried."""
        rows = await self._ask(
            "SELECT target, outcome FROM app.notification_attempts WHERE notification_id = %(id)s", id=notification_id
        )
        return {TargetKind(row["target"]): row["outcome"] for row in rows}

    async def tried(
        self,
        notification: Notification,
        escalation_id: UUID,
        target: TargetKind,
        outcome: str,
        again_after: timedelta | None,
    ) -> None:
        """Note the first try at an address; `again_after`: it is tried again."""
        await self._ask(
            """INSERT INTO app.notification_attempts
                      (notification_id, target, kind, creator_id, follower_id, escalation_id, at, outcome, next_try_at)
               VALUES (%(id)s, %(target)s, %(kind)s, %(creator_id)s, %(follower_id)s, %(escalation_id)s, %(at)s,
                       %(outcome)s, clock_timestamp() + %(after)s)
               ON CONFLICT DO NOTHING RETURNING target""",
            id=notification.notification_id,
            target=target,
            kind=notification.kind,
            creator_id=notification.creator_id,
            follower_id=notification.follower_id,
            escalation_id=escalation_id,
            at=notification.at,
            outcome=outcome,
            after=again_after,
        )

    async def claim(self, limit: int) -> list[DueRetry]:
        """Take what is due to be tried again in hand, for the length of a lease."""
        rows = await self._ask(
            """WITH due AS MATERIALIZED (
                   SELECT notification_id, target FROM app.notification_attempts WHERE next_try_at <= clock_timestamp()
                    ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
               UPDATE app.notification_attempts AS a
                  SET attempts = attempts + 1, tried_at = clock_timestamp(), next_try_at = clock_timestamp() + %(lease)s
                 FROM due WHERE (a.notification_id, a.target) = (due.notification_id, due.target) RETURNING a.*""",
            limit=limit,
            lease=LEASE,
        )
        return [DueRetry.of(row) for row in rows]

    async def postpone(self, retry: DueRetry, after: timedelta) -> None:
        """Have it tried once more."""
        await self._ask(
            """UPDATE app.notification_attempts SET next_try_at = clock_timestamp() + %(after)s
                WHERE notification_id = %(id)s AND target = %(target)s RETURNING target""",
            id=retry.notification_id,
            target=retry.target,
            after=after,
        )

    async def hasten(self, creator_id: str, target: TargetKind) -> None:
        """Have whatever waits for an address be tried with the next look of a worker."""
        await self._ask(
            """UPDATE app.notification_attempts SET next_try_at = clock_timestamp()
                WHERE creator_id = %(creator_id)s AND target = %(target)s AND next_try_at IS NOT NULL
                RETURNING target""",
            creator_id=creator_id,
            target=target,
        )

    async def settle(self, retry: DueRetry) -> None:
        """Try it no more."""
        await self._ask(
            """UPDATE app.notification_attempts SET next_try_at = NULL
                WHERE notification_id = %(id)s AND target = %(target)s RETURNING target""",
            id=retry.notification_id,
            target=retry.target,
        )

    async def forget_settled(self) -> None:
        """Forget what was settled long ago."""
        await self._ask(
            """DELETE FROM app.notification_attempts
                WHERE next_try_at IS NULL AND tried_at < clock_timestamp() - %(kept)s RETURNING target""",
            kept=KEPT,
        )

    async def _ask(self, query: str, **values: object) -> list[DictRow]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(query.encode(), values)
            return await cursor.fetchall()
