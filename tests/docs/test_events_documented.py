"""The page about events says of each what it holds, who records it and who reads it, and says nothing else."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest

import processes
import projections
from domain.application import Clonnect
from eventstore.personal import Personal
from processes.process import Process
from projections.engine.projection import Projection, handlers_of
from tests.topics import EVENTS

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
IDENTITY = {"originator_id", "originator_version"}


@dataclass
class Section:
    """What stands under one heading."""

    fields: dict[str, str] = field(default_factory=dict)
    words: str = ""

    def named_after(self, phrase: str) -> set[str]:
        """The words in backticks between a phrase and the next full stop."""
        found = re.search(rf"{phrase} (.*?)\.(?:\s|$)", self.words)
        return set(re.findall(r"`(\w+)`", found[1])) if found else set()


def read_page() -> dict[str, Section]:
    """The page's sections: topics, aggregates, and the head under an empty name."""
    sections: dict[str, Section] = defaultdict(Section)
    heading = listed = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("#"):
            heading, listed = line.lstrip("# ").strip("`"), ""
        elif item := re.match(r"- `(\w+)`: (.*)", line):
            listed = item[1]
            sections[heading].fields[listed] = item[2]
        elif listed and line.startswith("  "):
            sections[heading].fields[listed] += line
        else:
            sections[heading].words += line + " "
    return sections


SECTIONS = read_page()


def readers() -> dict[str, set[str]]:
    """The names of the projections and processes that react to each topic."""
    for package in (projections, processes):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    found: dict[str, set[str]] = defaultdict(set)
    for reader in (*subclasses(Projection), *subclasses(Process)):
        for attribute in handlers_of(reader) if hasattr(reader, "name") else ():
            for event in attribute.handled:
                found[event.TOPIC].add(reader.name)
    return found


def subclasses(base: type[Any]) -> Iterator[type[Any]]:
    for subclass in base.__subclasses__():
        if subclass.__module__.startswith(("projections.", "processes.")):
            yield subclass
        yield from subclasses(subclass)


READERS = readers()


def test_every_topic_has_its_section_and_no_other_does() -> None:
    assert {heading for heading in SECTIONS if "." in heading} == set(EVENTS)


@pytest.mark.parametrize("topic", EVENTS)
def test_every_field_is_explained_and_no_other_is(topic: str) -> None:
    everywhere = SECTIONS["Events"].fields
    in_its_stream = SECTIONS[topic.partition(".")[0].title()].fields
    explained = SECTIONS[topic].fields.keys() | everywhere.keys() | in_its_stream.keys()
    held = {each.name for each in fields(EVENTS[topic])} - IDENTITY
    assert held <= explained
    assert SECTIONS[topic].fields.keys() <= held


@pytest.mark.parametrize("topic", EVENTS)
def test_what_is_personal_is_said_to_be(topic: str) -> None:
    personal = {each.name for each in fields(EVENTS[topic]) if Personal in getattr(each.type, "__metadata__", ())}
    said = {name for name, meaning in SECTIONS[topic].fields.items() if meaning.endswith("personal.")}
    assert said == personal


@pytest.mark.parametrize("topic", EVENTS)
def test_an_event_is_given_by_commands_that_exist(topic: str) -> None:
    commands = SECTIONS[topic].named_after("Given by")
    assert commands
    assert [command for command in commands if not callable(getattr(Clonnect, command, None))] == []


@pytest.mark.parametrize("topic", EVENTS)
def test_an_event_is_read_by_whom_the_page_names(topic: str) -> None:
    named = SECTIONS[topic].named_after("Read by")
    assert named == READERS[topic]
    assert named or "Read by nobody" in SECTIONS[topic].words
