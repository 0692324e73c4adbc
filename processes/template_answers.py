"""Answers from templates: what is said without a language model, with the creator's own facts filled in."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from domain.application import Clonnect
from domain.commands.generation import Started
from domain.creator import Creator, Product
from domain.follower.follower import Follower
from domain.follower.values import ProposedAnswer, UnderstoodBurst
from domain.lead import Lead
from domain.person.names import first_name
from domain.platforms import too_long
from domain.understanding.intents import may_be_answered
from domain.vocabulary import Intent, Language
from processes.generation import Written
from processes.templates import Facts, format_price, refusal_reply, reply


def template_answer(creator: Creator, follower: Follower, lead: Lead, burst: UnderstoodBurst) -> ProposedAnswer | None:
    """The answer to a burst; `None` where a person has to find one."""
    intent, confidence = burst.intents[0]
    facts = _facts(creator, lead, burst.product_id or follower.product_id, burst.language)
    if burst.refusal:
        text = refusal_reply(burst.language, facts, said=follower.said_lately, seed=burst.burst_id)
    else:
        text = _welcome(creator, follower, intent) or reply(
            intent,
            burst.language,
            facts,
            also=[other for other, _ in burst.intents[1:]],
            said=follower.said_lately,
            seed=burst.burst_id,
        )
    if text is None:
        return None
    why = () if burst.refusal or may_be_answered(burst.intents, burst.best) else ("unsure",)
    return ProposedAnswer(burst.burst_id, text, burst.language, intent, confidence, "template", burst.product_id, why)


def _welcome(creator: Creator, follower: Follower, intent: Intent) -> str | None:
    """What the creator wants said to somebody who begins with a greeting, if the channel can carry it."""
    text = creator.config.welcome_message
    is_first = intent is Intent.GREETING and follower.bursts == 1
    return text if text and is_first and not too_long(follower.platform, text) else None


def _facts(creator: Creator, lead: Lead, product_id: UUID | None, language: Language) -> Facts:
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


class TemplateAnswers:
    """Writes answers from the templates alone."""

    model = ""

    def __init__(self, app: Clonnect) -> None:
        self._app = app

    async def write(self, follower_id: UUID, started: Started) -> Written:
        """The answer to the last burst of a follower, in other words than what it had before."""
        return await asyncio.to_thread(self._write, follower_id)

    def _write(self, follower_id: UUID) -> Written:
        follower = self._app.follower(follower_id)
        burst = follower.understood
        if burst is None:
            return Written(None)
        creator = self._app.creator(follower.creator_id)
        return Written(template_answer(creator, follower, self._app.lead_of(follower), burst))
