"""One shape of refusal, whatever goes wrong, and the order in which it is judged."""

import asyncio
from collections.abc import AsyncIterator

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

JSON = {"Content-Type": "application/json"}


async def test_what_is_no_json_object_is_refused_with_a_sentence(served: Served) -> None:
    head = served.head()
    path = f"/dm/leads/{CREATOR}"
    for content, field in (
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b'{"name": "\\ud800"}', ""),
        (b'{"name": "a\\u0000b"}', ""),
        (b'{"\\u0000": 1}', ""),
        (b"[" * 100_000, ""),
        (b"9" * 5_000, ""),
        (b"[]", ""),
        (b'"Ana"', ""),
        (b"null", ""),
        (b"", ""),
    ):
        await refused(served.client.post(path, content=content, headers=JSON), 422, "invalid", field)
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
        answer = served.client.post(path, content=b'{"name": "Ana"}', headers={"Content-Type": content_type})
        await refused(answer, 415, "unsupported-media-type")
    assert served.head() == head


async def test_a_body_over_the_limit_is_refused_before_anything_else(served: Served) -> None:
    head = served.head()
    big = b'{"name": "' + b"x" * (1024 * 1024) + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 65536

    async with served.anybody() as nobody:
        await refused(nobody.post(f"/dm/leads/{CREATOR}", content=big, headers=JSON), 413, "too-large")
        await refused(nobody.post(f"/dm/leads/{CREATOR}", content=pieces(), headers=JSON), 401, "unauthenticated")
        await refused(nobody.post("/auth/login", content=big, headers=JSON), 413, "too-large")
        await refused(nobody.post("/webhook/telegram", content=big * 5), 413, "too-large")
        await refused(nobody.post("/webhook/telegram", content=big), 403, "signature")
    await refused(served.client.post(f"/dm/leads/{CREATOR}", content=pieces(), headers=JSON), 413, "too-large")
    assert served.head() == head


async def test_an_address_that_is_none_and_a_method_that_is_none(served: Served) -> None:
    await refused(served.client.get("/nothing/here"), 404, "not-found")
    await refused(served.client.get("/dm/leads/"), 404, "not-found")
    await refused(served.client.patch(f"/dm/leads/{CREATOR}", json={}), 405, "method-not-allowed")
    for path, allowed in ((f"/dm/leads/{CREATOR}", "GET, POST"), (f"/dm/leads/{CREATOR}/x", "DELETE, GET, PUT")):
        assert (await served.client.patch(path, json={})).headers["allow"] == allowed


async def test_a_request_keeps_its_id_and_a_strange_one_gets_a_new_one(served: Served) -> None:
    given = "6f1c1d2e-3a4b-4c5d-8e6f-708192a3b4c5"
    answer = await served.client.get("/auth/me", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == given
    for strange in ("1", given.replace("-", ""), "x" * 1000):
        answer = await served.client.get("/auth/me", headers={"X-Request-ID": strange})
        assert answer.headers["x-request-id"] != strange
        assert len(answer.headers["x-request-id"]) == 36


async def test_input_is_judged_before_the_lead_is_looked_for(served: Served) -> None:
    await refused(served.client.put(f"/dm/leads/{CREATOR}/ig_5999", json={"x": 1}), 422, "invalid", "/x")
    await refused(
        served.client.put(f"/dm/leads/{CREATOR}/ig_5999", json={}, headers={"If-Match": '"1"'}), 404, "not-found"
    )


async def test_characters_that_no_text_may_have_are_no_defect(served: Served) -> None:
    await refused(served.client.get(f"/dm/leads/{CREATOR}?q=%00"), 422, "invalid", "query:")
    await refused(served.client.get(f"/dm/leads/{CREATOR}/a%00b"), 404, "not-found")
    await refused(served.client.get(f"/dm/leads/{CREATOR}/%ff"), 404, "not-found")
    await refused(served.client.get(f"/dm/leads/{CREATOR}%00"), 404, "not-found")


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


async def test_a_body_with_more_values_than_anything_has_is_refused_before_each_is_judged(served: Served) -> None:
    head = served.head()
    steps = f"/nurturing/{CREATOR}/sequences/abandoned"
    for path, body in (
        (f"/dm/leads/{CREATOR}/ig_ana", {f"x{number}": 1 for number in range(2500)}),
        (steps, {"steps": [1] * 5000}),
        (steps, {"steps": [[[]] * 1700] * 3}),
    ):
        problem = await refused(served.client.put(path, json=body), 422, "invalid", "")
        assert problem["errors"][0]["code"] == "count"
    async with served.anybody() as nobody:
        many = {f"x{number}": 1 for number in range(2500)}
        assert len((await refused(nobody.post("/auth/login", json=many), 422, "invalid", ""))["errors"]) == 1
    assert served.head() == head


async def test_of_very_many_broken_rules_a_hundred_are_told(served: Served) -> None:
    many = {f"x{number}": 1 for number in range(900)}
    problem = (await served.client.post(f"/dm/leads/{CREATOR}", json=many)).json()
    assert (problem["status"], len(problem["errors"])) == (422, 100)


async def test_a_query_of_more_parameters_than_anything_has_is_refused(served: Served) -> None:
    leads = f"/dm/leads/{CREATOR}"
    assert (await served.client.get(f"{leads}?{'&'.join(['status=hot'] * 100)}")).status_code == 200
    await refused(served.client.get(f"{leads}?{'&'.join(['status=hot'] * 101)}"), 422, "invalid", "query:")
    await refused(served.client.get(f"{leads}?tag={'x' * 51}"), 422, "invalid", "query:tag")
    for types in (",".join(["lead.*"] * 51), "x" * 101):
        await refused(served.client.get(f"/stream/{CREATOR}?types={types}"), 422, "invalid", "query:types")
