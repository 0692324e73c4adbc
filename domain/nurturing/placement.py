"""When may this follow-up go out, and if it may not, what happens instead?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.nurturing.quiet_hours import QuietHours, first_slot, last_slot, next_quiet, quiet, whole_minute

# By Meta's documentation: 24 hours on Instagram and WhatsApp, 7 days with the HUMAN_AGENT tag on Instagram;
# WhatsApp asks not to repeat a marketing template at once after error 131049.
WINDOW: Final = timedelta(hours=24)
WINDOW_MARGIN: Final = timedelta(minutes=15)
HUMAN_AGENT_PERIOD: Final = timedelta(days=7)
HUMAN_AGENT_MARGIN: Final = timedelta(hours=1)
TEMPLATE_REFUSAL: Final = timedelta(hours=24)
ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
NEVER: Final = datetime.min.replace(tzinfo=UTC)

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


class NothingReason(StrEnum):
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
class Standing:
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
    human_task_allowed: bool = True
    template_budget_left: bool = True


@dataclass(frozen=True)
class Ways:
    """How a step may arrive if not when wished; `template`: one is approved in the follower's language."""

    compressible: bool = True
    human_task: bool = False
    template: bool = False


USUAL_WAYS: Final = Ways()


@dataclass(frozen=True)
class Send:
    """Goes out as text at `at`: `moved` behind the wished minute, `pulled` before it, or neither."""

    at: datetime
    moved: bool
    pulled: bool


@dataclass(frozen=True)
class Template:
    """Goes out as the platform's approved template."""

    at: datetime


@dataclass(frozen=True)
class HumanTask:
    """A person is asked to send it, from `at` and before `deadline`."""

    at: datetime
    deadline: datetime


@dataclass(frozen=True)
class Nothing:
    """Cannot arrive."""

    reason: NothingReason


Placement = Send | Template | HumanTask | Nothing


def plan(
    wishes: Sequence[tuple[datetime, Ways]],
    now: datetime,
    standing: Standing,
    policy: Policy,
    slack: timedelta,
) -> list[Placement]:
    """Place the steps of a run, given in the order of their wished instants; each minds those before it."""
    placements: list[Placement] = []
    for wished, ways in wishes:
        earlier = [placed.at for placed in placements if not isinstance(placed, Nothing)]
        pulled = any(isinstance(placed, Send) and placed.pulled for placed in placements)
        placements.append(place(wished, now, standing, policy, slack, ways=ways, earlier=earlier, pulled_before=pulled))
    return placements


def place(
    t: datetime,
    now: datetime,
    standing: Standing,
    policy: Policy,
    slack: timedelta,
    *,
    ways: Ways = USUAL_WAYS,
    earlier: Sequence[datetime] = (),
    pulled_before: bool = False,
) -> Placement:
    """Find the minute at which a step wished for at `t` may arrive, or what becomes of it.

    `slack` is how late a worker may be and still find the slot open. `earlier` holds the placed instants of
    the run's earlier steps; `pulled_before` says that one of them was already pulled into this window.
    """
    wanted = max(t, now)
    closes = window_end(standing)
    free_from = caps_end(standing, policy, earlier)

    at = None if free_from == ALWAYS else first_slot(max(wanted, free_from), policy.quiet_hours, slack)
    if at is not None and at + slack < closes:
        return Send(at, moved=at > whole_minute(t), pulled=False)

    if ways.compressible and not pulled_before and now < closes:
        early = last_slot(max(now, free_from), min(t, closes - slack), policy.quiet_hours, slack)
        if early is not None:
            return Send(early, moved=False, pulled=True)

    if at is not None and _template_allowed(at, standing, policy, ways):
        return Template(at)

    by_hand = first_slot(wanted, policy.quiet_hours, slack)
    deadline = _human_agent_end(standing)
    if ways.human_task and policy.human_task_allowed and by_hand is not None and by_hand < deadline:
        return HumanTask(by_hand, deadline)
    return Nothing(_reason(at, by_hand, closes, standing, slack))


def legal(
    x: datetime,
    standing: Standing,
    policy: Policy,
    slack: timedelta = timedelta(0),
    earlier: Sequence[datetime] = (),
) -> bool:
    """May a machine write at `x`, and still `slack` later: window open, not quiet, caps kept?"""
    return (
        x + slack < window_end(standing)
        and obstacle(x, standing, policy, earlier) is None
        and next_quiet(x, x + slack, policy.quiet_hours) is None
    )


def obstacle(x: datetime, standing: Standing, policy: Policy, earlier: Sequence[datetime] = ()) -> Obstacle | None:
    """What time alone will remove, but keeps a machine from writing at `x`; None if nothing does."""
    if quiet(x, policy.quiet_hours):
        return Obstacle.QUIET_HOURS
    if x < _gap_end(standing, policy, earlier):
        return Obstacle.GAP
    return Obstacle.CAPS if x < caps_end(standing, policy, earlier) else None


def window_end(standing: Standing) -> datetime:
    """When the messaging window closes, less our margin; `ALWAYS` if it stays open, `NEVER` if it is not."""
    if standing.last_open is None:
        return NEVER
    if standing.window_corrected_at is not None and standing.window_corrected_at >= standing.last_open:
        return NEVER
    return standing.last_open + WINDOW - WINDOW_MARGIN if standing.has_window else ALWAYS


def caps_end(standing: Standing, policy: Policy, earlier: Sequence[datetime] = ()) -> datetime:
    """The first instant at which gaps and caps allow a further follow-up; `ALWAYS` if they never do."""
    sends = sorted((*standing.automated_sends, *earlier), reverse=True)
    ends = [_gap_end(standing, policy, earlier)]
    for cap, period in ((policy.per_day, _DAY), (policy.per_week, _WEEK)):
        if cap <= 0:
            return ALWAYS
        if len(sends) >= cap:
            ends.append(sends[cap - 1] + period)
    return max(ends)


def _gap_end(standing: Standing, policy: Policy, earlier: Sequence[datetime]) -> datetime:
    ends = [sent + policy.gap for sent in (*standing.automated_sends, *earlier)]
    if standing.last_outbound_at is not None:
        ends.append(standing.last_outbound_at + policy.after_outbound)
    return max(ends, default=NEVER)


def _human_agent_end(standing: Standing) -> datetime:
    """Until when a person may write although the window has closed; `NEVER` if the channel knows no such."""
    if not standing.has_human_agent or standing.last_open is None:
        return NEVER
    return standing.last_open + HUMAN_AGENT_PERIOD - HUMAN_AGENT_MARGIN


def _template_allowed(at: datetime, standing: Standing, policy: Policy, ways: Ways) -> bool:
    refused = standing.template_refused_at
    return (
        standing.has_templates
        and ways.template
        and standing.marketing_opt_in
        and policy.template_budget_left
        and (refused is None or refused + TEMPLATE_REFUSAL <= at)
    )


def _reason(
    at: datetime | None, without_caps: datetime | None, closes: datetime, standing: Standing, slack: timedelta
) -> NothingReason:
    if standing.last_open is None:
        return NothingReason.NO_CONVERSATION
    if without_caps is None:
        return NothingReason.QUIET_HOURS
    if at is None or without_caps + slack < closes:
        return NothingReason.CAPS
    return NothingReason.NO_TEMPLATE if standing.has_templates else NothingReason.WINDOW_CLOSED
