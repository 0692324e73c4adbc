"""The follow-ups that are still to come of the people on a list, of which a list shows the next."""

from typing import ClassVar

from domain.follower.follower import Follower
from eventstore.log import Recorded
from projections.engine.projection import Projection, Tables, handles


def next_follow_up(table: str) -> str:
    """SQL of the next follow-up of `lead`, as JSON; NULL without one."""
    return f"""(SELECT jsonb_build_object('sequence_type', f.sequence_type, 'step', f.step,
                                             'scheduled_at', f.scheduled_at)
                     FROM {{{table}}} AS f WHERE f.lead_id = lead.lead_id
                    ORDER BY f.scheduled_at, f.step LIMIT 1)"""


def follow_ups_table(table: str) -> str:
    """The statements that make the table."""
    return f"""
        CREATE TABLE {{{table}}} (
            follow_up_id uuid PRIMARY KEY, lead_id uuid NOT NULL, sequence_type text NOT NULL,
            step int NOT NULL, scheduled_at timestamptz NOT NULL);
        CREATE INDEX ON {{{table}}} (lead_id, scheduled_at);
    """


class FollowUpsToCome(Projection):
    """The base of a list that shows them; `follow_ups` names its table, whose key is `follow_up_id`."""

    follow_ups: ClassVar[str]

    @handles(Follower.FollowUpScheduled)
    def follow_up_scheduled(self, event: Follower.FollowUpScheduled, tables: Tables, recorded: Recorded) -> None:
        tables[self.follow_ups].put(
            event.follow_up_id,
            lead_id=event.lead_id,
            sequence_type=event.sequence_type,
            step=event.step,
            scheduled_at=event.due_at,
        )

    @handles(Follower.FollowUpDeferred)
    def follow_up_deferred(self, event: Follower.FollowUpDeferred, tables: Tables, recorded: Recorded) -> None:
        tables[self.follow_ups].set(event.follow_up_id, scheduled_at=event.until)

    @handles(Follower.FollowUpReleased)
    def follow_up_released(self, event: Follower.FollowUpReleased, tables: Tables, recorded: Recorded) -> None:
        tables[self.follow_ups].set(event.follow_up_id, scheduled_at=event.due_at)

    @handles(
        Follower.FollowUpSent,
        Follower.FollowUpUncertain,
        Follower.FollowUpSkipped,
        Follower.FollowUpFailed,
        Follower.FollowUpConverted,
    )
    def follow_up_settled(self, event: Follower.FollowUpSent, tables: Tables, recorded: Recorded) -> None:
        tables[self.follow_ups].delete(event.follow_up_id)

    @handles(Follower.EnrolmentEnded)
    def enrolment_ended(self, event: Follower.EnrolmentEnded, tables: Tables, recorded: Recorded) -> None:
        for follow_up_id in event.cancelled:
            tables[self.follow_ups].delete(follow_up_id)
