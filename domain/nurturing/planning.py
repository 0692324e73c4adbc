"""Planning of a run: each step of its sequence at the place that the scheduling policy leaves it."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.creator import Creator
from domain.follower.follower import Follower
from domain.follower.values import FollowUp, Run
from domain.nurturing.placement import DeliveryOptions, HumanTask, Placement, SendTemplate, SendText, Unplaceable, plan
from domain.nurturing.send_rules import policy_of, standing_of
from domain.nurturing.sequence import Sequence
from domain.nurturing.steps import text_for
from domain.vocabulary import Language

PLANNING_SLACK = timedelta(minutes=15)


def planned_run(
    follower: Follower,
    creator: Creator,
    sequence: Sequence,
    language: Language,
    enrolment_id: UUID,
    anchor_at: datetime,
    now: datetime,
    first: int = 1,
) -> tuple[list[FollowUp], list[Placement]]:
    """The follow-ups of a run from step `first` on, each with the place that the rules leave it."""
    numbered = list(enumerate(sequence.steps, start=1))[first - 1 :]
    wishes = [
        (
            anchor_at + timedelta(hours=step.delay_hours),
            DeliveryOptions(compressible=step.compressible, human_task=step.human_task),
        )
        for _, step in numbered
    ]
    placements = plan(wishes, now, standing_of(follower), policy_of(creator.settings), PLANNING_SLACK)
    planned = [
        FollowUp(
            Run.follow_up_id(enrolment_id, number),
            number,
            wished_at,
            _due_at(placed, max(wished_at, now)),
            text_for(step, language, f"{follower.id}/{sequence.sequence_type}/{number}"),
            step.late,
            step.human_task,
            step.compressible,
        )
        for (number, step), (wished_at, _), placed in zip(numbered, wishes, placements, strict=True)
    ]
    return planned, placements


def _due_at(placed: Placement, otherwise: datetime) -> datetime:
    return otherwise if isinstance(placed, Unplaceable) else placed.at


def plan_words(placed: Placement) -> tuple[str, str | None]:
    """How an event names a place, and why there is none."""
    match placed:
        case SendText(pulled=True):
            return "pulled", None
        case SendText():
            return "send", None
        case SendTemplate():
            return "template", None
        case HumanTask():
            return "human_task", None
        case nothing:
            return "nothing", nothing.reason
