"""Routes of API keys and users: who may act for a creator, and who may no more."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import Query, Request
from pydantic import Field

from api.access import credentials, queries
from api.access.credentials import NewKey, NewLink
from api.access.guard import Acting, KnownCallers, guarded_router
from api.access.roles import OWNERS
from api.http.commands import Do
from api.http.fields import (
    NOT_BLANK,
    GivenTime,
    Listed,
    Name,
    NeededEmail,
    NotNull,
    Ok,
    RequestModel,
    ResponseModel,
    Time,
)
from api.http.pagination import Cursor, Limit, refuse_query
from api.http.reads import AsShown
from api.http.routing import Clock, Pool, Settings
from domain import context
from domain.application import Clonnect
from domain.errors import Conflict, FieldError, Invalid, NotFound
from domain.vocabulary import Role

router = guarded_router("access", reads=OWNERS, writes=OWNERS)

RoleWord = Literal["owner", "agent", "auditor", "analyst"]
Label = Annotated[str, Field(min_length=1, max_length=100, json_schema_extra=NOT_BLANK)]


class IssueKey(RequestModel):
    """A key that is wanted; without `expires_at` it is good until it is revoked."""

    role: RoleWord
    label: Label | None = None
    expires_at: GivenTime | None = None


class KeyItem(ResponseModel):
    """A key as it is listed; `last_used_at` is exact to a minute."""

    prefix: str
    role: Role
    label: str | None
    created_at: Time
    last_used_at: Time | None
    expires_at: Time | None


class Keys(Listed):
    """One page of a creator's keys, the latest first."""

    keys: list[KeyItem]


class KeyIssued(Ok):
    """A new key: `api_key` is shown this once, and is null when the request is repeated under its idempotency key."""

    api_key: str | None
    key: KeyItem


class KeyRevoked(Ok):
    """A key that opens nothing any more."""

    revoked: str


class InviteUser(RequestModel):
    """Somebody who is to help."""

    email: NeededEmail
    role: RoleWord
    name: Name | None = None


class ChangeUser(RequestModel):
    """What of a person is to change."""

    role: Annotated[RoleWord | None, NotNull] = None
    name: Name | None = None


class UserItem(ResponseModel):
    """A person who may log in."""

    id: UUID
    email: str
    name: str | None
    role: Role
    created_at: Time
    has_password: bool


class Users(Listed):
    """One page of a creator's people, the latest first."""

    users: list[UserItem]


class UserOut(Ok):
    """A person as a command has left them."""

    user: UserItem


class UserInvited(UserOut):
    """A person who is invited, by a link that is good once, for seven days.

    It is shown this once, and is null when the request is repeated under its idempotency key. Whether the address has
    an account already, which acts for somebody else, is not told.
    """

    link: str | None


class UserRemoved(Ok):
    """A person who can log in no more."""

    removed: UUID


@router.get("/access/{creator_id}/keys")
async def list_keys(
    request: Request,
    creator: Acting,
    reads: AsShown,
    pool: Pool,
    limit: Annotated[Limit, Query()] = 1000,
    cursor: Cursor = None,
) -> Keys:
    """The keys that open something for this creator."""
    refuse_query(request, "limit", "cursor")
    page = await reads.cursors.of("keys", creator.creator_id).page(
        cursor, limit, ("created_at", "prefix"), str, partial(queries.keys_of, pool, creator.creator_id)
    )
    keys = [KeyItem(**row) for row in page.rows]
    return Keys(keys=keys, **page.listed(keys))


@router.post("/access/{creator_id}/keys")
async def issue_key(request: Request, creator: Acting, clock: Clock, pool: Pool, body: IssueKey, do: Do) -> KeyIssued:
    """Make a key; its secret is answered this once."""
    refuse_query(request)
    if not do.was_done and body.expires_at is not None and body.expires_at <= clock():
        raise Invalid(FieldError("/expires_at", "range", "`expires_at` lies in the past."))
    role, key = Role(body.role), NewKey()
    secret = do.shown_once(key.secret)

    def issue(app: Clonnect) -> str:
        stored = key.stored(creator.creator_id, role, body.label, body.expires_at)
        app.issue_key(creator.creator_id, key.prefix, role, body.label, body.expires_at, in_transaction=stored)
        return key.prefix

    prefix = await do(issue)
    return KeyIssued(api_key=secret, key=KeyItem(**await queries.issued_key(pool, prefix)))


