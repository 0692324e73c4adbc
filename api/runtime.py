"""The running program without HTTP: log, writer, projections, processes, clock; `api.bootstrap` starts them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from api.settings import Settings
from domain.application import Clonnect
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
from processes.generation import AnswerWriter
from processes.notifying.senders import Senders
from processes.telegram_setup import Bots
from processes.worker import Worker
from projections.agenda import Agenda
from projections.awaiting_person import AwaitingPerson
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.engine.progress import Progress
from projections.engine.projection import Pool, Projection
from projections.engine.projector import Projector
from projections.event_history import EventHistory
from projections.model_usage import ModelUsage
from projections.nurturing import Nurturing
from projections.stats import Stats
from projections.unsettled import Unsettled


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
    awaiting_person: AwaitingPerson
    usage: ModelUsage
    deliveries: Deliveries
    erasure: Erasure
    channels: Mapping[ChannelName, Channel]
    connections: Connections
    bots: Bots
    senders: Senders
    listener: Listener
    worker: Worker | None
    answers: AnswerWriter | None
    is_demo: bool
    reset: Callable[["Runtime"], Awaitable[None]] | None

    def forget_keys(self) -> None:
        """Have the key of every person read from the database again."""
        for vault in self.vaults:
            vault.forget()
