"""Reply templates, for answers without a language model: one per intent and language, with the creator's facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.nurturing.steps import render
from domain.person.names import spoken
from domain.vocabulary import Intent, Language

MAX_REPLY: Final = 600
MAX_CHOICE: Final = 300


@dataclass(frozen=True)
class Facts:
    """What may be said: `product_name` is the product under discussion, `product_names` all that are offered.

    `price` is ready to be shown (`format_price`) and None if it is unknown or the product is free.
    """

    creator_name: str
    first_name: str | None
    product_name: str | None
    price: str | None
    link: str | None
    product_names: tuple[str, ...]


def reply(intent: Intent, language: Language, facts: Facts, also: Sequence[Intent] = ()) -> str | None:
    """The answer to a burst that means `intent`, and `also` the others; None if a person has to answer.

    The first wording counts whose facts are all known; at most `MAX_REPLY` characters.
    """
    opening = [_GREETING_FIRST[language]] if Intent.GREETING in also and intent is not Intent.GREETING else []
    if intent.value.startswith("objection_") and Intent.QUESTION_PRODUCT in also:
        if facts.product_name is None or facts.price is None:
            return reply(Intent.QUESTION_PRODUCT, language, facts, also)
        opening.append(_PRICE_FIRST[language])
    values = _values(facts)
    for wording in _WORDINGS.get(intent, {}).get(language, ()):
        rendered = render(" ".join([*opening, wording]), values)
        if not rendered.unresolved:
            return rendered.text if len(rendered.text) <= MAX_REPLY else None
    return None


def format_price(amount: Decimal, currency: str, language: Language) -> str:
    """An amount as it is written in the language: `97 €` and `1.250,50 €` in Spanish, `€97` in English."""
    number = f"{amount:,.2f}".removesuffix(".00")
    if language is not Language.EN:
        number = number.translate(str.maketrans(",.", ".,"))
    return _PRICES[language].get(currency, f"{{}} {currency}").format(number)


def _values(facts: Facts) -> dict[str, str | None]:
    choice = ", ".join(facts.product_names)
    return {
        "name": _address(facts.first_name),
        "creator_name": facts.creator_name,
        "product_name": facts.product_name,
        "price": facts.price,
        "link": facts.link,
        "free_link": facts.link if facts.price is None else None,
        "choice": choice if facts.product_name is None and len(choice) <= MAX_CHOICE else None,
    }


def _address(name: str | None) -> str | None:
    """The name as it follows a greeting."""
    said = spoken(name or "")
    return None if said is None else f", {said}"


_PRICES: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ES: {"EUR": "{} €", "USD": "{} US$", "GBP": "{} £", "BRL": "R$ {}"},
    Language.EN: {"EUR": "€{}", "USD": "${}", "GBP": "£{}", "BRL": "R${}"},
    Language.PT: {"EUR": "{} €", "USD": "US$ {}", "GBP": "{} £", "BRL": "R$ {}"},
}

_GREETING_FIRST: Final[Mapping[Language, str]] = {
    Language.ES: "¡Hola{name|}!",
    Language.EN: "Hi{name|}!",
    Language.PT: "Oi{name|}!",
}

_PRICE_FIRST: Final[Mapping[Language, str]] = {
    Language.ES: "“{product_name}” cuesta {price}.",
    Language.EN: "“{product_name}” is {price}.",
    Language.PT: "“{product_name}” custa {price}.",
}

_WORDINGS: Final[Mapping[Intent, Mapping[Language, tuple[str, ...]]]] = {
    Intent.OPT_OUT: {
        Language.ES: (
            "Hecho, no te escribiré más por mi cuenta. Si algún día quieres volver a recibir "
            "mensajes, escribe ALTA. ¡Cuídate!",
        ),
        Language.EN: (
            "Done, I will not message you again on my own. If you ever want to hear from me again, "
            "just write START. Take care!",
        ),
        Language.PT: (
            "Pronto, não vou mais escrever por conta própria. Se um dia quiser voltar a receber "
            "mensagens, escreva VOLTAR. Um abraço!",
        ),
    },
    Intent.ESCALATION: {
        Language.ES: (
            "Te escribe el asistente automático de {creator_name}, no una persona. Ya he dejado el "
            "aviso: una persona te contestará aquí mismo en cuanto pueda.",
        ),
        Language.EN: (
            "This is {creator_name}'s automated assistant, not a person. I have passed your message "
            "on: a person will answer you right here as soon as they can.",
        ),
        Language.PT: (
            "Aqui quem escreve é o assistente automático de {creator_name}, não uma pessoa. Já "
            "deixei o aviso: uma pessoa vai responder por aqui assim que puder.",
        ),
    },
    Intent.SUPPORT: {
        Language.ES: (
            "Siento que algo no vaya bien, vamos a arreglarlo. ¿Me cuentas qué intentabas hacer y "
            "qué ves exactamente? Con el texto del error o una captura será más fácil ayudarte.",
        ),
        Language.EN: (
            "Sorry that something is not working, let's get it sorted. What were you trying to do, "
            "and what do you see exactly? The error text or a screenshot makes it easier to help "
            "you.",
        ),
        Language.PT: (
            "Sinto muito que algo não esteja funcionando, vamos resolver. O que você estava "
            "tentando fazer e o que aparece exatamente? Com o texto do erro ou um print fica mais "
            "fácil ajudar.",
        ),
    },
    Intent.INTEREST_STRONG: {
        Language.ES: (
            "¡Qué alegría! “{product_name}” cuesta {price} y puedes empezar desde "
            "aquí:\n{link}\n¿Te queda alguna duda antes de apuntarte?",
            "¡Qué alegría! Puedes empezar con “{product_name}” desde aquí:\n{link}\n¿Te queda "
            "alguna duda antes de apuntarte?",
            "¡Qué alegría! Dime con cuál quieres empezar y te paso el enlace: {choice}. ¿Cuál eliges?",
        ),
        Language.EN: (
            "That is great to hear! “{product_name}” is {price}, and you can get started "
            "here:\n{link}\nIs there any question left before you sign up?",
            "That is great to hear! You can get started with “{product_name}” here:\n{link}\nIs "
            "there any question left before you sign up?",
            "That is great to hear! Tell me where you want to start and I will send you the link: "
            "{choice}. Which one is it?",
        ),
        Language.PT: (
            "Que alegria! “{product_name}” custa {price} e você pode começar por "
            "aqui:\n{link}\nFicou alguma dúvida antes de se inscrever?",
            "Que alegria! Você pode começar com “{product_name}” por aqui:\n{link}\nFicou alguma "
            "dúvida antes de se inscrever?",
            "Que alegria! Me diz por qual você quer começar e eu mando o link: {choice}. Qual você escolhe?",
        ),
    },
    Intent.OBJECTION_PRICE: {
        Language.ES: (
            "Entiendo que es una decisión y que hay que pensarla. ¿Qué te gustaría conseguir? Así "
            "vemos si de verdad te merece la pena.",
        ),
        Language.EN: (
            "I understand, it is a decision worth thinking over. What would you like to get out of "
            "it? Then we can see whether it is really worth it for you.",
        ),
        Language.PT: (
            "Entendo, é uma decisão que merece ser pensada. O que você gostaria de conseguir? Assim "
            "vemos se realmente vale a pena para você.",
        ),
    },
    Intent.OBJECTION_TIME: {
        Language.ES: (
            "Te entiendo, las semanas se llenan enseguida. Siendo realistas, ¿cuánto tiempo "
            "tendrías a la semana? Así vemos si te encaja ahora.",
        ),
        Language.EN: (
            "I hear you, weeks fill up fast. Being realistic, how much time a week would you have? "
            "Then we can see whether it fits right now.",
        ),
        Language.PT: (
            "Entendo, a semana enche rápido. Sendo realista, quanto tempo por semana você teria? "
            "Assim vemos se cabe agora.",
        ),
    },
    Intent.OBJECTION_DOUBT: {
        Language.ES: (
            "Claro, piénsalo con calma, no hay prisa. ¿Qué es lo que más te hace dudar? Si me lo "
            "cuentas, te respondo con sinceridad.",
        ),
        Language.EN: (
            "Of course, take your time, there is no rush. What is it that makes you hesitate most? "
            "Tell me and I will answer honestly.",
        ),
        Language.PT: (
            "Claro, pense com calma, sem pressa. O que mais te faz duvidar? Se você me contar, "
            "respondo com sinceridade.",
        ),
    },
    Intent.OBJECTION_LATER: {
        Language.ES: ("Sin problema, cada cosa a su tiempo. ¿Cuándo te vendría mejor que lo retomemos?",),
        Language.EN: ("No problem, everything in its own time. When would be a better moment to pick this up again?",),
        Language.PT: ("Sem problema, cada coisa no seu tempo. Quando seria melhor para a gente retomar?",),
    },
    Intent.OBJECTION_WORKS: {
        Language.ES: (
            "Buena pregunta, y prefiero no prometerte nada: depende mucho de tu punto de partida. "
            "¿Qué te gustaría conseguir y qué has probado hasta ahora?",
        ),
        Language.EN: (
            "Good question, and I would rather not promise you anything: a lot depends on where you "
            "start. What would you like to achieve, and what have you tried so far?",
        ),
        Language.PT: (
            "Boa pergunta, e prefiro não prometer nada: depende muito do seu ponto de partida. O "
            "que você gostaria de conseguir e o que já tentou até agora?",
        ),
    },
    Intent.OBJECTION_NOT_FOR_ME: {
        Language.ES: (
            "Es normal preguntárselo. ¿Me cuentas de dónde partes y qué buscas? Así te digo con "
            "sinceridad si es para ti.",
        ),
        Language.EN: (
            "It is normal to wonder about that. Where are you starting from, and what are you "
            "looking for? Then I can tell you honestly whether it suits you.",
        ),
        Language.PT: (
            "É normal se perguntar isso. Me conta de onde você parte e o que procura? Assim digo "
            "com sinceridade se é para você.",
        ),
    },
    Intent.OBJECTION_COMPLICATED: {
        Language.ES: (
            "Al principio casi todo parece más difícil de lo que es. ¿Qué parte te parece más "
            "complicada? Empecemos por ahí.",
        ),
        Language.EN: (
            "Most things look harder at first than they are. Which part looks most complicated to "
            "you? Let's start there.",
        ),
        Language.PT: (
            "No começo quase tudo parece mais difícil do que é. Que parte parece mais complicada "
            "para você? Vamos começar por ela.",
        ),
    },
    Intent.OBJECTION_ALREADY_HAVE: {
        Language.ES: (
            "¡Qué bien que ya tengas algo parecido! ¿Qué te está funcionando y qué echas en falta? "
            "Así vemos si esto te aportaría algo nuevo.",
        ),
        Language.EN: (
            "Nice that you already have something similar! What works well for you, and what are "
            "you missing? Then we can see whether this would add anything new.",
        ),
        Language.PT: (
            "Que bom que você já tem algo parecido! O que está funcionando e o que ainda falta? "
            "Assim vemos se isto traria algo novo para você.",
        ),
    },
    Intent.QUESTION_PRODUCT: {
        Language.ES: (
            "“{product_name}” cuesta {price}. ¿Qué más te gustaría saber?",
            "Aquí puedes ver todo sobre “{product_name}”:\n{link}\n¿Qué te gustaría saber en concreto?",
            "¡Con gusto! Esto es lo que hay: {choice}. ¿Sobre cuál te cuento más?",
        ),
        Language.EN: (
            "“{product_name}” is {price}. What else would you like to know?",
            "You can see everything about “{product_name}” here:\n{link}\nWhat would you like to know in particular?",
            "Gladly! This is what there is: {choice}. Which one shall I tell you more about?",
        ),
        Language.PT: (
            "“{product_name}” custa {price}. O que mais você gostaria de saber?",
            "Aqui você vê tudo sobre “{product_name}”:\n{link}\nO que você gostaria de saber em especial?",
            "Com prazer! Isto é o que temos: {choice}. Sobre qual você quer saber mais?",
        ),
    },
    Intent.LEAD_MAGNET: {
        Language.ES: ("Para empezar te dejo “{product_name}”:\n{free_link}\n¿Me cuentas qué te parece?",),
        Language.EN: (
            "To get you started, here is “{product_name}”:\n{free_link}\nWill you tell me what you think of it?",
        ),
        Language.PT: ("Para começar, deixo aqui “{product_name}”:\n{free_link}\nDepois me conta o que achou?",),
    },
    Intent.INTEREST_SOFT: {
        Language.ES: (
            "¡Qué bien que te interese “{product_name}”! ¿Qué te gustaría conseguir? Así te cuento "
            "lo que más te puede servir.",
            "¡Qué bien que te interese! Esto es lo que hay: {choice}. ¿Cuál te llama más la atención?",
        ),
        Language.EN: (
            "Great that “{product_name}” caught your eye! What would you like to achieve? Then I "
            "can tell you about what helps you most.",
            "Great to hear! This is what there is: {choice}. Which one speaks to you most?",
        ),
        Language.PT: (
            "Que bom que “{product_name}” te interessou! O que você gostaria de conseguir? Assim "
            "conto o que mais pode te ajudar.",
            "Que bom que te interessou! Isto é o que temos: {choice}. Qual chama mais a sua atenção?",
        ),
    },
    Intent.QUESTION_GENERAL: {
        Language.ES: (
            "Te escribe el asistente de {creator_name}. Te puedo contar sobre su trabajo y lo que "
            "ofrece. ¿Qué te gustaría saber?",
        ),
        Language.EN: (
            "This is {creator_name}'s assistant. I can tell you about the work and what is on "
            "offer. What would you like to know?",
        ),
        Language.PT: (
            "Aqui é o assistente de {creator_name}. Posso contar sobre o trabalho e o que temos por "
            "aqui. O que você gostaria de saber?",
        ),
    },
    Intent.GREETING: {
        Language.ES: ("¡Hola{name|}! Qué bien que escribas 😊 ¿En qué te puedo ayudar?",),
        Language.EN: ("Hi{name|}! So good to hear from you 😊 What can I do for you?",),
        Language.PT: ("Oi{name|}! Que bom receber sua mensagem 😊 Como posso ajudar?",),
    },
    Intent.THANKS: {
        Language.ES: ("¡A ti{name|}! Si te surge cualquier duda, aquí estamos 😊",),
        Language.EN: ("You are welcome{name|}! If any question comes up, just write 😊",),
        Language.PT: ("Por nada{name|}! Se surgir qualquer dúvida, é só escrever 😊",),
    },
    Intent.GOODBYE: {
        Language.ES: ("¡Hasta pronto{name|}! Que te vaya muy bien 😊",),
        Language.EN: ("See you soon{name|}! All the best 😊",),
        Language.PT: ("Até logo{name|}! Tudo de bom 😊",),
    },
}
