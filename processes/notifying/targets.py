"""Where creators' people are told, with the secrets of their webhooks sealed, and whether it works."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from psycopg.rows import DictRow

from eventstore.sealing import Sealer
from projections.engine.projection import Pool


class TargetKind(StrEnum):
    """The ways to tell somebody."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    TELEGRAM = "telegram"


@dataclass(frozen=True)
class NotificationTarget:
    """One address of a creator's: a URL, an e-mail address or the id of a chat.

    `secret` is that of a webhook, as long as it can be opened. `failing_since` and `failure` say what the last try came
    to if it came to nothing; nothing more is sent where the address `is_off`, until it is given or tested again.
    """

    creator_id: str
    kind: TargetKind
    address: str = field(repr=False)
    secret: str | None = field(repr=False)
    created_at: datetime
    failing_since: datetime | None
    failure: str | None
    is_off: bool


class NotificationTargets:
    """The addresses of the installation; every question is answered by the database."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def of(self, creator_id: str) -> list[NotificationTarget]:
        """A creator's, of each kind one at most."""
        rows = await self._ask("SELECT * FROM app.notification_targets WHERE creator_id = %s ORDER BY kind", creator_id)
        return [self._opened(row) for row in rows]

    async def find(self, creator_id: str, kind: TargetKind) -> NotificationTarget | None:
        """A creator's of one kind, if there is one."""
        return next((target for target in await self.of(creator_id) if target.kind is kind), None)

    async def put(self, creator_id: str, kind: TargetKind, address: str, secret: str | None) -> None:
        """Take an address, in the place of the one before."""
        sealed = None if secret is None else self._sealer.seal(secret.encode(), _about(creator_id, kind))
        await self._ask(
            """INSERT INTO app.notification_targets (creator_id, kind, address, secret_sealed)
               VALUES (%s, %s, %s, vault.sealed(%s, %s))
               ON CONFLICT (creator_id, kind) DO UPDATE
                  SET address = EXCLUDED.address, secret_sealed = EXCLUDED.secret_sealed, created_at = now(),
                      failing_since = NULL, failure = NULL, is_off = false
               RETURNING kind""",
            creator_id,
            kind,
            address,
            sealed,
            self._sealer.key_id,
        )

    async def remove(self, creator_id: str, kind: TargetKind) -> bool:
        """Forget an address; `False` if there was none."""
        return bool(
            await self._ask(
                "DELETE FROM app.notification_targets WHERE creator_id = %s AND kind = %s RETURNING kind",
                creator_id,
                kind,
            )
        )

    async def works(self, target: NotificationTarget) -> None:
        """Note that somebody was told at this address."""
        await self._ask(
            """UPDATE app.notification_targets SET failing_since = NULL, failure = NULL, is_off = false
                WHERE creator_id = %s AND kind = %s AND created_at = %s AND failing_since IS NOT NULL RETURNING kind""",
            target.creator_id,
            target.kind,
            target.created_at,
        )

    async def fails(self, target: NotificationTarget, reason: str, *, gone: bool = False) -> None:
        """Note that nobody could be told at this address; one that is `gone` is switched off."""
        await self._ask(
            """UPDATE app.notification_targets
                  SET failing_since = coalesce(failing_since, now()), failure = %s, is_off = is_off OR %s
                WHERE creator_id = %s AND kind = %s AND created_at = %s RETURNING kind""",
            reason,
            gone,
            target.creator_id,
            target.kind,
            target.created_at,
        )

    def _opened(self, row: DictRow) -> NotificationTarget:
        kind, sealed = TargetKind(row["kind"]), row["secret_sealed"]
        try:
            secret = (
                None if sealed is None else self._sealer.open(bytes(sealed), _about(row["creator_id"], kind)).decode()
            )
        except InvalidTag:
            secret = None
        return NotificationTarget(
            row["creator_id"],
            kind,
            row["address"],
            secret,
            row["created_at"],
            row["failing_since"],
            row["failure"],
            row["is_off"],
        )

    async def _ask(self, query: str, *values: object) -> Sequence[DictRow]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(query.encode(), values)
            return await cursor.fetchall()


def _about(creator_id: str, kind: TargetKind) -> str:
    """What a sealed secret is bound to; `clonnect keys rotate-master` knows it too."""
    return f"notify/{creator_id}/{kind}"
