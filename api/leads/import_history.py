"""History of an import: whom it has changed and how, and what has happened to them since, from the log."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from psycopg.rows import DictRow

from domain.aggregate import Aggregate
from domain.application import Clonnect
from domain.commands.imports import Kept, Trace
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.lead_import import LeadImport
from projections.engine.projection import Pool

Kind = TypeVar("Kind", bound=Aggregate)

_LEADS: Final = """
    SELECT originator_id AS lead_id FROM log.events
     WHERE metadata->>'correlation_id' = %(import_id)s AND metadata->>'creator_id' = %(creator_id)s
       AND metadata->>'lead_id' = originator_id::text
     GROUP BY originator_id ORDER BY min(notification_id)"""

_TRACES: Final = """
    SELECT lead.lead_id, traced.*,
           (SELECT max(originator_version) FROM log.events WHERE originator_id = lead.lead_id) AS lead_version,
           (SELECT max(originator_version) FROM log.events
             WHERE originator_id = traced.follower_id) AS follower_version
      FROM unnest(%(leads)s::uuid[]) WITH ORDINALITY AS lead (lead_id, nth)
     CROSS JOIN LATERAL (
        SELECT min(notification_id) AS position FROM log.events
         WHERE metadata->>'lead_id' = lead.lead_id::text AND metadata->>'correlation_id' = %(import_id)s
           AND originator_id = lead.lead_id) AS begun
     CROSS JOIN LATERAL (
        SELECT (min(metadata->>'follower_id'))::uuid AS follower_id,
               min(originator_version) FILTER (WHERE of_lead AND of_import) AS lead_first,
               min(originator_version) FILTER (WHERE NOT of_lead AND of_import) AS follower_first,
               bool_or(by_others) AS is_changed,
               bool_or(by_others AND topic = ANY (%(said)s)) AS is_spoken_to,
               bool_or(by_others AND topic = %(deleted)s) AS is_deleted,
               bool_or(NOT of_import AND NOT by_others) AS is_reverted
          FROM (SELECT *, originator_id = lead.lead_id AS of_lead,
                       metadata->>'correlation_id' = %(import_id)s AS of_import,
                       metadata->>'correlation_id' <> ALL (%(known)s::text[]) AS by_others
                  FROM log.events
                 WHERE metadata->>'lead_id' = lead.lead_id::text AND notification_id >= begun.position) AS since
     ) AS traced
     ORDER BY lead.nth"""


async def imported_leads(pool: Pool, undone: LeadImport) -> list[UUID]:
    """Every lead that an import has made or changed, in the order in which it did."""
    values = {"import_id": str(undone.import_id), "creator_id": undone.creator_id}
    return [row["lead_id"] for row in await _select(pool, _LEADS, values)]


async def traces(pool: Pool, app: Clonnect, undone: LeadImport, leads: Sequence[UUID]) -> list[Trace]:
    """What an import has done to each of these leads, and whether it may be taken back.

    What they were before is read here and not by the command: the past does not change.
    """
    known = [str(each) for each in (undone.import_id, *undone.reverts)]
    rows = await _select(
        pool,
        _TRACES,
        {
            "import_id": str(undone.import_id),
            "known": known,
            "leads": list(leads),
            "said": [Follower.MessageReceived.TOPIC, Follower.SendRequested.TOPIC],
            "deleted": Lead.Deleted.TOPIC,
        },
    )
    return await asyncio.to_thread(lambda: [_trace(app, row) for row in rows])


def _trace(app: Clonnect, row: DictRow) -> Trace:
    before = begun_run = None
    kept = _kept(row)
    if kept is None and row["lead_first"] > 1:
        before = _at(app, Lead, row["lead_id"], row["lead_first"] - 1)
        if row["follower_first"] is not None:
            begun_run = _begun_run(app, row["follower_id"], row["follower_first"], row["follower_version"])
    return Trace(row["lead_id"], row["lead_version"], row["follower_version"], before, begun_run, kept)


def _kept(row: DictRow) -> Kept | None:
    if row["is_deleted"]:
        return "deleted"
    if row["is_spoken_to"]:
        return "conversation"
    if row["is_changed"]:
        return "changed"
    return "reverted" if row["is_reverted"] else None


def _begun_run(app: Clonnect, follower_id: UUID, first: int, present: int) -> UUID | None:
    """The run that is under way and was not before the import."""
    before = _at(app, Follower, follower_id, first - 1).run
    now = _at(app, Follower, follower_id, present).run
    return None if now is None or (before and before.enrolment_id == now.enrolment_id) else now.enrolment_id


def _at(app: Clonnect, kind: type[Kind], stream_id: UUID, version: int) -> Kind:
    aggregate: Any = app.repository.get(stream_id, version=version)
    if not isinstance(aggregate, kind):
        raise TypeError(f"{stream_id} is no {kind.__name__}")
    return aggregate


async def _select(pool: Pool, query: str, values: Mapping[str, object]) -> list[DictRow]:
    async with pool.connection() as conn:
        cursor = await conn.execute(query.encode(), values)
        return await cursor.fetchall()
