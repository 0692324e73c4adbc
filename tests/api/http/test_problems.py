"""One shape of refusal, whatever goes wrong, and the order in which it is judged."""

import asyncio

import psycopg
import pytest

from domain import context
from domain.application import Clonnect
from domain.errors import LostRace
from eventstore import writer
from tests.api.answers import refused
from tests.eventstore.test_writer import Gate
from tests.harness.http import Served
from tests.world import CREATOR


async def test_without_the_database_the_answer_says_to_come_back(served: Served) -> None:
    await served.runtime.pool.close()
    answer = await served.client.get(f"/dm/leads/{CREATOR}")
    assert answer.headers["retry-after"] == "1"
    await refused(served.client.get(f"/dm/leads/{CREATOR}"), 503, "unavailable")


async def test_when_too_many_commands_wait_the_answer_says_to_come_back(served: Served) -> None:
    lead, gate = await served.lead(), Gate()
    with context.acting("system"):
        holding = asyncio.create_task(served.runtime.writer.do(gate))
        await gate.reached()
        waiting = [
            asyncio.create_task(served.runtime.writer.do(Clonnect.creator, CREATOR)) for _ in range(writer.MAX_WAITING)
        ]
        await asyncio.sleep(0)
    head = served.head()
    body = {"status": "hot"}
    answer = await served.client.put(f"/dm/follower/{CREATOR}/{lead['id']}/status", json=body)
    assert answer.headers["retry-after"] == "1"
    await refused(served.client.put(f"/dm/follower/{CREATOR}/{lead['id']}/status", json=body), 503, "unavailable")
    assert served.head() == head
    gate.open()
    await asyncio.gather(holding, *waiting)
    assert (await served.client.put(f"/dm/follower/{CREATOR}/{lead['id']}/status", json=body)).status_code == 200


@pytest.mark.parametrize("passing", [LostRace("faster"), psycopg.errors.IdleInTransactionSessionTimeout()])
async def test_what_passes_is_no_refusal_and_no_defect(
    served: Served, monkeypatch: pytest.MonkeyPatch, passing: Exception
) -> None:
    lead = await served.lead()
    path = f"/dm/leads/{CREATOR}/{lead['id']}"

    def fail(app: Clonnect, *args: object) -> None:
        raise passing

    with monkeypatch.context() as outrun:
        outrun.setattr(Clonnect, "delete_lead", fail)
        answer = await served.client.delete(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (await served.client.delete(path)).status_code == 200


async def test_a_command_that_waited_too_long_is_not_carried_out_and_may_be_given_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = await served.lead()
    head = served.head()
    path = f"/dm/leads/{CREATOR}/{lead['id']}"
    with monkeypatch.context() as hurried:
        hurried.setattr(writer, "DEADLINE_SECONDS", -1.0)
        await refused(served.client.delete(path), 503, "unavailable")
    assert served.head() == head
    assert (await served.client.delete(path)).status_code == 200
