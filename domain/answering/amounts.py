"""Amounts: whether the figures of an answer are facts of the product that they are said of."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain.answering.figures import Figure, FigureKind, figures, readable
from domain.answering.ground import AnswerGround, name_places, product_words
from domain.answering.reading import sentences
from domain.creator import Product


def foreign_figures(text: str, ground: AnswerGround) -> tuple[Figure, ...]:
    """The figures of an answer that are no facts of the product which they are said of.

    That is the one named in the same sentence, else the last named before, else the one under discussion, else the only
    one. What the creator says anywhere counts, but in a sentence that names another product.
    """
    plain = readable(text)
    foreign = []
    for figure, place in figures(text):
        subjects = _subjects(plain, place, ground)
        if not any(figure.agrees(fact) for fact in _facts(subjects, ground)):
            foreign.append(figure)
    return tuple(foreign)


def _subjects(plain: str, place: int, ground: AnswerGround) -> tuple[Product, ...]:
    if named := _named_beside(plain, place, ground):
        return named
    before = [(at, product) for product in ground.offered for at in name_places(product, plain[:place])]
    if before:
        last = max(at for at, _ in before)
        return tuple(product for at, product in before if at == last)
    if ground.product is not None:
        return (ground.product,)
    return ground.offered if len(ground.offered) == 1 else ()


def _facts(subjects: Sequence[Product], ground: AnswerGround) -> Iterator[Figure]:
    for product in subjects:
        if (listed := _price(product)) is not None:
            yield listed
        for text in product_words(product):
            yield from (figure for figure, _ in figures(text))
    for text in ground.creator_texts:
        plain = readable(text)
        for figure, place in figures(text):
            said_of = _named_beside(plain, place, ground)
            if not said_of or any(product in subjects for product in said_of):
                yield figure


def _named_beside(plain: str, place: int, ground: AnswerGround) -> tuple[Product, ...]:
    sentence = next(each for each in reversed(sentences(plain)) if each.start <= place)
    return ground.named_in(sentence.text)


def _price(product: Product) -> Figure | None:
    """The price of a product as it may be written, in cents at the finest."""
    if product.price is None:
        return None
    return Figure(FigureKind.MONEY, product.price.quantize(Decimal("0.01")), frozenset({product.currency}))
