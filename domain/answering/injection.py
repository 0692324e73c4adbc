"""Injection: signs that a text of somebody else wants to instruct the model that reads it."""

import base64
import binascii
import html
import re
import unicodedata
from codecs import decode
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from domain.answering.reading import folded

_ALL: Final = (
    r"(?:all|any|every|each|the|your|my|of|these|those|this|that|prior|previous|preceding|above|earlier"
    r"|former|system|original|initial|safety|other|whatever)"
)
_TODAS: Final = (
    r"(?:todas?|todos?|las?|los?|el|as|os|o|a|tus|sus|suas?|seus?|mis|estas|esas|essas|estos|estes|cualquier"
    r"|qualquer|de|tuas|do|da"
    r"|anteriores|previas|iniciales|iniciais|demas|demais)"
)
_RULES: Final = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directives?|orders|commands|guardrails?|restrictions?|polic(?:y"
    r"|ies)|context"
    r"|instrucci?on(?:es)?|instruc(?:ao|oes)|indicaciones|reglas|regras|normas|ordenes|ordens|diretrizes|directrices"
    r"|restricciones|restricoes|contexto)"
)
_PROMPT: Final = (
    r"(?:(?:system )?prompt(?: inicial| del sistema| do sistema)?|(?:mensaje|mensagem|message) (?:de|del|do"
    r"|of the) sistema|system message"
    r"|canary|canario|secret (?:word|code|key)|(?:palabra|codigo|clave) secret[oa]|(?:palavra|chave) secret[oa])"
)
_SHOW_ENGLISH: Final = (
    r"(?:repeat|show|print|reveal|output|tell|give|display|send|share|copy|paste|write|dump|leak|translate"
    r"|summari[sz]e|spell|encode"
    r"|what (?:is|are|was|were)|what's)"
)
_SHOW_ROMANCE: Final = (
    r"(?:repit[ea]\w*|repete|muestra\w*|muestre|ensena\w*|revel[ae]\w*|dime|diga|dame|escribe\w*|escrev[ae]"
    r"|imprim[ea]|copi[ae]\w*|pega|cole|envia\w*"
    r"|envie|traduce|traduza|resum[ea]|cual(?:es)? (?:es|son)|qua(?:l|is) (?:e|sao)|mostr[ae]\w*|me (?:diga|passe"
    r"|mostre|envie|conte)|codifica|codifique|passe)"
)
_SIGNS: Final[tuple[re.Pattern[str], ...]] = tuple(
    re.compile(pattern)
    for pattern in (
        # forget what you were told
        rf"\b(?:ignore|ignoring|disregard|forget|override|overrule|bypass|skip|drop|overwrite|delete"
        rf"|erase) (?:{_ALL} )*{_RULES}\b",
        rf"\b(?:ignore|disregard|forget) (?:{_ALL} )*(?:everything|all that|what(?:ever)?) (?:you (?:were|have been"
        rf"|are) told|above|before|said)",
        rf"\b(?:ignora\w*|ignore[mn]?|olvida\w*|olvides?|esquec\w+|esqueca|desconsider\w+|descarta\w*|descarte|omite"
        rf"|omita|salta(?:te)?|anula|anule"
        rf"|borra|apague|apaga|desobede\w+|passe por cima de) (?:{_TODAS} )*{_RULES}\b",
        r"\b(?:ignora|olvida|esqueca|ignore|esquece) (?:todo|tudo) (?:lo (?:anterior|que)|o que|que)\b",
        rf"\b(?:do not|don't|no|nao|stop|deja de|pare de) (?:follow|following|obey|obeying|sigas|seguir|siga"
        rf"|obedezcas|obedeca|obedecer) (?:{_ALL} |{_TODAS} )*{_RULES}\b",
        r"\b(?:new|nuevas?|novas?|updated|real|actual|hidden) (?:system )?(?:instructions?|prompt|instrucciones"
        r"|instrucoes|directives?|reglas|regras|rules)\s*:",
        # who is speaking
        r"(?:^|[\n\]})>*#|.«“\"'])\s*[\"'*#\[(<{]*(?:system|assistant|developer|sistema|asistente|assistente"
        r"|desarrollador|admin|administrador)[\"'*\])>}]*\s*:(?!//)",
        r"<\|?\s*/?\s*(?:im_start|im_end|system|assistant|user|endoftext|start_header_id|end_header_id|eot_id"
        r"|begin_of_text|channel|message|start|end)\s*\|?>",
        r"\[/?\s*(?:inst|sys|system|assistant)\s*\]|<</?sys>>|###\s*(?:instruction|system|response|instruccion"
        r"|instrucao)|<(?:/)?(?:system|instructions?|prompt|assistant|sistema)>",
        r"[\"']role[\"']\s*:\s*[\"'](?:system|assistant|developer)|\bend of (?:user|follower|conversation|prompt"
        r"|message|data)\b.{0,20}(?:system|begin|new)",
        r"\b(?:system|sistema|admin|developer|root|sudo|dev|god) (?:override|mode|update|message|prompt|modo|mensaje"
        r"|mensagem)\b|\bmodo (?:desarrollador|desenvolvedor|administrador|admin|dios|deus|debug|dev"
        r"|sin restricciones|sem restricoes)\b",
        # become somebody else
        r"\byou are now\b|\bfrom now on,? (?:you|act|answer|reply|respond)\b|\bpretend (?:to be|you are|that you)\b"
        r"|\b(?:act|behave|respond) as (?:if you|though you|an? (?:unrestricted|different|evil|uncensored|new))",
        r"\b(?:ahora|agora) (?:tu )?(?:eres|actua|actuas|voce e|seras|es) (?:un|una|um|uma|el|la|o|a|otro|outro"
        r"|dan)\b|\ba partir de (?:ahora|agora),? (?:tu |voce )?(?:eres|actua|responde\w*|respond\w+|e|vas|vai|debes"
        r"|deve|seras|sera|haz|faca)\b",
        r"\b(?:finge|fingi|haz como|hazte pasar|actua como si|finja|faca de conta|aja como se|simula|simule) (?:que "
        r"|ser |por )?(?:eres|ser|fueras|fueses|voce|fosse|es|un|una|um|uma|no|nao)\b",
        r"\bjailbreak\w*\b|\bdo anything now\b|\bdan mode\b|\b(?:answer|respond|reply|speak|talk|act|model|ai|ia|bot"
        r"|assistant|respond[ea]\w*|contesta\w*|habla|fal[ae]|actua|aja|modelo|asistente"
        r"|assistente)\b.{0,20} (?:without|no|sin|sem) (?:any )?(?:filters?|restrictions?|filtros?|restricciones"
        r"|restricoes|censura|censorship)\b",
        # show what you were told
        rf"\b{_SHOW_ENGLISH} (?:me |us |out |back |the |your |all |of |full |exact |entire |hidden |secret |initial "
        rf"|original )*{_PROMPT}\b",
        rf"\b{_SHOW_ENGLISH} (?:me |us |out |back |the |all |of |every |full |exact )*(?:your|system|hidden|secret"
        rf"|initial|original)(?: (?:system|hidden|secret|exact|own|internal))* {_RULES}\b",
        rf"\b{_SHOW_ROMANCE} (?:me |o |a |os |as |el |la |los |las |tu |tus |teu |teus |suas? |seus? |todo |todas? "
        rf"|todos? |texto |completo |literal |de |del |do |da )*{_PROMPT}\b",
        rf"\b{_SHOW_ROMANCE} (?:me |todas? |todos? |as |os |las |los |literalmente |exactamente "
        rf"|exatamente )*(?:tus?|teus?|suas?|seus?|tuas?)(?: \w+)? {_RULES}\b",
        r"\b(?:words|text|everything|palabras|texto) (?:that (?:is|are) |escrit[oa] )?(?:above|before this|arriba"
        r"|acima|anterior)\b|\bsystem prompt\b|\bprompt (?:del|do|de) sistema\b",
        # use other people's data; say what is not so
        r"\b(?:data|emails?|e-mails?|phones?|messages|conversations?|names|list|datos|correos|telefonos|mensajes"
        r"|conversaciones|nombres|lista|dados|telefones|mensagens|conversas|nomes) (?:of|from|de|del|dos|das|do"
        r"|da) (?:the |los |las |os |as |your |tus |seus |suas |todos |todas |all |every )*(?:other |otros |otras "
        r"|outros |outras |ultimos |last |latest )*(?:customers?|clients?|followers?|users?|leads?|students?|buyers?"
        r"|clientes?|seguidores?|usuarios?|alumn[oa]s?|alun[oa]s?|compradores?)\b",
        r"\b(?:the|your|our|el|la|o|a|tu|seu) (?:correct |new |real |actual |nuevo |novo )*(?:price|precio"
        r"|preco) (?:is now|now is|has changed to|ahora es|es ahora|agora e|pasa a ser|passa a ser)\b",
        r"\b(?:answer|reply|respond|say|responde\w*|contesta\w*|di|responda|diga) (?:only|just|exactly|solo"
        r"|unicamente|apenas|exactamente|exatamente)(?: | ?(?=[:\"']))(?:with|con|com|in|the|this|esto|isto|que|la"
        r"|el|:|\"|')",
        r"\b(?:note|instructions?|message|nota|instrucciones|mensaje|instrucoes|mensagem|attention|atencion|atencao"
        r"|important|importante) (?:to|for|para|a) (?:the |any |el |la |o |a |as |los |las )*(?:ai|llm|model"
        r"|assistant|bot|ia|modelo|asistente|assistente|chatbot)s?\b",
        r"\b(?:ai|llm|assistants?|bots?|ia|asistentes?|assistentes?|modelos?) (?:reading|who reads?|that reads?"
        r"|reads|que lea\w*|que lee\w*|que leia\w*|que le|must|deben?|devem?)\b",
    )
)
_BLOB: Final = re.compile(r"(?<![\w/.:=?&%-])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w/])")
_LONG_BLOB: Final = 40
_SPACED: Final = re.compile(r"(?<!\w)(?:\w[ .\-_*]){3,}\w(?!\w)")
_MIXED: Final = re.compile(r"\b(?=\w*[a-z])(?=\w*[0134578@$])[a-z0134578@$]{3,}\b")
_LEET: Final = str.maketrans("0134578@$", "oleastbas")
_LEET_I: Final = str.maketrans("0134578@$", "oieastbas")
_TAGS: Final = range(0xE0000, 0xE0080)
_BLACK_FLAG: Final = "\U0001f3f4"


