"""Every number that is kept is what counting anew gives, whatever has happened, and costs the same at any size."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from api.runtime import Runtime
from api.settings import Settings
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.vocabulary import Intent, SequenceType, Status
from eventstore.log import Log
from projections.engine.progress import Progress
from projections.engine.projection import Pool
from projections.engine.projector import Projector
from projections.nurturing import Nurturing
from projections.stats import HIGH_INTENT, CreatorFigures, Stats
from tests.projections.conftest import TimedCommands, shown
from tests.projections.stories import EVA, MOVES, RecordedStory
from tests.world import CREATOR, sign_up

Connection = psycopg.Connection[DictRow]

NOBODY: Any = None
PRICE = SequenceType.OBJECTION_PRICE
TICK = timedelta(microseconds=1)
PAST = (Follower.FollowUpSent, Follower.FollowUpUncertain, Follower.FollowUpSkipped, Follower.FollowUpFailed)
"""What makes of a follow-up what its name says."""


@pytest.fixture
def two_creators(people: TimedCommands, settings: Settings) -> TimedCommands:
    sign_up(people.app, settings, EVA)
    return people


@pytest.fixture
def log(people: TimedCommands) -> Log:
    return Log(people.app.recorder, people.app.mapper)  # type: ignore[arg-type]  # the application's own recorder


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[Pool]:
    """For somebody who does nothing but ask."""
    kwargs = {"row_factory": dict_row, "autocommit": True}
    async with AsyncConnectionPool(
        url, connection_class=AsyncConnection[DictRow], kwargs=kwargs, min_size=1, max_size=1
    ) as pool:
        yield pool


def project(url: str, log: Log) -> None:
    projections = [Stats(NOBODY), Nurturing(NOBODY)]
    Projector(url, log, projections, Progress(each.name for each in projections)).catch_up()


class Recount:
    """The log, read from the beginning without any projection."""

    def __init__(self, app: Clonnect, log: Log) -> None:
        self.leads: dict[UUID, Lead] = {}
        self.messages: Counter[UUID] = Counter()
        self.runs: dict[UUID, dict[str, Any]] = {}
        self.follow_ups: dict[UUID, dict[str, Any]] = {}
        for recorded in log.read(0, 100_000):
            self._take(recorded.event, recorded.metadata)
        present = {lead_id: app.any_lead(lead_id) for lead_id in self.leads}
        self.leads = {lead_id: lead for lead_id, lead in present.items() if not lead.is_deleted}
        self.escalated = {
            lead.id
            for lead in self.leads.values()
            if (follower := app.follower(lead.follower_id)).lead_id == lead.id and follower.escalation is not None
        }
        self.runs = {key: run for key, run in self.runs.items() if run["lead_id"] in self.leads}
        self.follow_ups = {key: each for key, each in self.follow_ups.items() if each["lead_id"] in self.leads}

    def _take(self, event: Any, metadata: Mapping[str, str]) -> None:
        match event:
            case Lead.Captured():
                self.leads[event.originator_id] = NOBODY
            case Follower.MessageReceived():
                self.messages[event.lead_id] += 1
            case Follower.Enrolled():
                told = {"lead_id": event.lead_id, "type": event.sequence_type, "creator": metadata["creator_id"]}
                self.runs[event.enrolment_id] = {**told, "who": event.originator_id, "ended": None, "sent": 0}
            case Follower.FollowUpScheduled():
                told = {"lead_id": event.lead_id, "type": event.sequence_type, "creator": metadata["creator_id"]}
                self.follow_ups[event.follow_up_id] = {**told, "status": "pending", "at": event.due_at}
            case Follower.EnrolmentEnded():
                self.runs[event.enrolment_id]["ended"] = event.reason
                for follow_up_id in event.cancelled:
                    self.follow_ups[follow_up_id]["status"] = "cancelled"
            case Follower.FollowUpDeferred() | Follower.FollowUpReleased():
                at = event.until if isinstance(event, Follower.FollowUpDeferred) else event.due_at
                self.follow_ups[event.follow_up_id] |= {"status": "pending", "at": at}
            case Follower.FollowUpHeld():
                self.follow_ups[event.follow_up_id]["status"] = "held"
            case Follower.FollowUpConverted():
                self.follow_ups[event.follow_up_id]["status"] = "converted"
            case _ if isinstance(event, PAST):
                self.follow_ups[event.follow_up_id]["status"] = event.TOPIC.removeprefix("follower.follow_up_")
                if isinstance(event, Follower.FollowUpSent):
                    self.runs[event.enrolment_id]["sent"] += 1

    def numbers(self, creator_id: str, now: datetime) -> CreatorFigures:
        leads = [lead for lead in self.leads.values() if lead.creator_id == creator_id and lead.mark is None]
        by_status = Counter(lead.status for lead in leads)
        return CreatorFigures(
            by_status={status: by_status[status] for status in Status},
            messages=sum(self.messages[lead.id] for lead in leads),
            escalations=sum(lead.id in self.escalated for lead in leads),
            high_intent=sum(round(lead.score.value(now), 4) >= HIGH_INTENT for lead in leads),
        )

    def instants(self, now: datetime) -> Iterator[datetime]:
        """Now, later, and around each instant at which an intent stops being high."""
        yield from (now + timedelta(hours=hours) for hours in (0, 1, 24, 24 * 7, 24 * 300))
        for lead in self.leads.values():
            last = lead.score.lasts_until(HIGH_INTENT, now)
            if last is not None and last.year < 9000:
                yield from (last, last + TICK)

    def promises(self, creator_id: str) -> dict[str | None, dict[str, int]]:
        counted: dict[str | None, Counter[str]] = defaultdict(Counter)
        people: dict[str | None, set[UUID]] = defaultdict(set)
        for each in self.follow_ups.values():
            if each["creator"] == creator_id:
                counted[each["type"]][each["status"]] += 1
                counted[None][each["status"]] += 1
        for run in self.runs.values():
            if run["creator"] == creator_id:
                people[run["type"]].add(run["who"])
                people[None].add(run["who"])
        return {kind: dict(counted[kind]) | {"people": len(who)} for kind, who in people.items()}

    def sequences(self, creator_id: str) -> dict[SequenceType, tuple[int, ...]]:
        """By type: who is enrolled, steps that wait, steps sent, runs that a reply ended after something was said."""
        runs = [run for run in self.runs.values() if run["creator"] == creator_id]
        steps = Counter(
            (each["type"], each["status"]) for each in self.follow_ups.values() if each["creator"] == creator_id
        )
        return {
            kind: (
                len({run["who"] for run in runs if run["type"] == kind and run["ended"] is None}),
                sum(steps[kind, status] for status in ("pending", "held", "converted")),
                steps[kind, "sent"] + steps[kind, "uncertain"],
                sum(run["type"] == kind and run["ended"] == "replied" and run["sent"] > 0 for run in runs),
            )
            for kind in SequenceType
        }

    def due(self, creator_id: str, now: datetime) -> int:
        return sum(
            each["creator"] == creator_id and each["status"] == "pending" and each["at"] <= now
            for each in self.follow_ups.values()
        )


@examples(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],  # all stories share one log, in which none can be told shorter
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(MOVES, min_size=30, max_size=50))
def test_what_is_kept_is_what_counting_anew_gives(
    database_url: str, two_creators: TimedCommands, log: Log, moves: list[tuple[Any, ...]]
) -> None:
    story = RecordedStory(two_creators)
    for move in moves:
        story.happens(move)
    project(database_url, log)

    asyncio.run(_agrees(database_url, Recount(two_creators.app, log), two_creators.at))


async def _agrees(url: str, recount: Recount, now: datetime) -> None:
    async with asking(url) as pool:
        stats, nurturing = Stats(pool), Nurturing(pool)
        for creator_id in (CREATOR, EVA):
            for instant in recount.instants(now):
                assert await stats.numbers(creator_id, instant) == recount.numbers(creator_id, instant)
            assert await nurturing.numbers(creator_id) == recount.promises(creator_id)
            assert await _of_sequences(nurturing, creator_id) == recount.sequences(creator_id)
            assert await nurturing.due(creator_id, now) == recount.due(creator_id, now)


async def _of_sequences(nurturing: Nurturing, creator_id: str) -> dict[SequenceType, tuple[int, ...]]:
    names = ("enrolled_count", "pending_count", "sent_count", "replied_count")
    rows = await nurturing.sequences(creator_id)
    return {SequenceType(row["sequence_type"]): tuple(row[name] for name in names) for row in rows}


async def test_a_reply_to_what_was_sent_is_told_from_one_to_nothing(
    reader: Runtime, two_creators: TimedCommands
) -> None:
    story = RecordedStory(two_creators)
    for number in (0, 1):
        story.enrol(number, PRICE)
    story.due(0, "accepted")
    for number in (0, 1):
        story.says(number, Intent.INTEREST_SOFT)
    await shown(reader)
    (price,) = [row for row in await reader.nurturing.sequences(CREATOR) if row["sequence_type"] == PRICE]
    assert (price["enrolled_count"], price["sent_count"], price["replied_count"]) == (0, 1, 1)


async def test_who_is_listed_no_more_is_counted_nowhere_and_comes_back_as_they_were(
    reader: Runtime, two_creators: TimedCommands, conn: Connection
) -> None:
    story = RecordedStory(two_creators)
    story.says(0, Intent.ESCALATION)
    two_creators.lead("rich", purchase_intent=0.9)
    await shown(reader)
    before = await reader.stats.numbers(CREATOR, two_creators.at)
    assert (before.leads, before.messages, before.escalations, before.high_intent) == (3, 3, 1, 2)
    conn.execute("UPDATE read.counted_leads_v1 SET listed = false WHERE creator_id = %s", (CREATOR,))
    assert await reader.stats.numbers(CREATOR, two_creators.at) == CreatorFigures(dict.fromkeys(Status, 0), 0, 0, 0)
    conn.execute("UPDATE read.counted_leads_v1 SET listed = true")
    assert await reader.stats.numbers(CREATOR, two_creators.at) == before


async def test_the_stages_are_those_of_the_board(reader: Runtime, people: TimedCommands) -> None:
    for number, status in enumerate(Status):
        for more in range(number + 1):
            people.lead(f"{number}.{more}", status=status)
    await shown(reader)
    numbers = await reader.stats.numbers(CREATOR, people.at)
    assert numbers.by_status == await reader.board.counts(CREATOR)
    assert list(numbers.by_status.values()) == [1, 2, 3, 4]


class Explained:
    """How many blocks of the database the questions of a projection have looked at."""

    def __init__(self, projection: Stats | Nurturing) -> None:
        self.blocks = 0
        self._select = projection.select
        projection.select = self.select  # type: ignore[method-assign]

    async def select(self, query: str, **params: Any) -> list[DictRow]:
        plan = (await self._select(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", **params))[0]["QUERY PLAN"][0]
        self.blocks += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
        return await self._select(query, **params)


MANY_LEADS = """
    INSERT INTO read.counted_leads_v1 (lead_id, creator_id, status, messages, escalated, high_until)
    SELECT gen_random_uuid(), %(creator)s, (ARRAY['new', 'active', 'hot', 'customer'])[i %% 4 + 1], 3, i %% 10 = 0,
           CASE WHEN i %% 2 = 0 THEN %(now)s + i %% 336 * interval '1 hour' END
      FROM generate_series(1, %(many)s) AS i"""
MANY_PROMISES = """
    WITH people AS (SELECT gen_random_uuid() AS id, i FROM generate_series(1, %(many)s) AS i),
         runs AS (INSERT INTO read.runs_v2 (enrolment_id, creator_id, sequence_type, lead_id, follower_id, started_at,
                                            sent, ended_reason)
                  SELECT id, %(creator)s, 'abandoned', id, id, %(now)s, 1,
                         CASE WHEN i %% 2 = 0 THEN 'replied' END FROM people)
    INSERT INTO read.follow_ups_v2 (follow_up_id, enrolment_id, creator_id, sequence_type, lead_id, follower_id, step,
                                    wished_at, scheduled_at, plan, message_template, status, created_at)
    SELECT id, id, %(creator)s, 'abandoned', id, id, 1, %(now)s, %(now)s + i * interval '1 minute', 'send', '…',
           (ARRAY['pending', 'sent', 'cancelled', 'held'])[i %% 4 + 1], %(now)s FROM people"""


async def test_a_number_costs_the_same_at_any_size(reader: Runtime, people: TimedCommands, conn: Connection) -> None:
    stats, nurturing = Explained(reader.stats), Explained(reader.nurturing)
    cost, counted = [], []
    for many in (0, 1_000, 30_000):
        values = {"creator": CREATOR, "now": people.at, "many": many}
        conn.execute(MANY_LEADS, values)
        conn.execute(MANY_PROMISES, values)
        conn.execute("VACUUM ANALYZE")
        stats.blocks = nurturing.blocks = 0
        numbers = await reader.stats.numbers(CREATOR, people.at)
        sequences = await reader.nurturing.sequences(CREATOR)
        promised = (await reader.nurturing.numbers(CREATOR))[None]
        await reader.nurturing.due(CREATOR, people.at)
        counted.append((numbers.leads, numbers.high_intent, sum(row["replied_count"] for row in sequences), promised))
        cost.append(stats.blocks + nurturing.blocks)
    assert [each[:3] for each in counted] == [(0, 0, 0), (1_000, 500, 500), (31_000, 15_500, 15_500)]
    assert counted[-1][3]["people"] == 31_000
    assert cost[2] < cost[1] + 20
