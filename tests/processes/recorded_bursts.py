"""Bursts of people as earlier versions of the understanding have left them in a log."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import Inbound
from domain.vocabulary import Platform
from processes.understanding import propose
from tests.world import CREATOR

_numbers = count(1)


def burst(app: Clonnect, phone: str, text: str, creator_id: str = CREATOR, **recorded: Any) -> Follower:
    """Somebody writes and is understood at once, otherwise than today where `recorded` says so."""
    number = next(_numbers)
    now = datetime.now(UTC)
    message = Inbound(Platform.TELEGRAM, phone, f"m{number}", f"key-{number}", text, now, "webhook")
    with context.acting("system", at=now):
        follower_id = app.receive_message(creator_id, message).follower_id
        follower = app.follower(follower_id)
        assert follower.burst is not None
        meant = propose(app.creator(creator_id), follower, follower.burst)
        app.understand_burst(follower_id, replace(meant, **recorded))
    return app.follower(follower_id)


def answered_by_hand(app: Clonnect, follower: Follower, text: str) -> None:
    """A person answers."""
    with context.acting("person:1", at=datetime.now(UTC)):
        app.send_by_hand(follower.creator_id, follower.lead_id, text, UUID(int=next(_numbers)))


def model_called(app: Clonnect, follower: Follower, times: int) -> None:
    """What calls of the language model leave on record."""
    with context.acting("system", at=datetime.now(UTC)):
        for _ in range(times):
            follower.trigger_event(
                Follower.ModelCalled,
                call_id=UUID(int=next(_numbers)),
                burst_id=UUID(int=0),
                purpose="reply",
                model="openai/gpt-oss-120b",
                prompt_version=1,
                prompt_sha256="",
                params={},
                output="{}",
                prompt_tokens=0,
                completion_tokens=0,
                latency_ms=0,
                outcome="completed",
            )
        app.save_streams(follower)
