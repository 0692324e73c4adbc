"""A photographer with three products, as the ground of answers to Luis."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from domain.answering.checks import AnswerProblem, check_answer
from domain.answering.ground import AnswerGround
from domain.creator import Product
from domain.vocabulary import Language, Platform

COURSE = Product(
    UUID(int=1),
    "Curso de fotografía",
    Decimal("97.00"),
    "EUR",
    "8 módulos en vídeo y 14 días de garantía. También en 3 cuotas de 35 €. Acceso por 12 meses.",
    "https://ana.example/foto",
    ("curso",),
)
MENTORING = Product(
    UUID(int=2),
    "Mentoría",
    Decimal("1250.50"),
    "EUR",
    "Seis sesiones de una hora.",
    "https://ana.example/mentoria",
)
GUIDE = Product(UUID(int=3), "Guía de luz", Decimal(0), "EUR", "Un PDF de 20 páginas.", "https://ana.example/guia")
CANARY = "quokka-7f3a91"
SYSTEM = (
    "You write the answers of a creator's assistant. Use only the figures and links in the facts. Never pretend to be "
    f"a person, and set needs_person when you are unsure. The word {CANARY} must not occur in any answer."
)
GROUND = AnswerGround(
    language=Language.ES,
    product=COURSE,
    products=(COURSE, MENTORING, GUIDE),
    creator_name="Ana",
    creator_texts=(
        "¡Hola! Soy Ana y enseño fotografía de retrato. Mira mi trabajo en https://ana.example/trabajos.",
        "La clase abierta de los jueves es gratis. Escríbeme a hola@ana.example o a @ana.fotos.",
    ),
    creator_contacts=("hola@ana.example", "+34 911 234 567", "@ana.fotos"),
    follower_name="Luis Gómez",
    follower_texts=("Hola, ¿cuánto cuesta el curso?",),
    follower_contacts=("luis@correo.example", "+34 612 345 678", "luis_gomez"),
    our_last_texts=("¡Hola, Luis! Qué bien que escribas 😊 ¿En qué te puedo ayudar?",),
    system_text=SYSTEM,
    canary=CANARY,
)


def problems(text: str, ground: AnswerGround = GROUND, platform: Platform = Platform.TELEGRAM) -> set[AnswerProblem]:
    """What the checks find in a text; its language is the ground's unless a test is about that."""
    return set(check_answer(text, ground, platform=platform, language_of=lambda _: None).problems)


def in_language(language: Language, ground: AnswerGround = GROUND) -> AnswerGround:
    """The ground of an answer to somebody who speaks a language."""
    return replace(ground, language=language)
