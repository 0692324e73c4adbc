"""Verbs of commitments in three languages, and the forms in which they promise or report.

English: base/participle/gerund. Spanish and Portuguese: infinitive/participle's stem/what I did/what I do; `-` where
that form means something else. All without accents.
"""

from collections.abc import Mapping
from typing import Final

from domain.answering.commitment_kinds import Commitment

ENGLISH: Final[Mapping[Commitment, str]] = {
    Commitment.RESERVED: """
        reserve/reserved/reserving hold/held/holding save/saved/saving book/booked/booking keep/kept/keeping
    """,
    Commitment.SENT: """
        send/sent/sending email/emailed/emailing mail/mailed/mailing forward/forwarded/forwarding
        ship/shipped/shipping deliver/delivered/delivering dm/dmed/dming
    """,
    Commitment.REFUNDED: """
        refund/refunded/refunding reimburse/reimbursed/reimbursing compensate/compensated/compensating
        credit/credited/crediting waive/waived/waiving
    """,
    Commitment.CANCELLED: "cancel/cancell?ed/cancell?ing delete/deleted/deleting",
    Commitment.ADDED: """
        add/added/adding enroll?/enrolled/enrolling register/registered/registering activate/activated/activating
        unlock/unlocked/unlocking grant/granted/granting sign/signed/signing upgrade/upgraded/upgrading
        unblock/unblocked/unblocking reset/reset/resetting fix/fixed/fixing extend/extended/extending
    """,
    Commitment.CHECKED: """
        check/checked/checking confirm/confirmed/confirming verify/verified/verifying arrange/arranged/arranging
        schedule/scheduled/scheduling ask/asked/asking look/looked/looking find/found/finding speak/spoken/speaking
        talk/talked/talking process/processed/processing
    """,
    Commitment.PASSED_ON: """
        pass/passed/passing notify/notified/notifying alert/alerted/alerting escalate/escalated/escalating
        inform/informed/informing
    """,
    Commitment.CONTACTED: """
        call/called/calling phone/phoned/phoning contact/contacted/contacting text/texted/texting
        remind/reminded/reminding reach/reached/reaching message/messaged/messaging write/written/writing
        get/got/getting follow/followed/following
    """,
}

