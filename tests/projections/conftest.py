"""A database in which the projections follow what the application of the test does."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.bootstrap import Runtime
from domain import context
from domain.application import Clonnect
from domain.commands.leads import NewLead
from domain.lead import Details, Lead
from domain.vocabulary import Platform, Status
from tests.runtime import CREATOR

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class People:
    """Commands on the reader's application, each a minute after the one before."""

    def __init__(self, app: Clonnect) -> None:
        self.app = app
        self.at = NOON

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


@pytest.fixture
def people(app: Clonnect) -> People:
    return People(app)


async def shown(runtime: Runtime) -> None:
    """Wait until the tables show the whole log."""
    head = await asyncio.to_thread(runtime.log.head)
    assert await runtime.progress.passed(head, 20)
