"""What is measured over HTTP can be measured, at a size that says nothing about speed."""

from api.settings import Settings
from tests.bench.http import measure_http


def test_each_figure_over_http_is_measured(database_url: str, settings: Settings) -> None:
    lines = list(measure_http(database_url, settings.data_dir, 0.2, [10, 30], by_command=20))

    assert len(lines) == 6 + 2 + 2 + 4
    assert all(line.ours > 0 for line in lines)
