"""A program that falls silent in the middle of an append stops nobody, and those who gave it commands are told."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from domain.application import Clonnect
from eventstore.writer import Unanswered, Writer
from tests.chaos.proxy import Cut, Proxy
from tests.chaos.writing import message, writing


@pytest.fixture
async def writer(writer: Writer[Clonnect]) -> Writer[Clonnect]:
    """One that has stored a message before."""
    await writer.do(Clonnect.receive_message, "ana", message(uuid4()))
    return writer


async def test_the_head_of_the_log_is_free_when_a_client_falls_silent_behind_its_append(
    writer: Writer[Clonnect], proxy: Proxy, database_url: str
) -> None:
    proxy.plan(Cut.SILENT)
    receiving = asyncio.create_task(writer.do(Clonnect.receive_message, "ana", message(uuid4())))
    with psycopg.connect(database_url, autocommit=True) as other:
        await asyncio.to_thread(proxy.wait_until_silent)
        other.execute("SET lock_timeout = '1s'")
        try:
            other.execute("SELECT position FROM log.head FOR UPDATE")
        except LockNotAvailable:
            pytest.fail("the head is held by a client that says no more")
    with pytest.raises(Unanswered):
        await receiving


async def test_what_a_silent_database_may_have_stored_is_known_again_by_a_repeat(
    writer: Writer[Clonnect], proxy: Proxy, database_url: str
) -> None:
    said = message(uuid4())
    proxy.plan(Cut.SILENT)
    with pytest.raises(Unanswered):
        await writer.do(Clonnect.receive_message, "ana", said)
    async with writing(database_url) as another:
        assert (await another.do(Clonnect.receive_message, "ana", said)).result.duplicate
