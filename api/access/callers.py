"""Authentication: API keys and sessions, found by the hash of their secret, and remembered for a moment."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from api.access.credentials import CHANNEL, IDLE_FOR, digest, prefix_of
from api.http.problems import Unauthenticated
from domain.access import Membership
from domain.creator import Creator
from domain.errors import NotFound
from domain.vocabulary import Role

COOKIE: Final = "clonnect_session"
CSRF_HEADER: Final = "X-CSRF-Token"

KNOWN_FOR: Final = 5.0
"""How long, in seconds, a caller is let in again without a look at the database, unless access was changed."""
KNOWN_AT_MOST: Final = 10_000

_KEY: Final = re.compile(r"clk_[0-9a-f]{64}", re.ASCII)

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


@dataclass(frozen=True)
class Caller:
    """Whoever a credential speaks for.

    `creator_id` is empty for those who may act for several, until `acting_for` says whom it is about; as long, `role`
    is the one with the first of them, and `id` that of the account.
    """

    actor: str
    id: str
    email: str
    creator_id: str
    role: Role
    counted_as: str
    """Whose requests are counted: the key's, or the account's, for whichever creator it acts."""
    good_until: float
    """When the credential runs out, if nothing happens to it before; in seconds of the clock of `Callers`."""
    csrf_token: str | None = None
    session: bytes | None = None
    account: UUID | None = None
    """`None` for a key."""
    memberships: tuple[Membership, ...] = ()

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that this caller has with somebody."""
        return frozenset({self.role, *(each.role for each in self.memberships)})

    def acting_for(self, creator_id: str) -> "Caller":
        """The caller as whoever acts for a creator; raises `NotFound` for those who may not, as if there were none.

        An admin may act for every creator there is; whether there is this one, they have to ask.
        """
        if self.is_admin:
            return replace(self, creator_id=creator_id)
        for each in self.memberships:
            if each.creator_id == creator_id:
                actor = f"person:{each.user_id}"
                return replace(self, creator_id=creator_id, role=each.role, id=str(each.user_id), actor=actor)
        if self.memberships or self.creator_id != creator_id:
            raise NotFound("There is no such creator.")
        return self


