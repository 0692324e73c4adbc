"""Detection of the product that a message is about: named, under discussion, or the only one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from domain.understanding.lexicon.words import Clause, clauses
from domain.vocabulary import Intent

KEYWORD_LENGTH = 3  # characters

OBJECTIONS = frozenset(intent for intent in Intent if intent.startswith("objection_"))
BUYING = frozenset(
    {Intent.INTEREST_STRONG, Intent.INTEREST_SOFT, Intent.QUESTION_PRODUCT, Intent.LEAD_MAGNET},
)
_NEEDS_A_PRODUCT = frozenset({Intent.INTEREST_STRONG, Intent.INTEREST_SOFT, Intent.QUESTION_PRODUCT})
_OF_A_PRODUCT = BUYING | OBJECTIONS | {Intent.SUPPORT}


@dataclass(frozen=True)
class ProductWords:
    """The words by which a follower may name one product of the creator."""

    product_id: UUID
    name: str
    keywords: tuple[str, ...]
    free: bool
    active: bool


def product_meant(
    parts: Sequence[Clause], products: Sequence[ProductWords], wanted: set[Intent], earlier: UUID | None
) -> UUID | None:
    """The product that the burst is about: named, under discussion, the free one, the only one; else none."""
    named = _named(parts, products)
    if named:
        return named[0].product_id if len(named) == 1 and named[0].active else None
    active = [product for product in products if product.active]
    if wanted & _OF_A_PRODUCT and any(product.product_id == earlier for product in active):
        return earlier
    free = [product for product in active if product.free]
    if Intent.LEAD_MAGNET in wanted and len(free) == 1:
        return free[0].product_id
    if wanted & _NEEDS_A_PRODUCT and len(active) == 1:
        return active[0].product_id
    return None


def _named(parts: Sequence[Clause], products: Sequence[ProductWords]) -> list[ProductWords]:
    """The products with the longest name or keyword that occurs as whole words; an active one wins a tie."""
    text = " " + " | ".join(part.text for part in parts)
    lengths = {
        product: max((len(name) for name in _names(product) if f" {name} " in text), default=0) for product in products
    }
    longest = max(lengths.values(), default=0)
    named = [product for product, length in lengths.items() if length == longest and longest]
    return [product for product in named if product.active] or named


@lru_cache(maxsize=4096)
def _names(product: ProductWords) -> tuple[str, ...]:
    plain = (
        " ".join(word for part in clauses(name) for word in part.words) for name in (product.name, *product.keywords)
    )
    return tuple(name for name in plain if len(name) >= KEYWORD_LENGTH)


@lru_cache(maxsize=1024)
def words_of(products: tuple[ProductWords, ...]) -> frozenset[str]:
    """Every word that may stand for one of the creator's products as the object of "buy"."""
    return frozenset(
        word for product in products for name in _names(product) for word in name.split() if len(word) >= KEYWORD_LENGTH
    )
