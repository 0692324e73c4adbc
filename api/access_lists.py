"""Reads who may act for a creator, from the tables of keys and people."""

from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.auth import Pool
from api.credentials import BY_ADDRESS, spellings

_KEY: Final = "prefix, role, label, created_at, last_used_at, expires_at"
_GOOD: Final = "creator_id IS NOT DISTINCT FROM %(creator_id)s AND revoked_at IS NULL"
_USER: Final = "user_id AS id, email, name, role, created_at, password_hash IS NOT NULL AS has_password"
_OF: Final = "creator_id IS NOT DISTINCT FROM %(creator_id)s"


async def keys_of(
    pool: Pool, creator_id: str | None, before: tuple[str, str] | None, limit: int
) -> tuple[list[DictRow], int]:
    """The keys that were not revoked, the latest first, behind a place in the list; and how many there are."""
    at, prefix = before or (None, None)
    rows = await _all(
        pool,
        f"""SELECT {_KEY} FROM app.keys
             WHERE {_GOOD} AND (%(at)s::timestamptz IS NULL OR (created_at, prefix) < (%(at)s, %(prefix)s))
             ORDER BY created_at DESC, prefix DESC LIMIT %(limit)s""",
        creator_id=creator_id,
        at=at,
        prefix=prefix,
        limit=limit,
    )
    counted = await _all(pool, f"SELECT count(*) AS n FROM app.keys WHERE {_GOOD}", creator_id=creator_id)
    return rows, int(counted[0]["n"])


async def key(pool: Pool, creator_id: str | None, prefix: str) -> DictRow | None:
    """One key that was not revoked."""
    query: LiteralString = f"SELECT {_KEY} FROM app.keys WHERE {_GOOD} AND prefix = %(prefix)s"
    rows = await _all(pool, query, creator_id=creator_id, prefix=prefix)
    return rows[0] if rows else None


async def users_of(
    pool: Pool, creator_id: str | None, before: tuple[str, UUID] | None, limit: int
) -> tuple[list[DictRow], int]:
    """The people, the latest first, behind a place in the list; and how many there are."""
    at, user_id = before or (None, None)
    rows = await _all(
        pool,
        f"""SELECT {_USER} FROM app.users
             WHERE {_OF} AND (%(at)s::timestamptz IS NULL OR (created_at, user_id) < (%(at)s, %(user_id)s::uuid))
             ORDER BY created_at DESC, user_id DESC LIMIT %(limit)s""",
        creator_id=creator_id,
        at=at,
        user_id=user_id,
        limit=limit,
    )
    counted = await _all(pool, f"SELECT count(*) AS n FROM app.users WHERE {_OF}", creator_id=creator_id)
    return rows, int(counted[0]["n"])


async def user(pool: Pool, creator_id: str | None, user_id: UUID) -> DictRow | None:
    """One person."""
    query: LiteralString = f"SELECT {_USER} FROM app.users WHERE {_OF} AND user_id = %(user_id)s"
    rows = await _all(pool, query, creator_id=creator_id, user_id=user_id)
    return rows[0] if rows else None


async def is_known(pool: Pool, email: str) -> bool:
    """Whether anybody logs in with this address, for whichever creator."""
    async with pool.connection() as conn:
        cursor = await conn.execute(BY_ADDRESS, spellings(email))
        return await cursor.fetchone() is not None


async def _all(pool: Pool, query: LiteralString, **params: Any) -> list[DictRow]:
    async with pool.connection() as conn:
        cursor = await conn.execute(query, params)
        return await cursor.fetchall()
