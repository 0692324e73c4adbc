"""A log as a season leaves it: people who write, cards that move."""

import asyncio
import itertools
from contextlib import suppress
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from domain.errors import Conflict
from domain.vocabulary import Status
from tests.bench.growth import said_by
from tests.chaos.writing import writing

AT_ONCE = 64


async def write_history(url: str, events: int) -> list[UUID]:
    """Make it so many events of a creator `ana`, whose leads wrote twice and were moved twice; answers some leads."""
    with context.acting("person:ana"):
        async with writing(url) as writer:
            with suppress(Conflict):  # the log may have begun before
                await writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
            for batch in itertools.count():
                people = [f"{events}/{batch}/{number}" for number in range(AT_ONCE)]
                for _ in range(2):
                    received = await asyncio.gather(
                        *(writer.do(Clonnect.receive_message, "ana", said_by(person)) for person in people)
                    )
                leads = [done.result.lead_id for done in received]
                for status in (Status.HOT, Status.ACTIVE):
                    moved = await asyncio.gather(
                        *(writer.do(Clonnect.change_status, "ana", lead_id, status) for lead_id in leads)
                    )
                if max(done.position or 0 for done in moved) >= events:
                    return leads
    raise AssertionError("unreachable")
