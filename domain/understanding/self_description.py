"""What a follower says of their goal, their level and what keeps them, in their own words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from domain.understanding.text_features import MOST

LONGEST: Final = 120
"""Characters of a statement that are kept."""


Trait = Literal["goal", "level", "constraint"]


def self_description(text: str) -> tuple[tuple[Trait, str], ...]:
    """The statements in a message, in its order; a level is `beginner`, `intermediate` or `advanced`.

    Questions and denied wishes are none ("¿es para principiantes?", "no quiero aprender a editar").
    """
    return tuple(
        (trait, said)
        for clause in _CLAUSES.findall(unicodedata.normalize("NFC", text[:MOST]))
        if not clause.endswith("?")
        for trait, said in _statements(clause.strip(" .!?¡¿,;:…\n"))
    )


_CLAUSES: Final = re.compile(r"[^.!?¿¡;,\n…]+[.!?;,\n…]?")


def _statements(clause: str) -> Iterator[tuple[Trait, str]]:
    if (goal := _GOAL.search(clause)) is not None:
        yield "goal", _cut(goal["said"])
    for level, pattern in _LEVELS:
        if pattern.search(clause):
            yield "level", level
            break
    if (constraint := _CONSTRAINT.search(clause)) is not None:
        yield "constraint", _cut(constraint["said"])


def _cut(said: str) -> str:
    """What is said up to a "but", and no longer than is kept."""
    return _BUT.split(said, maxsplit=1)[0].strip()[:LONGEST].strip()


def _one_of(*phrases: str) -> str:
    return "|".join(phrases)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_BUT: Final = _compiled(r"\s(?:pero|aunque|but|although|though|porém|y (?:cu[aá]nto|qu[eé])|and how|e quanto)\b")

_NO: Final = r"(?<!\bno )(?<!\bnot )(?<!\bt )(?<!\bnão )(?<!\bnao )(?<!n't )(?<!n’t )(?<!\bnunca )"

_GOAL: Final = _compiled(
    _NO
    + r"\b(?:"
    + _one_of(
        r"(?:mi|meu) (?:objetivo|meta|sue[ñn]o|sonho) (?:es|ser[ií]a|[ée]|seria)",
        r"minha meta (?:[ée]|seria)",
        r"my (?:goal|aim|dream|plan) (?:is|would be)(?: to)?",
        r"(?:me gustar[ií]a|quiero|querr[ií]a|quisiera|necesito|busco|intento|sueño con)(?= (?:{es})\b)",
        r"i (?:want|would like|hope|am trying|need)(?: to)?(?= (?:{en})\b)",
        r"i['’](?:d like|m trying)(?: to)?(?= (?:{en})\b)",
        r"(?:quero|queria|gostaria de|preciso|busco|tento|sonho em)(?= (?:{pt})\b)",
    ).format(
        es=(
            r"aprender|mejorar|empezar a|conseguir|lograr|montar|crear|lanzar|dejar (?:de|mi|el)|perder|ganar|vivir de"
            r"|dedicarme|crecer|emprender|dominar|vender m[aá]s|adelgazar"
            r"|ponerme|sentirme"
        ),
        en=(
            r"learn|improve|start (?!now|today|right)|achieve|build|create|launch|quit|lose|earn|make a living|grow"
            r"|become|master|sell more|get (?:better|fit|in shape|more clients)|feel"
        ),
        pt=(
            r"aprender|melhorar|come[çc]ar a|conseguir|alcan[çc]ar|montar|criar|lan[çc]ar|largar|deixar (?:de|meu)"
            r"|perder|ganhar|viver de|crescer|empreender|dominar|vender mais|emagrecer|me dedicar|me sentir"
        ),
    )
    + r")\s+(?P<said>\S.*)"
)

_LEVELS: Final[Sequence[tuple[str, re.Pattern[str]]]] = (
    (
        "beginner",
        _compiled(
            _NO
            + r"\b(?:"
            + _one_of(
                r"soy (?:muy |un |una |total |totalmente |completamente )*(?:principiante|novat[oa]|nov[ei]l)\b",
                r"(?:empiezo|empezar[ií]a|parto|empezando|comienzo) (?:de|desde) cero\b",
                r"(?:estoy|acabo de) empezando\b",
                r"acabo de empezar\b",
                r"nunca he (?:hecho|probado|tocado|usado)\b",
                r"(?:i['’]?m|i am) (?:just |only |an? |total |complete |absolute )*(?:beginner|newbie|novice)\b",
                r"(?:i['’]?m|i am) (?:just |only )?(?:starting out|getting started|starting from (?:scratch|zero))\b",
                r"i['’]?(?:ve| have) never (?:done|tried|used)\b",
                r"sou (?:muito |um |uma |total |totalmente )*(?:iniciante|novat[oa])\b",
                r"(?:come[çc]o|come[çc]ando|parto|partindo) do zero\b",
                r"estou come[çc]ando\b",
                r"nunca fiz (?:isso|nada)\b",
            )
            + r")"
        ),
    ),
    (
        "intermediate",
        _compiled(
            _NO
            + r"\b(?:"
            + _one_of(
                r"(?:tengo|mi nivel es|soy de|soy) (?:un |de )?(?:nivel )?(?:intermedi[oa]|medio)\b",
                r"ya tengo (?:una |cierta |algo de |la )*base\b",
                r"tengo algo de experiencia\b",
                r"(?:i['’]?m|i am|my level is) (?:at an? )?intermediate\b",
                r"i (?:already )?(?:have|know) (?:some experience|the basics)\b",
                r"(?:tenho|meu n[ií]vel [ée]|sou) (?:de )?(?:n[ií]vel )?intermedi[áa]ri[oa]\b",
                r"(?:j[áa] )?tenho (?:uma |alguma )(?:base|experi[êe]ncia)\b",
            )
            + r")"
        ),
    ),
    (
        "advanced",
        _compiled(
            _NO
            + r"\b(?:"
            + _one_of(
                r"(?:tengo|mi nivel es|soy) (?:un |de )?(?:nivel )?(?:avanzad[oa]|profesional)\b",
                r"tengo mucha experiencia\b",
                r"llevo (?:muchos|m[aá]s de \d+|\d{2}) a[ñn]os (?:en|con|haciendo|trabajando|dedic)",
                r"(?:i['’]?m|i am|my level is) (?:an? )?(?:advanced|professional|expert|pro)\b",
                r"i have (?:a lot of|years of|lots of) experience\b",
                r"(?:tenho|meu n[ií]vel [ée]|sou) (?:de )?(?:n[ií]vel )?(?:avan[çc]ad[oa]|profissional)\b",
                r"tenho muita experi[êe]ncia\b",
            )
            + r")"
        ),
    ),
)

_CONSTRAINT: Final = _compiled(
    r"(?P<said>\b(?:"
    + _one_of(
        # Time
        r"no tengo (?:nada de |mucho |casi |ni )*tiempo\b.*",
        r"(?:solo|s[oó]lo|solamente) (?:tengo|puedo|dispongo)\b.*\b(?:hora|minuto|rato|d[ií]a|semana|noche|finde)\w*.*",
        r"trabajo (?:a turnos|de noche|muchas horas|todo el d[ií]a|hasta)\b.*",
        r"tengo (?:\w+ )?(?:hij[oa]s?|ni[ñn][oa]s?|beb[eé]s?|peques?)\b.*",
        r"i (?:do not|don['’]?t) have (?:much |any |a lot of )*time\b.*",
        r"i only have\b.*\b(?:hour|minute|day|week|evening|weekend|night)\w*.*",
        r"i work (?:shifts|nights|full[- ]time|long hours|two jobs)\b.*",
        r"i have (?:\w+ )?(?:kids?|children|a baby|toddlers?)\b.*",
        r"n[ãa]o tenho (?:muito |nada de )*tempo\b.*",
        r"s[óo] (?:tenho|posso|consigo)\b.*\b(?:hora|minuto|dia|semana|noite|fim de semana)\w*.*",
        r"trabalho (?:por turnos?|[àa] noite|o dia (?:todo|inteiro)|muitas horas)\b.*",
        r"tenho (?:\w+ )?(?:filh[oa]s?|beb[êe]s?|crian[çc]as?)\b.*",
        # Money
        r"no (?:puedo|podr[ií]a) (?:pagar|gastar|permit[ií]rmelo)\b.*",
        r"(?:mi presupuesto es|tengo un presupuesto)\b.*",
        r"(?:estoy en (?:el )?paro|estoy sin trabajo|soy estudiante)\b.*",
        r"i (?:can['’]?t|cannot|can not) (?:afford|pay|spend)\b.*",
        r"(?:my budget is|i have a budget)\b.*",
        r"(?:i['’]?m|i am) (?:unemployed|out of work|a student|on a budget)\b.*",
        r"n[ãa]o (?:posso|consigo) (?:pagar|gastar)\b.*",
        r"meu or[çc]amento [ée]\b.*",
        r"(?:estou desempregad[oa]|sou estudante)\b.*",
        # Means
        r"no tengo (?:una? |ning[uú]na? )?(?:c[aá]mara|ordenador|port[aá]til|equipo|material|espacio|conexi[oó]n)\b.*",
        r"i (?:do not|don['’]?t) have (?:an? |any )?(?:camera|computer|laptop|equipment|gear|space)\b.*",
        r"n[ãa]o tenho (?:uma? |nenhuma? )?(?:c[âa]mera|computador|notebook|equipamento|espa[çc]o)\b.*",
    )
    + r"))"
)
