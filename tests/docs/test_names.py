"""A class is found by its name: no two modules give one to different things."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "projections", "processes", "eventstore", "api", "tools", "tests")
MODULES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts
]


def test_no_class_name_stands_in_two_modules() -> None:
    """Events stand inside of their aggregates, which tell them apart."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for statement in ast.parse(path.read_text()).body:
            if isinstance(statement, ast.ClassDef):
                found[statement.name].append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
