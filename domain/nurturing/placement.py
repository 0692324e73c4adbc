"""Scheduling policy: the minute at which a follow-up may go out, or what becomes of it instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.nurturing.quiet_hours import QuietHours, first_slot, last_slot, next_quiet, quiet, whole_minute
from domain.platforms import WINDOW

# By Meta's documentation: 7 days with the HUMAN_AGENT tag on Instagram; WhatsApp asks not to repeat a marketing
# template at once after error 131049.
WINDOW_MARGIN: Final = timedelta(minutes=15)
HUMAN_AGENT_PERIOD: Final = timedelta(days=7)
HUMAN_AGENT_MARGIN: Final = timedelta(hours=1)
TEMPLATE_REFUSAL: Final = timedelta(hours=24)
ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
NEVER: Final = datetime.min.replace(tzinfo=UTC)

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


class UnplaceableReason(StrEnum):
    """Why a step has no way to arrive."""

    WINDOW_CLOSED = "window_closed"
    NO_CONVERSATION = "no_conversation"
    NO_TEMPLATE = "no_template"
    CAPS = "caps"
    QUIET_HOURS = "quiet_hours"


class Obstacle(StrEnum):
    """Why a step has to wait."""

    QUIET_HOURS = "quiet_hours"
    GAP = "gap"
    CAPS = "caps"


@dataclass(frozen=True)
class ContactHistory:
    """How a follower stands: what their channel allows, when they last wrote, what has been sent to them.

    `last_open` is the latest inbound that opens the messaging window. `window_corrected_at` is when the
    platform called the window closed although our clock had it open. `automated_sends` are the follow-ups of
    the last 7 days in any order, the uncertain ones too; `last_outbound_at` is our last message of any kind,
    `template_refused_at` when the platform last declined to deliver a marketing template.
    """

    has_window: bool
    has_human_agent: bool = False
    has_templates: bool = False
    last_open: datetime | None = None
    window_corrected_at: datetime | None = None
    last_outbound_at: datetime | None = None
    automated_sends: tuple[datetime, ...] = ()
    marketing_opt_in: bool = False
    template_refused_at: datetime | None = None


@dataclass(frozen=True)
class Policy:
    """What the follower's day and the creator's settings allow."""

    quiet_hours: QuietHours
    gap: timedelta = timedelta(hours=4)
    after_outbound: timedelta = timedelta(minutes=60)
    per_day: int = 2
    per_week: int = 4
    template_budget_left: bool = True


@dataclass(frozen=True)
class DeliveryOptions:
    """How a step may arrive if not when wished; `template`: one is approved in the follower's language."""

    compressible: bool = True
    human_task: bool = False
    template: bool = False


USUAL_DELIVERY: Final = DeliveryOptions()


@dataclass(frozen=True)
class SendText:
    """Goes out as text at `at`: `moved` behind the wished minute, `pulled` before it, or neither."""

    at: datetime
    moved: bool
    pulled: bool


@dataclass(frozen=True)
class SendTemplate:
    """Goes out as the platform's approved template."""

    at: datetime


@dataclass(frozen=True)
class HumanTask:
    """A person is asked to send it, from `at` and before `deadline`."""

    at: datetime
    deadline: datetime


@dataclass(frozen=True)
class Unplaceable:
    """Cannot arrive."""

    reason: UnplaceableReason


Placement = SendText | SendTemplate | HumanTask | Unplaceable


def plan(
    wishes: Sequence[tuple[datetime, DeliveryOptions]],
    now: datetime,
    history: ContactHistory,
    policy: Policy,
    slack: timedelta,
) -> list[Placement]:
    """Place the steps of a run, given in the order of their wished instants; each minds those before it."""
    placements: list[Placement] = []
    for wished, options in wishes:
        earlier = [placed.at for placed in placements if not isinstance(placed, Unplaceable)]
        pulled = any(isinstance(placed, SendText) and placed.pulled for placed in placements)
        placements.append(
            place(wished, now, history, policy, slack, options=options, earlier=earlier, pulled_before=pulled)
        )
    return placements


