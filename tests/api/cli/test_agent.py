"""`clonnect agent evaluate` says how good the understanding is, from labelled messages alone."""

from pathlib import Path

import pytest

from api.cli.agent import evaluate
from api.cli.exits import Misuse


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "es.jsonl"
    path.write_text(
        '{"text": "¿Cuánto cuesta?", "intent": "question_product"}\n{"text": "hola", "intent": "opt_out"}\n'
    )
    return path


def test_the_report_tells_how_much_is_right_and_what_is_costly(messages: Path) -> None:
    report = evaluate([messages])
    assert report.startswith("2 messages, understanding ")
    assert ["es", "2", "0.500"] in [line.split()[:3] for line in report.splitlines()]
    assert "opt_out  greeting  1" in report
    assert "    1  asked to be left alone, not seen\n         'hola'" in report


def test_several_files_are_judged_as_one_and_language_by_language(messages: Path, tmp_path: Path) -> None:
    other = tmp_path / "en.jsonl"
    other.write_text('{"text": "hello", "intent": "greeting"}\n')
    report = evaluate([messages, other])
    assert [line.split()[0] for line in report.splitlines()[3:6]] == ["en", "es", "all"]


def test_a_file_that_cannot_be_used_is_a_misuse(tmp_path: Path) -> None:
    empty, bad = tmp_path / "empty.jsonl", tmp_path / "bad.jsonl"
    empty.write_text("\n")
    bad.write_text('{"text": "hola"}\n')
    with pytest.raises(Misuse, match="There is no message"):
        evaluate([empty])
    with pytest.raises(Misuse, match="Line 1 has no 'intent'"):
        evaluate([bad])
    with pytest.raises(Misuse, match="cannot be read: No such file"):
        evaluate([tmp_path / "none.jsonl"])
