"""The program gets through a database that is away, and through somebody who holds the head of its log."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.chaos.outage import HEADINGS, OutageFindings, away, endure, held
from tests.chaos.proxy import Proxy, Rates
from tests.harness.program import Person, Serving, serving

SECONDS = 2.5
AT_MOST = 5.0
"""Twice what is promised: the machine may be busy."""


@pytest.fixture(scope="module")
def proxy(module_database_url: str) -> Iterator[Proxy]:
    with Proxy(module_database_url, Rates()) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def program(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(proxy.url, tmp_path_factory.mktemp("served")) as program:
        yield program


@pytest.fixture(scope="module")
def person(program: Serving) -> Iterator[Person]:
    person = program.creator("ana")
    with closing(person.client):
        yield person


def right(found: OutageFindings) -> None:
    assert found.faults == []
    assert max(found.slowest_refusal, found.slowest_other) < AT_MOST
    assert found.ready_knew < AT_MOST
    assert found.first_write < AT_MOST
    assert found.ready_again < AT_MOST
    assert found.row.count("|") == len(HEADINGS) + 1


async def test_a_database_that_was_away_is_written_to_again_at_once(
    program: Serving, person: Person, proxy: Proxy
) -> None:
    right(await endure(program, person, OutageFindings("away", SECONDS, "database"), lambda: away(proxy)))


async def test_who_holds_the_head_of_the_log_makes_nobody_wait(
    program: Serving, person: Person, module_database_url: str
) -> None:
    right(await endure(program, person, OutageFindings("held", SECONDS, "head"), lambda: held(module_database_url)))
