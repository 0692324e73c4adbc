"""Which account speaks for which creator, and with which secrets."""

from dataclasses import dataclass

from eventstore.sealing import Sealer
from processes.channels.base import Account, ChannelName
from processes.channels.telegram import secret_hash
from projections.projection import Pool


@dataclass(frozen=True)
class Connection:
    """One connected account; `secret` is what its webhook proves itself with."""

    account: Account
    creator_id: str
    secret: str


def connecting(
    sealer: Sealer, channel: ChannelName, account_id: str, creator_id: str, token: str, secret: str
) -> tuple[str, tuple[object, ...]]:
    """The statement that stores a connection with its secrets sealed; it runs beside the creator's event."""
    about = f"{channel}/{account_id}"
    return (
        """INSERT INTO app.channels (channel, account_id, creator_id, token_sealed, secret_sealed, secret_sha256)
           VALUES (%s, %s, %s, %s, %s, %s)
           ON CONFLICT (channel, creator_id) DO UPDATE
              SET account_id = EXCLUDED.account_id, token_sealed = EXCLUDED.token_sealed,
                  secret_sealed = EXCLUDED.secret_sealed, secret_sha256 = EXCLUDED.secret_sha256,
                  connected_at = now()""",
        (
            channel,
            account_id,
            creator_id,
            sealer.seal(token.encode(), about),
            sealer.seal(secret.encode(), about),
            bytes.fromhex(secret_hash(secret)),
        ),
    )


class Connections:
    """The connected accounts of the installation, read anew at every question."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._sealer = sealer

    async def secrets(self, channel: ChannelName) -> dict[str, str]:
        """The account that each webhook secret names, by the secret's SHA-256 in hex."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT encode(secret_sha256, 'hex') AS hash, account_id FROM app.channels WHERE channel = %s",
                (channel,),
            )
            return {row["hash"]: row["account_id"] async for row in cursor}

    async def creator_of(self, channel: ChannelName, account_id: str) -> str | None:
        """The one creator who connected an account."""
        found = await self._select("channel = %s AND account_id = %s", channel, account_id)
        return found[0].creator_id if found else None

    async def account(self, channel: ChannelName, account_id: str) -> Account | None:
        """An account with its token."""
        found = await self._select("channel = %s AND account_id = %s", channel, account_id)
        return found[0].account if found else None

    async def all(self, channel: ChannelName) -> list[Connection]:
        """Every connection of a channel."""
        return await self._select("channel = %s", channel)

    async def _select(self, where: str, *values: str) -> list[Connection]:
        async with self._pool.connection() as conn:
            cursor = await conn.execute(f"SELECT * FROM app.channels WHERE {where}".encode(), values)
            rows = await cursor.fetchall()
        connections = []
        for row in rows:
            about = f"{row['channel']}/{row['account_id']}"
            token = self._sealer.open(bytes(row["token_sealed"]), about).decode()
            secret = self._sealer.open(bytes(row["secret_sealed"]), about).decode()
            account = Account(ChannelName(row["channel"]), row["account_id"], token)
            connections.append(Connection(account, row["creator_id"], secret))
        return connections
