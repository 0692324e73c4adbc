"""What was set aside is in one list, wherever it lies, and can be tried again from there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.rows import DictRow
from pydantic import SecretStr

from api.attention.queries import AsideKind, Attention, SetAside
from api.attention.wording import sentence
from api.bootstrap import run
from api.cli.attention import list_attention, retry_attention
from api.runtime import Runtime
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.errors import Conflict, NotFound
from domain.follower.follower import Follower
from domain.follower.values import Inbound
from domain.lead import Lead
from domain.vocabulary import Platform, Role
from processes.notifying.attempts import NotificationAttempts
from processes.notifying.targets import TargetKind
from processes.parked_reactions import park
from tests.api.answers import refused
from tests.harness.http import Served
from tests.harness.runtime import deliver, events, recorded
from tests.harness.waiting import PATIENCE
from tests.processes.notifying.notices import WAITING
from tests.projections.conftest import shown
from tests.world import CREATOR, OTHER

Connection = psycopg.Connection[DictRow]

HELLO = {"follower_id": "tg_1", "text": "Hola", "message_id": "m1"}
SEND, DUE, GIVEN_UP, LEAD, DELIVERY = (UUID(int=number) for number in range(1, 6))

SINCE = (
    "UPDATE app.parked SET parked_at",
    "UPDATE read.parked SET parked_at",
    "UPDATE app.dismissed SET dismissed_at",
    "UPDATE app.deliveries SET received_at",
    "UPDATE app.erasures SET requested_at",
    "UPDATE read.unsettled_v2 SET since",
)


@dataclass(frozen=True)
class Aside:
    """Something of each kind, all of one creator; the ids in the order of the list."""

    attention: Attention
    position: int
    stream: UUID
    ids: list[str]


@pytest.fixture
async def reader(database_url: str, settings: Settings, conn: Connection, app: Clonnect) -> AsyncIterator[Runtime]:
    """A demo that shows everything and does nothing."""
    conn.execute("UPDATE app.clock SET is_demo = true")
    async with run(settings, database_url, work=False) as runtime:
        yield runtime


@pytest.fixture
async def aside(reader: Runtime, conn: Connection) -> Aside:
    lead_id = (await deliver(reader, HELLO)).received[0].lead_id
    position = next(each.position for each in recorded(reader) if each.event.TOPIC == "follower.message_received")
    async with reader.pool.connection() as leader:
        await park(leader, "replies", position, "KeyError (replies.py:7)")
    stream = uuid4()
    broken = StoredEvent(stream, 1, Lead.Archived.TOPIC, b'{"text": 7')
    reader.app.recorder.insert_events([broken], metadata=[{"creator_id": CREATOR}])
    await shown(reader)
    conn.execute("DELETE FROM read.parked WHERE name <> 'board'")
    conn.execute("UPDATE read.projections SET parked = 0 WHERE name <> 'board'")
    now = reader.clock()
    known = {
        "id": uuid4(),
        "lead": LEAD,
        "said_to": lead_id,
        "send": SEND,
        "due": str(DUE),
        "given_up": str(GIVEN_UP),
        "at": now,
    }
    conn.execute(
        "INSERT INTO read.unsettled_v2 VALUES (%(send)s, now(), 'maria', %(id)s, %(said_to)s)",
        known,
    )
    conn.execute("INSERT INTO app.erasures (lead_id, creator_id) VALUES (%(lead)s, 'maria')", known)
    conn.execute(
        """INSERT INTO read.agenda_v3 (key, kind, due_at, creator_id, follower_id, event_id, correlation_id,
                                       leased_until)
           VALUES (%(due)s, 'send', %(at)s - interval '2 minutes', 'maria', %(id)s, %(id)s, %(id)s, NULL),
                  ('silence/1', 'silence', %(at)s - interval '5 seconds', 'maria', %(id)s, %(id)s, %(id)s, NULL),
                  (%(given_up)s, 'send', %(at)s - interval '1 hour', 'maria', %(send)s, %(id)s, %(id)s, 'infinity'),
                  ('silence/2', 'silence', %(at)s, 'maria', %(id)s, %(id)s, %(id)s, 'infinity')""",
        known,
    )
    conn.execute(
        """INSERT INTO app.dismissed (key, event_id, kind, creator_id, follower_id, due_at, reason)
           SELECT key, event_id, kind, creator_id, follower_id, due_at, 'refused:NotFound'
             FROM read.agenda_v3 WHERE leased_until = 'infinity'"""
    )
    conn.execute("DELETE FROM app.deliveries")
    conn.execute(
        """INSERT INTO app.deliveries (delivery_id, channel, account_id, creator_id, body_sha256, body_sealed,
                                       received_at, state, reason)
           VALUES (%s, 'telegram', 'x', 'maria', sha256(''), '', now(), 'quarantined', 'item 0: unreadable')""",
        (DELIVERY,),
    )
    for number, what in enumerate(SINCE):
        conn.execute(f"{what} = %s".encode(), (now + timedelta(minutes=number),))
    ids = [
        f"overdue:{DUE}",
        f"parked:replies:{position}",
        f"parked:board:{stream}",
        f"dismissed:{GIVEN_UP}",
        f"quarantined:{DELIVERY}",
        f"erasure:{LEAD}",
        f"uncertain:{lead_id}:{SEND}",
    ]
    return Aside(Attention(reader), position, stream, ids)


OF_ACCOUNTS = {AsideKind.CHANNEL, AsideKind.POLLING, AsideKind.NOTIFICATION}
"""What is no matter of a single conversation."""


async def listed(attention: Attention, creator_id: str | None = CREATOR) -> list[SetAside]:
    found, total = await attention.page(creator_id, None, 100)
    assert total == len(found)
    return found


async def test_everything_that_was_set_aside_is_listed_what_has_waited_longest_first(aside: Aside) -> None:
    found = await listed(aside.attention)
    assert [each.id for each in found] == aside.ids
    assert {each.kind for each in found} == set(AsideKind) - OF_ACCOUNTS
    assert all(each.can_retry for each in found)
    assert all(each.sentence.endswith(".") for each in found)
    assert found[1].lead_id is not None


async def test_a_page_goes_on_where_the_one_before_ended(aside: Aside) -> None:
    seen: list[SetAside] = []
    for size in (1, 2, 3, 4):
        after = (seen[-1].since.isoformat(), seen[-1].id) if seen else None
        page, total = await aside.attention.page(CREATOR, after, size)
        assert total == 7
        seen += page
    assert [each.id for each in seen] == aside.ids


async def test_nobody_sees_what_is_anothers_and_the_installation_sees_everything(aside: Aside, reader: Runtime) -> None:
    assert await listed(aside.attention, "eva") == []
    with pytest.raises(NotFound):
        await aside.attention.retry("eva", aside.ids[0])
    reader.app.recorder.insert_events([StoredEvent(uuid4(), 1, Lead.Archived.TOPIC, b"{")])
    await shown(reader)
    everything = await listed(aside.attention, None)
    assert {each.id for each in everything} > set(aside.ids)
    assert None in {each.creator_id for each in everything}


async def test_they_are_counted_by_kind(aside: Aside) -> None:
    counts = await aside.attention.counts(CREATOR)
    assert counts == dict.fromkeys(AsideKind, 1) | {AsideKind.PARKED: 2} | dict.fromkeys(OF_ACCOUNTS, 0)


async def test_due_work_that_is_tried_again_can_be_claimed(aside: Aside, reader: Runtime, conn: Connection) -> None:
    conn.execute(
        "UPDATE read.agenda_v3 SET leased_until = clock_timestamp() + interval '1 hour' WHERE key = %s", (str(DUE),)
    )
    for item_id in (f"overdue:{DUE}", f"dismissed:{GIVEN_UP}"):
        await aside.attention.retry(CREATOR, item_id)
    claimed = [due.key for due in await reader.agenda.claim(reader.clock(), 10, "1") if due.kind == "send"]
    assert sorted(claimed) == sorted([str(DUE), str(GIVEN_UP)])


async def test_a_delivery_that_is_tried_again_is_swept(aside: Aside, conn: Connection) -> None:
    await aside.attention.retry(CREATOR, f"quarantined:{DELIVERY}")
    row = conn.execute("SELECT state, tries FROM app.deliveries WHERE delivery_id = %s", (DELIVERY,)).fetchone()
    assert row == {"state": "stored", "tries": 0}


async def test_a_reaction_that_is_tried_again_is_asked_of_a_worker(aside: Aside, conn: Connection) -> None:
    await aside.attention.retry(CREATOR, f"parked:replies:{aside.position}")
    (row,) = conn.execute("SELECT asked_at FROM app.parked").fetchall()
    assert row["asked_at"] is not None


async def test_a_stream_that_still_cannot_be_shown_is_listed_again(aside: Aside) -> None:
    before = {each.id: each.since for each in await listed(aside.attention)}
    item_id = f"parked:board:{aside.stream}"
    await aside.attention.retry(CREATOR, item_id)
    after = {each.id: each.since for each in await listed(aside.attention)}
    assert after.keys() == before.keys()
    assert after[item_id] != before[item_id]


@pytest.mark.parametrize(
    ("reason", "kind"), [("other_poller", AsideKind.POLLING), ("token_refused", AsideKind.CHANNEL)]
)
async def test_a_bot_whose_messages_do_not_come_in_is_listed_and_asked_again(
    reader: Runtime, conn: Connection, reason: str, kind: AsideKind
) -> None:
    conn.execute(
        """INSERT INTO app.polling_troubles (channel, account_id, reason, since, tries, next_try_at)
           VALUES ('telegram', 'maria-telegram', %s, now(), 3, now() + interval '1 minute')""",
        (reason,),
    )
    attention = Attention(reader)
    (found,) = await listed(attention)
    assert (found.id, found.kind, found.can_retry) == (f"{kind}:telegram:maria", kind, True)
    assert "maria-telegram" not in found.sentence
    conn.execute("LISTEN polling")
    await attention.retry(CREATOR, found.id)
    assert [each.channel for each in conn.notifies(timeout=PATIENCE, stop_after=1)] == ["polling"]


async def test_an_address_where_nobody_can_be_notified_is_listed_and_what_waits_for_it_tried_again(
    reader: Runtime, conn: Connection
) -> None:
    targets = reader.senders.targets
    await targets.put(CREATOR, TargetKind.WEBHOOK, "https://crm.example/", None)
    target = await targets.find(CREATOR, TargetKind.WEBHOOK)
    assert target is not None
    await targets.fails(target, "it answered HTTP 503")
    attention = Attention(reader)
    (found,) = await listed(attention)
    assert (found.id, found.can_retry) == ("notification:webhook:maria", False)
    assert found.sentence == "Nobody can be notified by webhook: it answered HTTP 503."

    attempts, told = NotificationAttempts(reader.pool), replace(WAITING, creator_id=CREATOR)
    await attempts.tried(told, uuid4(), TargetKind.WEBHOOK, "postponed:it answered HTTP 503", timedelta(hours=1))
    assert [each.can_retry for each in await listed(attention)] == [True]
    assert await attempts.claim(10) == []
    await attention.retry(CREATOR, found.id)
    assert [each.notification_id for each in await attempts.claim(10)] == [WAITING.notification_id]
    await targets.works(target)
    assert await listed(attention) == []


async def test_an_erasure_that_was_left_is_done(reader: Runtime) -> None:
    lead_id = (await deliver(reader, HELLO)).received[0].lead_id
    attention = Attention(reader)
    with context.acting("person:1"):
        await reader.writer.do(Clonnect.request_erasure, CREATOR, "tg_1")
        await shown(reader)
        assert [each.id for each in await listed(attention)] == [f"erasure:{lead_id}"]
        await attention.retry(CREATOR, f"erasure:{lead_id}")
    await shown(reader)
    assert await listed(attention) == []


async def test_what_may_have_arrived_is_sent_again_when_somebody_says_so(reader: Runtime) -> None:
    lead_id = (await deliver(reader, HELLO)).received[0].lead_id
    send_id = await in_doubt(reader, lead_id)
    attention = Attention(reader)
    (found,) = await listed(attention)
    assert found.id == f"uncertain:{lead_id}:{send_id}"
    with context.acting("person:1"):
        with pytest.raises(NotFound):
            await attention.retry("eva", found.id)
        await attention.retry(CREATOR, found.id)
        with pytest.raises(Conflict):
            await attention.retry(CREATOR, found.id)
    assert [each.repeats for each in events(reader, Follower.SendRequested)] == [None, send_id]
    await shown(reader)
    assert await listed(attention) == []


async def test_the_command_line_has_it_sent_again_for_whomever_it_is(reader: Runtime) -> None:
    lead_id = (await deliver(reader, HELLO)).received[0].lead_id
    send_id = await in_doubt(reader, lead_id)
    with context.acting("system"):
        await Attention(reader).retry(None, f"uncertain:{lead_id}:{send_id}")
    assert [each.repeats for each in events(reader, Follower.SendRequested)] == [None, send_id]


async def test_who_repeats_the_request_under_its_key_hears_the_same(demo: Served) -> None:
    message = Inbound(Platform.TELEGRAM, "1", "m1", "m1", "Hola", demo.runtime.clock(), "demo-telegram")

    def doubted(app: Clonnect) -> tuple[UUID, UUID]:
        """At once: a worker is there that would make the call."""
        said = app.receive_message(CREATOR, message)
        send_id = app.send_by_hand(CREATOR, said.lead_id, "Hola", uuid4()).send_id
        app.attempt_send(said.follower_id, send_id, "7")
        app.record_send_uncertain(said.follower_id, send_id, 1, "crash", timedelta(0))
        return said.lead_id, send_id

    lead_id, send_id = await demo.do(doubted)
    path = f"/attention/{CREATOR}/uncertain:{lead_id}:{send_id}/retry"
    for _ in range(2):
        tried = await demo.client.post(path, headers={"Idempotency-Key": "again"})
        assert (tried.status_code, tried.json()) == (200, {"status": "ok"})
    assert [each.repeats for each in events(demo.runtime, Follower.SendRequested)] == [None, send_id]
    await refused(demo.client.post(path), 409, "conflict")


@pytest.mark.parametrize(("hours", "can_retry"), [(23, True), (25, False)])
async def test_it_can_be_sent_again_while_the_platform_lets_us_write(
    reader: Runtime, conn: Connection, hours: int, can_retry: bool
) -> None:
    lead_id = (await deliver(reader, HELLO | {"follower_id": "ig_1"})).received[0].lead_id
    await in_doubt(reader, lead_id)
    wrote_at = reader.clock() - timedelta(hours=hours)
    conn.execute("UPDATE read.conversations_v5 SET last_inbound = %s", (wrote_at,))
    (found,) = await listed(Attention(reader))
    assert (found.kind, found.can_retry) == (AsideKind.UNCERTAIN, can_retry)
    conn.execute("DELETE FROM read.conversations_v5")
    (found,) = await listed(Attention(reader))
    assert found.can_retry


async def in_doubt(reader: Runtime, lead_id: UUID) -> UUID:
    """Somebody is sent a message of which nobody knows whether it arrived."""
    with context.acting("person:1"):
        follower_id = (await reader.writer.do(Clonnect.any_lead, lead_id)).result.follower_id
        sent = (await reader.writer.do(Clonnect.send_by_hand, CREATOR, lead_id, "Hola", uuid4())).result
        await reader.writer.do(Clonnect.attempt_send, follower_id, sent.send_id, "7")
        await reader.writer.do(Clonnect.record_send_uncertain, follower_id, sent.send_id, 1, "crash", timedelta(0))
    await shown(reader)
    return sent.send_id


async def test_what_is_not_in_the_list_cannot_be_tried_again(aside: Aside) -> None:
    for item_id in (
        "",
        "parked",
        "parked:\0",
        "parked:\udcff",
        "overdue:nothing",
        f"quarantined:{uuid4()}",
        f"uncertain:{DUE}",
        f"uncertain:{DUE}:{SEND}",
    ):
        with context.acting("person:1"), pytest.raises(NotFound):
            await aside.attention.retry(CREATOR, item_id)


async def in_quarantine(served: Served, count: int) -> None:
    """Deliveries that nobody can read."""
    async with await psycopg.AsyncConnection.connect(served.url, autocommit=True) as conn:
        await conn.execute(
            """INSERT INTO app.deliveries (channel, account_id, creator_id, body_sha256, body_sealed, received_at,
                                           state, reason)
               SELECT 'telegram', 'x', %s, sha256(''), '', now(), 'quarantined', 'item 0: unreadable'
                 FROM generate_series(1, %s)""",
            (CREATOR, count),
        )


async def test_the_list_is_asked_for_page_by_page(served: Served) -> None:
    await in_quarantine(served, 3)
    seen, cursor = [], None
    for expected in (2, 1):
        asked = {"limit": "2"} if cursor is None else {"limit": "2", "cursor": cursor}
        page = (await served.client.get(f"/attention/{CREATOR}", params=asked)).json()
        assert (page["status"], page["count"], page["total"]) == ("ok", expected, 3)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (len(set(seen)), cursor) == (3, None)
    assert page["items"][0]["about"] == {"part": "telegram", "code": "item 0: unreadable", "lead_id": None}
    await refused(served.client.get(f"/attention/{CREATOR}?cursor=x"), 422, "invalid", "query:cursor")

    tried = await served.client.post(f"/attention/{CREATOR}/{seen[0]}/retry")
    assert (tried.status_code, tried.json()) == (200, {"status": "ok"})
    await refused(served.client.post(f"/attention/{CREATOR}/nothing/retry"), 404, "not-found")


async def test_what_is_left_undone_shows_in_health_and_metrics(served: Served) -> None:
    await in_quarantine(served, 2)
    health = (await served.client.get("/health")).json()
    assert (health["status"], health["attention"]["quarantined"]) == ("ok", 2)
    async with await psycopg.AsyncConnection.connect(served.url, autocommit=True) as conn:
        await conn.execute(
            """INSERT INTO read.agenda_v3 (key, kind, due_at, creator_id, follower_id, event_id, correlation_id,
                                           leased_until)
               VALUES ('silence/1', 'silence', now() - interval '2 minutes', %s, gen_random_uuid(), gen_random_uuid(),
                       gen_random_uuid(), now() + interval '1 hour')""",
            (OTHER,),
        )
    health = (await served.client.get("/health")).json()
    assert (health["status"], health["attention"]["overdue"]) == ("degraded", 0)
    async with served.anybody(**{"X-API-Key": await served.key(None, Role.ADMIN)}) as admin:
        told = (await admin.get("/metrics")).text
    assert 'clonnect_set_aside{kind="quarantined"} 2.0' in told
    assert 'clonnect_set_aside{kind="overdue"} 1.0' in told
    assert 'clonnect_set_aside{kind="parked"} 0.0' in told


def test_the_command_line_shows_the_whole_installation_and_tries_again(
    database_url: str, data_dir: Path, app: Clonnect, conn: Connection
) -> None:
    settings = Settings(data_dir=data_dir, database_url=SecretStr(database_url))
    assert list_attention(settings, None) == ""
    conn.execute(
        """INSERT INTO app.deliveries (delivery_id, channel, body_sha256, body_sealed, received_at, state, reason)
           VALUES (%s, 'telegram', sha256(''), '', now(), 'quarantined', 'failed:KeyError')""",
        (DELIVERY,),
    )
    head, row = list_attention(settings, None).splitlines()
    assert head.split() == ["id", "creator", "since", "retry", "what"]
    assert row.split()[:2] == [f"quarantined:{DELIVERY}", "-"]
    assert list_attention(settings, CREATOR) == ""
    assert "tried again" in retry_attention(settings, None, f"quarantined:{DELIVERY}")
    assert list_attention(settings, None) == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("item 0: unreadable; item 1: unreadable", "it is none of what we can read"),
        ("item 0: refused:NotFound; item 2: failed:KeyError", "it was refused (NotFound), it failed (KeyError)"),
        ("cannot_be_opened", "no key opens it"),
    ],
)
def test_a_sentence_says_why(code: str, said: str) -> None:
    assert sentence("quarantined", "telegram", code).endswith(f": {said}.")


@pytest.mark.parametrize("kind", AsideKind)
def test_every_kind_has_a_sentence(kind: AsideKind) -> None:
    assert sentence(kind, "send", "").endswith(".")
