"""Reply templates, for answers without a language model: several wordings of each, with the creator's facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.nurturing.steps import render
from domain.person.names import spoken
from domain.vocabulary import Intent, Language
from processes.wordings.en import ENGLISH
from processes.wordings.es import SPANISH
from processes.wordings.pt import PORTUGUESE
from processes.wordings.wordings import Choice, Wordings

MAX_REPLY: Final = 600
MAX_CHOICE: Final = 300


@dataclass(frozen=True)
class Facts:
    """What may be said: `product_name` is the product under discussion, `product_names` all that are offered.

    `price` is ready to be shown (`format_price`) and None if it is unknown or the product is free.
    """

    creator_name: str
    first_name: str | None
    product_name: str | None
    price: str | None
    link: str | None
    product_names: tuple[str, ...]


def reply(
    intent: Intent,
    language: Language,
    facts: Facts,
    also: Sequence[Intent] = (),
    *,
    said: Sequence[str] = (),
    seed: UUID | int | str,
) -> str | None:
    """The answer to a burst that means `intent`, and `also` the others; None if a person has to answer.

    Of the wordings with the most facts that are known the `seed`, such as the burst's id, picks one that is in none of
    the texts that were `said` to this person (oldest first); where all are, it is the one that was said longest ago.
    At most `MAX_REPLY` characters.
    """
    wordings = _WORDINGS[language]
    opening = [wordings.greeting_first] if Intent.GREETING in also and intent is not Intent.GREETING else []
    if intent.value.startswith("objection_") and Intent.QUESTION_PRODUCT in also:
        if facts.product_name is None or facts.price is None:
            return reply(Intent.QUESTION_PRODUCT, language, facts, also, said=said, seed=seed)
        opening.append(wordings.price_first)
    values = _values(facts)
    before = "".join(f"{render(each, values).text} " for each in opening)
    for choice in wordings.answers.get(intent, ()):
        texts = _rendered(choice, values)
        if texts:
            return _picked([text for text in texts if len(before + text) <= MAX_REPLY], said, seed, before)
    return None


def refusal_reply(language: Language, facts: Facts, *, said: Sequence[str] = (), seed: UUID | int | str) -> str | None:
    """The one polite answer for somebody who is not interested; it asks nothing and offers nothing. `said`: `reply`."""
    return _picked(_rendered(_WORDINGS[language].refusal, _values(facts)), said, seed)


def format_price(amount: Decimal, currency: str, language: Language) -> str:
    """An amount as it is written in the language: `97 €` and `1.250,50 €` in Spanish, `€97` in English."""
    number = f"{amount:,.2f}".removesuffix(".00")
    if language is not Language.EN:
        number = number.translate(str.maketrans(",.", ".,"))
    return _PRICES[language].get(currency, f"{{}} {currency}").format(number)


def _rendered(choice: Choice, values: Mapping[str, str | None]) -> list[str]:
    """The wordings as they would be read, without those that lack a fact."""
    rendered = (render(wording, values) for wording in choice)
    return [each.text for each in rendered if not each.unresolved]


def _picked(texts: Sequence[str], said: Sequence[str], seed: UUID | int | str, before: str = "") -> str | None:
    if not texts:
        return None
    # Also behind another opening, or before a person's own line, it is the same wording to whoever reads it.
    last_said = {text: max((at for at, old in enumerate(said) if text in old), default=-1) for text in texts}
    longest_ago = [text for text in texts if last_said[text] == min(last_said.values())]
    lot = int.from_bytes(sha256(str(seed).encode()).digest())
    return before + longest_ago[lot % len(longest_ago)]


def _values(facts: Facts) -> dict[str, str | None]:
    choice = ", ".join(facts.product_names)
    return {
        "name": _address(facts.first_name),
        "creator_name": facts.creator_name,
        "product_name": facts.product_name,
        "price": facts.price,
        "link": facts.link,
        "free_link": facts.link if facts.price is None else None,
        "choice": choice if facts.product_name is None and len(choice) <= MAX_CHOICE else None,
    }


def _address(name: str | None) -> str | None:
    """The name as it follows a greeting."""
    said = spoken(name or "")
    return None if said is None else f", {said}"


_WORDINGS: Final[Mapping[Language, Wordings]] = {
    Language.ES: SPANISH,
    Language.EN: ENGLISH,
    Language.PT: PORTUGUESE,
}

_PRICES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ES: {"EUR": "{} €", "USD": "{} US$", "GBP": "{} £", "BRL": "R$ {}"},
    Language.EN: {"EUR": "€{}", "USD": "${}", "GBP": "£{}", "BRL": "R${}"},
    Language.PT: {"EUR": "{} €", "USD": "US$ {}", "GBP": "{} £", "BRL": "R$ {}"},
}
