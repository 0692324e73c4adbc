"""People of the demo: who writes, when and what; sixty of them on three platforms in three languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import NAMESPACE_DNS, uuid5

from domain.creator import Product
from domain.vocabulary import Language, Platform, Status

DAYS = 21
"""How long ago the demo's history begins."""


@dataclass(frozen=True)
class Said:
    """One message of a person, so long after the history began."""

    after: timedelta
    follower_id: str
    name: str
    text: str


@dataclass(frozen=True)
class Moved:
    """The creator moves a card by hand, so long after the history began."""

    after: timedelta
    follower_id: str
    status: Status


def _product(name: str, price: str, description: str, link: str, *keywords: str) -> Product:
    return Product(
        product_id=uuid5(NAMESPACE_DNS, f"demo.{link}"),
        name=name,
        price=Decimal(price),
        currency="EUR",
        description=description,
        payment_link=f"https://nina.example/{link}",
        keywords=keywords,
    )


PRODUCTS = (
    _product(
        "Curso de fotografía",
        "97",
        "Ocho semanas para hacer fotos que cuentan algo, con cualquier cámara.",
        "curso",
        "curso",
        "course",
        "fotografía",
        "photography",
    ),
    _product(
        "Mentoría 1:1",
        "290",
        "Tres sesiones en directo sobre tu portafolio.",
        "mentoria",
        "mentoría",
        "mentoria",
        "mentoring",
        "coaching",
    ),
    _product("Guía de luz", "0", "Veinte páginas sobre la luz de ventana, gratis.", "guia", "guía", "guia", "guide"),
)

TALKS: dict[str, dict[Language, tuple[tuple[float, str], ...]]] = {
    "price": {
        Language.ES: ((0, "Hola! cuánto cuesta el curso?"), (0.4, "uf, me parece caro")),
        Language.EN: ((0, "Hi, how much is the course?"), (0.3, "that's too expensive for me")),
        Language.PT: ((0, "Oi! quanto custa o curso?"), (0.5, "está caro pra mim agora")),
    },
    "soft": {
        Language.ES: ((0, "Hola Nina, me interesa el curso, cuéntame más"),),
        Language.EN: ((0, "Hey! I'm interested in the course, tell me more"),),
        Language.PT: ((0, "Oi Nina, tenho interesse no curso, me conta mais"),),
    },
    "strong": {
        Language.ES: ((0, "Buenas, qué incluye el curso?"), (1.2, "Lo quiero! dónde pago?")),
        Language.EN: ((0, "What's included in the course?"), (0.8, "I want to buy it, where do I pay?")),
        Language.PT: ((0, "O que está incluso no curso?"), (2.1, "Quero comprar, manda o link")),
    },
    "bought": {
        Language.ES: ((0, "Quiero apuntarme al curso, cómo pago?"), (3, "Hecho, gracias!")),
        Language.EN: ((0, "I want to buy the course, send me the link"), (2, "Done, thank you!")),
        Language.PT: ((0, "Quero comprar o curso, como faço o pagamento?"), (4, "Feito, obrigada!")),
    },
    "time": {
        Language.ES: ((0, "Me encanta tu trabajo pero no tengo tiempo para un curso"),),
        Language.EN: ((0, "Love your photos! But I don't have time for a course right now"),),
        Language.PT: ((0, "Adoro suas fotos, mas não tenho tempo pra um curso"),),
    },
    "doubt": {
        Language.ES: ((0, "Hola, soy principiante, no sé si es para mí"), (5, "tengo que pensarlo")),
        Language.EN: ((0, "I'm a total beginner, not sure it's for me"),),
        Language.PT: ((0, "Oi, sou iniciante, não sei se é pra mim"), (6, "preciso pensar")),
    },
    "later": {
        Language.ES: ((0, "Ahora no puedo, más adelante te digo"),),
        Language.EN: ((0, "Not now, maybe next month"),),
        Language.PT: ((0, "Agora não, mês que vem eu vejo"),),
    },
    "works": {
        Language.ES: ((0, "De verdad funciona la mentoría?"),),
        Language.EN: ((0, "Does the mentoring really work?"),),
        Language.PT: ((0, "A mentoria funciona mesmo?"),),
    },
    "free": {
        Language.ES: ((0, "Hola, tienes algo gratis para empezar?"), (0.2, "gracias!!")),
        Language.EN: ((0, "Hi! any free sample to start with?"), (0.2, "thanks!")),
        Language.PT: ((0, "Oi, tem algo grátis pra começar?"), (0.3, "obrigado!")),
    },
    "hello": {
        Language.ES: ((0, "Hola!"),),
        Language.EN: ((0, "Hey there"),),
        Language.PT: ((0, "Oi, tudo bem?"),),
    },
    "refusal": {
        Language.ES: ((0, "no me interesa, gracias"),),
        Language.EN: ((0, "not interested, thanks"),),
        Language.PT: ((0, "não quero, obrigado"),),
    },
    "stop": {
        Language.ES: ((0, "me interesa el curso"), (20, "baja")),
        Language.EN: ((0, "I'm interested in the course"), (21, "STOP")),
        Language.PT: ((0, "tenho interesse no curso"), (22, "sair")),
    },
    "person": {
        Language.ES: ((0, "quiero hablar con una persona por favor"),),
        Language.EN: ((0, "can I talk to a human?"),),
        Language.PT: ((0, "quero falar com um humano"),),
    },
    "support": {
        Language.ES: ((0, "no funciona el link del curso"),),
        Language.EN: ((0, "I can't log in to the course"),),
        Language.PT: ((0, "o link do curso não abre"),),
    },
}

