"""The account that a message is sent from is remembered for as long as it is true."""

import asyncio
import time
from collections.abc import Callable

import psycopg
import pytest
from psycopg.rows import DictRow

from api.database.installation import installation_key
from api.runtime import Runtime
from domain.application import Clonnect
from domain.vocabulary import Platform
from eventstore.sealing import Sealer
from processes.channel_accounts import REMEMBERED_SECONDS, Connections, connecting, disconnecting
from processes.channels.base import Account, ChannelName
from tests.harness.runtime import acting
from tests.harness.waiting import LOOK_SECONDS, PATIENCE
from tests.world import CREATOR, ManualClock

Connection = psycopg.Connection[DictRow]

ACCOUNT = f"{CREATOR}-telegram"


def store(runtime: Runtime, conn: Connection, account_id: str, token: str) -> None:
    """As a program does of which nobody hears."""
    sealer = Sealer(installation_key(runtime.settings))
    whose = f"whose {account_id} is"
    statement, values = connecting(sealer, ChannelName.TELEGRAM, account_id, whose, token, account_id)
    conn.execute("ALTER TABLE app.channels DISABLE TRIGGER told")
    conn.execute(statement.encode(), values)
    conn.execute("ALTER TABLE app.channels ENABLE TRIGGER told")


def connections_of(runtime: Runtime, clock: Callable[[], float] = time.monotonic) -> Connections:
    return Connections(runtime.pool, Sealer(installation_key(runtime.settings)), clock)


async def token_of(connections: Connections, account_id: str) -> str | None:
    account = await connections.account(ChannelName.TELEGRAM, account_id)
    return None if account is None else account.token


async def test_an_account_that_was_asked_for_is_at_hand_until_half_a_minute_is_over(
    reader: Runtime, conn: Connection
) -> None:
    clock = ManualClock()
    connections = connections_of(reader, clock)
    store(reader, conn, "7", "old")
    assert await token_of(connections, "7") == "old"
    store(reader, conn, "7", "new")
    assert await token_of(connections, "7") == "old"
    clock.now += REMEMBERED_SECONDS
    assert await token_of(connections, "7") == "new"


async def test_who_is_disconnected_is_forgotten_by_every_program_at_once(runtime: Runtime, reader: Runtime) -> None:
    for program in (runtime, reader):
        assert await token_of(program.connections, ACCOUNT) == "token"
    statements = disconnecting(ChannelName.TELEGRAM, ACCOUNT, CREATOR)
    await acting(runtime, Clonnect.disconnect_channel, CREATOR, Platform.TELEGRAM, ACCOUNT, in_transaction=statements)
    async with asyncio.timeout(PATIENCE):
        for program in (runtime, reader):
            while await token_of(program.connections, ACCOUNT) is not None:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(LOOK_SECONDS)


async def test_a_secret_that_does_not_open_keeps_nobody_else_from_sending(
    reader: Runtime, conn: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    for account_id in ("7", "8"):
        store(reader, conn, account_id, "token")
    conn.execute("UPDATE app.channels SET token_sealed = 'of another key' WHERE account_id = '8'")
    connections = connections_of(reader)
    assert await token_of(connections, "8") is None
    assert await token_of(connections, "7") == "token"
    said = [record.message for record in caplog.records if record.name == "processes.channel_accounts"]
    assert said == ["account_secrets_unreadable"]


async def test_nobody_is_remembered_who_was_never_connected(reader: Runtime, conn: Connection) -> None:
    connections = connections_of(reader)
    assert await token_of(connections, "7") is None
    store(reader, conn, "7", "token")
    assert await connections.account(ChannelName.TELEGRAM, "7") == Account(ChannelName.TELEGRAM, "7", "token")
