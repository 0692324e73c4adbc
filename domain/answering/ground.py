"""The ground of an answer: everything that it may rest on, as plain values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.answering.commitment_kinds import Commitment
from domain.answering.injection import injection_signs
from domain.answering.reading import folded
from domain.creator import Product
from domain.vocabulary import Language

KEYWORD_LENGTH = 3  # characters


@dataclass(frozen=True)
class AnswerGround:
    """What one answer may say, and to what.

    `language` is the follower's; `product` the one under discussion, `products` all that are sold. `creator_texts` are
    the creator's own words (welcome message, vocabulary, steps of sequences), `creator_contacts` and
    `follower_contacts` the e-mail addresses, numbers and handles of the creator and of this follower, with or without
    their `@`. `follower_texts` are the messages of the burst and their captions; `our_last_texts` our last three
    messages, `kept` what events of this follower say was done. `system_text` is the part of the prompt that instructs,
    without the creator's words, `canary` the word hidden in it.
    """

    language: Language
    product: Product | None = None
    products: tuple[Product, ...] = ()
    creator_name: str = ""
    creator_texts: tuple[str, ...] = ()
    creator_contacts: tuple[str, ...] = ()
    follower_name: str | None = None
    follower_texts: tuple[str, ...] = ()
    follower_contacts: tuple[str, ...] = ()
    our_last_texts: tuple[str, ...] = ()
    kept: frozenset[Commitment] = field(default_factory=frozenset)
    system_text: str = ""
    canary: str | None = None
    asked_whether_bot: bool = False
    must_disclose: bool = False
    is_first_contact: bool = False

    @cached_property
    def offered(self) -> tuple[Product, ...]:
        """The products that are sold, the one under discussion among them."""
        return tuple(dict.fromkeys((*((self.product,) if self.product else ()), *self.products)))

    @cached_property
    def all_words(self) -> tuple[str, ...]:
        """The creator's texts, and what is said of each product."""
        return (*self.creator_texts, *(text for product in self.offered for text in product_words(product)))

    def named_in(self, text: str) -> tuple[Product, ...]:
        """The products that a text calls by name or keyword, as whole words."""
        return tuple(product for product in self.offered if next(name_places(product, text), None) is not None)


def product_words(product: Product) -> tuple[str, ...]:
    """Name and description of a product; an instruction in them vouches for nothing."""
    return tuple(text for text in (product.name, product.description) if text and not injection_signs((text,)))


def name_places(product: Product, text: str) -> Iterator[int]:
    """Where a text calls a product by its name or a keyword; places are those of the folded text."""
    plain = folded(text)
    for name in (product.name, *product.keywords):
        wanted = folded(name).strip()
        if len(wanted) >= KEYWORD_LENGTH:
            for found in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain):
                yield found.start()


def without(text: str, removed: Sequence[str]) -> str:
    """The text without some words of others, which say nothing about its language."""
    for each in sorted((each for each in removed if each.strip()), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text
