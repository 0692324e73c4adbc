"""The account that a message is sent from is remembered for as long as it is true."""

import asyncio

import psycopg
import pytest
from psycopg.rows import DictRow

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
KEY = Sealer(bytes(32))


def store(conn: Connection, account_id: str, token: str, sealer: Sealer = KEY) -> None:
    """As a program does that nobody hears of."""
    conn.execute("ALTER TABLE app.channels DISABLE TRIGGER told")
    conn.execute("UPDATE vault.installation SET key_id = %s", (sealer.key_id,))
    statement, values = connecting(
        sealer, ChannelName.TELEGRAM, account_id, f"whose {account_id} is", token, account_id
    )
    conn.execute(statement.encode(), values)
    conn.execute("ALTER TABLE app.channels ENABLE TRIGGER told")


async def token_of(connections: Connections, account_id: str) -> str | None:
    account = await connections.account(ChannelName.TELEGRAM, account_id)
    return None if account is None else account.token


async def test_an_account_that_was_asked_for_is_at_hand_until_half_a_minute_is_over(
    reader: Runtime, conn: Connection
) -> None:
    clock = ManualClock()
    connections = Connections(reader.pool, KEY, clock)
    store(conn, "7", "old")
    assert await token_of(connections, "7") == "old"
    store(conn, "7", "new")
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
    store(conn, "8", "token of another key", Sealer(bytes([1] * 32)))
    store(conn, "7", "token")
    connections = Connections(reader.pool, KEY)
    assert await token_of(connections, "8") is None
    assert await token_of(connections, "7") == "token"
    assert [record.message for record in caplog.records] == ["account_secrets_unreadable"]


async def test_nobody_is_remembered_who_was_never_connected(reader: Runtime, conn: Connection) -> None:
    connections = Connections(reader.pool, KEY)
    assert await token_of(connections, "7") is None
    store(conn, "7", "token")
    assert await connections.account(ChannelName.TELEGRAM, "7") == Account(ChannelName.TELEGRAM, "7", "token")
