"""Each message leaves at most once, whatever the platform or the network does to it."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool

from api.runtime import Runtime
from api.simulator.time_travel import move_clock, settle
from domain import context
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import Inbound, SendOrder
from domain.vocabulary import Platform
from eventstore.sealing import Sealer
from processes.channel_accounts import Connections
from processes.channels.base import Account, ChannelName, Content, ErrorClass, Outcome
from processes.channels.simulator import Fate, Simulator
from processes.sending import Sending, uptime
from tests.harness.runtime import acting, events, on_the_phone, say
from tests.world import CREATOR, ManualClock

Connection = psycopg.Connection[DictRow]

TOO_EXPENSIVE = "Hola, ¿cuánto cuesta el curso? me parece caro"


def phones(runtime: Runtime) -> Simulator:
    return cast(Simulator, runtime.channels[ChannelName.SIMULATOR])


async def test_a_follow_up_that_vanished_is_shown_as_unknown_and_never_sent_again(
    runtime: Runtime, conn: Connection
) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    phones(runtime).next_fate("tg_1", Fate.LOST)
    first = min(event.due_at for event in events(runtime, Follower.FollowUpScheduled))
    assert await move_clock(runtime, first + timedelta(minutes=1))

    assert len(events(runtime, Follower.SendUncertain)) == 1
    assert len(events(runtime, Follower.SendUnresolved)) == 1
    assert len(events(runtime, Follower.FollowUpUncertain)) == 1
    assert len(on_the_phone(conn, "tg_1")) == 1


async def test_a_follow_up_whose_answer_was_lost_is_found_to_have_arrived(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    phones(runtime).next_fate("tg_1", Fate.ACCEPTED_BUT_LOST)
    first = min(event.due_at for event in events(runtime, Follower.FollowUpScheduled))
    assert await move_clock(runtime, first + timedelta(minutes=1))

    (sent,) = events(runtime, Follower.FollowUpSent)
    assert sent.reconciled
    assert len(on_the_phone(conn, "tg_1")) == 2


async def test_a_reply_that_was_refused_for_the_moment_is_sent_later_once(runtime: Runtime, conn: Connection) -> None:
    phones(runtime).next_fate("tg_1", ErrorClass.DEFER)
    await say(runtime, "tg_1", "¿Cuánto cuesta el curso?", "m1")
    (rejected,) = events(runtime, Follower.SendRejected)
    assert rejected.retry_at is not None
    assert on_the_phone(conn, "tg_1") == []
    assert await move_clock(runtime, rejected.retry_at)
    assert [event.attempt for event in events(runtime, Follower.SendAttempted)] == [1, 2]
    assert len(on_the_phone(conn, "tg_1")) == 1


async def test_an_answer_is_sent_to_the_part_of_the_chat_that_asked(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    send = Simulator.send

    async def seen(self: Simulator, account: Account, to: str, content: Content, send_id: UUID) -> Outcome:
        sent.append(content.thread)
        return await send(self, account, to, content, send_id)

    monkeypatch.setattr(Simulator, "send", seen)
    asked = replace(a_message(runtime), text="¿Cuánto cuesta el curso?", thread="55")
    await acting(runtime, Clonnect.receive_message, CREATOR, asked)
    assert await settle(runtime)
    assert sent == ["55"]


async def test_who_has_blocked_the_account_gets_nothing_more(runtime: Runtime, conn: Connection) -> None:
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    phones(runtime).next_fate("tg_1", ErrorClass.SUPPRESS)
    assert await move_clock(runtime, runtime.clock() + timedelta(days=10))
    assert len(events(runtime, Follower.Suppressed)) == 1
    assert events(runtime, Follower.FollowUpSent) == []
    assert len(on_the_phone(conn, "tg_1")) == 1


async def test_a_run_that_ends_takes_its_deferred_send_with_it(runtime: Runtime, conn: Connection) -> None:
    lead_id = await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    phones(runtime).next_fate("tg_1", ErrorClass.DEFER)
    first = min(event.due_at for event in events(runtime, Follower.FollowUpScheduled))
    assert await move_clock(runtime, first)
    assert len(events(runtime, Follower.SendRejected)) == 1

    await acting(runtime, Clonnect.cancel_follow_ups, CREATOR, lead_id, None)
    assert await move_clock(runtime, first + timedelta(days=3))
    assert len(on_the_phone(conn, "tg_1")) == 1
    assert await runtime.agenda.unfinished(runtime.clock()) == 0


async def test_what_could_not_even_be_tried_is_known_not_to_have_left(
    reader: Runtime, conn: Connection, database_url: str
) -> None:
    """The database goes away between the attempt and the call."""
    with context.acting("person:1"):
        lead = (await reader.writer.do(Clonnect.receive_message, CREATOR, a_message(reader))).result
        requested = await reader.writer.do(Clonnect.send_by_hand, CREATOR, lead.lead_id, "Hola", uuid4())
        gone = AsyncConnectionPool(database_url, connection_class=AsyncConnection[DictRow], open=False)
        connections = Connections(gone, Sealer(bytes(32)))
        sending = Sending(reader.writer, reader.channels, connections)
        await sending.attempt(Clonnect.attempt_send, lead.follower_id, requested.result.send_id, "7")

    (rejected,) = events(reader, Follower.SendRejected)
    assert (rejected.error_class, rejected.final) == ("NOT_SENT", False)


@pytest.mark.parametrize(("slept", "arrived"), [(1.9, 1), (70.0, 0)])
async def test_a_worker_that_slept_before_it_knew_of_its_attempt_does_not_call(
    reader: Runtime, conn: Connection, slept: float, arrived: int
) -> None:
    watch = ManualClock()

    def overslept(app: Clonnect, follower_id: UUID, send_id: UUID, worker: str) -> SendOrder | None:
        order = app.attempt_send(follower_id, send_id, worker)
        watch.now += slept
        return order

    with context.acting("person:1"):
        lead = (await reader.writer.do(Clonnect.receive_message, CREATOR, a_message(reader))).result
        requested = await reader.writer.do(Clonnect.send_by_hand, CREATOR, lead.lead_id, "Hola", uuid4())
        sending = Sending(reader.writer, reader.channels, reader.connections, watch)
        await sending.attempt(overslept, lead.follower_id, requested.result.send_id, "7")

    assert len(on_the_phone(conn, "tg_1")) == len(events(reader, Follower.SendAccepted)) == arrived
    assert [event.error_class for event in events(reader, Follower.SendRejected)] == ["NOT_SENT"] * (1 - arrived)


def test_the_time_that_a_suspended_machine_sleeps_counts() -> None:
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert abs(uptime() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60


def a_message(runtime: Runtime) -> Inbound:
    return Inbound(
        platform=Platform.TELEGRAM,
        platform_user_id="1",
        message_id="m1",
        dedupe_key="m1",
        text="Hola",
        occurred_at=runtime.clock(),
        origin="telegram",
    )


@pytest.mark.parametrize("fate", [ErrorClass.CHANNEL_DOWN, ErrorClass.REJECTED, ErrorClass.DEFER, Fate.LOST])
async def test_every_send_has_an_outcome(runtime: Runtime, conn: Connection, fate: Fate | ErrorClass) -> None:
    phones(runtime).next_fate("tg_1", fate)
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    assert await move_clock(runtime, runtime.clock() + timedelta(days=12))
    settled = {event.send_id for event in events(runtime, Follower.SendAccepted)}
    settled |= {event.send_id for event in events(runtime, Follower.SendUnresolved)}
    settled |= {event.send_id for event in events(runtime, Follower.SendCancelled)}
    settled |= {event.send_id for event in events(runtime, Follower.SendRejected) if event.final}
    assert {event.send_id for event in events(runtime, Follower.SendRequested)} == settled
    assert await runtime.agenda.open_attempts() == []
