"""Makes and unmakes keys, people, links and passwords: the rows behind what `domain.access` records."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from api.settings import Settings
from domain.addresses import checked_address
from domain.errors import Invalid
from domain.streams import Beside

CHANNEL: Final = "access"
"""PostgreSQL notifies this channel of every change of access: every program forgets whom it has let in."""

PREFIX_LENGTH: Final = 12
LINK_FOR: Final = timedelta(days=7)
REUSABLE_LINK_FOR: Final = timedelta(days=3650)
SESSION_FOR: Final = timedelta(days=30)
IDLE_FOR: Final = timedelta(days=7)

BY_ADDRESS: Final = """
    SELECT * FROM app.users WHERE lower(email) IN (lower(%s), lower(%s)) ORDER BY created_at"""
"""Who logs in with an address, by its `spellings`."""

FORGET: Final[Beside] = ("SELECT pg_notify(%s, '')", (CHANNEL,))


@dataclass(frozen=True)
class NewKey:
    """A key that was never shown: `secret` is for whoever asked for it, and kept nowhere."""

    secret: str = field(default_factory=lambda: f"clk_{secrets.token_hex(32)}", repr=False)

    @property
    def prefix(self) -> str:
        """By what the key is found, listed and revoked."""
        return prefix_of(self.secret)

    def stored(self, creator_id: str | None, role: str, label: str | None, expires_at: datetime | None) -> list[Beside]:
        """The statements that keep its hash."""
        query = """INSERT INTO app.keys (prefix, key_sha256, creator_id, role, label, expires_at)
                   VALUES (%s, %s, %s, %s, %s, %s)"""
        return [(query, (self.prefix, digest(self.secret), creator_id, role, label, expires_at))]


@dataclass(frozen=True)
class NewLink:
    """A link that logs in; `token` stands behind the `#`, and its hash is kept."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def stored(self, user_id: UUID, *, invitation: bool = False, reusable: bool = False) -> list[Beside]:
        """The statements that keep its hash; it is good for seven days and once, a `reusable` one always."""
        good_for = REUSABLE_LINK_FOR if reusable else LINK_FOR
        query = """INSERT INTO app.links (token_sha256, user_id, expires_at, reusable, invitation)
                   VALUES (%s, %s, now() + %s, %s, %s)"""
        return [(query, (digest(self.token), user_id, good_for, reusable, invitation))]


def spellings(email: str) -> tuple[str, str]:
    """An address as it was entered, and as it is kept now: some are kept as they were entered."""
    try:
        return email, checked_address(email.strip())
    except Invalid:
        return email, email


def revoking(prefix: str) -> list[Beside]:
    """The statements that make a key open nothing any more, anywhere."""
    return [("UPDATE app.keys SET revoked_at = now() WHERE prefix = %s AND revoked_at IS NULL", (prefix,)), FORGET]


def inviting(user_id: UUID, creator_id: str | None, email: str, name: str | None, role: str) -> list[Beside]:
    """The statements that make a person known."""
    query = "INSERT INTO app.users (user_id, creator_id, email, name, role) VALUES (%s, %s, %s, %s, %s)"
    return [(query, (user_id, creator_id, email, name, role))]


def changing_user(user_id: UUID, name: str | None, role: str) -> list[Beside]:
    """The statements that give a person another name or role, at once and everywhere."""
    return [("UPDATE app.users SET name = %s, role = %s WHERE user_id = %s", (name, role, user_id)), FORGET]


def removing_user(user_id: UUID) -> list[Beside]:
    """The statements that let a person in no more; their links and sessions go with them."""
    return [("DELETE FROM app.users WHERE user_id = %s", (user_id,)), FORGET]


def using_link(token: str) -> list[Beside]:
    """The statement that uses a link up; nothing of its transaction is stored if the link is not good any more."""
    return [("SELECT app.use_link(%s)", (digest(token),))]


def beginning_session(token: str, csrf_token: str, user_id: UUID, previous: str | None) -> list[Beside]:
    """The statements that begin a session, and end the one that the browser held before."""
    ending: list[Beside] = []
    if previous is not None:
        ending = [("DELETE FROM app.sessions WHERE token_sha256 = %s", (digest(previous),)), FORGET]
    query = "INSERT INTO app.sessions (token_sha256, user_id, csrf_token, expires_at) VALUES (%s, %s, %s, now() + %s)"
    return [*ending, (query, (digest(token), user_id, csrf_token, SESSION_FOR))]


def setting_password(user_id: UUID, password_hash: str, but: bytes | None) -> list[Beside]:
    """The statements that set a password and end the person's sessions, `but` one, and their links."""
    return [
        ("UPDATE app.users SET password_hash = %s WHERE user_id = %s", (password_hash, user_id)),
        ("DELETE FROM app.sessions WHERE user_id = %s AND token_sha256 IS DISTINCT FROM %s", (user_id, but)),
        ("DELETE FROM app.links WHERE user_id = %s AND NOT reusable", (user_id,)),
        FORGET,
    ]


def address(settings: Settings, link: NewLink) -> str:
    """Where a browser logs in with a link."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base}/app#link={link.token}"


def prefix_of(key: str) -> str:
    return key.removeprefix("clk_")[:PREFIX_LENGTH]


def digest(secret: str) -> bytes:
    """What is kept of a secret; all of them are random and long, so that no slow hash is needed."""
    return sha256(secret.encode("utf-8", "replace")).digest()


def creator_of(row: Mapping[str, object]) -> str | None:
    """Whose a key or a person is; `None` for an admin's."""
    creator_id = row["creator_id"]
    return None if creator_id is None else str(creator_id)
