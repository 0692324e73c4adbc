"""Leaks: words of the prompt, its canary, and what a model says of itself, in an answer."""

import base64
import re
from collections.abc import Iterable
from typing import Final

from domain.answering.decodings import encoded_words
from domain.answering.links import without_links
from domain.answering.reading import folded, words

OVERLAP: Final = 8
"""So many words in a row nobody writes by chance as the prompt does."""

_ENCODED: Final = 16
"""Characters of an encoded word; no answer has a reason for one."""

_OF_ITSELF: Final = re.compile(
    r"\bas an? (?:ai|a\.i\.|artificial intelligence|large language|language|virtual ai)(?: language)?(?: model"
    r"| assistant|,|\b)"
    r"|\b(?:i am|i'm) (?:just |only )?an? (?:ai )?(?:large )?language model\b|\bmy (?:training|knowledge cut-?off"
    r"|programming|guidelines|instructions|system prompt|prompt)\b"
    r"|\bi(?:'ve| have| was|'m| am) (?:been )?(?:instructed|programmed|told|trained) (?:to|not to|by)\b"
    r"|\bsystem (?:prompt|message|instructions)\b|\bmy creators at (?:openai|groq|meta|google)\b"
    r"|\bcomo (?:una? )?(?:modelo de (?:lenguaje|ia|linguagem)|inteligencia artificial|ia\b)|\bcomo (?:um "
    r"|uma )?(?:modelo de (?:linguagem|ia)|inteligencia artificial|ia\b)"
    r"|\bsoy un modelo de lenguaje\b|\bsou um modelo de linguagem\b|\bmis (?:instrucciones|directrices)\b"
    r"|\bminhas (?:instrucoes|diretrizes)\b|\bmi (?:prompt|programacion|entrenamiento como)\b|\bmeu prompt\b"
    r"|\bminha programacao\b"
    r"|\bfui (?:programad[oa]|entrenad[oa] (?:por|para)|treinad[oa] (?:por|para)|instruid[oa])\b|\bme (?:han"
    r"|ha) (?:programado|instruido|ordenado)\b|\bfui orientad[oa] a\b|\bprompt (?:del|do|de) sistema\b|\b(?:mensaje"
    r"|mensagem) (?:de|del|do) sistema\b"
    r"|\b(?:needs_person|person_reason|facts_used|product_id|reasoning_effort|finish_reason)\b|[\"'](?:reply|intent"
    r"|confidence|language)[\"']\s*:"
)


def leaks_prompt(text: str, system_text: str, canary: str | None, creator_texts: Iterable[str] = ()) -> bool:
    """Whether an answer repeats the prompt, or speaks as a model of itself.

    That is the canary (also apart, backwards or encoded), eight words in a row of the prompt which are not the
    creator's, and whatever looks encoded.
    """
    return (
        (canary is not None and _shows(text, canary))
        or _overlaps(text, system_text, creator_texts)
        or bool(encoded_words(without_links(text), _ENCODED))
        or _OF_ITSELF.search(folded(text)) is not None
    )


def _shows(text: str, canary: str) -> bool:
    wanted = _letters(canary)
    if not wanted:
        return False
    shown = _letters(text)
    encoded = base64.b64encode(canary.encode()).decode().rstrip("=")[:-1]
    return wanted in shown or wanted[::-1] in shown or encoded in text or canary.encode().hex() in shown


def _letters(text: str) -> str:
    return "".join(words(text))


def _overlaps(text: str, system_text: str, creator_texts: Iterable[str]) -> bool:
    own = {run for each in creator_texts for run in _runs(each)}
    return not _runs(text).isdisjoint(_runs(system_text) - own)


def _runs(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[start : start + OVERLAP]) for start in range(len(said) - OVERLAP + 1)}
