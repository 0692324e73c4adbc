"""Reading by rules: phrases of three languages, the scope of a "no", the longest match."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.understanding.lexicon import shared
from domain.understanding.lexicon.meaning import Meaning, MeaningMark
from domain.understanding.lexicon.pattern import Match, find
from domain.understanding.lexicon.words import Clause, clauses, fold, links
from domain.understanding.opt_out import opted_out_by
from domain.understanding.products import BUYING, OBJECTIONS, ProductWords, product_meant, words_of
from domain.vocabulary import Intent

ALONE, IN_SHORT, IN_LONG, MIXED = 0.95, 0.85, 0.65, 0.20
SHORT = 12  # words
NEGATION_REACH = 4  # words
REMARK = 3  # words beside a greeting that make it more than a greeting
LINKS_OF_SPAM = 4

COURTESY = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE})
_FAMILIES = (
    BUYING,
    OBJECTIONS,
    frozenset({Intent.SUPPORT, Intent.ESCALATION}),
    frozenset({Intent.QUESTION_GENERAL}),
)

# What a phrase means behind a "no". Whatever is not here means nothing then; these two groups do.
_REFUSED = frozenset({MeaningMark.DIRECT_PURCHASE, Intent.INTEREST_STRONG, Intent.INTEREST_SOFT})
_UNTOUCHED = frozenset(
    {
        Intent.QUESTION_PRODUCT,
        Intent.QUESTION_GENERAL,
        Intent.GOODBYE,
        MeaningMark.REFUSAL,
        MeaningMark.COMPLAINT,
        MeaningMark.IDIOM,
    }
)

_KEYWORD = re.compile(r"\W*[^\W\d_]{2,}(?: [^\W\d_]+)?\W*")

_BAIT = re.compile(
    r"\b(bitcoin|btc|crypto\w*|cripto\w*|forex|usdt|nft|airdrop|casino|onlyfans|ganar? dinero|ganhar dinheiro"
    r"|gana dinero|earn (?:money|\W?\d+)|make money|passive income|ingresos pasivos|renda extra|investment|inversion"
    r"|investimento|profits?|loan|prestamo|emprestimo|giveaway winner|you won|has ganado|voce ganhou|free followers"
    r"|seguidores gratis|seo services)\b"
)


@dataclass(frozen=True)
class IntentMatch:
    """One intent, how sure the rules are of it (0 to 1), and the words that said so."""

    intent: Intent
    confidence: float
    phrase: str


@dataclass(frozen=True)
class RuleReading:
    """What the rules make of one burst; `intents` is never empty and begins with the highest rank.

    `needs_reply` supposes that the creator's side had the last word: a first contact deserves an answer anyway.
    `reason` is a word for why: an intent's name, `refusal`, `spam`, `acknowledged`, `unclear`,
    `no_text` (attachments only: a person looks) or `no_words` (emoji, laughter).
    `hints` are what was found, as features for the classifier.
    """

    intents: tuple[IntentMatch, ...]
    direct_purchase: bool
    refusal: bool
    spam: bool
    product_id: UUID | None
    needs_reply: bool
    reason: str
    hints: tuple[str, ...] = ()

    @property
    def intent(self) -> Intent:
        return self.intents[0].intent

    @property
    def confidence(self) -> float:
        return self.intents[0].confidence

    @property
    def is_certain(self) -> bool:
        """Whether nothing overrules it: the message says nothing else, or nothing at all."""
        return self.spam or self.confidence >= ALONE or self.reason in ("no_text", "no_words", "acknowledged")


def read_by_rules(
    text: str,
    products: Sequence[ProductWords] = (),
    *,
    earlier_product_id: UUID | None = None,
    first_contact: bool = True,
) -> RuleReading:
    """Read one burst (its messages joined by line breaks).

    `earlier_product_id` is the product under discussion in the last five bursts. Only strangers can be spam:
    `first_contact=False` switches that off.
    """
    if first_contact and _spam(text):
        nothing = (IntentMatch(Intent.OTHER, ALONE, ""),)
        return RuleReading(nothing, False, False, True, None, False, "spam")
    parts = clauses(text)
    matches = _meant(parts, words_of(tuple(products)))
    meanings = {match.meaning for match in matches}
    intents = _intents(text, parts, matches)
    wanted = {found.intent for found in intents}
    refusal = MeaningMark.REFUSAL in meanings and not wanted & BUYING and Intent.OPT_OUT not in wanted
    needs_reply, reason = _answer(text, parts, intents, refusal, MeaningMark.ACKNOWLEDGED in meanings)
    return RuleReading(
        intents,
        MeaningMark.DIRECT_PURCHASE in meanings,
        refusal,
        False,
        product_meant(parts, products, wanted, earlier_product_id),
        needs_reply,
        reason,
        _hints(text, intents, meanings),
    )


def _hints(text: str, intents: Sequence[IntentMatch], meanings: Collection[Meaning]) -> tuple[str, ...]:
    """Intents that were found, told apart by whether they are the whole message; marks; a keyword in capitals."""
    found = [f"{one.intent}/{one.confidence >= ALONE}" for one in intents if one.confidence > 0.0]
    capitals = ["capitals"] if _KEYWORD.fullmatch(text) and text.upper() == text else []
    return (*found, *sorted(meaning for meaning in meanings if isinstance(meaning, MeaningMark)), *capitals)


def _spam(text: str) -> bool:
    found = len(links(text))
    return found >= LINKS_OF_SPAM or (found > 0 and _BAIT.search(fold(text)) is not None)


def _meant(parts: Sequence[Clause], own_words: frozenset[str]) -> list[Match]:
    """The longest matches that do not overlap, each with the meaning that a "no" before it leaves."""
    longest: list[Match] = []
    taken: set[tuple[int, int]] = set()
    candidates = [match for position, part in enumerate(parts) for match in find(part, position, own_words)]
    for match in sorted(candidates, key=lambda match: (-match.length, _rank(match.meaning), match.clause, match.start)):
        places = {(match.clause, word) for word in range(match.start, match.end)}
        if not places & taken:
            taken |= places
            longest.append(match)
    spent = {
        (match.clause, word)
        for match in longest
        if match.meaning is not MeaningMark.REFUSAL
        for word in range(match.start, match.end)
    }
    meant: list[Match] = []
    for match in longest:
        if match.meaning in _UNTOUCHED or not _negated(parts[match.clause], match, spent):
            meant.append(match)
        elif match.meaning in _REFUSED:
            meant.append(Match(MeaningMark.REFUSAL, match.clause, match.start, match.end))
    return meant


def _negated(part: Clause, match: Match, spent: set[tuple[int, int]]) -> bool:
    """Whether a free "no" stands close before; one that belongs to another phrase ("no sé si") is spent.

    Two of them do not cancel out ("no tengo ni un minuto").
    """
    if part.question or part.words[match.start] in shared.NEGATORS:
        return False
    for place in range(max(0, match.start - NEGATION_REACH), match.start):
        asked_why = not shared.WHY.isdisjoint(part.words[max(0, place - 2) : place])
        if part.words[place] in shared.NEGATORS and (match.clause, place) not in spent and not asked_why:
            return True
    return False


def _rank(meaning: Meaning) -> int:
    """Between matches of one length: idioms shadow all, then the order of intents."""
    if meaning is MeaningMark.IDIOM:
        return -1
    return list(Intent).index(_intent_of(meaning) or Intent.OTHER)


def _intent_of(meaning: Meaning) -> Intent | None:
    match meaning:
        case Intent():
            return meaning
        case MeaningMark.DIRECT_PURCHASE:
            return Intent.INTEREST_STRONG
        case MeaningMark.COMPLAINT:
            return Intent.ESCALATION
        case MeaningMark.REFUSAL:
            return Intent.OTHER
        case _:
            return None


def _intents(text: str, parts: Sequence[Clause], matches: Sequence[Match]) -> tuple[IntentMatch, ...]:
    if (stop := opted_out_by(text)) is not None:
        return (IntentMatch(Intent.OPT_OUT, ALONE, stop),)
    total = sum(len(part.words) for part in parts)
    best: dict[Intent, Match] = {}
    for match in matches:
        intent = _intent_of(match.meaning)
        if intent is not None and (intent not in best or match.length > best[intent].length):
            best[intent] = match
    mixed = sum(not family.isdisjoint(best) for family in _FAMILIES) > 1
    only_courtesy = COURTESY.issuperset(best.keys() - {Intent.OTHER})
    found = [
        IntentMatch(
            intent,
            _confidence(match.length, total, mixed and intent not in COURTESY),
            " ".join(parts[match.clause].words[match.start : match.end]),
        )
        for intent, match in best.items()
        if intent is not Intent.OTHER or only_courtesy
    ]
    order = list(Intent)
    found.sort(key=lambda one: -1 if one.intent is Intent.OTHER else order.index(one.intent))
    if not found or (COURTESY.issuperset(best) and _something_else(parts, found[0].intent, matches)):
        return (IntentMatch(Intent.OTHER, 0.0, ""),)
    return tuple(found)


def _something_else(parts: Sequence[Clause], first: Intent, matches: Iterable[Match]) -> bool:
    """Whether words of courtesy surround something that was not understood: a question, or a long remark."""
    left = [len(part.words) for part in parts]
    for match in matches:
        left[match.clause] -= match.length
    asked = any(words > 1 for words, part in zip(left, parts, strict=True) if part.question)
    return asked or (first is Intent.GREETING and sum(left) > REMARK)


def _confidence(matched: int, total: int, mixed: bool) -> float:
    base = ALONE if matched == total else IN_SHORT if total <= SHORT else IN_LONG
    return round(base - MIXED, 2) if mixed else base


def _answer(
    text: str, parts: Sequence[Clause], intents: Sequence[IntentMatch], refusal: bool, acknowledged: bool
) -> tuple[bool, str]:
    """Whether somebody should answer, and the word for why."""
    first = intents[0]
    if not text.strip():
        return True, "no_text"
    if refusal:
        return True, "refusal"
    if first.confidence > 0.0:
        closing = [one.intent for one in intents if one.intent in (Intent.THANKS, Intent.GOODBYE)]
        if closing and first.intent in COURTESY:
            return False, closing[0].value
        return True, first.intent.value
    if not parts and "?" not in text and not links(text):
        return False, "no_words"
    if acknowledged and sum(len(part.words) for part in parts) <= NEGATION_REACH:
        return False, "acknowledged"
    return True, "unclear"
