"""What waited for the bot to be on goes out when it is, and nothing else does."""

from datetime import timedelta

import psycopg
from psycopg.rows import DictRow

from api.runtime import Runtime
from api.simulator.time_travel import move_clock, settle
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.vocabulary import Mode
from tests.harness.runtime import acting, deliver, events, say
from tests.world import CREATOR, sign_up

Connection = psycopg.Connection[DictRow]

TOO_EXPENSIVE = "Hola, ¿cuánto cuesta el curso? me parece caro"


async def test_everybody_who_waited_is_written_to_once(runtime: Runtime) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    for number in range(5):
        await deliver(runtime, {"follower_id": f"tg_{number + 1}", "text": TOO_EXPENSIVE, "message_id": "m"})
    assert await settle(runtime)
    assert await move_clock(runtime, runtime.clock() + timedelta(hours=6))
    assert len(events(runtime, Follower.FollowUpHeld)) == 5

    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.AUTO)
    assert len(events(runtime, Follower.FollowUpSent)) == 5


async def test_another_creators_bot_lets_nothing_go(runtime: Runtime) -> None:
    sign_up(runtime.app, runtime.settings, "eva")
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    assert await move_clock(runtime, runtime.clock() + timedelta(hours=6))
    await acting(runtime, Clonnect.change_mode, "eva", Mode.OFF)
    await acting(runtime, Clonnect.change_mode, "eva", Mode.AUTO)
    assert events(runtime, Follower.FollowUpReleased) == []


async def test_who_answered_meanwhile_is_not_written_to(runtime: Runtime) -> None:
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.OFF)
    await say(runtime, "tg_1", TOO_EXPENSIVE, "m1")
    assert await move_clock(runtime, runtime.clock() + timedelta(hours=6))
    await say(runtime, "tg_1", "ya no me interesa", "m2")
    await acting(runtime, Clonnect.change_mode, CREATOR, Mode.AUTO)
    assert events(runtime, Follower.FollowUpReleased) == []
    assert events(runtime, Follower.FollowUpSent) == []
