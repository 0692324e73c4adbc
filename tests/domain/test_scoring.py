"""How likely somebody is to buy, and what that lifts them to."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scoring.score import FOREVER, HALF_LIFE, SURE_TO_BUY, TICK, Score, believed, earned_status
from domain.vocabulary import Intent, Status
from tests.domain.bursts import NOW, Burst, bursts, fold, later


def said(*intents: Intent, score: Score | None = None, at: datetime = NOW, refusal: bool = False) -> Score:
    return (score or Score()).after(intents, direct_purchase=False, refusal=refusal, at=at)


@given(bursts, later)
def test_a_score_is_a_share_whatever_was_said(story: list[Burst], wait: timedelta) -> None:
    score, at = fold(story)
    assert 0.0 <= score.value(at + wait) <= 1.0


@given(bursts, later, later)
def test_a_score_never_rises_in_silence(story: list[Burst], wait: timedelta, longer: timedelta) -> None:
    score, at = fold(story)
    assert score.value(at + wait + longer) <= score.value(at + wait) + 1e-12


@given(bursts)
def test_the_same_story_gives_the_same_score(story: list[Burst]) -> None:
    assert fold(story) == fold(story)


@given(bursts)
def test_the_reasons_kept_stay_few(story: list[Burst]) -> None:
    assert len(fold(story)[0].terms) <= 16


@given(bursts, st.sampled_from(Status))
def test_a_persons_move_replaces_everything_before(story: list[Burst], status: Status) -> None:
    score, at = fold(story)
    value = {Status.NEW: 0.1, Status.ACTIVE: 0.35, Status.HOT: 0.7, Status.CUSTOMER: 1.0}[status]
    assert score.moved_by_person(status, at).value(at) == value
    assert score.moved_by_person(status, at) == Score().moved_by_person(status, at)


@given(bursts)
def test_a_customer_stays_one_whatever_is_said(story: list[Burst]) -> None:
    score = Score().customer(NOW)
    for intents, direct_purchase, refusal, _ in story:
        score = score.after(intents, direct_purchase=direct_purchase, refusal=refusal, at=NOW)
    assert score.value(NOW + 10 * HALF_LIFE) == 1.0


def test_the_strongest_interest_counts_once() -> None:
    once = said(Intent.INTEREST_STRONG, Intent.QUESTION_PRODUCT)
    assert once.value(NOW) == 0.75
    assert said(Intent.INTEREST_SOFT, score=once).value(NOW) == pytest.approx(0.77)


def test_the_words_of_a_purchase_count_most() -> None:
    score = Score().after([Intent.INTEREST_STRONG], direct_purchase=True, refusal=False, at=NOW)
    assert score.value(NOW) == 0.85


def test_half_of_the_interest_is_left_after_two_weeks() -> None:
    assert said(Intent.INTEREST_SOFT).value(NOW + timedelta(days=14)) == 0.25


def test_an_objection_lowers_and_asking_whether_it_works_lifts() -> None:
    assert said(Intent.INTEREST_SOFT, Intent.OBJECTION_PRICE).value(NOW) == pytest.approx(0.45)
    assert said(Intent.INTEREST_SOFT, Intent.OBJECTION_WORKS).value(NOW) == pytest.approx(0.55)


def test_objections_of_one_kind_add_up() -> None:
    score = said(Intent.OBJECTION_LATER, score=said(Intent.INTEREST_SOFT, Intent.OBJECTION_LATER))
    assert score.value(NOW) == pytest.approx(0.50 - 0.06 + 0.02)


def test_keeping_in_touch_counts_up_to_a_tenth() -> None:
    score = said(Intent.INTEREST_SOFT)
    for hours in range(1, 12):
        score = said(Intent.OTHER, score=score, at=NOW + timedelta(hours=hours))
    now = NOW + timedelta(hours=11)
    assert score.value(now) == pytest.approx(said(Intent.INTEREST_SOFT).value(now) + 0.10)


def test_a_message_after_more_than_a_week_is_no_engagement() -> None:
    now = NOW + timedelta(days=8)
    score = said(Intent.OTHER, score=said(Intent.INTEREST_SOFT), at=now)
    assert score.value(now) == said(Intent.INTEREST_SOFT).value(now)


def test_a_refusal_leaves_three_tenths_of_what_was_before_and_says_so() -> None:
    score = said(Intent.OTHER, score=said(Intent.INTEREST_STRONG), refusal=True)
    assert score.value(NOW) == pytest.approx(0.75 * 0.3 + 0.02)
    assert "refusal" in [term.what for term in score.terms]


def test_the_reasons_are_named_weighed_and_dated() -> None:
    terms = [(term.what, term.weight, term.at) for term in said(Intent.LEAD_MAGNET).terms]
    assert terms == [("lead_magnet", 0.20, NOW), ("burst", 0.02, NOW)]


@pytest.mark.parametrize("current", [Status.NEW, Status.ACTIVE])
def test_who_wants_to_buy_becomes_hot(current: Status) -> None:
    assert earned_status(current, [Intent.INTEREST_STRONG], direct_purchase=False, bursts=1, value=0.0) is Status.HOT
    assert earned_status(current, [], direct_purchase=True, bursts=1, value=0.0) is Status.HOT
    assert earned_status(current, [], direct_purchase=False, bursts=1, value=0.60) is Status.HOT


@pytest.mark.parametrize(
    "intent", [Intent.INTEREST_SOFT, Intent.QUESTION_PRODUCT, Intent.LEAD_MAGNET, Intent.OBJECTION_ALREADY_HAVE]
)
def test_who_asks_or_objects_becomes_active(intent: Intent) -> None:
    assert earned_status(Status.NEW, [intent], direct_purchase=False, bursts=1, value=0.2) is Status.ACTIVE


def test_who_writes_twice_becomes_active() -> None:
    assert earned_status(Status.NEW, [Intent.GREETING], direct_purchase=False, bursts=2, value=0.0) is Status.ACTIVE


def test_to_want_to_buy_counts_as_interest_as_long_as_it_is_not_sure() -> None:
    assert believed([(Intent.INTEREST_STRONG, SURE_TO_BUY)]) == [Intent.INTEREST_STRONG]
    unsure = believed([(Intent.INTEREST_STRONG, SURE_TO_BUY - 0.01), (Intent.GREETING, 0.4)])
    assert unsure == [Intent.INTEREST_SOFT, Intent.GREETING]


def test_a_greeting_alone_moves_nobody() -> None:
    assert earned_status(Status.NEW, [Intent.GREETING], direct_purchase=False, bursts=1, value=0.0) is None


@given(
    st.sampled_from(Status),
    st.lists(st.sampled_from(Intent)),
    st.booleans(),
    st.integers(1, 9),
    st.floats(0, 1),
)
def test_words_move_nobody_down_or_to_customer(
    current: Status, intents: list[Intent], direct_purchase: bool, count: int, value: float
) -> None:
    earned = earned_status(current, intents, direct_purchase=direct_purchase, bursts=count, value=value)
    assert earned is None or (current < earned and earned is not Status.CUSTOMER)


@given(bursts, bursts, later, later)
def test_the_standing_of_two_scores_tells_which_is_higher_at_any_time(
    one: list[Burst], other: list[Burst], since: timedelta, until: timedelta
) -> None:
    (first, judged), (second, judged_too) = fold(one), fold(other)
    now = max(judged, judged_too) + since + until
    gap = first.standing - second.standing
    values = [score.value(now) for score in (first, second)]
    # What engagement adds does not decay but ends, so that scores which are close may change places.
    assert gap <= 0 or values[0] >= values[1] - 0.10 - 1e-9
    assert gap >= 0 or values[1] >= values[0] - 0.10 - 1e-9


def test_a_customer_stands_above_all_and_who_has_said_nothing_below() -> None:
    strong = said(Intent.INTEREST_STRONG)
    assert Score().customer(NOW).standing > strong.standing > Score().standing
    assert said(Intent.INTEREST_STRONG, at=NOW + HALF_LIFE).standing > strong.standing


@given(bursts, st.sampled_from([0.1, 0.25, 0.5, 0.85]))
def test_the_last_instant_of_a_level_is_that_after_which_less_is_shown(story: list[Burst], level: float) -> None:
    score, at = fold(story)
    last = score.lasts_until(level, at)
    if last is None:
        assert score.shown(at) < level
    else:
        assert last >= at
        assert score.shown(last) >= level
        assert score.shown(last + TICK) < level


def test_a_customer_is_one_for_ever_and_a_person_of_no_interest_never_was_close() -> None:
    assert Score().customer(NOW).lasts_until(0.5, NOW) == FOREVER
    assert Score().lasts_until(0.5, NOW) is None
    assert Score().given(0.5, NOW).lasts_until(0.5, NOW) is not None
