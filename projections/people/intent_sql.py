"""SQL of a lead's purchase intent at an instant, the same as `domain.scoring.decay.ScoreDecay.shown`."""

from typing import Any, Final

from domain.scoring.decay import ScoreDecay
from domain.scoring.score import HALF_LIFE, SHOWN_PARTS, Score

COURSE_COLUMNS: Final = """
            since timestamptz NOT NULL, interest double precision NOT NULL,
            lapses timestamptz[] NOT NULL, engagements double precision[] NOT NULL"""

AS_GOOD_AS_NONE: Final = 1e-200
NOTHING_LEFT: Final = 300
"""Less interest than that, and what is left after so many half-lives, changes nothing that is shown.

They keep the product above 1e-308: PostgreSQL refuses to answer a product or a power that is too small for it.
"""

INTENT: Final = f"""(round({SHOWN_PARTS} * least(1, lead.engagements[1 + width_bucket(%(now)s, lead.lapses)]
    + greatest(lead.interest, {AS_GOOD_AS_NONE}) * power(2::float8, greatest(
        -{NOTHING_LEFT}, -extract(epoch FROM greatest(interval '0', %(now)s - lead.since))::float8
                         / {HALF_LIFE.total_seconds()}::float8)))) / {SHOWN_PARTS})"""
"""That of `lead` at the time that is given as `now`."""


def course_columns(score: Score) -> dict[str, Any]:
    """What is kept of a score."""
    course = ScoreDecay.of(score)
    return {
        "since": course.since,
        "interest": course.interest,
        "lapses": list(course.lapses),
        "engagements": list(course.engagements),
    }


UNJUDGED: Final = course_columns(Score())
"""What is kept of the score of somebody who has said nothing yet."""
