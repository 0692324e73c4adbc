"""The running program without HTTP: log, writer, projections, processes, clock; `api.bootstrap` starts them."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.settings import Settings
from domain.application import Clonnect
from domain.errors import NotFound
from eventstore.key_watch import KeyWatch
from eventstore.listener import Listener
from eventstore.log import Log
from eventstore.vault import Vault
from eventstore.writer import Writer
from processes.channel_accounts import Connections
from processes.channels.base import Channel, ChannelName
from processes.clock import Clock
from processes.deliveries import Deliveries
from processes.erasure import Erasure
from processes.telegram_setup import Bots
from processes.worker import Worker
from projections.agenda import Agenda
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.engine.progress import Progress
from projections.engine.projection import Pool, Projection
from projections.engine.projector import Projector
from projections.event_history import EventHistory
from projections.nurturing import Nurturing
from projections.stats import Stats
from projections.unsettled import Unsettled

SETTLE_SECONDS = 30.0


@dataclass(frozen=True)
class Runtime:
    """Everything that runs in one process, whoever has started it: the log, what is made of it, and what acts on it."""

    settings: Settings
    url: str
    pool: Pool
    app: Clonnect
    writer: Writer[Clonnect]
    vaults: Sequence[Vault]
    key: KeyWatch
    log: Log
    history: EventHistory
    clock: Clock
    progress: Progress
    projector: Projector
    projections: Sequence[Projection]
    board: Board
    conversations: Conversations
    nurturing: Nurturing
    agenda: Agenda
    creators: Creators
    stats: Stats
    unsettled: Unsettled
    deliveries: Deliveries
    erasure: Erasure
    channels: Mapping[ChannelName, Channel]
    connections: Connections
    bots: Bots
    listener: Listener
    worker: Worker | None
    is_demo: bool
    reset: Callable[["Runtime"], Awaitable[None]] | None

    async def reset_demo(self) -> None:
        """Begin the demo anew; raises `NotFound` elsewhere."""
        if self.reset is None:
            raise NotFound("Only a demo can be reset.")
        await self.reset(self)

    def forget_keys(self) -> None:
        """Have the key of every person read from the database again."""
        for vault in self.vaults:
            vault.forget()

    async def settle(self, until: datetime) -> bool:
        """Wait until everything that happened, or was due by `until`, has its outcome; `False` after 30 s.

        Of another program's worker only what falls due is seen, not what it has not reacted to yet.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                while not await self._is_settled(until):
                    await self.progress.wait_for_change(self.progress.position, 0.02)
                return True
        return False

    async def _is_settled(self, until: datetime) -> bool:
        head, worker = await asyncio.to_thread(self.log.head), self.worker
        return (
            self.progress.position >= head
            and (worker is None or (min(worker.positions.values(), default=0) >= head and not worker.is_busy))
            # What is caused by what happened falls due after `until`.
            and not await self.agenda.unfinished(max(until, self.clock()))
            and await asyncio.to_thread(self.log.head) == head
        )

    async def move_clock(self, to: datetime) -> bool:
        """Set the demo's clock ahead, stopping at each due instant on the way; `False` if it takes too long."""
        while (now := self.clock()) < to:
            due_at = await self.agenda.next_due_at()
            stop = to if due_at is None else min(max(due_at, now), to)
            await self.clock.advance_to(stop, self.pool)
            if not await self.settle(stop):
                return False
        return await self.settle(to)
