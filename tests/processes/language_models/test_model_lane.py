"""Who may call the model next: the urgent first, creators in turn, nobody over the limits, nobody for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.follower.values import Urgency
from processes.language_models.model_lane import LanePlace, ModelLane, NoPlace
from processes.language_models.rate_limits import Headroom, RateLimits
from tests.processes.language_models.conftest import JumpingClock


class LaneUsers:
    """LaneUsers of a lane: each notes its name when it is let in, and stays until it is let go."""

    def __init__(self, lane: ModelLane, clock: JumpingClock) -> None:
        self.lane = lane
        self.clock = clock
        self.order: list[str] = []
        self.turned_away: list[str] = []
        self._staying: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(
        self,
        name: str,
        creator_id: str = "maria",
        urgency: Urgency = Urgency.LIVE,
        *,
        tokens: int = 1,
        patience: float = 100.0,
        ahead: bool = False,
    ) -> None:
        self._staying[name] = asyncio.Event()
        until = self.clock.seconds() + patience
        self._tasks[name] = asyncio.create_task(self._call(name, creator_id, urgency, tokens, until, ahead))
        await settle()

    async def go(self, *names: str) -> None:
        for name in names:
            self._staying[name].set()
            await settle()

    async def give_up(self, name: str) -> None:
        self._tasks[name].cancel()
        await asyncio.wait([self._tasks[name]])
        await settle()

    async def all_go(self) -> list[str]:
        for staying in self._staying.values():
            staying.set()
        await asyncio.wait(self._tasks.values())
        return self.order

    async def _call(self, name: str, creator_id: str, urgency: Urgency, tokens: int, until: float, ahead: bool) -> None:
        try:
            async with self.lane.place(creator_id, urgency, tokens=tokens, until=until, ahead=ahead):
                self.order.append(name)
                await self._staying[name].wait()
        except NoPlace:
            self.turned_away.append(name)


async def settle() -> None:
    """Let everybody do what they can do now."""
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.fixture
async def one_at_a_time(clock: JumpingClock) -> AsyncIterator[LaneUsers]:
    async with ModelLane(clock.seconds, clock.sleep, places=1) as lane:
        yield LaneUsers(lane, clock)


@pytest.fixture
async def wide(clock: JumpingClock) -> AsyncIterator[LaneUsers]:
    async with ModelLane(clock.seconds, clock.sleep) as lane:
        yield LaneUsers(lane, clock)


async def test_live_bursts_go_before_regenerations_and_these_before_backlog(one_at_a_time: LaneUsers) -> None:
    await one_at_a_time.come("first")
    await one_at_a_time.come("backlog", urgency=Urgency.BACKLOG)
    await one_at_a_time.come("again", urgency=Urgency.REGENERATION)
    await one_at_a_time.come("live", urgency=Urgency.LIVE)
    assert await one_at_a_time.all_go() == ["first", "live", "again", "backlog"]


async def test_a_creator_with_much_to_ask_keeps_nobody_waiting(one_at_a_time: LaneUsers) -> None:
    await one_at_a_time.come("maria 1", "maria")
    for number in (2, 3, 4):
        await one_at_a_time.come(f"maria {number}", "maria")
    await one_at_a_time.come("joao 1", "joao")
    await one_at_a_time.come("kim 1", "kim")
    await one_at_a_time.come("joao 2", "joao")
    expected = ["maria 1", "maria 2", "joao 1", "kim 1", "maria 3", "joao 2", "maria 4"]
    assert await one_at_a_time.all_go() == expected


async def test_a_second_try_does_not_stand_in_line_again(one_at_a_time: LaneUsers) -> None:
    await one_at_a_time.come("first")
    await one_at_a_time.come("second")
    await one_at_a_time.come("first again", ahead=True)
    assert await one_at_a_time.all_go() == ["first", "first again", "second"]


async def test_no_more_are_in_the_air_than_there_are_places(wide: LaneUsers) -> None:
    for number in range(40):
        await wide.come(str(number), f"creator {number}")
    assert len(wide.order) == 32
    await wide.go("0", "1")
    assert len(wide.order) == 34
    await wide.all_go()


async def test_who_gives_up_waiting_leaves_no_trace(one_at_a_time: LaneUsers) -> None:
    await one_at_a_time.come("first")
    await one_at_a_time.come("second", "joao")
    await one_at_a_time.come("third", "kim")
    await one_at_a_time.give_up("second")
    assert await one_at_a_time.all_go() == ["first", "third"]


async def test_a_call_that_is_broken_off_gives_its_place_back(one_at_a_time: LaneUsers) -> None:
    await one_at_a_time.come("first")
    await one_at_a_time.come("second")
    await one_at_a_time.give_up("first")
    assert one_at_a_time.order == ["first", "second"]
    await one_at_a_time.all_go()


async def test_who_is_broken_off_in_the_moment_of_being_let_in_gives_the_place_back(one_at_a_time: LaneUsers) -> None:
    async with one_at_a_time.lane.place("maria", Urgency.LIVE, tokens=1, until=one_at_a_time.clock.seconds()):
        await one_at_a_time.come("second")
        await one_at_a_time.come("third")
    await one_at_a_time.give_up("second")  # it was let in by the line before, and has not heard of it
    assert await one_at_a_time.all_go() == ["third"]


async def test_nobody_waits_longer_than_they_have_patience(one_at_a_time: LaneUsers) -> None:
    await one_at_a_time.come("first")
    await one_at_a_time.come("second", patience=0)
    await asyncio.wait([one_at_a_time._tasks["second"]], timeout=10)
    assert one_at_a_time.turned_away == ["second"]
    await one_at_a_time.all_go()


async def test_who_has_no_patience_is_served_where_a_place_is_free(wide: LaneUsers) -> None:
    await wide.come("now", patience=0)
    assert await wide.all_go() == ["now"]


def heard(
    lane: ModelLane, place: LanePlace, *, requests: Headroom | None = None, tokens: Headroom | None = None
) -> None:
    lane.learn(place, RateLimits(requests, tokens))


async def test_what_the_limits_do_not_allow_waits_until_they_do(wide: LaneUsers, clock: JumpingClock) -> None:
    until = clock.seconds() + 100
    async with wide.lane.place("maria", Urgency.LIVE, tokens=500, until=until) as place:
        heard(wide.lane, place, tokens=Headroom(remaining=200, full_in=48.0, most=1000))
    begun = clock.seconds()
    async with wide.lane.place("maria", Urgency.LIVE, tokens=500, until=until):
        assert clock.seconds() - begun == pytest.approx(18.0)


async def test_calls_that_are_in_the_air_are_counted_though_no_answer_has_told_of_them(
    wide: LaneUsers, clock: JumpingClock
) -> None:
    until = clock.seconds() + 100
    async with wide.lane.place("maria", Urgency.LIVE, tokens=1, until=until) as first:
        await wide.come("second")
        heard(wide.lane, first, requests=Headroom(remaining=2, full_in=40.0, most=4))
        await wide.come("third")
        assert clock.waits == []
        await wide.come("fourth")
        assert clock.waits == [pytest.approx(20.0)]
    assert await wide.all_go() == ["second", "third", "fourth"]


async def test_who_would_wait_in_vain_is_told_at_once(wide: LaneUsers, clock: JumpingClock) -> None:
    async with wide.lane.place("maria", Urgency.LIVE, tokens=1, until=clock.seconds()) as place:
        heard(wide.lane, place, requests=Headroom(remaining=0, full_in=3600.0, most=1))
    await wide.come("in vain", patience=60)
    assert wide.turned_away == ["in vain"]
    assert clock.waits == []


async def test_a_closed_lane_opens_when_the_provider_said(wide: LaneUsers, clock: JumpingClock) -> None:
    wide.lane.close_for(7.0)
    await wide.come("hasty", "joao", patience=6)
    await wide.come("patient", patience=8)
    assert (wide.turned_away, await wide.all_go(), clock.waits) == (["hasty"], ["patient"], [7.0])


async def test_another_model_has_limits_of_its_own(wide: LaneUsers, clock: JumpingClock) -> None:
    wide.lane.close_for(3600.0)
    wide.lane.forget_limits()
    await wide.come("now", patience=0)
    assert await wide.all_go() == ["now"]


async def test_a_lane_that_is_left_leaves_nothing_behind(clock: JumpingClock) -> None:
    async def for_ever(seconds: float) -> None:
        await asyncio.Event().wait()

    async with ModelLane(clock.seconds, for_ever) as lane:
        lane.close_for(5.0)
        waiting = LaneUsers(lane, clock)
        await waiting.come("waits")
        await waiting.give_up("waits")
    assert asyncio.all_tasks() == {asyncio.current_task()}
