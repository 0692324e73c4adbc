"""Is it alive, may it be sent requests, and what it says to whoever just looks."""

from pathlib import Path

import psycopg
import pytest

from api import frontend
from domain.vocabulary import Platform
from tests.api.conftest import CREATOR, OTHER, Served, refused


async def test_a_running_program_is_alive_and_ready(served: Served) -> None:
    async with served.anybody() as nobody:
        assert (await nobody.get("/health/live")).json() == {"status": "ok"}
        ready = await nobody.get("/health/ready")
        assert ready.status_code == 200
        assert ready.json() | {"timestamp": ""} == {"status": "ok", "ready": True, "timestamp": "", "missing": []}


async def test_a_program_without_its_schema_or_its_database_says_what_is_missing(served: Served) -> None:
    async with served.anybody() as nobody:
        with psycopg.connect(served.url, autocommit=True) as conn:
            conn.execute("DELETE FROM app.migrations WHERE number = (SELECT max(number) FROM app.migrations)")
        behind = await nobody.get("/health/ready")
        assert (behind.status_code, behind.json()["ready"], behind.json()["missing"]) == (503, False, ["migrations"])
        await served.runtime.pool.close()
        away = await nobody.get("/health/ready")
        assert (away.status_code, away.json()["missing"]) == (503, ["database"])
        assert (await nobody.get("/health/live")).status_code == 200


async def test_a_program_that_is_told_to_stop_wants_no_more_requests_and_answers_those_that_come(
    served: Served,
) -> None:
    served.runtime.leaving.set()
    async with served.anybody() as nobody:
        ready = await nobody.get("/health/ready")
        assert (ready.status_code, ready.json()["missing"], ready.headers["retry-after"]) == (503, ["draining"], "1")
        assert (await nobody.get("/health/live")).status_code == 200
    assert (await served.client.get(f"/dm/leads/{CREATOR}")).status_code == 200


async def test_projections_that_are_far_behind_want_no_requests(served: Served) -> None:
    async with await psycopg.AsyncConnection.connect(served.url, autocommit=True) as conn:
        await conn.execute("UPDATE log.head SET position = position + 20000")
    async with served.anybody() as nobody:
        assert (await nobody.get("/health/ready")).json()["missing"] == ["projections"]


async def test_whoever_has_a_credential_hears_how_everything_is(served: Served) -> None:
    await served.connect(Platform.TELEGRAM, "12345")
    await served.lead()
    assert await served.runtime.settle(served.runtime.clock())
    health = (await served.client.get("/health")).json()
    assert (health["status"], health["missing"]) == ("ok", [])
    assert health["database"] == {"reachable": True, "position": served.head()}
    shown = {
        each["name"]: (each["position"], each["lag_events"], each["lag_seconds"]) for each in health["projections"]
    }
    assert shown == {each.name: (served.head(), 0, 0) for each in served.runtime.projections}
    assert {(each["state"], each["parked"], each["failure"]) for each in health["projections"]} == {("live", 0, None)}
    assert health["worker"]["alive"] == 1
    assert {each["name"] for each in health["worker"]["processes"]} >= {"replies", "nurturing", "releases", "erasure"}
    assert {each["lag_events"] for each in health["worker"]["processes"]} == {0}
    assert health["channels"] == [{"channel": "telegram", "connected": True}]
    assert health["model"] == {"name": None, "answers_from": "templates"}
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other:
        assert (await other.get("/health")).json()["channels"] == [{"channel": "telegram", "connected": False}]
    async with served.anybody() as nobody:
        await refused(nobody.get("/health"), 401, "unauthenticated")


async def test_the_front_door_tells_programs_and_sends_browsers_on(served: Served) -> None:
    async with served.anybody() as nobody:
        told = (await nobody.get("/")).json()
        assert (told["name"], told["links"]["docs"]) == ("Clonnect", "/docs")
        sent = await nobody.get("/", headers={"Accept": "text/html,*/*"})
        assert (sent.status_code, sent.headers["location"]) == (307, "/app/")


async def test_the_api_is_described_to_whoever_is_known(served: Served) -> None:
    described = (await served.client.get("/openapi.json")).json()
    documented = {(method.upper(), path) for path, operations in described["paths"].items() for method in operations}
    hidden = {("GET", "/"), ("GET", "/app"), ("GET", "/docs"), ("GET", "/openapi.json")}
    assert documented == set(served.routes) - hidden
    names = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert described["paths"]["/auth/login"]["post"]["security"] == []
    assert "security" not in described["paths"]["/dm/leads/{creator_id}"]["get"]
    page = await served.client.get("/docs")
    assert "/dm/leads/{creator_id}" in page.text
    assert "<script" not in page.text


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built frontend, as small as can be; must come before `served`."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Clonnect</title>")
    (folder / "assets" / "main-1a2b.js").write_text("export {}")
    monkeypatch.setattr(frontend, "BUILT", folder)
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
