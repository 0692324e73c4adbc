"""Attention list: everything that was set aside for a person, wherever it lies, and one way to try it again."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from api.attention.wording import sentence
from api.runtime import Runtime
from domain.application import Clonnect
from domain.errors import NotFound, Transient
from domain.platforms import WINDOW
from eventstore.session_limits import FOLLOWING, session
from processes.erasure import NotShownYet
from processes.notifying.attempts import WAITING_RETRIES, NotificationAttempts
from processes.notifying.targets import TargetKind
from processes.parked_reactions import ask_again
from processes.polling_failures import ask_now
from projections.agenda import Agenda
from projections.conversations import Conversations
from projections.engine.parking import replay
from projections.engine.projection import Projection
from projections.unsettled import Unsettled

Give = Callable[..., Awaitable[Any]]
"""A command and what it takes: the writer's way to give it, or a route's."""

OVERDUE_AFTER: Final = timedelta(seconds=60)
"""How late something that fell due may be before it counts as left undone."""


class AsideKind(StrEnum):
    """Why something waits."""

    PARKED = "parked"
    QUARANTINED = "quarantined"
    UNCERTAIN = "uncertain"
    OVERDUE = "overdue"
    DISMISSED = "dismissed"
    ERASURE = "erasure"
    CHANNEL = "channel"
    POLLING = "polling"
    NOTIFICATION = "notification"


@dataclass(frozen=True)
class SetAside:
    """One thing that waits.

    `part` is what it lies in: a projection, a process, a channel or a kind of due work; `code` says why, and repeats
    nothing that anybody wrote. `creator_id` is `None` where nobody knows whose it is. `can_retry` is false
    where it shows already that another try would be refused now.
    """

    id: str
    kind: AsideKind
    since: datetime
    creator_id: str | None
    lead_id: UUID | None
    part: str
    code: str
    can_retry: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "SetAside":
        """From a row of one of the sources."""
        return cls(**{**row, "kind": AsideKind(row["kind"])})

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        return sentence(self.kind, self.part, self.code)


_ID: Final = re.compile(r"[a-z]+:[a-zA-Z0-9_:-]{1,200}")

# Each source answers id, kind, since, creator_id, lead_id, part, code, can_retry.
_SOURCES: Final = (
    # Streams that a projection cannot show.
    """SELECT 'parked:' || p.name || ':' || p.stream AS id, 'parked' AS kind, p.parked_at AS since,
              e.metadata->>'creator_id' AS creator_id, (e.metadata->>'lead_id')::uuid AS lead_id,
              p.name AS part, p.error AS code, true AS can_retry
         FROM read.parked AS p
         JOIN read.projections AS shown USING (name, version, generation)
         JOIN unnest(%(names)s::text[], %(versions)s::int[]) AS known (name, version) USING (name, version)
         JOIN log.events AS e ON e.notification_id = p.position""",
    # Reactions over which a process stumbled.
    """SELECT 'parked:' || process || ':' || position, 'parked', parked_at, creator_id,
              (SELECT (metadata->>'lead_id')::uuid FROM log.events WHERE notification_id = position),
              process, error, true
         FROM app.parked""",
    """SELECT 'quarantined:' || delivery_id, 'quarantined', received_at, creator_id, NULL::uuid,
              channel, coalesce(reason, ''), true
         FROM app.deliveries WHERE state = 'quarantined' OR state = 'stored' AND tries > 0""",
    # Messages that may have arrived: nobody can be written to outside the platform's window.
    """SELECT 'uncertain:' || u.lead_id || ':' || send_id, 'uncertain', u.since, u.creator_id, u.lead_id, '', '',
              coalesce(platform NOT IN ('instagram', 'whatsapp') OR last_inbound > %(window)s, true)
         FROM {unsettled} AS u LEFT JOIN {conversations} USING (lead_id)""",
    """SELECT 'erasure:' || lead_id, 'erasure', requested_at, creator_id, lead_id, '', coalesce(reason, ''), true
         FROM app.erasures""",
    """SELECT 'overdue:' || replace(key, '/', ':'), 'overdue', due_at, creator_id,
              (SELECT (metadata->>'lead_id')::uuid FROM log.events AS e WHERE e.event_id = a.event_id),
              kind, '', true
         FROM {agenda} AS a WHERE due_at < %(late)s AND leased_until IS DISTINCT FROM 'infinity'""",
    """SELECT 'dismissed:' || replace(d.key, '/', ':'), 'dismissed', d.dismissed_at, d.creator_id,
              (SELECT (metadata->>'lead_id')::uuid FROM log.events AS e WHERE e.event_id = d.event_id),
              d.kind, d.reason, true
         FROM app.dismissed AS d JOIN {agenda} AS a USING (key, event_id)
        WHERE d.kind <> 'silence' AND a.leased_until = 'infinity'""",
    # Bots whose messages do not come in: a refused token is a matter of the account, which a person has to mend.
    """SELECT kind || ':' || channel || ':' || creator_id, kind, since, creator_id, NULL::uuid, channel, reason, true
         FROM (SELECT CASE reason WHEN 'token_refused' THEN 'channel' ELSE 'polling' END AS kind, *
                 FROM app.polling_troubles JOIN app.channels USING (channel, account_id)) AS silent""",
    # Addresses at which nobody can be told that somebody waits.
    f"""SELECT 'notification:' || kind || ':' || creator_id, 'notification', failing_since, creator_id, NULL::uuid,
              kind, failure, EXISTS (SELECT {WAITING_RETRIES})
         FROM app.notification_targets AS t WHERE failing_since IS NOT NULL""",
)
_ALL: Final = f"({' UNION ALL '.join(_SOURCES)}) AS item"
_THEIRS: Final = "(%(creator_id)s::text IS NULL OR creator_id = %(creator_id)s)"


class Attention:
    """What waits, of one creator or (`None`) of the whole installation, what belongs to nobody included."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def page(
        self, creator_id: str | None, after: tuple[str, str] | None, limit: int
    ) -> tuple[list[SetAside], int]:
        """What has waited longest, behind a place in the list; and how many there are in all."""
        rows, total = await self.rows(creator_id, after, limit)
        return [SetAside.of(row) for row in rows], total

    async def rows(
        self, creator_id: str | None, after: tuple[str, str] | None, limit: int
    ) -> tuple[list[DictRow], int]:
        """The same as rows."""
        at, item_id = after or (None, None)
        rows = await self._ask(
            f"""SELECT * FROM {_ALL}
                 WHERE {_THEIRS} AND (%(at)s::timestamptz IS NULL OR (since, id) > (%(at)s, %(item_id)s))
                 ORDER BY since, id LIMIT %(limit)s""",
            creator_id=creator_id,
            at=at,
            item_id=item_id,
            limit=limit,
        )
        return rows, sum((await self.counts(creator_id)).values())

    async def counts(self, creator_id: str | None) -> Mapping[AsideKind, int]:
        """How many there are of each kind."""
        rows = await self._ask(
            f"SELECT kind, count(*) AS n FROM {_ALL} WHERE {_THEIRS} GROUP BY kind", creator_id=creator_id
        )
        return Counter(dict.fromkeys(AsideKind, 0) | {AsideKind(row["kind"]): row["n"] for row in rows})

    async def retry(self, creator_id: str | None, item_id: str, give: Give | None = None) -> None:
        """Try one of them again, at once or with the next tick of a worker.

        `give` gives a command where it takes one, as the writer does unless told otherwise. Raises `NotFound`,
        `Transient`, and `Conflict` for a message that cannot be sent again now.
        """
        give = give or self._runtime.writer.do
        kind, _, key = item_id.partition(":")
        if kind == AsideKind.UNCERTAIN and creator_id is not None:  # a repeated request finds it in no list any more
            await _send_again(creator_id, key, give)
            return
        rows = []
        if _ID.fullmatch(item_id):
            rows = await self._ask(
                f"SELECT * FROM {_ALL} WHERE {_THEIRS} AND id = %(item_id)s", creator_id=creator_id, item_id=item_id
            )
        if not rows:
            raise NotFound("Nothing is set aside under this id.")
        item = SetAside.of(rows[0])
        match item.kind:
            case AsideKind.PARKED:
                await self._show_again(item.part, key.removeprefix(f"{item.part}:"))
            case AsideKind.QUARANTINED:
                await self._runtime.deliveries.try_again(UUID(key))
            case AsideKind.OVERDUE | AsideKind.DISMISSED:
                await self._runtime.agenda.take_up(key.replace(":", "/"))
            case AsideKind.ERASURE:
                await self._erase(item.creator_id, key)
            case AsideKind.UNCERTAIN:
                await _send_again(item.creator_id or "", key, give)
            case AsideKind.POLLING | AsideKind.CHANNEL:
                await ask_now(self._runtime.pool)
            case AsideKind.NOTIFICATION:
                await NotificationAttempts(self._runtime.pool).hasten(item.creator_id or "", TargetKind(item.part))

    async def _show_again(self, part: str, key: str) -> None:
        projection = next((each for each in self._runtime.projections if each.name == part), None)
        if projection is None:
            await ask_again(self._runtime.pool, part, int(key))
        else:
            await asyncio.to_thread(self._replay, copy(projection), UUID(key))

    def _replay(self, projection: Projection, stream: UUID) -> None:
        with psycopg.connect(
            self._runtime.url, autocommit=True, row_factory=dict_row, **session(FOLLOWING, self._runtime.url)
        ) as connection:
            replay(connection, self._runtime.log, projection, stream)

    async def _erase(self, creator_id: str | None, lead_id: str) -> None:
        try:
            await self._runtime.erasure.erase(creator_id or "", lead_id)
        except NotShownYet as late:
            raise Transient(str(late)) from late

    async def _ask(self, query: str, **params: Any) -> list[DictRow]:
        """The rows that answer a query about the tables that are shown now."""
        projections = self._runtime.projections
        params |= {
            "names": [each.name for each in projections],
            "versions": [each.version for each in projections],
            "late": self._runtime.clock() - OVERDUE_AFTER,
            "window": self._runtime.clock() - WINDOW,
        }
        async with self._runtime.pool.connection() as conn:
            cursor = await conn.execute(
                """SELECT name, tables[1] AS shown FROM read.projections
                     JOIN unnest(%(names)s::text[], %(versions)s::int[]) AS known (name, version) USING (name, version)
                    WHERE name = ANY(%(asked)s)""",
                params | {"asked": [Agenda.name, Conversations.name, Unsettled.name]},
            )
            tables = {row["name"]: row["shown"] async for row in cursor}
            cursor = await conn.execute(query.format(**tables).encode(), params)
            return await cursor.fetchall()


async def _send_again(creator_id: str, key: str, give: Give) -> None:
    try:
        lead_id, send_id = map(UUID, key.split(":"))
    except ValueError:
        raise NotFound("Nothing is set aside under this id.") from None
    await give(Clonnect.repeat_send, creator_id, lead_id, send_id)
