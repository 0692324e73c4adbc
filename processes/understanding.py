"""Understanding of a burst: language, intents and product in what a person wrote, recorded once."""

from collections.abc import Mapping
from uuid import UUID

from domain import context
from domain.application import Clonnect
from domain.creator import Creator, Product
from domain.errors import NotDue
from domain.follower.follower import Follower
from domain.follower.values import OpenBurst, Proposal
from domain.understanding.intents import Understanding, understand
from domain.understanding.products import ProductWords
from domain.vocabulary import Intent, Language
from processes.language import SURE, count_words, decide, evidence, margin

PRIOR_NATS = 0.5
START = "/start"
"""What Telegram sends when the start button of a bot is pressed: a greeting, no words of the person."""


def understand_burst(app: Clonnect, follower_id: UUID, burst_id: UUID) -> None:
    """Record what a burst means once it is closed; raises `NotDue` when it is not, or was understood before."""
    follower = app.follower(follower_id)
    burst = follower.burst
    if burst is None or burst.burst_id != burst_id or burst.closes_at > context.now():
        raise NotDue("This burst is not closed, or understood already.")
    app.understand_burst(follower_id, propose(app.creator(follower.creator_id), follower, burst))


def understand_message(app: Clonnect, event: Follower.MessageReceived) -> None:
    """The same for the burst of a message, if nobody waits for more of it."""
    follower = app.follower(event.originator_id)
    burst = follower.burst
    if event.burst_id is None:
        burst = burst_of_one(event)
    elif burst is None or burst.burst_id != event.burst_id or burst.closes_at > context.now():
        return
    app.understand_burst(follower.id, propose(app.creator(follower.creator_id), follower, burst))


def burst_of_one(event: Follower.MessageReceived) -> OpenBurst:
    """The burst of a message that was received when each message was one."""
    burst_id = Follower.burst_id(event.originator_id, event.message_id)
    burst = OpenBurst(burst_id, event.timestamp, event.timestamp, [event.message_id])
    burst.texts, burst.forwarded = ([], 1) if event.forwarded else ([event.text], 0)
    return burst


def propose(creator: Creator, follower: Follower, burst: OpenBurst) -> Proposal:
    """What a burst means, with the creator's products as they are; `follower` is as before it was understood."""
    text = burst.text
    # Whose words are all somebody else's has said nothing: a person looks at what it is.
    is_forwarded = not burst.texts and burst.forwarded > 0
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
    return Proposal(
        burst_id=burst.burst_id,
        message_ids=tuple(burst.message_ids),
        language=language,
        evidence=said,
        intents=((Intent.GREETING, 1.0),) if started else read.intents,
        best=read.best,
        product_id=read.product_id,
        refusal=read.refusal,
        direct_purchase=read.direct_purchase,
        hard_stop=read.stop == "stop",
        soft_stop=read.stop == "perhaps",
        needs_reply=started or (read.needs_reply and not read.spam),
        reason="forwarded" if is_forwarded else _reason(read, started),
        classifier_version=read.version,
        own_words=not is_forwarded,
    )


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
