"""Erases people: when every screen has let go of them, their key and all raw material go in one transaction."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from psycopg.rows import DictRow

from domain.application import Clonnect
from domain.follower_events import FollowerEvents
from domain.lead import Lead
from eventstore.log import Recorded
from eventstore.sealing import Sealer
from eventstore.vault import destroying
from eventstore.writer import Writer
from processes.causes import because_of
from processes.channels.base import Channel, ChannelName, Unknown
from processes.process import Process, reacts_to
from projections.progress import Progress
from projections.projection import Pool

PATIENCE = 30.0
"""How long, in seconds, the projections may take to let go of a person."""

PAGE = 200

_logger = logging.getLogger(__name__)


class NotShownYet(Exception):
    """A projection still holds the person; what was asked for stands in the log and can be gone on with."""


@dataclass(frozen=True)
class Erased:
    """How much of one life is gone: `events` are unreadable, the others deleted."""

    events: int = 0
    deliveries: int = 0
    received: int = 0
    simulated: int = 0
    parked: int = 0


@dataclass(frozen=True)
class _Found:
    deliveries: list[UUID]
    dedupe_keys: list[str]
    send_ids: list[UUID]


class Erasure(Process):
    """Erasure asked for → done; whoever asked may do it at once, and a worker goes on with what was left."""

    name = "erasure"

    def __init__(
        self,
        app: Clonnect,
        writer: Writer[Clonnect],
        pool: Pool,
        progress: Progress,
        channels: Mapping[ChannelName, Channel],
        sealer: Sealer,
    ) -> None:
        super().__init__()
        self._app = app
        self._writer = writer
        self._pool = pool
        self._progress = progress
        self._channels = channels
        self._sealer = sealer

    @reacts_to(Lead.ErasureRequested)
    async def erasure_requested(self, event: Lead.ErasureRequested, recorded: Recorded) -> None:
        with because_of(recorded, actor="system"):
            await self._carry_out(event.originator_id, recorded.position)

    async def erase(self, creator_id: str, person: str) -> list[Erased]:
        """Erase a person, given as in `Clonnect.request_erasure`; one answer for each life, none if it was done before.

        Raises `NotShownYet`, after which it may be asked for again, and what the command raises.
        """
        requested = await self._writer.do(Clonnect.request_erasure, creator_id, person)
        position = requested.position or await asyncio.to_thread(self._app.recorder.max_notification_id) or 0
        return [await self._carry_out(lead_id, position) for lead_id in requested.result]

    async def _carry_out(self, lead_id: UUID, position: int) -> Erased:
        """Erase one life, unless somebody has. Killed anywhere, it can be begun again."""
        lead = await asyncio.to_thread(self._app.any_lead, lead_id)
        if lead.erasure == "done":
            return Erased(**lead.erased_counts)
        if not await self._progress.passed(position, PATIENCE):
            raise NotShownYet("The screens have not let go of the person yet.")
        found = await self._find(lead)
        gone = await self._count(lead_id, found)
        done = await self._writer.do(Clonnect.record_erased, lead_id, asdict(gone), beside=self._purging(lead, found))
        if done.result:
            return gone
        return Erased(**(await asyncio.to_thread(self._app.any_lead, lead_id)).erased_counts)

    async def _find(self, lead: Lead) -> _Found:
        """What is theirs outside of the log: asked for while the log can still be read."""
        said = await asyncio.to_thread(lambda: list(self._app.events.get(lead.follower_id)))
        of_this_life = [each for each in said if isinstance(each, FollowerEvents.Event) and each.lead_id == lead.id]
        return _Found(
            await self._deliveries_of(lead),
            [each.dedupe_key for each in of_this_life if isinstance(each, FollowerEvents.MessageReceived)],
            [each.send_id for each in of_this_life if isinstance(each, FollowerEvents.SendRequested)],
        )

    async def _deliveries_of(self, lead: Lead) -> list[UUID]:
        """The deliveries until now that mention the person; those that mention others too go with them."""
        channel = next((each for each in ChannelName if each.value == lead.platform.value), None)
        if channel is None or not lead.platform_user_id:
            return []
        found: list[UUID] = []
        async with self._pool.connection() as conn, conn.transaction(), conn.cursor("deliveries") as cursor:
            await cursor.execute(
                """SELECT delivery_id, account_id, body_sealed, received_at FROM app.deliveries
                    WHERE creator_id = %s AND channel = %s AND received_at <= %s""",
                (lead.creator_id, channel, lead.modified_on),
            )
            while rows := await cursor.fetchmany(PAGE):
                found += await asyncio.to_thread(self._mentioning, rows, channel, lead.platform_user_id)
        return found

    def _mentioning(self, rows: list[DictRow], channel: ChannelName, person: str) -> list[UUID]:
        return [row["delivery_id"] for row in rows if self._mentions(row, channel, person)]

    def _mentions(self, row: DictRow, channel: ChannelName, person: str) -> bool:
        try:
            raw = self._sealer.open(bytes(row["body_sealed"]), str(row["delivery_id"]))
        except InvalidTag:
            _logger.warning("delivery %s cannot be opened, by anybody: it is left", row["delivery_id"])
            return False
        received_at: datetime = row["received_at"]
        items = self._channels[channel].parse(raw, row["account_id"], received_at)
        return any(
            item.platform_user_id == person or (isinstance(item, Unknown) and person.encode() in raw) for item in items
        )

    async def _count(self, lead_id: UUID, found: _Found) -> Erased:
        start = b'{"sealed_for":"%s"' % str(lead_id).encode()
        async with self._pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT (SELECT count(*) FROM log.events WHERE metadata->>'lead_id' = %(lead)s
                              AND substring(state, 1, octet_length(%(start)s)) = %(start)s) AS events,
                          (SELECT count(*) FROM app.deliveries WHERE delivery_id = ANY(%(deliveries)s)) AS deliveries,
                          (SELECT count(*) FROM app.received WHERE dedupe_key = ANY(%(keys)s)) AS received,
                          (SELECT count(*) FROM app.simulator_book WHERE send_id = ANY(%(sends)s)) AS simulated,
                          (SELECT count(*) FROM app.parked WHERE position IN
                              (SELECT notification_id FROM log.events WHERE metadata->>'lead_id' = %(lead)s)) AS parked
                """,
                {
                    "lead": str(lead_id),
                    "start": start,
                    "deliveries": found.deliveries,
                    "keys": found.dedupe_keys,
                    "sends": found.send_ids,
                },
            )
            row = await cursor.fetchone()
        assert row is not None
        return Erased(**row)

    @staticmethod
    def _purging(lead: Lead, found: _Found) -> list[tuple[str, tuple[object, ...]]]:
        return [
            *destroying([lead.id]),
            ("DELETE FROM log.snapshots WHERE originator_id = ANY(%s)", ([lead.id, lead.follower_id],)),
            # The projections have let go already; but a stream that is parked in one of them is not projected.
            ("SELECT read.forget_lead(%s)", (lead.id,)),
            ("DELETE FROM app.deliveries WHERE delivery_id = ANY(%s)", (found.deliveries,)),
            (
                "DELETE FROM app.received WHERE creator_id = %s AND channel = %s AND dedupe_key = ANY(%s)",
                (lead.creator_id, lead.platform, found.dedupe_keys),
            ),
            ("DELETE FROM app.simulator_book WHERE send_id = ANY(%s)", (found.send_ids,)),
            # Answers that were kept for a repeat may speak of anybody; they can be made again.
            # Whoever may act for several creators has keys that stand for none of them.
            ("UPDATE app.idempotency SET answer_sealed = NULL WHERE creator_id IN (%s, '')", (lead.creator_id,)),
            (
                """DELETE FROM app.parked WHERE position IN
                   (SELECT notification_id FROM log.events WHERE metadata->>'lead_id' = %s)""",
                (str(lead.id),),
            ),
        ]
