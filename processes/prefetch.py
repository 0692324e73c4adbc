"""Prefetching of people for the writer: what many commands are going to ask for one by one is asked for at once."""

import contextlib
from collections.abc import Collection
from itertools import islice
from typing import Final
from uuid import UUID

from domain import context
from domain.application import Clonnect
from eventstore.writer import Writer
from processes.transient_errors import TRANSIENT_ERRORS

AT_ONCE: Final = 50
"""People who are read in one go of the writer: the commands of others come in between."""


async def prefetch(writer: Writer[Clonnect], follower_ids: Collection[UUID]) -> None:
    """Have these followers and their leads at hand; where that fails for the moment, each command asks for its own."""
    waiting = iter(follower_ids)
    with context.acting("system"), contextlib.suppress(*TRANSIENT_ERRORS):
        while some := list(islice(waiting, AT_ONCE)):
            await writer.do(Clonnect.prefetch_people, some)
