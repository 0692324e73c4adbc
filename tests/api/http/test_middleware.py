"""What stands around every request: its id, its line in the log, its limits, and who may call from another origin."""

import asyncio
import functools
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import psycopg
import pytest

from api.http.middleware import limit_of
from api.logging_config import TextFormatter
from api.settings import Settings
from api.simulator.time_travel import settle
from domain.vocabulary import Platform
from eventstore.log import Recorded
from tests.api.answers import refused
from tests.harness.http import Served
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR

ID = "6f1c1d2e-3a4b-4c5d-8e6f-708192a3b4c5"
JSON = {"Content-Type": "application/json"}


def after(served: Served, head: int) -> list[Recorded]:
    return served.runtime.log.read(head, 100)


async def test_the_events_of_a_request_carry_its_id(served: Served) -> None:
    head = served.head()
    await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}, headers={"X-Request-ID": ID.upper()})
    caused = [each.metadata for each in after(served, head)]
    assert {(each["request_id"], each["correlation_id"]) for each in caused} == {(ID, ID)}


async def test_a_delivery_and_what_it_causes_carry_the_id_of_its_request(served: Served) -> None:
    await served.connect(Platform.TELEGRAM, "12345", "the secret")
    head = served.head()
    update = {
        "update_id": 1,
        "message": {
            "message_id": 1,
            "date": 1_790_000_000,
            "chat": {"id": 7, "type": "private"},
            "from": {"id": 7, "is_bot": False, "first_name": "Luz"},
            "text": "hola",
        },
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": "the secret", "X-Request-ID": ID}
    async with served.anybody() as telegram:
        assert (await telegram.post("/webhook/telegram", json=update, headers=headers)).status_code == 200
    assert await settle(served.runtime)
    caused = [each.metadata for each in after(served, head)]
    assert len(caused) > 3
    assert {each["correlation_id"] for each in caused} == {ID}


async def test_every_request_has_one_line_in_the_log_with_ids_and_nothing_that_was_said(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    await served.lead("Marta", "ig_7712039485711")
    with caplog.at_level(logging.INFO, "api.requests"):
        caplog.clear()
        body = {"follower_id": "ig_7712039485711", "message": "vuelve pronto"}
        sent = await served.client.post(f"/dm/send/{CREATOR}?secret=hunter2", json=body, headers={"X-Request-ID": ID})
        await served.client.get(f"/dm/leads/{CREATOR}/ig_7712039485711?q=marta")
        async with served.anybody(**{"X-API-Key": "clk_wrong"}) as stranger:
            await stranger.get("/auth/me")
            await stranger.get("/no/such/place/marta")
    assert sent.status_code == 200
    lines = [TextFormatter().format(record) for record in caplog.records if record.name == "api.requests"]
    key = served.keys[CREATOR].removeprefix("clk_")[:12]
    assert [line.partition(" request ")[2].split(" ")[:3] for line in lines] == [
        ["method=POST", "route=/dm/send/{creator_id}", "status=200"],
        ["method=GET", "route=/dm/leads/{creator_id}/{lead_id}", "status=200"],
        ["method=GET", "route=/auth/me", "status=401"],
        ["method=GET", "route=(none)", "status=404"],
    ]
    assert f"request={ID} caller=key:{key} creator={CREATOR}" in lines[0]
    assert "caller=- creator=-" in lines[2]
    for secret in ("7712039485711", "hunter2", "vuelve", "arta", "wrong", served.keys[CREATOR]):
        assert secret not in "\n".join(lines)


async def limited(served: Served, **limits: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the same program with other limits."""
    runtime = replace(served.runtime, settings=served.runtime.settings.model_copy(update=limits))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await served.app({**scope, "state": {"runtime": runtime}}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        client.headers.update(served.client.headers)
        yield client


async def test_the_limits_of_bodies_are_settings(served: Served) -> None:
    head = served.head()
    async for client in limited(served, body_limit=2000, webhook_limit=4000):
        for path, limit in (
            (f"/dm/leads/{CREATOR}", 2000),
            ("/webhook/telegram", 4000),
        ):
            await refused(client.post(path, content=b"x" * (limit + 1), headers=JSON), 413, "too-large")
            assert (await client.post(path, content=b"x" * limit, headers=JSON)).status_code in (403, 404, 405, 422)
    assert served.head() == head


def test_a_file_of_leads_may_be_larger_than_other_bodies() -> None:
    settings = Settings(body_limit=2000, import_limit=6000)
    paths = ("/dm/leads/maria/import", "/dm/leads/maria/import/1/revert", "/dm/leads/maria", "/dm/leads/a/b/import")
    assert [limit_of(path, settings) for path in paths] == [6000, 2000, 2000, 2000]


async def test_the_limit_of_a_page_is_a_setting(served: Served) -> None:
    async for client in limited(served, page_limit=2):
        await refused(client.get(f"/dm/leads/{CREATOR}?limit=3"), 422, "invalid", "query:limit")
        assert (await client.get(f"/dm/leads/{CREATOR}?limit=2")).status_code == 200
    for limit in ("0", "1001", "-1", "x", "", "9" * 40):
        await refused(served.client.get(f"/dm/leads/{CREATOR}?limit={limit}"), 422, "invalid", "query:limit")
    assert (await served.client.get(f"/dm/leads/{CREATOR}?limit=1000")).status_code == 200


async def test_pages_of_another_origin_are_kept_out_unless_the_settings_name_it(served: Served) -> None:
    ours, theirs = "https://board.example.com", "https://evil.example.com"
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key,idempotency-key"}
    for origin in (ours, theirs):
        answer = await served.client.get("/auth/me", headers={"Origin": origin})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        async with served.anybody() as browser:
            preflight = await browser.options(f"/dm/leads/{CREATOR}", headers={"Origin": origin, **asks})
            assert "access-control-allow-origin" not in preflight.headers
    async for client in limited(served, cors_origins=(ours,)):
        answer = await client.get("/auth/me", headers={"Origin": ours})
        assert answer.headers["access-control-allow-origin"] == ours
        assert "x-position" in answer.headers["access-control-expose-headers"].lower()
        assert "access-control-allow-credentials" not in answer.headers
        preflight = await client.options(f"/dm/leads/{CREATOR}", headers={"Origin": ours, **asks})
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, ours)
        assert "x-request-id" in preflight.headers
        kept_out = await client.get("/auth/me", headers={"Origin": theirs})
        assert "access-control-allow-origin" not in kept_out.headers


async def test_a_program_that_stops_takes_no_commands_and_says_when_to_come_back(served: Served) -> None:
    head = served.head()
    await asyncio.to_thread(served.runtime.writer.stop)
    answer = await served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"})
    assert answer.headers["retry-after"] == "1"
    await refused(served.client.post(f"/dm/leads/{CREATOR}", json={"name": "Ana"}), 503, "unavailable")
    assert served.head() == head


async def test_while_the_disk_is_full_a_command_is_refused_and_goes_on_when_there_is_room(
    served: Served,
) -> None:
    head, body, once = served.head(), {"name": "Ana"}, {"Idempotency-Key": "1"}
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute(
            """CREATE FUNCTION log.full() RETURNS trigger LANGUAGE plpgsql
               AS $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$"""
        )
        conn.execute("CREATE TRIGGER is_full BEFORE INSERT ON log.events EXECUTE FUNCTION log.full()")
        answer = served.client.post(f"/dm/leads/{CREATOR}", json=body, headers=once)
        problem = await refused(answer, 503, "unavailable")
        assert "extend" not in str(problem)
        assert served.head() == head
        conn.execute("DROP TRIGGER is_full ON log.events")
    async with asyncio.timeout(PATIENCE):
        again = functools.partial(served.client.post, f"/dm/leads/{CREATOR}", json=body, headers=once)
        while (made := await again()).status_code == 503:  # noqa: ASYNC110  # it finds out by itself
            await asyncio.sleep(0.05)
    assert (made.status_code, served.head()) == (200, head + 2)


async def test_browsers_are_told_to_be_careful_with_every_answer(served: Served) -> None:
    for path in ("/auth/me", "/health/live", "/no/such/place", "/docs", "/"):
        headers = (await served.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert len(headers.get_list("content-security-policy")) == 1
        assert "strict-transport-security" not in headers


async def test_behind_tls_browsers_are_told_to_stay_there(served: Served) -> None:
    assert (await served.client.get("https://test/auth/me")).headers["strict-transport-security"] == "max-age=31536000"
    async for client in limited(served, public_url="https://dm.example.com"):
        assert "strict-transport-security" in (await client.get("/auth/me")).headers
        assert "strict-transport-security" in (await client.get("/no/such/place")).headers
    async for client in limited(served, public_url="http://dm.example.com"):
        assert "strict-transport-security" not in (await client.get("/auth/me")).headers
