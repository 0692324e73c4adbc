"""`clonnect creators`, `keys` and `users`: access to an installation, whether or not it is being served."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg.rows import DictRow

from api.access import credentials
from api.access.credentials import NewKey, NewLink, address, spellings
from api.access.invitations import account_of, invite, let_in, link_for
from api.cli.installation import installation, refuse_demo
from api.errors import StartupError
from api.settings import Settings
from domain.access import Membership
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.errors import NotFound
from domain.person.email_addresses import checked_address
from domain.vocabulary import Role

Connection = psycopg.Connection[DictRow]


def add_creator(settings: Settings, name: str, email: str | None, timezone: str | None) -> str | None:
    """Sign a creator up; with an e-mail, answers the link by which they log in, or accept if they have an account.

    Raises `Invalid` for no e-mail address.
    """
    email = None if email is None else checked_address(email.strip())
    with installation(settings) as (app, conn):
        refuse_demo(conn)
        app.sign_up_creator(name, email, CreatorSettings(timezone=timezone) if timezone else CreatorSettings())
        if email is None:
            return None
        if account_of(conn, email) is not None:
            return address(settings, invite(app, name, email, Role.OWNER))
        return address(settings, let_in(app, name, email, Role.OWNER))


def add_key(settings: Settings, creator: str | None, role: Role, label: str | None, days: int | None) -> str:
    """Issue an API key, an admin's without a creator; it is shown this once."""
    with installation(settings) as (app, _):
        key = NewKey()
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        stored = key.stored(creator, role, label, expires_at)
        app.issue_key(creator, key.prefix, role, label, expires_at, in_transaction=stored)
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
        app.revoke_key(creator, prefix, Role(row["role"]), in_transaction=credentials.revoking(prefix))


def add_user(settings: Settings, creator: str | None, email: str, role: Role) -> str:
    """Let somebody in; answers the link with which they choose a password, or give the one that they have.

    Raises `Invalid` for no e-mail address.
    """
    email = checked_address(email.strip())
    with _of(settings, creator) as (app, conn):
        if _members(conn, email, creator):
            raise StartupError(f"{email} is invited already.")
        return address(settings, invite(app, creator, email, role))


def list_users(settings: Settings, creator: str | None) -> list[DictRow]:
    """The people who may act for a creator, or the admins; the latest first."""
    with _of(settings, creator) as (_, conn):
        return conn.execute(
            """SELECT email, role, created_at FROM app.memberships
                WHERE creator_id IS NOT DISTINCT FROM %s ORDER BY created_at DESC""",
            (creator,),
        ).fetchall()


def change_role(settings: Settings, email: str, role: Role, creator: str | None) -> None:
    """Give a person another role with the same creator."""
    with installation(settings) as (app, conn):
        member = _member(conn, email, creator)
        before = Role(member["role"])
        if Role.ADMIN in (role, before):
            raise StartupError("An admin belongs to no creator: remove the person and add them anew.")
        if before is not role:
            member_id, name = member["member_id"], member["name"]
            changing = credentials.changing_user(member_id, name, role)
            app.change_user(member["creator_id"], member_id, name, before, role, in_transaction=changing)


def remove_user(settings: Settings, email: str, creator: str | None, *, as_admin: bool) -> None:
    """Let a person act for a creator, or as an admin, no more; it holds at once."""
    with installation(settings) as (app, conn):
        member = _member(conn, email, creator, as_admin=as_admin)
        removing = credentials.removing_user(member["member_id"])
        app.remove_user(member["creator_id"], member["member_id"], Role(member["role"]), in_transaction=removing)


def link_user(settings: Settings, email: str) -> str:
    """A new link by which somebody logs in and may choose a new password, or accepts where they have not come yet."""
    with installation(settings) as (app, conn):
        account = account_of(conn, email)
        if account is not None:
            return address(settings, link_for(app, account))
        member, link = _member(conn, email, None), NewLink()
        membership = Membership(member["creator_id"], member["member_id"], Role(member["role"]))
        app.issue_link([membership], in_transaction=link.invites(membership.user_id))
        return address(settings, link)


@contextmanager
def _of(settings: Settings, creator: str | None) -> Iterator[tuple[Clonnect, Connection]]:
    with installation(settings) as (app, conn):
        if creator is not None:
            app.creator(creator)
        yield app, conn


def _members(conn: Connection, email: str, creator: str | None) -> list[DictRow]:
    query = "SELECT * FROM app.memberships WHERE lower(email) = ANY(%s) AND creator_id IS NOT DISTINCT FROM %s"
    return conn.execute(query, (spellings(email), creator)).fetchall()


def _member(conn: Connection, email: str, creator: str | None, *, as_admin: bool = False) -> DictRow:
    """Somebody by their address: as a member of this creator, as an admin, or as whatever they are alone."""
    members = conn.execute("SELECT * FROM app.memberships WHERE lower(email) = ANY(%s)", (spellings(email),)).fetchall()
    if creator is not None or as_admin:
        members = [member for member in members if member["creator_id"] == creator]
    if not members:
        raise StartupError(f"Nobody is known as {email}: `clonnect users add CREATOR {email}` makes them known.")
    if len(members) > 1:
        raise StartupError(f"{email} acts for several creators: say for which with `--creator`.")
    return members[0]
