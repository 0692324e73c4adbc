"""Whether each creator's events keep to what is that creator's, checked from the ids in the log alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Event = Mapping[str, Any]

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTALLATION = ""
"""Whose events are that name no creator: its admins act for everybody."""

CHOSEN_OUTSIDE = {"correlation_id", "request_id", "delivery_id"}
"""Metadata that whoever asks or delivers may choose, and may choose alike for two creators."""

BESIDE = {"position", "topic", "metadata", "version"}


def strays(log: Sequence[Event]) -> list[str]:
    """Every id by which an event names what is another's, in words and with the position; empty when none does."""
    owners = owners_of(log)
    found = []
    for event in log:
        creator = _creator(event)
        for path, name in _named(event):
            owner = owners[name]
            if owner != creator and not (path == "actor" and owner == INSTALLATION):
                found.append(f"position {event['position']}: {path} of {creator or 'nobody'} is {owner or 'nobody'}'s")
    return found


def owners_of(log: Sequence[Event]) -> dict[str, str]:
    """Whose each id is: a stream is the creator's whose event began it, anything else theirs who named it first."""
    owners: dict[str, str] = {}
    for event in log:
        creator = _creator(event)
        owners.setdefault(event["stream"], creator)
        owners.setdefault(event["metadata"]["event_id"], creator)
        owners[creator] = creator
        if event["topic"] == "access.key_issued":
            owners[event["prefix"]] = creator
    for event in log:
        for _, name in _named(event):
            owners.setdefault(name, _creator(event))
    return owners


def _creator(event: Event) -> str:
    return str(event["metadata"].get("creator_id", INSTALLATION))


def _named(event: Event) -> Iterator[tuple[str, str]]:
    """Everything that is named by its id, with where that stands."""
    metadata = event["metadata"]
    kind, _, actor = metadata["actor"].partition(":")
    if kind == "key" or ID.fullmatch(actor):
        yield "actor", actor
    beside = {name: value for name, value in metadata.items() if name not in {"actor", *CHOSEN_OUTSIDE}}
    fields = {name: value for name, value in event.items() if name not in BESIDE}
    yield from _ids(beside | fields, "")


def _ids(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str() if path.endswith("creator_id") or ID.fullmatch(value):
            yield path, value
        case Mapping():
            for name, each in value.items():
                yield from _ids(each, f"{path}/{name}".removeprefix("/"))
        case list() | tuple():
            for each in value:
                yield from _ids(each, path)
