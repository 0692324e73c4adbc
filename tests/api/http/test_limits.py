"""Limits: how often somebody may ask, log in or listen, and when to come back."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from api.http.rate_limits import FROM_ALL
from domain.vocabulary import Role
from tests.api.answers import bad, good
from tests.harness.program import NOTHING, Person, Serving, serving_apart

REQUESTS, LOG_INS = 4, 1
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def strict(module_database_url: str) -> Iterator[Serving]:
    """A served installation with narrow limits, behind a proxy that it trusts."""
    with serving_apart(
        module_database_url,
        CLONNECT_REQUESTS_PER_MINUTE=str(REQUESTS),
        CLONNECT_LOG_INS_PER_MINUTE=str(LOG_INS),
        CLONNECT_STREAMS_AT_ONCE="1",
        CLONNECT_TRUSTED_PROXIES="127.0.0.1",
    ) as program:
        yield program


@pytest.fixture
def eager(strict: Serving) -> Iterator[Person]:
    """A creator whose key has asked as often as it may."""
    person = strict.creator()
    with closing(person.client):
        told = [person.ask("GET /auth/verify").status_code for _ in range(REQUESTS)]
        assert told == [200] * (REQUESTS - 1) + [429]  # the first request waited until the reads knew the creator
        yield person


def told_to_come_back(answer: httpx.Response, per_minute: int) -> None:
    """Refused for now, with the whole seconds until there is room for one more."""
    bad(answer, 429, "rate-limited")
    assert re.fullmatch(r"[1-9]\d*", answer.headers["retry-after"])
    assert int(answer.headers["retry-after"]) <= 60 / per_minute


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_no_other_key_pays(
    eager: Person, strict: Serving
) -> None:
    before = strict.log(eager.name)
    told_to_come_back(eager.ask("POST /dm/leads/{c}", {"name": "Ana"}), REQUESTS)
    assert strict.log(eager.name) == before
    with strict.client(**{"X-API-Key": strict.key(eager.name, Role.AGENT)}) as agent:
        good(agent.get(f"/dm/leads/{eager.name}"))


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("GET /dm/leads/nobody", NOTHING),
        ("GET /metrics", NOTHING),
        ("POST /dm/leads/{c}", {}),
        ("GET /dm/leads/{c}/ig_5999", NOTHING),
    ],
    ids=["creator", "role", "field", "lead"],
)
def test_who_asks_too_often_is_told_so_before_anything_else(eager: Person, call: str, body: Any) -> None:
    told_to_come_back(eager.ask(call, body), REQUESTS)


def at(program: Serving, address: str, **headers: str) -> httpx.Client:
    """Somebody who comes from this address."""
    return program.client(**{"X-Forwarded-For": address}, **headers)


def test_who_guesses_keys_too_often_is_told_when_to_come_back(strict: Serving) -> None:
    with at(strict, "192.0.2.1", **{"X-API-Key": "clk_guessed"}) as stranger:
        for _ in range(REQUESTS):
            bad(stranger.get("/auth/me"), 401, "unauthenticated")
        told_to_come_back(stranger.get("/auth/me"), REQUESTS)


def test_log_ins_are_limited_for_each_address(strict: Serving) -> None:
    with at(strict, "192.0.2.2") as flooded, at(strict, "192.0.2.3") as elsewhere:
        most = FROM_ALL * LOG_INS
        assert most < REQUESTS  # so that it is the log-ins that are counted
        for _ in range(most):
            bad(flooded.post("/auth/login", json={"link": "guessed"}), 401, "unauthenticated")
        told_to_come_back(flooded.post("/auth/login", json={"link": "guessed"}), most)
        bad(elsewhere.post("/auth/login", json={"link": "guessed"}), 401, "unauthenticated")


def test_log_ins_are_limited_for_each_account_wherever_they_come_from(strict: Serving) -> None:
    def logging_in(email: str, number: int) -> httpx.Response:
        with at(strict, f"192.0.2.{number}") as client:
            return client.post("/auth/login", json={"email": email, "password": PASSWORD})

    for number in range(FROM_ALL * LOG_INS):
        bad(logging_in("bea@example.com", 10 + number), 401, "unauthenticated")
    told_to_come_back(logging_in("Bea@Example.com", 20), FROM_ALL * LOG_INS)
    bad(logging_in("eva@example.com", 21), 401, "unauthenticated")


def test_only_so_many_streams_are_open_at_once(strict: Serving) -> None:
    person = strict.creator()
    with closing(person.client), person.client.stream("GET", f"/stream/{person.name}") as first:
        assert first.status_code == 200
        told_to_come_back(person.ask("GET /stream/{c}"), 60)


def test_webhooks_are_not_limited(strict: Serving) -> None:
    with at(strict, "192.0.2.30") as telegram:
        answers = [telegram.post("/webhook/telegram", json={"update_id": 1}) for _ in range(2 * REQUESTS)]
    assert {answer.status_code for answer in answers} == {403}
