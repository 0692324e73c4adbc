"""What the command line does about access: creators, keys, people; whether or not the installation is served."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
from psycopg.rows import DictRow

from api import credentials
from api.admin import installation, refuse_demo
from api.credentials import NewKey, NewLink, address, creator_of
from api.errors import StartupError
from api.settings import Settings
from domain.addresses import checked_address
from domain.application import Clonnect
from domain.creator import Settings as CreatorSettings
from domain.errors import NotFound
from domain.vocabulary import Role

Connection = psycopg.Connection[DictRow]


def add_creator(settings: Settings, name: str, email: str | None, timezone: str | None) -> str | None:
    """Sign a creator up; with an e-mail, answers the link by which they log in. Raises `Invalid` if it is none."""
    email = None if email is None else checked_address(email.strip())
    with installation(settings) as (app, conn):
        refuse_demo(conn)
        if email is not None:
            _refuse_known(conn, email)
        app.sign_up_creator(name, email, CreatorSettings(timezone=timezone) if timezone else CreatorSettings())
        return None if email is None else address(settings, invite(app, name, email, Role.OWNER))


def add_key(settings: Settings, creator: str | None, role: Role, label: str | None, days: int | None) -> str:
    """Issue an API key, an admin's without a creator; it is shown this once."""
    with installation(settings) as (app, _):
        key = NewKey()
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        stored = key.stored(creator, role, label, expires_at)
        app.issue_key(creator, key.prefix, role, label, expires_at, beside=stored)
        return key.secret


def list_keys(settings: Settings, creator: str | None) -> list[DictRow]:
    """The keys that open something, the latest first."""
    with _of(settings, creator) as (_, conn):
        return conn.execute(
            """SELECT prefix, role, label, created_at, last_used_at, expires_at FROM app.keys
                WHERE creator_id IS NOT DISTINCT FROM %s AND revoked_at IS NULL ORDER BY created_at DESC""",
            (creator,),
        ).fetchall()


def revoke_key(settings: Settings, creator: str | None, prefix: str) -> None:
    """Take a key back: it opens nothing any more, in no program."""
    with _of(settings, creator) as (app, conn):
        row = conn.execute(
            """SELECT role FROM app.keys
                WHERE prefix = %s AND creator_id IS NOT DISTINCT FROM %s AND revoked_at IS NULL""",
            (prefix, creator),
        ).fetchone()
        if row is None:
            raise NotFound("There is no such key.")
        app.revoke_key(creator, prefix, Role(row["role"]), beside=credentials.revoking(prefix))


def add_user(settings: Settings, creator: str | None, email: str, role: Role) -> str:
    """Let somebody in; answers the link with which they choose a password. Raises `Invalid` for no e-mail address."""
    email = checked_address(email.strip())
    with _of(settings, creator) as (app, conn):
        _refuse_known(conn, email)
        return address(settings, invite(app, creator, email, role, chooses=True))


def list_users(settings: Settings, creator: str | None) -> list[DictRow]:
    """The people who may act for a creator, or the admins; the latest first."""
    with _of(settings, creator) as (_, conn):
        return conn.execute(
            """SELECT email, role, created_at FROM app.users
                WHERE creator_id IS NOT DISTINCT FROM %s ORDER BY created_at DESC""",
            (creator,),
        ).fetchall()


def change_role(settings: Settings, email: str, role: Role) -> None:
    """Give a person another role with the same creator."""
    with installation(settings) as (app, conn):
        user = _user(conn, email)
        before = Role(user["role"])
        if Role.ADMIN in (role, before):
            raise StartupError("An admin belongs to no creator: remove the person and add them anew.")
        if before is not role:
            changing = credentials.changing_user(user["user_id"], user["name"], role)
            app.change_user(creator_of(user), user["user_id"], user["name"], before, role, beside=changing)


def remove_user(settings: Settings, email: str) -> None:
    """Let a person in no more; their sessions end at once."""
    with installation(settings) as (app, conn):
        user = _user(conn, email)
        removing = credentials.removing_user(user["user_id"])
        app.remove_user(creator_of(user), user["user_id"], Role(user["role"]), beside=removing)


def link_user(settings: Settings, email: str) -> str:
    """A new link by which somebody who is known logs in, and may choose a new password."""
    with installation(settings) as (app, conn):
        return address(settings, link_for(app, _user(conn, email)))


def invite(app: Clonnect, creator: str | None, email: str, role: Role, *, chooses: bool = False) -> NewLink:
    """Make a person known, and a link for them; one who `chooses` must set a password with it."""
    user_id, link = uuid4(), NewLink()
    stored = [
        *credentials.inviting(user_id, creator, email, None, role),
        *link.stored(user_id, invitation=chooses),
    ]
    app.invite_user(creator, user_id, email, None, role, beside=stored)
    return link


def link_for(app: Clonnect, user: DictRow, *, reusable: bool = False) -> NewLink:
    """A link for somebody who is known, by their row of `app.users`."""
    link = NewLink()
    app.issue_link(creator_of(user), user["user_id"], beside=link.stored(user["user_id"], reusable=reusable))
    return link


@contextmanager
def _of(settings: Settings, creator: str | None) -> Iterator[tuple[Clonnect, Connection]]:
    with installation(settings) as (app, conn):
        if creator is not None:
            app.creator(creator)
        yield app, conn


def _refuse_known(conn: Connection, email: str) -> None:
    if conn.execute(credentials.BY_ADDRESS, credentials.spellings(email)).fetchone() is not None:
        raise StartupError(f"Somebody logs in as {email} already.")


def _user(conn: Connection, email: str) -> DictRow:
    user = conn.execute(credentials.BY_ADDRESS, credentials.spellings(email)).fetchone()
    if user is None:
        raise StartupError(f"Nobody is known as {email}: `clonnect users add CREATOR {email}` makes them known.")
    return user
