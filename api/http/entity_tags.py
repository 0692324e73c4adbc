"""Entity tags (RFC 9110, 8.8.3 and 13.1): versions as `If-Match` and `If-None-Match` name them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.http.problems import BadRequest

_MEMBER: Final = re.compile(r'(?:(W/)?("[\x21\x23-\x7e\x80-\xff]*"))?[ \t]*(?:,[ \t]*|\Z)')


@dataclass(frozen=True)
class EntityTags:
    """What a client knows; `is_any` is its `*`."""

    is_any: bool = False
    strong: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()

    def match(self, version: int) -> bool:
        """Strong comparison, which no weak tag passes."""
        return self.is_any or entity_tag(version) in self.strong

    def match_weakly(self, version: int) -> bool:
        """Weak comparison: a proxy that compresses makes our strong tags weak."""
        return self.match(version) or entity_tag(version) in self.weak


def entity_tag(version: int) -> str:
    """A version as a strong entity tag."""
    return f'"{version}"'


def entity_tags(name: str, lines: Sequence[str]) -> EntityTags | None:
    """What the lines of a header of that name say together; `None` without any. Raises `BadRequest`."""
    if not lines:
        return None
    text = ",".join(lines).strip(" \t")
    if text == "*":
        return EntityTags(is_any=True)
    place = 0
    strong: set[str] = set()
    weak: set[str] = set()
    while place < len(text):
        member = _MEMBER.match(text, place)
        if member is None:
            break
        if member[2]:
            (weak if member[1] else strong).add(member[2])
        place = member.end()
    if place < len(text) or not strong | weak:
        raise BadRequest(f'{name} must look like "7".')
    return EntityTags(strong=frozenset(strong), weak=frozenset(weak))