BEHIND: Final[Mapping[str, str]] = {
    "save": r" (?:you|your|the|a|it|this|that|one)\b(?! (?:time|money|hours|a lot|so much))",
    "keep": r" (?:you |your |the |a |it )+(?:spot|place|seat|price|offer|reserved|open)",
    "kept": r" (?:you |your |the |a |it )+(?:spot|place|seat|price|offer|reserved|open)",
    "hold": r" (?:you|your|the|a|it|this|that|one)\b",
    "held": r" (?:you|your|the|a|it|this|that|one)\b",
    "book": r" (?:you|your|the|a|it|this|that|us)\b",
    "sign": r" (?:\w+ )?(?:you )?up",
    "signed": r" (?:\w+ )?you up",
    "look": r" (?:\w+ )?(?:into|it up|that up|this up)",
    "looked": r" (?:\w+ )?(?:into|it up|that up|this up)",
    "find": r" (?:\w+ )?out",
    "found": r" (?:\w+ )?out",
    "talk": r" (?:to|with) (?!you\b)",
    "talked": r" (?:to|with) (?!you\b)",
    "speak": r" (?:to|with) (?!you\b)",
    "spoken": r" (?:to|with) (?!you\b)",
    "ask": r" (?!you\b|yourself|what|about|a |one )",
    "asked": r" (?!you\b|yourself|what|about|a |one |for |if |whether |me )",
    "pass": r" (?:\w+ ){1,4}?(?:on|along|to)\b",
    "passed": r" (?:\w+ ){1,4}?(?:on|along|to)\b",
    "reach": r" out",
    "reached": r" out to (?!us|me)",
    "write": r" (?:to )?you\b",
    "written": r" to (?!us|me)",
    "message": r" you",
    "messaged": r" (?!us|me)",
    "get": r" (?:back|in touch)",
    "got": r" in touch with (?!us|me)",
    "follow": r" up",
    "followed": r" up",
    "called": r" you",
    "call": r" you",
    "calling": r" you",
    "sending": r" (?:you|it|the|over)",
    "getting": r" (?:back|in touch)",
    "looking": r" (?:into|it up)",
    "finding": r" out",
    "asking": r" (?!you\b|yourself|what|about|a |one |for |if |whether |me )",
    "talking": r" (?:to|with) (?!you\b)",
    "speaking": r" (?:to|with) (?!you\b)",
    "writing": r" (?:to )?you again",
    "reaching": r" out to (?!us|me|you)",
    "keeping": r" (?:you |your |the |a |it )+(?:spot|place|seat|price|offer|reserved|open)",
    "saving": r" (?:you|your|the|a|it) (?:spot|place|seat)",
    "following": r" up",
    "passing": r" (?:\w+ ){1,4}?(?:on|along|to)\b",
    "text": r" you",
    "add": r" (?:you|your)\b",
    "added": r" (?:you|your)\b",
    "fix": r" (?:it|this|that|your)\b",
    "credit": r" (?:you|your)\b",
    "process": r" (?:your|the|it|a)\b",
    "confirm": r" (?:it|that|this|your|with|the)\b",
    "check": r" (?:it|that|this|your|with|the|on|and|if|whether|for|what|when)\b",
}
SPANISH: Final[Mapping[Commitment, str]] = {
    Commitment.RESERVED: """
        reservar/reservad/reserve|reservamos/reservo|reservamos apartar/apartad/aparte|apartamos/aparto|apartamos
        guardar/guardad/guarde|guardamos/guardo|guardamos agendar/agendad/agende|agendamos/agendo|agendamos
        bloquear/bloquead/bloquee/bloqueo
    """,
    Commitment.SENT: """
        enviar/enviad/envie|enviamos/envio|enviamos mandar/mandad/mande|mandamos/mando|mandamos
        pasar/pasad/pase|pasamos/paso|pasamos reenviar/reenviad/reenvie|reenviamos/reenvio|reenviamos
    """,
    Commitment.REFUNDED: """
        reembolsar/reembolsad/reembolse|reembolsamos/reembolso|reembolsamos
        devolver/devuelt/devolvi|devolvimos/devuelvo reintegrar/reintegrad/reintegre|reintegramos/reintegro
        compensar/compensad/compense|compensamos/compenso
    """,
    Commitment.CANCELLED: """
        cancelar/cancelad/cancele|cancelamos/cancelo anular/anulad/anule|anulamos/anulo
        borrar/borrad/borre|borramos/borro
    """,
    Commitment.ADDED: """
        anadir/anadid/anadi|anadimos/anado agregar/agregad/agregue|agregamos/agrego
        inscribir/inscrit/inscribi/inscribo apuntar/apuntad/apunte|apuntamos/apunto
        activar/activad/active|activamos/activo meter/metid/meti|metimos/meto
        habilitar/habilitad/habilite|habilitamos/habilito matricular/matriculad/matricule/matriculo
        desbloquear/desbloquead/desbloquee/desbloqueo
    """,
    Commitment.CHECKED: """
        revisar/revisad/revise|revisamos/reviso comprobar/comprobad/comprobe/compruebo
        verificar/verificad/verifique/verifico consultar/consultad/consulte/consulto
        confirmar/confirmad/confirme|confirmamos/- averiguar/averiguad/averigue/averiguo
        gestionar/gestionad/gestione|gestionamos/gestiono
    """,
    Commitment.PASSED_ON: "avisar/avisad/avise|avisamos/- notificar/notificad/notifique/notifico",
    Commitment.CONTACTED: """
        llamar/llamad/llame|llamamos/llamo contactar/contactad/contacte|contactamos/contacto escribir/-/-/-
        recordar/-/-/-
    """,
}

PORTUGUESE: Final[Mapping[Commitment, str]] = {
    Commitment.RESERVED: """
        reservar/reservad/reservei/reservo|reservamos guardar/guardad/guardei/guardo|guardamos
        separar/separad/separei/separo|separamos agendar/agendad/agendei/agendo|agendamos
    """,
    Commitment.SENT: """
        enviar/enviad/enviei/envio|enviamos mandar/mandad/mandei/mando|mandamos passar/-/-/passo|passamos
        encaminhar/encaminhad/encaminhei/encaminho
    """,
    Commitment.REFUNDED: """
        reembolsar/reembolsad/reembolsei/reembolso|reembolsamos estornar/estornad/estornei/estorno|estornamos
        devolver/devolvid/devolvi/devolvo|devolvemos ressarcir/ressarcid/ressarci/ressarco
    """,
    Commitment.CANCELLED: "cancelar/cancelad/cancelei/cancelo|cancelamos apagar/apagad/apaguei/apago",
    Commitment.ADDED: """
        adicionar/adicionad/adicionei/adiciono|adicionamos inscrever/inscrit/inscrevi/inscrevo
        matricular/matriculad/matriculei/matriculo liberar/liberad/liberei/libero|liberamos
        ativar/ativad/ativei/ativo|ativamos cadastrar/cadastrad/cadastrei/cadastro
        desbloquear/desbloquead/desbloqueei/desbloqueio
    """,
    Commitment.CHECKED: """
        verificar/verificad/verifiquei/verifico checar/checad/checei/checo consultar/consultad/consultei/consulto
        confirmar/confirmad/confirmei/- conferir/conferid/conferi/confiro
    """,
    Commitment.PASSED_ON: "avisar/avisad/avisei/- notificar/notificad/notifiquei/notifico",
    Commitment.CONTACTED: """
        ligar/-/liguei|ligamos/ligo contatar/contatad/contatei/contato escrever/-/-/- lembrar/-/-/-
    """,
}
