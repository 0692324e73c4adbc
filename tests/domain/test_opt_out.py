"""Who asks us to stop is left alone; who uses the same words for something else is not."""

import json
from collections import Counter

import pytest

from domain.understanding.intents import understand
from domain.understanding.opt_out import opted_out_by, opts_in, soft_stop
from tools.train.corpus import CORPUS

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
COMMANDS = {
    "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out",
    "baja", "alto", "parar", "detener", "cancelar", "salir",
    "sair", "pare", "remover", "descadastrar",
}  # fmt: skip
NOT_STOPS = [
    "stop, o Zé não vem",
    "We have got to STOP this bill",
    "baja el precio?",
    "cancel my order please",
    "the end of the story made me cry",
    "quiero cancelar la clase del lunes",
    "salir a correr",
    "el salto más alto",
    "no puedo parar de ver tus videos",
    "quero sair do zero",
    "vou sair agora, depois te falo",
    "ok gracias",
]
PERHAPS = [
    "para",
    "spam",
    "basta",
    "baja, ya no quiero esto",
    "please unsubscribe me from this list",
]


@pytest.mark.parametrize(("text", "form"), STOPS)
def test_a_message_that_says_only_stop_opts_out_and_leaves_its_form_as_proof(text: str, form: str) -> None:
    assert opted_out_by(text) == form
    assert not soft_stop(text)


@pytest.mark.parametrize(
    "around", ["{}", "{}!!", " {} . ", "{} please", "hola, {} por favor", "oi {} obrigada 🙏", "¡{}!"]
)
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_usual_command_is_a_stop_in_any_case_and_with_courtesy(command: str, around: str) -> None:
    for written in (command, command.upper(), command.title()):
        assert opted_out_by(around.format(written)) == command


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


BLIND = CORPUS / "opt_out"


def blind_set() -> Counter[tuple[str, str | None]]:
    """How often each kind of message of a set that nothing was made from is read as which kind of stop."""
    lines = [line for path in sorted(BLIND.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return Counter((row["expected"], understand(row["text"]).stop) for row in map(json.loads, lines))


def test_nearly_everybody_who_asks_to_be_left_alone_is_left_alone_or_a_person_is_asked() -> None:
    read = blind_set()
    asked = read["stop", "stop"] + read["stop", "perhaps"] + read["stop", None]
    assert asked == 120
    assert read["stop", "stop"] / asked >= 0.90
    assert (read["stop", "stop"] + read["stop", "perhaps"]) / asked >= 0.99


def test_hardly_anybody_is_left_alone_who_only_used_the_words() -> None:
    read = blind_set()
    assert read["stop", "stop"] / (read["stop", "stop"] + read["trap", "stop"]) >= 0.98
