"""Invitations and log-in links: how a person becomes a member of a creator, or gets into their account again."""

from uuid import uuid4

import psycopg
from psycopg.rows import DictRow

from api.access import credentials
from api.access.callers import memberships_of
from api.access.credentials import NewLink, spellings
from domain import context
from domain.application import Clonnect
from domain.vocabulary import Role


def invite(app: Clonnect, creator: str | None, email: str, role: Role) -> NewLink:
    """Make a person a member who has not come yet, and a link for them to accept."""
    member_id, link = uuid4(), NewLink()
    inviting = credentials.inviting(member_id, creator, email, None, role, context.now())
    app.invite_user(creator, member_id, email, None, role, in_transaction=[*inviting, *link.invites(member_id)])
    return link


def let_in(app: Clonnect, creator: str | None, email: str, role: Role) -> NewLink:
    """Make a person a member with an account that has no password, and a link to log in."""
    user_id, link = uuid4(), NewLink()
    opening = [
        *credentials.inviting(user_id, creator, email, None, role, context.now()),
        *credentials.opening_account(user_id, email, None),
        *credentials.joining(user_id, user_id),
    ]
    app.invite_user(creator, user_id, email, None, role, in_transaction=[*opening, *link.stored(user_id)])
    return link


def link_for(app: Clonnect, account: DictRow, *, reusable: bool = False) -> NewLink:
    """A link to somebody's account, by its row."""
    link = NewLink()
    app.issue_link(memberships_of(account), in_transaction=link.stored(account["user_id"], reusable=reusable))
    return link


def account_of(conn: psycopg.Connection[DictRow], email: str) -> DictRow | None:
    """The account of an address, if there is one."""
    query = "SELECT * FROM app.accounts WHERE lower(email) = ANY(%s) ORDER BY created_at LIMIT 1"
    return conn.execute(query, (spellings(email),)).fetchone()
