"""How a text is read by the checks: hidden characters taken out, look-alikes folded, cut into sentences."""

import re
import unicodedata
from dataclasses import dataclass
from textwrap import dedent
from typing import Final

_UNSEEN: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Co"})
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘`´ʼ", "'"))
_LOOK_ALIKES: Final = str.maketrans(
    "асԁеһіјӏмոорԛѕтυνԝхуζαβγεικορτωϲϳАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "acdehijlmnopqstuvwxyzabyeikoptwcjABCEHIJKMOPSTXYABEZHIKMNOPTYX",
)
"""Letters of other alphabets that look Latin (Unicode Technical Standard 39, "confusables", the usual ones)."""

_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|\n+|(?=¿)")
_ASKS: Final = re.compile(
    r"¿|(?:and |but |so |or )?(?:do|does|did|have|has|shall|should|can|could|would|will|want|are|is|was|were|which|what"
    r"|when|how|who|where|why|may|quer|voce quer|quieres|prefieres|prefere|posso|puedo|podemos|gostaria)\b"
)
_NEGATED: Final = re.compile(
    r"(?:\b(?:no|not|nunca|never|nao|sin|without|sem|ni|nem|cannot|ningun|ninguna|nenhum|nenhuma|tampoco|neither|nothing|nada|none)"
    r"|n't)(?! te preocupes| se preocupe| hay problema| worries| problem| doubt| hay duda)(?: [\w']+){0,3} $"
)


def seen(text: str) -> str:
    """The text in NFKC without what nobody sees, line breaks aside: what a platform would make a link of."""
    return _visible(unicodedata.normalize("NFKC", text))


def flat(text: str) -> str:
    """The text in Latin letters without accents, apostrophes of one kind; its case is kept."""
    latin = unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKES).translate(_APOSTROPHES)
    return re.sub(r"[^\S\n]+", " ", _visible(unicodedata.normalize("NFKD", latin)))


def _visible(text: str) -> str:
    return "".join(
        char for char in text if char in "\n\t" or (unicodedata.category(char) not in _UNSEEN and char not in _BLANK)
    )


def folded(text: str) -> str:
    """The flat text in lower case."""
    return flat(text).casefold()


def alternatives(phrases: str) -> str:
    """Regular expressions, one a line, as one; a line that is indented deeper than the first goes on with the last."""
    joined: list[str] = []
    for line in dedent(phrases).splitlines():
        if line.startswith(" "):
            joined[-1] += line.strip()
        elif line:
            joined.append(line)
    return "|".join(joined)


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return re.findall(r"[^\W_]+", folded(text))


@dataclass(frozen=True)
class Sentence:
    """A sentence of a folded or flat text, and where in it the sentence begins."""

    text: str
    start: int

    @property
    def is_question(self) -> bool:
        return self.text.rstrip(" \"'”»)*_").endswith("?")

    @property
    def asks(self) -> bool:
        """Whether it begins as a question as well: "I will do it, ok?" does not."""
        return self.is_question and _ASKS.match(self.text.lstrip(" \"'“«(-").casefold()) is not None

    def negates(self, position: int) -> bool:
        """Whether what stands at a position is denied: a "no" stands close before, with no comma between."""
        return _NEGATED.search(self.text[:position].casefold().lstrip() or "") is not None


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text; a Spanish question is one of its own."""
    found: list[Sentence] = []
    start = 0
    for cut in _SENTENCE.finditer(text):
        found.append(Sentence(text[start : cut.start()], start))
        start = cut.end()
    found.append(Sentence(text[start:], start))
    return [sentence for sentence in found if sentence.text.strip()]