class Callers:
    """Knows who is asking; whom it has let in it remembers for a moment, and forgets when access is changed."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self.clock = clock
        self._known: dict[bytes, tuple[Caller, float]] = {}
        self.changes = 0
        """Goes up whenever somebody's access was, or may have been, changed."""

    def heard(self, _payload: str | None) -> None:
        """Access was changed, or may have been."""
        self.changes += 1
        self._known = {}

    async def identify(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller:
        """The caller by `X-API-Key`, by `Authorization: Bearer`, or by the session's cookie.

        Raises `Unauthenticated` when there is none, one is wrong, or two disagree.
        """
        callers = []
        if (key := headers.get("x-api-key")) is not None:
            callers.append(await self._by(_by_key, key))
        if (authorization := headers.get("authorization")) is not None:
            scheme, _, key = authorization.partition(" ")
            callers.append(await self._by(_by_key, key.strip()) if scheme.lower() == "bearer" else None)
        if (token := cookies.get(COOKIE)) is not None:
            callers.append(await self._by(_by_session, token))
        first = callers[0] if callers else None
        if first is None:
            raise Unauthenticated("Send an API key, or log in.")
        for other in callers:
            if other is None or (other.creator_id, other.role) != (first.creator_id, first.role):
                raise Unauthenticated("The credentials of this request do not agree.")
        return first

    async def _by(self, look_up: Callable[..., Any], secret: str) -> Caller | None:
        about = digest(secret)
        known = self._known.get(about)
        if known is not None and self.clock() < known[1]:
            return known[0]
        changes, now = self.changes, self.clock()
        async with self._pool.connection() as conn:
            found: Caller | None = await look_up(conn, secret, now)
        if found is None:
            return None
        if changes == self.changes:  # what was looked up before a change says nothing about now
            if len(self._known) >= KNOWN_AT_MOST:
                self._known = {}
            self._known[about] = found, min(now + KNOWN_FOR, found.good_until)
        return found

    async def still(self, headers: Mapping[str, str], cookies: Mapping[str, str], creator_id: str) -> Caller | None:
        """Whoever a credential that was good speaks for now, for this creator; `None` if that is over."""
        try:
            return (await self.identify(headers, cookies)).acting_for(creator_id)
        except (Unauthenticated, NotFound):
            return None

    async def log_out(self, caller: Caller) -> None:
        """End the session; a key has none."""
        if caller.session is not None:
            async with self._pool.connection() as conn, conn.transaction():
                await conn.execute("DELETE FROM app.sessions WHERE token_sha256 = %s", (caller.session,))
                await conn.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
            self.heard(None)

    async def creators(self) -> list[str]:
        """The name of every creator, for those who may act for all."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                "SELECT metadata->>'creator_id' AS name FROM log.events WHERE topic = %s ORDER BY 1",
                (Creator.SignedUp.TOPIC,),
            )
            return [row["name"] async for row in cursor]


async def is_user(pool: Pool, creator_id: str, user_id: UUID) -> bool:
    """Whether this is a person who may act for the creator."""
    async with pool.connection() as conn:
        row = await _one(
            conn, "SELECT 1 AS found FROM app.memberships WHERE member_id = %s AND creator_id = %s", user_id, creator_id
        )
    return row is not None


def proves_origin(caller: Caller, headers: Mapping[str, str]) -> bool:
    """Whether a write comes from our own pages: a session's must carry its token, a key proves itself."""
    if caller.csrf_token is None:
        return True
    return compare_digest(headers.get(CSRF_HEADER.lower(), "").encode(), caller.csrf_token.encode())


async def _by_key(conn: AsyncConnection[DictRow], key: str, now: float) -> Caller | None:
    if not _KEY.fullmatch(key):
        return None
    row = await _one(
        conn,
        """SELECT *, coalesce(extract(epoch FROM expires_at - now()), 'infinity')::float8 AS seconds_left,
                  coalesce(last_used_at < now() - interval '1 minute', true) AS is_used_again
             FROM app.keys
            WHERE prefix = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",
        prefix_of(key),
    )
    if row is None or not compare_digest(bytes(row["key_sha256"]), digest(key)):
        return None
    if row["is_used_again"]:
        await conn.execute("UPDATE app.keys SET last_used_at = now() WHERE prefix = %s", (row["prefix"],))
    actor = f"key:{row['prefix']}"
    return Caller(
        actor,
        row["prefix"],
        "",
        row["creator_id"] or "",
        Role(row["role"]),
        counted_as=actor,
        good_until=now + row["seconds_left"],
    )


async def _by_session(conn: AsyncConnection[DictRow], token: str, now: float) -> Caller | None:
    row = await _one(
        conn,
        """SELECT *, extract(epoch FROM expires_at - now())::float8 AS seconds_left,
                  last_seen_at < now() - interval '1 minute' AS is_seen_again
             FROM app.sessions JOIN app.accounts USING (user_id)
            WHERE token_sha256 = %s AND expires_at > now() AND last_seen_at > now() - %s""",
        digest(token),
        IDLE_FOR,
    )
    if row is None or not row["memberships"]:
        return None
    if row["is_seen_again"]:
        await conn.execute("UPDATE app.sessions SET last_seen_at = now() WHERE token_sha256 = %s", (digest(token),))
    return person(row, memberships_of(row), row["csrf_token"], digest(token), now + row["seconds_left"])


def person(
    account: Mapping[str, Any],
    memberships: tuple[Membership, ...],
    csrf_token: str,
    session: bytes,
    good_until: float,
) -> Caller:
    """Whoever has logged in to an account that acts for somebody."""
    account_id: UUID = account["user_id"]
    is_one = len(memberships) == 1
    known_as = memberships[0].user_id if is_one else account_id
    return Caller(
        f"person:{known_as}",
        str(known_as),
        account["email"],
        (memberships[0].creator_id or "") if is_one else "",
        memberships[0].role,
        counted_as=f"account:{account_id}",
        good_until=good_until,
        csrf_token=csrf_token,
        session=session,
        account=account_id,
        memberships=memberships,
    )


def memberships_of(account: Mapping[str, Any]) -> tuple[Membership, ...]:
    """For whom an account acts, the installation and the oldest first."""
    return tuple(Membership(creator, UUID(member), Role(role)) for creator, member, role in account["memberships"])


async def _one(conn: AsyncConnection[DictRow], query: LiteralString, *values: object) -> DictRow | None:
    cursor = await conn.execute(query, values)
    return await cursor.fetchone()
