"""Patterns of the lexicon: compiled from its lines, and found in a clause.

The signs of a line, which is a sequence of words:
    a|b     one of these words            (a|b)   one of these words, or none
    pay*    any word that begins so       ..      up to three words of any kind
    ^ $     begin, end of the clause      ?       (last) in a question only
    <thing> (last) what follows, if anything, must be one of the creator's own things
A line that ends in | goes on in the next.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.understanding.lexicon import en, es, pt, shared
from domain.understanding.lexicon.meaning import Meaning, Phrases
from domain.understanding.lexicon.words import Clause

_GOES_ON = re.compile(r"\|\s+")


@dataclass(frozen=True)
class Match:
    """A phrase that was found: words `start` to `end` (exclusive) of clause `clause`."""

    meaning: Meaning
    clause: int
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class _Pattern:
    meaning: Meaning
    words: re.Pattern[str]
    in_question: bool
    of_own_thing: bool


def find(clause: Clause, position: int, own_words: frozenset[str]) -> Iterator[Match]:
    """Every pattern that fits somewhere in this clause; `own_words` name the creator's products."""
    text = clause.text
    offset = 0
    for start, word in enumerate(clause.words):
        for pattern in _BY_FIRST_WORD.get(word, ()):
            if pattern.in_question and not clause.question:
                continue
            if (found := pattern.words.match(text, offset)) is None:
                continue
            end = start + text.count(" ", offset, found.end())
            if pattern.of_own_thing and not _own_thing(clause.words[end:], own_words):
                continue
            yield Match(pattern.meaning, position, start, end)
        offset += len(word) + 1


def _own_thing(after: tuple[str, ...], own_words: frozenset[str]) -> bool:
    """Whether the object of a purchase is nothing particular or something that this creator sells."""
    for word in after:
        if word in shared.OWN_THINGS or word in own_words or word in shared.AFTER_A_PURCHASE:
            return True
        if word not in shared.FILLERS:
            return False
    return True


def _compile(line: str, meaning: Meaning) -> tuple[_Pattern, set[str]]:
    words = line.split()
    own_thing, question = "<thing>" in words, words[-1] == "?"
    expression: list[str] = []
    first: set[str] = set()
    open_start = True
    for word in words:
        if word in ("<thing>", "?"):
            continue
        if word in "^$":
            expression.append(r"\A" if word == "^" else r"\Z")
        elif word == "..":
            expression.append(r"(?:\S+ ){0,3}?")
        else:
            optional = word.startswith("(")
            choices = word.strip("()").split("|")
            one = "|".join(choice.replace("*", r"\S*") for choice in choices)
            expression.append(f"(?:(?:{one}) ){'?' if optional else ''}")
            if open_start:
                first.update(choices)
                open_start = optional
    return _Pattern(meaning, re.compile("".join(expression)), question, own_thing), first


def _index(languages: Iterable[Phrases]) -> dict[str, tuple[_Pattern, ...]]:
    by_first_word: defaultdict[str, list[_Pattern]] = defaultdict(list)
    for phrases in languages:
        for meaning, block in phrases.items():
            for line in _GOES_ON.sub("|", block).strip().splitlines():
                pattern, first = _compile(line, meaning)
                for word in sorted(first):
                    by_first_word[word].append(pattern)
    return {word: tuple(patterns) for word, patterns in by_first_word.items()}


_BY_FIRST_WORD = _index((es.PHRASES, en.PHRASES, pt.PHRASES, shared.PHRASES))
