"""Which sources make the states of a module's aggregates from events, and a fingerprint that stands for them."""

import ast
import importlib
import importlib.metadata
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from importlib.util import resolve_name
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("eventsourcing", "pydantic")
"""What applies events, and what reads their fields."""

KEEPING: Final = tuple(f"{__package__}.{name}" for name in ("mapper", "snapshots", "state_codec", "unit_of_work"))
"""What reads events and states, and hands over those that are kept. Keys and bytes come from other modules: what these
get wrong is not opened."""


def fingerprint(module: str) -> bytes:
    """Stands for all that the states of a module's aggregates depend on, beside their events."""
    digest = sha256(f"{sys.version_info[:3]} ".encode())
    for library in LIBRARIES:
        digest.update(f"{library} {importlib.metadata.version(library)} ".encode())
    for name, source in sorted(sources(module).items()):
        digest.update(f"{name} {len(source)} ".encode() + source)
    return digest.digest()


def sources(module: str) -> Mapping[str, bytes]:
    """The source of a module and of all that it imports, directly or not, of its own package and of ours; `KEEPING`.

    Raises `LookupError` where it is not to be had.
    """
    places = {**_places(module.partition(".")[0]), **_places(__package__)}
    if module not in places:
        raise LookupError(f"the source of {module} is not there")
    found = {name: places[name].read_bytes() for name in KEEPING}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and name in places:
            found[name] = places[name].read_bytes()
            waiting += imported(name, found[name], is_package=places[name].stem == "__init__")
    return found


def imported(module: str, source: bytes, *, is_package: bool) -> Iterator[str]:
    """What a module may import, wherever that stands in it; what it takes from a module is named like one in it."""
    yield from _above(module)
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names: Iterable[str] = (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            names = (base, *(f"{base}.{each.name}" for each in node.names))
        else:
            continue
        for name in names:
            yield name
            yield from _above(name)


def _above(module: str) -> Iterator[str]:
    """The packages that a module lies in, which are imported before it."""
    while module := module.rpartition(".")[0]:
        yield module


def _places(package: str) -> Mapping[str, Path]:
    """Where the source of each module of a package lies."""
    (folder,) = importlib.import_module(package).__path__
    found = {}
    for path in Path(folder).rglob("*.py"):
        inside = path.relative_to(folder).with_suffix("").parts
        found[".".join((package, *inside)).removesuffix(".__init__")] = path
    return found
