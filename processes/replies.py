"""Process manager of answers: understands what comes in, and has it answered when the bot may speak."""

from collections.abc import Callable

from domain.answering.modes import mode_for
from domain.application import Clonnect
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits, UnderstoodBurst
from domain.understanding import classifier
from domain.vocabulary import Mode
from eventstore.log import Recorded
from eventstore.writer import Writer
from processes import language as identification
from processes.process import Process, caused_by, reacts_to
from processes.template_answers import template_answer
from processes.understanding import understand_message


class Replies(Process):
    """Message → what it means → the reply."""

    name = "replies"

    def __init__(
        self, writer: Writer[Clonnect], limits: AnswerLimits, asks_model: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._writer = writer
        self._limits = limits
        self._asks_model = asks_model

    def prepare(self) -> None:
        identification.load()
        classifier.load()

    @reacts_to(Follower.MessageReceived, when=lambda event: _closes_at_once(event))
    async def message_received(self, event: Follower.MessageReceived, recorded: Recorded) -> None:
        with caused_by(recorded):
            await self._writer.do(understand_message, event)

    @reacts_to(Follower.BurstUnderstood, when=lambda event: event.needs_reply)
    async def burst_understood(self, event: Follower.BurstUnderstood, recorded: Recorded) -> None:
        with caused_by(recorded):
            await self._writer.do(_reply, event, self._limits, self._asks_model)


def _closes_at_once(event: Follower.MessageReceived) -> bool:
    """Whether nobody waits for more messages; what waits is a row of the agenda."""
    if event.burst_closes_at is None:
        return event.opens_burst
    return event.burst_closes_at <= event.timestamp


def _reply(
    app: Clonnect, event: Follower.BurstUnderstood, limits: AnswerLimits, asks_model: Callable[[], bool]
) -> None:
    """Have a burst answered if the bot may speak: by a language model later, or from the templates at once."""
    follower = app.follower(event.originator_id)
    creator = app.creator(follower.creator_id)
    if mode_for(follower, creator) is Mode.OFF or not follower.is_alive:
        return
    if asks_model():
        app.request_answer(event.originator_id, event.burst_id, limits)
        return
    burst = UnderstoodBurst(
        event.burst_id,
        event.message_ids,
        "",
        event.language,
        event.intents,
        event.best,
        event.product_id,
        event.refusal,
    )
    answer = template_answer(creator, follower, app.lead_of(follower), burst)
    if answer is not None:
        app.reply(event.originator_id, answer, limits)
