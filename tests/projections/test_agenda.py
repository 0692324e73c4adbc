"""What falls due is taken by one worker at a time, the longest due first."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import DictRow

from api.runtime import Runtime
from domain.application import Clonnect
from domain.follower.values import SILENCE, Inbound
from domain.vocabulary import Platform, SequenceType, Status
from eventstore.log import Log
from projections.agenda import CHANNEL, CLAIM, LEASE, Agenda, Kind
from projections.engine.rebuild import Rebuild
from tests.harness.waiting import PATIENCE
from tests.projections.conftest import TimedCommands, shown
from tests.world import CREATOR, NO_POOL

Connection = psycopg.Connection[DictRow]
A_MONTH = timedelta(days=30)
WORKER = "1"


def promised(people: TimedCommands, user_id: str = "1") -> UUID:
    message = Inbound(Platform.TELEGRAM, user_id, user_id, user_id, "Hola", people.at, "telegram")
    received = people.do(Clonnect.receive_message, CREATOR, message)
    people.do(
        Clonnect.enrol,
        received.follower_id,
        SequenceType.ABANDONED,
        trigger="intent",
        trigger_event_id=uuid4(),
        anchor_at=people.at,
    )
    lead_id: UUID = received.lead_id
    return lead_id


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What PostgreSQL does for a query, as EXPLAIN has it."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from steps(part)


async def test_what_is_due_is_taken_once_and_what_is_not_waits(reader: Runtime, people: TimedCommands) -> None:
    promised(people)
    await shown(reader)
    first = await reader.agenda.next_due_at()
    assert first is not None
    assert await reader.agenda.claim(first - timedelta(seconds=1), 10, WORKER) == []
    (due,) = await reader.agenda.claim(first, 10, WORKER)
    assert (due.kind, due.due_at, due.creator_id) == (Kind.FOLLOW_UP, first, CREATOR)
    assert await reader.agenda.claim(first, 10, WORKER) == []
    assert await reader.agenda.unfinished(first) == 1


async def test_a_worker_hears_of_what_is_promised_and_not_of_cards_that_are_moved(
    reader: Runtime, people: TimedCommands, conn: Connection
) -> None:
    lead_id = promised(people)
    await shown(reader)
    conn.execute(f"LISTEN {CHANNEL}".encode())
    people.do(Clonnect.change_status, CREATOR, lead_id, Status.HOT)
    await shown(reader)
    assert list(conn.notifies(timeout=0)) == []
    promised(people, "2")
    await shown(reader)
    assert {each.channel for each in conn.notifies(timeout=PATIENCE, stop_after=1)} == {CHANNEL}


async def test_a_worker_hears_of_an_agenda_that_was_made_anew(
    reader: Runtime, people: TimedCommands, conn: Connection, database_url: str
) -> None:
    promised(people)
    await shown(reader)
    conn.execute(f"LISTEN {CHANNEL}".encode())
    await asyncio.to_thread(Rebuild(database_url, reader.log, Agenda(NO_POOL), lambda step: None).run)
    assert {each.channel for each in conn.notifies(timeout=PATIENCE, stop_after=1)} == {CHANNEL}


async def test_workers_who_claim_at_once_never_claim_the_same(reader: Runtime, people: TimedCommands) -> None:
    for number in range(30):
        promised(people, str(number))
    await shown(reader)
    claims = await asyncio.gather(*(reader.agenda.claim(people.at + A_MONTH, 7, WORKER) for _ in range(16)))
    keys = [due.key for claim in claims for due in claim]
    assert len(keys) == len(set(keys)) == 30 * 3  # two steps, and the silence


async def test_the_longest_due_comes_first(reader: Runtime, people: TimedCommands) -> None:
    for number in range(5):
        promised(people, str(number))
    await shown(reader)
    due = [each.due_at for _ in range(3) for each in await reader.agenda.claim(people.at + A_MONTH, 5, WORKER)]
    assert due == sorted(due)


async def test_what_is_said_now_goes_before_whatever_was_promised(reader: Runtime, people: TimedCommands) -> None:
    lead_ids = [promised(people, str(number)) for number in range(5)]
    people.at += timedelta(days=2)
    requested = people.do(Clonnect.send_by_hand, CREATOR, lead_ids[3], "Hola", uuid4())
    await shown(reader)
    claimed = await reader.agenda.claim(people.at + A_MONTH, 4, WORKER)
    assert [due.kind for due in claimed] == [Kind.SEND, *[Kind.FOLLOW_UP] * 3]
    assert claimed[0].ref == requested.send_id


@pytest.mark.parametrize("kind", [Kind.FOLLOW_UP, Kind.SEND])
async def test_of_thousands_that_are_due_at_one_moment_a_claim_reads_those_that_it_takes(
    reader: Runtime, conn: Connection, kind: Kind
) -> None:
    conn.execute(
        """INSERT INTO read.agenda_v3 (key, kind, due_at, creator_id, follower_id, event_id, correlation_id)
           SELECT gen_random_uuid()::text, %s, now(), 'ana', gen_random_uuid(), gen_random_uuid(), gen_random_uuid()
             FROM generate_series(1, 2000)""",
        (kind,),
    )
    limits = {"now": datetime.now(UTC), "limit": 200, "lease": LEASE, "worker": WORKER}
    (row,) = await reader.agenda.select(f"EXPLAIN (ANALYZE, FORMAT JSON) {CLAIM}", **limits)
    (explained,) = row["QUERY PLAN"]
    read = [
        (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
        for step in steps(explained["Plan"])
    ]
    assert max(read) == 200


async def test_what_a_worker_left_is_free_again_when_its_lease_ends(
    reader: Runtime, people: TimedCommands, conn: Connection
) -> None:
    promised(people)
    await shown(reader)
    claimed = await reader.agenda.claim(people.at + A_MONTH, 10, WORKER)
    conn.execute("UPDATE read.agenda_v3 SET leased_until = clock_timestamp() - interval '1 second'")
    assert await reader.agenda.claim(people.at + A_MONTH, 10, WORKER) == claimed


async def test_what_a_dead_worker_has_leased_is_free_at_once_and_what_another_has_is_not(
    reader: Runtime, people: TimedCommands
) -> None:
    promised(people)
    await shown(reader)
    later = people.at + A_MONTH
    left = await reader.agenda.claim(later, 2, WORKER)
    assert len(await reader.agenda.claim(later, 1, "2")) == 1
    await reader.agenda.dismiss(left[1], "refused:NotFound")
    assert await reader.agenda.holders(later) == {WORKER, "2"}
    await reader.agenda.end_leases({WORKER}, later)
    assert await reader.agenda.holders(later) == {"2"}
    assert [due.key for due in await reader.agenda.claim(later, 10, "3")] == [left[0].key]


async def test_what_is_said_next_waits_for_what_is_said_first(reader: Runtime, people: TimedCommands) -> None:
    """Whoever has the first in hand may be slow, or dead."""
    lead_id = people.says("1", "Hola")
    for text in ("uno", "dos"):
        people.do(Clonnect.send_by_hand, CREATOR, lead_id, text, uuid4())
    await shown(reader)
    (first,) = await reader.agenda.claim(people.at, 10, WORKER)
    assert await reader.agenda.claim(people.at, 10, "2") == []
    assert first.due_at < people.at

    await reader.agenda.end_leases({WORKER}, people.at)
    assert [due.key for due in await reader.agenda.claim(people.at, 10, "2")] == [first.key]


async def test_what_is_said_next_does_not_wait_for_what_was_dismissed(reader: Runtime, people: TimedCommands) -> None:
    lead_id = people.says("1", "Hola")
    people.do(Clonnect.send_by_hand, CREATOR, lead_id, "uno", uuid4())
    await shown(reader)
    (one,) = await reader.agenda.claim(people.at, 10, WORKER)
    await reader.agenda.dismiss(one, "refused:NotFound")
    people.do(Clonnect.send_by_hand, CREATOR, lead_id, "dos", uuid4())
    await shown(reader)
    (second,) = await reader.agenda.claim(people.at, 10, "2")
    assert second.ref != one.ref


async def test_what_is_dismissed_stays_away_until_an_event_brings_it_back(
    reader: Runtime, people: TimedCommands
) -> None:
    promised(people)
    await shown(reader)
    for due in await reader.agenda.claim(people.at + A_MONTH, 10, WORKER):
        await reader.agenda.dismiss(due, "refused:NotFound")
    assert await reader.agenda.next_due_at() is None
    assert await reader.agenda.unfinished(people.at + A_MONTH) == 0

    message = Inbound(Platform.TELEGRAM, "1", "m2", "m2", "otra vez", people.at, "telegram")
    people.do(Clonnect.receive_message, CREATOR, message)
    await shown(reader)
    assert await reader.agenda.next_due_at() == message.occurred_at + SILENCE


async def test_what_failed_for_a_moment_is_free_again_after_a_pause(reader: Runtime, people: TimedCommands) -> None:
    promised(people)
    await shown(reader)
    due = await reader.agenda.claim(people.at + A_MONTH, 1, WORKER)
    await reader.agenda.give_back(due[0], timedelta(hours=1))
    assert due[0] not in await reader.agenda.claim(people.at + A_MONTH, 10, WORKER)
    await reader.agenda.give_back(due[0], timedelta(0))
    assert await reader.agenda.claim(people.at + A_MONTH, 1, WORKER) == due


async def test_what_was_dismissed_is_known_in_tables_that_were_made_anew(
    reader: Runtime, people: TimedCommands, log: Log, database_url: str
) -> None:
    promised(people)
    await shown(reader)
    (first,) = await reader.agenda.claim(people.at + A_MONTH, 1, WORKER)
    await reader.agenda.dismiss(first, "refused:NotFound")
    Rebuild(database_url, log, Agenda(NO_POOL), lambda step: None).run()
    promised(people, "2")  # whoever sees that it is shown reads the new tables
    await shown(reader)
    claimed = {due.key: due.dismissed for due in await reader.agenda.claim(people.at + A_MONTH, 10, WORKER)}
    assert claimed.pop(first.key)
    assert not any(claimed.values())


async def test_who_is_deleted_has_nothing_due(reader: Runtime, people: TimedCommands) -> None:
    lead_id = promised(people)
    people.do(Clonnect.delete_lead, CREATOR, lead_id)
    await shown(reader)
    assert await reader.agenda.next_due_at() is None


async def test_a_pause_of_the_bot_ends_by_itself(reader: Runtime, people: TimedCommands) -> None:
    lead_id = promised(people)
    people.do(Clonnect.send_by_hand, CREATOR, lead_id, "Hola", uuid4())
    await shown(reader)
    kinds = {due.kind for due in await reader.agenda.claim(people.at + timedelta(hours=13), 10, WORKER)}
    assert Kind.RESUME in kinds
