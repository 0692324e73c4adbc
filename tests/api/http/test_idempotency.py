"""A POST with an `Idempotency-Key` is carried out once, whatever happens between the first time and the next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from api.app import create_app
from api.bootstrap import run
from api.database.installation import installation_key
from api.http.idempotency import HEADER, REPLAYED, sweep
from api.runtime import Runtime
from api.simulator.time_travel import settle
from domain import context
from domain.application import Clonnect
from domain.vocabulary import Role, SequenceType
from eventstore.sealing import Sealer
from tests.api.answers import refused
from tests.faults.test_erasure import everything
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR

ONCE = {HEADER: "once"}
WITHOUT_KEYS = {("POST", "/webhook/telegram"), ("POST", "/auth/login"), ("POST", "/auth/logout")}
"""Platforms send no key: a delivery is known by its body and its message's id. Nobody logs in twice with one try."""
SECRETS = {"/access/{creator_id}/keys": "api_key", "/access/{creator_id}/users": "link"}
"""What is answered the first time only."""

POSTS: dict[str, Any] = {
    "/dm/leads/{creator_id}": {"name": "Ana"},
    "/dm/leads/{creator_id}/manual": {"name": "Bea", "platform_user_id": "tg_2"},
    "/dm/send/{creator_id}": {"follower_id": "ig_5005", "message": "hola"},
    "/dm/process": {"creator_id": CREATOR, "sender_id": "ig_5007", "message": "hola"},
    "/nurturing/{creator_id}/sequences/{sequence_type}/toggle": None,
    "/bot/{creator_id}/pause": {"reason": "holiday"},
    "/bot/{creator_id}/resume": None,
    "/simulator/{creator_id}/messages": {"follower_id": "tg_3", "text": "hola"},
    "/simulator/{creator_id}/clock": {"advance_seconds": 60},
    "/simulator/{creator_id}/reset": None,
    "/nurturing/{creator_id}/run": None,
    "/access/{creator_id}/keys": {"role": "agent", "label": "inbox"},
    "/access/{creator_id}/users": {"role": "agent", "email": "luz@example.com"},
    "/dm/leads/{creator_id}/{lead_id}/purchases": {"amount": 97, "currency": "EUR"},
    "/dm/conversations/{creator_id}/{lead_id}/archive": None,
    "/dm/conversations/{creator_id}/{lead_id}/spam": None,
    "/dm/conversations/{creator_id}/{lead_id}/restore": None,
    "/dm/conversations/{creator_id}/{lead_id}/read": None,
    "/dm/conversations/{creator_id}/{lead_id}/takeover": None,
    "/dm/conversations/{creator_id}/{lead_id}/release": None,
    "/dm/conversations/{creator_id}/{lead_id}/assign": {"user_id": None},
    "/dm/conversations/{creator_id}/{lead_id}/mode": {"mode": "off"},
    "/dm/conversations/{creator_id}/{lead_id}/typing": None,
    "/dm/drafts/{creator_id}/{draft_id}/approve": {"confirm_outdated": True},
    "/dm/drafts/{creator_id}/{draft_id}/edit": {"text": "Son 97 €."},
    "/dm/drafts/{creator_id}/{draft_id}/reject": {"reason": "too short"},
    "/dm/drafts/{creator_id}/{draft_id}/regenerate": None,
    "/dm/escalations/{creator_id}/{escalation_id}/resolve": {"note": "called her"},
    "/creator": {"name": "luz"},
    "/creator/{creator_id}/products": {"name": "Curso", "price": 97},
    "/settings/{creator_id}/channels/{channel}/test": None,
    "/settings/{creator_id}/notifications/{kind}/test": None,
    "/dm/leads/{creator_id}/bulk": {"ids": ["ig_5005"], "action": "tag_add", "tag": "vip"},
    "/dm/leads/{creator_id}/import": "name,platform_user_id\r\nDora,ig_5007\r\n",
    "/dm/leads/{creator_id}/import/{correlation_id}/revert": None,
    "/attention/{creator_id}/{item_id}/retry": None,
}
"""What each route is sent; whoever adds a route adds a line."""


async def says(served: Served, text: str, sender_id: str) -> dict[str, Any]:
    """A program hands a message in."""
    body = {"creator_id": CREATOR, "sender_id": sender_id, "message": text}
    return dict((await served.client.post("/dm/process", json=body)).json())


