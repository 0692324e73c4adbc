"""Who asks to be left alone in words of their own is left alone as if they had written STOP."""

from domain.vocabulary import Intent, SequenceType
from tests.domain.builders import Business

PLEASE_STOP = "de verdad prefiero no saber más de ustedes"


def test_it_is_an_opt_out_with_the_message_as_proof() -> None:
    business = Business()
    business.says(PLEASE_STOP)
    business.understood(Intent.OPT_OUT, hard_stop=True)
    opted_out = business.last("follower.opted_out")
    assert (opted_out["source"], opted_out["message_id"], opted_out["matched"]) == ("understood", "m1", None)
    assert business.follower.opted_out


def test_what_was_promised_is_cancelled_and_nothing_begins_anew() -> None:
    business = Business()
    business.says(PLEASE_STOP)
    business.enrolled()  # by an occasion that was faster than the understanding
    business.understood(Intent.OPT_OUT, hard_stop=True)
    assert business.last("follower.enrolment_ended")["reason"] == "opted_out"
    assert not business.enrolled(SequenceType.RE_ENGAGEMENT, "silence")


def test_the_bot_that_was_silent_for_a_perhaps_may_confirm_it() -> None:
    business = Business()
    business.says("basta")
    business.understood(Intent.OTHER, soft_stop=True)
    business.says(PLEASE_STOP)
    business.understood(Intent.OPT_OUT, hard_stop=True)
    assert not business.follower.is_paused


def test_it_is_recorded_once_beside_a_stop_to_the_letter() -> None:
    business = Business()
    business.says("STOP")
    business.understood(Intent.OPT_OUT, hard_stop=True)
    assert [event["topic"] for event in business.log()].count("follower.opted_out") == 1
