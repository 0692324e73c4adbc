"""Two creators of one installation never meet, however much both ask of it at the same time."""

import asyncio
from pathlib import Path

from tests.chaos.reports.walls import MINGLING, mingling_row
from tests.chaos.tenants import a_tenant
from tests.chaos.two_creators import AT_ONCE, TenancyFindings, mingle, search
from tests.harness.program import Serving, serving


def test_nothing_of_one_creator_reaches_the_other(database_url: str, data_dir: Path) -> None:
    with serving(database_url, data_dir, is_demo=True) as program:
        found = asyncio.run(mingle(program, 1))

    assert found.faults == {}
    assert found.most_under_way == AT_ONCE
    assert found.heard > 100
    assert mingling_row(found, 1).count("|") == len(MINGLING) + 1


def test_the_same_search_finds_everything_where_both_are_one(program: Serving) -> None:
    async def look() -> TenancyFindings:
        async with a_tenant(program) as one:
            return await search(program, one, one, 0)

    faults = asyncio.run(look()).faults
    assert {"leaked", "unexpected", "told apart", "strayed"} <= set(faults)
    assert any("the mark of" in fault for fault in faults["leaked"])
    assert any("the id" in fault for fault in faults["leaked"])
    assert any("a text of" in fault for fault in faults["strayed"])