async def drafted(served: Served) -> str:
    """Somebody greets, and an answer waits."""
    await served.client.put(f"/bot/{CREATOR}/mode", json={"mode": "review"})
    return str((await says(served, "hola", "ig_6001"))["draft_id"])


async def escalated(served: Served) -> str:
    """Somebody asks for a person."""
    await says(served, "quiero hablar con una persona", "ig_6002")
    return str((await served.client.get(f"/dm/escalations/{CREATOR}")).json()["escalations"][0]["id"])


@asynccontextmanager
async def another_program(served: Served) -> AsyncIterator[tuple[httpx.AsyncClient, Runtime]]:
    """A second program on the same database, and a client of it with the same key."""
    application = create_app(lambda: run(served.runtime.settings, served.url, work=False))
    async with application.router.lifespan_context(application) as state:
        assert state is not None

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await application({**scope, "state": dict(state)}, receive, send)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            client.headers.update(served.client.headers)
            yield client, state["runtime"]


@asynccontextmanager
async def screens_standing_still(url: str) -> AsyncIterator[None]:
    """The projections cannot move, so that whoever gives a command waits."""
    async with await psycopg.AsyncConnection.connect(url) as conn:
        await conn.execute("SELECT 1 FROM read.projections FOR UPDATE")
        yield


