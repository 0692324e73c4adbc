"""Hands: work that was leased, done in lanes by a bounded number of tasks that are waited for at the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Generic

from domain import context
from domain.errors import DomainError, NotDue
from processes.lanes import Key, Lanes, Work
from processes.transient_errors import TRANSIENT_ERRORS
from projections.agenda import Agenda, Due

FINISH_SECONDS = 2.5
AGAIN_AFTER = timedelta(seconds=2)
"""Until what failed for a moment may be claimed again."""

_logger = logging.getLogger(__name__)


class Hands(Generic[Key]):
    """One worker's hands for one kind of work."""

    def __init__(self, at_once: int) -> None:
        self._lanes: Lanes[Key] = Lanes(at_once, self._begin)
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: Key, work: Work) -> None:
        """Have something done behind what waits for the same key."""
        self._lanes.put(key, work)

    @property
    def unfinished(self) -> int:
        """How much waits or is being done."""
        return self._lanes.unfinished

    async def wait_until_below(self, unfinished: int) -> None:
        """Wait until less than this is unfinished."""
        await self._lanes.wait_until_below(unfinished)

    async def finish(self) -> None:
        """Wait for what was begun, and begin nothing more; what takes too long is broken off."""
        self._lanes.clear()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, hand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(hand)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def carry_out_leased(agenda: Agenda, due: Due, work: Callable[[Due], Awaitable[None]]) -> None:
    """Do what a row of the agenda asks for, as the bot: claimed again when that fails for a moment, else given up."""
    with context.acting("bot", correlation_id=due.correlation_id, causation_id=due.event_id):
        try:
            await work(due)
        except NotDue:
            return
        except TRANSIENT_ERRORS as error:
            waits = {"kind": due.kind, "key": due.key, "error": type(error).__name__}
            _logger.warning("due_work_postponed", extra=waits)
            await agenda.give_back(due, AGAIN_AFTER)
        except DomainError as refusal:
            refused = {"kind": due.kind, "key": due.key, "reason": str(refusal)}
            _logger.warning("due_work_refused", extra=refused)
            await agenda.dismiss(due, f"refused:{type(refusal).__name__}")
        except Exception:
            _logger.exception("due_work_failed", extra={"kind": due.kind, "key": due.key})
