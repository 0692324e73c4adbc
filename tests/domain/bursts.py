"""What somebody has said over time, made up, and the score that it leads to."""

from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import strategies as st

from domain.scoring.score import Score
from domain.vocabulary import Intent

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Burst = tuple[tuple[Intent, ...], bool, bool, int]
bursts = st.lists(
    st.tuples(
        st.lists(st.sampled_from(Intent), max_size=3).map(tuple),
        st.booleans(),
        st.booleans(),
        st.integers(0, 60 * 24 * 20),
    ),
    max_size=30,
)
later = st.integers(0, 60 * 24 * 200).map(lambda minutes: timedelta(minutes=minutes))


def fold(story: list[Burst]) -> tuple[Score, datetime]:
    def one(state: tuple[Score, datetime], burst: Burst) -> tuple[Score, datetime]:
        score, at = state
        intents, direct_purchase, refusal, minutes = burst
        at += timedelta(minutes=minutes)
        return score.after(intents, direct_purchase=direct_purchase, refusal=refusal, at=at), at

    return reduce(one, story, (Score(), NOW))
