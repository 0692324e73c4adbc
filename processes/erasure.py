"""Process manager of erasures: once every screen has let go of a person, key and raw material go in one commit."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.lead import Lead
from eventstore.log import Recorded
from eventstore.sealing import Sealer
from eventstore.vault import CHANNEL as VAULT_CHANNEL
from eventstore.vault import destroying, requiring
from eventstore.writer import Writer
from processes.beside_log import FORGET_LEAD
from processes.channels.base import Channel, ChannelName
from processes.erasure_queue import DONE, ErasureQueue
from processes.personal_data import Belongings, BelongingsFound
from processes.process import Process, caused_by, reacts_to
from processes.transient_errors import TRANSIENT_ERRORS
from projections.engine.folding import error_location
from projections.engine.progress import Progress
from projections.engine.projection import Pool

PATIENCE = 30.0
"""How long, in seconds, whoever asks waits for the projections to let go of a person."""

WORKER_PATIENCE = 1.0
"""The same for a worker, which has other things to do and comes back."""

AT_ONCE = 20
"""Erasures that are tried in one sweep."""

_DESTROY_AGAIN = """
    WITH again AS (
        UPDATE vault.data_keys AS key SET wrapped = NULL, destroyed_at = now() FROM log.events AS erased
         WHERE erased.topic = 'lead.erased' AND key.subject = erased.originator_id AND key.wrapped IS NOT NULL
        RETURNING key.subject)
    SELECT subject, pg_notify(%s, subject::text) FROM again"""

_logger = logging.getLogger(__name__)


class NotShownYet(Exception):
    """A projection still holds the person; what was asked for stands in the log and can be gone on with."""


@dataclass(frozen=True)
class ErasureCounts:
    """How much of one life is gone: `events` are unreadable, the others deleted."""

    events: int = 0
    deliveries: int = 0
    received: int = 0
    simulated: int = 0
    parked: int = 0


class Erasure(Process):
    """Erasure asked for → done; whoever asked may do it at once, and workers try what is left until it is done.

    Nothing is parked: an erasure waits in its queue, whatever stands against it.
    """

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
        self._sealer = sealer
        self._belongings = Belongings(app, pool, channels, sealer)
        self.queue = ErasureQueue(pool)
        self._has_looked_back = False

    @reacts_to(Lead.ErasureRequested)
    async def erasure_requested(self, event: Lead.ErasureRequested, recorded: Recorded) -> None:
        await self.queue.add(event.originator_id, recorded.metadata["creator_id"])
        if await self.queue.claim(event.originator_id) is not None:
            with caused_by(recorded, actor="system"):
                await self._try(event.originator_id)

    async def sweep(self) -> None:
        """Go on with what is due to be tried again."""
        if not self._has_looked_back:
            await self._destroy_again()
            self._has_looked_back = True
        for _ in range(AT_ONCE):
            if (lead_id := await self.queue.claim()) is None:
                return
            with context.acting("system"):
                if not await self._try(lead_id):
                    return

    async def _destroy_again(self) -> None:
        """Destroy the keys that a restored backup has brought back: the log says whose."""
        async with self._pool.connection() as conn:
            cursor = await conn.execute(_DESTROY_AGAIN, (VAULT_CHANNEL,))
            for row in await cursor.fetchall():
                _logger.warning("erased_key_destroyed_again", extra={"lead": row["subject"]})

    async def _try(self, lead_id: UUID) -> bool:
        """Carry an erasure out, or note why it must be tried again; `False`: what stands against it concerns all."""
        try:
            await self._carry_out(lead_id, WORKER_PATIENCE)
        except (NotShownYet, *TRANSIENT_ERRORS) as error:
            reason, concerns_all = type(error).__name__, True
        except Exception as error:
            reason, concerns_all = error_location(error), False
        else:
            await self.queue.done(lead_id)
            return True
        _logger.warning("erasure_postponed", extra={"lead": lead_id, "error": reason})
        await self.queue.failed(lead_id, reason)
        return not concerns_all

    async def erase(self, creator_id: str, person: str) -> list[ErasureCounts]:
        """Erase a person, given as in `Clonnect.request_erasure`; one answer for each life, none if it was done before.

        Raises `NotShownYet`, after which it may be asked for again, and what the command raises.
        """
        requested = await self._writer.do(Clonnect.request_erasure, creator_id, person)
        return [await self._carry_out(lead_id, PATIENCE) for lead_id in requested.result]

    async def _carry_out(self, lead_id: UUID, patience: float) -> ErasureCounts:
        """Erase one life, unless somebody has. Killed anywhere, it can be begun again."""
        lead = await asyncio.to_thread(self._app.any_lead, lead_id)
        if lead.erasure == "done":
            return ErasureCounts(**lead.erased_counts)
        head = await asyncio.to_thread(self._app.recorder.max_notification_id) or 0
        if not await self._progress.wait_until(head, patience):
            raise NotShownYet("The screens have not let go of the person yet.")
        found = await self._belongings.of(lead)
        gone = await self._count(lead_id, found)
        done = await self._writer.do(
            Clonnect.record_erased, lead_id, asdict(gone), in_transaction=self._purging(lead, found)
        )
        if done.result:
            return gone
        return ErasureCounts(**(await asyncio.to_thread(self._app.any_lead, lead_id)).erased_counts)

    async def _count(self, lead_id: UUID, found: BelongingsFound) -> ErasureCounts:
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
        return ErasureCounts(**row)

    def _purging(self, lead: Lead, found: BelongingsFound) -> list[tuple[str, tuple[object, ...]]]:
        return [
            *destroying([lead.id]),
            requiring(self._sealer),  # or deliveries that did not open would be left
            (DONE, (lead.id,)),
            ("DELETE FROM log.snapshots WHERE originator_id = ANY(%s)", ([lead.id, lead.follower_id],)),
            # The projections have let go already; but a stream that is parked in one of them is not projected.
            (FORGET_LEAD, (lead.id,)),
            ("DELETE FROM app.deliveries WHERE delivery_id = ANY(%s)", (found.deliveries,)),
            (
                "INSERT INTO app.erased_messages (trace) SELECT unnest(%s::bytea[]) ON CONFLICT DO NOTHING",
                (found.traces,),
            ),
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
