"""What a follower reads when no language model answers."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.vocabulary import Intent, Language
from processes.templates import MAX_REPLY, Facts, format_price, refusal_reply, reply
from processes.wordings.en import ENGLISH
from processes.wordings.es import SPANISH
from processes.wordings.pt import PORTUGUESE

LINK = "https://ana.example/foto"
ALL_KNOWN = Facts(
    creator_name="Ana",
    first_name="Luis",
    product_name="Curso de fotografía",
    price="97 €",
    link=LINK,
    product_names=("Curso de fotografía", "Mentoría"),
)
NOTHING_KNOWN = Facts("Ana", None, None, None, None, ())
FREE = replace(ALL_KNOWN, product_name="Guía de luz", price=None)
ANSWERED = [intent for intent in Intent if intent is not Intent.OTHER]
OBJECTIONS = [intent for intent in Intent if intent.value.startswith("objection_")]
FREE_ONLY = frozenset({Intent.LEAD_MAGNET})
WORDINGS = {Language.ES: SPANISH, Language.EN: ENGLISH, Language.PT: PORTUGUESE}
CHOICES = [
    (f"{language}/{intent}/{number}", choice)
    for language, wordings in WORDINGS.items()
    for intent, choices in wordings.answers.items()
    for number, choice in enumerate(choices)
] + [(f"{language}/refusal", wordings.refusal) for language, wordings in WORDINGS.items()]
each_choice = pytest.mark.parametrize("choice", [choice for _, choice in CHOICES], ids=[name for name, _ in CHOICES])
SEEDS = range(40)
"""Enough lots for every wording to be drawn."""


def all_replies(intent: Intent, language: Language, facts: Facts = ALL_KNOWN, also: Sequence[Intent] = ()) -> list[str]:
    """Everything that somebody may read in answer to this."""
    answers = {reply(intent, language, facts, also, seed=seed) for seed in SEEDS}
    return sorted(answer for answer in answers if answer is not None)


# What there is to choose from.


@pytest.mark.parametrize("language", Language)
def test_every_intent_has_its_answers_in_every_language(language: Language) -> None:
    assert set(WORDINGS[language].answers) == set(ANSWERED)
    needed = {intent: [_variables(choice[0]) for choice in SPANISH.answers[intent]] for intent in ANSWERED}
    found = {intent: [_variables(choice[0]) for choice in WORDINGS[language].answers[intent]] for intent in ANSWERED}
    assert found == needed


@each_choice
def test_everything_can_be_said_in_three_ways_that_need_the_same_facts(choice: Sequence[str]) -> None:
    assert len(choice) >= 3
    assert len({_variables(wording) for wording in choice}) == 1


@each_choice
def test_two_wordings_share_at_most_half_of_their_longer_words(choice: Sequence[str]) -> None:
    words = [set(re.findall(r"[^\W\d_]{4,}", _plain(wording))) for wording in choice]
    assert all(len(one & other) <= min(len(one), len(other)) / 2 for one, other in combinations(words, 2))


@each_choice
def test_no_wording_begins_like_another(choice: Sequence[str]) -> None:
    assert len({_plain(wording)[:12] for wording in choice}) == len(choice)


# Somebody would rely on it, and no machine keeps it; that a person answers is true, since one is called.
PROMISES = re.compile(
    r"\b(?:i|we)(?: will|['’]ll)\b|guarant|\breserved?\b|\brefund|\b(?:sent|added|promised) you\b|\b(?:i|we) promise"
    r"|garanti|reservad|reembols|promet[oe]\b|\bte (?:he|hemos) \w+[ai]do\b|\bte (?:env|mand|avis|escrib|pas)\w*[oéó]\b"
    r"|\b(?:enviei|mandei|anotei|reservei|vou|vamos te) \b|\bno te (?:volveré|escribiré)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "said", ["I'll send you the link", "We will call", "Te he reservado plaza", "Está garantizado", "Vou mandar o link"]
)
def test_a_promise_is_known_as_one(said: str) -> None:
    assert PROMISES.search(said)


@each_choice
def test_no_wording_promises_anything(choice: Sequence[str]) -> None:
    assert [wording for wording in choice if PROMISES.search(wording)] == []


@each_choice
def test_no_wording_has_a_figure_of_its_own(choice: Sequence[str]) -> None:
    assert [wording for wording in choice if re.search(r"\d|%|€|\$", wording)] == []


def _variables(wording: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", wording))


def _plain(wording: str) -> str:
    return re.sub(r"\{.*?\}", "", wording).casefold()


# Which of them is said.


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", ANSWERED)
def test_everything_that_may_be_said_is_said_to_somebody(intent: Intent, language: Language) -> None:
    facts = FREE if intent in FREE_ONLY else ALL_KNOWN
    assert len(all_replies(intent, language, facts)) == len(WORDINGS[language].answers[intent][0])


def test_the_same_burst_is_answered_alike_however_often_it_is_asked() -> None:
    burst_id = uuid5(UUID(int=7), "burst/m1")
    answers = {reply(Intent.GREETING, Language.ES, ALL_KNOWN, seed=burst_id) for _ in range(3)}
    assert len(answers) == 1
    assert answers == {reply(Intent.GREETING, Language.ES, ALL_KNOWN, seed=str(burst_id))}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", ANSWERED)
def test_nobody_reads_the_same_twice_before_everything_was_said(intent: Intent, language: Language) -> None:
    facts = FREE if intent in FREE_ONLY else ALL_KNOWN
    said: list[str] = []
    for number in range(2 * len(WORDINGS[language].answers[intent][0])):
        answer = reply(intent, language, facts, said=said, seed=number)
        assert answer is not None
        said.append(answer)
    first, again = said[: len(said) // 2], said[len(said) // 2 :]
    assert len(set(first)) == len(first)
    # Afterwards what was said longest ago comes first, so that nobody reads the same twice in a row.
    assert again == first


def test_behind_a_greeting_it_is_the_same_wording() -> None:
    with_greeting = [
        reply(Intent.SUPPORT, Language.PT, ALL_KNOWN, [Intent.GREETING], seed=seed) or "" for seed in SEEDS
    ]
    for said in with_greeting:
        answer = reply(Intent.SUPPORT, Language.PT, ALL_KNOWN, said=[said], seed=1) or said
        assert answer not in said


# What is said.


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", [intent for intent in ANSWERED if intent not in FREE_ONLY])
def test_every_intent_is_answered_in_the_followers_language(intent: Intent, language: Language) -> None:
    answers = set(all_replies(intent, language))
    assert answers
    for other in Language:
        assert other is language or answers.isdisjoint(all_replies(intent, other))


@pytest.mark.parametrize("language", Language)
def test_what_nobody_understood_is_left_to_a_person(language: Language) -> None:
    assert all_replies(Intent.OTHER, language) == []


@pytest.mark.parametrize("language", Language)
def test_who_is_not_interested_is_answered_politely_and_asked_nothing(language: Language) -> None:
    said: list[str] = []
    for number in range(3):
        answer = refusal_reply(language, ALL_KNOWN, said=said, seed=number)
        assert answer is not None
        assert answer not in said
        assert not re.search(r"[?{}]|97|http|fotografía", answer)
        said.append(answer)


def test_a_price_asked_for_along_with_an_objection_is_named_first() -> None:
    nameless = replace(ALL_KNOWN, first_name=None)
    answers = all_replies(
        Intent.OBJECTION_PRICE, Language.ES, nameless, also=[Intent.QUESTION_PRODUCT, Intent.GREETING]
    )
    (objections,) = SPANISH.answers[Intent.OBJECTION_PRICE]
    assert answers == sorted(f"¡Hola! “Curso de fotografía” cuesta 97 €. {wording}" for wording in objections)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", OBJECTIONS)
def test_an_objection_alone_is_not_answered_with_a_price(intent: Intent, language: Language) -> None:
    assert not any("97" in answer for answer in all_replies(intent, language))
    assert all("97 €" in answer for answer in all_replies(intent, language, also=[Intent.QUESTION_PRODUCT]))


@pytest.mark.parametrize("language", Language)
def test_a_greeting_is_returned_once_and_by_name(language: Language) -> None:
    hello = {Language.ES: r"¡\w+, Luis!", Language.EN: r"\w+(?: there)?, Luis!", Language.PT: r"\w+, Luis[!,]"}[
        language
    ]
    for intent in (Intent.GREETING, Intent.QUESTION_PRODUCT):
        for answer in all_replies(intent, language, also=[intent, Intent.GREETING]):
            assert re.match(hello, answer)
            assert answer.count("Luis") == 1


@pytest.mark.parametrize("language", Language)
def test_who_wants_to_buy_gets_price_and_link(language: Language) -> None:
    for answer in all_replies(Intent.INTEREST_STRONG, language):
        assert "97 €" in answer
        assert LINK in answer.split()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "intent", [Intent.INTEREST_STRONG, Intent.QUESTION_PRODUCT, Intent.INTEREST_SOFT, Intent.OBJECTION_DOUBT]
)
def test_a_reply_that_needs_a_product_asks_which_one(intent: Intent, language: Language) -> None:
    undecided = replace(ALL_KNOWN, product_name=None, price=None, link=None)
    answers = all_replies(intent, language, undecided, also=[Intent.QUESTION_PRODUCT])
    assert answers
    for answer in answers:
        assert "Curso de fotografía, Mentoría" in answer
        assert answer.endswith("?")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("intent", [Intent.INTEREST_STRONG, Intent.QUESTION_PRODUCT, Intent.LEAD_MAGNET])
def test_a_reply_whose_facts_are_missing_is_left_to_a_person(intent: Intent, language: Language) -> None:
    assert all_replies(intent, language, NOTHING_KNOWN) == []
    assert all_replies(intent, language, replace(ALL_KNOWN, price=None, link=None)) == []


@pytest.mark.parametrize("language", Language)
def test_a_price_nobody_entered_is_answered_with_the_link_and_never_guessed(language: Language) -> None:
    without_price = replace(ALL_KNOWN, price=None)
    answers = all_replies(Intent.OBJECTION_PRICE, language, without_price, also=[Intent.QUESTION_PRODUCT])
    assert answers
    for answer in answers:
        assert LINK in answer.split()
        assert not re.search(r"\d", answer)


@pytest.mark.parametrize("language", Language)
def test_only_what_costs_nothing_is_given_away(language: Language) -> None:
    assert all(LINK in answer.split() for answer in all_replies(Intent.LEAD_MAGNET, language, FREE))
    assert all_replies(Intent.LEAD_MAGNET, language, ALL_KNOWN) == []


@pytest.mark.parametrize(
    ("language", "assistant", "person"),
    [
        (Language.ES, "asistente automático de Ana", r"una persona(?: te|, que te) (?:contestará|responderá)"),
        (Language.EN, "Ana's automated assistant", "a person will answer you"),
        (Language.PT, "assistente automático de Ana", "uma pessoa vai responder"),
    ],
)
def test_who_wants_a_person_learns_that_this_is_an_assistant_and_that_a_person_will_answer(
    language: Language, assistant: str, person: str
) -> None:
    for answer in all_replies(Intent.ESCALATION, language):
        assert assistant in answer
        assert re.search(person, answer)


@pytest.mark.parametrize(
    ("language", "way_back"), [(Language.ES, "ALTA"), (Language.EN, "START"), (Language.PT, "VOLTAR")]
)
def test_who_opts_out_is_told_the_way_back_and_asked_nothing(language: Language, way_back: str) -> None:
    for answer in all_replies(Intent.OPT_OUT, language):
        assert way_back in answer.split(". ")[1]
        assert "?" not in answer
        assert LINK not in answer


@pytest.mark.parametrize("name", ["www.spam.example", "{link}", "Ana 💸", "a" * 41, "4ever", "  ", "-", "Ana\nStop"])
def test_a_name_that_is_no_name_is_not_said_aloud(name: str) -> None:
    unknown = all_replies(Intent.GOODBYE, Language.EN, replace(ALL_KNOWN, first_name=None))
    assert all_replies(Intent.GOODBYE, Language.EN, replace(ALL_KNOWN, first_name=name)) == unknown
    assert "See you soon! All the best 😊" in unknown


@pytest.mark.parametrize("name", ["Luis", " Zoë ", "O’Brien", "Ana-María", "María José", "李雷"])
def test_a_name_is_said_aloud(name: str) -> None:
    answers = all_replies(Intent.GOODBYE, Language.EN, replace(ALL_KNOWN, first_name=name))
    assert f"See you soon, {name.strip()}! All the best 😊" in answers


words = st.text(alphabet="abc ñé.", min_size=1, max_size=700)


@given(
    intent=st.sampled_from(Intent),
    language=st.sampled_from(Language),
    also=st.lists(st.sampled_from(Intent), max_size=3),
    seed=st.integers(),
    facts=st.builds(
        Facts,
        creator_name=words,
        first_name=st.none() | st.text(max_size=50),
        product_name=st.none() | words,
        price=st.none() | st.just("97 €"),
        link=st.none() | st.just(LINK),
        product_names=st.lists(words, max_size=8).map(tuple),
    ),
)
def test_a_reply_is_short_and_complete_or_there_is_none(
    intent: Intent, language: Language, also: list[Intent], seed: int, facts: Facts
) -> None:
    answer = reply(intent, language, facts, also, seed=seed)
    if answer is not None:
        assert 0 < len(answer) <= MAX_REPLY
        assert not re.search(r"[{}…|]", answer)
        assert "None" not in answer


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        ("97", "EUR", Language.ES, "97 €"),
        ("97.00", "EUR", Language.PT, "97 €"),
        ("97", "EUR", Language.EN, "€97"),
        ("19.90", "EUR", Language.ES, "19,90 €"),
        ("19.90", "USD", Language.EN, "$19.90"),
        ("1250.5", "EUR", Language.ES, "1.250,50 €"),
        ("1250.5", "GBP", Language.EN, "£1,250.50"),
        ("1000", "EUR", Language.PT, "1.000 €"),
        ("497", "BRL", Language.PT, "R$ 497"),
        ("97", "USD", Language.PT, "US$ 97"),
        ("97", "USD", Language.ES, "97 US$"),
        ("1999", "MXN", Language.ES, "1.999 MXN"),
        ("1999", "MXN", Language.EN, "1,999 MXN"),
    ],
)
def test_a_price_is_written_as_in_the_language(amount: str, currency: str, language: Language, written: str) -> None:
    assert format_price(Decimal(amount), currency, language) == written
