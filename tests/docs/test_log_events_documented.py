"""Every event of the log on stderr has its row in the page for those who operate Clonnect, with its fields."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from pythonjsonlogger.core import RESERVED_ATTRS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text().partition("## The log on stderr")[2].partition("\n## ")[0]
PACKAGES = ("api", "processes", "projections", "domain", "eventstore")
LEVELS = ("debug", "info", "warning", "error", "exception", "critical")


def written() -> Iterator[tuple[str, frozenset[str]]]:
    for path in (path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text())
        named = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for call in ast.walk(tree):
            match call:
                case ast.Call(ast.Attribute(ast.Name("_logger" | "_requests"), level), [first, *rest]) if (
                    level in LEVELS
                ):
                    event = first.value if isinstance(first, ast.Constant) else None
                    assert isinstance(event, str), f"{path}:{call.lineno}: an event has a constant name"
                    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", event), f"{path}:{call.lineno}: {event}"
                    assert not rest, f"{path}:{call.lineno}: what is told of an event stands in its fields"
                    extra = next((each.value for each in call.keywords if each.arg == "extra"), None)
                    extra = named.get(extra.id, extra) if isinstance(extra, ast.Name) else extra
                    keys = extra.keys if isinstance(extra, ast.Dict) else []
                    yield event, frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))


def test_no_field_has_a_name_that_every_line_has() -> None:
    """The standard library refuses such a line when it is written."""
    assert {field for _, fields in written() for field in fields} & {*RESERVED_ATTRS, "message", "asctime"} == set()


def test_the_page_lists_every_event_with_its_fields_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| \w+ \| ([^|]*) \|", PAGE, re.MULTILINE)
    told = {(event, frozenset(re.findall(r"`(\w+)`", fields))) for event, fields in rows}
    assert told == set(written())
    assert len(rows) == len(told)
