"""PostgreSQL reckons a purchase intent exactly as the domain does."""

from datetime import datetime, timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import DictRow

from domain.scoring.score import BURST, ENGAGED_WITHIN, ENGAGEMENT, TICK, Score, Term
from projections.people.intent_sql import COURSE_COLUMNS, INTENT, course_columns
from tests.domain.bursts import NOW, Burst, bursts, fold, later

COURSES = f"CREATE TEMPORARY TABLE courses (number int,{COURSE_COLUMNS})"


def reckoned(conn: psycopg.Connection[DictRow], scores: list[Score], now: datetime) -> list[float]:
    """What PostgreSQL shows."""
    courses = [{"number": number, **course_columns(score)} for number, score in enumerate(scores)]
    with conn.transaction(force_rollback=True):
        conn.execute(COURSES.encode())
        for course in courses:
            places = ", ".join(["%s"] * len(course))
            conn.execute(f"INSERT INTO courses VALUES ({places})".encode(), [*course.values()])
        query = f"SELECT {INTENT} AS intent FROM courses AS lead ORDER BY number"
        return [row["intent"] for row in conn.execute(query.encode(), {"now": now}).fetchall()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(bursts, st.sampled_from([timedelta(0), ENGAGED_WITHIN, ENGAGED_WITHIN + TICK]) | later)
def test_whatever_was_said_is_reckoned_as_the_domain_does(
    conn: psycopg.Connection[DictRow], story: list[Burst], wait: timedelta
) -> None:
    score, at = fold(story)
    scores = [score, score.after((), direct_purchase=False, refusal=True, at=at), score.customer(at)]
    assert reckoned(conn, scores, at + wait) == [each.shown(at + wait) for each in scores]


def test_of_several_bursts_the_first_that_is_not_long_ago_counts_nothing(conn: psycopg.Connection[DictRow]) -> None:
    score = Score(tuple(Term(BURST, ENGAGEMENT, NOW + timedelta(days=days)) for days in range(4)))
    shown = [reckoned(conn, [score], NOW + timedelta(days=days))[0] for days in range(7, 12)]
    assert shown == [0.06, 0.04, 0.02, 0, 0]


def test_half_a_digit_is_rounded_as_the_domain_does(conn: psycopg.Connection[DictRow]) -> None:
    scores = [Score().given(number / 100_000, NOW) for number in range(5, 2_000, 10)]
    assert reckoned(conn, scores, NOW) == [score.shown(NOW) for score in scores]


def test_after_a_lifetime_nothing_is_left_of_any_interest(conn: psycopg.Connection[DictRow]) -> None:
    scores = [Score().given(interest, NOW) for interest in (1.0, 1e-9, 1e-199, 1e-300, 5e-324, 0.0)]
    for years in (1, 10, 11, 12, 38, 42, 1000):
        assert reckoned(conn, scores, NOW + timedelta(days=365 * years)) == [0] * len(scores)
