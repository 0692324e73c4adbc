"""Composition root: builds the parts of a program, starts them in order, and stops them in the other order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import cast
from uuid import UUID

from api.answer_writer import answer_writer
from api.database.installation import installation_key, open_application, vault_of
from api.runtime import Runtime
from api.settings import Settings, answer_limits, smtp_server
from domain import context
from domain.errors import AlreadyTaken
from eventstore.key_watch import CHANGED as KEY_CHANNEL
from eventstore.key_watch import KeyWatch
from eventstore.listener import Listener
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.pools import ReadPool
from eventstore.recorder import CHANNEL as LOG_CHANNEL
from eventstore.recorder import Recorder
from eventstore.sealing import Sealer
from eventstore.vault import CHANNEL as VAULT_CHANNEL
from eventstore.writer import Writer
from processes.channel_accounts import CHANGED as ACCOUNTS_CHANNEL
from processes.channel_accounts import Connections
from processes.channels.base import Channel, ChannelName
from processes.channels.http_client import PlatformClient, authorities
from processes.channels.simulator import Simulator
from processes.channels.telegram import Telegram
from processes.clock import CHANNEL as CLOCK_CHANNEL
from processes.clock import Clock
from processes.deliveries import Deliveries
from processes.due_work import DueWork
from processes.erasure import Erasure
from processes.generation import Generation
from processes.held_follow_ups import Releases
from processes.notifying.attempts import NotificationAttempts
from processes.notifying.email_out import EmailOut
from processes.notifying.notifications import Notifications
from processes.notifying.senders import Senders
from processes.notifying.targets import NotificationTargets
from processes.notifying.telegram_out import TelegramOut
from processes.notifying.webhook_out import WebhookOut
from processes.nurturing import SequenceEnrolment as NurturingProcess
from processes.parked_reactions import ParkedReactions
from processes.polling import Polling, stopped
from processes.polling_failures import ASKED as POLLING_CHANNEL
from processes.polling_failures import forget_troubles
from processes.reactions import Reactions
from processes.replies import Replies
from processes.sending import Sending
from processes.simulator_outbox import SimulatorOutbox
from processes.telegram_setup import Bots
from processes.worker import Worker
from projections.agenda import CHANNEL as AGENDA_CHANNEL
from projections.agenda import Agenda
from projections.awaiting_person import AwaitingPerson
from projections.board import Board
from projections.conversations import Conversations
from projections.creators import Creators
from projections.engine.progress import Progress
from projections.engine.projection import Pool
from projections.engine.projector import CHANNEL as PROGRESS_CHANNEL
from projections.engine.projector import Projector
from projections.event_history import EventHistory
from projections.model_usage import ModelUsage
from projections.nurturing import Nurturing
from projections.registry import Projections
from projections.stats import Stats
from projections.unsettled import Unsettled

POOL_SIZE = 10


def channels_of(
    settings: Settings, is_demo: bool, simulator: Simulator, telegram: Telegram
) -> dict[ChannelName, Channel]:
    """Who speaks for which platform: in a demo the simulator for all, so that its clock meets no real one."""
    if is_demo:
        return dict.fromkeys(ChannelName, cast(Channel, simulator))
    return {ChannelName.TELEGRAM: telegram}


def _place_of(public_url: str | None, lead_id: UUID) -> str | None:
    """Where a person goes on with a lead."""
    return None if public_url is None else f"{public_url}/app/leads?lead={lead_id}"


@asynccontextmanager
async def run(
    settings: Settings,
    url: str,
    *,
    work: bool,
    reset: Callable[[Runtime], Awaitable[None]] | None = None,
    key_over: Callable[[], None] = lambda: None,
) -> AsyncIterator[Runtime]:
    """All parts of a process, started; projections are kept in every process, only `work` acts.

    `key_over` is called, from any thread, when the installation's key was changed: the program should end then.
    """
    key = installation_key(settings)
    sealer = Sealer(key)
    watch = KeyWatch(url, sealer, key_over)
    async with contextlib.AsyncExitStack() as stack:
        pool: Pool = await stack.enter_async_context(ReadPool(url, POOL_SIZE))
        clock = Clock()
        is_demo = await clock.read(pool)
        app = stack.enter_context(open_application(url, key))
        commanded = stack.enter_context(open_application(url, key, writer=True))
        writer = Writer(commanded, conflict=AlreadyTaken, timed=lambda: context.at(clock()))
        log = Log(cast(Recorder, app.recorder), cast(TypedMapper, app.mapper))
        projections = Projections(pool)
        board, conversations = projections[Board], projections[Conversations]
        nurturing, agenda = projections[Nurturing], projections[Agenda]
        creators, stats = projections[Creators], projections[Stats]
        progress = Progress(projection.name for projection in projections)
        progress.attach(asyncio.get_running_loop())
        projector = Projector(url, log, list(projections), progress)
        telegram = Telegram(await stack.enter_async_context(PlatformClient(settings.telegram_base_url)))
        simulator = Simulator(SimulatorOutbox(pool), clock)
        channels = channels_of(settings, is_demo, simulator, telegram)
        connections = Connections(pool, sealer)
        bots = Bots(url, telegram, connections, sealer, public_url=settings.public_url, polls=settings.telegram_polling)
        deliveries = Deliveries(pool, writer, channels, sealer, clock, app.namespace, app.trace_of)
        erasure = Erasure(app, writer, pool, progress, channels, sealer)
        webhook = await stack.enter_async_context(
            WebhookOut(private=settings.webhook_out_private, trusted=authorities())
        )
        mail_server = smtp_server(settings)
        senders = Senders(
            NotificationTargets(pool, sealer),
            webhook,
            None if mail_server is None else EmailOut(mail_server, trusted=authorities()),
            TelegramOut(channels[ChannelName.TELEGRAM]),
            connections,
        )
        worker = answers = None
        if work:
            sending = Sending(writer, channels, connections)
            limits = answer_limits(settings)
            history = EventHistory(pool, log)
            answers = await stack.enter_async_context(
                answer_writer(settings, app, history, projections[ModelUsage], clock)
            )
            generation = Generation(agenda, writer, answers, limits, clock)
            notifications = Notifications(
                agenda, writer, senders, NotificationAttempts(pool), partial(_place_of, settings.public_url), clock
            )
            due_work = DueWork(
                agenda, writer, sending, generation, notifications, simulator if is_demo else None, clock
            )
            processes = (
                Replies(writer, limits, lambda: bool(answers.model)),
                NurturingProcess(writer),
                Releases(writer, nurturing, progress),
                erasure,
            )
            worker = Worker(url, pool, Reactions(log, writer, processes), due_work, agenda, deliveries, clock)
            clock.when_moved(worker.agenda_moved)
            worker.at_each_tick(ParkedReactions(pool, log, processes).try_asked)
            worker.at_each_tick(erasure.sweep)
            worker.at_each_tick(notifications.sweep)

        listener = Listener(url)
        listener.on(LOG_CHANNEL, projector.log_moved)
        listener.on(PROGRESS_CHANNEL, projector.heard)
        listener.on(CLOCK_CHANNEL, clock.heard)
        listener.on(KEY_CHANNEL, watch.heard)
        listener.on(ACCOUNTS_CHANNEL, connections.heard)
        vaults = (vault_of(app), vault_of(commanded))
        for vault in vaults:
            listener.on(VAULT_CHANNEL, vault.heard)
        if worker is not None:
            listener.on(LOG_CHANNEL, worker.log_moved)
            listener.on(AGENDA_CHANNEL, worker.agenda_moved)
        polling = None
        if worker is not None and not is_demo and settings.telegram_polling and settings.public_url is None:
            polling = Polling(url, pool, telegram, connections, deliveries)
            listener.on(POLLING_CHANNEL, polling.asked)

        writer.start()
        stack.push_async_callback(asyncio.to_thread, writer.stop)
        await asyncio.to_thread(projector.prepare)
        projector.start()
        stack.push_async_callback(asyncio.to_thread, projector.stop)
        await asyncio.to_thread(listener.start)
        stack.push_async_callback(asyncio.to_thread, listener.stop)
        if worker is not None:
            await worker.start()
            stack.push_async_callback(worker.stop)
            if polling is not None:
                stack.push_async_callback(stopped, asyncio.create_task(polling.run()))
            else:
                await forget_troubles(pool)
        yield Runtime(
            settings=settings,
            url=url,
            pool=pool,
            app=app,
            writer=writer,
            vaults=vaults,
            key=watch,
            log=log,
            history=EventHistory(pool, log),
            clock=clock,
            progress=progress,
            projector=projector,
            projections=list(projections),
            board=board,
            conversations=conversations,
            nurturing=nurturing,
            agenda=agenda,
            creators=creators,
            stats=stats,
            unsettled=projections[Unsettled],
            awaiting_person=projections[AwaitingPerson],
            usage=projections[ModelUsage],
            deliveries=deliveries,
            erasure=erasure,
            channels=channels,
            connections=connections,
            bots=bots,
            senders=senders,
            listener=listener,
            worker=worker,
            answers=answers,
            is_demo=is_demo,
            reset=reset if is_demo else None,
        )
