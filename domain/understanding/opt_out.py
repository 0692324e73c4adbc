"""Detection of an opt-out or an opt-in: the whole message must say so."""

import re
import unicodedata

_COURTESY = re.compile(
    r"\b(?:por favor|thank you|muchas gracias|mil gracias|muito obrigad[oa]|desde ya|se faz favor|good morning|bom dia"
    r"|boa (?:tarde|noite)|buen(?:os|as)? (?:dias?|tardes|noches)|kindly|please|pl[sz]|thanks|thx|ty|cheers|porfa\w*"
    r"|porfis|xfa|gracias|obrigad[oa]|obg|pfv?|valeu|vlw|ok(?:ay)?|hola|hello|hi|oi|ola|hey|buenas|saludos|amig[oa]"
    r"|now|already|ya|ahora|agora|ja)\b"
)

_STOP = re.compile(
    "|".join(
        (
            # English
            "stop(?: all)?",
            "stopall",
            "cancel",
            "end",
            "quit",
            "revoke",
            "unsub(?:scribe(?: me)?)?",
            "opt(?: me)? out",
            "optout",
            "stop (?:messaging|texting) me",
            "stop writing(?: to)? me",
            "(?:do not|dont) message me again",
            "no more messages",
            "remove me",
            # Spanish
            "baja",
            "alto",
            "cancelar",
            "salir",
            "(?:quiero )?dar(?:me)? de baja",
            "dame de baja",
            "parar",
            "detener",
            "no me escribas(?: mas)?",
            "deja de escribirme",
            "dejame de escribir",
            "para de escribirme",
            "no(?: quiero)?(?: recibir)? mas mensajes",
            # Portuguese
            "sair",
            "pare",
            "remover",
            "descadastr(?:ar|e)",
            "me descadastre",
            "cancelar inscricao",
            "nao me mande(?: mais)? mensagens",
            "nao me escreva mais",
            "pare de me escrever",
            "pare de mandar mensagens",
            "para de me mandar mensagens",
            "nao quero(?: receber)? mais mensagens",
        )
    )
)
# These words mean something else inside a sentence ("baja el precio"); the others ask to be left alone anywhere.
_COMMON = frozenset(
    {
        "stop",
        "stop all",
        "cancel",
        "end",
        "quit",
        "revoke",
        "baja",
        "alto",
        "cancelar",
        "salir",
        "parar",
        "detener",
        "sair",
        "pare",
        "remover",
        "dar de baja",
    }
)
_INSIDE = re.compile(rf"\b(?:{_STOP.pattern})\b")
_SOFT_ALONE = frozenset(["para", "spam", "basta", "chega", "enough"])
_REFUSING = re.compile(
    r"\b(?:no quiero|no deseo|ya no|no me interesa|no more|dont want|do not want|not interested|leave me alone|enough"
    r"|dejame en paz|basta|nao quero|nao me interessa|me deixa em paz|chega)\b"
)
_START = frozenset(
    (
        "start",
        "unstop",
        "subscribe",
        "alta",
        "darme de alta",
        "volver a recibir",
        "voltar",
        "quero voltar a receber",
    )
)


def opted_out_by(text: str) -> str | None:
    """The normal form of a message that, courtesy aside, says nothing but "stop"; None for any other."""
    form = _normal(text)
    return form if _STOP.fullmatch(form) else None


def soft_stop(text: str) -> bool:
    """Whether it may be meant as a stop: nobody is opted out, but nothing automatic leaves until a person decides."""
    if opted_out_by(text) is not None:
        return False
    form = _normal(text)
    found = {match.group() for match in _INSIDE.finditer(form)}
    return form in _SOFT_ALONE or bool(found - _COMMON) or bool(found and _REFUSING.search(form))


def opts_in(text: str) -> bool:
    """Whether the whole message asks to be written to again; it counts only from somebody who is opted out."""
    return _normal(text) in _START


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’‘`´")
    return " ".join(_COURTESY.sub(" ", " ".join(re.findall(r"[^\W_]+", plain))).split())