def injection_signs(texts: Sequence[str]) -> tuple[str, ...]:
    """What in some texts, read alone and one after the other, would instruct a model; empty where nothing does.

    They are read as written, and decoded: hidden characters, look-alikes, letters apart, digits for letters, entities,
    base64, hexadecimal, backwards, ROT13. A long text in base64 is a sign whatever it says.
    """
    return tuple(dict.fromkeys(sign for reading in _readings(texts) for sign in _signs(reading)))


def opaque_parts(text: str) -> tuple[str, ...]:
    """Long words that look encoded: letters of both cases and digits together, or hexadecimal."""
    return tuple(match.group() for match in _BLOB.finditer(text) if _is_encoded(match.group()))


def _signs(reading: str) -> Iterator[str]:
    plain = folded(reading)
    for variant in dict.fromkeys(
        (plain, re.sub(r"[ \n]+", " ", plain), _unmasked(plain, _LEET), _unmasked(plain, _LEET_I))
    ):
        for pattern in _SIGNS:
            if found := pattern.search(variant):
                yield found.group().strip()


def _readings(texts: Sequence[str]) -> Iterator[str]:
    together = "\n".join(texts)
    yield from (*texts, together, " ".join(texts))
    yield re.sub(r"[^\w\s]+", " ", " ".join(texts))
    hidden = "".join(
        chr(ord(char) - 0xE0000) for part in together.split(_BLACK_FLAG) for char in part if ord(char) in _TAGS
    )
    for decoded in (unquote(html.unescape(together)), together[::-1], decode(together, "rot13"), hidden):
        if decoded != together:
            yield decoded
    for blob in _BLOB.findall(together):
        yield from _decoded(blob)
        if len(blob) >= _LONG_BLOB and _is_encoded(blob):
            yield "system: " + blob


def _decoded(blob: str) -> Iterator[str]:
    padded = blob.rstrip("=") + "=" * (-len(blob.rstrip("=")) % 4)
    for read in (
        lambda: base64.b64decode(padded, altchars=b"-_"),
        lambda: base64.b64decode(padded),
        lambda: bytes.fromhex(blob),
    ):
        try:
            yield read().decode("utf-8")
        except (binascii.Error, ValueError):
            continue


def _is_encoded(blob: str) -> bool:
    kinds = {unicodedata.category(char) for char in blob}
    return {"Lu", "Ll", "Nd"} <= kinds or (
        len(blob) >= 32 and re.fullmatch(r"(?=.*\d)[0-9a-f]+", blob, re.IGNORECASE) is not None
    )


def _unmasked(plain: str, digits: dict[int, str]) -> str:
    """The text with letters that stand apart closed up, and digits inside of words as the letters they stand for."""
    closed = _SPACED.sub(lambda match: re.sub(r"[ .\-_*]", "", match.group()), plain)
    return _MIXED.sub(lambda match: match.group().translate(digits), closed)
