"""The headers of an answer say how much may be asked, and when."""

import math

import pytest

from processes.language_models.rate_limits import Allowance, Headroom, RateLimits, read_duration, read_limits


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2m59.56s", 179.56),
        ("7.66s", 7.66),
        ("1.2s", 1.2),
        ("480ms", 0.48),
        ("1h2m3s", 3723),
        ("1d", 86400),
        ("0s", 0),
        ("3", 3),
        ("0.5", 0.5),
        ("", None),
        ("soon", None),
        ("-2s", None),
        ("2 s", None),
        ("1e9", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("٣s", None),
    ],
)
def test_durations_are_read_as_the_provider_writes_them(text: str, seconds: float | None) -> None:
    assert read_duration(text) == (None if seconds is None else pytest.approx(seconds))


def test_limits_are_read_from_the_headers_of_an_answer() -> None:
    headers = {
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-remaining-requests": "14370",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-remaining-tokens": "17997",
        "x-ratelimit-reset-tokens": "7.66s",
    }
    assert read_limits(headers) == RateLimits(Headroom(14370, 179.56, 14400), Headroom(17997, 7.66), None)


def test_what_cannot_be_read_counts_as_not_said() -> None:
    headers = {"x-ratelimit-remaining-tokens": "many", "x-ratelimit-reset-tokens": "1s", "retry-after": "later"}
    assert read_limits(headers) == RateLimits()


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (RateLimits(retry_after=3, tokens=Headroom(0, 9)), 3),
        (RateLimits(requests=Headroom(5, 60), tokens=Headroom(0, 9)), 9),
        (RateLimits(requests=Headroom(0, 60), tokens=Headroom(0, 9)), 60),
        (RateLimits(), None),
    ],
)
def test_who_is_refused_waits_as_long_as_the_answer_says(limits: RateLimits, seconds: float | None) -> None:
    assert limits.wait == seconds


def test_nothing_is_held_back_before_anything_is_known() -> None:
    assert Allowance().opens_in(10**9, now=5.0) == 0


def test_an_allowance_refills_evenly() -> None:
    tokens = Allowance()
    tokens.learn(Headroom(remaining=100, full_in=45.0, most=1000), used_since=0, now=10.0)
    assert tokens.opens_in(100, now=10.0) == 0
    assert tokens.opens_in(300, now=10.0) == pytest.approx(10.0)
    assert tokens.opens_in(300, now=14.0) == pytest.approx(6.0)
    assert tokens.opens_in(300, now=20.0) == 0


def test_what_was_begun_meanwhile_is_counted() -> None:
    tokens = Allowance()
    tokens.learn(Headroom(remaining=500, full_in=50.0, most=1000), used_since=300, now=0.0)
    assert tokens.opens_in(250, now=0.0) == pytest.approx(5.0)
    tokens.use(100, now=0.0)
    assert tokens.opens_in(250, now=0.0) == pytest.approx(15.0)


def test_a_request_for_more_than_there_ever_is_waits_until_all_is_there() -> None:
    tokens = Allowance()
    tokens.learn(Headroom(remaining=0, full_in=60.0, most=1000), used_since=0, now=0.0)
    assert tokens.opens_in(5000, now=0.0) == pytest.approx(60.0)
    assert tokens.opens_in(5000, now=60.0) == 0


def test_where_no_limit_is_told_nothing_is_there_until_the_reset() -> None:
    requests = Allowance()
    requests.learn(Headroom(remaining=1, full_in=30.0), used_since=0, now=0.0)
    assert requests.opens_in(1, now=0.0) == 0
    requests.use(1, now=0.0)
    assert requests.opens_in(1, now=10.0) == pytest.approx(20.0)
    assert requests.opens_in(1, now=30.0) == 0


def test_an_allowance_never_closes_for_ever() -> None:
    full = Allowance()
    full.learn(Headroom(remaining=10, full_in=0.0, most=10), used_since=0, now=0.0)
    for _ in range(30):
        full.use(1, now=1.0)
    assert math.isfinite(full.opens_in(1, now=1.0))
