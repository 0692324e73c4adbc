"""PostgreSQL reckons a purchase intent exactly as the domain does, at any time."""

import json
from datetime import timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import DictRow

from domain.scoring import BURST, ENGAGED_WITHIN, ENGAGEMENT, TICK, Score, Term
from domain.vocabulary import Status
from projections.intent import INTENT
from tests.domain.bursts import NOW, Burst, bursts, fold, later

SCORES = f"""SELECT (SELECT intent FROM ({INTENT}) AS score)
               FROM unnest(%(terms)s::text[]::jsonb[]) WITH ORDINALITY AS lead (terms, number) ORDER BY number"""


def reckoned(conn: psycopg.Connection[DictRow], scores: list[Score], wait: timedelta) -> list[float]:
    """What PostgreSQL shows some time later."""
    terms = [json.dumps([vars(term) for term in score.terms], default=str) for score in scores]
    rows = conn.execute(SCORES.encode(), {"terms": terms, "now": NOW + wait}).fetchall()
    return [row["intent"] for row in rows]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(bursts, min_size=1, max_size=8),
    st.sampled_from(Status),
    st.floats(0, 1),
    st.sampled_from([timedelta(0), -TICK, ENGAGED_WITHIN, ENGAGED_WITHIN + TICK]) | later,
)
def test_whatever_was_said_is_reckoned_as_the_domain_does(
    conn: psycopg.Connection[DictRow], stories: list[list[Burst]], status: Status, given: float, wait: timedelta
) -> None:
    told = [fold(story)[0] for story in stories]
    scores = [*told, Score(), Score().moved_by_person(status, NOW), Score().given(given, NOW)]
    scores += [score.after((), direct_purchase=False, refusal=True, at=NOW) for score in scores]
    assert reckoned(conn, scores, wait) == [score.shown(NOW + wait) for score in scores]


def test_of_several_bursts_the_first_that_is_not_long_ago_counts_nothing(conn: psycopg.Connection[DictRow]) -> None:
    score = Score(tuple(Term(BURST, ENGAGEMENT, NOW + timedelta(days=days)) for days in range(4)))
    shown = [reckoned(conn, [score], timedelta(days=days))[0] for days in range(7, 12)]
    assert shown == [0.06, 0.04, 0.02, 0, 0]


def test_half_a_digit_is_rounded_as_the_domain_does(conn: psycopg.Connection[DictRow]) -> None:
    scores = [Score().given(number / 100_000, NOW) for number in range(5, 100_000, 10)]
    assert reckoned(conn, scores, timedelta(0)) == [score.shown(NOW) for score in scores]
