"""A class is found by its name: no two modules give one to different things."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "projections", "processes", "eventstore", "api", "tools", "tests")
MODULES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not {"node_modules", ".venv"} & set(path.parts)
]


def test_no_class_name_stands_in_two_modules() -> None:
    """Events stand inside of their aggregates, which tell them apart."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for statement in ast.parse(path.read_text()).body:
            if isinstance(statement, ast.ClassDef):
                found[statement.name].append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_no_import_is_there_for_the_types_alone() -> None:
    """It would hide a circle: of two modules that need each other, the types at least belong into a third."""
    program = ("domain", "projections", "processes", "eventstore", "api")
    hiding = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.relative_to(ROOT).parts[0] in program and "TYPE_CHECKING" in path.read_text()
    ]
    assert hiding == []
