"""Language identification (es, en, pt): a model's log-probabilities, a few telling words, and patience."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from threading import Lock

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from domain.vocabulary import Language

Evidence = Mapping[Language, float]

CAP = 6.0  # nats that one burst can say for a language against another
HIT = 2.0  # nats for a telling word
WINDOW = 10  # bursts
CLEAR_NATS = 4.0
"""How much likelier than the next the language of a single text has to be."""
SURE = 1.0  # nats of margin for a first language
CHANGE = 2.0  # nats that each of two bursts running must say for another language …
CHANGE_AT_ONCE = 4.0  # … or one that is long
LONG = 8  # words

_NOISE = re.compile(r"https?://\S+|www\.\S+|(?<!\S)[^\s@]*@\S+|(?<!\S)[^\s\d]*\d\S*")
_WORD = re.compile(r"[^\W\d_]+")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_LAUGHTER = {
    Language.ES: re.compile(r"(?:ja|je){2,}j?"),
    Language.PT: re.compile(r"k{3,}|(?:rs){2,}"),
}
_LETTERS = {
    Language.ES: re.compile(r"[ñ¿¡]"),
    Language.PT: re.compile(r"[ãõ]|[ln]h[aeiouáéíóúâêôãõ]"),
}
_SPANISH_SIGNS = re.compile(r"[¿¡]")
_loading = Lock()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Written alike in two of the languages, or names that everybody uses: they say nothing.
_NEUTRAL = _set("""
    ok okay okey info link links parar para por favor no me a de si stop whatsapp instagram telegram insta tiktok
    youtube email mail web online app pdf ebook video super top bot pix paypal bizum curso cursos programa mentoria
    masterclass coach coaching interesa comprar pagar gratis claro plan pack total normal hotel
""")
_TELLING = {
    Language.ES: _set(
        "hola gracias adiós adios chao buenas buenos quiero cuánto cuanto cuesta el y muy una los estoy tengo hay eso"
    ),
    Language.PT: _set(
        "oi olá tchau obrigado obrigada obg você voce vc não nao quero valeu vlw um uma muito tem isso pra"
    ),
    Language.EN: _set("hi hey hello thanks thank the you how what yes"),
}
_KNOWN = frozenset().union(*_TELLING.values())


def evidence(text: str, ignore: Collection[str] = ()) -> dict[Language, float]:
    """What one burst says: nats relative to its likeliest language, which has 0.0; none below -6.

    `ignore` are words that say nothing about the writer, such as names of people and products.
    All are 0.0 where nothing can be told.
    """
    rest = [word for word in _words(text, ignore) if word not in _NEUTRAL and not _laughs(word)]
    hits = _hits(text, ignore)
    scores = _relative("" if _KNOWN.issuperset(rest) else " ".join(rest))
    together = {language: scores[language] + hits[language] * HIT for language in Language}
    highest = max(together.values())
    return {language: max(-CAP, score - highest) for language, score in together.items()}


def language_of(text: str) -> Language | None:
    """The language of a text that stands alone; `None` where that is not clear."""
    (first, nats), (_, next_nats) = sorted(evidence(text).items(), key=lambda each: -each[1])[:2]
    return first if nats - next_nats >= CLEAR_NATS else None


def _relative(text: str) -> dict[Language, float]:
    """The model's log-probabilities, less the highest (text without any feature has a huge negative one)."""
    if not text:
        return dict.fromkeys(Language, 0.0)
    ranked = load().rank(text)
    return {Language(code): score - ranked[0][1] for code, score in ranked}


def load() -> LanguageIdentifier:
    """The model, read by whoever asks first while the others wait."""
    with _loading:
        return _model()


@cache
def _model() -> LanguageIdentifier:
    """py3langid restricted to our languages: half a second of work, at the first use and once for a process."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    model.set_languages([language.value for language in Language])
    return model


def count_words(text: str, ignore: Collection[str] = ()) -> int:
    """The words of a burst that could tell a language: without links, numbers, handles and `ignore`."""
    return len(_words(text, ignore))


def margin(past: Sequence[Evidence], new: Evidence, prior: Evidence) -> float:
    """Nats between the likeliest language and the next one, over the last ten bursts and the prior."""
    first, second, *_ = sorted(_total(past, new, prior).values(), reverse=True)
    return first - second


def decide(current: Language | None, past: Sequence[Evidence], new: Evidence, words: int, prior: Evidence) -> Language:
    """The language to answer in.

    `current` is None as long as no language was decided (by a `margin` of `SURE`, or by a person); `past` is the
    evidence of earlier bursts, oldest first; `words` counts those of the new one. The creator's language has the
    highest prior, and is the answer where the evidence is too weak.
    """
    if current is None:
        total = _total(past, new, prior) if margin(past, new, prior) >= SURE else prior
        return max(Language, key=lambda language: total.get(language, 0.0))
    other = max((language for language in Language if language is not current), key=lambda other: _for(other, new))
    says = _for(other, new) - _for(current, new)
    said = _for(other, past[-1]) - _for(current, past[-1]) if past else 0.0
    if (says >= CHANGE and said >= CHANGE) or (words >= LONG and says >= CHANGE_AT_ONCE):
        return other
    return current


def _for(language: Language, evidence: Evidence) -> float:
    return evidence.get(language, 0.0)


def _total(past: Sequence[Evidence], new: Evidence, prior: Evidence) -> dict[Language, float]:
    bursts = (*past, new)[-WINDOW:]
    return {language: _for(language, prior) + sum(_for(language, burst) for burst in bursts) for language in Language}


def _words(text: str, ignore: Collection[str]) -> list[str]:
    ignored = {part for word in ignore for part in _WORD.findall(word.casefold())}
    found = _WORD.findall(_NOISE.sub(" ", text.casefold()))
    return [word if _laughs(word) else _LONG_RUN.sub(r"\1", word) for word in found if word not in ignored]


def _laughs(word: str) -> bool:
    return any(laughter.fullmatch(word) for laughter in _LAUGHTER.values())


def _hits(text: str, ignore: Collection[str]) -> Counter[Language]:
    """How many telling words, letters and kinds of laughter each language has in this text."""
    words = _words(text, ignore)
    marked = " ".join(words) + "".join(_SPANISH_SIGNS.findall(text))
    hits: Counter[Language] = Counter()
    for language in Language:
        hits[language] += len(_TELLING[language].intersection(words))
    for language, letters in _LETTERS.items():
        hits[language] += letters.search(marked) is not None
    for language, laughter in _LAUGHTER.items():
        hits[language] += any(laughter.fullmatch(word) for word in words)
    return hits
