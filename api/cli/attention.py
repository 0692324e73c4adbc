"""`clonnect attention`: shows what was set aside, of one creator or of everybody, and has it tried again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from api.attention.queries import Attention, SetAside
from api.cli.tables import table
from api.database.connect import open_database
from api.database.installation import bring_up_to_date, check_key
from api.settings import Settings
from domain import context

SHOWN: Final = 1000
"""Rows of the table, what has waited longest first."""


def list_attention(settings: Settings, creator: str | None) -> str:
    """A table of what waits, with the ids to try it again by; empty when nothing does."""
    with _database(settings) as url:
        found, total = asyncio.run(_page(settings, url, creator))
    if not found:
        return ""
    rows = [
        (
            each.id,
            each.creator_id or "-",
            f"{each.since:%Y-%m-%d %H:%M}",
            "yes" if each.can_retry else "no",
            each.sentence,
        )
        for each in found
    ]
    more = f"\n… and {total - len(found):,} more." if total > len(found) else ""
    return table([("id", "creator", "since", "retry", "what"), *rows]) + more


def retry_attention(settings: Settings, creator: str | None, item_id: str) -> str:
    """Try one of them again; answers a sentence. Raises `NotFound`, `Conflict` and `Transient`."""
    with _database(settings) as url:
        asyncio.run(_retry(settings, url, creator, item_id))
    return f"{item_id} is tried again; what a worker has to do is done within seconds of one running."


async def _page(settings: Settings, url: str, creator: str | None) -> tuple[list[SetAside], int]:
    async with _attention(settings, url) as attention:
        return await attention.page(creator, None, SHOWN)


async def _retry(settings: Settings, url: str, creator: str | None, item_id: str) -> None:
    async with _attention(settings, url) as attention:
        await attention.retry(creator, item_id)


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    with open_database(settings) as database:
        bring_up_to_date(database)
        check_key(settings, database.url)
        yield database.url


@asynccontextmanager
async def _attention(settings: Settings, url: str) -> AsyncIterator[Attention]:
    from api.bootstrap import run

    async with run(settings, url, work=False) as runtime:
        with context.acting("system"):
            yield Attention(runtime)
