"""Generation: answers that take their time are claimed by lease, written, and recorded with every call they took."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from domain.application import Clonnect
from domain.commands.generation import Started
from domain.follower.values import AnswerLimits, ModelCall, ProposedAnswer
from eventstore.writer import Writer
from processes.hands import Hands, carry_out_leased
from processes.transient_errors import TRANSIENT_ERRORS
from projections.agenda import Agenda, Due

AT_ONCE = 32
"""Answers that are written at the same time."""
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
        self._hands: Hands[str] = Hands(AT_ONCE)

    @property
    def is_busy(self) -> bool:
        return self._hands.unfinished > 0

    async def work_off(self, worker: str) -> None:
        """Claim as many answers as there are hands free for."""
        while worker and (free := AT_ONCE - self._hands.unfinished) > 0:
            claimed = await self._agenda.claim_generations(self._clock(), free, worker)
            for due in claimed:
                self._hands.put(due.key, partial(carry_out_leased, self._agenda, due, self._generate))
            if len(claimed) < free:
                return

    async def finish(self) -> None:
        """Wait for what was begun; what takes too long is broken off, and its call recorded as lost by who goes on."""
        await self._hands.finish()

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
