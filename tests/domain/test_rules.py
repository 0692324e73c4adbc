"""What a follower means, in the words that followers use."""

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.understanding.lexicon.meaning import MeaningMark
from domain.understanding.products import ProductWords
from domain.understanding.rules import RuleReading, read_by_rules
from domain.vocabulary import Intent, Language

SENTENCES = Path(__file__).parent / "sentences"
KNOWN, HELD_OUT = 0.99, 0.95  # share of sentences; nobody looks at the held-out ones while writing rules

AI = ProductWords(UUID(int=1), "Curso de IA", ("IA", "inteligencia artificial"), free=False, active=True)
COACHING = ProductWords(UUID(int=2), "Mentoría Premium", ("mentoring",), free=False, active=True)
GUIDE = ProductWords(UUID(int=3), "Guía de hábitos", ("guía",), free=True, active=True)
OLD = ProductWords(UUID(int=4), "Taller Navidad", (), free=False, active=False)


def read(text: str) -> str:
    understood = read_by_rules(text)
    return "refusal" if understood.refusal else understood.intent.value


def found(understood: RuleReading) -> list[Intent]:
    return [one.intent for one in understood.intents]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(("file", "floor"), [("{}.tsv", KNOWN), ("held_out_{}.tsv", HELD_OUT)])
def test_what_followers_write_is_understood(file: str, floor: float, language: Language) -> None:
    lines = (SENTENCES / file.format(language)).read_text(encoding="utf-8").splitlines()
    cases = [line.split("\t") for line in lines]
    wrong = [f"{text!r} is {meant}, read as {read(text)}" for meant, text in cases if read(text) != meant]
    assert len(cases) >= 140
    assert 1 - len(wrong) / len(cases) >= floor, "\n".join(wrong)


