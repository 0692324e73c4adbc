"""Nobody is told that something was done or will be, unless an event or the creator says so."""

from dataclasses import replace

import pytest

from domain.answering.checks import AnswerProblem
from domain.answering.commitment_kinds import Commitment
from domain.answering.commitments import commitments
from tests.domain.answering.facts import COURSE, GROUND, problems

MADE = {
    Commitment.RESERVED: [
        "Te he reservado una plaza.",
        "No te preocupes, te la reservo.",
        "I'll hold your spot until Friday.",
        "Your spot is reserved!",
        "Guardei seu lugar!",
        "Vou reservar sua vaga agora.",
    ],
    Commitment.SENT: [
        "Ya te lo envié.",
        "Acabo de enviarte el acceso al correo.",
        "I've just emailed it to you.",
        "Ana will email you tonight.",
        "Já mandei no seu e-mail.",
        "Vou te mandar mais tarde.",
    ],
    Commitment.REFUNDED: [
        "Te devolvemos el dinero.",
        "Ya hemos tramitado tu devolución.",
        "Your refund is on its way.",
        "We'll refund every cent.",
        "Já fiz o reembolso.",
    ],
    Commitment.CANCELLED: ["Hecho, cancelado.", "I've gone ahead and cancelled it.", "Sua matrícula foi cancelada."],
    Commitment.PAID: ["Tu pago ha sido confirmado.", "Your payment went through.", "Seu pagamento foi aprovado."],
    Commitment.ADDED: [
        "Te añado ahora mismo al grupo.",
        "Ya estás dentro.",
        "I've added you to the list.",
        "You have been enrolled.",
        "Seu acesso já foi liberado.",
    ],
    Commitment.GUARANTEED: [
        "Te prometo que vale la pena.",
        "Resultados garantizados.",
        "I promise you'll get clients.",
        "Prometo que vai funcionar.",
    ],
    Commitment.WARRANTED: ["Tiene garantía.", "Money back, no questions.", "Sem risco."],
    Commitment.DISCOUNTED: [
        "Te hago un descuento.",
        "I can get you a better price.",
        "Would you like a discount?",
        "Consigo um desconto.",
    ],
    Commitment.CHECKED: [
        "Ahora lo consulto con Ana.",
        "Ya hablé con ella.",
        "I'll check with her.",
        "Já falei com a Ana.",
        "Deixa comigo.",
    ],
    Commitment.PASSED_ON: [
        "Ya he dejado el aviso.",
        "Una persona te contestará.",
        "I have passed your message on.",
        "A equipe vai responder.",
    ],
    Commitment.CONTACTED: [
        "Te llamaré mañana.",
        "Mañana te escribo sin falta.",
        "I'll get back to you.",
        "We'll be in touch.",
        "Amanhã te ligo.",
    ],
    Commitment.LEFT_IN_PEACE: [
        "No te escribiré más.",
        "I won't message you again.",
        "Não vou mais te escrever.",
    ],
}
BARE = replace(GROUND, creator_texts=(), product=None, products=())


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in MADE.items() for text in texts])
def test_promises_and_done_deeds_are_held_until_they_are_so(kind: Commitment, text: str) -> None:
    assert kind in commitments(text.replace("Ana will", "she will"))
    assert AnswerProblem.PROMISE in problems(text, BARE)
    kept = replace(BARE, kept=frozenset(Commitment))
    assert AnswerProblem.PROMISE not in problems(text, kept)


def test_every_kind_has_its_examples() -> None:
    assert set(MADE) == set(Commitment)


@pytest.mark.parametrize(
    "text",
    [
        "No puedo reservarte plaza.",
        "Prefiero no prometerte nada.",
        "I can't refund you, and I won't promise anything.",
        "Não posso garantir resultado.",
        "¿Te paso el enlace?",
        "¿Quieres que te lo reserve?",
        "Shall I send you the link?",
        "Quer que eu mande o link?",
        "¿Ya te han enviado el correo?",
        "I will answer honestly.",
        "Te cuento lo que más te puede servir.",
        "Vou te explicar como funciona.",
        "Puedes cancelar cuando quieras.",
        "Se pasó volando.",
        "Once you pay, you get an email with your login.",
        "No hay descuentos.",
    ],
)
def test_offers_refusals_and_talk_are_no_commitments(text: str) -> None:
    assert AnswerProblem.PROMISE not in problems(text, BARE)


def test_a_promise_hidden_in_a_question_is_one() -> None:
    assert AnswerProblem.PROMISE in problems("I'll reserve it for you, ok?", BARE)
    assert AnswerProblem.PROMISE in problems("Te lo reservaré, ¿vale?", BARE)


def test_what_the_creator_promises_may_be_repeated() -> None:
    own = replace(BARE, creator_texts=("Te enviaré la guía por aquí en cuanto me la pidas.",))
    assert AnswerProblem.PROMISE not in problems("Te mando la guía mañana.", own)
    assert AnswerProblem.PROMISE in problems("Te reservo una plaza.", own)


def test_a_link_may_be_announced_by_the_text_that_has_it() -> None:
    ground = replace(BARE, products=(COURSE,))
    assert AnswerProblem.PROMISE not in problems("Te mando el enlace: https://ana.example/foto", ground)
    assert AnswerProblem.PROMISE in problems("Te mando el enlace: https://ana.example/foto, y al correo", ground)
    assert AnswerProblem.PROMISE in problems("Te mando el enlace luego.", ground)


def test_a_link_may_be_promised_to_who_only_has_to_say_which() -> None:
    assert AnswerProblem.PROMISE not in problems("Dime cuál prefieres y te paso el enlace.", BARE)
    assert AnswerProblem.PROMISE in problems("Dime cuál prefieres y te reservo una plaza.", BARE)


def test_what_we_sent_before_may_be_spoken_of() -> None:
    after = replace(BARE, our_last_texts=("Aquí lo tienes: https://ana.example/foto",))
    assert AnswerProblem.PROMISE not in problems("El enlace te lo envié más arriba.", after)
    assert AnswerProblem.PROMISE in problems("El enlace te lo envié más arriba.", BARE)