_NAMES = {
    Language.ES: (
        "Marta Ruiz",
        "Lucía Ortega",
        "Pablo Serrano",
        "Carmen Vidal",
        "Javier Molina",
        "Elena Castro",
        "Diego Navarro",
        "Sofía Herrera",
        "Andrés Peña",
        "Valeria Soto",
        "Hugo Delgado",
        "Irene Campos",
        "Mateo Ríos",
        "Nuria Gil",
        "Álvaro Prieto",
        "Rocío Lara",
        "Tomás Aguilar",
        "Clara Benítez",
        "Raúl Ibáñez",
        "Paula Montes",
    ),
    Language.EN: (
        "Emma Clarke",
        "Liam Foster",
        "Olivia Hayes",
        "Noah Bennett",
        "Grace Palmer",
        "Jack Morrison",
        "Chloe Barnes",
        "Ethan Wells",
        "Ruby Sutton",
        "Oscar Dean",
        "Mia Turner",
        "Leo Parsons",
        "Isla Grant",
        "Max Holloway",
        "Zoe Fletcher",
        "Adam Reeves",
        "Nora Quinn",
        "Felix Ward",
        "Amy Lawson",
        "Theo Marsh",
    ),
    Language.PT: (
        "Beatriz Almeida",
        "João Ferreira",
        "Larissa Gomes",
        "Pedro Carvalho",
        "Camila Rocha",
        "Rafael Nunes",
        "Inês Teixeira",
        "Thiago Barros",
        "Mariana Lopes",
        "Gustavo Pinto",
        "Helena Duarte",
        "Bruno Azevedo",
        "Letícia Moura",
        "Vítor Cunha",
        "Ana Beatriz Reis",
        "Caio Fonseca",
        "Joana Matos",
        "Diogo Tavares",
        "Renata Farias",
        "Miguel Antunes",
    ),
}
_TURNS = (
    *("soft", "price", "strong", "doubt", "hello", "bought", "time", "price", "free", "later"),
    *("soft", "works", "bought", "stop", "strong", "hello", "person", "refusal", "price", "support"),
)
_PLATFORMS = (Platform.INSTAGRAM, Platform.WHATSAPP, Platform.TELEGRAM)
_LANGUAGES = (Language.ES, Language.EN, Language.PT)


def _follower_id(platform: Platform, number: int) -> str:
    return {
        Platform.INSTAGRAM: f"ig_{17840000 + number}",
        Platform.WHATSAPP: f"wa_346000{number:05}",
        Platform.TELEGRAM: f"tg_{500100 + number}",
    }[platform]


def history() -> list[Said | Moved]:
    """What happened in the demo's past, in order; the last talks end a few hours ago."""
    return sorted(_happenings(), key=lambda happened: happened.after)


def _happenings() -> Iterator[Said | Moved]:
    for number in range(60):
        language = _LANGUAGES[number % 3]
        name = _NAMES[language][number // 3]
        kind = _TURNS[(number // 3 + 7 * (number % 3)) % len(_TURNS)]
        follower_id = _follower_id(_PLATFORMS[(number + number // 3) % 3], number)
        begins = timedelta(days=DAYS - 1) * ((number * 37) % 60) / 60 + timedelta(hours=1)
        talk = TALKS[kind][language]
        for hours, text in talk:
            yield Said(begins + timedelta(hours=hours), follower_id, name, text)
        if kind == "bought":
            yield Moved(begins + timedelta(hours=talk[-1][0] + 0.5), follower_id, Status.CUSTOMER)
