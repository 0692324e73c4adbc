"""Logging in and out, one's own password, and who is asking."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import ConfigDict, Field

from api import auth, passwords
from api.credentials import SESSION_FOR, setting_password, using_link
from api.dependencies import Caller, Do, Running, address_of, guarded_router, public_router
from api.passwords import Password
from api.problems import Forbidden
from api.refusals import also
from api.roles import EVERYBODY
from api.schemas import Answer, Body, Ok, given
from api.views import Row
from domain import context
from domain.application import Clonnect
from domain.errors import FieldError, Invalid, Taken
from domain.vocabulary import Role

public = public_router("access")
router = guarded_router("access", reads=EVERYBODY, writes=EVERYBODY)

Text = Annotated[str, Field(max_length=1000)]


class LogIn(Body):
    """A link's token, with a password to be set by it or without; or an e-mail address and its password."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [given("link"), given("email", "password")]})

    email: Annotated[str, Field(max_length=254)] | None = None
    password: Text | None = None
    link: Text | None = None


class ChangePassword(Body):
    """The present password, unless there is none, and the new one."""

    current: Text | None = None
    password: Password


class User(Answer):
    """Whoever is asking; a key has no e-mail address."""

    id: str
    email: str
    role: Role
    creators: list[str]

    @classmethod
    async def of(cls, caller: auth.Caller, runtime: Running) -> "User":
        """From a credential; an admin may act for every creator."""
        creators = await runtime.callers.creators() if caller.is_admin else [caller.creator_id]
        return cls(id=caller.id, email=caller.email, role=caller.role, creators=creators)


class LoggedIn(Ok):
    """A session; its token is in the cookie, and writes carry `csrf_token` in `X-CSRF-Token`."""

    user: User
    csrf_token: str


class Me(LoggedIn):
    """Who is asking, and whether this is a demo."""

    demo: bool


class Verified(Ok):
    """A credential that is good; an admin's belongs to no creator."""

    valid: bool
    creator_id: str
    role: Role
    is_admin: bool


async def counted_log_in(request: Request, runtime: Running) -> None:
    """Count a try to log in for where it comes from, whatever it says."""
    runtime.log_ins.take(f"address {address_of(request)}")


@public.post("/auth/login", openapi_extra=also("unauthenticated"), dependencies=[Depends(counted_log_in)])
async def log_in(request: Request, response: Response, runtime: Running, body: LogIn) -> LoggedIn:
    """Log in with a link or a password; one that is wrong, ran out or never was gives the same answer.

    With a link, `password` sets the person's password; an invitation asks for one.
    """
    previous = request.cookies.get(auth.COOKIE)
    if body.link is not None:
        if body.password is not None and not 10 <= len(body.password) <= 1000:
            raise Invalid(FieldError("/password", "length", "A password has 10 to 1,000 characters."))
        user = await runtime.callers.link(body.link)
        if body.password is not None:
            session = await _log_in_anew(request, runtime, body.link, user, body.password, previous)
        elif user["invitation"]:
            raise Invalid(FieldError("/password", "required", "Choose a `password` of at least 10 characters."))
        else:
            session = await runtime.callers.log_in_by_link(body.link, user, previous)
    else:
        if body.email is None or body.password is None:
            raise Invalid(FieldError("/link", "required", "Send a `link`, or `email` and `password`."))
        runtime.log_ins.take(f"account {body.email.casefold()}")
        session = await runtime.callers.log_in_by_password(body.email, body.password, previous)
    response.set_cookie(
        auth.COOKIE,
        session.token,
        max_age=int(SESSION_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request, runtime),
    )
    return LoggedIn(user=await User.of(session.caller, runtime), csrf_token=session.caller.csrf_token or "")


async def _log_in_anew(
    request: Request, runtime: Running, link: str, user: Row, password: str, previous: str | None
) -> auth.Session:
    """Use a link up, set the password and begin the session, all or nothing."""
    session, beginning = auth.new_session(user, previous)
    caller, kept = session.caller, await passwords.hashed(password)
    statements = [*using_link(link), *setting_password(user["user_id"], kept, None), *beginning]
    creator_id = caller.creator_id or None
    try:
        with context.acting(caller.actor, correlation_id=request.state.request_id, request_id=request.state.request_id):
            await runtime.writer.do(Clonnect.set_password, creator_id, user["user_id"], beside=statements)
    except Taken:
        await runtime.callers.link(link)  # not good any more: somebody else has just used it
        raise
    runtime.callers.heard(None)
    return session


@router.put("/auth/password")
async def change_password(runtime: Running, caller: Caller, do: Do, body: ChangePassword) -> Ok:
    """Change one's own password; every other session of the person ends."""
    if caller.session is None:
        raise Forbidden("A key has no password: log in.")
    runtime.log_ins.take(f"account {caller.email.casefold()}")
    if not await runtime.callers.knows_password(caller, body.current):
        raise Invalid(FieldError("/current", "wrong", "This is not the present password."))
    statements = setting_password(_user_id(caller), await passwords.hashed(body.password), caller.session)
    await do(Clonnect.set_password, caller.creator_id or None, _user_id(caller), beside=statements)
    runtime.callers.heard(None)
    return Ok()


@router.post("/auth/logout")
async def log_out(request: Request, response: Response, caller: Caller, runtime: Running) -> Ok:
    """End the session; a key has none to end."""
    await runtime.callers.log_out(caller)
    response.delete_cookie(auth.COOKIE, httponly=True, samesite="lax", secure=_is_secure(request, runtime))
    return Ok()


@router.get("/auth/me")
async def get_me(caller: Caller, runtime: Running) -> Me:
    """Who am I, for whom may I act, and which token do my writes carry?"""
    return Me(user=await User.of(caller, runtime), csrf_token=caller.csrf_token or "", demo=runtime.is_demo)


@router.get("/auth/verify")
async def verify(caller: Caller) -> Verified:
    """Is this credential good, and whose is it?"""
    return Verified(valid=True, creator_id=caller.creator_id, role=caller.role, is_admin=caller.is_admin)


def _user_id(caller: auth.Caller) -> UUID:
    return UUID(caller.id)


def _is_secure(request: Request, runtime: Running) -> bool:
    public_url = runtime.settings.public_url or str(request.base_url)
    return {"always": True, "never": False}.get(runtime.settings.cookie_secure, public_url.startswith("https://"))
