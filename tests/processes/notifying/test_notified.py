"""When a notification that did not arrive is tried again."""

from datetime import timedelta

from processes.notifying.notified import retry_delay


def test_it_is_tried_eight_times_within_a_day_and_a_half() -> None:
    delays = [retry_delay(attempts) for attempts in range(1, 9)]
    waited = [delay for delay in delays if delay is not None]
    assert delays[-1] is None
    assert len(waited) == 7
    assert sum(waited, timedelta(0)) == timedelta(hours=31, minutes=35, seconds=5)


def test_the_first_tries_come_soon_and_each_later_than_the_one_before() -> None:
    waited = [delay for attempts in range(1, 8) if (delay := retry_delay(attempts)) is not None]
    assert waited[0] == timedelta(seconds=5)
    assert waited == sorted(set(waited))


def test_who_asks_for_more_time_gets_it_and_nobody_is_tried_sooner_than_planned() -> None:
    assert retry_delay(1, timedelta(hours=1)) == timedelta(hours=1)
    assert retry_delay(4, timedelta(seconds=1)) == timedelta(hours=2)


def test_to_ask_for_more_time_does_not_add_a_try() -> None:
    assert retry_delay(8, timedelta(hours=1)) is None
