"""Log-in: a session begins with a password, a link to one's account, or an invitation to act for a creator."""

import hmac
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow

from api.access import callers, credentials, passwords
from api.access.credentials import KNOWN_PLACE_FOR, SESSION_FOR, digest
from api.http.problems import Unauthenticated
from api.http.rate_limits import Tries
from domain import context
from domain.access import Membership
from domain.application import Clonnect
from domain.beside_log import SideStatement
from domain.errors import AlreadyTaken, FieldError, Invalid
from domain.vocabulary import Role
from eventstore.writer import Writer

Account = Mapping[str, Any]
"""A row of `app.accounts`."""

WRONG: Final = "This log-in is not valid."


@dataclass(frozen=True)
class Session:
    """A log-in that has just begun; the token goes into the cookie and is kept nowhere."""

    token: str
    caller: callers.Caller


@dataclass(frozen=True)
class Visit:
    """One try to log in: from where, with which session in the browser, and by which request."""

    address: str
    held: str | None
    """The cookie of the session before, which ends when another begins."""
    headers: Mapping[str, str]
    request_id: UUID


class LogIns:
    """Begins sessions; whatever is wrong with a log-in, it raises the same `Unauthenticated`, as slowly.

    Tries that fail are counted for the account and the address together first; who fails too often meets
    `RateLimited`. An address from which somebody has logged in to an account before is not kept out of it by others.
    """

    def __init__(
        self, pool: callers.Pool, writer: Writer[Clonnect], callers: callers.Callers, tries: Tries, key: bytes
    ) -> None:
        self._pool = pool
        self._writer = writer
        self._callers = callers
        self._key = hmac.digest(key, b"places of log-ins", "sha256")
        self.tries = tries

    async def by_password(self, email: str, password: str, visit: Visit) -> Session:
        """Begin a session of an account."""
        place = self._place(visit.address, email)
        named = await self._account_named(email, place)
        is_known = named is not None and bool(named["is_known"])
        with self.tries.one(visit.address, email, is_known=is_known):
            account = await _proven(named, password, is_known=is_known)
            session, beginning = self._beginning(account, callers.memberships_of(account), visit)
            remembering = credentials.remembering_place(account["user_id"], place)
            async with self._pool.connection() as conn, conn.transaction():
                cursor = await conn.execute(
                    "SELECT FROM app.users WHERE user_id = %s AND password_hash = %s FOR SHARE",
                    (account["user_id"], account["password_hash"]),
                )
                if cursor.rowcount == 0:  # it was changed while this one was compared
                    raise Unauthenticated(WRONG)
                await _carry_out(conn, [*credentials.ENDING_SESSIONS, *beginning, *remembering])
        return session

    async def by_link(self, token: str, password: str | None, visit: Visit) -> Session:
        """Begin a session with a link's token, which is used up; an invitation makes its account a member.

        With a `password` a link to an account sets it. An invitation never does: it asks for the password that the
        account has, or is to have. Raises `Invalid` when one is missing or cannot be one.
        """
        if password is not None and not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
            raise Invalid(FieldError("/password", "length", "A password has 10 to 1,000 characters."))
        with self.tries.one(visit.address):
            link = await self._link(token)
        if link["member_id"] is not None:
            return await self._accept(token, link, password, visit)
        if password is None and link["invitation"]:
            raise _without_password()
        account = await self._account(link["user_id"])
        session, beginning = self._beginning(account, callers.memberships_of(account), visit)
        using = credentials.using_link(token)
        if password is None:
            try:
                async with self._pool.connection() as conn, conn.transaction():
                    await _carry_out(conn, [*using, *beginning])
            except UniqueViolation as error:
                raise Unauthenticated(WRONG) from error
            return session
        setting = credentials.setting_password(account["user_id"], await passwords.hashed(password), None)
        async with self._using(token, session.caller.actor, visit):
            statements = [*using, *setting, *beginning]
            await self._writer.do(Clonnect.set_password, session.caller.memberships, in_transaction=statements)
        return session

    async def change_password(
        self, caller: callers.Caller, current: str | None, password: str, address: str
    ) -> list[SideStatement]:
        """The statements that set a new password, if `current` is the present one, or there is none; else `Invalid`."""
        assert caller.account is not None
        with self.tries.one(address, caller.email, is_known=True):
            kept = (await self._account(caller.account))["password_hash"]
            is_right = current is None if kept is None else await passwords.matches(current or "", kept, is_known=True)
            if not is_right:
                raise Invalid(FieldError("/current", "wrong", "This is not the present password."))
        setting = credentials.setting_password(caller.account, await passwords.hashed(password), caller.session)
        return [*setting, *credentials.remembering_place(caller.account, self._place(address, caller.email))]

    async def _accept(self, token: str, link: DictRow, password: str | None, visit: Visit) -> Session:
        """Let somebody in who was invited: whoever has the account of that address, or else opens it now.

        The link is shown to whoever invites, so it must open nothing by itself: who has an account already shows that
        it is theirs, by its password or in a browser that is logged in to it.
        """
        email, member = link["email"], Membership(link["creator_id"], link["member_id"], Role(link["role"]))
        place = self._place(visit.address, email)
        account: Account | None = await self._account_named(email, place)
        opening: list[SideStatement] = []
        if password is None:
            if account is None or not await self._is_in(account["user_id"], visit):
                raise _without_password()
        else:
            is_known = account is not None and bool(account["is_known"])
            with self.tries.one(visit.address, email, is_known=is_known):
                if account is None:
                    account = {"user_id": uuid4(), "email": email.lower(), "memberships": []}
                    opening = credentials.opening_account(account["user_id"], email, await passwords.hashed(password))
                else:
                    account = await _proven(account, password, is_known=is_known)
        session, beginning = self._beginning(account, (*callers.memberships_of(account), member), visit)
        statements = [
            *credentials.using_link(token),
            *opening,
            *credentials.joining(member.user_id, account["user_id"]),
            *beginning,
            *credentials.remembering_place(account["user_id"], place),
        ]
        async with self._using(token, f"person:{member.user_id}", visit):
            await self._writer.do(
                Clonnect.accept_invitation, member.creator_id, member.user_id, in_transaction=statements
            )
        return session

    async def _is_in(self, user_id: UUID, visit: Visit) -> bool:
        """Whether the browser is logged in to this account, and the request comes from our own pages."""
        if visit.held is None:
            return False
        try:
            caller = await self._callers.identify({}, {callers.COOKIE: visit.held})
        except Unauthenticated:
            return False
        return caller.account == user_id and callers.proves_origin(caller, visit.headers)

    @asynccontextmanager
    async def _using(self, token: str, actor: str, visit: Visit) -> AsyncIterator[None]:
        """For the command that uses a link up; raises `Unauthenticated` if somebody else was faster."""
        try:
            with context.acting(actor, correlation_id=visit.request_id, request_id=visit.request_id):
                yield
        except AlreadyTaken:
            await self._link(token)
            raise
        self._callers.heard(None)

    async def _link(self, token: str) -> DictRow:
        """Whom a link lets in: an account, or a member who has not come yet."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT links.user_id, links.invitation, member_id, creator_id, email, role
                     FROM app.links LEFT JOIN app.memberships USING (member_id)
                    WHERE token_sha256 = %s AND expires_at > now() AND (reusable OR used_at IS NULL)""",
                (digest(token),),
            )
            link = await cursor.fetchone()
        if link is None:
            raise Unauthenticated(WRONG)
        return link

    async def _account(self, user_id: UUID) -> DictRow:
        async with self._pool.connection() as conn:
            cursor = await conn.execute("SELECT * FROM app.accounts WHERE user_id = %s", (user_id,))
            account = await cursor.fetchone()
        if account is None:
            raise Unauthenticated(WRONG)
        return account

    async def _account_named(self, email: str, place: bytes) -> DictRow | None:
        """The account of an address, if there is one, and whether it `is_known` at this place."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT *, EXISTS (
                          SELECT FROM app.known_places AS known WHERE known.user_id = accounts.user_id
                             AND place = %s AND last_at > now() - %s) AS is_known
                     FROM app.accounts WHERE lower(email) = ANY(%s) ORDER BY created_at LIMIT 1""",
                (place, KNOWN_PLACE_FOR, credentials.spellings(email)),
            )
            return await cursor.fetchone()

    def _beginning(
        self, account: Account, memberships: Sequence[Membership], visit: Visit
    ) -> tuple[Session, list[SideStatement]]:
        """A session that nobody has had before, and the statements that begin it."""
        if not memberships:
            raise Unauthenticated(WRONG)
        token, csrf_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        good_until = self._callers.clock() + SESSION_FOR.total_seconds()
        caller = callers.person(account, tuple(memberships), csrf_token, digest(token), good_until)
        return Session(token, caller), credentials.beginning_session(token, csrf_token, account["user_id"], visit.held)

    def _place(self, address: str, email: str) -> bytes:
        """What is kept of an address from which somebody has logged in to an account."""
        return hmac.digest(self._key, f"{address}\0{credentials.spellings(email)[0]}".encode(), "sha256")


async def _proven(account: Account | None, password: str, *, is_known: bool) -> Account:
    """The account, if this is its password and it acts for somebody; where there is none it takes as long."""
    is_right = await passwords.matches(password, account["password_hash"] if account else None, is_known=is_known)
    if account is None or not is_right:
        raise Unauthenticated(WRONG)
    return account


async def _carry_out(conn: AsyncConnection[DictRow], statements: Sequence[SideStatement]) -> None:
    """Run statements that stand beside no event."""
    for query, values in statements:
        await conn.execute(query.encode(), values)


def _without_password() -> Invalid:
    return Invalid(FieldError("/password", "required", "Choose a `password` of at least 10 characters."))
