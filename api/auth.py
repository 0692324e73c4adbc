"""Who is asking: keys and sessions, found by the hash of their secret; log-in by link or by password."""

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from api import passwords
from api.credentials import (
    BY_ADDRESS,
    CHANNEL,
    IDLE_FOR,
    beginning_session,
    digest,
    prefix_of,
    spellings,
    using_link,
)
from api.problems import Unauthenticated
from domain.creator import Creator
from domain.streams import Beside
from domain.vocabulary import Role

COOKIE: Final = "clonnect_session"
CSRF_HEADER: Final = "X-CSRF-Token"

KNOWN_FOR: Final = 5.0
"""How long, in seconds, a caller is let in again without a look at the database, unless access was changed."""
KNOWN_AT_MOST: Final = 10_000

WRONG: Final = "This log-in is not valid."
_KEY: Final = re.compile(r"clk_[0-9a-f]{64}", re.ASCII)

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


@dataclass(frozen=True)
class Caller:
    """Whoever a credential speaks for. `creator_id` is empty for an admin who names no creator."""

    actor: str
    id: str
    email: str
    creator_id: str
    role: Role
    csrf_token: str | None = None
    session: bytes | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN


@dataclass(frozen=True)
class Session:
    """A log-in that has just begun; the token goes into the cookie and is kept nowhere."""

    token: str
    caller: Caller


class Callers:
    """Knows who is asking; whom it has let in it remembers for a moment, and forgets when access is changed."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
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
        if known is not None and self._clock() < known[1]:
            return known[0]
        changes = self.changes
        async with self._pool.connection() as conn:
            found: tuple[Caller, float] | None = await look_up(conn, secret)
        if found is None:
            return None
        caller, seconds_left = found
        if changes == self.changes:  # what was looked up before a change says nothing about now
            if len(self._known) >= KNOWN_AT_MOST:
                self._known = {}
            self._known[about] = caller, self._clock() + min(KNOWN_FOR, seconds_left)
        return caller

    async def link(self, token: str) -> DictRow:
        """Whom a link lets in: their row, and whether it is an invitation. Raises `Unauthenticated`."""
        async with self._pool.connection() as conn:
            user = await _one(
                conn,
                """SELECT u.*, l.invitation FROM app.links AS l JOIN app.users AS u USING (user_id)
                    WHERE l.token_sha256 = %s AND l.expires_at > now() AND (l.reusable OR l.used_at IS NULL)""",
                digest(token),
            )
        if user is None:
            raise Unauthenticated(WRONG)
        return user

    async def log_in_by_link(self, token: str, user: DictRow, previous: str | None) -> Session:
        """Begin a session with a link's token, and end the one that the cookie held; raises `Unauthenticated`."""
        session, statements = new_session(user, previous)
        try:
            async with self._pool.connection() as conn, conn.transaction():
                await carry_out(conn, [*using_link(token), *statements])
        except UniqueViolation as error:
            raise Unauthenticated(WRONG) from error
        return session

    async def log_in_by_password(self, email: str, password: str, previous: str | None) -> Session:
        """Begin a session; an unknown address and a wrong password raise the same `Unauthenticated`, as slowly."""
        async with self._pool.connection() as conn:
            user = await _one(conn, BY_ADDRESS, *spellings(email))
        if not await passwords.matches(password, user["password_hash"] if user else None) or user is None:
            raise Unauthenticated(WRONG)
        session, statements = new_session(user, previous)
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("DELETE FROM app.sessions WHERE expires_at < now()")
            await carry_out(conn, statements)
        return session

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

    async def knows_password(self, caller: Caller, password: str | None) -> bool:
        """Whether this is the caller's password; somebody who has none knows it by giving none."""
        async with self._pool.connection() as conn:
            user = await _one(conn, "SELECT password_hash FROM app.users WHERE user_id = %s", UUID(caller.id))
        if user is None or user["password_hash"] is None or password is None:
            return user is not None and user["password_hash"] is None and password is None
        return await passwords.matches(password, user["password_hash"])


async def is_user(pool: Pool, creator_id: str, user_id: UUID) -> bool:
    """Whether this is a person who may act for the creator."""
    async with pool.connection() as conn:
        row = await _one(
            conn, "SELECT 1 AS found FROM app.users WHERE user_id = %s AND creator_id = %s", user_id, creator_id
        )
    return row is not None


def proves_origin(caller: Caller, headers: Mapping[str, str]) -> bool:
    """Whether a write comes from our own pages: a session's must carry its token, a key proves itself."""
    given = headers.get(CSRF_HEADER.lower(), "")
    return caller.csrf_token is None or compare_digest(given.encode(), caller.csrf_token.encode())


def new_session(user: Mapping[str, Any], previous: str | None) -> tuple[Session, list[Beside]]:
    """A session that nobody has had before, and the statements that begin it."""
    token, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    caller = _person({**user, "csrf_token": csrf_token, "token_sha256": digest(token)})
    return Session(token, caller), beginning_session(token, csrf_token, user["user_id"], previous)


async def carry_out(conn: AsyncConnection[DictRow], statements: Sequence[Beside]) -> None:
    """Run statements that stand beside no event."""
    for query, values in statements:
        await conn.execute(query.encode(), values)


async def _by_key(conn: AsyncConnection[DictRow], key: str) -> tuple[Caller, float] | None:
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
    caller = Caller(f"key:{row['prefix']}", row["prefix"], "", row["creator_id"] or "", Role(row["role"]))
    return caller, row["seconds_left"]


async def _by_session(conn: AsyncConnection[DictRow], token: str) -> tuple[Caller, float] | None:
    row = await _one(
        conn,
        """SELECT *, extract(epoch FROM expires_at - now())::float8 AS seconds_left,
                  last_seen_at < now() - interval '1 minute' AS is_seen_again
             FROM app.sessions JOIN app.users USING (user_id)
            WHERE token_sha256 = %s AND expires_at > now() AND last_seen_at > now() - %s""",
        digest(token),
        IDLE_FOR,
    )
    if row is None:
        return None
    if row["is_seen_again"]:
        await conn.execute("UPDATE app.sessions SET last_seen_at = now() WHERE token_sha256 = %s", (digest(token),))
    return _person(row), row["seconds_left"]


def _person(row: Mapping[str, Any]) -> Caller:
    user_id = UUID(str(row["user_id"]))
    return Caller(
        f"person:{user_id}",
        str(user_id),
        row["email"],
        row["creator_id"] or "",
        Role(row["role"]),
        row["csrf_token"],
        bytes(row["token_sha256"]),
    )


async def _one(conn: AsyncConnection[DictRow], query: LiteralString, *values: object) -> DictRow | None:
    cursor = await conn.execute(query, values)
    return await cursor.fetchone()
