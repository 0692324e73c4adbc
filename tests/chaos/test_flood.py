"""Who floods the program costs it little memory, and keeps nobody else from their answers."""

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.chaos.flood import drowning
from tests.chaos.flooding import Flood
from tests.chaos.reports.flooding import FLOODS, flood_row
from tests.harness.program import Person, Serving

SECONDS = (1.0, 5.0, 25.0)
"""How long it floods: on a busy machine it takes longer to be refused."""


@pytest.mark.parametrize(
    ("kind", "connections", "has_key", "refused"),
    [
        ("slow heads", 40, False, None),
        ("slow bodies", 8, False, "401"),
        ("slow bodies", 8, True, "503"),
        ("trailers", 2, True, "431"),
    ],
)
def test_a_flood_costs_little(
    program: Serving, creator: Person, kind: str, connections: int, has_key: bool, refused: str | None
) -> None:
    port, person = urlsplit(program.address).port or 0, creator
    path = f"/dm/leads/{person.name}/import" if kind == "slow bodies" else f"/dm/leads/{person.name}"
    for seconds in SECONDS:
        flood = Flood(kind, port, connections, seconds, path, person.key if has_key else "")
        found = asyncio.run(drowning(program, person, flood))
        assert found.faults == []
        if refused is None or refused in found.sent.answers:
            break
    assert found.others[200] > 3
    assert refused is None or found.sent.answers[refused] > 0
    assert flood_row(found).count("|") == len(FLOODS) + 1
