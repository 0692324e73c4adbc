"""Scoring: how likely a lead is to buy, the terms that say why, and the status that it earns."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil, exp2, log2

from domain.vocabulary import Intent, Status

SCORING_VERSION = 1

HALF_LIFE = timedelta(days=14)
ENGAGED_WITHIN = timedelta(days=7)
ENGAGEMENT = 0.02
ENGAGEMENT_AT_MOST = 0.10
REFUSAL_LEAVES = 0.3
HOT_FROM = 0.60
SURE_TO_BUY = 0.85
NEGLIGIBLE = 0.001
SHOWN_PARTS = 10_000.0
FOREVER = datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)
NEARLY = 2 * TICK

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
ABOVE_ALL, BELOW_ALL = 1e9, -1e9

DIRECT_PURCHASE = "direct_purchase"
BURST = "burst"
REFUSAL = "refusal"
CUSTOMER = "customer"
BY_PERSON = "person:"

LEVELS: dict[str, float] = {
    DIRECT_PURCHASE: 0.85,
    Intent.INTEREST_STRONG: 0.75,
    Intent.INTEREST_SOFT: 0.50,
    Intent.QUESTION_PRODUCT: 0.25,
    Intent.LEAD_MAGNET: 0.20,
}
ADJUSTMENTS: dict[str, float] = {
    Intent.OBJECTION_PRICE: -0.05,
    Intent.OBJECTION_TIME: -0.05,
    Intent.OBJECTION_DOUBT: -0.05,
    Intent.OBJECTION_NOT_FOR_ME: -0.05,
    Intent.OBJECTION_LATER: -0.03,
    Intent.OBJECTION_COMPLICATED: -0.03,
    Intent.OBJECTION_ALREADY_HAVE: -0.10,
    Intent.OBJECTION_WORKS: 0.05,
}
BY_HAND: dict[Status, float] = {Status.NEW: 0.1, Status.ACTIVE: 0.35, Status.HOT: 0.7, Status.CUSTOMER: 1.0}


@dataclass(frozen=True)
class Term:
    """One reason for a score: its weight at the instant `at` (aware UTC), from which it decays.

    `what` is an intent's name, `direct_purchase`, `burst`, `refusal` (the factor that the terms before it were
    multiplied by), `customer`, or `person:` and the status that a person gave
    (`person:given`: they entered the value itself).
    """

    what: str
    weight: float
    at: datetime

    def decayed(self, now: datetime) -> float:
        """The weight at `now`; half of it is left after 14 days."""
        return self.weight * exp2(-max(0.0, (now - self.at) / HALF_LIFE))


@dataclass(frozen=True)
class Score:
    """The terms that still matter: at most one level and one of each adjustment, and the last bursts."""

    terms: tuple[Term, ...] = ()

    def value(self, now: datetime) -> float:
        """The purchase intent at `now`, in [0, 1]; it falls as time passes, and never rises by itself."""
        return 1.0 if self.is_customer else min(1.0, self.interest(now) + self._engagement(now))

    def interest(self, now: datetime) -> float:
        """What of the value comes from what was said, not from how lately."""
        level = adjustments = 0.0
        for term in self.terms:
            if _is_level(term):
                level = max(level, term.decayed(now))
            elif term.what in ADJUSTMENTS:
                adjustments += term.decayed(now)
        return max(0.0, level + adjustments)

    def _engagement(self, now: datetime) -> float:
        """What writing again and again adds for some days; the first time adds nothing."""
        engaged = [term.weight for term in self._bursts if now - term.at <= ENGAGED_WITHIN]
        return min(ENGAGEMENT_AT_MOST, sum(engaged[1:]))

    @property
    def standing(self) -> float:
        """A number that tells which of two scores is higher whenever they are compared: both have decayed alike.

        It is where the value as it was last judged crosses 1.0 on its way back in time, counted in half-lives.
        """
        if self.is_customer:
            return ABOVE_ALL
        value = self.value(self.judged_at)
        return log2(value) + (self.judged_at - EPOCH) / HALF_LIFE if value > 0 else BELOW_ALL

    @property
    def judged_at(self) -> datetime:
        """When something was last said or entered that matters; `EPOCH` where nothing was."""
        return self.terms[0].at if len(self.terms) == 1 else max((term.at for term in self.terms), default=EPOCH)

    def lasts_until(self, level: float, since: datetime) -> datetime | None:
        """The last instant from `since` on at which at least `level`, above 0, is shown; `None` if it is not then.

        A score only falls as time passes, and is shown with four digits.
        """
        if self.is_customer:
            return FOREVER
        if not self._shows(level, since):
            return None
        near = self._about_until(level, since)
        if self._shows(level, near - NEARLY) and not self._shows(level, near + NEARLY):
            return self._last_between(level, near - NEARLY, near + NEARLY)
        until = since + HALF_LIFE
        while self._shows(level, until):
            until += until - since
        return self._last_between(level, since, until)

    def _about_until(self, level: float, since: datetime) -> datetime:
        """The last instant but for the rounding of floats, if no term is of a time behind `since`."""
        begin, end = since, FOREVER
        for burst in self._bursts:  # engagement falls behind each of these, else everything decays alike
            if (step := burst.at + ENGAGED_WITHIN) >= begin:
                if not self._shows(level, step + TICK):
                    end = step
                    break
                begin = step + TICK
        least = (ceil(level * SHOWN_PARTS) - 0.5) / SHOWN_PARTS - self._engagement(begin)
        if least <= 0:
            return end
        lasts = HALF_LIFE * max(0.0, log2(max(self.interest(begin), least) / least))
        return min(begin + lasts, end)

    def _last_between(self, level: float, shown: datetime, not_shown: datetime) -> datetime:
        while not_shown - shown > TICK:
            middle = shown + (not_shown - shown) // 2
            if self._shows(level, middle):
                shown = middle
            else:
                not_shown = middle
        return shown

    def shown(self, now: datetime) -> float:
        """The value with four digits."""
        return as_shown(self.value(now))

    def _shows(self, level: float, now: datetime) -> bool:
        return self.shown(now) >= level

    def after(self, intents: Collection[Intent], *, direct_purchase: bool, refusal: bool, at: datetime) -> "Score":
        """The score after one more burst that meant this."""
        if self.is_customer:
            return self
        before = self._refused(at) if refusal else self
        names: set[str] = set(intents) | ({DIRECT_PURCHASE} if direct_purchase else set())
        return Score(
            (
                *before._level(names, at),
                *before._adjustments(names, at),
                *(term for term in before.terms if term.what == REFUSAL and term.decayed(at) > NEGLIGIBLE),
                *before._bursts_and(Term(BURST, ENGAGEMENT, at)),
            )
        )

    def moved_by_person(self, status: Status, at: datetime) -> "Score":
        """A person's move replaces every term before it."""
        if status is Status.CUSTOMER:
            return self.customer(at)
        return Score((Term(BY_PERSON + status, BY_HAND[status], at),))

    def given(self, value: float, at: datetime) -> "Score":
        """What a person entered replaces every term before it."""
        return Score((Term(BY_PERSON + "given", value, at),))

    def customer(self, at: datetime) -> "Score":
        """Somebody who has bought: 1.0, whatever is said afterwards."""
        return Score((Term(CUSTOMER, 1.0, at),))

    @property
    def is_customer(self) -> bool:
        """Whether it is the score of somebody who has bought."""
        return len(self.terms) == 1 and self.terms[0].what == CUSTOMER

    @property
    def _bursts(self) -> list[Term]:
        return [term for term in self.terms if term.what == BURST]

    def _refused(self, at: datetime) -> "Score":
        weaker = tuple(
            replace(term, weight=term.weight * REFUSAL_LEAVES) for term in self.terms if term.what != REFUSAL
        )
        return Score((*weaker, Term(REFUSAL, REFUSAL_LEAVES, at)))

    def _level(self, names: set[str], at: datetime) -> list[Term]:
        """Only the highest: all levels decay alike, so that a lower one never comes back."""
        levels = [term for term in self.terms if _is_level(term)]
        levels += [Term(name, weight, at) for name, weight in LEVELS.items() if name in names]
        highest = max(levels, key=lambda term: term.decayed(at), default=None)
        return [] if highest is None or highest.decayed(at) < NEGLIGIBLE else [highest]

    def _adjustments(self, names: set[str], at: datetime) -> list[Term]:
        """One of each kind: what is left of the earlier ones is added to the new one."""
        adjusted: list[Term] = []
        for name, weight in ADJUSTMENTS.items():
            earlier = [term for term in self.terms if term.what == name]
            if name in names:
                adjusted.append(Term(name, weight + sum(term.decayed(at) for term in earlier), at))
            else:
                adjusted += [term for term in earlier if abs(term.decayed(at)) >= NEGLIGIBLE]
        return adjusted

    def _bursts_and(self, new: Term) -> list[Term]:
        """The first counts nothing, so that one more than the ceiling needs is enough."""
        recent = [term for term in self._bursts if new.at - term.at <= ENGAGED_WITHIN]
        return [*recent, new][-(round(ENGAGEMENT_AT_MOST / ENGAGEMENT) + 1) :]


