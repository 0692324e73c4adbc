"""Runs the commands of a process one after another on one thread, and appends for all that wait at once."""

import asyncio
import contextlib
import contextvars
import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, PersistenceError
from psycopg.errors import IntegrityConstraintViolation, UniqueViolation

from eventstore.circuit_breaker import PATIENCE_SECONDS, Circuit, Trouble
from eventstore.leases import Deposed
from eventstore.recorder import Held
from eventstore.unit_of_work import Saved, SideStatement, UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")
Accompany = Callable[[Any, UUID | None], Sequence[SideStatement]]
"""From what a command answered, and the id of the last event it saved: the statements that are to stand beside it."""

MAX_WAITING = 1000
MAX_BATCH = 64
MAX_RUNS_BESIDE = 2
RACES_BEFORE_HOLDING = 5
RACE_SECONDS = 0.002
_RANDOM = random.SystemRandom()
DEADLINE_SECONDS = 10.0
"""How long a command waits for its turn while others are carried out."""

WATCH_SECONDS = 0.1
PAUSE_SECONDS = 0.05
IDLE_SECONDS = 0.02
STATES_SECONDS = 1.0

_CHECK: contextvars.ContextVar[SideStatement | None] = contextvars.ContextVar("check", default=None)

_logger = logging.getLogger(__name__)


@contextmanager
def checked(check: SideStatement) -> Iterator[None]:
    """What commands that are given inside store, they store only if a statement succeeds in the same transaction.

    It fails with an `IntegrityError`; the caller is told by `Deposed`.
    """
    token = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(token)


class Working(Protocol):
    """An application whose repository is a unit of work."""

    @property
    def repository(self) -> Any: ...


App = TypeVar("App", bound=Working)


class Busy(Exception):
    """Too many commands wait already, or the writer is about to stop; try again in a moment."""


class Unanswered(OperationalError):
    """The database gives no sign: nobody can say yet whether the command is carried out."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a command answered, and the position of the last event it appended (`None`: it changed nothing).

    `head` is the position of the log that the command knew, itself included.
    """

    result: T
    position: int | None
    head: int


@dataclass(eq=False)
class _Job:
    """One command that waits. `tried` holds what every attempt whose fate was unknown has saved."""

    run: Callable[[], Any]
    context: contextvars.Context
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    asked_at: float
    accompany: Accompany | None = None
    tried: list[tuple[Any, Sequence[Saved]]] = field(default_factory=list)
    is_given_up: bool = False
    """The caller was told that nobody knows: it is not run any more."""

    def settle(self, result: Any = None, error: BaseException | None = None) -> None:
        """Give the caller the answer, on the caller's own thread."""
        _settle_all([(self, result, error)])


