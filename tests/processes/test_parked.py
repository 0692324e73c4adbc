"""A reaction that was set aside is tried again when somebody asks, in the order in which things happened."""

from uuid import UUID

import psycopg
import pytest
from psycopg.rows import DictRow

from api.runtime import Runtime
from domain.errors import LostRace, NotFound
from domain.follower.follower import Follower
from eventstore.log import Recorded
from processes.parked_reactions import ParkedReactions, ask_again, park
from processes.process import Process, reacts_to
from tests.harness.runtime import deliver, recorded
from tests.world import CREATOR

Connection = psycopg.Connection[DictRow]


class Answering(Process):
    """A process that remembers what it was shown, and stumbles over one text."""

    name = "replies"

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.trouble: Exception | None = None

    @reacts_to(Follower.MessageReceived)
    async def message_received(self, event: Follower.MessageReceived, recorded: Recorded) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.shown.append(event.text)


@pytest.fixture
async def parked(reader: Runtime) -> dict[str, int]:
    """Three messages of one person and one of another, none of which was answered: their positions, by text."""
    for phone, text in (("tg_1", "uno"), ("tg_2", "otra"), ("tg_1", "dos"), ("tg_1", "tres")):
        await deliver(reader, {"follower_id": phone, "text": text, "message_id": text})
    found = {
        each.event.text: each.position for each in recorded(reader) if isinstance(each.event, Follower.MessageReceived)
    }
    for position in found.values():
        async with reader.pool.connection() as conn:
            await park(conn, "replies", position, "ValueError (replies.py:7)")
    return found


@pytest.fixture
def process() -> Answering:
    return Answering()


@pytest.fixture
def reactions(reader: Runtime, process: Answering) -> ParkedReactions:
    return ParkedReactions(reader.pool, reader.log, [process])


def waiting(conn: Connection) -> list[int]:
    return [row["position"] for row in conn.execute("SELECT position FROM app.parked ORDER BY position").fetchall()]


async def test_what_nobody_asked_for_is_left(
    reader: Runtime, conn: Connection, parked: dict[str, int], process: Answering, reactions: ParkedReactions
) -> None:
    await reactions.try_asked()
    assert (process.shown, len(waiting(conn))) == ([], 4)


async def test_what_was_said_before_by_the_same_person_comes_first(
    reader: Runtime, conn: Connection, parked: dict[str, int], process: Answering, reactions: ParkedReactions
) -> None:
    await ask_again(reader.pool, "replies", parked["dos"])
    await reactions.try_asked()
    assert process.shown == ["uno", "dos"]
    assert waiting(conn) == sorted([parked["otra"], parked["tres"]])


async def test_what_fails_again_is_left_with_what_is_behind_it(
    reader: Runtime, conn: Connection, parked: dict[str, int], process: Answering, reactions: ParkedReactions
) -> None:
    process.trouble = KeyError("the words of a person")
    await ask_again(reader.pool, "replies", parked["tres"])
    await reactions.try_asked()
    process.trouble = None
    await reactions.try_asked()
    assert (process.shown, len(waiting(conn))) == ([], 4)
    errors = conn.execute("SELECT error FROM app.parked ORDER BY position").fetchall()
    assert errors[0]["error"].startswith("KeyError (test_parked.py:")


async def test_an_outage_leaves_it_asked_for(
    reader: Runtime, parked: dict[str, int], process: Answering, reactions: ParkedReactions
) -> None:
    process.trouble = LostRace("Somebody else was faster.")
    await ask_again(reader.pool, "replies", parked["uno"])
    with pytest.raises(LostRace):
        await reactions.try_asked()
    process.trouble = None
    await reactions.try_asked()
    assert process.shown == ["uno"]


async def test_what_is_not_set_aside_cannot_be_asked_for(reader: Runtime) -> None:
    with pytest.raises(NotFound):
        await ask_again(reader.pool, "replies", 1)


async def test_whose_it_is_and_where_it_comes_from_is_known(
    conn: Connection, reader: Runtime, parked: dict[str, int]
) -> None:
    row = conn.execute("SELECT creator_id, stream FROM app.parked LIMIT 1").fetchone()
    assert row is not None
    assert (row["creator_id"], type(row["stream"])) == (CREATOR, UUID)
