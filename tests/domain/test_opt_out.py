"""Who asks us to stop is left alone; who uses the same words for something else is not."""

import pytest

from domain.understanding.opt_out import opted_out_by, opts_in, soft_stop

STOPS = [
    ("STOP", "stop"),
    ("Stop. Thank you", "stop"),
    ("stop 🛑", "stop"),
    ("Stop all, please!", "stop all"),
    ("unsubscribe", "unsubscribe"),
    ("Don’t message me again", "dont message me again"),
    ("do not message me again", "do not message me again"),
    ("Stop texting me", "stop texting me"),
    ("no more messages pls", "no more messages"),
    ("Baja", "baja"),
    ("hola, baja por favor", "baja"),
    ("Quiero darme de baja", "quiero darme de baja"),
    ("dame de baja, gracias", "dame de baja"),
    ("no me escribas más", "no me escribas mas"),
    ("Deja de escribirme!!", "deja de escribirme"),
    ("No quiero recibir más mensajes", "no quiero recibir mas mensajes"),
    ("SAIR", "sair"),
    ("oi, sair por favor", "sair"),
    ("cancelar inscrição", "cancelar inscricao"),
    ("Não me mande mais mensagens", "nao me mande mais mensagens"),
    ("pare de me escrever, obrigado", "pare de me escrever"),
    ("não quero receber mais mensagens", "nao quero receber mais mensagens"),
]
NOT_STOPS = [
    "stop, o Zé não vem",
    "We have got to STOP this bill",
    "baja el precio?",
    "no puedo parar de ver tus videos",
    "quero sair do zero",
    "vou sair agora, depois te falo",
    "ok gracias",
]
PERHAPS = [
    "para",
    "cancel",
    "cancelar",
    "quit",
    "spam",
    "baja, ya no quiero esto",
    "please unsubscribe me from this list",
]


@pytest.mark.parametrize(("text", "form"), STOPS)
def test_a_message_that_says_only_stop_opts_out_and_leaves_its_form_as_proof(text: str, form: str) -> None:
    assert opted_out_by(text) == form
    assert not soft_stop(text)


@pytest.mark.parametrize("text", NOT_STOPS)
def test_the_same_words_about_something_else_opt_nobody_out(text: str) -> None:
    assert opted_out_by(text) is None
    assert not soft_stop(text)


@pytest.mark.parametrize("text", PERHAPS)
def test_what_may_be_a_stop_is_shown_to_a_person(text: str) -> None:
    assert opted_out_by(text) is None
    assert soft_stop(text)


@pytest.mark.parametrize("text", ["START", "alta", "darme de alta por favor", "voltar", "Quero voltar a receber!"])
def test_who_asks_for_it_is_written_to_again(text: str) -> None:
    assert opts_in(text)


@pytest.mark.parametrize("text", ["start the course", "la marea alta", "stop", "quero voltar"])
def test_nobody_comes_back_by_accident(text: str) -> None:
    assert not opts_in(text)
