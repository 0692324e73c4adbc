"""Understanding of a burst: rules for what is certain, the classifier for what is meant.

A rule whose phrase is the whole message decides alone; elsewhere what the rules found is evidence for the classifier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from domain.understanding.classifier import load
from domain.understanding.opt_out import opted_out_by, soft_stop
from domain.understanding.products import ProductWords
from domain.understanding.rules import COURTESY, RuleReading, read_by_rules
from domain.vocabulary import Intent

UNDERSTANDING_VERSION = 3
"""Of rules, thresholds and weights as one; a test holds them to it."""

SURE = 0.75
"""From here on the classifier is right, whatever a language model says with less than 0.90."""
UNSURE = 0.45
"""Below this nothing was understood."""
ALSO = 0.30
"""From here on another intent is meant as well …"""
POSSIBLE = 0.10
"""… and from here on one whose words the rules found."""
STOP = 0.65
"""From this probability of an opt-out on, the person is left alone at once …"""
PERHAPS_STOP = 0.12
"""… and from this on until somebody has looked."""
BEST = 3
CLOSING = frozenset({Intent.THANKS, Intent.GOODBYE})
HARMLESS = COURTESY | {Intent.OPT_OUT, Intent.ESCALATION, Intent.QUESTION_GENERAL, Intent.INTEREST_SOFT}
"""What may be answered although it is not sure: nothing is said that the creator has to stand by."""
_WANTS = frozenset({Intent.INTEREST_STRONG, Intent.INTEREST_SOFT})
_DECLINES = (Intent.OTHER, Intent.OBJECTION_NOT_FOR_ME, Intent.OPT_OUT, *sorted(CLOSING))

Stop = Literal["stop", "perhaps"]
Shares = Sequence[tuple[Intent, float]]


@dataclass(frozen=True)
class Understanding:
    """What one burst means; `intents` is never empty and begins with the one that decides.

    `best` are the three likeliest and their probabilities, also where none of them was believed. `stop`: whether the
    person asks to be left alone. `needs_reply` supposes that the creator's side had the last word: a first contact
    deserves an answer anyway. `reason` is a word for why, as in `RuleReading`.
    """

    intents: tuple[tuple[Intent, float], ...]
    best: tuple[tuple[Intent, float], ...]
    stop: Stop | None
    direct_purchase: bool
    refusal: bool
    spam: bool
    product_id: UUID | None
    needs_reply: bool
    reason: str
    version: int = UNDERSTANDING_VERSION

    @property
    def intent(self) -> Intent:
        return self.intents[0][0]

    @property
    def confidence(self) -> float:
        return self.intents[0][1]


def understand(
    text: str,
    products: Sequence[ProductWords] = (),
    *,
    earlier_product_id: UUID | None = None,
    first_contact: bool = True,
) -> Understanding:
    """Understand one burst (its messages joined by line breaks).

    `earlier_product_id` is the product under discussion in the last five bursts. Only strangers can be spam:
    `first_contact=False` switches that off.
    """
    rules = read_by_rules(text, products, earlier_product_id=earlier_product_id, first_contact=first_contact)
    ranked = load().classify(text, rules.hints).ranked
    if rules.is_certain and not (rules.refusal and dict(ranked)[Intent.OPT_OUT] >= PERHAPS_STOP):
        return _by_rule(text, rules)
    refusal = rules.refusal and sum(share for intent, share in ranked if intent in _DECLINES) >= ALSO
    if rules.refusal:
        ranked = [(intent, share) for intent, share in ranked if intent not in _WANTS]
    shares = dict(ranked)
    stop = _stop(text, shares[Intent.OPT_OUT])
    found = {one.intent: one.confidence for one in rules.intents if one.confidence > 0.0}
    intents = _believed(ranked, found, refusal=refusal, stop=stop)
    first = intents[0][0]
    understood = first is not Intent.OTHER or intents[0][1] >= UNSURE
    return Understanding(
        intents=intents,
        best=tuple((intent, round(share, 4)) for intent, share in ranked[:BEST]),
        stop=stop,
        direct_purchase=rules.direct_purchase and first is Intent.INTEREST_STRONG,
        refusal=refusal and first is Intent.OTHER,
        spam=False,
        product_id=rules.product_id,
        needs_reply=first not in CLOSING,
        reason="refusal" if refusal and first is Intent.OTHER else first.value if understood else "unclear",
    )


def may_be_answered(intents: Shares, best: Shares) -> bool:
    """Whether a machine may answer alone: it is sure enough what is meant, or the answer commits to nothing."""
    meant = {intent for intent, _ in intents}
    likely = sum(share for intent, share in best if intent in meant)
    return intents[0][0] in HARMLESS or max(intents[0][1], likely) >= SURE


def _by_rule(text: str, rules: RuleReading) -> Understanding:
    intents = tuple((one.intent, one.confidence) for one in rules.intents)
    return Understanding(
        intents=intents,
        best=intents[:BEST],
        stop=_stop(text, float(rules.intents[0].intent is Intent.OPT_OUT)),
        direct_purchase=rules.direct_purchase,
        refusal=rules.refusal,
        spam=rules.spam,
        product_id=rules.product_id,
        needs_reply=rules.needs_reply,
        reason=rules.reason,
    )


def _stop(text: str, share: float) -> Stop | None:
    if opted_out_by(text) is not None or share >= STOP:
        return "stop"
    return "perhaps" if share >= PERHAPS_STOP or soft_stop(text) else None


def _believed(
    ranked: Sequence[tuple[Intent, float]], found: Mapping[Intent, float], *, refusal: bool, stop: Stop | None
) -> tuple[tuple[Intent, float], ...]:
    """The intents that count, the highest rank first; `OTHER` alone where none is likely enough.

    `found` are those of the rules: one that the classifier thinks possible counts, with the higher confidence of both.
    """
    shares = {intent: round(share, 4) for intent, share in ranked}
    first = ranked[0][0]
    if stop == "stop":
        return ((Intent.OPT_OUT, shares[Intent.OPT_OUT]),)
    if refusal and first in _DECLINES:
        return ((Intent.OTHER, round(sum(shares[intent] for intent in _DECLINES), 4)),)
    if first is Intent.OTHER or (shares[first] < UNSURE and first not in found):
        return ((Intent.OTHER, shares[Intent.OTHER]),)
    counted = {intent: share for intent, share in shares.items() if intent is first or share >= ALSO}
    for intent, confidence in found.items():
        if shares.get(intent, 0.0) >= POSSIBLE:
            counted[intent] = max(shares[intent], confidence)
    order = list(Intent)
    return tuple(sorted(counted.items(), key=lambda each: order.index(each[0])))
