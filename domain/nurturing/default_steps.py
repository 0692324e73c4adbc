"""Default sequences: the steps and names with which every creator's eight begin."""

from collections.abc import Mapping
from typing import Final

from domain.nurturing.steps import Step
from domain.vocabulary import Language, SequenceType

NAMES: Final[Mapping[SequenceType, str]] = {
    SequenceType.INTEREST_COLD: "Cold Interest Followup",
    SequenceType.OBJECTION_PRICE: "Price Objection",
    SequenceType.OBJECTION_TIME: "Time Objection",
    SequenceType.OBJECTION_DOUBT: "Doubt Objection",
    SequenceType.OBJECTION_LATER: "Later Objection",
    SequenceType.ABANDONED: "Abandoned Cart",
    SequenceType.RE_ENGAGEMENT: "Re-engagement",
    SequenceType.POST_PURCHASE: "Post Purchase",
}


def _step(delay_hours: int, *, es: str, en: str, pt: str, human_task: bool = False) -> Step:
    messages = {Language.ES: es, Language.EN: en, Language.PT: pt}
    return Step(delay_hours, message=es, messages=messages, human_task=human_task)


SHIPPED: Final[Mapping[SequenceType, tuple[Step, ...]]] = {
    SequenceType.INTEREST_COLD: (
        _step(
            3,
            es=(
                "Hola {first_name|de nuevo} 😊 Me quedé pensando en lo que hablamos. ¿Te quedó alguna duda "
                "sobre {product_name|el curso}?"
            ),
            en=(
                "Hi {first_name|again} 😊 I was thinking about our chat. Is there any question left about "
                "{product_name|the course}?"
            ),
            pt=(
                "Oi {first_name|de novo} 😊 Fiquei pensando na nossa conversa. Ficou alguma dúvida sobre "
                "{product_name|o curso}?"
            ),
        ),
        _step(
            20,
            es=(
                "Por si te ayuda a hacerte una idea, puedo contarte más sobre {product_name|el curso}. "
                "¿Te cuento qué incluye?"
            ),
            en=(
                "In case it helps you picture it, I can walk you through {product_name|the course}. Shall "
                "I tell you what is inside?"
            ),
            pt=(
                "Se ajudar a ter uma ideia melhor, posso contar o que tem dentro. Quer que eu conte o que "
                "{product_name|o curso} inclui?"
            ),
        ),
        _step(
            72,
            es=(
                "Hola {first_name|de nuevo}, {product_name|el curso} sigue disponible y me acordé de ti. "
                "¿Lo vemos con calma?"
            ),
            en=(
                "Hi {first_name|again}, {product_name|the course} is still open and you came to mind. "
                "Shall we have a look at it together?"
            ),
            pt=(
                "Oi {first_name|de novo}, {product_name|o curso} continua disponível e me lembrei de "
                "você. Vamos ver com calma?"
            ),
            human_task=True,
        ),
    ),
    SequenceType.OBJECTION_PRICE: (
        _step(
            4,
            es=("Entiendo que el precio se piensa, es lo más normal. ¿Te resultaría más cómodo pagar en partes?"),
            en=("I get it, the price deserves a second thought. Would paying in instalments make it easier for you?"),
            pt="Entendo, o preço a gente pensa com calma mesmo. Parcelar o pagamento ajudaria você?",
        ),
        _step(
            21,
            es=(
                "Hola {first_name|de nuevo}, le di una vuelta a lo del precio. ¿Qué te encajaría para "
                "poder empezar con {product_name|el curso}?"
            ),
            en=(
                "Hi {first_name|again}, I kept thinking about what you said on the price. What would fit "
                "your budget for {product_name|the course}?"
            ),
            pt=(
                "Oi {first_name|de novo}, fiquei pensando no que você disse sobre o preço. Que valor "
                "caberia para você começar com {product_name|o curso}?"
            ),
        ),
    ),
    SequenceType.OBJECTION_TIME: (
        _step(
            6,
            es="Las semanas se llenan enseguida. Siendo realistas, ¿cuánto tiempo tendrías a la semana?",
            en="Weeks fill up fast. Being realistic, how much time a week would you have?",
            pt="A semana enche rápido. Sendo realista, quanto tempo por semana você teria?",
        ),
        _step(
            22,
            es=(
                "Hola {first_name|de nuevo}, con {product_name|el curso} puedes ir a tu ritmo, sin prisa. "
                "¿Así te serviría?"
            ),
            en=(
                "Hi {first_name|again}, with {product_name|the course} you can go at your own pace, no "
                "rush. Would that work for you?"
            ),
            pt=(
                "Oi {first_name|de novo}, com {product_name|o curso} você pode ir no seu ritmo, sem "
                "pressa. Assim serve para você?"
            ),
        ),
    ),
    SequenceType.OBJECTION_DOUBT: (
        _step(
            3,
            es=("Dudar es normal, y prefiero que decidas con tranquilidad. ¿Qué es lo que más te hace dudar?"),
            en=("Having doubts is normal, and I would rather you felt sure. What is it that makes you hesitate?"),
            pt=("Ter dúvidas é normal, e prefiro que você decida com tranquilidade. O que mais te faz duvidar?"),
        ),
        _step(
            20,
            es=(
                "Hola {first_name|de nuevo}, si me cuentas qué buscas te digo con sinceridad si "
                "{product_name|el curso} es para ti. ¿Te ayudo a decidir?"
            ),
            en=(
                "Hi {first_name|again}, tell me what you are after and I will say honestly whether "
                "{product_name|the course} suits you. Can I help you decide?"
            ),
            pt=(
                "Oi {first_name|de novo}, se você me contar o que procura, digo com sinceridade se "
                "{product_name|o curso} é para você. Posso ajudar a decidir?"
            ),
        ),
    ),
    SequenceType.OBJECTION_LATER: (
        _step(
            20,
            es="Sin prisa, cada cosa a su tiempo. ¿Prefieres que te escriba otro día?",
            en="No rush at all, everything in its own time. Would you like me to write another day?",
            pt="Sem pressa, cada coisa no seu tempo. Prefere que eu escreva outro dia?",
        ),
        _step(
            48,
            es=(
                "Hola {first_name|de nuevo}, me dijiste que más adelante te venía mejor. ¿Es buen momento "
                "para hablar sobre {product_name|el curso}?"
            ),
            en=(
                "Hi {first_name|again}, you told me later would suit you better. Is now a good time to "
                "talk about {product_name|the course}?"
            ),
            pt=(
                "Oi {first_name|de novo}, você me disse que mais para frente seria melhor. É um bom "
                "momento para falar sobre {product_name|o curso}?"
            ),
            human_task=True,
        ),
        _step(
            168,
            es=(
                "Hola {first_name|de nuevo}, ¿qué tal va todo? Por aquí {product_name|el curso} sigue "
                "esperándote. ¿Seguimos donde lo dejamos?"
            ),
            en=(
                "Hi {first_name|again}, how is everything going? {product_name|The course} is still here "
                "for you. Are you still thinking of it?"
            ),
            pt=(
                "Oi {first_name|de novo}, como vão as coisas? {product_name|O curso} continua aqui. "
                "Seguimos de onde paramos?"
            ),
        ),
    ),
    SequenceType.ABANDONED: (
        _step(
            1,
            es=("Vi que te interesaba empezar con {product_name|el curso}. ¿Tuviste algún problema al apuntarte?"),
            en=("You were about to start with {product_name|the course}. Did you have any trouble signing up?"),
            pt="Vi que você queria começar com {product_name|o curso}. Teve algum problema na inscrição?",
        ),
        _step(
            20,
            es=(
                "Hola {first_name|de nuevo}, por si se te complicó el día con {product_name|el curso}, a "
                "cualquiera le pasa. ¿Te paso el enlace otra vez?"
            ),
            en=(
                "Hi {first_name|again}, in case life got in the way of {product_name|the course}, it "
                "happens. Shall I send you the link again?"
            ),
            pt=(
                "Oi {first_name|de novo}, caso a correria tenha atrapalhado a inscrição, acontece. Mando "
                "o link de novo?"
            ),
        ),
    ),
    SequenceType.RE_ENGAGEMENT: (
        _step(
            0,
            es=("Hola {first_name|de nuevo}, hace tiempo que no hablamos y me acordé de ti. ¿Todo bien por ahí?"),
            en=(
                "Hi {first_name|again}, it has been a while since we talked and you came to mind. Is all well with you?"
            ),
            pt=("Oi {first_name|de novo}, faz tempo que não conversamos e me lembrei de você. Tudo bem por aí?"),
        ),
    ),
    SequenceType.POST_PURCHASE: (
        _step(
            2,
            es=("¡Qué alegría tenerte dentro! Quiero asegurarme de que todo funciona. ¿Pudiste entrar sin problemas?"),
            en=("So glad to have you with us! I want to be sure that everything works. Could you get in all right?"),
            pt=("Que alegria ter você com a gente! Quero ter certeza de que está tudo funcionando. Conseguiu acessar?"),
        ),
        _step(
            20,
            es=(
                "Hola {first_name|de nuevo}, espero que estés disfrutando de los primeros pasos. ¿Qué tal el comienzo?"
            ),
            en=("Hi {first_name|again}, I hope you are enjoying the first steps. How is the start going for you?"),
            pt=("Oi {first_name|de novo}, espero que esteja curtindo os primeiros passos. Como foi o começo?"),
        ),
        _step(
            168,
            es=(
                "Hola {first_name|de nuevo}, me encantaría saber cómo te va con {product_name|el curso}. "
                "¿Cómo va la semana?"
            ),
            en=(
                "Hi {first_name|again}, I would love to hear how you are getting on with "
                "{product_name|the course}. How is week one going?"
            ),
            pt=(
                "Oi {first_name|de novo}, adoraria saber como você está indo com {product_name|o curso}. "
                "Como está a semana?"
            ),
        ),
    ),
}
