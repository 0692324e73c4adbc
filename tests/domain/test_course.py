"""A score that nobody adds to goes on in a course of few numbers."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.scoring.decay import ScoreDecay
from domain.scoring.score import ENGAGED_WITHIN, TICK, Score
from domain.vocabulary import Status
from tests.domain.bursts import NOW, Burst, bursts, fold, later

waits = st.sampled_from([timedelta(0), TICK, ENGAGED_WITHIN, ENGAGED_WITHIN + TICK]) | later


@given(bursts, waits)
def test_a_course_shows_what_its_score_shows(story: list[Burst], wait: timedelta) -> None:
    score, at = fold(story)
    assert ScoreDecay.of(score).shown(at + wait) == score.shown(at + wait)


@given(st.floats(0, 1), st.sampled_from(Status), waits)
def test_what_a_person_gave_has_a_course_as_well(value: float, status: Status, wait: timedelta) -> None:
    for score in (Score(), Score().given(value, NOW), Score().moved_by_person(status, NOW)):
        assert ScoreDecay.of(score).shown(NOW + wait) == score.shown(NOW + wait)


@given(bursts)
def test_each_engagement_has_its_lapse_and_the_last_is_for_good(story: list[Burst]) -> None:
    course = ScoreDecay.of(fold(story)[0])
    assert len(course.engagements) == len(course.lapses) + 1
    assert list(course.lapses) == sorted(course.lapses)
