"""Everything that `make bench` measures can be measured, at a size that says nothing about speed."""

from api.migrate import migrate
from api.settings import Settings
from tests.bench.__main__ import measure
from tests.bench.results import table


def test_each_figure_is_measured(database_url: str, empty_database_url: str, settings: Settings) -> None:
    migrate(empty_database_url)
    lines = list(measure(database_url, empty_database_url, settings.data_dir, 0.02))

    assert len(lines) > 20
    assert all(line.ours > 0 for line in lines)
    assert len(table(lines).splitlines()) == len(lines) + 2
