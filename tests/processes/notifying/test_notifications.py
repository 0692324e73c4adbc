"""Who asks for a person is told of at every address of the creator's: once, and again only where that failed."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid5

import psycopg
import pytest
from psycopg.rows import DictRow

from api.bootstrap import run
from api.database.installation import installation_key
from api.runtime import Runtime
from api.settings import Settings
from api.simulator.time_travel import move_clock, settle
from domain.application import Clonnect
from domain.follower.follower import Follower
from eventstore.sealing import Sealer
from processes.notifying.attempts import NotificationAttempts
from processes.notifying.notifications import Notifications
from processes.notifying.targets import NotificationTargets, TargetKind
from tests.harness.runtime import MONDAY, acting, events, on_the_phone, say
from tests.harness.waiting import until
from tests.platforms.smtp_server import PlayedMailServer
from tests.platforms.webhook_receiver import SECRET, PlayedReceiver
from tests.processes.notifying.notices import WAITING
from tests.world import CREATOR

Connection = psycopg.Connection[DictRow]
WANTS = "Quiero hablar con una persona"


@pytest.fixture
def receiver() -> Iterator[PlayedReceiver]:
    with PlayedReceiver() as receiver:
        yield receiver


@pytest.fixture
def mails() -> Iterator[PlayedMailServer]:
    with PlayedMailServer() as mails:
        yield mails


@pytest.fixture
def told_by_all(mails: PlayedMailServer, data_dir: Path) -> Settings:
    """An installation with a mail server, that is reached at an address of its own."""
    return Settings(
        data_dir=data_dir,
        public_url="https://dm.example.com",
        smtp_host="127.0.0.1",
        smtp_port=mails.port,
        smtp_tls="none",
        smtp_from="no-reply@example.com",
        webhook_out_private=True,
    )


@pytest.fixture
async def runtime(
    database_url: str, told_by_all: Settings, app: Clonnect, conn: Connection, receiver: PlayedReceiver
) -> AsyncIterator[Runtime]:
    """A demo whose creator is told by a webhook."""
    conn.execute(f"UPDATE app.clock SET is_demo = true, ahead = {MONDAY} - now()".encode())
    async with run(told_by_all, database_url, work=True) as runtime:
        await targets(runtime).put(CREATOR, TargetKind.WEBHOOK, receiver.url(), SECRET)
        assert await settle(runtime)
        yield runtime


def targets(runtime: Runtime) -> NotificationTargets:
    return NotificationTargets(runtime.pool, Sealer(installation_key(runtime.settings)))


def outcomes(runtime: Runtime) -> list[dict[str, str]]:
    """What is on record, in order."""
    return [dict(event.outcomes) for event in events(runtime, Follower.PersonNotified)]


async def resolve(runtime: Runtime) -> None:
    """A person has dealt with whoever asked last."""
    event = events(runtime, Follower.Escalated)[-1]
    await acting(runtime, Clonnect.resolve_escalation, CREATOR, event.lead_id, event.escalation_id, None)


def goes_down(receiver: PlayedReceiver, status: int) -> None:
    """It asks to be left alone for so long that no worker tries again before the test says so."""
    receiver.status, receiver.headers = status, {"Retry-After": "3600"}


async def tried_again(runtime: Runtime, conn: Connection) -> None:
    """The pause before the next try is over, and another worker looks."""
    conn.execute("UPDATE app.notification_attempts SET next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL")
    hands = hands_of_another_worker(runtime)
    await hands.sweep()
    await until(lambda: not hands.is_busy)
    assert await settle(runtime)


def hands_of_another_worker(runtime: Runtime) -> Notifications:
    attempts = NotificationAttempts(runtime.pool)
    return Notifications(
        runtime.agenda, runtime.writer, runtime.senders, attempts, lambda lead_id: str(lead_id), runtime.clock
    )


async def test_who_asks_for_a_person_is_told_of_by_webhook_mail_and_bot(
    runtime: Runtime, receiver: PlayedReceiver, mails: PlayedMailServer, conn: Connection
) -> None:
    await targets(runtime).put(CREATOR, TargetKind.EMAIL, "maria@example.com", None)
    await targets(runtime).put(CREATOR, TargetKind.TELEGRAM, "777", None)
    lead_id = await say(runtime, "ig_1", WANTS, "m1", name="Luz Marín")

    (told,), (mail,), (escalated,) = receiver.told, mails.mails, events(runtime, Follower.Escalated)
    assert told.body["type"] == "notification.escalated"
    assert told.body["data"]["title"] == "Luz necesita a una persona"
    assert told.body["data"]["url"] == f"https://dm.example.com/app/leads?lead={lead_id}"
    assert WANTS in told.body["data"]["text"]
    assert mail.recipients == ("maria@example.com",)
    assert [text.splitlines()[0] for text in on_the_phone(conn, "tg_777")] == ["Luz necesita a una persona"]
    assert outcomes(runtime) == [{"webhook": "delivered", "email": "delivered", "telegram": "delivered"}]
    (event,) = events(runtime, Follower.PersonNotified)
    assert (event.escalation_id, str(event.notification_id)) == (escalated.escalation_id, told.webhook_id)


async def test_who_asks_again_within_five_minutes_is_listed_and_nobody_is_told(
    runtime: Runtime, receiver: PlayedReceiver
) -> None:
    await say(runtime, "ig_1", WANTS, "m1")
    await resolve(runtime)
    await say(runtime, "ig_1", WANTS, "m2")
    assert len(events(runtime, Follower.Escalated)) == 2
    assert len(receiver.told) == 1
    assert outcomes(runtime) == [{"webhook": "delivered"}, {"webhook": "recently"}]
    await say(runtime, "ig_2", WANTS, "m1")
    assert len(receiver.told) == 2


async def test_who_still_waits_after_four_hours_is_told_of_once_more(
    runtime: Runtime, receiver: PlayedReceiver
) -> None:
    await say(runtime, "ig_1", WANTS, "m1")
    assert await move_clock(runtime, runtime.clock() + timedelta(hours=3, minutes=59))
    assert len(receiver.told) == 1
    assert await move_clock(runtime, runtime.clock() + timedelta(minutes=2))
    assert [told.body["type"] for told in receiver.told] == ["notification.escalated", "notification.unresolved"]
    assert receiver.told[0].webhook_id != receiver.told[1].webhook_id
    assert await move_clock(runtime, runtime.clock() + timedelta(days=1))
    assert len(receiver.told) == 2


async def test_who_was_answered_meanwhile_is_reminded_of_no_more(runtime: Runtime, receiver: PlayedReceiver) -> None:
    await say(runtime, "ig_1", WANTS, "m1")
    await resolve(runtime)
    assert await move_clock(runtime, runtime.clock() + timedelta(hours=5))
    assert len(receiver.told) == 1


async def test_a_receiver_that_was_down_is_told_later_and_the_others_not_twice(
    runtime: Runtime, receiver: PlayedReceiver, mails: PlayedMailServer, conn: Connection
) -> None:
    await targets(runtime).put(CREATOR, TargetKind.EMAIL, "maria@example.com", None)
    goes_down(receiver, 503)
    await say(runtime, "ig_1", WANTS, "m1")
    assert outcomes(runtime) == [{"webhook": "postponed:it answered HTTP 503", "email": "delivered"}]
    target = await targets(runtime).find(CREATOR, TargetKind.WEBHOOK)
    assert target is not None
    assert (target.failure, target.is_off) == ("it answered HTTP 503", False)

    await tried_again(runtime, conn)
    assert len(outcomes(runtime)) == 1
    receiver.status = 200
    await tried_again(runtime, conn)
    await tried_again(runtime, conn)
    assert outcomes(runtime)[1:] == [{"webhook": "delivered"}]
    assert [told.webhook_id for told in receiver.told] == [receiver.told[0].webhook_id] * 3
    assert receiver.told[0].body["data"]["text"] == receiver.told[2].body["data"]["text"]
    assert receiver.told[0].body["timestamp"] == receiver.told[2].body["timestamp"]
    assert len(mails.mails) == 1
    target = await targets(runtime).find(CREATOR, TargetKind.WEBHOOK)
    assert target is not None
    assert target.failure is None


async def test_nothing_is_tried_again_once_a_person_has_come(
    runtime: Runtime, receiver: PlayedReceiver, conn: Connection
) -> None:
    goes_down(receiver, 500)
    await say(runtime, "ig_1", WANTS, "m1")
    await resolve(runtime)
    await tried_again(runtime, conn)
    assert receiver.requests == 1


async def test_what_is_about_nobody_any_more_is_not_tried_again(
    runtime: Runtime, receiver: PlayedReceiver, conn: Connection
) -> None:
    goes_down(receiver, 500)
    lead_id = await say(runtime, "ig_1", WANTS, "m1")
    await acting(runtime, Clonnect.delete_lead, CREATOR, lead_id)
    conn.execute("UPDATE app.notification_attempts SET follower_id = gen_random_uuid()")
    await tried_again(runtime, conn)
    assert receiver.requests == 1
    assert [row["next_try_at"] for row in conn.execute("SELECT next_try_at FROM app.notification_attempts")] == [None]


async def test_after_the_last_try_it_is_on_record_that_nobody_was_told(
    runtime: Runtime, receiver: PlayedReceiver, conn: Connection
) -> None:
    goes_down(receiver, 500)
    await say(runtime, "ig_1", WANTS, "m1")
    conn.execute("UPDATE app.notification_attempts SET attempts = 7")
    await tried_again(runtime, conn)
    assert outcomes(runtime)[1:] == [{"webhook": "failed:it answered HTTP 500"}]
    await tried_again(runtime, conn)
    assert receiver.requests == 2


async def test_an_address_that_is_gone_is_switched_off_and_says_so(runtime: Runtime, receiver: PlayedReceiver) -> None:
    receiver.status = 410
    await say(runtime, "ig_1", WANTS, "m1")
    assert outcomes(runtime) == [{"webhook": "failed:it answered HTTP 410"}]
    target = await targets(runtime).find(CREATOR, TargetKind.WEBHOOK)
    assert target is not None
    assert (target.failure, target.is_off) == ("it answered HTTP 410", True)
    await say(runtime, "ig_2", WANTS, "m1")
    assert receiver.requests == 1
    assert outcomes(runtime)[1:] == [{}]


async def test_what_a_worker_told_before_it_was_killed_is_not_told_again(
    runtime: Runtime, receiver: PlayedReceiver
) -> None:
    """The log does not say yet that anybody was told, but the attempt stands beside it."""
    await say(runtime, "ig_1", "hola", "m1")
    (met,) = events(runtime, Follower.Met)
    escalation_id = uuid5(Follower.burst_id(met.originator_id, "m2"), "escalation")
    told = replace(
        WAITING,
        notification_id=uuid5(escalation_id, "notification/escalated"),
        creator_id=CREATOR,
        follower_id=met.originator_id,
    )
    await NotificationAttempts(runtime.pool).tried(told, escalation_id, TargetKind.WEBHOOK, "delivered", None)
    await say(runtime, "ig_1", WANTS, "m2")
    assert [event.escalation_id for event in events(runtime, Follower.Escalated)] == [escalation_id]
    assert outcomes(runtime) == [{"webhook": "delivered"}]
    assert receiver.requests == 0
