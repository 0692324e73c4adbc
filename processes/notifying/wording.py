"""The sentences of a notification, in the creator's language."""

from collections.abc import Mapping
from typing import Final

from domain.person.names import first_name
from domain.vocabulary import Language, NotificationKind

LONGEST_EXCERPT: Final = 120
"""Characters of what the follower wrote: enough to know what it is about; the conversation itself stays with us."""


def worded(kind: NotificationKind, language: Language, name: str | None, message: str | None = None) -> tuple[str, str]:
    """The title and the text; of the follower they hold no more than the first name and an excerpt of `message`."""
    who = first_name(name) or _SOMEBODY[language]
    title, text = (sentence.format(who=who) for sentence in _SENTENCES[kind][language])
    said = excerpt(message or "")
    title = title[0].upper() + title[1:]  # "somebody" may be the first word
    return title, f"{text}\n\n{_QUOTED[language].format(said)}" if said else text


def excerpt(message: str) -> str:
    """The beginning of a message on one line, without what nobody sees: at most `LONGEST_EXCERPT` characters."""
    line = "".join(filter(str.isprintable, " ".join(message.split())))
    return line if len(line) <= LONGEST_EXCERPT else line[: LONGEST_EXCERPT - 1].rstrip() + "…"


_SOMEBODY: Final[Mapping[Language, str]] = {Language.EN: "somebody", Language.ES: "alguien", Language.PT: "alguém"}

_QUOTED: Final[Mapping[Language, str]] = {Language.EN: "“{}”", Language.ES: "«{}»", Language.PT: "“{}”"}

_SENTENCES: Final[Mapping[NotificationKind, Mapping[Language, tuple[str, str]]]] = {
    NotificationKind.ESCALATED: {
        Language.EN: ("{who} needs a person", "The bot stays silent in this conversation until somebody answers."),
        Language.ES: (
            "{who} necesita a una persona",
            "El bot guarda silencio en esta conversación hasta que alguien conteste.",
        ),
        Language.PT: (
            "{who} precisa de uma pessoa",
            "O bot fica em silêncio nesta conversa até que alguém responda.",
        ),
    },
    NotificationKind.UNRESOLVED: {
        Language.EN: ("{who} is still waiting for a person", "Nobody has answered yet, and the bot stays silent."),
        Language.ES: (
            "{who} sigue esperando a una persona",
            "Nadie ha contestado todavía, y el bot guarda silencio.",
        ),
        Language.PT: (
            "{who} continua à espera de uma pessoa",
            "Ninguém respondeu ainda, e o bot fica em silêncio.",
        ),
    },
    NotificationKind.DRAFT_WAITING: {
        Language.EN: ("A draft for {who} is waiting", "It goes out when you approve it; you can change it first."),
        Language.ES: (
            "Hay un borrador para {who}",
            "Sale cuando se apruebe; antes se puede cambiar.",
        ),
        Language.PT: (
            "Há um rascunho para {who}",
            "Ele sai quando for aprovado; antes é possível mudá-lo.",
        ),
    },
    NotificationKind.TEST: {
        Language.EN: ("This is a test", "Here you will be told when somebody needs a person."),
        Language.ES: ("Esto es una prueba", "Aquí llegará el aviso cuando alguien necesite a una persona."),
        Language.PT: ("Isto é um teste", "Aqui chegará o aviso quando alguém precisar de uma pessoa."),
    },
}
