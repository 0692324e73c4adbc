"""Who is asking: keys, log-in links and sessions, stored as hashes; the secrets themselves are shown once."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from api.problems import Unauthenticated
from domain.errors import Conflict

COOKIE: Final = "clonnect_session"
CSRF_HEADER: Final = "X-CSRF-Token"
OWNER: Final = "owner"

SESSION_FOR: Final = timedelta(days=30)
LINK_FOR: Final = timedelta(days=7)
REUSABLE_LINK_FOR: Final = timedelta(days=3650)

PREFIX_LENGTH: Final = 12
_KEY: Final = re.compile(r"clk_[0-9a-f]{64}", re.ASCII)

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


@dataclass(frozen=True)
class Caller:
    """Whoever a credential speaks for: one creator's key, or a person with a session."""

    actor: str
    id: str
    email: str
    creator_id: str
    role: str
    csrf_token: str | None = None
    session: bytes | None = None


@dataclass(frozen=True)
class Session:
    """A log-in that has just begun; the token goes into the cookie and is kept nowhere."""

    token: str
    caller: Caller


def new_key(conn: Connection[Any], creator_id: str, role: str) -> str:
    """Make an API key and answer it; only its SHA-256 is kept, under the prefix that finds it."""
    key = f"clk_{secrets.token_hex(32)}"
    conn.execute(
        "INSERT INTO app.keys (prefix, key_sha256, creator_id, role) VALUES (%s, %s, %s, %s)",
        (_prefix(key), _hash(key), creator_id, role),
    )
    return key


def new_link(conn: Connection[Any], email: str, creator_id: str, role: str, *, reusable: bool = False) -> str:
    """Answer the token of a link that logs this person in, who is made known if need be.

    A link is good for seven days and once; a `reusable` one, the demo's, for as long as its database.
    Raises `Conflict` when the address belongs to another creator.
    """
    conn.execute(
        "INSERT INTO app.users (email, creator_id, role) VALUES (%s, %s, %s) ON CONFLICT (email) DO NOTHING",
        (email, creator_id, role),
    )
    user = conn.cursor(row_factory=dict_row).execute("SELECT * FROM app.users WHERE email = %s", (email,)).fetchone()
    if user is None or user["creator_id"] != creator_id:
        raise Conflict(f"{email} belongs to another creator.")
    token = secrets.token_urlsafe(32)
    conn.execute(
        "INSERT INTO app.links (token_sha256, user_id, expires_at, reusable) VALUES (%s, %s, now() + %s, %s)",
        (_hash(token), user["user_id"], REUSABLE_LINK_FOR if reusable else LINK_FOR, reusable),
    )
    return token


async def log_in(pool: Pool, link: str, previous: str | None) -> Session:
    """Begin a session with a link's token, and end the one that the cookie held; raises `Unauthenticated`."""
    async with pool.connection() as conn, conn.transaction():
        user = await _one(
            conn,
            """UPDATE app.links AS l SET used_at = now() FROM app.users AS u
                WHERE l.token_sha256 = %s AND u.user_id = l.user_id AND l.expires_at > now()
                  AND (l.reusable OR l.used_at IS NULL) RETURNING u.*""",
            _hash(link),
        )
        if user is None:
            raise Unauthenticated("This log-in is not valid.")
        token, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        if previous is not None:
            await conn.execute("DELETE FROM app.sessions WHERE token_sha256 = %s", (_hash(previous),))
        await conn.execute("DELETE FROM app.sessions WHERE expires_at < now()")
        await conn.execute(
            "INSERT INTO app.sessions (token_sha256, user_id, csrf_token, expires_at) VALUES (%s, %s, %s, now() + %s)",
            (_hash(token), user["user_id"], csrf_token, SESSION_FOR),
        )
    return Session(token, _person(user | {"csrf_token": csrf_token, "token_sha256": _hash(token)}))


async def log_out(pool: Pool, caller: Caller) -> None:
    """End the session; a key has none."""
    if caller.session is not None:
        async with pool.connection() as conn:
            await conn.execute("DELETE FROM app.sessions WHERE token_sha256 = %s", (caller.session,))


async def identify(pool: Pool, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller:
    """The caller by `X-API-Key`, by `Authorization: Bearer`, or by the session's cookie.

    Raises `Unauthenticated` when there is none, one is wrong, or two disagree.
    """
    callers = []
    async with pool.connection() as conn:
        if (key := headers.get("x-api-key")) is not None:
            callers.append(await _by_key(conn, key))
        if (authorization := headers.get("authorization")) is not None:
            scheme, _, key = authorization.partition(" ")
            callers.append(await _by_key(conn, key.strip()) if scheme.lower() == "bearer" else None)
        if (token := cookies.get(COOKIE)) is not None:
            callers.append(await _by_session(conn, token))
    first = callers[0] if callers else None
    if first is None:
        raise Unauthenticated("Send an API key, or log in.")
    for other in callers:
        if other is None or (other.creator_id, other.role) != (first.creator_id, first.role):
            raise Unauthenticated("The credentials of this request do not agree.")
    return first


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


async def _by_key(conn: AsyncConnection[DictRow], key: str) -> Caller | None:
    if not _KEY.fullmatch(key):
        return None
    row = await _one(conn, "SELECT * FROM app.keys WHERE prefix = %s AND revoked_at IS NULL", _prefix(key))
    if row is None or not compare_digest(bytes(row["key_sha256"]), _hash(key)):
        return None
    return Caller(f"key:{row['prefix']}", row["prefix"], "", row["creator_id"], row["role"])


async def _by_session(conn: AsyncConnection[DictRow], token: str) -> Caller | None:
    row = await _one(
        conn,
        """SELECT * FROM app.sessions JOIN app.users USING (user_id)
            WHERE token_sha256 = %s AND expires_at > now()""",
        _hash(token),
    )
    return None if row is None else _person(row)


def _person(row: Mapping[str, Any]) -> Caller:
    user_id = UUID(str(row["user_id"]))
    return Caller(
        f"person:{user_id}",
        str(user_id),
        row["email"],
        row["creator_id"],
        row["role"],
        row["csrf_token"],
        bytes(row["token_sha256"]),
    )


async def _one(conn: AsyncConnection[DictRow], query: LiteralString, *values: object) -> DictRow | None:
    cursor = await conn.execute(query, values)
    return await cursor.fetchone()


def _prefix(key: str) -> str:
    return key.removeprefix("clk_")[:PREFIX_LENGTH]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
