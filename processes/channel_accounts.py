"""The accounts that speak for creators on their channels, with their sealed secrets."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from psycopg.rows import DictRow

from domain.vocabulary import PollingTrouble
from eventstore.sealing import Sealer
from processes.channels.base import Account, ChannelName
from processes.channels.telegram import secret_hash
from processes.polling_failures import Standstill
from projections.engine.batch_loader import BatchLoader
from projections.engine.projection import Pool

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Connection:
    """One connected account; `secret` is what its webhook proves itself with."""

    account: Account
    creator_id: str
    secret: str
    name: str | None


class Named(NamedTuple):
    """An account that a delivery has named, and whose it is."""

    account_id: str
    creator_id: str


@dataclass(frozen=True)
class Connected:
    """What may be told of a connected account: nothing by which anybody could speak for it."""

    channel: ChannelName
    name: str | None
    connected_at: datetime
    token_age: timedelta
    last_delivery_at: datetime | None
    standstill: Standstill | None


Statement = tuple[str, tuple[object, ...]]


def connecting(
    sealer: Sealer,
    channel: ChannelName,
    account_id: str,
    creator_id: str,
    token: str,
    secret: str,
    name: str | None = None,
) -> Statement:
    """The statement that stores a connection with its secrets sealed; it runs beside the creator's event."""
    about = f"{channel}/{account_id}"
    return (
        """INSERT INTO app.channels
                  (channel, account_id, creator_id, token_sealed, secret_sealed, secret_sha256, name)
           VALUES (%s, %s, %s, vault.sealed(%s, %s), vault.sealed(%s, %s), %s, %s)
           ON CONFLICT (channel, creator_id) DO UPDATE
              SET account_id = EXCLUDED.account_id, token_sealed = EXCLUDED.token_sealed,
                  secret_sealed = EXCLUDED.secret_sealed, secret_sha256 = EXCLUDED.secret_sha256,
                  name = EXCLUDED.name, connected_at = now()""",
        (
            channel,
            account_id,
            creator_id,
            sealer.seal(token.encode(), about),
            sealer.key_id,
            sealer.seal(secret.encode(), about),
            sealer.key_id,
            bytes.fromhex(secret_hash(secret)),
            name,
        ),
    )


def disconnecting(channel: ChannelName, account_id: str, creator_id: str) -> list[Statement]:
    """The statements that forget a connection; the next poller of the bot takes up whatever waits by then."""
    return [
        (
            "DELETE FROM app.channels WHERE channel = %s AND account_id = %s AND creator_id = %s",
            (channel, account_id, creator_id),
        ),
        ("DELETE FROM app.polling WHERE channel = %s AND account_id = %s", (channel, account_id)),
        ("DELETE FROM app.polling_troubles WHERE channel = %s AND account_id = %s", (channel, account_id)),
    ]


class Connections:
    """The connected accounts of the installation, read anew at every question."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer
        self._shut: set[bytes] = set()
        self._named: BatchLoader[tuple[ChannelName, str], Named] = BatchLoader(self._ask)

    async def named_by(self, channel: ChannelName, secret_sha256: str) -> Named | None:
        """The account whose webhook proves itself with the secret of this SHA-256, in hex."""
        return await self._named((channel, secret_sha256))

    async def _ask(self, hashes: Sequence[tuple[ChannelName, str]]) -> Mapping[tuple[ChannelName, str], Named]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT channel, encode(secret_sha256, 'hex') AS hash, account_id, creator_id
                     FROM app.channels WHERE secret_sha256 = ANY(%s)""",
                ([bytes.fromhex(given) for _, given in hashes],),
            )
            return {
                (ChannelName(row["channel"]), row["hash"]): Named(row["account_id"], row["creator_id"])
                async for row in cursor
            }

    async def account(self, channel: ChannelName, account_id: str) -> Account | None:
        """An account with its token."""
        found = await self.find(channel, account_id)
        return found.account if found else None

    async def find(self, channel: ChannelName, account_id: str) -> Connection | None:
        """The connection of an account, whoever's it is."""
        found = await self._select("channel = %s AND account_id = %s", channel, account_id)
        return found[0] if found else None

    async def of_creator(self, channel: ChannelName, creator_id: str) -> Connection | None:
        """A creator's connection on a channel."""
        found = await self._select("channel = %s AND creator_id = %s", channel, creator_id)
        return found[0] if found else None

    async def told(self, creator_id: str) -> dict[ChannelName, Connected]:
        """What a creator may see of their connections."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT channel, name, connected_at, now() - connected_at AS token_age,
                          (SELECT max(received_at) FROM app.deliveries AS d
                            WHERE d.channel = c.channel AND d.account_id = c.account_id
                              AND d.creator_id = c.creator_id) AS last_delivery_at,
                          t.reason, t.since, t.next_try_at
                     FROM app.channels AS c LEFT JOIN app.polling_troubles AS t USING (channel, account_id)
                    WHERE creator_id = %s""",
                (creator_id,),
            )
            rows = await cursor.fetchall()
        return {(channel := ChannelName(row["channel"])): _told(channel, row) for row in rows}

    async def all(self, channel: ChannelName) -> list[Connection]:
        """Every connection of a channel; one whose secrets do not open is left out, and the log says so once."""
        connections = []
        for row in await self._rows("channel = %s", channel):
            try:
                connections.append(self._opened(row))
            except InvalidTag:
                if row["secret_sha256"] not in self._shut:
                    _logger.error(
                        "account_secrets_unreadable", extra={"account": row["account_id"], "channel": channel}
                    )
                self._shut.add(row["secret_sha256"])
        return connections

    async def _select(self, where: str, *values: str) -> list[Connection]:
        return [self._opened(row) for row in await self._rows(where, *values)]

    async def _rows(self, where: str, *values: str) -> list[DictRow]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(f"SELECT * FROM app.channels WHERE {where}".encode(), values)
            return await cursor.fetchall()

    def _opened(self, row: DictRow) -> Connection:
        about = f"{row['channel']}/{row['account_id']}"
        token = self._sealer.open(bytes(row["token_sealed"]), about).decode()
        secret = self._sealer.open(bytes(row["secret_sealed"]), about).decode()
        account = Account(ChannelName(row["channel"]), row["account_id"], token)
        return Connection(account, row["creator_id"], secret, row["name"])


def _told(channel: ChannelName, row: DictRow) -> Connected:
    reason = row["reason"]
    return Connected(
        channel=channel,
        name=row["name"],
        connected_at=row["connected_at"],
        token_age=row["token_age"],
        last_delivery_at=row["last_delivery_at"],
        standstill=None if reason is None else Standstill(PollingTrouble(reason), row["since"], row["next_try_at"]),
    )
