"""Disclosure: whether a text says that a machine writes, or denies it."""

import re
from typing import Final

from domain.answering.reading import folded, sentences

_MACHINE: Final = (
    r"(?:asistente (?:\w+ )?(?:automatic[oa]|virtual|digital|de ia|con ia)|asistente de inteligencia artificial"
    r"|(?:automated|automatic|virtual|digital|ai|a\.i\.) (?:\w+ )?(?:assistant|agent|helper|reply|replies|response"
    r"|responses)"
    r"|assistant powered by ai|(?:assistente (?:\w+ )?(?:automatic[oa]|virtual|digital|de ia|com ia))"
    r"|assistente de inteligencia artificial|respuestas? automaticas?|respostas? automaticas?|mensajes? automaticos?"
    r"|mensagem automatica|chatbot|bot|robot|robo|una ia|uma ia|an ai|inteligencia artificial)"
)
_SAYS: Final = re.compile(rf"\b{_MACHINE}\b")

_BOTS: Final = (
    r"(?:chat ?bot|bot|robot|robo|maquina|machine|ia|ai|inteligencia artificial|automatic[oa]|automated"
    r"|automation|program[ae]?|software|virtual)"
)
_PEOPLE: Final = (
    r"(?:(?:a|una|uma|um|un)? ?(?:real |actual |persona real|person|persona|pessoa|human being|human|humano|humana"
    r"|ser humano|ser humana)"
    r"|de carne y hueso|de carne e osso|flesh and blood|real person|real human|real|yo mism[oa]|eu mesm[oa])"
)
_DENIES: Final = re.compile(
    rf"\b(?:no soy|no es|no somos|no hablas con|no estas hablando con|nao sou|nao e|nao somos|nao esta falando com"
    rf"|i'?m not|i am not|we'?re not|this is not|this isn't|it'?s not|you'?re not (?:talking|speaking"
    rf"|chatting) (?:to|with)"
    rf"|not talking to|aqui no hay|aqui nao tem|no bots?,? here|ningun|nenhum)"
    rf" (?:a |an |any |un |una |um |uma |ningun |ninguna |nenhum |nenhuma |just |solo |apenas )*{_BOTS}\b"
    r"|\bno bots?\b(?=.{0,12}(?:here|aqui))|\bnada de (?:bots?|robots?|robos?)\b"
)
_CLAIMS: Final = re.compile(
    rf"\b(?:soy|somos|sou|hablas con|estas hablando con|te escribe|te habla|esta falando com|voce fala com"
    rf"|i'?m|i am|we'?re|this is|it'?s|you'?re (?:talking|speaking|chatting) (?:to|with)|yes,? i'?m|quien te escribe es"
    rf"|quem escreve e)(?: \w+){{0,2}}? {_PEOPLE}\b"
)
_HONEST: Final = re.compile(
    r"\b(?:no|not|nao|isn't|never) (?:\w+ )?(?:a |an |una |uma |un |um )?(?:real |actual )?(?:person|persona|pessoa"
    r"|human|humano|humana)"
)


def discloses(text: str) -> bool:
    """Whether a text says that an automatic assistant writes."""
    return _SAYS.search(folded(text)) is not None and not _DENIES.search(folded(text))


def denies_bot(text: str, *, asked: bool) -> bool:
    """Whether a text says that no machine writes, or, where that was asked, that a person does."""
    for sentence in sentences(folded(text)):
        if sentence.is_question:
            continue
        if _DENIES.search(sentence.text):
            return True
        if asked and _CLAIMS.search(sentence.text) and not _HONEST.search(sentence.text):
            return True
    return False
