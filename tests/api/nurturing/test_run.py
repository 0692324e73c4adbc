"""A round of what falls due over HTTP, tried out and carried out, and new steps for those who are enrolled."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from api.simulator.time_travel import move_clock
from domain.follower.follower import Follower
from domain.vocabulary import Role
from tests.api.answers import refused
from tests.harness.http import Served
from tests.harness.runtime import MONDAY, events
from tests.world import COURSE, CREATOR

ASKS = "Hola, ¿cuánto cuesta el curso? me parece caro"
RUN = f"/nurturing/{CREATOR}/run"
PRICE = f"/nurturing/{CREATOR}/sequences/objection_price"


@pytest.fixture
async def enrolled(demo: Served) -> Served:
    """Two people in a sequence, on a Monday at ten."""
    with psycopg.connect(demo.url, autocommit=True) as conn:
        conn.execute(f"UPDATE app.clock SET ahead = {MONDAY} - now()".encode())
    await demo.runtime.clock.read(demo.runtime.pool)
    await demo.answers()
    await demo.sells(COURSE)
    for person in ("tg_1", "tg_2"):
        await demo.writes(person, ASKS, name=f"Person {person}")
    return demo


async def run(served: Served, **params: Any) -> dict[str, Any]:
    answer = await served.client.post(RUN, params=params)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_a_dry_run_says_what_would_happen_and_changes_nothing(enrolled: Served) -> None:
    head = enrolled.head()
    now = await run(enrolled)
    assert (now["dry_run"], now["would_process"], now["items"]) == (True, 0, [])
    later = await run(enrolled, due_only=False)
    assert later["would_process"] == 0
    assert {(each["decision"], each["reason"]) for each in later["items"]} == {("wait", None)}
    forced = await run(enrolled, force_due=True, limit=1)
    assert forced["would_process"] == 1
    item = forced["items"][0]
    assert (item["sequence_type"], item["step"], item["channel_guess"]) == ("objection_price", 1, "telegram")
    assert item["follower_id"] in ("tg_1", "tg_2")
    assert (item["decision"], item["reason"]) == ("defer", "gap")  # the bot has answered a moment ago
    assert "{" not in item["message_preview"]
    assert enrolled.head() == head


async def test_a_real_run_does_not_wait_for_the_hour_and_obeys_every_other_rule(enrolled: Served) -> None:
    assert await move_clock(enrolled.runtime, enrolled.runtime.clock() + timedelta(hours=2))
    done = await run(enrolled, dry_run=False, force_due=True, limit=4)
    assert (done["dry_run"], done["processed"], done["errors"]) == (False, 4, [])
    assert (done["sent"], done["simulated"]) == (2, 2)
    assert done["by_sequence"]["objection_price"]["processed"] == 4
    assert done["stats_after"]["sent"] == 2
    assert len(events(enrolled.runtime, Follower.FollowUpSent)) == 2
    assert {event.reason for event in events(enrolled.runtime, Follower.FollowUpDeferred)} == {"gap"}


async def test_two_runs_at_once_send_each_message_once(enrolled: Served) -> None:
    assert await move_clock(enrolled.runtime, enrolled.runtime.clock() + timedelta(hours=2))
    await asyncio.gather(*(run(enrolled, dry_run=False, force_due=True, limit=2) for _ in range(2)))
    sent = [event.follow_up_id for event in events(enrolled.runtime, Follower.FollowUpSent)]
    assert len(sent) == len(set(sent)) == 2


async def test_a_real_run_without_force_leaves_what_is_not_due(enrolled: Served) -> None:
    head = enrolled.head()
    done = await run(enrolled, dry_run=False, due_only=False)
    assert (done["processed"], done["errors"], done["by_sequence"]) == (0, [], {})
    assert enrolled.head() == head


async def test_an_agent_may_try_a_run_out_and_not_carry_it_out(enrolled: Served) -> None:
    link = await enrolled.link("assistant@example.com", role=Role.AGENT)
    async with enrolled.anybody() as browser:
        token = (await browser.post("/auth/login", json={"link": link})).json()["csrf_token"]
        browser.headers["X-CSRF-Token"] = token
        assert (await browser.post(RUN)).json()["dry_run"] is True
        head = enrolled.head()
        await refused(browser.post(RUN, params={"dry_run": "false", "force_due": "true"}), 403, "forbidden")
        assert enrolled.head() == head


async def test_those_who_are_enrolled_keep_their_steps_unless_they_are_moved(enrolled: Served) -> None:
    steps = [{"delay_hours": 5, "message": "¿Hablamos?"}]

    async def promised() -> list[str]:
        listed = (await enrolled.client.get(f"{PRICE}/enrolled")).json()["enrolled"]
        return [step["message_preview"] for person in listed for step in person["pending_steps"]]

    before = await promised()
    kept = (await enrolled.client.put(PRICE, json={"steps": steps})).json()
    assert kept["enrolled_moved"] == 0
    assert await promised() == before
    moved = (await enrolled.client.put(PRICE, json={"steps": steps, "enrolled": "move"})).json()
    assert moved["enrolled_moved"] == 2
    assert await promised() == ["¿Hablamos?"] * 2
    head = enrolled.head()
    assert (await enrolled.client.put(PRICE, json={"steps": steps, "enrolled": "move"})).json()["enrolled_moved"] == 0
    assert enrolled.head() == head
