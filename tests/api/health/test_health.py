"""Is it alive, may it be sent requests, and what it says to whoever just looks."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api.health.components import ChannelCondition, Reached, Workers, idle, late, unasked
from api.health.readiness import ReadinessProbe, unfit
from api.http import single_page
from api.simulator.time_travel import settle
from domain.vocabulary import Platform, PollingTrouble
from eventstore.circuit_breaker import Trouble
from projections.engine.lag import Lag
from tests.api.answers import refused
from tests.api.description import DESCRIBED
from tests.harness.http import Served
from tests.harness.waiting import LOOK_SECONDS, PATIENCE, until
from tests.world import CREATOR, OTHER

ALL_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


async def test_a_running_program_is_alive_and_ready(served: Served) -> None:
    async with served.anybody() as nobody:
        assert (await nobody.get("/health/live")).json() == {"status": "ok"}
        ready = await nobody.get("/health/ready")
        assert ready.status_code == 200
        assert ready.json() | {"timestamp": ""} == {"status": "ok", "ready": True, "timestamp": "", "missing": []}


async def ready(served: Served, *missing: str) -> httpx.Response:
    """Ask until what is missing is this; the program looks twice a second."""
    async with served.anybody() as nobody, asyncio.timeout(10):
        while (answer := await nobody.get("/health/ready")).json()["missing"] != [*missing]:
            await served.runtime.progress.wait_for_change(served.runtime.progress.position, 0.05)
    assert (answer.status_code, answer.json()["ready"]) == ((503, False) if missing else (200, True))
    return answer


async def test_a_program_without_its_schema_says_so(served: Served) -> None:
    with psycopg.connect(served.url, autocommit=True) as conn:
        conn.execute("DELETE FROM app.migrations WHERE number = (SELECT max(number) FROM app.migrations)")
        conn.execute(ALL_OTHERS)  # what was applied is looked at whenever the program connects
    await ready(served, "migrations")


async def test_a_program_without_its_database_says_so_within_five_seconds_and_is_ready_again_when_it_is_back(
    served: Served, server_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(served.url)["dbname"]
    with psycopg.connect(server_url, autocommit=True) as conn:
        try:
            conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            async with asyncio.timeout(5):
                answer = await ready(served, "database")
        finally:
            conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert answer.headers["retry-after"] == "1"
    async with served.anybody() as nobody:
        assert (await nobody.get("/health/live")).status_code == 200
    await ready(served)


async def test_a_database_that_refuses_is_away_at_once(database_url: str, server_url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    probe = ReadinessProbe(database_url, [], lambda: None, lambda: False, threading.Event(), now=lambda: 100.0)
    await probe.start()
    assert probe.missing == []
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    await until(lambda: probe.missing == ["database"])
    await probe.stop()


async def test_asking_whether_it_is_ready_asks_the_database_nothing(served: Served) -> None:
    await served.runtime.pool.close()
    async with served.anybody() as nobody:
        answers = [await nobody.get("/health/ready") for _ in range(100)]
    assert {answer.status_code for answer in answers} == {200}


async def test_nothing_seen_for_seconds_means_that_the_database_gives_no_answer(database_url: str) -> None:
    seconds = 100.0
    readiness = ReadinessProbe(database_url, [], lambda: None, lambda: False, threading.Event(), now=lambda: seconds)
    assert readiness.missing == ["database"]
    await readiness.start()
    assert readiness.missing == []
    await readiness.stop()
    seconds += 3
    assert readiness.missing == ["database"]


async def test_what_keeps_everything_from_being_stored_keeps_requests_away(database_url: str) -> None:
    troubles = [Trouble("disk", since=0.0), None]
    readiness = ReadinessProbe(database_url, [], lambda: troubles[0], lambda: False, threading.Event())
    await readiness.start()
    assert readiness.missing == ["disk"]
    troubles.pop(0)
    assert readiness.missing == []
    await readiness.stop()


@pytest.mark.parametrize(
    ("changed", "watched", "reasons"),
    [
        ({}, 60, []),
        ({"events": 10_001}, 60, ["projections"]),
        ({"events": 1, "seconds": 31.0}, 60, ["lag"]),
        ({"events": 1, "seconds": 29.0}, 60, []),
        ({"heard": 5.1}, 60, ["leader"]),
        ({"heard": None}, 60, ["leader"]),
        ({"heard": None}, 4, []),
        ({"events": 20_000, "seconds": 60.0, "heard": 60.0}, 60, ["projections", "lag", "leader"]),
    ],
)
def test_reads_that_are_too_old_or_that_nobody_keeps_are_not_served(
    changed: dict[str, Any], watched: float, reasons: list[str]
) -> None:
    well = Lag("board", 1, "live", 7, 7, 0, 0.0, 0, None, 0.3)
    assert unfit([well, replace(well, **changed)], watched) == reasons


@pytest.mark.parametrize(
    ("lag", "why"),
    [
        (Lag("board", 1, "live", 7, 7, 0, 0.0, 0, None, 0.3), []),
        (Lag("board", 1, "catching_up", 7, 9, 2, 11.0, 0, None, 0.3), ["projection_late:board"]),
        (Lag("board", 1, "failed", 7, 9, 2, 1.0, 0, "UndefinedTable", 0.3), ["projection_failed:board"]),
        (Lag("board", 1, "live", 7, 7, 0, 0.0, 2, None, None), ["leader_silent:board", "projection_parked:board"]),
    ],
)
def test_what_ails_a_projection_is_named(lag: Lag, why: list[str]) -> None:
    assert list(late([lag])) == why


def test_what_ails_the_workers_is_named() -> None:
    well = Reached("replies", 7, 0, 0.0)
    assert list(idle(Workers(1, 0.2, [well]))) == []
    assert list(idle(Workers(0, 9.0, [well]))) == ["worker_missing"]
    assert list(idle(Workers(1, 9.0, [replace(well, seconds=31.0)]))) == ["worker_silent", "reactions_late:replies"]


def test_a_bot_that_nobody_asks_is_named() -> None:
    asked = [ChannelCondition("telegram", 0.4), ChannelCondition("instagram", None)]
    assert list(unasked(asked)) == []
    assert list(unasked([ChannelCondition("telegram", 6.0)])) == ["polling_silent:telegram"]
    assert list(unasked([ChannelCondition("telegram", 0.1, PollingTrouble.OTHER_POLLER)])) == [
        "polling_stopped:telegram"
    ]


async def test_a_program_that_is_told_to_stop_wants_no_more_requests_and_answers_those_that_come(
    served: Served,
) -> None:
    served.leaving.set()
    async with served.anybody() as nobody:
        ready = await nobody.get("/health/ready")
        assert (ready.status_code, ready.json()["missing"], ready.headers["retry-after"]) == (503, ["draining"], "1")
        assert (await nobody.get("/health/live")).status_code == 200
    assert (await served.client.get(f"/dm/leads/{CREATOR}")).status_code == 200


async def test_whoever_has_a_credential_hears_how_everything_is(served: Served) -> None:
    await served.connect(Platform.TELEGRAM, "12345")
    await served.lead()
    assert await settle(served.runtime)
    async with asyncio.timeout(PATIENCE):  # a worker stores how far it is a moment after it is there
        while (health := (await served.client.get("/health")).json())["worker"]["processes"][0]["lag_events"]:
            await served.runtime.progress.wait_for_change(served.head(), LOOK_SECONDS)
    assert (health["status"], health["missing"], health["why"]) == ("ok", [], [])
    assert health["database"] == {"reachable": True, "position": served.head()}
    shown = {
        each["name"]: (each["position"], each["lag_events"], each["lag_seconds"]) for each in health["projections"]
    }
    assert shown == {each.name: (served.head(), 0, 0) for each in served.runtime.projections}
    assert {(each["state"], each["parked"], each["failure"]) for each in health["projections"]} == {("live", 0, None)}
    assert all(0 <= each["leader_heard_seconds"] < 5 for each in health["projections"])
    assert health["worker"]["alive"] == 1
    assert 0 <= health["worker"]["leader_heard_seconds"] < 5
    assert {each["name"] for each in health["worker"]["processes"]} >= {"replies", "nurturing", "releases", "erasure"}
    assert {(each["lag_events"], each["lag_seconds"]) for each in health["worker"]["processes"]} == {(0, 0)}
    assert health["channels"] == [{"channel": "telegram", "connected": True, "polled_seconds": None, "trouble": None}]
    assert health["model"] == {"name": None, "answers_from": "templates"}
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other:
        (channel,) = (await other.get("/health")).json()["channels"]
        assert channel == {"channel": "telegram", "connected": False, "polled_seconds": None, "trouble": None}
    async with served.anybody() as nobody:
        await refused(nobody.get("/health"), 401, "unauthenticated")


async def test_the_front_door_tells_programs_and_sends_browsers_on(served: Served) -> None:
    async with served.anybody() as nobody:
        told = (await nobody.get("/")).json()
        assert (told["name"], told["links"]["docs"]) == ("Clonnect", "/docs")
        sent = await nobody.get("/", headers={"Accept": "text/html,*/*"})
        assert (sent.status_code, sent.headers["location"]) == (307, "/app/")


async def test_the_api_is_described_to_whoever_is_known(served: Served) -> None:
    assert (await served.client.get("/openapi.json")).json() == DESCRIBED
    page = await served.client.get("/docs")
    assert "/dm/leads/{creator_id}" in page.text


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built frontend, as small as can be; must come before `served`."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Clonnect</title>")
    (folder / "assets" / "main-1a2b.js").write_text("export {}")
    monkeypatch.setattr(single_page, "BUILT", folder)
    return folder


async def test_the_frontend_is_served_at_any_of_its_addresses(built: Path, served: Served) -> None:
    async with served.anybody() as browser:
        for path in ("/app/", "/app/leads", "/app/simulator", "/app/deep/er"):
            page = await browser.get(path)
            assert page.text == (built / "index.html").read_text()
            assert page.headers["cache-control"] == "no-cache"
            policy = page.headers["content-security-policy"]
            assert "script-src 'self';" in policy
            assert page.headers["x-content-type-options"] == "nosniff"
        script = await browser.get("/app/assets/main-1a2b.js")
        assert "immutable" in script.headers["cache-control"]
        assert (await browser.get("/app")).headers["location"] == "/app/"
        await refused(browser.get("/app/assets/gone.js"), 404, "not-found")
        outside = await browser.get("/app/..%2f..%2fpyproject.toml")
        assert "project" not in outside.text
