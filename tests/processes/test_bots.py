"""One program at a time connects a bot or lets go of it; one that hangs over it is followed."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from api.runtime import Runtime
from eventstore.leases import take
from eventstore.writer import Busy
from processes.channels.base import Account, ChannelName

ACCOUNT = Account(ChannelName.TELEGRAM, "7", "token")


@pytest.fixture
def somebody(reader: Runtime) -> Iterator[psycopg.Connection[DictRow]]:
    """The session of another program that is about the same bot."""
    with psycopg.connect(reader.url, autocommit=True, row_factory=dict_row) as conn:
        take(conn, ["bot/7"])
        yield conn


async def test_who_hangs_over_a_bot_is_followed(
    reader: Runtime, somebody: psycopg.Connection[DictRow], conn: psycopg.Connection[DictRow]
) -> None:
    conn.execute("UPDATE app.leases SET beat_at = beat_at - interval '1 minute' WHERE name = 'bot/7'")
    assert await reader.bots.let_go(ACCOUNT) is None
    with pytest.raises(psycopg.OperationalError):
        somebody.execute("SELECT 1")


async def test_whoever_finds_somebody_else_about_a_bot_for_long_is_told(
    reader: Runtime, somebody: psycopg.Connection[DictRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.telegram_setup.TURN_SECONDS", 0.2)
    with pytest.raises(Busy):
        await reader.bots.let_go(ACCOUNT)
    somebody.execute("SELECT 1")
