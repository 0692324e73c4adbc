"""Every template and every follow-up that ships, filled with a creator's facts, passes the checks."""

from dataclasses import replace

import pytest

from domain.answering.checks import check_answer
from domain.answering.commitment_kinds import Commitment
from domain.creator import Product
from domain.nurturing.default_steps import SHIPPED
from domain.nurturing.steps import Step, render
from domain.vocabulary import Intent, Language, Platform
from processes.language import language_of
from processes.templates import _WORDINGS, Facts, _values, format_price, reply
from tests.domain.answering.facts import COURSE, GUIDE, MENTORING, in_language

# What each of these says is so by an event of the same burst.
KEPT = {Intent.ESCALATION: {Commitment.PASSED_ON}, Intent.OPT_OUT: {Commitment.LEFT_IN_PEACE}}
WORDINGS = [
    (intent, language, wording)
    for language, wordings in _WORDINGS.items()
    for intent, choices in {**wordings.answers, Intent.OTHER: (wordings.refusal,)}.items()
    for choice in choices
    for wording in choice
]


def facts(product: Product | None, language: Language) -> Facts:
    return Facts(
        creator_name="Ana",
        first_name="Luis",
        product_name=product.name if product else None,
        price=format_price(product.price, product.currency, language) if product and product.price else None,
        link=product.payment_link if product else None,
        product_names=(COURSE.name, MENTORING.name, GUIDE.name),
    )


@pytest.mark.parametrize(("intent", "language", "wording"), WORDINGS)
def test_every_wording_passes(intent: Intent, language: Language, wording: str) -> None:
    filled = 0
    for product in (None, COURSE, MENTORING, GUIDE):
        rendered = render(wording, _values(facts(product, language)))
        if rendered.unresolved:
            continue
        filled += 1
        ground = replace(
            in_language(language), product=product, kept=frozenset(KEPT.get(intent, ())), our_last_texts=()
        )
        checked = check_answer(rendered.text, ground, platform=Platform.INSTAGRAM, language_of=language_of)
        assert checked.problems == ()
        assert checked.text == rendered.text
    assert filled


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", [intent for intent in Intent if intent.value.startswith("objection_")])
def test_a_price_asked_for_along_with_an_objection_passes(intent: Intent, language: Language) -> None:
    for product in (COURSE, MENTORING):
        text = reply(
            intent, language, facts(product, language), also=[Intent.QUESTION_PRODUCT, Intent.GREETING], seed=1
        )
        assert text is not None
        ground = replace(in_language(language), product=product)
        assert check_answer(text, ground, platform=Platform.INSTAGRAM, language_of=language_of).problems == ()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "step", [step for steps in SHIPPED.values() for step in steps], ids=lambda step: step.message[:20]
)
def test_every_follow_up_that_ships_would_pass_too(language: Language, step: Step) -> None:
    assert step.messages is not None
    values = {"first_name": "Luis", "product_name": COURSE.name, "creator_name": "Ana", "link": COURSE.payment_link}
    text = render(step.messages[language], values).text
    assert (
        check_answer(text, in_language(language), platform=Platform.INSTAGRAM, language_of=language_of).problems == ()
    )