@pytest.mark.parametrize("text", ["no quiero comprar nada", "I don't want to buy anything", "não quero comprar nada"])
def test_not_wanting_to_buy_is_a_refusal_and_never_a_purchase(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.OTHER
    assert understood.refusal
    assert not understood.direct_purchase
    assert understood.confidence >= 0.80


@pytest.mark.parametrize(
    "text",
    [
        "no lo quiero comprar",
        "no te voy a comprar nada",
        "no quiero que me mandes el link de pago",
        "I don't think I want to buy it",
        "not going to buy this",
        "não me manda o link de pagamento",
        "nem quero comprar",
    ],
)
def test_a_refused_purchase_stays_refused_however_it_is_put(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.refusal
    assert not understood.direct_purchase


@pytest.mark.parametrize("text", ["no me interesa", "I'm not interested", "não me interessa", "no gracias"])
def test_no_interest_is_a_refusal(text: str) -> None:
    assert read(text) == "refusal"


@pytest.mark.parametrize("text", ["no puedo pagar", "I can't pay", "não posso pagar"])
def test_not_being_able_to_pay_is_an_objection_to_the_price(text: str) -> None:
    assert read_by_rules(text).intent is Intent.OBJECTION_PRICE


@pytest.mark.parametrize("text", ["this is nice", "whisky", "shipping", "oitava", "holandés", "hidratante"])
def test_a_greeting_is_a_whole_word(text: str) -> None:
    assert read_by_rules(text).intent is Intent.OTHER


@pytest.mark.parametrize("text", ["no funciona el link", "the link doesn't work", "o link não funciona"])
def test_a_link_that_does_not_work_is_a_case_for_support(text: str) -> None:
    assert read_by_rules(text).intent is Intent.SUPPORT


@pytest.mark.parametrize("text", ["quiero comprar", "I want to buy", "quero comprar"])
def test_wanting_to_buy_is_a_direct_purchase(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.INTEREST_STRONG
    assert understood.direct_purchase


@pytest.mark.parametrize("text", ["me apunto", "count me in", "me inscreve"])
def test_joining_is_strong_interest_without_the_words_of_a_purchase(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.INTEREST_STRONG
    assert not understood.direct_purchase


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuánto cuesta?",
        "cuanto cuesta",
        "CUÁNTO CUESTA",
        "how much is it",
        "Quanto custa?",
        "Hola! cuánto cuesta?",
        "Hi! how much is it?",
        "Oi! quanto custa?",
    ],
)
def test_asking_the_price_is_a_question_with_accents_or_without_and_after_a_greeting(text: str) -> None:
    assert read_by_rules(text).intent is Intent.QUESTION_PRODUCT


@pytest.mark.parametrize("text", ["adiós", "adios", "hasta luego", "see you later", "tchau", "até logo"])
def test_a_goodbye_is_not_put_off_for_later(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.GOODBYE
    assert not understood.needs_reply


@pytest.mark.parametrize("text", ["no se si es para mi", "not sure if it's for me", "nao sei se e pra mim"])
def test_doubting_to_be_the_right_person_is_more_than_doubt(text: str) -> None:
    assert read_by_rules(text).intent is Intent.OBJECTION_NOT_FOR_ME


@pytest.mark.parametrize("text", ["gracias", "thanks", "obrigada"])
def test_a_keyword_inside_another_word_chooses_no_product(text: str) -> None:
    understood = read_by_rules(text, [AI])
    assert understood.intent is Intent.THANKS
    assert understood.product_id is None


@pytest.mark.parametrize("text", ["quiero comprar unas placas", "I want to buy shoes", "quero comprar umas placas"])
def test_buying_something_else_is_a_question_for_a_person(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.OTHER
    assert not understood.direct_purchase
    assert understood.needs_reply
    assert understood.reason == "unclear"


def test_buying_what_this_creator_sells_is_a_purchase() -> None:
    plates = ProductWords(UUID(int=9), "Placas decorativas", ("placas",), free=False, active=True)
    understood = read_by_rules("quiero comprar unas placas", [plates])
    assert understood.direct_purchase
    assert understood.product_id == plates.product_id


@pytest.mark.parametrize("text", ["barato", "cheap"])
def test_cheap_is_no_objection_to_the_price(text: str) -> None:
    assert read_by_rules(text).intent is Intent.OTHER


@pytest.mark.parametrize("text", ["¿eres un bot?", "are you a bot?", "você é um robô?"])
def test_asking_for_a_bot_goes_to_a_person(text: str) -> None:
    assert read_by_rules(text).intent is Intent.ESCALATION


def test_several_intents_are_all_found_the_highest_first() -> None:
    understood = read_by_rules("Hola, ¿cuánto cuesta el curso? me parece caro")
    assert found(understood) == [Intent.OBJECTION_PRICE, Intent.QUESTION_PRODUCT, Intent.GREETING]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("¿no tienes algo gratis?", Intent.LEAD_MAGNET),
        ("don't you have anything for free?", Intent.LEAD_MAGNET),
        ("¿por qué no me cuentas más?", Intent.INTEREST_SOFT),
        ("why don't you tell me more", Intent.INTEREST_SOFT),
        ("por que não me conta mais?", Intent.INTEREST_SOFT),
    ],
)
def test_a_question_with_no_in_it_denies_nothing(text: str, intent: Intent) -> None:
    understood = read_by_rules(text)
    assert understood.intent is intent
    assert not understood.refusal


@pytest.mark.parametrize(
    "text", ["no es caro, lo quiero", "no tengo dudas pero quiero comprar", "no problem I want to buy"]
)
def test_a_no_reaches_no_further_than_its_own_clause_or_phrase(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.INTEREST_STRONG
    assert not understood.refusal


@pytest.mark.parametrize("text", ["no es caro", "it's not expensive", "não é caro"])
def test_a_denied_objection_is_none(text: str) -> None:
    assert Intent.OBJECTION_PRICE not in found(read_by_rules(text))


def test_not_knowing_the_price_is_still_asking_for_it() -> None:
    assert read_by_rules("no sé cuánto cuesta").intent is Intent.QUESTION_PRODUCT


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("es muy caro", 0.95),
        ("la verdad es muy caro", 0.85),
        ("la verdad es que llevo toda la semana mirando tu página con mi hermana y al final es muy caro", 0.65),
        ("es muy caro, cuánto dura?", 0.65),
    ],
)
def test_confidence_falls_with_the_words_and_meanings_around_a_phrase(text: str, confidence: float) -> None:
    assert read_by_rules(text).confidence == confidence


def test_stop_is_an_opt_out() -> None:
    assert found(read_by_rules("STOP, gracias")) == [Intent.OPT_OUT]


@pytest.mark.parametrize("text", ["👍", "😂😂😂", "jajaja", "kkkkk", "haha"])
def test_emoji_and_laughter_need_no_answer(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.OTHER
    assert not understood.needs_reply


@pytest.mark.parametrize("text", ["ok", "vale perfecto", "got it", "combinado"])
def test_an_acknowledgement_needs_no_answer(text: str) -> None:
    assert not read_by_rules(text).needs_reply


@pytest.mark.parametrize("text", ["", "  \n"])
def test_attachments_without_a_word_need_a_person(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.OTHER
    assert understood.needs_reply
    assert understood.reason == "no_text"


@pytest.mark.parametrize("text", ["gracias! y me pasas el otro video?", "hola mi perro se llama Luna"])
def test_courtesy_around_something_not_understood_hides_nothing(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.OTHER
    assert understood.confidence == 0.0
    assert understood.needs_reply


@pytest.mark.parametrize(
    "text",
    [
        "gana dinero con bitcoin https://x.example/abc",
        "earn money from home www.rich.example",
        "https://a.example https://b.example https://c.example https://d.example",
    ],
)
def test_bait_from_a_stranger_is_spam_and_gets_no_answer(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.spam
    assert understood.intent is Intent.OTHER
    assert not understood.needs_reply
    assert not read_by_rules(text, first_contact=False).spam


def test_a_link_alone_is_no_spam() -> None:
    understood = read_by_rules("mira https://clinic.example/precio cuánto cuesta?")
    assert not understood.spam
    assert understood.intent is Intent.QUESTION_PRODUCT


@pytest.mark.parametrize("text", ["quiero un reembolso", "I want my money back", "quero meu dinheiro de volta"])
def test_wanting_the_money_back_is_a_complaint(text: str) -> None:
    understood = read_by_rules(text)
    assert understood.intent is Intent.ESCALATION
    assert MeaningMark.COMPLAINT in understood.hints


def test_a_named_product_is_chosen_whatever_was_discussed_before() -> None:
    products = [AI, COACHING]
    understood = read_by_rules("cuanto cuesta la mentoria premium", products, earlier_product_id=AI.product_id)
    assert understood.product_id == COACHING.product_id


def test_the_product_under_discussion_stays_the_one_that_is_meant() -> None:
    assert read_by_rules("es caro", [AI, COACHING], earlier_product_id=AI.product_id).product_id == AI.product_id


def test_who_wants_something_free_means_the_free_product() -> None:
    assert read_by_rules("tienes algo gratis?", [AI, COACHING, GUIDE]).product_id == GUIDE.product_id


def test_the_only_product_is_meant_by_a_question_and_none_of_several() -> None:
    assert read_by_rules("cuánto cuesta?", [AI, OLD]).product_id == AI.product_id
    assert read_by_rules("cuánto cuesta?", [AI, COACHING]).product_id is None


def test_a_product_no_longer_sold_is_never_offered() -> None:
    assert read_by_rules("cuánto cuesta el taller navidad?", [AI, OLD]).product_id is None
    assert read_by_rules("cuánto cuesta?", [AI, COACHING, OLD], earlier_product_id=OLD.product_id).product_id is None


def test_a_keyword_of_two_letters_names_nothing() -> None:
    assert read_by_rules("quién eres? una ia?", [AI, COACHING]).product_id is None


@given(st.text(max_size=300))
def test_whatever_is_written_has_a_meaning(text: str) -> None:
    understood = read_by_rules(text, [AI, OLD])
    assert understood.intents
    assert all(0.0 <= one.confidence <= 0.95 for one in understood.intents)
    assert understood == read_by_rules(text, [AI, OLD])
    if understood.intent is not Intent.OTHER:
        ranks = [list(Intent).index(intent) for intent in found(understood)]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    "words",
    [
        "el la los un una que de en es por para con mi me te se si tu su muy como cuando lo al hay tiene soy",
        "the i you it is are am do does did my me your this that what how to in on with at have would can some",
        "os as um uma e do da no na em eu voce com foi ser ou ja estou sou ao nos meu seu isso tem tenho vou onde",
    ],
)
def test_a_little_word_alone_means_nothing(words: str) -> None:
    assert [word for word in words.split() if read_by_rules(word).intents[0].confidence > 0.0] == []


@pytest.mark.parametrize(
    "text",
    [
        "hoy he comido paella con mi familia",
        "mi hijo empieza el cole mañana",
        "que guapa sales en la foto",
        "te sigo desde hace años",
        "ya terminé el módulo 2",
        "the weather is awful today",
        "I've been following you for years",
        "that was hard to watch",
        "did you see the game last night",
        "my kids start school tomorrow",
        "meu filho começa a escola amanhã",
        "vi seu vídeo sobre dinheiro",
        "você viu o jogo ontem?",
        "mudei de casa essa semana",
        "are you free tomorrow?",
        "minha experiencia foi boa",
        "yo tengo hambre",
        "depois do almoço",
    ],
)
def test_what_has_nothing_to_do_with_business_is_left_to_a_person(text: str) -> None:
    assert read_by_rules(text).intent is Intent.OTHER
