"""Labelled messages: what people write, with what it means, as lines of JSON.

`{"text", "intent", "also"?, "language"?, "style"?}`, one message a line. `also` are other intents that a careful person
accepts; a line without `language` has the one that its file is named after (`es.jsonl`, `es_own.jsonl`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.vocabulary import Intent, Language


@dataclass(frozen=True)
class LabelledMessage:
    """A message and what it means; `language` is None where nobody said."""

    text: str
    intent: Intent
    also: tuple[Intent, ...] = ()
    language: Language | None = None

    def accepts(self, intent: Intent) -> bool:
        return intent is self.intent or intent in self.also


def labelled_messages(path: Path) -> list[LabelledMessage]:
    """The messages of a file; raises `ValueError` that names the line of a bad one, `OSError` without the file."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return list(_parsed(lines, _language_of(path.stem.partition("_")[0])))


def _parsed(lines: Iterable[str], usual: Language | None) -> Iterator[LabelledMessage]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, also = row["text"], tuple(Intent(name) for name in row.get("also", ()))
            language = Language(row["language"]) if "language" in row else usual
            if not isinstance(text, str):
                raise TypeError("text is no text")
            yield LabelledMessage(text, Intent(row["intent"]), also, language)
        except KeyError as error:
            raise ValueError(f"Line {number} has no {error}.") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"Line {number}: {error}.") from error


def _language_of(name: str) -> Language | None:
    return Language(name) if name in set(Language) else None