def place(
    t: datetime,
    now: datetime,
    history: ContactHistory,
    policy: Policy,
    slack: timedelta,
    *,
    options: DeliveryOptions = USUAL_DELIVERY,
    earlier: Sequence[datetime] = (),
    pulled_before: bool = False,
) -> Placement:
    """Find the minute at which a step wished for at `t` may arrive, or what becomes of it.

    `slack` is how late a worker may be and still find the slot open. `earlier` holds the placed instants of
    the run's earlier steps; `pulled_before` says that one of them was already pulled into this window.
    """
    wanted = max(t, now)
    closes = window_end(history)
    free_from = caps_end(history, policy, earlier)

    at = None if free_from == ALWAYS else first_slot(max(wanted, free_from), policy.quiet_hours, slack)
    if at is not None and at + slack < closes:
        return SendText(at, moved=at > whole_minute(t), pulled=False)

    if options.compressible and not pulled_before and now < closes:
        early = last_slot(max(now, free_from), min(t, closes - slack), policy.quiet_hours, slack)
        if early is not None:
            return SendText(early, moved=False, pulled=True)

    if at is not None and _template_allowed(at, history, policy, options):
        return SendTemplate(at)

    by_hand = first_slot(wanted, policy.quiet_hours, slack)
    deadline = _human_agent_end(history)
    if options.human_task and by_hand is not None and by_hand < deadline:
        return HumanTask(by_hand, deadline)
    return Unplaceable(_reason(at, by_hand, closes, history, slack))


def legal(
    x: datetime,
    history: ContactHistory,
    policy: Policy,
    slack: timedelta = timedelta(0),
    earlier: Sequence[datetime] = (),
) -> bool:
    """May a machine write at `x`, and still `slack` later: window open, not quiet, caps kept?"""
    return (
        x + slack < window_end(history)
        and obstacle(x, history, policy, earlier) is None
        and next_quiet(x, x + slack, policy.quiet_hours) is None
    )


def obstacle(x: datetime, history: ContactHistory, policy: Policy, earlier: Sequence[datetime] = ()) -> Obstacle | None:
    """What time alone will remove, but keeps a machine from writing at `x`; None if nothing does."""
    if quiet(x, policy.quiet_hours):
        return Obstacle.QUIET_HOURS
    if x < _gap_end(history, policy, earlier):
        return Obstacle.GAP
    return Obstacle.CAPS if x < caps_end(history, policy, earlier) else None


def window_end(history: ContactHistory) -> datetime:
    """When the messaging window closes, less our margin; `ALWAYS` if it stays open, `NEVER` if it is not."""
    if history.last_open is None:
        return NEVER
    if history.window_corrected_at is not None and history.window_corrected_at >= history.last_open:
        return NEVER
    return history.last_open + WINDOW - WINDOW_MARGIN if history.has_window else ALWAYS


def caps_end(history: ContactHistory, policy: Policy, earlier: Sequence[datetime] = ()) -> datetime:
    """The first instant at which gaps and caps allow a further follow-up; `ALWAYS` if they never do."""
    sends = sorted((*history.automated_sends, *earlier), reverse=True)
    ends = [_gap_end(history, policy, earlier)]
    for cap, period in ((policy.per_day, _DAY), (policy.per_week, _WEEK)):
        if cap <= 0:
            return ALWAYS
        if len(sends) >= cap:
            ends.append(sends[cap - 1] + period)
    return max(ends)


def _gap_end(history: ContactHistory, policy: Policy, earlier: Sequence[datetime]) -> datetime:
    ends = [sent + policy.gap for sent in (*history.automated_sends, *earlier)]
    if history.last_outbound_at is not None:
        ends.append(history.last_outbound_at + policy.after_outbound)
    return max(ends, default=NEVER)


def _human_agent_end(history: ContactHistory) -> datetime:
    """Until when a person may write although the window has closed; `NEVER` if the channel knows no such."""
    if not history.has_human_agent or history.last_open is None:
        return NEVER
    return history.last_open + HUMAN_AGENT_PERIOD - HUMAN_AGENT_MARGIN


def _template_allowed(at: datetime, history: ContactHistory, policy: Policy, options: DeliveryOptions) -> bool:
    refused = history.template_refused_at
    return (
        history.has_templates
        and options.template
        and history.marketing_opt_in
        and policy.template_budget_left
        and (refused is None or refused + TEMPLATE_REFUSAL <= at)
    )


def _reason(
    at: datetime | None, without_caps: datetime | None, closes: datetime, history: ContactHistory, slack: timedelta
) -> UnplaceableReason:
    if history.last_open is None:
        return UnplaceableReason.NO_CONVERSATION
    if without_caps is None:
        return UnplaceableReason.QUIET_HOURS
    if at is None or without_caps + slack < closes:
        return UnplaceableReason.CAPS
    return UnplaceableReason.NO_TEMPLATE if history.has_templates else UnplaceableReason.WINDOW_CLOSED
