"""Sending policy: the rules for a follow-up that falls due, in their order; the first that says no decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.creator import Creator, CreatorSettings
from domain.follower.follower import Follower
from domain.follower.values import HOLD, OPEN_ATTEMPT_DELAY, STALE_AFTER, EndReason, FollowUp, Judged
from domain.lead import Lead
from domain.nurturing.placement import (
    ALWAYS,
    NEVER,
    ContactHistory,
    DeliveryOptions,
    HumanTask,
    Policy,
    SendTemplate,
    SendText,
    Unplaceable,
    legal,
    obstacle,
    place,
    window_end,
)
from domain.nurturing.quiet_hours import QuietHours
from domain.nurturing.steps import Rendered
from domain.platforms import has_window, too_long
from domain.vocabulary import Mode, Platform, SequenceType, Status

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Skip:
    """The step is let go, and with `end` the whole run."""

    reason: str
    end: EndReason | None = None


@dataclass(frozen=True)
class Hold:
    """The step waits for a person or a switch."""

    reason: str


@dataclass(frozen=True)
class Defer:
    """The step is judged again at `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Convert:
    """No machine may send the step; it becomes something else until `deadline`."""

    to: str
    deadline: datetime


@dataclass(frozen=True)
class GoAhead:
    """Nothing stands against it."""


Verdict = Skip | Hold | Defer | Convert | GoAhead


def standing_of(follower: Follower) -> ContactHistory:
    """How the rules of placement see a follower."""
    return ContactHistory(
        has_window=has_window(follower.platform),
        has_human_agent=follower.platform is Platform.INSTAGRAM,
        last_open=follower.last_open,
        window_corrected_at=follower.window_closed_at,
        last_outbound_at=follower.last_outbound_at,
        automated_sends=follower.automated_sends,
    )


def policy_of(settings: CreatorSettings) -> Policy:
    """What a creator's settings allow."""
    return Policy(
        quiet_hours=QuietHours(settings.zone, settings.quiet_from, settings.quiet_to),
        per_day=settings.cap_per_day,
        per_week=settings.cap_per_week,
    )


def judge(
    follow_up: FollowUp,
    rendered: Rendered,
    *,
    sequence_type: SequenceType,
    sequence_is_on: bool,
    follower: Follower,
    lead: Lead,
    creator: Creator,
    now: datetime,
) -> Verdict:
    """Decide in the fixed order of the rules; `now` is the instant of the decision."""
    if lead.is_deleted or lead.mark is not None or not follower.is_alive:
        return Skip("lead_gone", end="cancelled")
    if follower.platform not in creator.channels or follower.last_open is None or follower.suppressed:
        return Skip("unreachable", end="suppressed")
    if follower.opted_out:
        return Skip("opted_out", end="opted_out")
    if lead.status is Status.CUSTOMER and sequence_type is not SequenceType.POST_PURCHASE:
        return Skip("goal", end="goal")
    if not sequence_is_on:
        return Skip("sequence_off")
    if now - follow_up.due_at > STALE_AFTER and follow_up.late != "always":
        return Skip("stale")
    if creator.mode is Mode.OFF:
        return Hold("sending_off")
    if follower.escalation is not None:
        return Hold("escalation")
    if follower.is_paused:
        return Hold("human_handling")
    if rendered.unresolved:
        return Hold(f"content:{rendered.unresolved[0]}")
    if not rendered.text.strip() or too_long(follower.platform, rendered.text):
        return Hold("content:length")
    if follower.has_open_attempt:
        return Defer(now + OPEN_ATTEMPT_DELAY, "open_attempt")
    return _placed(follow_up, standing_of(follower), policy_of(creator.settings), now)


def _placed(follow_up: FollowUp, history: ContactHistory, policy: Policy, now: datetime) -> Verdict:
    if legal(now, history, policy):
        return GoAhead()
    why = obstacle(now, history, policy)
    options = DeliveryOptions(compressible=follow_up.compressible, human_task=follow_up.human_task)
    placed = place(now, now, history, policy, timedelta(0), options=options)
    if isinstance(placed, Unplaceable):
        return Skip(placed.reason)
    # Placements are whole minutes: what may become of it within this minute becomes of it now.
    if placed.at > now and (isinstance(placed, SendText) or placed.at - now >= MINUTE):
        return Defer(placed.at, why or "window_closed")
    match placed:
        case HumanTask(deadline=deadline):
            return Convert("human_task", deadline)
        case SendTemplate():
            return Convert("template", now + HOLD)
        case SendText():
            return GoAhead()


def judged(follower: Follower, creator: Creator) -> Judged:
    """On what an attempt of this moment is decided, for the log."""
    settings = creator.settings
    return Judged(
        last_open=follower.last_open,
        window_end=_finite(window_end(standing_of(follower))),
        zone=settings.timezone,
        quiet_from=settings.quiet_from.isoformat("minutes"),
        quiet_to=settings.quiet_to.isoformat("minutes"),
        cap_per_day=settings.cap_per_day,
        cap_per_week=settings.cap_per_week,
    )


def _finite(end: datetime) -> datetime | None:
    return None if end in (ALWAYS, NEVER) else end
