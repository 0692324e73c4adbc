"""Generation: answers that take their time are claimed by lease, written, and recorded with every call they took."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.commands.generation import Started
from domain.errors import DomainError, NotDue
from domain.follower.values import AnswerLimits, ModelCall, ProposedAnswer
from eventstore.writer import Writer
from processes.lanes import Lanes
from processes.transient_errors import TRANSIENT_ERRORS
from projections.agenda import Agenda, Due

AT_ONCE = 32
"""Answers that are written at the same time."""
FINISH_SECONDS = 2.5
AGAIN_AFTER = timedelta(seconds=2)
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Written:
    """An answer, if there is one to give, and every call of a language model that it took.

    `needs_person`: whoever wrote it says that a person has to look at the conversation.
    """

    answer: ProposedAnswer | None
    calls: tuple[ModelCall, ...] = ()
    needs_person: bool = False


class AnswerWriter(Protocol):
    """Writes answers; `model` names whom it asks, empty for nobody."""

    @property
    def model(self) -> str: ...

    async def write(self, follower_id: UUID, started: Started) -> Written:
        """The answer to the last burst of a follower; waits for no longer than a bound of its own."""


class Generation:
    """One worker's hands for answers: none of them keeps a send, or another person's answer, waiting."""

    def __init__(
        self,
        agenda: Agenda,
        writer: Writer[Clonnect],
        answers: AnswerWriter,
        limits: AnswerLimits,
        clock: Callable[[], datetime],
    ) -> None:
        self._agenda = agenda
        self._writer = writer
        self._answers = answers
        self._limits = limits
        self._clock = clock
        self._lanes: Lanes[str] = Lanes(AT_ONCE, self._begin)
        self._hands: set[asyncio.Task[None]] = set()

    @property
    def is_busy(self) -> bool:
        return self._lanes.unfinished > 0

    async def work_off(self, worker: str) -> None:
        """Claim as many answers as there are hands free for."""
        while worker and (free := AT_ONCE - self._lanes.unfinished) > 0:
            claimed = await self._agenda.claim_generations(self._clock(), free, worker)
            for due in claimed:
                self._lanes.put(due.key, partial(self._carry_out, due))
            if len(claimed) < free:
                return

    def _begin(self, hand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(hand)
        self._hands.add(task)
        task.add_done_callback(self._hands.discard)

    async def finish(self) -> None:
        """Wait for what was begun; what takes too long is broken off, and its call recorded as lost by who goes on."""
        self._lanes.clear()
        if self._hands:
            _, late = await asyncio.wait(set(self._hands), timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _carry_out(self, due: Due) -> None:
        with context.acting("bot", correlation_id=due.correlation_id, causation_id=due.event_id):
            try:
                await self._generate(due)
            except NotDue:
                return
            except TRANSIENT_ERRORS as error:
                waits = {"kind": due.kind, "key": due.key, "error": type(error).__name__}
                _logger.warning("due_work_postponed", extra=waits)
                await self._agenda.give_back(due, AGAIN_AFTER)
            except DomainError as refusal:
                about = {"kind": due.kind, "key": due.key, "reason": str(refusal)}
                _logger.warning("due_work_refused", extra=about)
                await self._agenda.dismiss(due, f"refused:{type(refusal).__name__}")
            except Exception:
                _logger.exception("due_work_failed", extra={"kind": due.kind, "key": due.key})

    async def _generate(self, due: Due) -> None:
        if due.ref is None:
            raise LookupError("an answer is one to a burst")
        start = partial(Clonnect.start_generation, model=self._answers.model, limits=self._limits)
        started = (await self._writer.do(start, due.follower_id, due.ref)).result
        if started is not None:
            written = await self._answers.write(due.follower_id, started)
            await self._record(due.follower_id, started.burst_id, written)

    async def _record(self, follower_id: UUID, burst_id: UUID, written: Written) -> None:
        """Record what was written, and what it took, however long the database is away."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._writer.do(
                    Clonnect.record_answer,
                    follower_id,
                    burst_id,
                    written.calls,
                    written.answer,
                    self._limits,
                    needs_person=written.needs_person,
                )
            except TRANSIENT_ERRORS:
                _logger.warning("answer_waits", extra={"burst": burst_id})
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return