def _settle_all(answers: Sequence[tuple[_Job, Any, BaseException | None]]) -> None:
    """Wake each event loop once for all of its callers: each time this thread would wait for its turn again."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[_Job, Any, BaseException | None]]] = {}
    for answer in answers:
        loops.setdefault(answer[0].loop, []).append(answer)
    for loop, those in loops.items():
        with contextlib.suppress(RuntimeError):  # a loop that was closed meanwhile: nobody waits there any more
            loop.call_soon_threadsafe(_deliver, those)


def _deliver(answers: Sequence[tuple[_Job, Any, BaseException | None]]) -> None:
    for job, result, error in answers:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


@dataclass(frozen=True)
class _Attempted:
    """How a command went: its result and what it saved, or the refusal that it met."""

    job: _Job
    result: Any = None
    saves: int = 0
    has_events: bool = False
    error: BaseException | None = None


class Writer(Generic[App]):
    """The one writer of a process.

    Commands that wait at the same moment share a transaction and see each other's changes; a refused one leaves
    nothing behind. If the transaction meets a conflict with another process, each of its commands is run alone,
    so that nobody pays for a neighbour. If the connection is lost, the log is asked by event id whether it was
    stored, before anything is run again. While nothing can be appended, whoever wants to is refused at once, and a
    few times a second it is tried with nothing. Who loses races again and again, being further away from the database
    than the others, holds the head of the log for one run, which nobody can overtake. `timed` gives each run its time;
    `conflict` is raised to a caller whose row beside the events stood there already.
    """

    def __init__(
        self,
        app: App,
        *,
        conflict: type[Exception],
        timed: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._app = app
        self._unit_of_work: UnitOfWork = app.repository
        self._conflict = conflict
        self._timed = timed
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MAX_WAITING)
        self._closed = False
        self._closing = threading.Lock()
        self._waiting: dict[asyncio.AbstractEventLoop, set[_Job]] = {}
        self._circuit = Circuit()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take no more commands, finish those that wait, and end."""
        with self._closing:  # so that no command is put behind the end, where nobody would run it
            self._closed = True
        self._jobs.put(None)
        self._thread.join()

    @property
    def waiting(self) -> int:
        """How many commands wait for their turn."""
        return self._jobs.qsize()

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be appended, if that is so; known without asking the database."""
        return self._circuit.trouble

    async def do(self, command: Callable[Concatenate[App, P], T], *args: P.args, **kwargs: P.kwargs) -> Done[T]:
        """Run a command of the application in the caller's context and answer what it says.

        Raises what the command raises, `Busy` instead of running it when too many wait or it waited too long, `Held`
        when it changed nothing because nothing can be appended, and `OperationalError` when the database is away, or
        gives no sign: then it may have been carried out. All of these within 2 seconds, unless others are served.
        """
        return await self._queue(lambda: command(self._app, *args, **kwargs))

    async def do_with(
        self, accompany: Accompany, command: Callable[Concatenate[App, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Done[T]:
        """The same, and what `accompany` says is stored in the same transaction, also when nothing else is."""
        return await self._queue(lambda: command(self._app, *args, **kwargs), accompany)

    async def _queue(self, run: Callable[[], T], accompany: Accompany | None = None) -> Done[T]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Done[T]] = loop.create_future()
        job = _Job(run, contextvars.copy_context(), loop, future, time.monotonic(), accompany)
        with self._closing:
            if self._closed:
                raise Busy("The program is stopping.")
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                raise Busy("Too many commands are waiting.") from None
        waiting = self._waiting.get(loop)
        if waiting is None:
            waiting = self._waiting[loop] = set()
            loop.call_later(WATCH_SECONDS, self._watch, loop)
        waiting.add(job)
        try:
            return await future
        finally:
            waiting.discard(job)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let nobody of this loop wait any longer for a database that gives no sign."""
        now = time.monotonic()
        if self._circuit.is_stuck:
            for job in self._waiting[loop]:
                if now - job.asked_at > PATIENCE_SECONDS and not job.future.done():
                    job.is_given_up = True
                    job.future.set_exception(Unanswered("The database gives no sign."))
        if self._waiting[loop]:
            loop.call_later(WATCH_SECONDS, self._watch, loop)
        else:
            del self._waiting[loop]

    def _run(self) -> None:
        stopping = False
        while not stopping:
            if self._circuit.probe_in == 0:
                self._probe()
            batch = [self._next()]
            while len(batch) < MAX_BATCH and not self._jobs.empty():
                batch.append(self._jobs.get())
            stopping = None in batch
            jobs = [job for job in batch if job is not None]
            if jobs:
                self._circuit.work()
                self._commit_batch(jobs)
                self._circuit.rest()
                self._keep_states(self._unit_of_work.keep_overdue_states)
        ending = time.monotonic() + STATES_SECONDS
        while self._unit_of_work.has_grown and time.monotonic() < ending:
            self._keep_states(self._unit_of_work.keep_some_states)

    def _next(self) -> _Job | None:
        """The next command; as long as none comes, trouble is looked at, and the states of long streams are kept."""
        while (pause := self._circuit.probe_in) is not None:
            with contextlib.suppress(queue.Empty):
                return self._jobs.get(timeout=pause)
            self._probe()
        while self._unit_of_work.has_grown:
            with contextlib.suppress(queue.Empty):
                return self._jobs.get(timeout=IDLE_SECONDS)
            self._keep_states(self._unit_of_work.keep_some_states)
        return self._jobs.get()

    @staticmethod
    def _keep_states(keep: Callable[[], None]) -> None:
        try:
            keep()
        except Exception:  # no command depends on it: whoever misses a state reads the events
            _logger.exception("snapshots_not_kept")

    def _probe(self) -> None:
        """See whether the trouble is over."""
        try:
            recorder = self._unit_of_work.event_store.recorder
            if self._circuit.needs_room:
                recorder.take_room()
            recorder.append_nothing()
        except PersistenceError as error:
            self._circuit.failed(error)
        else:
            self._circuit.worked(has_appended=True)

    def _commit_batch(self, jobs: Sequence[_Job]) -> None:
        """One transaction for all; should it fail, one for each."""
        if len(jobs) == 1:
            self._commit_one(jobs[0])
            return
        ran: list[_Attempted] = []  # stays empty as long as nothing is sent
        try:
            self._refresh()
            ran = [self._attempt(job) for job in jobs]
            positions = self._append()
        except Held as error:
            if error.why == "row":  # which one of them wants, and not its neighbours
                self._unit_of_work.abandon()
                for job in jobs:
                    self._commit_one(job)
            else:
                self._settle_without(ran, error)
            return
        except (IntegrityError, OperationalError, InterfaceError) as error:
            if not isinstance(error, IntegrityError) and self._unit_of_work.event_store.gathered:
                self._note_unknown(ran)
            self._unit_of_work.abandon()
            for job in jobs:
                self._commit_one(job)
            return
        except BaseException as error:
            self._refuse(jobs, error)
            return
        self._unit_of_work.appended(positions)
        self._settle(ran, positions)

    def _refresh(self) -> None:
        self._unit_of_work.refresh()
        self._circuit.worked(has_appended=False)

    def _append(self) -> list[int]:
        if self._unit_of_work.event_store.gathered:
            self._circuit.check()
        try:
            positions = self._unit_of_work.event_store.append()
        except Held as error:
            self._circuit.failed(error)
            raise
        self._circuit.worked(has_appended=bool(positions))
        return positions

    def _settle_without(self, ran: Sequence[_Attempted], error: Held) -> None:
        """Nothing was stored: who wanted that is refused, the others are answered."""
        self._unit_of_work.abandon()
        head = self._unit_of_work.head
        _settle_all(
            [
                (each.job, None, error) if each.saves else (each.job, Done(each.result, None, head), each.error)
                for each in ran
            ]
        )

    def _refuse(self, jobs: Sequence[_Job], error: BaseException) -> None:
        """Something is broken, and nothing of these is stored."""
        self._unit_of_work.abandon()
        _settle_all([(job, None, error) for job in jobs])

    def _settle(self, ran: Sequence[_Attempted], positions: Sequence[int]) -> None:
        saved, answers = 0, []
        head = max(self._unit_of_work.head, *positions[-1:], 0)
        for each in ran:
            saved += each.saves
            position = positions[saved - 1] if each.has_events else None
            answers.append((each.job, Done(each.result, position, head), each.error))
        _settle_all(answers)

    def _attempt(self, job: _Job) -> _Attempted:
        """Run a command in its context; what it saves is gathered, unless it is refused."""
        if job.is_given_up:
            return _Attempted(job, error=Unanswered("The caller was told that nobody knows."))
        if time.monotonic() > job.asked_at + DEADLINE_SECONDS:
            return _Attempted(job, error=Busy("The command has waited too long and was not carried out."))
        self._unit_of_work.begin()
        try:
            result = job.context.run(self._command, job.run)
            saves = self._unit_of_work.keep()
            if job.accompany is not None:
                ids = [event_id for saved in saves for event_id in saved.event_ids]
                self._unit_of_work.stand_beside(job.accompany(result, ids[-1] if ids else None))
            if saves and (check := job.context.get(_CHECK)) is not None:
                self._unit_of_work.stand_beside([check])
        except (OperationalError, InterfaceError):
            self._unit_of_work.undo()
            raise
        except BaseException as error:
            self._unit_of_work.undo()
            return _Attempted(job, error=error)
        finally:
            self._circuit.moved()
        return _Attempted(job, result, len(self._unit_of_work.keep()), bool(saves))

    def _command(self, run: Callable[[], T]) -> T:
        with self._timed():
            return run()

    def _commit_one(self, job: _Job) -> None:
        """A transaction of its own, again while others are faster or the database is away, until nobody waits."""
        races, begun = 0, time.monotonic()
        while not job.is_given_up:
            ran = None
            holds = (
                self._unit_of_work.event_store.recorder.holding_head if races >= RACES_BEFORE_HOLDING else nullcontext
            )
            try:
                with holds():
                    self._refresh()
                    ran = self._attempt(job)
                    # Not before it ran: what an earlier attempt stores in between would be decided upon as well.
                    if (done := self._stored_before(job)) is not None:
                        self._unit_of_work.abandon()
                        job.settle(done)
                        return
                    positions = self._append()
            except IntegrityError as error:
                self._unit_of_work.abandon()
                races += 1
                if _is_over(error):
                    job.settle(error=Deposed("Somebody else leads by now."))
                    return
                if races >= MAX_RUNS_BESIDE and not _was_a_race(error):
                    taken = self._conflict("Somebody else was faster: this is taken.")
                    taken.__cause__ = error
                    job.settle(error=taken)
                    return
                time.sleep(RACE_SECONDS * races * _RANDOM.random())
            except Held as error:
                self._settle_without([] if ran is None else [ran], error)
                return
            except (OperationalError, InterfaceError) as error:
                self._circuit.failed(error)
                if ran is not None:
                    self._note_unknown([ran])
                self._unit_of_work.abandon()
                if self._closed or self._circuit.gives_up(begun):
                    job.settle(*self._last_word(job, error))
                    return
                time.sleep(PAUSE_SECONDS)
            except BaseException as error:
                self._refuse([job], error)
                return
            else:
                self._unit_of_work.appended(positions)
                self._settle([ran], positions)
                return

    def _last_word(self, job: _Job, error: Exception) -> tuple[Done[Any] | None, Exception | None]:
        """What a caller is told who waits no longer: that it was stored, if that can be known by now."""
        with contextlib.suppress(OperationalError, InterfaceError):
            if (done := self._stored_before(job)) is not None:
                return done, None
        return None, error

    def _note_unknown(self, ran: Sequence[_Attempted]) -> None:
        """The connection was lost while these were being appended: perhaps they were."""
        saves = list(self._unit_of_work.event_store.gathered)
        for each in ran:
            if each.saves:
                each.job.tried.append((each.result, tuple(saves[: each.saves])))
                del saves[: each.saves]

    def _stored_before(self, job: _Job) -> Done[Any] | None:
        """What an earlier attempt of unknown fate has stored after all, if it has."""
        for result, saves in job.tried:
            event_ids: list[UUID] = [event_id for saved in saves for event_id in saved.event_ids]
            if event_ids and (first := self._unit_of_work.event_store.recorder.position_of(event_ids[0])) is not None:
                position = first + len(event_ids) - 1
                return Done(result, position, position)
        return None


def _is_over(error: IntegrityError) -> bool:
    """Whether the generation that the command was given under is over."""
    return isinstance(error.__cause__, IntegrityConstraintViolation)


def _was_a_race(error: IntegrityError) -> bool:
    """Whether another process took the version of a stream; otherwise a row beside the events stood already."""
    cause = error.__cause__
    return isinstance(cause, UniqueViolation) and cause.diag.schema_name == "log"
