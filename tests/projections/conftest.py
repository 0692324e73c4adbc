"""A database in which the projections follow what the application of the test does."""

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.runtime import Runtime
from domain import context
from domain.application import Clonnect
from domain.commands.conversations import ReceivedMessage
from domain.follower.values import Inbound
from domain.lead import Details, Lead
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform, Status
from eventstore.log import Log
from eventstore.mapper import TypedMapper
from eventstore.recorder import Recorder
from tests.harness.waiting import PATIENCE
from tests.world import CREATOR

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TimedCommands:
    """Commands on the reader's application, each a minute after the one before."""

    def __init__(self, app: Clonnect) -> None:
        self.app = app
        self.at = NOON
        self._numbers = itertools.count(1)

    def do(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.at += timedelta(minutes=1)
        with context.acting("person:1", at=self.at):
            return command(self.app, *args, **kwargs)

    def lead(self, user_id: str, *, creator_id: str = CREATOR, **wishes: Any) -> Lead:
        details = Details(**{name: wishes.pop(name) for name in ("name", "tags", "notes") if name in wishes})
        platform = wishes.pop("platform", Platform.TELEGRAM)
        status = wishes.pop("status", Status.NEW)
        lead: Lead = self.do(Clonnect.capture_lead, creator_id, NewLead(platform, user_id, details, status, **wishes))
        return lead

    def says(self, user_id: str, text: str) -> UUID:
        """A person writes; answers the lead."""
        number = next(self._numbers)
        message = Inbound(Platform.TELEGRAM, user_id, f"m{number}", f"k{number}", text, self.at, "webhook")
        received: ReceivedMessage = self.do(Clonnect.receive_message, CREATOR, message)
        return received.lead_id


@pytest.fixture
def people(app: Clonnect) -> TimedCommands:
    return TimedCommands(app)


@pytest.fixture
def log(people: TimedCommands) -> Log:
    """The log that the people's commands are appended to."""
    assert isinstance(people.app.recorder, Recorder)
    assert isinstance(people.app.mapper, TypedMapper)
    return Log(people.app.recorder, people.app.mapper)


async def shown(runtime: Runtime) -> None:
    """Wait until the tables show the whole log."""
    head = await asyncio.to_thread(runtime.log.head)
    assert await runtime.progress.wait_until(head, PATIENCE)
