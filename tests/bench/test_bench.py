"""Everything that `make bench` measures can be measured, at a size that says nothing about speed."""

from pathlib import Path

import pytest

from api.database.migrate import migrate
from api.settings import Settings
from tests.bench.__main__ import measure
from tests.bench.results import PAGE, table, write_section


def test_each_figure_is_measured(database_url: str, empty_database_url: str, settings: Settings) -> None:
    migrate(empty_database_url)
    lines = list(measure(database_url, empty_database_url, settings.data_dir, 0.02))

    assert len(lines) > 20
    assert all(line.ours > 0 for line in lines)
    assert len(table(lines).splitlines()) == len(lines) + 2


def test_what_was_measured_takes_the_place_of_what_was_measured_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("A\n<!-- one -->\nold\n<!-- end -->\nB\n<!-- two -->\n<!-- end -->\n")
    write_section("one", "new", page)
    write_section("two", "newer", page)
    assert page.read_text() == "A\n<!-- one -->\nnew\n<!-- end -->\nB\n<!-- two -->\nnewer\n<!-- end -->\n"
    with pytest.raises(LookupError):
        write_section("three", "", page)


@pytest.mark.parametrize("command", ["make bench", "make bench-peers", "make chaos"])
def test_the_page_has_a_place_for_what_is_measured(command: str) -> None:
    assert f"<!-- {command} -->" in PAGE.read_text()
