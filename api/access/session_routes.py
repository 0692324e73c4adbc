"""Routes of sessions: logging in and out, one's own password, and who is asking."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import ConfigDict, Field

from api.access import callers, logins
from api.access.credentials import SESSION_FOR
from api.access.guard import Caller, KnownCallers, guarded_router
from api.access.logins import Visit
from api.access.passwords import Password
from api.access.roles import EVERYBODY
from api.http.client_address import address_of
from api.http.commands import Do
from api.http.fields import Ok, RequestModel, ResponseModel, given
from api.http.problems import Forbidden, also
from api.http.routing import IsDemo, Settings, kept, public_router
from api.http.state import http_state
from domain.application import Clonnect
from domain.errors import FieldError, Invalid
from domain.vocabulary import Role

public = public_router("access")
router = guarded_router("access", reads=EVERYBODY, writes=EVERYBODY, takes_keys=False)

Text = Annotated[str, Field(max_length=1000)]


LogIns = Annotated[logins.LogIns, kept("log_ins")]


class LogIn(RequestModel):
    """A link's token, with a password to be set by it or without; or an e-mail address and its password."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [given("link"), given("email", "password")]})

    email: Annotated[str, Field(max_length=254)] | None = None
    password: Text | None = None
    link: Text | None = None


class ChangePassword(RequestModel):
    """The present password, unless there is none, and the new one."""

    current: Text | None = None
    password: Password


class UserMembership(ResponseModel):
    """For whom a person acts, with which role, and under which id they are known there."""

    creator_id: str
    role: Role
    user_id: UUID


class User(ResponseModel):
    """Whoever is asking; a key has no e-mail address.

    A person may act for several creators, with a role for each in `memberships`; `role` is the one with the first of
    them. Keys and admins have no memberships: their role holds with all `creators`.
    """

    id: str
    email: str
    role: Role
    creators: list[str]
    memberships: list[UserMembership]

    @classmethod
    async def of(cls, caller: callers.Caller, known: callers.Callers) -> "User":
        """From a credential; an admin may act for every creator."""
        memberships: list[UserMembership] = []
        if caller.is_admin:
            creators = await known.creators()
        elif caller.account is None:
            creators = [caller.creator_id]
        else:
            memberships = [
                UserMembership(creator_id=each.creator_id, role=each.role, user_id=each.user_id)
                for each in caller.memberships
                if each.creator_id is not None
            ]
            creators = [each.creator_id for each in memberships]
        return cls(id=caller.id, email=caller.email, role=caller.role, creators=creators, memberships=memberships)


class LoggedIn(Ok):
    """A session; its token is in the cookie, and writes carry `csrf_token` in `X-CSRF-Token`."""

    user: User
    csrf_token: str


class Me(LoggedIn):
    """Who is asking, and whether this is a demo."""

    demo: bool


class Verified(Ok):
    """A credential that is good; one that may act for several creators names none."""

    valid: bool
    creator_id: str
    role: Role
    is_admin: bool


async def counted_log_in(request: Request) -> None:
    """Count whoever comes like other requests without a credential, whatever they say."""
    http_state(request).requests.take(f"address {address_of(request)}")


@public.post("/auth/login", openapi_extra=also("unauthenticated"), dependencies=[Depends(counted_log_in)])
async def log_in(
    request: Request, response: Response, settings: Settings, known: KnownCallers, log_ins: LogIns, body: LogIn
) -> LoggedIn:
    """Log in with a link or a password; one that is wrong, ran out or never was gives the same answer.

    With a link to one's account, `password` sets a new one. An invitation asks for the one that the person has, or from
    now on is to have; in a browser that is logged in to the invited account it needs none.
    """
    held = request.cookies.get(callers.COOKIE)
    visit = Visit(address_of(request), held, request.headers, request.state.request_id)
    if body.link is not None:
        session = await log_ins.by_link(body.link, body.password, visit)
    elif body.email is not None and body.password is not None:
        session = await log_ins.by_password(body.email, body.password, visit)
    else:
        raise Invalid(FieldError("/link", "required", "Send a `link`, or `email` and `password`."))
    response.set_cookie(
        callers.COOKIE,
        session.token,
        max_age=int(SESSION_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request, settings),
    )
    return LoggedIn(user=await User.of(session.caller, known), csrf_token=session.caller.csrf_token or "")


@router.put("/auth/password")
async def change_password(
    request: Request, known: KnownCallers, log_ins: LogIns, caller: Caller, do: Do, body: ChangePassword
) -> Ok:
    """Change one's own password; every other session of the person ends."""
    if caller.account is None:
        raise Forbidden("A key has no password: log in.")
    statements = await log_ins.change_password(caller, body.current, body.password, address_of(request))
    await do(Clonnect.set_password, caller.memberships, in_transaction=statements)
    known.heard(None)
    return Ok()


@router.post("/auth/logout")
async def log_out(request: Request, response: Response, caller: Caller, settings: Settings, known: KnownCallers) -> Ok:
    """End the session; a key has none to end."""
    await known.log_out(caller)
    response.delete_cookie(callers.COOKIE, httponly=True, samesite="lax", secure=_is_secure(request, settings))
    return Ok()


@router.get("/auth/me")
async def get_me(caller: Caller, known: KnownCallers, is_demo: IsDemo) -> Me:
    """Who am I, for whom may I act, and which token do my writes carry?"""
    return Me(user=await User.of(caller, known), csrf_token=caller.csrf_token or "", demo=is_demo)


@router.get("/auth/verify")
async def verify(caller: Caller) -> Verified:
    """Is this credential good, and whose is it?"""
    return Verified(valid=True, creator_id=caller.creator_id, role=caller.role, is_admin=caller.is_admin)


def _is_secure(request: Request, settings: Settings) -> bool:
    public_url = settings.public_url or str(request.base_url)
    return {"always": True, "never": False}.get(settings.cookie_secure, public_url.startswith("https://"))
