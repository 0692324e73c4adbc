"""What was promised to whom, and what became of it, adds up."""

from uuid import UUID, uuid4

import pytest
from psycopg.rows import DictRow

from api.runtime import Runtime
from domain.application import Clonnect
from domain.follower.values import Inbound
from domain.vocabulary import Platform, SequenceType
from tests.projections.conftest import TimedCommands, shown
from tests.world import CREATOR

PRICE = SequenceType.OBJECTION_PRICE


def enrolled(people: TimedCommands, user_id: str, sequence_type: SequenceType = PRICE) -> UUID:
    """Somebody who wrote and was enrolled; answers the lead's id."""
    message = Inbound(Platform.TELEGRAM, user_id, user_id, user_id, "Hola", people.at, "telegram")
    received = people.do(Clonnect.receive_message, CREATOR, message)
    assert people.do(
        Clonnect.enrol,
        received.follower_id,
        sequence_type,
        trigger="intent",
        trigger_event_id=uuid4(),
        anchor_at=people.at,
    )
    lead_id: UUID = received.lead_id
    return lead_id


async def test_a_creator_begins_with_eight_sequences(reader: Runtime, people: TimedCommands) -> None:
    await shown(reader)
    rows = await reader.nurturing.sequences(CREATOR)
    assert {row["sequence_type"] for row in rows} == set(SequenceType)
    assert all(row["is_active"] and row["steps"] for row in rows)
    assert all((row["enrolled_count"], row["pending_count"], row["sent_count"]) == (0, 0, 0) for row in rows)


async def test_the_numbers_of_a_sequence_are_those_of_its_people(reader: Runtime, people: TimedCommands) -> None:
    for number in range(3):
        enrolled(people, str(number))
    enrolled(people, "other", SequenceType.ABANDONED)
    await shown(reader)
    (row,) = [row for row in await reader.nurturing.sequences(CREATOR) if row["sequence_type"] == PRICE]
    assert (row["enrolled_count"], row["pending_count"], row["replied_count"]) == (3, 6, 0)
    numbers = await reader.nurturing.numbers(CREATOR)
    assert numbers[PRICE] == {"pending": 6, "people": 3}
    assert numbers[None] == {"pending": 8, "people": 4}


async def test_what_is_cancelled_is_not_pending_and_the_run_is_over(reader: Runtime, people: TimedCommands) -> None:
    lead_id = enrolled(people, "1")
    assert people.do(Clonnect.cancel_follow_ups, CREATOR, lead_id, None)[0] == 2
    await shown(reader)
    assert await reader.nurturing.enrolled(CREATOR, PRICE, None, 10) == ([], 0)
    assert (await reader.nurturing.numbers(CREATOR))[PRICE] == {"cancelled": 2, "people": 1}


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_the_enrolled_and_their_follow_ups_can_be_paged(
    reader: Runtime, people: TimedCommands, limit: int
) -> None:
    leads = {enrolled(people, str(number)) for number in range(5)}
    await shown(reader)
    found: list[UUID] = []
    before = None
    while rows := (await reader.nurturing.enrolled(CREATOR, PRICE, before, limit))[0]:
        found += [row["lead_id"] for row in rows]
        assert all([step["step"] for step in row["steps"]] == [1, 2] for row in rows)
        before = rows[-1]["started_at"].isoformat(), rows[-1]["enrolment_id"]
    assert len(found) == len(leads)
    assert set(found) == leads

    steps: list[UUID] = []
    after = None
    while rows := (await follow_ups(reader, after, limit))[0]:
        steps += [row["follow_up_id"] for row in rows]
        after = rows[-1]["scheduled_at"].isoformat(), rows[-1]["follow_up_id"]
    assert len(steps) == len(set(steps)) == 10
    assert (await follow_ups(reader, None, 1))[1] == 10


async def follow_ups(reader: Runtime, after: tuple[str, UUID] | None, limit: int) -> tuple[list[DictRow], int]:
    return await reader.nurturing.follow_ups(
        CREATOR,
        statuses=["pending"],
        sequence_types=[PRICE],
        lead_id=None,
        due_before=None,
        after=after,
        limit=limit,
    )
