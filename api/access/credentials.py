"""Credentials: the rows of keys, accounts, links and passwords behind what `domain.access` records."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from api.settings import Settings
from domain.beside_log import SideStatement
from domain.errors import Invalid
from domain.person.email_addresses import checked_address

CHANNEL: Final = "access"
"""PostgreSQL notifies this channel of every change of access: every program forgets whom it has let in."""

PREFIX_LENGTH: Final = 12
LINK_FOR: Final = timedelta(days=7)
REUSABLE_LINK_FOR: Final = timedelta(days=3650)
SESSION_FOR: Final = timedelta(days=30)
IDLE_FOR: Final = timedelta(days=7)
KNOWN_PLACE_FOR: Final = timedelta(days=90)
KNOWN_PLACES: Final = 20
"""From so many addresses an account keeps its way in, whoever else tries it."""

FORGET: Final[SideStatement] = ("SELECT pg_notify(%s, '')", (CHANNEL,))


@dataclass(frozen=True)
class NewKey:
    """A key that was never shown: `secret` is for whoever asked for it, and kept nowhere."""

    secret: str = field(default_factory=lambda: f"clk_{secrets.token_hex(32)}", repr=False)

    @property
    def prefix(self) -> str:
        """By what the key is found, listed and revoked."""
        return prefix_of(self.secret)

    def stored(
        self, creator_id: str | None, role: str, label: str | None, expires_at: datetime | None
    ) -> list[SideStatement]:
        """The statements that keep its hash."""
        query = """INSERT INTO app.keys (prefix, key_sha256, creator_id, role, label, expires_at)
                   VALUES (%s, %s, %s, %s, %s, %s)"""
        return [(query, (self.prefix, digest(self.secret), creator_id, role, label, expires_at))]


@dataclass(frozen=True)
class NewLink:
    """A link that lets somebody in; `token` stands behind the `#`, and its hash is kept."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def stored(self, user_id: UUID, *, reusable: bool = False) -> list[SideStatement]:
        """The statements that let it log in to an account; for seven days and once, a `reusable` one always."""
        good_for = REUSABLE_LINK_FOR if reusable else LINK_FOR
        query = """INSERT INTO app.links (token_sha256, user_id, expires_at, reusable)
                   VALUES (%s, %s, now() + %s, %s)"""
        return [(query, (digest(self.token), user_id, good_for, reusable))]

    def invites(self, member_id: UUID) -> list[SideStatement]:
        """The statements that make it an invitation, to be accepted within seven days."""
        query = "INSERT INTO app.links (token_sha256, member_id, expires_at) VALUES (%s, %s, now() + %s)"
        return [(query, (digest(self.token), member_id, LINK_FOR))]


def spellings(email: str) -> list[str]:
    """An address in small letters, as it is kept now, and as it was entered: some are kept as they were entered."""
    try:
        kept = checked_address(email.strip())
    except Invalid:
        kept = email
    return [kept.lower(), email.lower()]


def revoking(prefix: str) -> list[SideStatement]:
    """The statements that make a key open nothing any more, anywhere."""
    return [("UPDATE app.keys SET revoked_at = now() WHERE prefix = %s AND revoked_at IS NULL", (prefix,)), FORGET]


def inviting(
    member_id: UUID, creator_id: str | None, email: str, name: str | None, role: str, at: datetime
) -> list[SideStatement]:
    """The statements that make somebody a member who has not come yet; whether they have an account plays no part."""
    query = """INSERT INTO app.memberships (member_id, creator_id, email, name, role, created_at)
               VALUES (%s, %s, %s, %s, %s, %s)"""
    return [(query, (member_id, creator_id, email, name, role, at))]


def opening_account(user_id: UUID, email: str, password_hash: str | None) -> list[SideStatement]:
    """The statements that make an account; addresses that differ in capitals only are one."""
    query = "INSERT INTO app.users (user_id, email, password_hash) VALUES (%s, lower(%s), %s)"
    return [(query, (user_id, email, password_hash))]


def joining(member_id: UUID, user_id: UUID) -> list[SideStatement]:
    """The statements by which an account acts as an invited member from now on."""
    query = "UPDATE app.memberships SET user_id = %s WHERE member_id = %s"
    return [(query, (user_id, member_id)), FORGET]


def changing_user(member_id: UUID, name: str | None, role: str) -> list[SideStatement]:
    """The statements that give a member another name or role, at once and everywhere."""
    query = "UPDATE app.memberships SET name = %s, role = %s WHERE member_id = %s"
    return [(query, (name, role, member_id)), FORGET]


def removing_user(member_id: UUID) -> list[SideStatement]:
    """The statements that end a membership; an account without another goes too, with its links and sessions."""
    account = """DELETE FROM app.users USING app.memberships AS ending
                  WHERE ending.member_id = %s AND users.user_id = ending.user_id AND NOT EXISTS (
                        SELECT FROM app.memberships AS other
                         WHERE other.user_id = ending.user_id AND other.member_id <> ending.member_id)"""
    return [(account, (member_id,)), ("DELETE FROM app.memberships WHERE member_id = %s", (member_id,)), FORGET]


def using_link(token: str) -> list[SideStatement]:
    """The statement that uses a link up; nothing of its transaction is stored if the link is not good any more."""
    return [("SELECT app.use_link(%s)", (digest(token),))]


def beginning_session(token: str, csrf_token: str, user_id: UUID, previous: str | None) -> list[SideStatement]:
    """The statements that begin a session, and end the one that the browser held before."""
    ending: list[SideStatement] = []
    if previous is not None:
        ending = [("DELETE FROM app.sessions WHERE token_sha256 = %s", (digest(previous),)), FORGET]
    query = "INSERT INTO app.sessions (token_sha256, user_id, csrf_token, expires_at) VALUES (%s, %s, %s, now() + %s)"
    return [*ending, (query, (digest(token), user_id, csrf_token, SESSION_FOR))]


ENDING_SESSIONS: Final[Sequence[SideStatement]] = (("DELETE FROM app.sessions WHERE expires_at < now()", ()),)
"""The statements that throw away what is over."""


def setting_password(user_id: UUID, password_hash: str, but: bytes | None) -> list[SideStatement]:
    """The statements that set a password and end the account's sessions, `but` one, its links and its known places."""
    return [
        ("UPDATE app.users SET password_hash = %s WHERE user_id = %s", (password_hash, user_id)),
        ("DELETE FROM app.sessions WHERE user_id = %s AND token_sha256 IS DISTINCT FROM %s", (user_id, but)),
        ("DELETE FROM app.links WHERE user_id = %s AND NOT reusable", (user_id,)),
        ("DELETE FROM app.known_places WHERE user_id = %s", (user_id,)),
        FORGET,
    ]


def remembering_place(user_id: UUID, place: bytes) -> list[SideStatement]:
    """The statements by which a place is known from now on, and those of which nobody has come for long are not."""
    known = """INSERT INTO app.known_places (user_id, place) VALUES (%s, %s)
               ON CONFLICT (user_id, place) DO UPDATE SET last_at = now()"""
    too_many = """DELETE FROM app.known_places WHERE user_id = %s AND place IN (
                    SELECT place FROM app.known_places WHERE user_id = %s ORDER BY last_at DESC, place OFFSET %s)"""
    return [
        (known, (user_id, place)),
        (too_many, (user_id, user_id, KNOWN_PLACES)),
        ("DELETE FROM app.known_places WHERE last_at < now() - %s", (KNOWN_PLACE_FOR,)),
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
