"""Runs the commands of a process one after another on one thread, away from the event loop."""

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MAX_WAITING = 1000
MAX_RUNS = 5


class Saving(Protocol):
    """An application that notes the position of what a command has appended."""

    saved_position: int | None


App = TypeVar("App", bound=Saving)


class Busy(Exception):
    """Too many commands wait already, or the writer is about to stop; try again in a moment."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a command answered, and the position of the last event it appended (`None`: it changed nothing)."""

    result: T
    position: int | None


@dataclass(frozen=True)
class _Job:
    run: Callable[[], Any]
    context: contextvars.Context
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]

    def settle(self, result: Any = None, error: BaseException | None = None) -> None:
        def deliver() -> None:
            if self.future.done():
                return
            if error is None:
                self.future.set_result(result)
            else:
                self.future.set_exception(error)

        self.loop.call_soon_threadsafe(deliver)


class Writer(Generic[App]):
    """The one writer of a process.

    `timed` gives each run of a command its time; a command that meets `conflict` is run again from the start,
    because another process was faster.
    """

    def __init__(
        self,
        app: App,
        *,
        conflict: type[Exception],
        timed: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._app = app
        self._conflict = conflict
        self._timed = timed
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MAX_WAITING)
        self._closed = False
        self._closing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take no more commands, finish those that wait, and end."""
        with self._closing:  # so that no command is put behind the end, where nobody would run it
            self._closed = True
        self._jobs.put(None)
        self._thread.join()

    async def do(self, command: Callable[Concatenate[App, P], T], *args: P.args, **kwargs: P.kwargs) -> Done[T]:
        """Run a command of the application in the caller's context and answer what it says.

        Raises what the command raises, and `Busy` instead of running it when too many wait.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Done[T]] = loop.create_future()
        job = _Job(lambda: command(self._app, *args, **kwargs), contextvars.copy_context(), loop, future)
        with self._closing:
            if self._closed:
                raise Busy("The program is stopping.")
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                raise Busy("Too many commands are waiting.") from None
        return await future

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.settle(job.context.run(self._command, job.run))
            except BaseException as error:
                job.settle(error=error)

    def _command(self, run: Callable[[], T]) -> Done[T]:
        for last in [False] * (MAX_RUNS - 1) + [True]:
            self._app.saved_position = None
            try:
                with self._timed():
                    result = run()
            except self._conflict:
                if last:
                    raise
                continue
            return Done(result, self._app.saved_position)
        raise AssertionError("unreachable")
