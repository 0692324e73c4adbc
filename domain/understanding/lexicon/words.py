"""Tokenizer: a message as clauses of plain words, folded, spelled out, without links, laughter and politeness."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from domain.understanding.lexicon import shared

_LINK = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|net|org|io|me|ly|link|shop|xyz|info|co|app)\b(?:/\S*)?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?<!\S)[^\s@]*@\S+")
_LAUGH = re.compile(r"(?:(?:j+[aei]+){2,}j*|a?(?:h+[aeiu]+){2,}h*|k{2,}|(?:rs){2,}|lo+l+|lmf?ao+|(?:ks){2,})\Z")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_PLEASE = re.compile(r"\bpor fav\w*|\bse faz favor\b")
_NO_THANKS = re.compile(r"\b(no|nao|nah|nope)\W+(?=(?:\w+ )?(?:gracia|obrigad|brigad|obg|thank|thx|ty\b|tks|valeu))")
_PIECE = re.compile(r"\w+(?:-\w+)*|[^\w\s]+|\n+")
_KEEPS_CLAUSE = frozenset('"“”«»*_~%$€£&+#-')


@dataclass(frozen=True)
class Clause:
    """Words that belong together, between two marks of punctuation or around a "but"."""

    words: tuple[str, ...]
    question: bool

    @cached_property
    def text(self) -> str:
        """Each word followed by one space."""
        return "".join(f"{word} " for word in self.words)


def fold(text: str) -> str:
    """Lower case without accents and apostrophes; `ñ` becomes `n`, `ã` becomes `a`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘`´")


def links(text: str) -> list[str]:
    """The web addresses of a message, as written."""
    return _LINK.findall(text)


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses that hold at least one word."""
    folded = _NO_THANKS.sub(r"\1 ", _PLEASE.sub(" ", fold(_ADDRESS.sub(" ", _LINK.sub(" ", text)))))
    found: list[Clause] = []
    words: list[str] = []
    asking = False

    def close(question: bool) -> None:
        if words:
            found.append(Clause(tuple(words), question))
            words.clear()

    pieces = _PIECE.findall(folded)
    for position, piece in enumerate(pieces):
        if not (piece[0].isalnum() or piece[0] == "_"):
            if not _KEEPS_CLAUSE.issuperset(piece):
                close(asking or "?" in piece)
                asking = "¿" in piece or (asking and not set(piece) & set("?!.\n"))
            continue
        if piece in shared.CONNECTORS or (
            piece == "mas" and not shared.AFTER_PORTUGUESE_MAS.isdisjoint(pieces[position + 1 : position + 2])
        ):
            close(asking)
        elif piece not in shared.POLITE and not _LAUGH.match(piece):
            words.extend(_spell(piece))
    close(asking)
    return tuple(found)


def _spell(piece: str) -> list[str]:
    """The plain form of one written word, which may be several words (`dont` is `do not`)."""
    word = _LONG_RUN.sub(r"\1", piece.replace("-", "").strip("_"))
    return shared.SPELLINGS.get(word, word).split()
