"""The shape in which a language's wordings are written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.vocabulary import Intent

Choice = tuple[str, ...]
"""Wordings of one thing that need the same facts: whichever of them is said, the same has been said."""


@dataclass(frozen=True)
class Wordings:
    """What is said in one language.

    `answers` has for each intent the choices from the most facts to the fewest; `greeting_first` and `price_first`
    stand before an answer, `refusal` answers whoever is not interested.
    """

    answers: Mapping[Intent, tuple[Choice, ...]]
    refusal: Choice
    greeting_first: str
    price_first: str
