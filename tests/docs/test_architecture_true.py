"""The page about the architecture names files and functions that exist, in the order in which they are numbered."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
STEPS = re.findall(r"^\| (\d+) \| `([\w/.]+)` \| `(\w+)` \|", PAGE, re.MULTILINE)


def test_the_ways_are_numbered_from_one_each() -> None:
    numbers = [int(number) for number, _, _ in STEPS]
    assert [number for number in numbers if number == 1] == [1, 1]
    assert all(after in (before + 1, 1) for before, after in pairwise(numbers))


@pytest.mark.parametrize(("path", "name"), [(path, name) for _, path, name in STEPS])
def test_a_step_is_where_the_page_says(path: str, name: str) -> None:
    assert re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("package", ["domain", "eventstore", "projections", "processes", "api"])
def test_the_tree_names_every_module_of_a_package(package: str) -> None:
    tree = PAGE.partition("```\n")[2].partition("```")[0]
    lines = re.search(rf"^{package}/.*(?:\n .*)*", tree, re.MULTILINE)
    assert lines is not None
    modules = {path.stem for path in (ROOT / package).rglob("*.py")} - {"__init__"}
    lexicon = {path.stem for path in (ROOT / "domain/understanding/lexicon").glob("*.py")}
    assert modules - lexicon - set(re.findall(r"\w+", lines[0])) == set()
