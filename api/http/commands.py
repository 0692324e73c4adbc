"""Commands of routes: `If-Match`, idempotency, the wait until the reads show them, and the answer's headers."""

import asyncio
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID, uuid4

from fastapi import Request, Response

from api.http.entity_tags import EntityTags, entity_tag, entity_tags
from api.http.idempotency import Once
from api.http.parts import Part
from api.http.reads import SHOWN_WITHIN
from api.http.state import http_state, runtime_of
from domain.aggregate import Aggregate
from domain.application import Clonnect
from domain.creator import Creator
from domain.errors import VersionMismatch
from domain.lead import Lead

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NamedLead:
    """The lead that a client means, by its id or by its person's id on their platform."""

    creator_id: str
    given: str

    def __call__(self, app: Clonnect) -> Lead:
        """Find it; raises `NotFound`."""
        return app.lead_known_as(self.creator_id, self.given)


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """A command as a value: the method of the application, what it takes, and on which version it was decided.

    `subject` finds the aggregate that `If-Match` speaks of; `expected` are the versions that the client names. Of a
    lead that the client named, the method takes creator and id before `args`: only the log can tell its id.
    """

    method: Callable[..., T]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    subject: Callable[[Clonnect], Aggregate] | None = None
    expected: EntityTags | None = None

    def __call__(self, app: Clonnect) -> T:
        """Carry it out, on the thread of the writer; raises `VersionMismatch`."""
        args = self.args
        if isinstance(self.subject, NamedLead):
            lead = self.subject(app)
            self._check(lead)
            args = (lead.creator_id, lead.id, *args)
        elif self.subject is not None and self.expected is not None:
            self._check(self.subject(app))
        result = self.method(app, *args, **self.kwargs)
        # The writer goes on with its aggregate while the answer is made of it.
        return copy(result) if isinstance(result, Aggregate) else result

    def _check(self, subject: Aggregate) -> None:
        if self.expected is not None and not self.expected.match(subject.version):
            raise VersionMismatch(subject.version)


class Commands:
    """Gives the commands of one request: the answer waits until the screens can show what they did.

    With an `Idempotency-Key` the route may be run again for a repeated request, and each command then answers what it
    answered the first time. So an id that a route makes up is made inside the command and part of its result, or comes
    from `made_up`. A secret never is: `shown_once` answers it the first time, and it is kept nowhere.
    """

    def __init__(self, request: Request, response: Response, expected: EntityTags | None, *, waits: bool) -> None:
        runtime = runtime_of(request)
        self._writer, self._log, self._progress = runtime.writer, runtime.log, runtime.progress
        self._telemetry = http_state(request).telemetry
        self._once: Once | None = getattr(request.state, "once", None)
        self._response = response
        self._expected = expected
        self._waits = waits
        self._position: int | None = None
        self._has_changed = False

    async def __call__(self, method: Callable[Concatenate[Clonnect, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Give a command; its position becomes `X-Position`, and 202 says that the reads do not show it yet."""
        return await self.give(Command(method, args, kwargs))

    async def at_version(
        self,
        subject: Callable[[Clonnect], Aggregate],
        method: Callable[Concatenate[Clonnect, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Give a command if what `subject` finds has the version of `If-Match`; raises `VersionMismatch`."""
        return await self.give(Command(method, args, kwargs, subject, self._expected))

    async def on_lead(
        self,
        creator_id: str,
        given: str,
        method: Callable[Concatenate[Clonnect, str, UUID, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Give a command on the lead that a client means, if that has the version of `If-Match`."""
        return await self.give(Command(method, args, kwargs, NamedLead(creator_id, given), self._expected))

    async def on_creator(
        self,
        creator_id: str,
        method: Callable[Concatenate[Clonnect, str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Give a command on a creator, if that has the version of `If-Match`."""

        def named(app: Clonnect) -> Creator:
            return app.creator(creator_id)

        return await self.give(Command(method, (creator_id, *args), kwargs, named, self._expected))

    async def and_go_on(self, method: Callable[Concatenate[Clonnect, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Give one command of several; `until_shown` follows the last."""
        return await self._carry_out(Command(method, args, kwargs))

    async def give(self, command: Command[T]) -> T:
        """Have a command carried out, once for each idempotency key, and wait until the reads show it."""
        result = await self._carry_out(command)
        await self.until_shown()
        return result

    async def _carry_out(self, command: Command[T]) -> T:
        if self._once is None:
            done = await self._writer.do(command)
        else:
            done = await self._once.do(command.method, command)
        self._telemetry.commanded(command.method.__name__)
        if done.position is not None:
            self._position, self._has_changed = done.position, True
        elif not self._has_changed:
            self._position = done.head
        return done.result

    async def lead_known_as(self, creator_id: str, given: str) -> UUID:
        """The lead that a client means, as the log knows it; raises `NotFound`."""
        return (await self._writer.do(Clonnect.lead_known_as, creator_id, given)).result.id

    async def until_shown(self) -> None:
        """Wait until the reads show what was done, and say how far that is."""
        position = await self._reached()
        self._response.headers["X-Position"] = str(position)
        if not self._waits:
            self._response.headers["Preference-Applied"] = "respond-async"
            self._response.status_code = 202
        elif not await self._progress.wait_until(position, SHOWN_WITHIN):
            self._response.status_code = 202

    async def _reached(self) -> int:
        """Where the last command stands; without one, how far the log is."""
        return await asyncio.to_thread(self._log.head) if self._position is None else self._position

    @property
    def waits(self) -> bool:
        """Whether the client wants to hear the outcome."""
        return self._waits

    @property
    def was_done(self) -> bool:
        """Whether the next command was carried out for an earlier request with the same key: then it is not judged."""
        return self._once is not None and self._once.step < len(self._once.carried_out)

    @property
    def position(self) -> int:
        """Where in the log the last command stands."""
        return int(self._response.headers["X-Position"])

    def version(self, version: int) -> None:
        """Say as `ETag` which version the resource has now."""
        self._response.headers["ETag"] = entity_tag(version)

    def shown_once(self, secret: str) -> str | None:
        """A secret for the answer, which is not kept for a repeat; `None` when this is one."""
        if self._once is None:
            return secret
        self._once.holds_secret = True
        return None if self._once.carried_out else secret

    def made_up(self, what: str) -> UUID:
        """A new id, which is the same again when the request is repeated under its key."""
        return uuid4() if self._once is None else self._once.id(what)


def commands(request: Request, response: Response) -> Commands:
    """The way to give commands that depend on no version."""
    return _commands(request, response, None)


def commands_on_version(request: Request, response: Response) -> Commands:
    """The way to give a command on the version that the client knows, if it names one; raises `BadRequest`."""
    return _commands(request, response, entity_tags("If-Match", request.headers.getlist("if-match")))


def _commands(request: Request, response: Response, expected: EntityTags | None) -> Commands:
    prefer = request.headers.get("prefer")
    waits = prefer is None or "respond-async" not in {
        each.partition(";")[0].strip() for each in prefer.lower().split(",")
    }
    return Commands(request, response, expected, waits=waits)


Do = Annotated[Commands, Part(commands)]
DoOnVersion = Annotated[Commands, Part(commands_on_version)]
