"""Giveaways: claims that something costs nothing, and whether it does."""

import re
from typing import Final

from domain.answering.ground import AnswerGround
from domain.answering.links import find_links, same_link
from domain.answering.reading import Sentence, folded, sentences

_FREE: Final = re.compile(
    r"\bgratis\b|\bgratuit[oa]s?\b|\bgratuitamente\b|\bde graca\b|\bsin (?:ningun )?(?:costo|coste|cargo)\b"
    r"|\bsem (?:nenhum )?custo\b"
    r"|\bat no (?:extra |additional )?(?:cost|charge)\b|\bfree of charge\b|\bno charge\b|\bfor free\b"
    r"|\bon the house\b|\bcomplimentary\b"
    r"|\b(?:te|se|lhe) l[oa]s? regalo\b|\bte regalo\b|\b(?:es|va|sera) un regalo\b|\bcortesia\b"
    r"|\bpor conta da casa\b|\binvito yo\b|\bcosts? (?:you )?nothing\b"
    r"|\bno (?:te )?cuesta nada\b|\bnao (?:te )?custa nada\b|\bno (?:tienes|hay) que pagar\b|\byou (?:don't"
    r"|do not) (?:have|need) to pay\b|\bnao precisa pagar\b|\bcero euros\b|\bnao paga nada\b|\bno pagas nada\b"
    r"|(?<![\w-])(?<!feel )(?<!sugar )(?<!gluten )(?<!stress )(?<!hands )free(?! (?:to|time|of|from|moments?|hours?"
    r"|afternoon|evening|weekend|minutes?|day|days|up)\b)(?![\w-])"
)
_DENIED_BY_ITSELF: Final = re.compile(r"^(?:no |nao |you )")
_TELLING: Final = 4  # letters
_USUAL_WORDS: Final = """
    para como esta este esto todo todos toda todas pero mas aqui ahora tambien puede puedes quiero quieres tiene
    tienes with that this your have will from just here what when about there they them some more also want voce
    isso isto esse essa pode tem aqui agora tambem muito quer mais com para pelo pela seus suas
"""
_USUAL: Final = frozenset(_USUAL_WORDS.split())


def false_giveaways(text: str, ground: AnswerGround) -> tuple[str, ...]:
    """The claims that something is free which nothing bears out.

    The product under discussion, one named in the sentence or all to which there is a link are free, or the creator
    calls the same thing free.
    """
    free = [product for product in ground.offered if product.price is not None and product.price == 0]
    shown = find_links(text)
    linked = [
        each
        for each in ground.offered
        if each.payment_link and any(same_link(each.payment_link, link) for link in shown)
    ]
    if linked and all(product in free for product in linked):
        return ()
    found = []
    for sentence in sentences(folded(text)):
        named = ground.named_in(sentence.text) or ((ground.product,) if ground.product else ())
        for claim in _FREE.finditer(sentence.text):
            if sentence.negates(claim.start()) and not _DENIED_BY_ITSELF.match(claim.group()):
                continue
            if any(product in free for product in named) or _is_said(sentence, claim, ground):
                continue
            found.append(claim.group())
    return tuple(found)


def _is_said(sentence: Sentence, claim: re.Match[str], ground: AnswerGround) -> bool:
    """Whether a text of the creator's calls something free that the sentence speaks of too."""
    spoken_of = _telling(sentence.text)
    return any(
        _FREE.search(own.text) and spoken_of & _telling(own.text)
        for text in ground.all_words
        for own in sentences(folded(text))
    )


def _telling(sentence: str) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", _FREE.sub(" ", sentence)) if len(word) >= _TELLING} - _USUAL
