"""What people say of their goal, their level and what keeps them."""

import pytest

from domain.understanding.self_description import LONGEST, Trait, self_description


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("Quiero aprender fotografía pero es caro", "aprender fotografía"),
        ("hola, me gustaría dedicarme a esto, ¿cuánto cuesta?", "dedicarme a esto"),
        ("mi objetivo es vivir de la fotografía", "vivir de la fotografía"),
        ("I want to learn how to shoot portraits", "learn how to shoot portraits"),
        ("I'd like to improve my English", "improve my English"),
        ("my goal is to lose 5 kg", "lose 5 kg"),
        ("quero aprender a editar vídeos", "aprender a editar vídeos"),
        ("meu objetivo é viver de arte.", "viver de arte"),
    ],
)
def test_what_somebody_is_after_is_their_goal(text: str, goal: str) -> None:
    assert self_description(text) == (("goal", goal),)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("soy totalmente principiante", "beginner"),
        ("empiezo de cero", "beginner"),
        ("I'm a total beginner", "beginner"),
        ("sou iniciante", "beginner"),
        ("estou começando do zero", "beginner"),
        ("tengo un nivel intermedio", "intermediate"),
        ("I already know the basics", "intermediate"),
        ("já tenho uma base", "intermediate"),
        ("llevo 12 años haciendo fotos", "advanced"),
        ("I have years of experience", "advanced"),
        ("tenho muita experiência", "advanced"),
    ],
)
def test_how_far_somebody_has_come_is_their_level(text: str, level: str) -> None:
    assert self_description(text) == (("level", level),)


@pytest.mark.parametrize(
    "text",
    [
        "no tengo tiempo",
        "solo tengo 2 horas a la semana",
        "trabajo a turnos",
        "tengo dos hijos",
        "no puedo pagar tanto",
        "no tengo cámara",
        "I only have two evenings a week",
        "I can't afford it right now",
        "I don't have a camera",
        "não tenho tempo",
        "só tenho uma hora por dia",
        "sou estudante",
    ],
)
def test_what_keeps_somebody_is_told_in_their_words(text: str) -> None:
    assert self_description(text) == (("constraint", text),)


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "quiero comprar el curso",
        "quiero empezar ya",
        "i want to start now",
        "no quiero aprender a editar",
        "I don't want to learn this",
        "não quero aprender isso",
        "no soy principiante",
        "I am not a beginner",
        "¿es para principiantes?",
        "¿sirve si soy principiante?",
        "can I do it if I don't have a camera?",
        "tengo una duda",
    ],
)
def test_wishes_denied_and_questions_tell_nothing(text: str) -> None:
    assert self_description(text) == ()


def test_one_message_may_tell_everything() -> None:
    text = "Soy principiante. Quiero vivir de la fotografía, pero solo tengo 3 horas a la semana"
    told: tuple[tuple[Trait, str], ...] = (
        ("level", "beginner"),
        ("goal", "vivir de la fotografía"),
        ("constraint", "solo tengo 3 horas a la semana"),
    )
    assert self_description(text) == told


def test_a_long_statement_is_cut() -> None:
    ((_, goal),) = self_description("quiero aprender " + "mucho " * 100)
    assert len(goal) <= LONGEST
