"""Logging in and out, and who is asking."""

from typing import Annotated

from fastapi import Request, Response
from pydantic import ConfigDict, Field

from api import auth
from api.dependencies import Caller, Running, guarded_router, public_router
from api.problems import Unauthenticated
from api.refusals import also
from api.roles import EVERYBODY
from api.schemas import Answer, Body, Ok, given
from domain.errors import FieldError, Invalid

public = public_router("access")
router = guarded_router("access", reads=EVERYBODY, writes=EVERYBODY)

Text = Annotated[str, Field(max_length=1000)]


class LogIn(Body):
    """A link's token, or an e-mail address and a password."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [given("link"), given("email", "password")]})

    email: Text | None = None
    password: Text | None = None
    link: Text | None = None


class User(Answer):
    """Whoever is asking; a key has no e-mail address."""

    id: str
    email: str
    role: str
    creators: list[str]

    @classmethod
    def of(cls, caller: auth.Caller) -> "User":
        """From a credential."""
        return cls(id=caller.id, email=caller.email, role=caller.role, creators=[caller.creator_id])


class LoggedIn(Ok):
    """A session; its token is in the cookie, and writes carry `csrf_token` in `X-CSRF-Token`."""

    user: User
    csrf_token: str


class Me(LoggedIn):
    """Who is asking, and whether this is a demo."""

    demo: bool


class Verified(Ok):
    """A credential that is good."""

    valid: bool
    creator_id: str
    role: str
    is_admin: bool


@public.post("/auth/login", openapi_extra=also("unauthenticated"))
async def log_in(request: Request, response: Response, runtime: Running, body: LogIn) -> LoggedIn:
    """Log in with a link; one that was used, ran out or never was gives the same answer as a wrong password."""
    if body.link is None:
        if body.email is None or body.password is None:
            raise Invalid(FieldError("/link", "required", "Send a `link`, or `email` and `password`."))
        raise Unauthenticated("This log-in is not valid.")
    if body.password is not None:
        raise Invalid(FieldError("/password", "unavailable", "Setting a password is not available yet."))
    session = await auth.log_in(runtime.pool, body.link, request.cookies.get(auth.COOKIE))
    response.set_cookie(
        auth.COOKIE,
        session.token,
        max_age=int(auth.SESSION_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=_is_secure(request, runtime),
    )
    return LoggedIn(user=User.of(session.caller), csrf_token=session.caller.csrf_token or "")


@router.post("/auth/logout")
async def log_out(request: Request, response: Response, creator: Caller, runtime: Running) -> Ok:
    """End the session; a key has none to end."""
    await auth.log_out(runtime.pool, creator)
    response.delete_cookie(auth.COOKIE, httponly=True, samesite="lax", secure=_is_secure(request, runtime))
    return Ok()


@router.get("/auth/me")
async def get_me(creator: Caller, runtime: Running) -> Me:
    """Who am I, for whom may I act, and which token do my writes carry?"""
    return Me(user=User.of(creator), csrf_token=creator.csrf_token or "", demo=runtime.is_demo)


@router.get("/auth/verify")
async def verify(creator: Caller) -> Verified:
    """Is this credential good, and whose is it?"""
    return Verified(valid=True, creator_id=creator.creator_id, role=creator.role, is_admin=False)


def _is_secure(request: Request, runtime: Running) -> bool:
    public_url = runtime.settings.public_url or str(request.base_url)
    return {"always": True, "never": False}.get(runtime.settings.cookie_secure, public_url.startswith("https://"))
