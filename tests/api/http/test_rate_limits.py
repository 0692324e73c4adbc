"""How often is too often, by a clock that the test moves."""

import asyncio
import contextlib
import threading

import pytest
from fastapi import Request

from api.access import passwords
from api.http.client_address import address_of
from api.http.problems import RateLimited, Unauthenticated
from api.http.rate_limits import ConcurrencyLimit, Throttle, Tries
from tests.world import ManualClock


def test_so_many_a_minute_and_then_one_by_one() -> None:
    clock = ManualClock()
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
    throttle = Throttle(1, ManualClock())
    throttle.take("ana")
    throttle.take("bea")
    with pytest.raises(RateLimited):
        throttle.take("ana")


def test_whoever_was_away_for_a_minute_may_do_all_of_it_again_and_no_more() -> None:
    clock = ManualClock()
    throttle = Throttle(2, clock)
    throttle.take("ana")
    clock.now += 3600
    for _ in range(2):
        throttle.take("ana")
    with pytest.raises(RateLimited):
        throttle.take("ana")


def test_a_refused_try_costs_nothing() -> None:
    clock = ManualClock()
    throttle = Throttle(1, clock)
    throttle.take("ana")
    for _ in range(100):
        with pytest.raises(RateLimited):
            throttle.take("ana")
    clock.now += 60
    throttle.take("ana")


def test_of_very_many_those_who_came_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.rate_limits.REMEMBERED", 3)
    throttle = Throttle(1, ManualClock())
    for who in ("ana", "bea", "cleo", "dora"):
        throttle.take(who)
    assert len(throttle._buckets) == 3
    throttle.take("ana")
    for who in ("cleo", "dora", "ana"):
        with pytest.raises(RateLimited):
            throttle.take(who)


def wrong(tries: Tries, address: str, account: str, *, is_known: bool = False) -> int:
    """So many log-ins fail before no more are tried."""
    count = 0
    with contextlib.suppress(RateLimited):
        while True:
            with contextlib.suppress(Unauthenticated), tries.one(address, account, is_known=is_known):
                count += 1
                raise Unauthenticated("wrong")
    return count


def test_wrong_log_ins_are_counted_for_account_and_address_first() -> None:
    tries = Tries(10, ManualClock())
    assert wrong(tries, "here", "ana") == 10
    assert wrong(tries, "here", "ANA") == 0
    assert wrong(tries, "here", "bea") == 10
    assert wrong(tries, "there", "ana") == 10


def test_from_one_address_and_for_one_account_some_more_fail_in_all() -> None:
    tries = Tries(10, ManualClock())
    assert sum(wrong(tries, "here", f"account {number}") for number in range(9)) == 30
    assert sum(wrong(tries, f"address {number}", "ana") for number in range(9)) == 30


def test_who_is_known_at_an_address_is_kept_out_by_nobody_else() -> None:
    clock = ManualClock()
    tries = Tries(10, clock)
    for number in range(9):
        wrong(tries, "home", f"account {number}")
        wrong(tries, f"address {number}", "ana")
    assert wrong(tries, "home", "ana") == 0
    assert wrong(tries, "home", "ana", is_known=True) == 60
    clock.now += 60
    for _ in range(1000):
        with tries.one("home", "ana", is_known=True):
            pass


def test_what_was_not_tried_is_not_counted() -> None:
    tries = Tries(1, ManualClock())
    for _ in range(10):
        with pytest.raises(RateLimited), tries.one("here", "ana"):
            raise RateLimited(1)
    assert wrong(tries, "here", "ana") == 1


async def test_no_more_than_a_few_wait_for_their_password_to_be_compared() -> None:
    strangers, known = passwords.Lane("strangers"), passwords.Lane("known")
    busy = threading.Event()
    waiting = [asyncio.create_task(strangers.run(busy.wait)) for _ in range(passwords.WAITING_AT_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await strangers.run(busy.wait)
    assert await known.run(lambda: "in") == "in"
    busy.set()
    assert await asyncio.gather(*waiting) == [True] * passwords.WAITING_AT_MOST
    assert await strangers.run(lambda: "in") == "in"


def test_only_so_many_at_once() -> None:
    streams = ConcurrencyLimit(1)
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
