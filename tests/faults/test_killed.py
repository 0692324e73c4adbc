"""A worker may be killed at any moment: nobody is written to twice, and nobody is forgotten."""

from datetime import UTC, datetime, timedelta

from tests.harness.installation import Installation
from tests.harness.waiting import PATIENCE

BY_WEBHOOK = {"telegram_polling": "false"}


def test_a_worker_killed_while_it_sends_has_sent_once_and_the_next_one_says_that_nobody_knows(
    installation: Installation,
) -> None:
    installation.sign_up()
    installation.promise(42)
    installation.api.hold_next()
    worker = installation.start("work", **BY_WEBHOOK)
    installation.api.wait_until(lambda: installation.api.holding == 1)
    installation.kill(worker)

    installation.start("work", **BY_WEBHOOK)
    installation.wait_for("follower.follow_up_uncertain")
    assert [event["said"]["cause"] for event in installation.events("follower.send_uncertain")] == ["crash"]
    assert len(installation.api.sent) == 1
    assert installation.events("follower.follow_up_sent") == []


def test_a_worker_killed_before_the_hour_leaves_the_follow_up_to_the_next_one(installation: Installation) -> None:
    installation.sign_up()
    installation.promise(42)
    due_at = datetime.now(UTC) + timedelta(seconds=20)  # until then a worker starts, and is killed
    installation.postpone(due_at)
    installation.conn.execute("LISTEN read_progress")
    worker = installation.start("work", **BY_WEBHOOK)
    list(installation.conn.notifies(timeout=PATIENCE, stop_after=1))
    installation.kill(worker)

    installation.start("work", **BY_WEBHOOK)
    installation.wait_for("follower.follow_up_sent")
    (attempt,) = installation.events("follower.send_attempted")
    assert datetime.fromisoformat(attempt["said"]["decided_at"]) >= due_at
    assert len(installation.api.sent) == 1


def test_two_workers_at_once_write_to_each_of_a_hundred_people_once(installation: Installation) -> None:
    installation.sign_up()
    installation.promise(*range(1, 101))
    workers = [installation.start("work", **BY_WEBHOOK) for _ in range(2)]
    installation.wait_for("follower.follow_up_sent", 100)

    assert sorted(sent.chat_id for sent in installation.api.sent) == list(range(1, 101))
    assert all(worker.poll() is None for worker in workers)
    assert installation.events("follower.send_uncertain") == []


def test_of_two_workers_one_may_be_killed_in_the_middle_of_the_work(installation: Installation) -> None:
    installation.sign_up()
    installation.promise(*range(1, 61))
    killed, _ = installation.start("work", **BY_WEBHOOK), installation.start("work", **BY_WEBHOOK)
    installation.api.wait_until(lambda: len(installation.api.sent) >= 10)
    installation.kill(killed)
    # What the dead one had claimed and not attempted is free again when its lease ends, after half a minute.
    installation.wait_for("follower.enrolment_ended", 60)

    chats = [sent.chat_id for sent in installation.api.sent]
    sent, unknown = installation.events("follower.follow_up_sent"), installation.events("follower.follow_up_uncertain")
    assert len(chats) == len(set(chats)) >= len(sent)
    assert len(sent) + len(unknown) == 60


def test_a_worker_told_to_stop_finishes_what_it_sends(installation: Installation) -> None:
    installation.sign_up()
    installation.promise(42)
    installation.api.delay_next(1)
    worker = installation.start("work", **BY_WEBHOOK)
    installation.wait_for("follower.send_attempted")
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert len(installation.events("follower.follow_up_sent")) == 1
    assert len(installation.api.sent) == 1
