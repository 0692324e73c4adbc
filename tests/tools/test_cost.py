"""`make test` says what each part has cost, also of a run that fails."""

from pathlib import Path

import pytest

from tools.cost import Cost, main, table


@pytest.fixture
def program(tmp_path: Path) -> str:
    """Makes whatever it is told to, but `broken`."""
    path = tmp_path / "make"
    path.write_text('#!/bin/sh\n[ "$1" != broken ] || exit 7\n')
    path.chmod(0o755)
    return str(path)


def test_each_part_has_its_line(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([program, "check", "test-frontend"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["tests", "check", "test-frontend"]


def test_what_comes_after_a_part_that_fails_is_not_begun(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([program, "check", "broken", "test-browser"]) == 7
    assert "test-browser" not in capsys.readouterr().out


def test_what_is_not_known_is_left_empty() -> None:
    assert list(table([Cost("domain", 12, 3.25, 1.5), Cost("PostgreSQL", 0, 0, 20)])) == [
        "            tests    wall s     cpu s",
        "domain         12       3.2       1.5",
        "PostgreSQL                       20.0",
    ]
