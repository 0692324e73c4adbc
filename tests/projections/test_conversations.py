"""The inbox says what was said, by whom, and whose turn it is."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api.runtime import Runtime
from domain.application import Clonnect
from domain.follower.values import Attachment, Inbound, ServiceNote
from domain.vocabulary import Platform
from projections.people.filters import ORDERS, Filters
from tests.projections.conftest import TimedCommands, shown
from tests.world import CREATOR


def says(
    people: TimedCommands, text: str, *attachments: Attachment, user_id: str = "1", forwarded: bool = False
) -> UUID:
    key = uuid4().hex
    message = Inbound(
        Platform.TELEGRAM,
        user_id,
        key,
        key,
        text,
        people.at,
        "telegram",
        attachments=attachments,
        name="Marta",
        forwarded=forwarded,
    )
    lead_id: UUID = people.do(Clonnect.receive_message, CREATOR, message).lead_id
    return lead_id


async def test_both_sides_are_shown_in_their_order(reader: Runtime, people: TimedCommands) -> None:
    lead_id = says(people, "Hola")
    people.do(Clonnect.send_by_hand, CREATOR, lead_id, "Buenas", uuid4())
    says(people, "¿Precio?")
    says(people, "", Attachment("image", "7", "mira"))
    await shown(reader)

    latest = (await reader.conversations.latest([lead_id], 3))[lead_id]
    assert [(row["author"], row["content"]) for row in latest] == [
        ("person", "Buenas"),
        ("follower", "¿Precio?"),
        ("follower", ""),
    ]
    assert latest[2]["attachments"] == [{"kind": "image", "caption": "mira"}]
    conversation = await reader.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert (conversation["messages_in"], conversation["messages_all"], conversation["unread"]) == (3, 4, 2)


async def test_a_forwarded_message_is_shown_as_such(reader: Runtime, people: TimedCommands) -> None:
    lead_id = says(people, "Hola")
    says(people, "BAJA", forwarded=True)
    await shown(reader)
    rows, _ = await reader.conversations.messages(lead_id, None, 9)
    assert [(row["content"], row["forwarded"]) for row in rows] == [("BAJA", True), ("Hola", False)]


async def test_what_the_platform_notes_stands_in_the_thread_and_counts_as_no_message(
    reader: Runtime, people: TimedCommands
) -> None:
    lead_id = says(people, "Hola")
    people.do(Clonnect.read_conversation, CREATOR, lead_id)
    note = ServiceNote("pinned_message", "note-1", people.at, "telegram")
    people.do(Clonnect.keep_note, CREATOR, Platform.TELEGRAM, "1", note)
    await shown(reader)
    rows, total = await reader.conversations.messages(lead_id, None, 9)
    assert [(row["author"], row["note"]) for row in rows] == [("platform", "pinned_message"), ("follower", None)]
    assert total == 2
    assert [row["note"] for row in (await reader.conversations.latest([lead_id], 9))[lead_id]] == [None]
    conversation = await reader.conversations.one(CREATOR, lead_id)
    assert conversation is not None
    assert (conversation["messages_in"], conversation["messages_all"], conversation["unread"]) == (1, 1, 0)
    assert not conversation["needs_person"]


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
async def test_a_conversation_can_be_read_back_to_its_beginning(
    reader: Runtime, people: TimedCommands, limit: int
) -> None:
    (lead_id,) = {says(people, str(number)) for number in range(11)}
    says(people, "somebody else", user_id="2")
    await shown(reader)
    read: list[str] = []
    before = None
    while True:
        rows, total = await reader.conversations.messages(lead_id, before, limit)
        assert total == 11
        if not rows:
            break
        read += [row["content"] for row in rows]
        before = rows[-1]["occurred_at"].isoformat(), rows[-1]["position"]
    assert read == [str(number) for number in range(10, -1, -1)]


async def test_a_message_that_cannot_leave_says_why(reader: Runtime, people: TimedCommands) -> None:
    lead_id = people.lead("9").id
    people.do(Clonnect.send_by_hand, CREATOR, lead_id, "Hola", uuid4())
    await shown(reader)
    (row,) = (await reader.conversations.latest([lead_id], 5))[lead_id]
    assert (row["delivery"], row["reason"]) == ("held", "no_conversation")


async def test_what_was_said_elsewhere_is_a_note_of_it(reader: Runtime, people: TimedCommands) -> None:
    lead_id = people.lead("amiga", platform=Platform.MANUAL).id
    people.do(Clonnect.send_by_hand, CREATOR, lead_id, "La llamé", uuid4())
    await shown(reader)
    (row,) = (await reader.conversations.latest([lead_id], 5))[lead_id]
    assert row["delivery"] == "manual"


async def test_unread_conversations_can_be_asked_for(reader: Runtime, people: TimedCommands) -> None:
    read, unread = says(people, "Hola"), says(people, "Hola", user_id="2")
    people.do(Clonnect.send_by_hand, CREATOR, read, "Buenas", uuid4())
    await shown(reader)
    page, _ = await reader.conversations.page(CREATOR, Filters(unread=True), ORDERS["-created"], None, 10)
    assert [row["lead_id"] for row in page.rows] == [unread]
    assert page.total == 1


async def test_a_message_that_is_sent_again_leaves_unread_what_nobody_has_read(
    reader: Runtime, people: TimedCommands
) -> None:
    lead_id = says(people, "Hola")
    follower_id = people.do(Clonnect.any_lead, lead_id).follower_id
    send_id = people.do(Clonnect.send_by_hand, CREATOR, lead_id, "Buenas", uuid4()).send_id
    people.do(Clonnect.attempt_send, follower_id, send_id, "7")
    people.do(Clonnect.record_send_uncertain, follower_id, send_id, 1, "crash", timedelta(0))
    says(people, "¿y el horario?")
    people.do(Clonnect.repeat_send, CREATOR, lead_id, send_id)
    await shown(reader)
    row = await reader.conversations.one(CREATOR, lead_id)
    assert row is not None
    assert (row["unread"], row["messages_all"]) == (1, 4)


async def test_a_deleted_conversation_is_forgotten(reader: Runtime, people: TimedCommands) -> None:
    lead_id = says(people, "Hola")
    people.do(Clonnect.delete_lead, CREATOR, lead_id)
    await shown(reader)
    assert await reader.conversations.one(CREATOR, lead_id) is None
    assert await reader.conversations.messages(lead_id, None, 10) == ([], 0)
