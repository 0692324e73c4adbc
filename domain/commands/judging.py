"""The judgement of a follow-up by every rule, and its verdict carried out; for all commands that send one."""

from datetime import datetime
from uuid import UUID

from domain.creator import Creator
from domain.follower import enrolment
from domain.follower.follower import Follower
from domain.follower.values import FollowUp
from domain.nurturing.send_rules import Convert, Defer, GoAhead, Hold, Skip, Verdict, judge
from domain.nurturing.steps import Rendered, render
from domain.person.names import first_name
from domain.streams import Streams


def judge_now(
    app: Streams, follower: Follower, follow_up: FollowUp, creator: Creator, now: datetime
) -> tuple[Verdict, Rendered]:
    """What becomes of a follow-up if it falls due now, and the text that would go out."""
    run = follower.run
    if run is None:
        raise LookupError("a follow-up that waits has a run")
    lead = app.lead_of(follower)
    rendered = render(follow_up.message_template, values_for(creator, lead.details.name, run.product_id))
    sequence = app.sequence(creator.creator_id, run.sequence_type)
    verdict = judge(
        follow_up,
        rendered,
        sequence_type=run.sequence_type,
        sequence_is_on=sequence.is_active,
        follower=follower,
        lead=lead,
        creator=creator,
        now=now,
    )
    return verdict, rendered


def carry_out(follower: Follower, follow_up: FollowUp, verdict: Verdict, now: datetime) -> None:
    """Record what a verdict makes of a follow-up that does not go out."""
    match verdict:
        case Skip():
            enrolment.skip(follower, follow_up, verdict.reason, end=verdict.end)
        case Hold():
            enrolment.hold(follower, follow_up, verdict.reason, now)
        case Defer():
            enrolment.defer(follower, follow_up, verdict.until, verdict.reason)
        case Convert():
            enrolment.convert(follower, follow_up, verdict.to, verdict.deadline)
        case GoAhead():
            raise ValueError("a follow-up that may go out is sent, not settled")


def values_for(creator: Creator, name: str | None, product_id: UUID | None) -> dict[str, str | None]:
    """What the variables of a step stand for; `name` is the person's."""
    product = creator.products.get(product_id) if product_id else None
    return {
        "product_name": product.name if product else None,
        "link": product.payment_link if product else None,
        "first_name": first_name(name),
        "creator_name": creator.clone_name,
    }
