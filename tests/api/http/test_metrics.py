"""What Prometheus is told, and who may ask."""

import re
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from api.simulator.time_travel import settle
from domain.vocabulary import Platform, Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR


@pytest.fixture
async def admin(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with served.anybody(**{"X-API-Key": await served.key(None, Role.ADMIN)}) as client:
        yield client


async def figures(admin: httpx.AsyncClient) -> dict[str, float]:
    answer = await admin.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_only_an_admin_may_ask(served: Served) -> None:
    await refused(served.client.get("/metrics"), 403, "forbidden")
    async with served.anybody() as nobody:
        await refused(nobody.get("/metrics"), 401, "unauthenticated")


async def test_requests_are_counted_by_their_declared_path_and_never_by_whom_they_name(
    served: Served, admin: httpx.AsyncClient
) -> None:
    await served.lead("Marta", "ig_7712039485711")
    for _ in range(3):
        await served.client.get(f"/dm/leads/{CREATOR}/ig_7712039485711?after=1")
    await served.client.get(f"/dm/leads/{CREATOR}/ig_5999")
    await served.client.get("/nothing/ig_7712039485711")
    told = await figures(admin)
    route = 'method="GET",route="/dm/leads/{creator_id}/{lead_id}"'
    assert told[f'clonnect_requests_total{{{route},status="200"}}'] == 3
    assert told[f'clonnect_requests_total{{{route},status="404"}}'] == 1
    assert told[f"clonnect_request_seconds_count{{{route}}}"] == 4
    assert told[f"clonnect_request_seconds_sum{{{route}}}"] > 0
    assert any("nothing" not in name and 'route="(none)"' in name and 'status="404"' in name for name in told)
    assert not [name for name in told if "7712039485711" in name or "maria" in name]


async def test_a_strange_method_makes_no_new_series(served: Served, admin: httpx.AsyncClient) -> None:
    for method in ("BREW", "BREW2"):
        await served.client.request(method, "/auth/me")
    told = await figures(admin)
    assert [name for name in told if "BREW" in name] == []
    assert told['clonnect_requests_total{method="(other)",route="/auth/me",status="405"}'] == 2


async def test_commands_the_log_and_the_projections_are_told(served: Served, admin: httpx.AsyncClient) -> None:
    await served.lead()
    await served.client.put(f"/dm/follower/{CREATOR}/ig_5001/status", json={"status": "hot"})
    await served.client.put(f"/dm/follower/{CREATOR}/ig_5999/status", json={"status": "hot"})
    assert await settle(served.runtime)
    told = await figures(admin)
    assert told['clonnect_commands_total{command="capture_lead"}'] == 1
    assert told['clonnect_commands_total{command="change_status"}'] == 1
    assert told["clonnect_log_position"] == served.head()
    assert told["clonnect_writer_waiting"] == 0
    for projection in served.runtime.projections:
        assert told[f'clonnect_projection_lag_events{{projection="{projection.name}"}}'] == 0
        assert told[f'clonnect_projection_lag_seconds{{projection="{projection.name}"}}'] == 0


async def test_a_projection_that_stands_still_shows_its_lag(served: Served, admin: httpx.AsyncClient) -> None:
    async with await psycopg.AsyncConnection.connect(served.url) as conn:
        await conn.execute("SELECT 1 FROM read.projections WHERE name = 'board' FOR UPDATE")
        body = {"name": "Ana"}
        await served.client.post(f"/dm/leads/{CREATOR}", json=body, headers={"Prefer": "respond-async"})
        told = await figures(admin)
    assert told['clonnect_projection_lag_events{projection="board"}'] == 2
    assert told['clonnect_projection_lag_seconds{projection="board"}'] > 0


async def test_what_was_delivered_and_what_became_of_sends_is_told(served: Served, admin: httpx.AsyncClient) -> None:
    before = await figures(admin)
    await served.connect(Platform.TELEGRAM, "12345", "the secret")
    headers = {"X-Telegram-Bot-Api-Secret-Token": "the secret", "Content-Type": "application/json"}
    async with served.anybody() as telegram:
        await telegram.post("/webhook/telegram", content=b"not json", headers=headers)
        told = {
            "update_id": 1,
            "message": {
                "message_id": 1,
                "date": 1_790_000_000,
                "chat": {"id": 7, "type": "private"},
                "from": {"id": 7, "is_bot": False, "first_name": "Luz"},
                "text": "hola",
            },
        }
        await telegram.post("/webhook/telegram", json=told, headers=headers)
    await served.lead("Marta", "ig_5004")
    held = {"follower_id": "ig_5004", "message": "hola"}
    await served.client.post(f"/dm/send/{CREATOR}", json=held)
    after = await figures(admin)
    assert after['clonnect_deliveries_total{state="processed"}'] == 1
    assert after['clonnect_deliveries_total{state="quarantined"}'] == 1
    assert after['clonnect_deliveries_left{state="quarantined"}'] == 1
    assert after['clonnect_deliveries_left{state="stored"}'] == 0
    cancelled = 'clonnect_sends_total{outcome="cancelled"}'
    assert (before.get(cancelled), after[cancelled]) == (None, 1)
    assert (await figures(admin))[cancelled] == 1


async def test_each_series_says_what_it_is(served: Served, admin: httpx.AsyncClient) -> None:
    text = (await admin.get("/metrics")).text
    names = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    assert {name for name in names if not name.startswith("clonnect_")} == set()
    for name in names:
        assert re.search(rf"^# HELP {name} \S", text, re.MULTILINE) or name.endswith("_created"), name