async def until_stored(url: str, request: "asyncio.Task[httpx.Response]", after: int) -> None:
    """Wait until what a request does is committed; it is not answered yet."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        await conn.execute("LISTEN log_events")
        cursor = await conn.execute("SELECT position FROM log.head")
        row = await cursor.fetchone()
        if row is not None and row[0] <= after:
            async for _ in conn.notifies(timeout=PATIENCE, stop_after=1):
                break
    assert not request.done()


def kept(served: Served) -> list[DictRow]:
    with psycopg.connect(served.url, row_factory=dict_row) as conn:
        return conn.execute("SELECT * FROM app.idempotency ORDER BY key_sha256, step").fetchall()


def quarantined(served: Served) -> UUID:
    """A delivery that nobody could read."""
    with psycopg.connect(served.url) as conn:
        row = conn.execute(
            """INSERT INTO app.deliveries (channel, creator_id, body_sha256, body_sealed, received_at, state)
               VALUES ('telegram', %s, sha256(''), '', now(), 'quarantined') RETURNING delivery_id""",
            (CREATOR,),
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def stages_of_the_bot(served: Served) -> list[str]:
    events = served.runtime.log.read(0, 10_000)
    return [each.event.TOPIC for each in events if each.event.TOPIC.startswith(("creator.mode", "sequence.sw"))]


def test_every_post_has_its_example(served: Served) -> None:
    assert {path for method, path in served.routes if method == "POST"} == set(POSTS) | {p for _, p in WITHOUT_KEYS}


@pytest.mark.parametrize("path", POSTS)
async def test_the_same_request_again_gets_the_first_answer_and_changes_nothing(demo: Served, path: str) -> None:
    await demo.lead("Carla", "ig_5005")
    body = POSTS[path]
    imported = await demo.client.post(
        f"/dm/leads/{CREATOR}/import", content="name\r\nEva\r\n", headers={"Content-Type": "text/csv"}
    )
    where = path.format(
        creator_id=CREATOR,
        lead_id="ig_5005",
        draft_id=await drafted(demo),
        escalation_id=await escalated(demo),
        channel="telegram",
        kind="telegram",
        sequence_type=SequenceType.ABANDONED,
        correlation_id=imported.json()["correlation_id"],
        item_id=f"quarantined:{quarantined(demo)}",
    )
    await demo.client.put(f"/settings/{CREATOR}/notifications/telegram", json={"address": "5005"})
    if path.endswith("/restore"):
        await demo.client.post(where.replace("/restore", "/archive"))
    if path == "/creator":
        demo.client.headers["X-API-Key"] = await demo.key(None, Role.ADMIN)
    sent: dict[str, Any] = {"json": body, "headers": ONCE}
    if isinstance(body, str):
        sent = {"content": body, "headers": ONCE | {"Content-Type": "text/csv"}}
    first = await demo.client.post(where, **sent)
    assert first.status_code in (200, 202), first.text
    assert REPLAYED.lower() not in first.headers
    head, now = await settled(demo), demo.runtime.clock.ahead
    again = await demo.client.post(where, **sent)
    without_secret = {SECRETS[path]: None} if path in SECRETS else {}
    assert (again.status_code, again.json()) == (first.status_code, first.json() | without_secret)
    assert again.content == first.content or without_secret
    assert again.headers[REPLAYED] == "true"
    for name in ("content-type", "etag", "x-position"):
        assert again.headers.get(name) == first.headers.get(name)
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert (demo.head(), demo.runtime.clock.ahead) == (head, now)


async def test_two_keys_in_one_request_are_none(served: Served) -> None:
    answer = served.client.post(f"/bot/{CREATOR}/pause", headers=[(HEADER, "a"), (HEADER, "b")])
    await refused(answer, 422, "invalid", f"header:{HEADER}")


async def test_while_the_first_request_runs_the_second_is_told_to_come_back(served: Served) -> None:
    head = served.head()
    async with screens_standing_still(served.url):
        first = asyncio.create_task(served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers=ONCE))
        await until_stored(served.url, first, head)
        again = served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers=ONCE)
        assert (await again).headers["retry-after"] == "1"
        await refused(
            served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers=ONCE), 409, "in-progress"
        )
        other = served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Bea"}, headers=ONCE)
        await refused(other, 422, "idempotency-key-reused")
        assert (await first).status_code == 202
    assert served.head() == head + 2


async def test_another_program_knows_what_was_answered(served: Served) -> None:
    first = await served.client.post(f"/nurturing/{CREATOR}/sequences/abandoned/toggle", headers=ONCE)
    head = served.head()
    async with another_program(served) as (client, _):
        again = await client.post(f"/nurturing/{CREATOR}/sequences/abandoned/toggle", headers=ONCE)
    assert (again.content, again.headers[REPLAYED]) == (first.content, "true")
    assert served.head() == head


@pytest.mark.parametrize(
    "path",
    [
        "/dm/leads/{creator_id}",
        "/dm/send/{creator_id}",
        "/dm/process",
        "/bot/{creator_id}/pause",
        "/nurturing/{creator_id}/sequences/{sequence_type}/toggle",
        "/access/{creator_id}/keys",
        "/access/{creator_id}/users",
    ],
)
async def test_who_is_killed_between_commit_and_answer_has_acted_once(served: Served, path: str) -> None:
    await served.lead("Carla", "ig_5005")
    where, body = path.format(creator_id=CREATOR, sequence_type=SequenceType.ABANDONED), POSTS[path]
    before = served.head()
    async with screens_standing_still(served.url):
        async with another_program(served) as (client, _):
            request = asyncio.create_task(client.post(where, json=body, headers=ONCE))
            await until_stored(served.url, request, before)
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
        assert [(row["step"], row["answer_sealed"]) for row in kept(served)] == [(0, None)]
    head = await settled(served)
    again = await served.client.post(where, json=body, headers=ONCE)
    assert (again.status_code, again.headers[REPLAYED]) == (200, "true"), again.text
    assert before < int(again.headers["x-position"]) <= head
    assert served.head() == head
    once_more = await served.client.post(where, json=body, headers=ONCE)
    assert once_more.content == again.content


async def test_a_demo_that_is_killed_has_heard_and_moved_once(demo: Served) -> None:
    said = {"follower_id": "tg_3", "text": "hola"}
    before = demo.head()
    async with screens_standing_still(demo.url):
        request = asyncio.create_task(
            demo.client.post(f"/simulator/{CREATOR}/messages", json=said, headers={HEADER: "said"})
        )
        await until_stored(demo.url, request, before)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    assert (
        await demo.client.post(f"/simulator/{CREATOR}/messages", json=said, headers={HEADER: "said"})
    ).status_code == 200
    messages = await demo.client.get(f"/dm/conversations/{CREATOR}/tg_3/messages")
    assert messages.json()["total"] == 1

    path, hour, began = f"/simulator/{CREATOR}/clock", {"advance_seconds": 3600}, demo.runtime.clock.ahead
    await demo.client.post(path, json=hour, headers={HEADER: "moved"})
    with psycopg.connect(demo.url, autocommit=True) as conn:
        conn.execute("UPDATE app.idempotency SET answer_sealed = NULL")
    moved = await demo.client.post(path, json=hour, headers={HEADER: "moved"})
    assert (moved.status_code, moved.headers[REPLAYED]) == (200, "true")
    assert (demo.runtime.clock.ahead - began).total_seconds() == pytest.approx(3600, abs=60)


@pytest.mark.parametrize(("path", "secret"), SECRETS.items())
async def test_a_secret_is_shown_once_and_kept_nowhere(served: Served, path: str, secret: str) -> None:
    where, body = path.replace("{creator_id}", CREATOR), POSTS[path]
    first = (await served.client.post(where, json=body, headers=ONCE)).json()
    opens = first[secret].rpartition("=")[2].removeprefix("clk_")
    sealer = Sealer(installation_key(served.runtime.settings))
    (row,) = kept(served)
    readable = sealer.open(row["recorded_sealed"], f"{row['key_sha256'].hex()}/0")
    assert opens.encode() not in readable
    assert row["answer_sealed"] is None
    made = first["key"]["prefix"] if "key" in first else first["user"]["id"]
    await served.client.delete(f"{where}/{made}")
    again = await served.client.post(where, json=body, headers=ONCE)
    assert (again.status_code, again.headers[REPLAYED]) == (200, "true")
    assert {**again.json(), secret: first[secret]} == first
    assert again.json()[secret] is None


async def test_who_is_killed_before_the_answer_knows_what_was_made_and_takes_it_back(served: Served) -> None:
    path, body, before = f"/access/{CREATOR}/keys", {"role": "agent"}, served.head()
    async with screens_standing_still(served.url), another_program(served) as (client, _):
        request = asyncio.create_task(client.post(path, json=body, headers=ONCE))
        await until_stored(served.url, request, before)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    made = (await served.client.post(path, json=body, headers=ONCE)).json()
    assert made["api_key"] is None
    assert (await served.client.delete(f"{path}/{made['key']['prefix']}")).status_code == 200


async def test_a_log_in_takes_no_key_so_that_no_session_can_be_asked_for_again(served: Served) -> None:
    old, new = {"email": "bea@example.com", "password": "correct horse battery"}, "another horse battery"
    async with served.anybody() as bea:
        entered = await bea.post(
            "/auth/login", json={"link": await served.link(old["email"]), "password": old["password"]}
        )
        bea.headers["X-CSRF-Token"] = entered.json()["csrf_token"]
        change = {"current": old["password"], "password": new}
        for call in (
            bea.post("/auth/login", json=old, headers=ONCE),
            bea.put("/auth/password", json=change, headers=ONCE),
            bea.post("/auth/logout", headers=ONCE),
        ):
            await refused(call, 422, "invalid", f"header:{HEADER}")
        assert kept(served) == []
        assert (await bea.put("/auth/password", json=change)).status_code == 200
        await refused(bea.post("/auth/login", json=old), 401, "unauthenticated")


async def test_the_answer_that_is_made_again_is_that_of_then(served: Served) -> None:
    """The lead has been moved, renamed and deleted since."""
    before = served.head()
    body = {"name": "Ana", "platform_user_id": "ig_5001", "status": "hot"}
    async with screens_standing_still(served.url), another_program(served) as (client, _):
        request = asyncio.create_task(client.post(f"/dm/leads/{CREATOR}", json=body, headers=ONCE))
        await until_stored(served.url, request, before)
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
    await served.client.put(f"/dm/leads/{CREATOR}/ig_5001", json={"name": "Anna", "status": "new"})
    await served.client.delete(f"/dm/leads/{CREATOR}/ig_5001")
    again = await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers=ONCE)
    lead = again.json()["lead"]
    assert (lead["name"], lead["status"], lead["version"]) == ("Ana", "hot", int(again.headers["etag"].strip('"')))
    assert int(again.headers["x-position"]) == before + 3


async def test_what_found_its_wish_fulfilled_is_known_as_well(served: Served) -> None:
    path = f"/bot/{CREATOR}/pause"
    await served.client.post(path)
    head = served.head()
    first = await served.client.post(path, headers=ONCE)
    assert (first.status_code, served.head()) == (200, head)
    await served.client.post(f"/bot/{CREATOR}/resume")
    head = served.head()
    again = await served.client.post(path, headers=ONCE)
    assert (again.content, again.headers[REPLAYED], served.head()) == (first.content, "true", head)


async def test_two_programs_carry_one_request_out_once(served: Served) -> None:
    path = f"/nurturing/{CREATOR}/sequences/abandoned/toggle"
    async with another_program(served) as (client, _):
        for number in range(10):
            switched = len(stages_of_the_bot(served))
            headers = {HEADER: f"both {number}"}
            answers = await asyncio.gather(
                served.client.post(path, headers=headers), client.post(path, headers=headers)
            )
            assert {answer.status_code for answer in answers} == {200}
            assert answers[0].json() == answers[1].json()
            assert len(stages_of_the_bot(served)) == switched + 1


async def test_two_programs_make_one_lead_of_one_request(served: Served) -> None:
    async with another_program(served) as (client, _):
        for number in range(10):
            headers, body = {HEADER: f"both {number}"}, {"name": "Ana", "platform_user_id": f"ig_{number + 1}"}
            answers = await asyncio.gather(
                *(each.post(f"/dm/leads/{CREATOR}", json=body, headers=headers) for each in (served.client, client))
            )
            assert [answer.status_code for answer in answers] == [200, 200]
            assert answers[0].json() == answers[1].json()


async def test_after_a_day_a_key_may_stand_for_something_else(served: Served) -> None:
    await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers=ONCE)
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("UPDATE app.idempotency SET recorded_at = now() - interval '23 hours 59 minutes'")
    answer = served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Bea"}, headers=ONCE)
    await refused(answer, 422, "idempotency-key-reused")
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("UPDATE app.idempotency SET recorded_at = now() - interval '24 hours 1 second'")
    bea = await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Bea"}, headers=ONCE)
    assert bea.json()["lead"]["name"] == "Bea"


async def test_what_is_older_than_a_day_is_swept_away(served: Served) -> None:
    for key in ("old", "new"):
        await served.client.post(f"/bot/{CREATOR}/pause", headers={HEADER: key})
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute(
            """UPDATE app.idempotency SET recorded_at = now() - interval '25 hours'
                WHERE recorded_at = (SELECT min(recorded_at) FROM app.idempotency)"""
        )
    await sweep(served.runtime.pool)
    assert len(kept(served)) == 1


async def test_nobody_can_read_what_is_kept(served: Served) -> None:
    body = {"name": "Marta Rodríguez", "email": "marta@example.com"}
    await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers={HEADER: "order of marta@example.com"})
    readable = str(kept(served))
    assert kept(served)[0]["answer_sealed"] is not None
    assert "marta" not in readable.lower()


async def test_erasing_a_person_drops_the_answers_that_may_speak_of_them(served: Served) -> None:
    body = {"name": "Marta Rodríguez", "platform_user_id": "ig_5004"}
    first = await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers=ONCE)
    await served.client.post(f"/bot/{CREATOR}/pause", json={"reason": "holiday"}, headers={HEADER: "pause"})
    with context.acting("person:1"):
        await served.runtime.erasure.erase(CREATOR, "ig_5004")
    served.runtime.forget_keys()  # as it does when it hears of it, which may be a moment later
    assert {row["answer_sealed"] for row in kept(served)} == {None}
    head = served.head()
    again = await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers=ONCE)
    assert (again.status_code, again.json()["lead"]["id"]) == (200, first.json()["lead"]["id"])
    assert "Marta" not in again.text
    assert served.head() == head
    with psycopg.connect(served.url, row_factory=dict_row) as conn:
        assert "Marta" not in everything(conn)


async def test_an_answer_that_was_made_during_an_erasure_is_not_kept(served: Served) -> None:
    await served.lead("Marta", "ig_5004")
    body = {"name": "Ana"}
    async with screens_standing_still(served.url):
        before = served.head()
        making = asyncio.create_task(served.client.post(f"/dm/leads/{CREATOR}", json=body, headers=ONCE))
        await until_stored(served.url, making, before)
        with context.acting("person:1"):
            erasing = await served.runtime.writer.do(Clonnect.request_erasure, CREATOR, "ig_5004")
            await served.runtime.writer.do(Clonnect.record_erased, erasing.result[0], {}, in_transaction=())
        assert (await making).status_code == 202
    assert [row["answer_sealed"] for row in kept(served)] == [None]


async def settled(served: Served) -> int:
    """The head of the log, once the screens and the worker are there."""
    assert await settle(served.runtime)
    return served.head()


def json(headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Content-Type": "application/json"}
