"""Process manager of answers: understands what comes in, and answers it when the bot may."""

from collections.abc import Mapping, Sequence

from domain.application import Clonnect
from domain.commands.conversations import ProposedAnswer
from domain.creator import Creator, Product
from domain.follower.follower import Follower
from domain.follower.values import AnswerLimits, Proposal
from domain.lead import Lead
from domain.person.names import first_name
from domain.platforms import too_long
from domain.understanding import classifier
from domain.understanding.intents import Understanding, may_be_answered, understand
from domain.understanding.products import ProductWords
from domain.vocabulary import Intent, Language, Mode
from eventstore.log import Recorded
from eventstore.writer import Writer
from processes import language as identification
from processes.language import SURE, count_words, decide, evidence, margin
from processes.process import Process, caused_by, reacts_to
from processes.templates import Facts, format_price, reply

PRIOR_NATS = 0.5
START = "/start"
"""What Telegram sends when the start button of a bot is pressed: a greeting, no words of the person."""


class Replies(Process):
    """Message → what it means → the reply."""

    name = "replies"

    def __init__(self, writer: Writer[Clonnect], limits: AnswerLimits) -> None:
        super().__init__()
        self._writer = writer
        self._limits = limits

    def prepare(self) -> None:
        identification.load()
        classifier.load()

    @reacts_to(Follower.MessageReceived, when=lambda event: event.opens_burst)
    async def message_received(self, event: Follower.MessageReceived, recorded: Recorded) -> None:
        with caused_by(recorded):
            await self._writer.do(_understand, event)

    @reacts_to(Follower.BurstUnderstood, when=lambda event: event.needs_reply)
    async def burst_understood(self, event: Follower.BurstUnderstood, recorded: Recorded) -> None:
        with caused_by(recorded):
            await self._writer.do(_reply, event, self._limits)


def _understand(app: Clonnect, event: Follower.MessageReceived) -> None:
    """Read language, intents and product in a message, and record what it means."""
    follower = app.follower(event.originator_id)
    creator = app.creator(follower.creator_id)
    # Whose words are not theirs has said nothing: a person looks at what it is.
    text = "" if event.forwarded else event.text
    started = text.startswith(START)
    read = understand(
        text,
        [_words(product) for product in creator.products.values()],
        earlier_product_id=follower.product_id,
        first_contact=follower.bursts == 0,
    )
    names = [product.name for product in creator.products.values()]
    prior = {creator.settings.language: PRIOR_NATS}
    said = {} if started else evidence(text, names)
    language = decide(
        follower.language if _is_sure(follower, prior) else None,
        follower.evidence,
        said,
        0 if started else count_words(text, names),
        prior,
    )
    intents = ((Intent.GREETING, 1.0),) if started else read.intents
    proposal = Proposal(
        burst_id=Follower.burst_id(event.originator_id, event.message_id),
        message_ids=(event.message_id,),
        language=language,
        evidence=said,
        intents=intents,
        best=read.best,
        product_id=read.product_id,
        refusal=read.refusal,
        direct_purchase=read.direct_purchase,
        hard_stop=read.stop == "stop",
        soft_stop=read.stop == "perhaps",
        needs_reply=started or (read.needs_reply and not read.spam),
        reason="forwarded" if event.forwarded else _reason(read, started),
        classifier_version=read.version,
        own_words=not event.forwarded,
    )
    app.understand_burst(event.originator_id, proposal)


def _reply(app: Clonnect, event: Follower.BurstUnderstood, limits: AnswerLimits) -> None:
    """Write the answer from the templates, and have it sent if the bot may speak."""
    follower = app.follower(event.originator_id)
    creator = app.creator(follower.creator_id)
    if creator.mode is not Mode.AUTO or not follower.is_alive or not may_be_answered(event.intents, event.best):
        return
    intent, confidence = event.intents[0]
    text = _welcome(creator, follower, intent) or reply(
        intent,
        event.language,
        _facts(creator, app.lead_of(follower), event.product_id or follower.product_id, event.language),
        also=[other for other, _ in event.intents[1:]],
        seed=event.burst_id,
    )
    if text is not None:
        answer = ProposedAnswer(event.burst_id, text, event.language, intent, confidence, "template", event.product_id)
        app.reply(event.originator_id, answer, limits)


def _is_sure(follower: Follower, prior: Mapping[Language, float]) -> bool:
    """Whether the language so far was told by what the person wrote, and not assumed."""
    if not follower.evidence:
        return False
    *past, latest = follower.evidence
    return margin(past, latest, prior) >= SURE


def _words(product: Product) -> ProductWords:
    return ProductWords(
        product.product_id, product.name, product.keywords, free=product.price == 0, active=product.is_active
    )


def _reason(read: Understanding, started: bool) -> str:
    return "started" if started else "spam" if read.spam else read.reason


def _welcome(creator: Creator, follower: Follower, intent: Intent) -> str | None:
    """What the creator wants said to somebody who begins with a greeting, if the channel can carry it."""
    text = creator.config.welcome_message
    is_first = intent is Intent.GREETING and follower.bursts == 1
    return text if text and is_first and not too_long(follower.platform, text) else None


def _facts(creator: Creator, lead: Lead, product_id: object, language: Language) -> Facts:
    products: Sequence[Product] = creator.active_products
    product = next((each for each in products if each.product_id == product_id), None)
    if product is None and len(products) == 1:
        product = products[0]
    priced = product is not None and product.price
    return Facts(
        creator_name=creator.clone_name,
        first_name=first_name(lead.details.name),
        product_name=product.name if product else None,
        price=format_price(product.price, product.currency, language) if product and priced and product.price else None,
        link=product.payment_link if product else None,
        product_names=tuple(each.name for each in products),
    )
