"""Instructions: phrases in three languages by which a text tries to direct the model that reads it."""

import re
from typing import Final

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
INSTRUCTIONS: Final[tuple[re.Pattern[str], ...]] = tuple(
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
        r"(?:^|[\n\]})>*#|.«“\"'])\s*[\"'*#\[(<{]{0,6}(?:system|assistant|developer|sistema|asistente|assistente"
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
"""Patterns for folded text."""
