"""The accounts that speak for creators on their channels, with their sealed secrets."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from psycopg.rows import DictRow

from domain.vocabulary import PollingTrouble
from eventstore.sealing import Sealer
from processes.channels.base import Account, ChannelName
from processes.channels.telegram import secret_hash
from processes.polling_failures import Standstill
from projections.engine.batch_loader import BatchLoader
from projections.engine.projection import Pool

CHANGED: Final = "app_channels"
"""PostgreSQL notifies this channel of every change of `app.channels`."""

REMEMBERED_SECONDS: Final = 30.0

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


@dataclass(frozen=True)
class _Remembered:
    """An account as it was, and until when that may be relied on."""

    account: Account
    until: float


class Connections:
    """The connected accounts of the installation; `clock` gives seconds that never go back.

    The account that a message is sent from is remembered until any connection changes, and for half a minute at most,
    should its notification be lost. Everything else is read anew at every question.
    """

    def __init__(self, pool: Pool, sealer: Sealer, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._sealer = sealer
        self._clock = clock
        self._remembered: dict[tuple[ChannelName, str], _Remembered] = {}
        self._accounts: BatchLoader[tuple[ChannelName, str], Account] = BatchLoader(self._read)
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
        """An account with its token, as it is remembered."""
        known = self._remembered.get((channel, account_id))
        if known is not None and known.until > self._clock():
            return known.account
        return await self._accounts((channel, account_id))

    async def _read(self, asked: Sequence[tuple[ChannelName, str]]) -> Mapping[tuple[ChannelName, str], Account]:
        # Not into what is forgotten meanwhile.
        remembered, until = self._remembered, self._clock() + REMEMBERED_SECONDS
        rows = await self._rows(
            "(channel, account_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [channel for channel, _ in asked],
            [account_id for _, account_id in asked],
        )
        accounts = {
            (each.account.channel, each.account.account_id): each.account for each in self._those_that_open(rows)
        }
        remembered |= {key: _Remembered(account, until) for key, account in accounts.items()}
        return accounts

    def heard(self, _payload: str | None) -> None:
        """A connection was made, changed or ended, or may have been."""
        self._remembered = {}

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
        return self._those_that_open(await self._rows("channel = %s", channel))

    def _those_that_open(self, rows: Sequence[DictRow]) -> list[Connection]:
        connections = []
        for row in rows:
            try:
                connections.append(self._opened(row))
            except InvalidTag:
                if row["secret_sha256"] not in self._shut:
                    about = {"account": row["account_id"], "channel": row["channel"]}
                    _logger.error("account_secrets_unreadable", extra=about)
                self._shut.add(row["secret_sha256"])
        return connections

    async def _select(self, where: str, *values: str) -> list[Connection]:
        return [self._opened(row) for row in await self._rows(where, *values)]

    async def _rows(self, where: str, *values: object) -> list[DictRow]:
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
