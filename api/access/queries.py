"""Queries of API keys and users, from their tables."""

from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from api.access.callers import Pool
from api.access.credentials import spellings

_KEY: Final = "prefix, role, label, created_at, last_used_at, expires_at"
_GOOD: Final = "creator_id IS NOT DISTINCT FROM %(creator_id)s AND revoked_at IS NULL"
_USER: Final = """member_id AS id, m.email, m.name, m.role, m.created_at, password_hash IS NOT NULL AS has_password
             FROM app.memberships AS m LEFT JOIN app.users USING (user_id)"""
_OF: Final = "m.creator_id IS NOT DISTINCT FROM %(creator_id)s"


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


async def issued_key(pool: Pool, prefix: str) -> DictRow:
    """A key that was made, whether or not it was revoked since."""
    (row,) = await _all(pool, f"SELECT {_KEY} FROM app.keys WHERE prefix = %(prefix)s", prefix=prefix)
    return row


async def users_of(
    pool: Pool, creator_id: str | None, before: tuple[str, UUID] | None, limit: int
) -> tuple[list[DictRow], int]:
    """The people, invited or here, the latest first, behind a place in the list; and how many there are."""
    at, member_id = before or (None, None)
    rows = await _all(
        pool,
        f"""SELECT {_USER}
             WHERE {_OF} AND (%(at)s::timestamptz IS NULL OR (m.created_at, member_id) < (%(at)s, %(member_id)s::uuid))
             ORDER BY m.created_at DESC, member_id DESC LIMIT %(limit)s""",
        creator_id=creator_id,
        at=at,
        member_id=member_id,
        limit=limit,
    )
    counted = await _all(pool, f"SELECT count(*) AS n FROM app.memberships AS m WHERE {_OF}", creator_id=creator_id)
    return rows, int(counted[0]["n"])


async def user(pool: Pool, creator_id: str | None, member_id: UUID) -> DictRow | None:
    """One person."""
    query: LiteralString = f"SELECT {_USER} WHERE {_OF} AND member_id = %(member_id)s"
    rows = await _all(pool, query, creator_id=creator_id, member_id=member_id)
    return rows[0] if rows else None


async def is_member(pool: Pool, creator_id: str | None, email: str) -> bool:
    """Whether this creator has invited the address already."""
    query: LiteralString = f"SELECT 1 FROM app.memberships AS m WHERE {_OF} AND lower(m.email) = ANY(%(spellings)s)"
    return bool(await _all(pool, query, creator_id=creator_id, spellings=spellings(email)))


async def _all(pool: Pool, query: LiteralString, **params: Any) -> list[DictRow]:
    async with pool.connection() as conn:
        cursor = await conn.execute(query, params)
        return await cursor.fetchall()
