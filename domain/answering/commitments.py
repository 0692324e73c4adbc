"""Commitments: promises and done deeds, which an answer may state only where somebody else has."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from domain.answering.commitment_kinds import Commitment
from domain.answering.commitment_phrases import PHRASES
from domain.answering.commitment_verbs import BEHIND, ENGLISH, PORTUGUESE, SPANISH
from domain.answering.links import find_links
from domain.answering.reading import Sentence, alternatives, folded, sentences

_WHO: Final = (
    r"(?:i|we|they|he|she|someone|somebody|one of us|support"
    r"|(?:my|our|the|a) (?:\w+ )?(?:team|colleague|assistant|person|human|member|creator)(?: member)?)"
)
_WILL: Final = (
    r"(?:'ll| will| shall|'m going to| am going to|'re going to| are going to| is going to|'s going to|'m gonna| gonna)"
)
_ADVERBS: Final = (
    r"(?: (?:(?!not\b|never\b)\w+ly|also|now|just|already|then|make sure to|go ahead and|soon|try to|be happy to))*"
)
_PRONOUN: Final = r"(?:te|os|se|lo|la|los|las|le|les|nos|me|lhe|ja|ya|voce)"
_ENCLITICS: Final = r"(?:te|se|os|le|les)?(?:lo|la|los|las)?(?:-(?:te|lo|la|lhe|o|a))?"

# A "no" before is part of these phrases.
_NEGATIVE: Final = frozenset({Commitment.LEFT_IN_PEACE})
# "Would you like a discount?" offers one all the same.
_ALSO_ASKED: Final = frozenset({Commitment.DISCOUNTED})

_CONDITION: Final = re.compile(
    r"\b(?:tell me|let me know|if you|once you|when you|just say|say the word|dime|cuentame|avisame|si me|si quieres"
    r"|si te|cuando"
    r"|me diz|me diga|me conta|me fala|me avisa|se voce|se quiser|quando|escolh\w+|elige|pick)\b"
)
_THIS_TEXT: Final = re.compile(
    r"\b(?:link|enlace|info|informacion|informacao|details|detalles|detalhes|lista|list|opciones|options|opcoes|it"
    r"|lo|aqui|here)\b"
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:e-?mail|correo|mail|inbox|bandeja|caixa de entrada|whatsapp|sms|telefono|phone|telefone|privado|manana"
    r"|tomorrow|amanha"
    r"|luego|mas tarde|later|depois|monday|lunes|segunda)\b"
)


@dataclass(frozen=True)
class _Wording:
    """How a commitment is put: as sure, or as an offer in the present, which a question makes harmless."""

    sure: re.Pattern[str]
    offer: re.Pattern[str]


def commitments(text: str) -> tuple[Commitment, ...]:
    """What a text promises or reports as done, each kind once; a denied or asked one is none."""
    return tuple(dict.fromkeys(kind for kind, _ in _made(text)))


def unkept(
    text: str,
    kept: Collection[Commitment],
    creator_texts: Iterable[str],
    our_last_texts: Iterable[str] = (),
    creator_name: str = "",
) -> tuple[Commitment, ...]:
    """The commitments of an answer that neither an event of the follower nor a text of the creator's bears out.

    A link may be promised to somebody who only has to say which one, and reported as sent where it was, or is by this
    very text.
    """
    shows_link = bool(find_links(text)) or any(find_links(ours) for ours in our_last_texts)
    left = {
        kind
        for kind, sentence in _made(_of_somebody(text, creator_name))
        if kind not in kept and not (kind is Commitment.SENT and _is_sent_here(sentence, shows_link))
    }
    said = {kind for own in creator_texts for kind in commitments(own)} if left else set()
    return tuple(kind for kind in Commitment if kind in left - said)


def _of_somebody(text: str, name: str) -> str:
    """The text with the creator as a "she", for a promise in their name is one all the same."""
    called = folded(name).strip()
    return re.sub(rf"(?<!\w){re.escape(called)}(?!\w)", "she", folded(text)) if called else text


def _is_sent_here(sentence: Sentence, shows_link: bool) -> bool:
    if _ELSEWHERE.search(sentence.text):
        return False
    return shows_link or (_CONDITION.search(sentence.text) is not None and _THIS_TEXT.search(sentence.text) is not None)


def _made(text: str) -> Iterator[tuple[Commitment, Sentence]]:
    for sentence in sentences(folded(text)):
        for kind, wording in _wordings().items():
            if sentence.asks and kind not in _ALSO_ASKED:
                continue
            patterns = (wording.sure,) if sentence.is_question else (wording.sure, wording.offer)
            if any(_states(kind, sentence, found) for each in patterns for found in each.finditer(sentence.text)):
                yield kind, sentence


def _states(kind: Commitment, sentence: Sentence, found: re.Match[str]) -> bool:
    return kind in _NEGATIVE or not sentence.negates(found.start())


@cache
def _wordings() -> Mapping[Commitment, _Wording]:
    wordings = {}
    for kind in Commitment:
        sure = [alternatives(PHRASES[kind])] if kind in PHRASES else []
        offers: list[str] = []
        for verbs, forms in ((ENGLISH, _english), (SPANISH, _spanish), (PORTUGUESE, _portuguese)):
            for verb in verbs.get(kind, "").split():
                also_sure, also_offered = forms(verb)
                sure += also_sure
                offers += also_offered
        wordings[kind] = _Wording(re.compile("|".join(sure)), re.compile("|".join(offers) or r"(?!)"))
    return wordings


def _english(verb: str) -> tuple[list[str], list[str]]:
    base, participle, gerund = verb.split("/")
    sure = [
        rf"\b{_WHO}{_WILL}{_ADVERBS} {base}\b{BEHIND.get(base, '')}",
        rf"\b{_WHO}(?:'ve| have|'s| has)?(?: just| already| now| also| personally"
        rf"| gone ahead and)* {participle}\b{BEHIND.get(participle, '')}",
    ]
    if participle not in BEHIND:
        sure.append(
            rf"(?:\b(?:has|have|was|were|will|got|done,|done!)|'ll|'ve)(?: just| already| now| all| also)*(?: been"
            rf"| be)?(?: \w+ly)? {participle}\b"
        )
    offers = [
        rf"\b(?:i|we)(?:'m| am|'re| are)(?: now| just| already)* {gerund}\b{BEHIND.get(gerund, '')}",
        rf"\b(?:let me|i can|we can)(?: \w+ly| also)* {base}\b{BEHIND.get(base, '')}",
    ]
    return sure, offers


def _spanish(verb: str) -> tuple[list[str], list[str]]:
    infinitive, participle, did, does = verb.split("/")
    sure = [
        rf"\b(?:voy|vamos|vas|van|va|ire|iremos) a {infinitive}{_ENCLITICS}\b",
        rf"\b{infinitive}(?:e|emos)\b|\b{_PRONOUN} (?:{_PRONOUN} ){{0,3}}{infinitive}(?:an|a)\b"
        rf"|\b(?:equipo|alguien|persona|companer[oa]|agente|she)(?: \w+)? {infinitive}(?:an|a)\b",
    ]
    if participle != "-":
        sure += [
            rf"\b(?:he|hemos|han|ha) (?:sido |ya )?{participle}[oa]s?\b|\b(?:acabo|acabamos"
            rf"|acaban) de {infinitive}{_ENCLITICS}\b",
            rf"\b(?:queda|quedo|quedas|quedaste|quedan|esta|estan|estas|fue|sera|hecho,"
            rf"|listo,) (?:ya )?{participle}[oa]s?\b",
        ]
    if did != "-":
        sure.append(rf"(?<!\bque )\b(?:te|os|ya) (?:{_PRONOUN} ){{0,3}}(?:{did})\b")
    offers = (
        []
        if does == "-"
        else [rf"\b(?:te|os|ahora|ya) (?:mismo |{_PRONOUN} ){{0,3}}(?:{does})\b|\b(?:lo|la) (?:{does})\b"]
    )
    return sure, offers


def _portuguese(verb: str) -> tuple[list[str], list[str]]:
    infinitive, participle, did, does = verb.split("/")
    sure = [
        rf"\b(?:vou|vamos|vai|vao|irei|iremos) (?:ja )?(?:te |lhe |me )?{infinitive}{_ENCLITICS}\b",
        rf"\b{infinitive}(?:ei|emos|ao)\b|\b(?:acabei|acabamos) de (?:te |lhe )?{infinitive}{_ENCLITICS}\b",
    ]
    if participle != "-":
        sure.append(
            rf"\b(?:esta|estao|foi|foram|ficou|fica|sera|ja|tenho|temos|feito,|pronto,) (?:ja "
            rf"|sido )?{participle}[oa]s?\b"
        )
    if did != "-":
        sure.append(rf"\b(?:{did})\b")
    offers = [] if does == "-" else [rf"\b(?:te|eu|ja|lhe|agora) (?:mesmo |ja |te |lhe )*(?:{does})\b"]
    return sure, offers
