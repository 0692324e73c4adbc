"""A message in doubt is shown until a person has dealt with it, or it is known what became of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.runtime import Runtime
from domain.application import Clonnect
from domain.follower.values import Inbound, RefusalClass
from domain.vocabulary import Platform
from tests.projections.conftest import TimedCommands, shown
from tests.world import CREATOR


class Doubt:
    """Somebody was sent a message of which nobody knows whether it arrived."""

    def __init__(self, people: TimedCommands) -> None:
        self._people = people
        message = Inbound(Platform.TELEGRAM, "1", "m1", "m1", "Hola", people.at, "telegram")
        received = people.do(Clonnect.receive_message, CREATOR, message)
        self.lead_id, self.follower_id = received.lead_id, received.follower_id
        self.send_id = self.sent()
        self.do(Clonnect.record_send_uncertain, self.follower_id, self.send_id, 1, "crash", timedelta(0))

    def do(self, command: Any, *args: Any, **kwargs: Any) -> Any:
        return self._people.do(command, *args, **kwargs)

    def sent(self) -> UUID:
        """Another message is on its way."""
        send_id: UUID = self.do(Clonnect.send_by_hand, CREATOR, self.lead_id, "¿Sigues ahí?", uuid4()).send_id
        self.do(Clonnect.attempt_send, self.follower_id, send_id, "7")
        return send_id


async def left(reader: Runtime) -> list[UUID]:
    """The messages in doubt."""
    await shown(reader)
    rows = await reader.unsettled.select("SELECT send_id FROM {unsettled}")
    return [row["send_id"] for row in rows]


@pytest.fixture
def doubt(people: TimedCommands) -> Doubt:
    return Doubt(people)


async def test_a_message_in_doubt_waits_for_a_person(reader: Runtime, doubt: Doubt) -> None:
    assert await left(reader) == [doubt.send_id]


async def test_it_is_settled_when_evidence_comes_after_all(reader: Runtime, doubt: Doubt) -> None:
    doubt.do(Clonnect.record_send_accepted, doubt.follower_id, doubt.send_id, 1, (), "lookup")
    assert await left(reader) == []


async def test_it_is_settled_when_it_is_known_not_to_have_arrived(reader: Runtime, doubt: Doubt) -> None:
    doubt.do(Clonnect.record_send_rejected, doubt.follower_id, doubt.send_id, 1, RefusalClass.REJECTED)
    assert await left(reader) == []


async def test_it_is_settled_when_another_one_arrives(reader: Runtime, doubt: Doubt) -> None:
    other = doubt.sent()
    assert await left(reader) == [doubt.send_id]
    doubt.do(Clonnect.record_send_accepted, doubt.follower_id, other, 1, (), "response")
    assert await left(reader) == []


async def test_it_goes_with_its_lead(reader: Runtime, doubt: Doubt) -> None:
    doubt.do(Clonnect.delete_lead, CREATOR, doubt.lead_id)
    assert await left(reader) == []


async def test_it_is_settled_when_a_person_has_it_sent_again(reader: Runtime, doubt: Doubt) -> None:
    doubt.do(Clonnect.repeat_send, CREATOR, doubt.lead_id, doubt.send_id)
    assert await left(reader) == []
