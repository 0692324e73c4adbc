"""Checks: what every answer must pass before it leaves, and the words for what it does not pass."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from domain.answering.amounts import foreign_figures
from domain.answering.commitments import unkept
from domain.answering.contacts import find_contacts, foreign_contacts
from domain.answering.disclosure import denies_bot, discloses
from domain.answering.echoes import is_repeated
from domain.answering.giveaways import false_giveaways
from domain.answering.ground import AnswerGround, without
from domain.answering.injection import injection_signs
from domain.answering.leaks import leaks_prompt
from domain.answering.links import find_links, same_link, without_links
from domain.answering.plain_text import as_plain_text, has_unfilled_place
from domain.person.names import visible
from domain.platforms import too_long
from domain.vocabulary import Language, Platform


class AnswerProblem(StrEnum):
    """Why an answer does not leave by itself; the words are shown to people and kept in events, so they stay.

    `EMPTY`, `LENGTH` and `LANGUAGE` are worth one more try; a `REPEATED` answer is dropped; all others are drafts.
    """

    EMPTY = "empty"  # shows nothing
    LENGTH = "length"  # longer than the platform takes
    LANGUAGE = "language"  # not the follower's
    LINK = "link"  # a web address that is neither a product's nor the creator's
    FIRST_LINK = "first_link"  # a link in the first answer to somebody
    AMOUNT = "amount"  # a figure or a giveaway that is no fact of the product
    CONTACT = "contact"  # an address or number that is neither the creator's nor this follower's
    LEAK = "leak"  # words of the prompt, or of a model about itself
    PLACEHOLDER = "placeholder"  # something was never filled in
    REPEATED = "repeated"  # one of our last three, again
    DENIES_BOT = "denies_bot"  # says that no machine writes
    DISCLOSURE = "disclosure"  # does not say that a machine writes where the creator wants it said
    INJECTION = "injection"  # the follower's texts try to instruct whoever reads them
    PROMISE = "promise"  # a promise or a done deed that nothing bears out


@dataclass(frozen=True)
class CheckedAnswer:
    """An answer without marks of formatting, and what is wrong with it, in the order of `AnswerProblem`."""

    text: str
    problems: tuple[AnswerProblem, ...]


def check_answer(
    text: str, ground: AnswerGround, *, platform: Platform, language_of: Callable[[str], Language | None]
) -> CheckedAnswer:
    """Check what a model, a template or anybody else proposes to send.

    `language_of` is given the text without links, contacts and names, and may answer `None`: it cannot be told.
    """
    plain = as_plain_text(text)
    wrong = {
        AnswerProblem.EMPTY: visible(plain) is None,
        AnswerProblem.LENGTH: too_long(platform, plain),
        AnswerProblem.LANGUAGE: language_of(_told_apart(plain, ground)) not in (None, ground.language),
        AnswerProblem.LINK: not all(_is_allowed(link, ground) for link in find_links(plain)),
        AnswerProblem.FIRST_LINK: ground.is_first_contact and bool(find_links(plain)),
        AnswerProblem.AMOUNT: bool(foreign_figures(plain, ground) or false_giveaways(plain, ground)),
        AnswerProblem.CONTACT: bool(foreign_contacts(plain, _contacts(ground))),
        AnswerProblem.LEAK: leaks_prompt(plain, ground.system_text, ground.canary, ground.all_words),
        AnswerProblem.PLACEHOLDER: has_unfilled_place(plain),
        AnswerProblem.REPEATED: is_repeated(plain, ground.our_last_texts),
        AnswerProblem.DENIES_BOT: denies_bot(plain, asked=ground.asked_whether_bot),
        AnswerProblem.DISCLOSURE: ground.must_disclose and not discloses(plain),
        AnswerProblem.INJECTION: bool(injection_signs((*ground.follower_texts, ground.follower_name or ""))),
        AnswerProblem.PROMISE: bool(
            unkept(plain, ground.kept, ground.all_words, ground.our_last_texts, ground.creator_name)
        ),
    }
    return CheckedAnswer(plain, tuple(problem for problem in AnswerProblem if wrong[problem]))


def _is_allowed(link: str, ground: AnswerGround) -> bool:
    own = [product.payment_link for product in ground.offered if product.payment_link]
    own += [found for text in ground.all_words for found in find_links(text)]
    return any(same_link(link, each) for each in own)


def _contacts(ground: AnswerGround) -> tuple[str, ...]:
    said = (found for text in ground.all_words for found in find_contacts(text))
    return (*ground.creator_contacts, *ground.follower_contacts, *said)


def _told_apart(text: str, ground: AnswerGround) -> str:
    """What of an answer tells its language."""
    names = (
        *(product.name for product in ground.offered),
        ground.creator_name,
        ground.follower_name or "",
        *(ground.follower_name or "").split(),
        *find_contacts(text),
    )
    return without(without_links(text), names)