def as_shown(value: float) -> float:
    """A value with four digits, rounded as the database rounds."""
    return round(value * SHOWN_PARTS) / SHOWN_PARTS


def believed(intents: Iterable[tuple[Intent, float]]) -> list[Intent]:
    """The intents as they count: to want to buy is interest as long as it is not sure, for it moves a lead to hot."""
    return [
        Intent.INTEREST_SOFT if intent is Intent.INTEREST_STRONG and confidence < SURE_TO_BUY else intent
        for intent, confidence in intents
    ]


def earned_status(
    current: Status, intents: Collection[Intent], *, direct_purchase: bool, bursts: int, value: float
) -> Status | None:
    """The status that a burst lifts a lead to, or None; never down, and never to customer by words.

    `bursts` counts this one; `value` is the score after it.
    """
    if direct_purchase or Intent.INTEREST_STRONG in intents or value >= HOT_FROM:
        earned = Status.HOT
    elif bursts > 1 or not _ACTIVATING.isdisjoint(intents):
        earned = Status.ACTIVE
    else:
        return None
    return earned if current < earned else None


_ACTIVATING = frozenset({Intent.INTEREST_SOFT, Intent.QUESTION_PRODUCT, Intent.LEAD_MAGNET}) | frozenset(
    intent for intent in Intent if intent.startswith("objection_")
)


def _is_level(term: Term) -> bool:
    return term.what in LEVELS or term.what.startswith(BY_PERSON)
