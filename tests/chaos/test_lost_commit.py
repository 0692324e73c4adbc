"""A command whose connection is lost where it commits is carried out once, and its caller is told so."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.vocabulary import Mode
from eventstore.writer import Writer
from tests.chaos.proxy import Cut, Proxy
from tests.chaos.writing import message

LATE = [pytest.param(Cut.LATE, milliseconds / 1000, id=f"{milliseconds} ms late") for milliseconds in range(12)]
"""Every moment at which the writer may be asking whether it was stored."""

WAYS = [pytest.param(Cut.BEFORE, 0, id="before"), pytest.param(Cut.AFTER, 0, id="after"), *LATE[::3]]


def positions(url: str, topic: str) -> list[int]:
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "SELECT notification_id FROM log.events WHERE topic = %s ORDER BY notification_id", (topic,)
        ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize(("cut", "seconds"), WAYS)
async def test_a_switch_is_switched_once(
    writer: Writer[Clonnect], proxy: Proxy, database_url: str, cut: Cut, seconds: float
) -> None:
    proxy.plan(cut, seconds)
    done = await writer.do(Clonnect.switch_bot, "ana", None)

    assert proxy.cuts == {cut: 1}
    assert done.result.mode is Mode.OFF
    assert positions(database_url, "creator.mode_changed") == [done.position]


@pytest.mark.parametrize(("cut", "seconds"), WAYS)
async def test_a_message_is_received_once_and_is_no_duplicate_of_itself(
    writer: Writer[Clonnect], proxy: Proxy, database_url: str, cut: Cut, seconds: float
) -> None:
    proxy.plan(cut, seconds)
    done = await writer.do(Clonnect.receive_message, "ana", message(uuid4()))

    assert proxy.cuts == {cut: 1}
    assert isinstance(done.result, ReceivedMessage)
    assert not done.result.duplicate
    assert positions(database_url, "follower.message_received") == [done.position]


@pytest.mark.parametrize(("cut", "seconds"), [*WAYS[:2], *LATE])
async def test_commands_that_shared_the_lost_transaction_are_each_carried_out_once(
    writer: Writer[Clonnect], proxy: Proxy, database_url: str, cut: Cut, seconds: float
) -> None:
    for _ in range(3):
        proxy.plan(cut, seconds)
    done = await asyncio.gather(*(writer.do(Clonnect.switch_bot, "ana", None) for _ in range(9)))

    assert positions(database_url, "creator.mode_changed") == sorted(each.position or 0 for each in done)
