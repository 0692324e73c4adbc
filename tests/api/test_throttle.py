"""How often is too often, by a clock that the test moves."""

import pytest
from fastapi import Request

from api.dependencies import address_of
from api.problems import RateLimited
from api.throttle import AtOnce, Throttle


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_a_minute_and_then_one_by_one() -> None:
    clock = Clock()
    throttle = Throttle(10, clock)
    for _ in range(10):
        throttle.take("ana")
    with pytest.raises(RateLimited) as refusal:
        throttle.take("ana")
    assert refusal.value.headers == {"Retry-After": "6"}
    clock.now += 6
    throttle.take("ana")
    with pytest.raises(RateLimited):
        throttle.take("ana")


def test_nobody_pays_for_another() -> None:
    throttle = Throttle(1, Clock())
    throttle.take("ana")
    throttle.take("bea")
    with pytest.raises(RateLimited):
        throttle.take("ana")


def test_whoever_was_away_for_a_minute_may_do_all_of_it_again_and_no_more() -> None:
    clock = Clock()
    throttle = Throttle(2, clock)
    throttle.take("ana")
    clock.now += 3600
    for _ in range(2):
        throttle.take("ana")
    with pytest.raises(RateLimited):
        throttle.take("ana")


def test_a_refused_try_costs_nothing() -> None:
    clock = Clock()
    throttle = Throttle(1, clock)
    throttle.take("ana")
    for _ in range(100):
        with pytest.raises(RateLimited):
            throttle.take("ana")
    clock.now += 60
    throttle.take("ana")


def test_only_so_many_at_once() -> None:
    streams = AtOnce(1)
    with streams.one("ana"):
        with streams.one("bea"):
            pass
        with pytest.raises(RateLimited), streams.one("ana"):
            pass
    with streams.one("ana"):
        pass


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_whoever_has_a_network_of_addresses_is_counted_as_one(host: str, place: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == place
