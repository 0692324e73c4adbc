"""How a route gives a command: on the version that the client knows, once for each key, answered when it is shown."""

import asyncio
from collections.abc import Callable
from copy import copy
from typing import Annotated, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Request, Response

from api.http.entity_tags import EntityTags, entity_tag, entity_tags
from api.http.idempotency import Once
from api.http.reads import SHOWN_WITHIN
from api.state import Runtime, running
from domain.aggregate import Aggregate
from domain.application import Clonnect
from domain.errors import VersionMismatch

P = ParamSpec("P")
T = TypeVar("T")


class Commands:
    """How a route gives a command: the answer waits until the screens can show what it did.

    With an `Idempotency-Key` the route may be run again for a repeated request, and each command then answers what it
    answered the first time. So an id that a route makes up is made inside the command and part of its result, or comes
    from `made_up`. A secret never is: `shown_once` answers it the first time, and it is kept nowhere.
    """

    def __init__(self, request: Request, response: Response, expected: EntityTags | None, *, waits: bool) -> None:
        self._runtime = running(request)
        self._once: Once | None = getattr(request.state, "once", None)
        self._response = response
        self._expected = expected
        self._waits = waits
        self._position: int | None = None
        self._has_changed = False

    async def __call__(self, command: Callable[Concatenate[Clonnect, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a command; its position becomes `X-Position`, and 202 says that the reads do not show it yet."""
        return await self._give(command, lambda app: command(app, *args, **kwargs))

    async def and_go_on(self, command: Callable[Concatenate[Clonnect, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one command of several; `until_shown` follows the last."""
        return await self._carry_out(command, lambda app: command(app, *args, **kwargs))

    async def at_version(
        self,
        present: Callable[[Clonnect], Aggregate],
        command: Callable[Concatenate[Clonnect, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a command on what `present` finds, if that has the version of `If-Match`; raises `VersionMismatch`."""

        def run(app: Clonnect) -> T:
            if self._expected is not None:
                self._check(present(app))
            return command(app, *args, **kwargs)

        return await self._give(command, run)

    async def on_lead(
        self,
        creator_id: str,
        given: str,
        command: Callable[Concatenate[Clonnect, str, UUID, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a command on the lead that a client means, if that has the version of `If-Match`."""

        def run(app: Clonnect) -> T:
            lead = app.lead_known_as(creator_id, given)
            self._check(lead)
            return command(app, creator_id, lead.id, *args, **kwargs)

        return await self._give(command, run)

    async def _give(self, command: Callable[..., T], run: Callable[[Clonnect], T]) -> T:
        result = await self._carry_out(command, run)
        await self.until_shown()
        return result

    async def _carry_out(self, command: Callable[..., T], run: Callable[[Clonnect], T]) -> T:
        def carried_out(app: Clonnect) -> T:
            result = run(app)
            # The writer goes on with its aggregate while the answer is made of it.
            return copy(result) if isinstance(result, Aggregate) else result

        if self._once is None:
            done = await self._runtime.writer.do(carried_out)
        else:
            done = await self._once.do(self._runtime, command, carried_out)
        self._runtime.telemetry.commanded(command.__name__)
        if done.position is not None:
            self._position, self._has_changed = done.position, True
        elif not self._has_changed:
            self._position = done.head
        return done.result

    async def until_shown(self) -> None:
        """Wait until the reads show what was done, and say how far that is."""
        position = await self._reached()
        self._response.headers["X-Position"] = str(position)
        if not self._waits:
            self._response.headers["Preference-Applied"] = "respond-async"
            self._response.status_code = 202
        elif not await self._runtime.progress.wait_until(position, SHOWN_WITHIN):
            self._response.status_code = 202

    async def _reached(self) -> int:
        """Where the last command stands; without one, how far the log is."""
        return await asyncio.to_thread(self._runtime.log.head) if self._position is None else self._position

    def _check(self, aggregate: Aggregate) -> None:
        if self._expected is not None and not self._expected.match(aggregate.version):
            raise VersionMismatch(aggregate.version)

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


async def commands(request: Request, response: Response) -> Commands:
    """The way to give commands that depend on no version."""
    return _commands(request, response, None)


async def commands_on_version(request: Request, response: Response) -> Commands:
    """The way to give a command on the version that the client knows, if it names one; raises `BadRequest`."""
    return _commands(request, response, entity_tags("If-Match", request.headers.getlist("if-match")))


def _commands(request: Request, response: Response, expected: EntityTags | None) -> Commands:
    prefer = request.headers.get("prefer", "").lower()
    waits = "respond-async" not in {each.partition(";")[0].strip() for each in prefer.split(",")}
    return Commands(request, response, expected, waits=waits)


Do = Annotated[Commands, Depends(commands)]
DoOnVersion = Annotated[Commands, Depends(commands_on_version)]


async def commanded_lead(runtime: Runtime, creator_id: str, given: str) -> UUID:
    """The lead that a client means, as the log knows it; raises `NotFound`."""
    return (await runtime.writer.do(Clonnect.lead_known_as, creator_id, given)).result.id
