"""Routes of the dashboard: a creator's numbers, and the switch of the bot under its several names."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS, STAFF
from api.creators.routes import ConfigItem
from api.http.commands import DoOnVersion
from api.http.fields import Ok, Reason, RequestModel, ResponseModel, Time
from api.http.reads import Reads, Tag
from api.http.routing import Account
from api.presenters.items import ConversationItem, LeadItem
from api.presenters.json_pages import PREVIEW
from domain.application import Clonnect
from domain.creator import Creator
from domain.vocabulary import Mode, Status
from projections.people.filters import ORDERS, Filters
from projections.stats import CreatorFigures

router = guarded_router("dashboard", reads=STAFF, writes=OWNERS)

LATEST = ORDERS["-last_contact"]
RECENT_CONVERSATIONS = 20
RECENT_LEADS = 50


class Metrics(ResponseModel):
    """How many there are of what; the rates are 0 where there is no lead."""

    total_messages: int
    total_followers: int
    leads: int
    customers: int
    high_intent_followers: int
    conversion_rate: float


class DashboardMetrics(Metrics):
    """The same with the columns of the board: hot is hot, warm is active, cold is new."""

    total_conversations: int
    total_leads: int
    hot_leads: int
    warm_leads: int
    cold_leads: int
    lead_rate: float


class MetricsOut(Ok):
    """The numbers of a creator."""

    metrics: Metrics


class Waiting(ResponseModel):
    """What waits for a person."""

    escalations: int


class FollowUpNumbers(ResponseModel):
    """Follow-ups that ought to be judged by now, that were sent, and that wait for a person or a switch."""

    due: int
    sent: int
    held: int


class Overview(Ok):
    """Everything that the first screen shows."""

    metrics: DashboardMetrics
    recent_conversations: list[ConversationItem]
    leads: list[LeadItem]
    config: ConfigItem
    products_count: int
    bot_active: bool
    clone_active: bool
    creator_name: str
    waiting: Waiting
    followups: FollowUpNumbers


class BotStatus(Ok):
    """Whether the bot answers for this creator, since when, and why not."""

    creator_id: str
    bot_active: bool
    exists: Literal[True] = True
    active: bool
    pause_reason: str | None
    updated_at: Time
    mode: Mode


class BotSwitched(Ok):
    """The bot as it was switched."""

    creator_id: str
    bot_active: bool


class SetBotMode(RequestModel):
    """What the bot may do."""

    mode: Annotated[Mode, Field(strict=False)]


class BotModeSet(BotSwitched):
    """What the bot may do now."""

    mode: Mode


class DashboardToggled(Ok):
    """The same switch, in the words of the dashboard."""

    active: bool
    bot_active: bool
    clone_active: bool
    reason: str | None


class Pause(RequestModel):
    """Why the bot is to be silent."""

    reason: Reason | None = None


@router.get("/dashboard/{creator_id}/overview")
async def get_overview(creator: Acting, reads: Reads) -> Overview:
    """The numbers of a creator, the latest conversations and leads, and what waits."""
    now = reads.now()
    account = await reads.account(creator.creator_id)
    numbers = await reads.stats.numbers(creator.creator_id, now)
    follow_ups = (await reads.nurturing.numbers(creator.creator_id)).get(None, {})
    inbox, _ = await reads.conversations.page(creator.creator_id, Filters(), LATEST, None, RECENT_CONVERSATIONS)
    said = await reads.conversations.latest([row["lead_id"] for row in inbox.rows], PREVIEW)
    board = await reads.board.page(creator.creator_id, Filters(), LATEST, None, RECENT_LEADS)
    is_on = account.mode is not Mode.OFF
    return Overview(
        metrics=DashboardMetrics(
            **_metrics(numbers),
            total_conversations=numbers.leads,
            total_leads=numbers.leads,
            hot_leads=numbers.by_status[Status.HOT],
            warm_leads=numbers.by_status[Status.ACTIVE],
            cold_leads=numbers.by_status[Status.NEW],
            lead_rate=_rate(numbers.leads - numbers.by_status[Status.NEW], numbers.leads),
        ),
        recent_conversations=[ConversationItem.of(row, said[row["lead_id"]], now) for row in inbox.rows],
        leads=[LeadItem.of(row, now) for row in board.rows],
        config=ConfigItem.of(account),
        products_count=len(account.products),
        bot_active=is_on,
        clone_active=is_on,
        creator_name=account.clone_name,
        waiting=Waiting(escalations=numbers.escalations),
        followups=FollowUpNumbers(
            due=await reads.nurturing.due(creator.creator_id, now),
            sent=follow_ups.get("sent", 0),
            held=follow_ups.get("held", 0),
        ),
    )


@router.get("/dm/metrics/{creator_id}")
async def get_creator_metrics(creator: Acting, reads: Reads) -> MetricsOut:
    """The numbers of a creator by themselves."""
    numbers = await reads.stats.numbers(creator.creator_id, reads.now())
    return MetricsOut(metrics=Metrics(**_metrics(numbers)))


@router.put("/dashboard/{creator_id}/toggle")
async def toggle_bot(
    creator: Acting,
    do: DoOnVersion,
    active: bool | None = None,
    reason: Annotated[str | None, Query(max_length=500)] = None,
) -> DashboardToggled:
    """Switch the bot on or off; without `active` to the other side."""
    account = await _switch(creator, do, active, reason)
    is_on = account.mode is not Mode.OFF
    return DashboardToggled(active=is_on, bot_active=is_on, clone_active=is_on, reason=account.mode_reason)


@router.post("/bot/{creator_id}/pause")
async def pause_bot(creator: Acting, do: DoOnVersion, body: Pause | None = None) -> BotSwitched:
    """Silence the bot: messages are stored, understood and scored all the same; what falls due is held."""
    account = await _switch(creator, do, False, body.reason if body else None)
    return BotSwitched(creator_id=account.creator_id, bot_active=account.mode is not Mode.OFF)


@router.post("/bot/{creator_id}/resume")
async def resume_bot(creator: Acting, do: DoOnVersion) -> BotSwitched:
    """Let the bot answer again."""
    account = await _switch(creator, do, True, None)
    return BotSwitched(creator_id=account.creator_id, bot_active=account.mode is not Mode.OFF)


@router.put("/bot/{creator_id}/mode")
async def set_bot_mode(creator: Acting, do: DoOnVersion, body: SetBotMode) -> BotModeSet:
    """Say what the bot may do: nothing, propose answers, or send those that nothing speaks against."""
    account = await do.on_creator(creator.creator_id, Clonnect.change_mode, body.mode)
    do.version(account.version)
    return BotModeSet(creator_id=account.creator_id, mode=account.mode, bot_active=account.mode is not Mode.OFF)


@router.get("/bot/{creator_id}/status")
async def get_bot_status(creator: Acting, account: Account, tag: Tag) -> BotStatus:
    """Whether the bot answers."""
    tag(account.version)
    is_on = account.mode is not Mode.OFF
    return BotStatus(
        creator_id=account.creator_id,
        bot_active=is_on,
        active=is_on,
        pause_reason=None if is_on else account.mode_reason,
        updated_at=account.modified_on,
        mode=account.mode,
    )


async def _switch(creator: Acting, do: DoOnVersion, active: bool | None, reason: str | None) -> Creator:
    account = await do.on_creator(creator.creator_id, Clonnect.switch_bot, active, reason)
    do.version(account.version)
    return account


def _metrics(numbers: CreatorFigures) -> dict[str, Any]:
    customers = numbers.by_status[Status.CUSTOMER]
    return {
        "total_messages": numbers.messages,
        "total_followers": numbers.leads,
        "leads": numbers.leads,
        "customers": customers,
        "high_intent_followers": numbers.high_intent,
        "conversion_rate": _rate(customers, numbers.leads),
    }


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