@router.delete("/access/{creator_id}/keys/{prefix}")
async def revoke_key(
    request: Request, creator: Acting, pool: Pool, known: KnownCallers, prefix: str, do: Do
) -> KeyRevoked:
    """Take a key back: it opens nothing any more, anywhere."""
    refuse_query(request)
    row = await queries.key(pool, creator.creator_id, prefix)
    if row is None:
        raise NotFound("There is no such key.")
    revoking = credentials.revoking(prefix)
    await do(Clonnect.revoke_key, creator.creator_id, prefix, Role(row["role"]), in_transaction=revoking)
    known.heard(None)
    return KeyRevoked(revoked=prefix)


@router.get("/access/{creator_id}/users")
async def list_users(
    request: Request,
    creator: Acting,
    reads: AsShown,
    pool: Pool,
    limit: Annotated[Limit, Query()] = 1000,
    cursor: Cursor = None,
) -> Users:
    """The people who may act for this creator."""
    refuse_query(request, "limit", "cursor")
    page = await reads.cursors.of("users", creator.creator_id).page(
        cursor, limit, ("created_at", "id"), UUID, partial(queries.users_of, pool, creator.creator_id)
    )
    users = [UserItem(**row) for row in page.rows]
    return Users(users=users, **page.listed(users))


@router.post("/access/{creator_id}/users")
async def invite_user(
    request: Request, creator: Acting, settings: Settings, pool: Pool, body: InviteUser, do: Do
) -> UserInvited:
    """Let somebody in, by a link with which they choose a password, or give the one that they have."""
    refuse_query(request)
    if not do.was_done and await queries.is_member(pool, creator.creator_id, body.email):
        raise Conflict("This address is invited already.")
    role, link = Role(body.role), NewLink()
    secret = do.shown_once(credentials.address(settings, link))

    def invite(app: Clonnect) -> tuple[UUID, datetime]:
        member_id, now = uuid4(), context.now()
        stored = [
            *credentials.inviting(member_id, creator.creator_id, body.email, body.name, role, now),
            *link.invites(member_id),
        ]
        app.invite_user(creator.creator_id, member_id, body.email, body.name, role, in_transaction=stored)
        return member_id, now

    member_id, now = await do(invite)
    user = UserItem(id=member_id, email=body.email, name=body.name, role=role, created_at=now, has_password=False)
    return UserInvited(user=user, link=secret)


@router.put("/access/{creator_id}/users/{user_id}")
async def change_user(
    request: Request, creator: Acting, pool: Pool, known: KnownCallers, user_id: UUID, body: ChangeUser, do: Do
) -> UserOut:
    """Give a person another role or name; nobody lowers their own role."""
    refuse_query(request)
    present = await _user(pool, creator, user_id)
    role = Role(body.role) if body.role else present.role
    name = body.name if "name" in body.model_fields_set else present.name
    if str(user_id) == creator.id and role is not present.role:
        raise Conflict("Nobody lowers their own role: ask another owner.")
    if (role, name) == (present.role, present.name):
        await do.until_shown()
        return UserOut(user=present)
    changing = credentials.changing_user(user_id, name, role)
    await do(Clonnect.change_user, creator.creator_id, user_id, name, present.role, role, in_transaction=changing)
    known.heard(None)
    return UserOut(user=await _user(pool, creator, user_id))


@router.delete("/access/{creator_id}/users/{user_id}")
async def remove_user(
    request: Request, creator: Acting, pool: Pool, known: KnownCallers, user_id: UUID, do: Do
) -> UserRemoved:
    """Let a person in no more; their sessions end at once."""
    refuse_query(request)
    present = await _user(pool, creator, user_id)
    if str(user_id) == creator.id:
        raise Conflict("Nobody removes themselves: ask another owner.")
    removing = credentials.removing_user(user_id)
    await do(Clonnect.remove_user, creator.creator_id, user_id, present.role, in_transaction=removing)
    known.heard(None)
    return UserRemoved(removed=user_id)


async def _user(pool: Pool, creator: Acting, user_id: UUID) -> UserItem:
    row = await queries.user(pool, creator.creator_id, user_id)
    if row is None:
        raise NotFound("There is no such person.")
    return UserItem(**row)
