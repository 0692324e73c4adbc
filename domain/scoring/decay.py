"""Decay of a score in silence, in so few numbers that a database can reckon with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp2

from domain.scoring.score import BURST, ENGAGED_WITHIN, ENGAGEMENT_AT_MOST, HALF_LIFE, TICK, Score, as_shown


@dataclass(frozen=True)
class ScoreDecay:
    """What is shown from `since` on: an interest that halves every 14 days, and an engagement that lapses in steps.

    There is one engagement more than there are lapses: each counts until the lapse beside it, the last for good.
    """

    since: datetime
    interest: float
    lapses: Sequence[datetime]
    engagements: Sequence[float]

    @classmethod
    def of(cls, score: Score) -> "ScoreDecay":
        """The course of a score to which nothing is added."""
        since = score.judged_at
        if score.is_customer:
            return cls(since, 0.0, (), (1.0,))
        interest = score.interest(since)
        bursts = sorted((term for term in score.terms if term.what == BURST), key=lambda term: term.at)
        if not bursts:
            return cls(since, interest, (), (0.0,))
        return cls(
            since,
            interest,
            tuple(burst.at + ENGAGED_WITHIN + TICK for burst in bursts),
            tuple(
                min(ENGAGEMENT_AT_MOST, sum((burst.weight for burst in bursts[lapsed + 1 :]), 0.0))
                for lapsed in range(len(bursts) + 1)
            ),
        )

    def shown(self, now: datetime) -> float:
        """As `Score.shown`."""
        interest = self.interest * exp2(-(max(timedelta(0), now - self.since) / HALF_LIFE))
        return as_shown(min(1.0, interest + self.engagements[sum(lapse <= now for lapse in self.lapses)]))
