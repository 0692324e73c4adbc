"""Inventory of a person's data outside of the log."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from psycopg.rows import DictRow

from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.lead import Lead
from eventstore.sealing import Sealer
from eventstore.snapshots import StreamStore
from processes.channels.base import Channel, ChannelName, Unknown
from processes.deliveries import traced
from projections.engine.projection import Pool

PAGE = 200

SHORTEST_NAME = 5
"""Characters of a username by which a delivery that nobody could read is told to name a person."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Delivered:
    """A delivery that mentions the person, the keys of what they said in it, and what is left of its body."""

    delivery_id: UUID
    dedupe_keys: frozenset[str]
    trace: bytes


@dataclass(frozen=True)
class BelongingsFound:
    """The ids of what is theirs, and the traces that are kept of it."""

    deliveries: list[UUID]
    dedupe_keys: list[str]
    traces: list[bytes]
    send_ids: list[UUID]


class Belongings:
    """Finds what is to go with one life of a person: raw deliveries, the keys of their messages, what was sent."""

    def __init__(self, app: Clonnect, pool: Pool, channels: Mapping[ChannelName, Channel], sealer: Sealer) -> None:
        self._app = app
        self._pool = pool
        self._channels = channels
        self._sealer = sealer

    async def of(self, lead: Lead) -> BelongingsFound:
        """Asked for while the log can still be read, as far as it can."""
        store = cast(StreamStore, self._app.events)
        said = await asyncio.to_thread(lambda: list(store.readable(lead.follower_id)))
        of_this_life = [each for each in said if isinstance(each, Follower.Event) and each.lead_id == lead.id]
        begun = [each for each in of_this_life if isinstance(each, Follower.Met | Follower.Returned)]
        person = lead.platform_user_id or next((each.platform_user_id for each in begun), "")
        delivered = await self._deliveries_of(lead, person)
        keys = {each.dedupe_key for each in of_this_life if isinstance(each, Follower.MessageReceived)}
        keys.update(*(each.dedupe_keys for each in delivered))
        return BelongingsFound(
            [each.delivery_id for each in delivered],
            list(keys),
            [each.trace for each in delivered] + await self._traces_of(lead, list(keys)),
            [each.send_id for each in of_this_life if isinstance(each, Follower.SendRequested)],
        )

    async def _traces_of(self, lead: Lead, dedupe_keys: list[str]) -> list[bytes]:
        """What is left of the messages, so that none of them begins a new life when it is delivered again."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT account_id, dedupe_key FROM app.received
                    WHERE creator_id = %s AND channel = %s AND dedupe_key = ANY(%s)""",
                (lead.creator_id, lead.platform, dedupe_keys),
            )
            rows = await cursor.fetchall()
        return [
            self._app.trace_of(lead.creator_id, lead.platform, row["account_id"], row["dedupe_key"]) for row in rows
        ]

    async def _deliveries_of(self, lead: Lead, person: str) -> list[_Delivered]:
        """The deliveries until now that mention the person; those that mention others too go with them."""
        channel = next((each for each in ChannelName if each.value == lead.platform.value), None)
        if channel is None or not person:
            return []
        username = lead.details.username or ""
        named = [person.encode(), *([username.encode()] if len(username) >= SHORTEST_NAME else [])]
        found: list[_Delivered] = []
        async with self._pool.connection() as conn, conn.transaction(), conn.cursor("deliveries") as cursor:
            await cursor.execute(
                """SELECT delivery_id, account_id, body_sha256, body_sealed, received_at FROM app.deliveries
                    WHERE creator_id = %s AND channel = %s AND received_at <= %s""",
                (lead.creator_id, channel, lead.modified_on),
            )
            while rows := await cursor.fetchmany(PAGE):
                found += await asyncio.to_thread(self._mentioning, rows, lead.creator_id, channel, person, named)
        return found

    def _mentioning(
        self, rows: list[DictRow], creator_id: str, channel: ChannelName, person: str, named: list[bytes]
    ) -> list[_Delivered]:
        mentioning = []
        for row in rows:
            try:
                raw = self._sealer.open(bytes(row["body_sealed"]), str(row["delivery_id"]))
            except InvalidTag:
                _logger.warning("delivery_unreadable", extra={"delivery": row["delivery_id"]})
                continue
            received_at: datetime = row["received_at"]
            items = self._channels[channel].parse(raw, row["account_id"], received_at)
            theirs = [item for item in items if item.platform_user_id == person]
            if theirs or any(isinstance(item, Unknown) and any(name in raw for name in named) for item in items):
                body = traced(creator_id, channel, row["account_id"], bytes(row["body_sha256"]))
                keys = frozenset(item.dedupe_key for item in theirs)
                mentioning.append(_Delivered(row["delivery_id"], keys, self._app.trace_of(*body)))
        return mentioning
