"""A kept state is bound to the sources that it depends on: to all of them, and to no others."""

import ast
import importlib.metadata
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from domain.aggregate import Aggregate
from domain.application import Clonnect
from eventstore.state_fingerprint import KEEPING, LIBRARIES, fingerprint, imported, sources

SHOP = {
    "__init__": "",
    "cart": "import shop.prices\nfrom . import taxes\nfrom .gifts.wrapping import PAPER\n",
    "prices": "def of(thing):\n    from shop import rounding\n    return rounding.up(thing)\n",
    "rounding": "from shop import prices",  # and round again
    "taxes": "VAT = 21",
    "gifts/__init__": "",
    "gifts/wrapping": "PAPER = 'red'",
    "commands/__init__": "",
    "commands/carts": "from shop.cart import *",
    "words": "HELLO = 'hola'",
}
WITHIN = ["__init__", "cart", "prices", "rounding", "taxes", "gifts/__init__", "gifts/wrapping"]

STATIC = {*sys.stdlib_module_names, "domain", "eventstore", "eventsourcing"} - {
    "importlib",
    "pkgutil",
    "pathlib",
    "runpy",
}
DYNAMIC = {"__import__", "compile", "eval", "exec", "globals", "open"}
ASKED_NOT_APPLIED = "domain.person.time_zones"
"""Reads a table of countries, which a creator's settings ask when they are read; none is kept."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose carts are kept."""
    for module, source in SHOP.items():
        path = tmp_path / "shop" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    for module in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        monkeypatch.delitem(sys.modules, module)
    return tmp_path / "shop"


@pytest.mark.parametrize("module", WITHIN)
def test_a_change_of_what_states_are_made_of_voids_them(shop: Path, module: str) -> None:
    before = fingerprint("shop.cart")
    (shop / f"{module}.py").write_text(f"{SHOP[module]}\nA = 1")
    assert fingerprint("shop.cart") != before


@pytest.mark.parametrize("module", sorted({*SHOP, "offers"} - {*WITHIN}))
def test_a_change_of_anything_else_leaves_them_as_they_are(shop: Path, module: str) -> None:
    before = fingerprint("shop.cart")
    (shop / f"{module}.py").write_text("A = 1")
    assert fingerprint("shop.cart") == before


def test_without_sources_there_is_no_fingerprint(shop: Path) -> None:
    (shop / "cart.py").unlink()
    with pytest.raises(LookupError):
        fingerprint("shop.cart")


def test_another_version_of_what_applies_and_reads_events_voids_states(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint("domain.lead")
    for library in LIBRARIES:
        with monkeypatch.context() as patch:
            patch.setattr(importlib.metadata, "version", lambda name, of=library: "0" if name == of else version(name))
            assert fingerprint("domain.lead") != before


def kept_modules() -> list[str]:
    """The modules of the aggregates that are about somebody: the states of all others are not kept."""
    import_module(Clonnect.__module__)
    kinds = [*Aggregate.__subclasses__()]
    kinds += [each for kind in kinds for each in kind.__subclasses__()]
    return sorted({kind.__module__ for kind in kinds if kind.subject is not Aggregate.subject})


@pytest.mark.parametrize("module", kept_modules())
def test_a_release_that_changes_what_is_decided_or_understood_leaves_states_as_they_are(module: str) -> None:
    within = set(sources(module))
    assert within >= {"domain", "domain.aggregate", "domain.vocabulary", module, *KEEPING}
    for outside in ("domain.commands", "domain.understanding", "domain.streams", "domain.follower.messages"):
        assert not {name for name in within if name.startswith(outside)}


def test_a_conversation_is_made_of_its_events_its_state_and_their_values() -> None:
    assert {name for name in sources("domain.follower.follower") if name.startswith("domain.follower")} == {
        "domain.follower",
        "domain.follower.follower",
        "domain.follower.state",
        "domain.follower.values",
    }


@pytest.mark.parametrize("module", kept_modules())
def test_what_states_are_made_of_is_found_by_its_imports(module: str) -> None:
    """No file, and no module that is named at run time, has a part in them."""
    for name in set(sources(module)) - {*KEEPING, ASKED_NOT_APPLIED}:
        source = sources(module)[name]
        assert {each.partition(".")[0] for each in imported(name, source, is_package=False)} <= STATIC
        assert not {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)} & DYNAMIC
